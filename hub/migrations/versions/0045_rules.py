"""Rules: which versions are approved, what professionals judged of hits, and the indicators that they recorded.

There is no table of hits. Approvals and assessments are added and never changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0045_rules"
down_revision = "0044_course_acts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; the application may not change what was approved or judged."""
    op.create_table(
        "rule_approvals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("limit_value", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_approvals")),
    )
    op.create_table(
        "rule_assessments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hit_key", sa.Text(), nullable=False),
        sa.Column("areas", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("assessed_by_id", sa.Text(), nullable=False),
        sa.Column("assessed_by", sa.Text(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_assessments")),
        sa.CheckConstraint(
            "verdict IN ('relevant', 'not_relevant', 'citizen_informed')", name=op.f("ck_rule_assessments_verdict")
        ),
    )
    op.create_index("ix_rule_assessments_citizen_id", "rule_assessments", ["citizen_id", "id"])
    op.create_table(
        "professional_indicators",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_by", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_professional_indicators")),
        sa.CheckConstraint(
            "area IN ('employment', 'school', 'social', 'health')", name=op.f("ck_professional_indicators_area")
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name=op.f("ck_professional_indicators_withdrawn")
        ),
    )
    op.create_index("ix_professional_indicators_citizen_id", "professional_indicators", ["citizen_id", "id"])
    for table in ("rule_approvals", "rule_assessments"):
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM helhed_application")
    op.execute("REVOKE DELETE ON professional_indicators FROM helhed_application")


def downgrade() -> None:
    """Drop them."""
    for table in ("professional_indicators", "rule_assessments", "rule_approvals"):
        op.drop_table(table)
