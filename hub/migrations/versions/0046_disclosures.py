"""Data of an area that an employee of it let others see without consent, and who opened it for a meeting."""

import sqlalchemy as sa
from alembic import op

revision = "0046_disclosures"
down_revision = "0045_rules"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables. A use is added and never changed: what was opened for a meeting stays used up."""
    op.create_table(
        "disclosures",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("categories", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("cells", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("legal_basis", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=True),
        sa.Column("receivers", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("meeting", sa.Text(), nullable=True),
        sa.Column("meeting_on", sa.Date(), nullable=True),
        sa.Column("stated_by", sa.Text(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint("area IN ('employment', 'school', 'social', 'health')", name=op.f("ck_disclosures_area")),
        sa.CheckConstraint(
            "basis IN ('statutory_duty', 'significant_importance', 'ssd_preventive', 'health_release')",
            name=op.f("ck_disclosures_basis"),
        ),
        sa.CheckConstraint("(course_id IS NULL) = (cardinality(receivers) > 0)", name=op.f("ck_disclosures_receivers")),
        sa.CheckConstraint(
            "(basis = 'ssd_preventive') = (meeting_on IS NOT NULL)", name=op.f("ck_disclosures_meeting")
        ),
        sa.CheckConstraint("basis <> 'ssd_preventive' OR course_id IS NULL", name=op.f("ck_disclosures_named")),
        sa.CheckConstraint(
            "basis <> 'health_release' OR (area = 'health' AND course_id IS NOT NULL)",
            name=op.f("ck_disclosures_health"),
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_disclosures_period")),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name=op.f("ck_disclosures_ended")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_disclosures_course_id_courses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
    )
    op.create_index("ix_disclosures_citizen_id", "disclosures", ["citizen_id"])
    op.create_index("ix_disclosures_receivers", "disclosures", ["receivers"], postgresql_using="gin")
    op.create_index("ix_disclosures_stated_by", "disclosures", ["stated_by"])
    op.create_table(
        "disclosure_uses",
        sa.Column("disclosure_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["disclosure_id"], ["disclosures.id"], name=op.f("fk_disclosure_uses_disclosure_id_disclosures")
        ),
        sa.PrimaryKeyConstraint("disclosure_id", "actor_id", name=op.f("pk_disclosure_uses")),
    )
    op.execute("REVOKE UPDATE, DELETE ON disclosure_uses FROM helhed_application")
    op.execute("REVOKE DELETE ON disclosures FROM helhed_application")


def downgrade() -> None:
    """Drop them."""
    op.drop_table("disclosure_uses")
    op.drop_table("disclosures")
