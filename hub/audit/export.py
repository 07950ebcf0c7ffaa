"""The log as the off-line verifier reads it, and proofs about one line or two checkpoints (docs/audit.md)."""

from collections.abc import Iterator
from typing import Any

from helhed_verify import proofs
from helhed_verify.lines import FORMAT, export_line, json_line
from helhed_verify.note import read_key
from hub.audit import seal_repository as repository
from hub.audit.canonical import canonical_entry, stamp
from hub.audit.seal_repository import SealedLine, StoredCheckpoint
from hub.audit.tree import SealedTree
from hub.db import Database, Session
from hub.errors import InvalidSetting

PAGE = 5_000
"""Lines read at a time; nothing is locked meanwhile."""


def export_lines(database: Database) -> Iterator[bytes]:
    """The whole sealed log with its checkpoints, line by line.

    Raises:
        InvalidSetting: nothing is sealed yet.
    """
    with database.transaction() as session:
        newest, keys = _newest(session), repository.list_keys(session)
    yield json_line(format=FORMAT, log=read_key(keys[0]).name, keys=keys, lines=newest.size)
    checkpoints = _checkpoints(database, newest)
    checkpoint = next(checkpoints, None)
    for first in range(0, newest.size, PAGE):
        with database.transaction() as session:
            page = list(repository.list_sealed(session, first, min(first + PAGE, newest.size)))
        for sealed in page:
            while checkpoint is not None and checkpoint.size <= sealed.leaf:
                yield json_line(checkpoint=checkpoint.note)
                checkpoint = next(checkpoints, None)
            yield export_line(sealed.leaf, sealed.commitment, _payload(sealed))
    while checkpoint is not None:
        yield json_line(checkpoint=checkpoint.note)
        checkpoint = next(checkpoints, None)
    with database.transaction() as session:
        unsealed = repository.count_unsealed(session)
    oldest = stamp(unsealed.oldest) if unsealed.oldest is not None else None
    yield json_line(unsealed=unsealed.number, oldest=oldest)


def prove_inclusion(session: Session, seq: int) -> dict[str, Any]:
    """The proof that the line stands in the log, under the newest checkpoint.

    Raises:
        InvalidSetting: there is no such line, or it is not sealed yet.
    """
    newest, leaf = _newest(session), repository.leaf_of(session, seq)
    if leaf is None or leaf >= newest.size:
        raise InvalidSetting(f"line {seq} is not in the log, or not sealed yet")
    (sealed,) = repository.list_sealed(session, leaf, leaf + 1)
    path = SealedTree(session).inclusion_path(leaf, newest.size)
    payload = _payload(sealed)
    return {
        "format": proofs.FORMAT,
        "kind": proofs.INCLUSION,
        "checkpoint": newest.note,
        "leaf": leaf,
        "commitment": sealed.commitment.hex(),
        **({"salt": payload[0].hex(), "entry": payload[1].decode()} if payload else {}),
        "path": [node.hex() for node in path],
    }


def prove_consistency(session: Session, old_size: int) -> dict[str, Any]:
    """The proof that the log begins with what it was when it had so many lines.

    Raises:
        InvalidSetting: no checkpoint of that size was signed.
    """
    newest, old = _newest(session), repository.checkpoint_of_size(session, old_size)
    if old is None:
        raise InvalidSetting(f"no checkpoint was signed over exactly {old_size} lines")
    path = SealedTree(session).consistency_path(old.size, newest.size)
    return {
        "format": proofs.FORMAT,
        "kind": proofs.CONSISTENCY,
        "old": old.note,
        "new": newest.note,
        "path": [node.hex() for node in path],
    }


def _payload(sealed: SealedLine) -> tuple[bytes, bytes] | None:
    line = sealed.line
    return None if line is None else (line.salt, canonical_entry(line.seq, line.entry))


def _newest(session: Session) -> StoredCheckpoint:
    newest = repository.newest_checkpoint(session)
    if newest is None:
        raise InvalidSetting("nothing of the log is sealed yet; a worker seals it: helhed worker")
    return newest


def _checkpoints(database: Database, newest: StoredCheckpoint) -> Iterator[StoredCheckpoint]:
    after = 0
    while True:
        with database.transaction() as session:
            page = repository.list_checkpoints(session, after, newest.number, PAGE)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1].number
