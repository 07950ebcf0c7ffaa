"""Seals what was written: commitments become leaves of the tree, and its root is signed.

One process seals at a time; who writes lines never waits for it. A process that dies in the middle leaves its lines
waiting, since lines, leaves and checkpoint are one transaction.
"""

from datetime import datetime, timedelta

from helhed_verify.lines import commitment_to
from helhed_verify.note import Checkpoint, InvalidNote, open_note, sign_checkpoint
from hub.audit import seal_repository as repository
from hub.audit.canonical import canonical_entry
from hub.audit.seal_repository import StoredCheckpoint
from hub.audit.signing import Signer
from hub.audit.tree import SealedTree
from hub.db import Session

BATCH = 5_000
"""Lines sealed in one transaction."""
SIGN_EVERY = timedelta(hours=1)
"""So often a checkpoint is signed though nothing was written, so that everybody sees that sealing goes on.

Nothing is signed before the first line: a log without any proves nothing, and there is nothing of it to verify.
"""


class LogInconsistent(Exception):
    """The log is not what was signed before, so nothing more is signed. The text says how, and names no person."""


def seal_next(session: Session, signer: Signer, now: datetime, batch: int = BATCH) -> bool:
    """Seal the next batch, and sign when none waits any more; whether more lines wait.

    Raises:
        LogInconsistent: what was signed before is not in the tree.
    """
    if not repository.take_seal(session):
        return False
    lines = repository.take_unsealed(session, batch)
    tree = SealedTree(session)
    if lines:
        tree.append([(line.seq, commitment_to(line.salt, canonical_entry(line.seq, line.entry))) for line in lines])
    if len(lines) == batch:
        return True
    newest = repository.newest_checkpoint(session)
    size = tree.size()
    is_due = size > 0 if newest is None else newest.size != size or now - newest.signed_at >= SIGN_EVERY
    if is_due:
        _sign(session, signer, tree, newest, now)
    return False


def _sign(session: Session, signer: Signer, tree: SealedTree, newest: StoredCheckpoint | None, now: datetime) -> None:
    _require_consistent(signer, tree, newest)
    moment = now.replace(microsecond=0)
    checkpoint = Checkpoint(signer.key.name, tree.size(), tree.root(tree.size()), moment)
    note = sign_checkpoint(checkpoint, signer.key, signer.sign)
    repository.add_checkpoint(session, checkpoint, note, signer.key)


def _require_consistent(signer: Signer, tree: SealedTree, newest: StoredCheckpoint | None) -> None:
    """Never sign what contradicts the checkpoint before: C2SP tlog-checkpoint forbids it."""
    if newest is None:
        return
    try:
        signed = open_note(newest.note, (signer.key, *signer.former))
    except InvalidNote as error:
        raise LogInconsistent(f"the newest checkpoint is not the log's own: {error}") from None
    if signed.size > tree.size():
        raise LogInconsistent(f"{signed.size - tree.size()} of the signed lines are gone from the tree")
    if tree.root(signed.size) != signed.root:
        raise LogInconsistent(f"the first {signed.size} lines of the tree are not those that were signed")
