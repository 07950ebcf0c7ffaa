"""Machines that may use the API, and the log by the employee on whose behalf they asked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038_service_accounts"
down_revision = "0037_source_forgettings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    scopes: sa.Column[list[str]] = sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False)
    op.create_table(
        "service_accounts",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        scopes,
        sa.Column("for_employees", sa.Boolean(), nullable=False),
        sa.Column("unit_id", sa.Text()),
        sa.Column("area", sa.Text()),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("revoked_by", sa.Text()),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("used_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_service_accounts")),
    )
    named = sa.text("on_behalf_of IS NOT NULL")
    op.create_index("ix_audit_log_on_behalf_of", "audit_log", ["on_behalf_of", "seq"], postgresql_where=named)


def downgrade() -> None:
    """Drop it: no machine gets in."""
    op.drop_index("ix_audit_log_on_behalf_of", "audit_log")
    op.drop_table("service_accounts")
