"""Sessions as rows, and the view through which they read who is active."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025_login_sessions"
down_revision = "0024_identity_decisions"
branch_labels = None
depends_on = None

ACTIVE_ACTORS = """
    CREATE VIEW active_actors AS
    SELECT id, name, title, roles, unit_id, unit_name, area, worker_ids, own_identifier_digest FROM actors WHERE active
"""


def upgrade() -> None:
    """Make the table and the view. Who was logged in logs in again."""
    op.create_table(
        "login_sessions",
        sa.Column("id_digest", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("data", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id_digest", name=op.f("pk_login_sessions")),
        sa.UniqueConstraint("number", name=op.f("uq_login_sessions_number")),
    )
    op.create_index(op.f("ix_login_sessions_actor_id"), "login_sessions", ["actor_id"])
    op.execute("ALTER TABLE login_sessions SET (fillfactor = 70)")  # a row is updated in its place, page after page
    op.execute(ACTIVE_ACTORS)


def downgrade() -> None:
    """Drop them; everybody is logged out."""
    op.execute("DROP VIEW active_actors")
    op.drop_table("login_sessions")
