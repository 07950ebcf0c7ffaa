"""Tables of hub.access."""

import sqlalchemy as sa
from alembic import op

revision = "0007_access"
down_revision = "0006_course"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "actors",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("unit_id", sa.Text()),
        sa.Column("unit_name", sa.Text()),
        sa.Column("area", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.Column("own_identifier_digest", sa.Text()),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actors")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("actors")
