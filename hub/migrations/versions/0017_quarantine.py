"""Quarantine has a room of its own: its table is renamed, payloads are encrypted and have a time limit.

Payloads stored before were not encrypted and cannot be here, where there is no key: they are deleted. Their entries
stay, and what a source still sends comes again with the next complete reading.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017_quarantine"
down_revision = "0016_placement"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rename the table, replace the payload column and the index."""
    op.rename_table("rejected_records", "quarantine_entries")
    for statement in (
        "ALTER SEQUENCE rejected_records_id_seq RENAME TO quarantine_entries_id_seq",
        "ALTER TABLE quarantine_entries RENAME CONSTRAINT pk_rejected_records TO pk_quarantine_entries",
        "ALTER INDEX uq_rejected_records_source_fingerprint RENAME TO uq_quarantine_entries_source_fingerprint",
    ):
        op.execute(statement)
    op.drop_column("quarantine_entries", "raw")
    op.add_column("quarantine_entries", sa.Column("payload", sa.LargeBinary()))
    op.add_column("quarantine_entries", sa.Column("payload_stored_at", sa.DateTime(timezone=True)))
    op.drop_index("ix_rejected_records_source_last_seen_at", "quarantine_entries")
    op.create_index(
        "ix_quarantine_entries_open",
        "quarantine_entries",
        ["source", "record_type", "source_id"],
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_index(
        "ix_quarantine_entries_payload_stored_at",
        "quarantine_entries",
        ["payload_stored_at"],
        postgresql_where=sa.text("payload IS NOT NULL"),
    )


def downgrade() -> None:
    """Go back; encrypted payloads are deleted."""
    op.drop_index("ix_quarantine_entries_payload_stored_at", "quarantine_entries")
    op.drop_index("ix_quarantine_entries_open", "quarantine_entries")
    op.drop_column("quarantine_entries", "payload_stored_at")
    op.drop_column("quarantine_entries", "payload")
    op.add_column("quarantine_entries", sa.Column("raw", sa.LargeBinary()))
    op.create_index("ix_rejected_records_source_last_seen_at", "quarantine_entries", ["source", "last_seen_at"])
    for statement in (
        "ALTER INDEX uq_quarantine_entries_source_fingerprint RENAME TO uq_rejected_records_source_fingerprint",
        "ALTER TABLE quarantine_entries RENAME CONSTRAINT pk_quarantine_entries TO pk_rejected_records",
        "ALTER SEQUENCE quarantine_entries_id_seq RENAME TO rejected_records_id_seq",
    ):
        op.execute(statement)
    op.rename_table("quarantine_entries", "rejected_records")
