"""Who may log in is known with the KLE numbers that the job functions limit the work with citizens to.

They follow from the functions of the latest login: a function without such a limit lifts those of the others.
"""

from alembic import op

revision = "0042_kle_limits"
down_revision = "0041_secret_expiry"
branch_labels = None
depends_on = None

FIELDS = "id, name, title, roles, unit_id, unit_name, area, worker_ids, own_identifier_digest, phone"
TODAY = "(now() AT TIME ZONE 'Europe/Copenhagen')::date"
ACTIVE = f"active AND (active_until IS NULL OR {TODAY} < active_until)"
LIMITS = """
    CASE WHEN jsonb_path_exists(functions, '$[*] ? (@.role == "team_member")')
          AND NOT jsonb_path_exists(functions, '$[*] ? (@.role == "team_member" && !(@.kle.type() == "array"))')
    THEN ARRAY(
        SELECT DISTINCT number #>> '{}'
        FROM jsonb_path_query(functions, '$[*] ? (@.role == "team_member").kle[*]') AS number ORDER BY 1
    ) END
"""


def upgrade() -> None:
    """Tell the limits in the view."""
    op.execute(f"CREATE OR REPLACE VIEW active_actors AS SELECT {FIELDS}, {LIMITS} AS kle FROM actors WHERE {ACTIVE}")  # noqa: S608  constants


def downgrade() -> None:
    """Tell them no longer: the own area is then shown whole."""
    op.execute("DROP VIEW active_actors")
    op.execute(f"CREATE VIEW active_actors AS SELECT {FIELDS} FROM actors WHERE {ACTIVE}")  # noqa: S608  as above
