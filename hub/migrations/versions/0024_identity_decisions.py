"""What people decide about who is who; conflicts have a number and the identifier they are about.

The identifiers of open conflicts are found again by their digest. A conflict about an identifier that was never given a
citizen cannot be; it is filled in when its claims are judged next.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024_identity_decisions"
down_revision = "0022_inbox"
branch_labels = None
depends_on = None

STATES = "state IN ('proposed', 'standing', 'withdrawn')"
KINDS = "kind IN ('link', 'merge', 'keep_apart', 'one_person')"
ACTIVE = "state <> 'withdrawn'"
FILL = """
    UPDATE identity_conflicts f SET namespace = i.namespace, value = i.value, national = i.national
    FROM citizen_identifiers i WHERE i.digest = f.digest
"""


def upgrade() -> None:
    """Make the table and the columns."""
    op.create_table(
        "identity_decisions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("subject_namespace", sa.Text(), nullable=False),
        sa.Column("subject_value", sa.Text(), nullable=False),
        sa.Column("subject_national", sa.Boolean(), nullable=False),
        sa.Column("target_namespace", sa.Text(), nullable=False),
        sa.Column("target_value", sa.Text(), nullable=False),
        sa.Column("target_national", sa.Boolean(), nullable=False),
        sa.Column("statements", sa.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Text()),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_by", sa.Text()),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_decisions")),
        sa.CheckConstraint(STATES, name=op.f("ck_identity_decisions_state")),
        sa.CheckConstraint(KINDS, name=op.f("ck_identity_decisions_kind")),
        sa.CheckConstraint("confirmed_by <> decided_by", name=op.f("ck_identity_decisions_second_person")),
    )
    for end in ("subject", "target"):
        op.create_index(
            f"ix_identity_decisions_{end}",
            "identity_decisions",
            [f"{end}_namespace", f"{end}_value"],
            postgresql_where=sa.text(ACTIVE),
        )
    op.add_column("identity_conflicts", sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False))
    op.add_column("identity_conflicts", sa.Column("namespace", sa.Text()))
    op.add_column("identity_conflicts", sa.Column("value", sa.Text()))
    op.add_column("identity_conflicts", sa.Column("national", sa.Boolean()))
    op.create_index("ix_identity_conflicts_id", "identity_conflicts", ["id"], unique=True)
    op.execute(FILL)


def downgrade() -> None:
    """Go back. What was decided is lost: the claims of the sources alone say who is who, once they are judged again."""
    op.drop_index("ix_identity_conflicts_id", "identity_conflicts")
    for column in ("national", "value", "namespace", "id"):
        op.drop_column("identity_conflicts", column)
    op.drop_table("identity_decisions")
