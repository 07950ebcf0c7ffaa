"""SQL of the seal: the lines that wait, the leaves and subtrees of the tree, and the signed checkpoints."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from helhed_verify.note import Checkpoint, LogKey
from hub.db import fetch_rows
from schemas.access import AuditEntry

_FIELDS = ", ".join(f"a.{name}" for name in AuditEntry.model_fields)
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('helhed.audit.seal', 0)) AS is_ours")
_TAKE = text(f"""
    WITH waiting AS (
        DELETE FROM audit_unsealed WHERE seq IN (SELECT seq FROM audit_unsealed ORDER BY seq LIMIT :limit)
        RETURNING seq
    )
    SELECT a.seq, a.salt, {_FIELDS} FROM audit_log a JOIN waiting USING (seq) ORDER BY a.seq
""")  # noqa: S608  names of our own; every value is a parameter
_ADD_LEAVES = text("""
    INSERT INTO audit_leaves (leaf, seq, commitment)
    SELECT :first + place - 1, seq, commitment
    FROM unnest(cast(:seqs AS bigint[]), cast(:commitments AS bytea[])) WITH ORDINALITY AS l (seq, commitment, place)
""")
_COMMITMENTS = text("SELECT commitment FROM audit_leaves WHERE leaf >= :first AND leaf < :last ORDER BY leaf")
_SIZE = text("SELECT coalesce(max(leaf) + 1, 0) AS size FROM audit_leaves")
_SUBTREE = text("SELECT root FROM audit_subtrees WHERE first_leaf = :first AND width = :width")
_ADD_SUBTREE = text("""
    INSERT INTO audit_subtrees (first_leaf, width, root) VALUES (:first, :width, :root) ON CONFLICT DO NOTHING
""")
_ADD_CHECKPOINT = text("""
    INSERT INTO audit_checkpoints (size, root, signed_at, note, key) VALUES (:size, :root, :signed_at, :note, :key)
""")
_KEYS = text("SELECT key FROM audit_checkpoints GROUP BY key ORDER BY max(number) DESC")
_NEWEST = text("SELECT number, size, root, signed_at, note FROM audit_checkpoints ORDER BY number DESC LIMIT 1")
_OF_SIZE = text("""
    SELECT number, size, root, signed_at, note FROM audit_checkpoints WHERE size = :size ORDER BY number LIMIT 1
""")
_CHECKPOINTS = text("""
    SELECT number, size, root, signed_at, note FROM audit_checkpoints
    WHERE number > :after AND number <= :last ORDER BY number LIMIT :limit
""")
_SEALED = text(f"""
    SELECT l.leaf, l.commitment, l.seq, a.salt, {_FIELDS}
    FROM audit_leaves l LEFT JOIN audit_log a ON a.seq = l.seq
    WHERE l.leaf >= :first AND l.leaf < :last ORDER BY l.leaf
""")  # noqa: S608  as above
_LEAF_OF = text("SELECT leaf FROM audit_leaves WHERE seq = :seq")
_UNSEALED = text("""
    SELECT count(*) AS number, min(a.recorded_at) AS oldest
    FROM audit_log a LEFT JOIN audit_leaves l ON l.seq = a.seq WHERE l.seq IS NULL
""")
_WAITING = text("""
    SELECT count(*) AS number, min(a.recorded_at) AS oldest FROM audit_unsealed u JOIN audit_log a ON a.seq = u.seq
""")
_ERASE = text("SELECT audit_log_erase(:until, :at_most)")
_NEWEST_LINE = text("SELECT max(recorded_at) AS newest FROM audit_log")
_OLDEST = text("SELECT min(recorded_at) AS oldest FROM audit_log")


class WrittenLine(NamedTuple):
    """A line of the log with its number and salt."""

    seq: int
    salt: bytes
    entry: AuditEntry


class SealedLine(NamedTuple):
    """A leaf of the tree, and the line under it."""

    leaf: int
    commitment: bytes
    line: WrittenLine | None
    """None: erased."""


class StoredCheckpoint(NamedTuple):
    """A checkpoint as it was signed."""

    number: int
    size: int
    root: bytes
    signed_at: datetime
    note: str


class Unsealed(NamedTuple):
    """Lines that are written and not sealed."""

    number: int
    oldest: datetime | None


def take_seal(session: Session) -> bool:
    """Whether this transaction alone seals; held until it ends."""
    (row,) = fetch_rows(session, _LOCK, {})
    return bool(row["is_ours"])


def take_unsealed(session: Session, limit: int) -> list[WrittenLine]:
    """Up to *limit* lines that wait, which wait no longer."""
    return [_line(row) for row in fetch_rows(session, _TAKE, {"limit": limit})]


def add_leaves(session: Session, first: int, leaves: Sequence[tuple[int, bytes]]) -> None:
    """Append these leaves (``seq`` and commitment), the first at that place."""
    seqs, commitments = [seq for seq, _ in leaves], [commitment for _, commitment in leaves]
    fetch_rows(session, _ADD_LEAVES, {"first": first, "seqs": seqs, "commitments": commitments})


def list_commitments(session: Session, first: int, last: int) -> list[bytes]:
    """The commitments in ``[first, last)``."""
    return [bytes(row["commitment"]) for row in fetch_rows(session, _COMMITMENTS, {"first": first, "last": last})]


def tree_size(session: Session) -> int:
    """How many leaves there are."""
    (row,) = fetch_rows(session, _SIZE, {})
    return int(row["size"])


def get_subtree(session: Session, first: int, width: int) -> bytes | None:
    """The root of the complete subtree that begins there; None: it is not stored."""
    rows = fetch_rows(session, _SUBTREE, {"first": first, "width": width})
    return bytes(rows[0]["root"]) if rows else None


def add_subtree(session: Session, first: int, width: int, root: bytes) -> None:
    """Store it."""
    fetch_rows(session, _ADD_SUBTREE, {"first": first, "width": width, "root": root})


def add_checkpoint(session: Session, checkpoint: Checkpoint, note: str, key: LogKey) -> None:
    """Store a checkpoint, as it was signed with that key."""
    values = {"size": checkpoint.size, "root": checkpoint.root, "signed_at": checkpoint.time, "note": note}
    fetch_rows(session, _ADD_CHECKPOINT, {**values, "key": str(key)})


def list_keys(session: Session) -> list[str]:
    """The public keys that signed, the newest first."""
    return [row["key"] for row in fetch_rows(session, _KEYS, {})]


def newest_checkpoint(session: Session) -> StoredCheckpoint | None:
    """The one signed last; None: nothing was ever sealed."""
    rows = fetch_rows(session, _NEWEST, {})
    return StoredCheckpoint(**rows[0]) if rows else None


def checkpoint_of_size(session: Session, size: int) -> StoredCheckpoint | None:
    """The first checkpoint over exactly so many lines."""
    rows = fetch_rows(session, _OF_SIZE, {"size": size})
    return StoredCheckpoint(**rows[0]) if rows else None


def list_checkpoints(session: Session, after: int, last: int, limit: int) -> list[StoredCheckpoint]:
    """Checkpoints in the order they were signed; their numbers in ``(after, last]``."""
    rows = fetch_rows(session, _CHECKPOINTS, {"after": after, "last": last, "limit": limit})
    return [StoredCheckpoint(**row) for row in rows]


def list_sealed(session: Session, first: int, last: int) -> Iterator[SealedLine]:
    """The leaves in ``[first, last)``, each with its line."""
    for row in fetch_rows(session, _SEALED, {"first": first, "last": last}):
        leaf, commitment = row.pop("leaf"), bytes(row.pop("commitment"))
        yield SealedLine(leaf, commitment, _line(row) if row["salt"] is not None else None)


def leaf_of(session: Session, seq: int) -> int | None:
    """The place of the line in the tree; None: it is not sealed, or there is none."""
    rows = fetch_rows(session, _LEAF_OF, {"seq": seq})
    return int(rows[0]["leaf"]) if rows else None


def count_unsealed(session: Session) -> Unsealed:
    """Lines without a leaf, counted in the log itself: slow and certain."""
    (row,) = fetch_rows(session, _UNSEALED, {})
    return Unsealed(**row)


def count_waiting(session: Session) -> Unsealed:
    """Lines that wait for their seal."""
    (row,) = fetch_rows(session, _WAITING, {})
    return Unsealed(**row)


def erase_lines(session: Session, until: datetime, at_most: int) -> int:
    """Erase what lines said that were written, and under a checkpoint, before then; how many were erased.

    The database erases nothing that is younger than a year, whatever it is asked.
    """
    return int(session.scalar(_ERASE, {"until": until, "at_most": at_most}) or 0)


def oldest_line(session: Session) -> datetime | None:
    """When the oldest line that is there was written."""
    (row,) = fetch_rows(session, _OLDEST, {})
    oldest: datetime | None = row["oldest"]
    return oldest


def newest_line(session: Session) -> datetime | None:
    """When the newest line that is there was written."""
    (row,) = fetch_rows(session, _NEWEST_LINE, {})
    newest: datetime | None = row["newest"]
    return newest


def _line(row: dict[str, Any]) -> WrittenLine:
    return WrittenLine(row.pop("seq"), row.pop("salt").bytes, AuditEntry.model_validate(row))
