"""Verifies the log of a restored database against the checkpoints that witnesses have."""

from collections.abc import Sequence
from pathlib import Path

from helhed_verify.note import Checkpoint, InvalidNote, LogKey, open_note, read_key, split_notes
from helhed_verify.verification import CannotVerify, verify_export
from hub.audit import seal_repository
from hub.audit.export import export_lines
from hub.backup.errors import BackupFailed
from hub.db import Database
from hub.recovery.log_rules import LostLines, lost_lines, within
from schemas.base import Schema


class LogState(Schema):
    """What came of verifying the log of a restored database."""

    lines: int
    """Sealed."""
    waiting: int
    """Written and not sealed yet."""
    witnessed: int
    """Lines of the newest checkpoint that was given; 0: none was given."""
    lost: LostLines | None
    findings: tuple[str, ...]
    """What is wrong with the lines that are there."""
    is_verified: bool
    """Whether it was compared with a checkpoint or a key from outside; else it could only be read."""


def check_log(database: Database, files: Sequence[Path], keys: Sequence[LogKey], *, retention_months: int) -> LogState:
    """Verify every line, and compare the tree with the checkpoints in *files*.

    Args:
        database: the restored one.
        files: with checkpoints as witnesses keep them.
        keys: the log's public keys; none: those in the database, if they have signed the checkpoints.
        retention_months: younger lines may not be erased.

    Raises:
        BackupFailed: a file cannot be read, or holds no checkpoint of this log.
    """
    with database.transaction() as session:
        newest = seal_repository.newest_checkpoint(session)
        size = newest.size if newest is not None else 0
        waiting = seal_repository.count_unsealed(session).number
        last_line = seal_repository.newest_line(session)
        trusted = [*keys] or [read_key(key) for key in seal_repository.list_keys(session)]
    notes = [note for path in files for note in _notes(path, trusted)]
    witnessed = [checkpoint for _, checkpoint in notes]
    inside = within(size, witnessed)
    findings: tuple[str, ...] = ()
    is_verified = False
    if size:
        given = [note for note, checkpoint in notes if checkpoint in inside]
        try:
            report = verify_export(export_lines(database), tuple(keys), _last(given), retention_months=retention_months)
        except CannotVerify:
            is_verified = False  # neither a key nor a checkpoint from outside: nothing can be said
        else:
            findings, is_verified = tuple(str(finding) for finding in report.findings), True
    return LogState(
        lines=size,
        waiting=waiting,
        witnessed=max((checkpoint.size for checkpoint in witnessed), default=0),
        lost=lost_lines(size + waiting, last_line, witnessed),
        findings=findings,
        is_verified=is_verified,
    )


def _notes(path: Path, keys: Sequence[LogKey]) -> list[tuple[str, Checkpoint]]:
    """The checkpoints of this log in a file; those under another name of the log are left out."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        notes = list(split_notes(text))
    except OSError as error:
        raise BackupFailed(f"{path} cannot be read: {error.strerror}") from None
    except InvalidNote:
        raise BackupFailed(f"{path} holds no checkpoint; it is the file of a witness (docs/audit.md)") from None
    opened = []
    for note in notes:
        try:
            opened.append((note, open_note(note, keys)))
        except InvalidNote:
            continue
    if keys and not opened:
        raise BackupFailed(f"{path} holds no checkpoint that this log has signed; give that of its witness")
    return opened


def _last(notes: Sequence[str]) -> list[str]:
    """The newest says all that those before it say."""
    return list(notes[-1:])
