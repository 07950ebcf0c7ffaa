"""SQL of what is known about the log's proof: who has which checkpoint, what does not go on, what was verified."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.audit.seal_repository import StoredCheckpoint
from hub.db import fetch_rows

_RECEIPTS = text("SELECT witness, size, signed_at, handed_at, answer FROM audit_receipts ORDER BY witness")
_SAVE_RECEIPT = text("""
    INSERT INTO audit_receipts (witness, size, signed_at, handed_at, answer)
    VALUES (:witness, :size, :signed_at, :handed_at, :answer)
    ON CONFLICT (witness) DO UPDATE SET size = excluded.size, signed_at = excluded.signed_at,
        handed_at = excluded.handed_at, answer = excluded.answer
""")
_FAULTS = text("SELECT place, fault, since FROM audit_faults ORDER BY place")
_SAVE_FAULT = text("""
    INSERT INTO audit_faults (place, fault, since) VALUES (:place, :fault, :since)
    ON CONFLICT (place) DO UPDATE SET fault = excluded.fault
""")
_DELETE_FAULT = text("DELETE FROM audit_faults WHERE place = :place")
_ADD_VERIFICATION = text("""
    INSERT INTO audit_verifications (verified_at, lines, erased, findings)
    VALUES (:verified_at, :lines, :erased, :findings)
""")
_VERIFICATION = text("""
    SELECT verified_at, lines, erased, findings FROM audit_verifications ORDER BY number DESC LIMIT 1
""")


class Receipt(NamedTuple):
    """The newest checkpoint that a witness has taken."""

    witness: str
    size: int
    signed_at: datetime
    handed_at: datetime
    answer: str


class SealFault(NamedTuple):
    """What does not go on, and since when."""

    place: str
    """``sealing``, or the name of a witness."""
    fault: str
    since: datetime


class StoredVerification(NamedTuple):
    """What came of verifying the whole log."""

    verified_at: datetime
    lines: int
    erased: int
    findings: Sequence[str]


def list_receipts(session: Session) -> dict[str, Receipt]:
    """What each witness has taken last, by its name."""
    return {row["witness"]: Receipt(**row) for row in fetch_rows(session, _RECEIPTS, {})}


def save_receipt(session: Session, witness: str, checkpoint: StoredCheckpoint, now: datetime, answer: str) -> None:
    """Keep that the witness has taken the checkpoint."""
    values = {"size": checkpoint.size, "signed_at": checkpoint.signed_at, "handed_at": now, "answer": answer}
    fetch_rows(session, _SAVE_RECEIPT, {"witness": witness, **values})


def list_faults(session: Session) -> tuple[SealFault, ...]:
    """What does not go on."""
    return tuple(SealFault(**row) for row in fetch_rows(session, _FAULTS, {}))


def save_fault(session: Session, place: str, fault: str, now: datetime) -> None:
    """Keep why it does not go on; since when stays."""
    fetch_rows(session, _SAVE_FAULT, {"place": place, "fault": fault, "since": now})


def delete_fault(session: Session, place: str) -> None:
    """It goes on."""
    fetch_rows(session, _DELETE_FAULT, {"place": place})


def add_verification(session: Session, verification: StoredVerification) -> None:
    """Keep what came of a verification."""
    fetch_rows(session, _ADD_VERIFICATION, {**verification._asdict(), "findings": list(verification.findings)})


def newest_verification(session: Session) -> StoredVerification | None:
    """The last one; None: the log was never verified."""
    rows = fetch_rows(session, _VERIFICATION, {})
    return StoredVerification(**rows[0]) if rows else None
