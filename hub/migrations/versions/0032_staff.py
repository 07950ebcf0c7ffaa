"""What the organisation tells of units and employees, and until when: who has left is no longer active that day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0032_staff"
down_revision = "0031_field_approvals"
branch_labels = None
depends_on = None

FIELDS = "id, name, title, roles, unit_id, unit_name, area, worker_ids, own_identifier_digest"
TODAY = "(now() AT TIME ZONE 'Europe/Copenhagen')::date"


def upgrade() -> None:
    """Add the columns and the units, and make the view anew."""
    op.add_column("actors", sa.Column("organisation_id", sa.Text()))
    op.add_column("actors", sa.Column("active_until", sa.Date()))
    functions: sa.Column[list[str]] = sa.Column(
        "organisation_functions", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False
    )
    op.add_column("actors", functions)
    op.create_index("uq_actors_organisation_id", "actors", ["organisation_id"], unique=True)
    op.create_table(
        "organisation_units",
        sa.Column("organisation_id", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Text()),
        sa.Column("kle", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("area", sa.Text()),
        sa.Column("unit_id", sa.Text()),
        sa.Column("phone", sa.Text()),
    )
    until = f"active AND (active_until IS NULL OR {TODAY} < active_until)"
    op.execute(f"CREATE OR REPLACE VIEW active_actors AS SELECT {FIELDS}, phone FROM actors WHERE {until}")  # noqa: S608  constants


def downgrade() -> None:
    """Drop them. Who has left by date is active again, unless the organisation is read before."""
    op.execute("DROP VIEW active_actors")
    op.execute(f"CREATE VIEW active_actors AS SELECT {FIELDS} FROM actors WHERE active")  # noqa: S608  as above
    op.drop_table("organisation_units")
    op.drop_index("uq_actors_organisation_id", "actors")
    for column in ("organisation_functions", "active_until", "organisation_id"):
        op.drop_column("actors", column)
