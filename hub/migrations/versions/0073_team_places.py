"""The view that says with whom employees are on a team, so that it is asked together with what has happened to them."""

from alembic import op

revision = "0073_team_places"
down_revision = "0072_open_quarantine"
branch_labels = None
depends_on = None

PLACES = """
    CREATE VIEW team_places AS
    SELECT m.actor_id, coalesce(k.merged_into, n.citizen_id) AS citizen_id,
           greatest(m.valid_from, n.valid_from, c.started_on) AS valid_from,
           least(m.valid_to, n.valid_to, c.ended_on) AS valid_to
    FROM team_memberships m
    JOIN courses c ON c.id = m.course_id
    JOIN unrestricted_course_citizens n ON n.course_id = c.id
    LEFT JOIN citizen_keys k ON k.id = n.citizen_id
"""


def upgrade() -> None:
    """Make the view."""
    op.execute(PLACES)


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP VIEW team_places")
