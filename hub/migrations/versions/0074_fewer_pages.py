"""A new record touches two random pages of indices and not three, and a new row an end of its table and no old page.

An entity's id is random, so among a million citizens each index that begins with it costs a page read and, after a
checkpoint, a page of log. One index serves what two did: it finds all versions of an entity, lets one stand at a time,
and keeps a replaced one from being there twice. What stands it holds without digest, so it is a fifth of their size.

Room is left in pages: a changed row stays in its page, where no index has to know, and a new row is not put into what
little room an old page has.
"""

import sqlalchemy as sa
from alembic import op

revision = "0074_fewer_pages"
down_revision = "0073_team_places"
branch_labels = None
depends_on = None

FILLED = {"records": 90, "overview_versions": 70, "overviews": 80}
"""Per cent of a page that new rows fill."""

# What it refuses, one of the two has refused.
STANDING = """
CREATE UNIQUE INDEX ix_records_entity_id_standing
    ON records (entity_id, (CASE WHEN is_current THEN '' ELSE version_key || digest END))
"""


def upgrade() -> None:
    """Make the one index, drop the two, leave room."""
    op.execute(STANDING)
    op.drop_index("ix_records_entity_id_current", "records")
    op.drop_constraint("uq_records_entity_id_version_key_digest", "records", type_="unique")
    for table, share in FILLED.items():
        op.execute(f"ALTER TABLE {table} SET (fillfactor = {share})")


def downgrade() -> None:
    """Make the two again, drop the one, leave no room."""
    for table in FILLED:
        op.execute(f"ALTER TABLE {table} RESET (fillfactor)")
    op.create_unique_constraint(
        "uq_records_entity_id_version_key_digest", "records", ["entity_id", "version_key", "digest"]
    )
    op.create_index(
        "ix_records_entity_id_current", "records", ["entity_id"], unique=True, postgresql_where=sa.text("is_current")
    )
    op.drop_index("ix_records_entity_id_standing", "records")
