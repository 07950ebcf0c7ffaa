"""What a login at the municipality's provider leaves: account and functions of an employee, tokens of a session."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030_login_provider"
down_revision = "0029_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("actors", sa.Column("subject", sa.Text()))
    op.add_column("actors", sa.Column("functions", postgresql.JSONB(), server_default="[]", nullable=False))
    op.create_index("uq_actors_subject", "actors", ["subject"], unique=True)
    op.add_column("login_sessions", sa.Column("subject", sa.Text()))
    op.add_column("login_sessions", sa.Column("provider_session", sa.Text()))
    op.add_column("login_sessions", sa.Column("tokens", sa.LargeBinary()))
    op.add_column("login_sessions", sa.Column("renew_at", sa.DateTime(timezone=True)))
    op.create_index("ix_login_sessions_provider_session", "login_sessions", ["provider_session"])


def downgrade() -> None:
    """Drop them; logins at the provider are forgotten."""
    op.execute("DELETE FROM login_sessions WHERE subject IS NOT NULL")
    op.drop_index("ix_login_sessions_provider_session", "login_sessions")
    for column in ("renew_at", "tokens", "provider_session", "subject"):
        op.drop_column("login_sessions", column)
    op.drop_index("uq_actors_subject", "actors")
    for column in ("functions", "subject"):
        op.drop_column("actors", column)
