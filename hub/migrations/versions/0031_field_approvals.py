"""Who has approved which fields are read, and the latest check and preview of each source.

A source that is read already goes on: a row of the type ``*`` says that it stood at the upgrade. What its connector
reads is known to the connector alone, so the first process that opens it writes the field list in full.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031_field_approvals"
down_revision = "0030_login_provider"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "field_approvals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("fields", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("approver", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_approvals")),
    )
    op.create_index("ix_field_approvals_source", "field_approvals", ["source", "record_type", "id"])
    op.execute(
        "INSERT INTO field_approvals (source, record_type, fields, approver, approved_by, approved_at)"
        " SELECT name, '*', '{}', 'Godkendt ved opgradering', 'upgrade', now() FROM sources WHERE lifecycle = 'active'"
    )
    op.create_table(
        "source_trials",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_version", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("source", "kind", name=op.f("pk_source_trials")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("source_trials")
    op.drop_table("field_approvals")
