"""Sources are stored: definitions, secrets, streams with lease and cursor, runs of each stream, held deletions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012_sources"
down_revision = "0011_not_built"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; move runs and cursors into them. Pauses stay where they are."""
    catalogue = op.create_table(
        "source_catalogue",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_source_catalogue"),
    )
    op.bulk_insert(catalogue, [{"id": 1, "version": 1}])
    op.create_table(
        "sources",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("settings", postgresql.JSONB(), nullable=False),
        sa.Column("lifecycle", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("system", postgresql.JSONB(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_sources"),
    )
    op.create_table(
        "source_secrets",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("source", "field", name="pk_source_secrets"),
    )
    _streams()
    op.create_table(
        "held_deletions",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("sample", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("seen_at", _INSTANT, nullable=False),
        sa.Column("ceiling", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", _INSTANT, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_held_deletions"),
    )
    op.create_index(
        "uq_held_deletions_open",
        "held_deletions",
        ["source", "stream", "record_type"],
        unique=True,
        postgresql_where=sa.text("state <> 'over'"),
    )
    _move_runs()
    _move_cursors()
    op.drop_table("cursors")


def _streams() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("source_fence")))
    op.create_table(
        "source_streams",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("stream", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("every", sa.Interval(), nullable=True),
        sa.Column("at", sa.Time(), nullable=True),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("cursor", postgresql.JSONB(), nullable=False),
        sa.Column("cursor_saved_at", _INSTANT, nullable=True),
        sa.Column("lease_owner", sa.Text(), nullable=True),
        sa.Column("leased_at", _INSTANT, nullable=True),
        sa.Column("lease_until", _INSTANT, nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("last_run", postgresql.JSONB(), nullable=True),
        sa.Column("last_success_at", _INSTANT, nullable=True),
        sa.Column("last_data_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("source", "stream", name="pk_source_streams"),
    )
    op.create_index("ix_source_streams_due_at", "source_streams", ["due_at"])


def _move_runs() -> None:
    op.rename_table("collect_runs", "source_runs")
    op.execute("ALTER TABLE source_runs RENAME CONSTRAINT pk_collect_runs TO pk_source_runs")
    op.execute("ALTER INDEX ix_collect_runs_source_started_at RENAME TO ix_source_runs_source_started_at")
    op.add_column("source_runs", sa.Column("stream", sa.Text(), nullable=False, server_default=""))
    op.alter_column("source_runs", "stream", server_default=None)
    op.create_index("ix_source_runs_source_stream_started_at", "source_runs", ["source", "stream", "started_at"])


def _move_cursors() -> None:
    """A cursor that holds an object for each stream is divided; one of an older shape begins anew.

    The streams get titles and schedules when the source is next built; streams that it does not have go then.
    """
    op.execute("""
        INSERT INTO source_streams (source, stream, title, position, every, is_enabled, due_at, cursor,
                                    cursor_saved_at, fence, last_success_at, last_data_at)
        SELECT c.source, part.key, part.key, 0, interval '15 minutes', true, c.saved_at, part.value, c.saved_at, 0,
               (SELECT max(r.ended_at) FROM source_runs r WHERE r.source = c.source AND r.outcome = 'complete'),
               (SELECT max(r.last_data_at) FROM source_runs r WHERE r.source = c.source)
        FROM cursors c CROSS JOIN LATERAL jsonb_each(c.state) AS part
        WHERE jsonb_typeof(c.state) = 'object' AND NOT c.state ?| array['since', 'compared', 'compared_at']
          AND NOT EXISTS (SELECT FROM jsonb_each(c.state) AS other WHERE jsonb_typeof(other.value) <> 'object')
    """)


def downgrade() -> None:
    """Drop them; every source is read from its beginning again."""
    op.create_table(
        "cursors",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", postgresql.JSONB(), nullable=False),
        sa.Column("saved_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_cursors"),
    )
    op.drop_index("ix_source_runs_source_stream_started_at", "source_runs")
    op.drop_column("source_runs", "stream")
    op.execute("ALTER INDEX ix_source_runs_source_started_at RENAME TO ix_collect_runs_source_started_at")
    op.execute("ALTER TABLE source_runs RENAME CONSTRAINT pk_source_runs TO pk_collect_runs")
    op.rename_table("source_runs", "collect_runs")
    for table in ("held_deletions", "source_streams", "source_secrets", "sources", "source_catalogue"):
        op.drop_table(table)
    op.execute(sa.schema.DropSequence(sa.Sequence("source_fence")))
