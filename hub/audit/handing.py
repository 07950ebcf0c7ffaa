"""Hands the newest checkpoint to every witness that has not got it."""

from collections.abc import Sequence
from datetime import datetime

from hub.audit import seal_repository, witness_repository
from hub.audit.seal_repository import StoredCheckpoint
from hub.audit.tree import SealedTree
from hub.audit.witness_repository import Receipt
from hub.audit.witnesses import Witness, WitnessFailed
from hub.db import Database


def hand_to_witnesses(database: Database, witnesses: Sequence[Witness], now: datetime) -> int:
    """Hand the newest checkpoint to each witness; how many took it. One that fails holds up none of the others."""
    with database.transaction() as session:
        newest = seal_repository.newest_checkpoint(session)
        receipts = witness_repository.list_receipts(session)
    if newest is None:
        return 0
    waiting = [witness for witness in witnesses if not _has(receipts.get(witness.name), newest)]
    return sum(_hand(database, witness, newest, receipts.get(witness.name), now) for witness in waiting)


def _hand(
    database: Database, witness: Witness, newest: StoredCheckpoint, receipt: Receipt | None, now: datetime
) -> bool:
    def path(old_size: int, size: int) -> list[bytes]:
        with database.transaction() as session:
            return SealedTree(session).consistency_path(old_size, size)

    try:
        answer = witness.hand(newest, receipt.size if receipt else 0, path)
    except WitnessFailed as error:
        with database.transaction() as session:
            witness_repository.save_fault(session, witness.name, str(error), now)
        return False
    with database.transaction() as session:
        witness_repository.save_receipt(session, witness.name, newest, now, answer)
        witness_repository.delete_fault(session, witness.name)
    return True


def _has(receipt: Receipt | None, newest: StoredCheckpoint) -> bool:
    return receipt is not None and (receipt.size, receipt.signed_at) == (newest.size, newest.signed_at)
