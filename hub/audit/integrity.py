"""Whether the log is whole, as far as we can tell ourselves: sealed, witnessed, verified line by line."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from helhed_verify.verification import verify_export
from hub.audit import seal_repository, witness_repository
from hub.audit.export import export_lines
from hub.audit.seal_repository import StoredCheckpoint
from hub.audit.signing import Signer
from hub.audit.witness_repository import Receipt, SealFault, StoredVerification
from hub.db import Database, Session
from schemas.base import Instant, Schema

SEALED_WITHIN = timedelta(minutes=10)
"""A line that waits longer for its seal is a fault; so is a witness that is so far behind."""
VERIFIED_WITHIN = timedelta(hours=36)
"""The worker verifies the whole log every night."""


class WitnessState(Schema):
    """How a witness does."""

    name: str
    size: int
    """Lines of the newest checkpoint that it has taken; 0: none."""
    signed_at: Instant | None
    """When that checkpoint was signed."""
    is_behind: bool


class LogIntegrity(Schema):
    """What can be said of the log now."""

    lines: int
    """Sealed and signed."""
    signed_at: Instant | None
    """When the newest checkpoint was signed."""
    waiting: int
    """Written and not sealed yet."""
    is_sealing_behind: bool
    witnesses: tuple[WitnessState, ...]
    faults: tuple[str, ...]
    """Why sealing or witnesses do not go on."""
    verified_at: Instant | None
    """When the whole log was verified last."""
    erased: int
    """Lines whose content was erased at the end of its retention, at that verification."""
    findings: tuple[str, ...]
    """What that verification found."""
    oldest: Instant | None
    """When the oldest line was written."""

    @property
    def witnessed_at(self) -> datetime | None:
        """When the newest checkpoint was signed that at least one witness has."""
        return max((each.signed_at for each in self.witnesses if each.signed_at is not None), default=None)

    def is_verified_lately(self, now: datetime) -> bool:
        """Whether the whole log was verified as often as it should be."""
        return self.verified_at is not None and now - self.verified_at <= VERIFIED_WITHIN

    @property
    def is_begun(self) -> bool:
        """Whether anything was ever signed, verified or handed to a witness. A log that is not begun proves nothing."""
        return self.signed_at is not None or self.verified_at is not None or self.witnessed_at is not None

    def is_trouble(self, now: datetime) -> bool:
        """Whether something is wrong. Of a log that is not begun: that lines wait too long, or that sealing fails."""
        return not self.is_whole(now) if self.is_begun else bool(self.faults or self.is_sealing_behind)

    def is_whole(self, now: datetime) -> bool:
        """Whether all is as it should be: verified lately, without a finding, sealed, and with a witness."""
        is_verified = self.is_verified_lately(now)
        is_witnessed = any(not each.is_behind for each in self.witnesses)
        return is_verified and is_witnessed and not (self.findings or self.faults or self.is_sealing_behind)


def read_integrity(session: Session, now: datetime) -> LogIntegrity:
    """What can be said of the log now."""
    newest = seal_repository.newest_checkpoint(session)
    waiting = seal_repository.count_waiting(session)
    verification = witness_repository.newest_verification(session)
    faults = witness_repository.list_faults(session)
    return LogIntegrity(
        lines=newest.size if newest else 0,
        signed_at=newest.signed_at if newest else None,
        waiting=waiting.number,
        is_sealing_behind=waiting.oldest is not None and now - waiting.oldest > SEALED_WITHIN,
        witnesses=_witnesses(newest, witness_repository.list_receipts(session), faults),
        faults=tuple(f"{fault.place}: {fault.fault}" for fault in faults),
        verified_at=verification.verified_at if verification else None,
        erased=verification.erased if verification else 0,
        findings=tuple(verification.findings) if verification else (),
        oldest=seal_repository.oldest_line(session),
    )


def count_behind(session: Session) -> int:
    """How many witnesses are behind: what the notices tell."""
    newest = seal_repository.newest_checkpoint(session)
    receipts, faults = witness_repository.list_receipts(session), witness_repository.list_faults(session)
    return sum(witness.is_behind for witness in _witnesses(newest, receipts, faults))


def verify_log(database: Database, signer: Signer, now: datetime, retention_months: int) -> StoredVerification:
    """Verify the whole log as the off-line verifier does, and keep what came of it."""
    keys = (signer.key, *signer.former)
    with database.transaction() as session:
        before = seal_repository.newest_checkpoint(session)
    notes = [before.note] if before is not None else []
    report = verify_export(export_lines(database), keys, notes, retention_months=retention_months)
    findings = tuple(str(finding) for finding in report.findings)
    verification = StoredVerification(now, report.lines, report.erased, findings)
    with database.transaction() as session:
        witness_repository.add_verification(session, verification)
    return verification


def _witnesses(
    newest: StoredCheckpoint | None, receipts: dict[str, Receipt], faults: Sequence[SealFault]
) -> tuple[WitnessState, ...]:
    names = [*receipts, *(fault.place for fault in faults if fault.place not in {*receipts, SEALING})]
    return tuple(_witness(name, newest, receipts.get(name)) for name in sorted(names))


def _witness(name: str, newest: StoredCheckpoint | None, receipt: Receipt | None) -> WitnessState:
    is_behind = newest is not None and (receipt is None or newest.signed_at - receipt.signed_at > SEALED_WITHIN)
    return WitnessState(
        name=name,
        size=receipt.size if receipt else 0,
        signed_at=receipt.signed_at if receipt else None,
        is_behind=is_behind,
    )


SEALING = "sealing"
"""The place of a fault that is no witness's."""
