"""What a citizen contests (GDPR article 16): the DPO marks it in the citizen's words, and decides it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from hub.access.policy import is_reason
from hub.access.redaction import redact_identifiers
from hub.access.rights import Rebuild, RightsDesk, RightsFault, RightsResult
from hub.overview import repository as overviews
from hub.overview.service import statement_of
from hub.rights import contest_repository as contests
from hub.rights.contest_repository import Contest, ContestOutcome
from schemas.access import AuditAction, AuditOutcome
from schemas.facts import Fact
from schemas.period import Period
from schemas.source import Area

DECISIONS = (ContestOutcome.UPHELD, ContestOutcome.REJECTED)


class ContestableFact(NamedTuple):
    """A line of the citizen's page that can be contested."""

    id: str
    area: Area
    source: str
    fact: Fact
    valid: Period


class ContestView(NamedTuple):
    """What the citizen contests, and what can be contested."""

    contests: tuple[Contest, ...]
    facts: tuple[ContestableFact, ...]


class ContestDesk:
    """Marks and decides for one DPO, in the caller's transaction; the rights' desk decides and logs each act."""

    def __init__(self, session: Session, desk: RightsDesk, citizen_id: UUID, by: str, *, now: datetime) -> None:
        self._session, self._desk, self._citizen_id, self._by, self._now = session, desk, citizen_id, by, now

    def read(self) -> ContestView | None:
        """What is contested, and the lines of the page. None: refused."""
        if self._desk.read(self._citizen_id) is None:
            return None
        _, overview = overviews.current(self._session, [self._citizen_id]).get(self._citizen_id, (0, None))
        facts = tuple(
            ContestableFact(entry.id, entry.area, entry.provenance.source, entry.fact, entry.valid)
            for entry in (overview.entries() if overview else ())
        )
        return ContestView(contests.list_contests(self._session, self._citizen_id), facts)

    def contest(self, entity: str, words: str, rebuild: Rebuild) -> RightsResult:
        """Mark a line as contested, in the citizen's words; it stands until it is corrected or decided."""
        standing = [each for each in contests.list_contests(self._session, self._citizen_id) if each.stands]
        faults = {
            RightsFault.WORDS_MISSING: not is_reason(words),
            RightsFault.FACT_MISSING: not entity,
            RightsFault.CONTESTED_ALREADY: any(each.entity == entity for each in standing),
        }
        present_faults = tuple(fault for fault, is_present in faults.items() if is_present)
        if present_faults and self._desk.may_decide:
            return RightsResult(AuditOutcome.FAILED, present_faults)
        stored_words = self._desk.decide(AuditAction.CONTEST_FACT, self._citizen_id, words)
        if stored_words is None:
            return RightsResult(AuditOutcome.REFUSED)
        digest = statement_of(self._session, self._citizen_id, entity)
        if digest is None:
            self._desk.write(AuditAction.CONTEST_FACT, AuditOutcome.NOT_FOUND, self._citizen_id)
            return RightsResult(AuditOutcome.FAILED, (RightsFault.FACT_MISSING,))
        contests.contest(
            self._session, self._citizen_id, entity=entity, digest=digest, words=redact_identifiers(words), by=self._by,
            now=self._now,
        )  # fmt: skip
        rebuild()
        self._desk.write(AuditAction.CONTEST_FACT, AuditOutcome.SHOWN, self._citizen_id, stored_words)
        return RightsResult(AuditOutcome.SHOWN)

    def decide(self, contest_id: int, outcome: ContestOutcome | None, reason: str, rebuild: Rebuild) -> RightsResult:
        """End a mark with a reason: the citizen is right, and the source must still correct it, or is not."""
        faults = {
            RightsFault.REASON_MISSING: not is_reason(reason),
            RightsFault.OUTCOME_MISSING: outcome not in DECISIONS,
        }
        present_faults = tuple(fault for fault, is_present in faults.items() if is_present)
        if present_faults and self._desk.may_decide:
            return RightsResult(AuditOutcome.FAILED, present_faults)
        stored_reason = self._desk.decide(AuditAction.DECIDE_CONTEST, self._citizen_id, reason)
        if stored_reason is None or outcome is None:
            return RightsResult(AuditOutcome.REFUSED)
        is_ended = contests.end_contest(
            self._session, contest_id, self._citizen_id, outcome=outcome, reason=stored_reason, by=self._by,
            now=self._now,
        )  # fmt: skip
        if not is_ended:
            return RightsResult(AuditOutcome.FAILED, (RightsFault.OVER_ALREADY,))
        rebuild()
        self._desk.write(AuditAction.DECIDE_CONTEST, AuditOutcome.SHOWN, self._citizen_id, stored_reason)
        return RightsResult(AuditOutcome.SHOWN)
