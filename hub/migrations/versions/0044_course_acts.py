"""A course is offered for a reason, its team is changed with the citizen's say, and it is closed with an outcome.

What is there already is kept as it is: nothing of this was recorded of it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0044_course_acts"
down_revision = "0043_refused_senders"
branch_labels = None
depends_on = None

OF_COURSE = ("offer_words", "follows")
BY = ("offered_by", "outcome", "ended_by")
LISTS = ("offer_reasons", "indicators")
OF_PLACE = ("authority", "citizen_words", "end_reason", "end_words")
BY_PLACE = ("unit_name", "citizen_say", "added_by", "end_say", "ended_by")


def upgrade() -> None:
    """Add the columns; a place on a team gets a number, since one may leave and join again on the same day."""
    op.add_column("courses", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    for name in LISTS:
        op.add_column("courses", sa.Column(name, sa.ARRAY(sa.Text()), server_default="{}", nullable=False))
    for table, empty, absent in (("courses", OF_COURSE, BY), ("team_memberships", OF_PLACE, BY_PLACE)):
        for name in empty:
            op.add_column(table, sa.Column(name, sa.Text(), server_default="", nullable=False))
        for name in absent:
            op.add_column(table, sa.Column(name, sa.Text()))
    op.drop_constraint("pk_team_memberships", "team_memberships")
    op.execute("ALTER TABLE team_memberships ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY")
    op.create_primary_key("pk_team_memberships", "team_memberships", ["id"])
    op.create_index("ix_team_memberships_course_id", "team_memberships", ["course_id"])


def downgrade() -> None:
    """Drop them; of places that only differ in them one is kept, with the latest end."""
    op.execute("""
        DELETE FROM team_memberships a USING team_memberships b
        WHERE a.course_id = b.course_id AND a.actor_id = b.actor_id AND a.function = b.function
          AND a.valid_from = b.valid_from AND a.id <> b.id
          AND (coalesce(a.valid_to, 'infinity'), a.id) < (coalesce(b.valid_to, 'infinity'), b.id)
    """)
    op.drop_index("ix_team_memberships_course_id", "team_memberships")
    op.drop_constraint("pk_team_memberships", "team_memberships")
    for name in ("id", *OF_PLACE, *BY_PLACE):
        op.drop_column("team_memberships", name)
    op.create_primary_key(
        "pk_team_memberships", "team_memberships", ["course_id", "actor_id", "function", "valid_from"]
    )
    for name in ("version", *LISTS, *OF_COURSE, *BY):
        op.drop_column("courses", name)
