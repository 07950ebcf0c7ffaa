"""What the DPO decides about a citizen's rights over what is stored: decided and logged as every act."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.naming import without_names
from hub.access.policy import ask_policies, is_reason, may
from hub.access.redaction import redact_identifiers
from hub.audit.service import write as write_entry
from hub.clock import danish_day
from hub.errors import CitizenNotFound
from hub.overview import repository as overviews
from hub.overview.service import read_hidden
from hub.rights import repository
from hub.rights import restriction_repository as restrictions
from hub.rights.repository import CitizenForgetting, LegalHold
from hub.rights.restriction_repository import Restriction
from hub.rights.stores import DeletionCount, Store
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome
from schemas.base import Schema

HELD_AT_MOST = 500
"""Holds of a list."""
Forget = Callable[[str], Mapping[Store, int]]
"""Deletes everything about the citizen for that reason; how much, by store."""
Rebuild = Callable[[], object]
"""Builds anew whatever tells of the citizen, once it is stored whether they are restricted."""


class RightsFault(StrEnum):
    """What must be corrected before anything is stored."""

    REASON_MISSING = "reason_missing"
    LAST_DAY_PASSED = "last_day_passed"
    LAST_DAY_UNREADABLE = "last_day_unreadable"
    NOT_CONFIRMED = "not_confirmed"
    HELD = "held"
    """A legal hold stands."""
    REVIEW_PASSED = "review_passed"
    RESTRICTED_ALREADY = "restricted_already"
    NOT_TOLD = "not_told"
    """The citizen is to be told before the restriction is lifted (GDPR article 18(3))."""
    WORDS_MISSING = "words_missing"
    FACT_MISSING = "fact_missing"
    """None was chosen, or the source says it no more."""
    CONTESTED_ALREADY = "contested_already"
    OUTCOME_MISSING = "outcome_missing"
    OVER_ALREADY = "over_already"
    """Somebody else has ended it meanwhile."""


class RightsResult(NamedTuple):
    """What came of an act."""

    outcome: AuditOutcome
    """``shown``: it is done; ``failed``: something must be corrected first."""
    faults: tuple[RightsFault, ...] = ()
    counts: Mapping[Store, int] = {}


class RightsView(Schema):
    """What was decided about a citizen."""

    citizen_id: UUID
    is_known: bool
    """Something is stored about the citizen."""
    holds: tuple[LegalHold, ...]
    is_held: bool
    restrictions: tuple[Restriction, ...] = ()
    is_restricted: bool = False


class RightsOverview(Schema):
    """What was decided about all."""

    holds: tuple[LegalHold, ...]
    """Those that stand."""
    forgettings: tuple[CitizenForgetting, ...]
    restrictions: tuple[Restriction, ...] = ()
    """Those that stand."""


class WrittenRestriction(Schema):
    """What the DPO writes to restrict a citizen's processing."""

    reason: str
    review_on: date | None = None
    """When the DPO looks at it again; it does not end by itself."""


class WrittenHold(Schema):
    """What the DPO writes to let nothing be deleted."""

    reason: str
    last_day: date | None = None


def hold_faults(written: WrittenHold, today: date) -> tuple[RightsFault, ...]:
    """What must be corrected; pure."""
    faults = {
        RightsFault.REASON_MISSING: not is_reason(written.reason),
        RightsFault.LAST_DAY_PASSED: written.last_day is not None and written.last_day < today,
    }
    return tuple(fault for fault, is_present in faults.items() if is_present)


class RightsDesk:
    """Reads and decides for one actor, in the caller's transaction. A refusal is an answer, and its line is kept."""

    def __init__(self, session: Session, actor: Actor, request: AccessRequest, *, now: datetime) -> None:
        self._session, self._actor, self._request, self._now = session, actor, request, now
        self._today = danish_day(now)

    def read_all(self, *, before: int | None, size: int) -> RightsOverview | None:
        """Holds that stand, and who was forgotten, the newest first. None: refused."""
        if not self._may_read(None):
            return None
        return RightsOverview(
            holds=repository.list_held(self._session, self._today, HELD_AT_MOST),
            forgettings=repository.list_forgettings(self._session, before=before, size=size),
            restrictions=restrictions.list_standing(self._session, HELD_AT_MOST),
        )

    def read(self, citizen_id: UUID) -> RightsView | None:
        """What was decided about a citizen. None: refused."""
        if not self._may_read(citizen_id):
            return None
        holds = repository.list_holds(self._session, citizen_id)
        return RightsView(
            citizen_id=citizen_id,
            is_known=self.is_known(citizen_id),
            holds=holds,
            is_held=self._is_held(citizen_id),
            restrictions=restrictions.list_restrictions(self._session, citizen_id),
            is_restricted=self._is_restricted(citizen_id),
        )

    def read_deletions(self, since: date) -> tuple[DeletionCount, ...] | None:
        """How much was deleted from each store since that day. None: refused."""
        is_allowed = may(self._actor, AuditAction.READ_DELETIONS)
        self.write(AuditAction.READ_DELETIONS, AuditOutcome.SHOWN if is_allowed else AuditOutcome.REFUSED)
        return repository.list_counts(self._session, since) if is_allowed else None

    def place_hold(self, citizen_id: UUID, written: WrittenHold) -> RightsResult:
        """Let nothing about the citizen be deleted, until the last day or until it is released."""
        faults = hold_faults(written, self._today)
        if faults and self.may_decide:
            return RightsResult(AuditOutcome.FAILED, faults)
        reason = self.decide(AuditAction.PLACE_HOLD, citizen_id, written.reason)
        if reason is None:
            return RightsResult(AuditOutcome.REFUSED)
        if not self.is_known(citizen_id):
            self.write(AuditAction.PLACE_HOLD, AuditOutcome.NOT_FOUND, citizen_id)
            return RightsResult(AuditOutcome.NOT_FOUND)
        repository.place_hold(
            self._session,
            citizen_id,
            reason=reason,
            last_day=written.last_day,
            by=self._actor.caller_name,
            now=self._now,
        )
        self.write(AuditAction.PLACE_HOLD, AuditOutcome.SHOWN, citizen_id, reason)
        return RightsResult(AuditOutcome.SHOWN)

    def release_hold(self, citizen_id: UUID, hold_id: int, reason: str) -> RightsResult:
        """Let what is due be deleted again."""
        if self.may_decide and not is_reason(reason):
            return RightsResult(AuditOutcome.FAILED, (RightsFault.REASON_MISSING,))
        stored_reason = self.decide(AuditAction.RELEASE_HOLD, citizen_id, reason)
        if stored_reason is None:
            return RightsResult(AuditOutcome.REFUSED)
        by = self._actor.caller_name
        if not repository.release_hold(self._session, hold_id, citizen_id, reason=stored_reason, by=by, now=self._now):
            return RightsResult(AuditOutcome.FAILED, (RightsFault.OVER_ALREADY,))
        self.write(AuditAction.RELEASE_HOLD, AuditOutcome.SHOWN, citizen_id, stored_reason)
        return RightsResult(AuditOutcome.SHOWN)

    def restrict(self, citizen_id: UUID, written: WrittenRestriction, rebuild: Rebuild) -> RightsResult:
        """Let nobody be shown anything of the citizen until it is lifted; what is stored stays, and goes on coming."""
        faults = {
            RightsFault.REASON_MISSING: not is_reason(written.reason),
            RightsFault.REVIEW_PASSED: written.review_on is not None and written.review_on < self._today,
            RightsFault.RESTRICTED_ALREADY: self._is_restricted(citizen_id),
        }
        present_faults = tuple(fault for fault, is_present in faults.items() if is_present)
        if present_faults and self.may_decide:
            return RightsResult(AuditOutcome.FAILED, present_faults)
        reason = self.decide(AuditAction.RESTRICT_CITIZEN, citizen_id, written.reason)
        if reason is None:
            return RightsResult(AuditOutcome.REFUSED)
        if not self.is_known(citizen_id):
            self.write(AuditAction.RESTRICT_CITIZEN, AuditOutcome.NOT_FOUND, citizen_id)
            return RightsResult(AuditOutcome.NOT_FOUND)
        by, now = self._actor.caller_name, self._now
        restrictions.restrict(self._session, citizen_id, reason=reason, review_on=written.review_on, by=by, now=now)
        rebuild()
        self.write(AuditAction.RESTRICT_CITIZEN, AuditOutcome.SHOWN, citizen_id, reason)
        return RightsResult(AuditOutcome.SHOWN)

    def lift_restriction(
        self, citizen_id: UUID, restriction_id: int, reason: str, rebuild: Rebuild, *, is_told: bool
    ) -> RightsResult:
        """Let those who may see the citizen again; *is_told*: the DPO has told the citizen before."""
        faults = {RightsFault.REASON_MISSING: not is_reason(reason), RightsFault.NOT_TOLD: not is_told}
        present_faults = tuple(fault for fault, is_present in faults.items() if is_present)
        if present_faults and self.may_decide:
            return RightsResult(AuditOutcome.FAILED, present_faults)
        stored_reason = self.decide(AuditAction.LIFT_RESTRICTION, citizen_id, reason)
        if stored_reason is None:
            return RightsResult(AuditOutcome.REFUSED)
        by, now = self._actor.caller_name, self._now
        if not restrictions.lift(self._session, restriction_id, citizen_id, reason=stored_reason, by=by, now=now):
            return RightsResult(AuditOutcome.FAILED, (RightsFault.OVER_ALREADY,))
        rebuild()
        self.write(AuditAction.LIFT_RESTRICTION, AuditOutcome.SHOWN, citizen_id, stored_reason)
        return RightsResult(AuditOutcome.SHOWN)

    def forget(self, citizen_id: UUID, reason: str, *, is_confirmed: bool, forget: Forget) -> RightsResult:
        """Delete everything about the citizen but the log, or say what must be corrected first."""
        faults = {
            RightsFault.REASON_MISSING: not is_reason(reason),
            RightsFault.NOT_CONFIRMED: not is_confirmed,
            RightsFault.HELD: self._is_held(citizen_id),
        }
        present_faults = tuple(fault for fault, is_present in faults.items() if is_present)
        if present_faults and self.may_decide:
            if RightsFault.HELD in present_faults:
                self.write(AuditAction.FORGET_CITIZEN, AuditOutcome.FAILED, citizen_id)
            return RightsResult(AuditOutcome.FAILED, present_faults)
        stored_reason = self.decide(AuditAction.FORGET_CITIZEN, citizen_id, reason)
        if stored_reason is None:
            return RightsResult(AuditOutcome.REFUSED)
        try:
            counts = forget(stored_reason)
        except CitizenNotFound:
            self.write(AuditAction.FORGET_CITIZEN, AuditOutcome.NOT_FOUND, citizen_id)
            return RightsResult(AuditOutcome.NOT_FOUND)
        deleted: dict[str, JsonValue] = {store.value: number for store, number in counts.items()}
        self.write(AuditAction.FORGET_CITIZEN, AuditOutcome.SHOWN, citizen_id, stored_reason, deleted=deleted)
        return RightsResult(AuditOutcome.SHOWN, counts=counts)

    def lift_forgetting(self, forgetting_id: int, reason: str) -> RightsResult:
        """Let sources tell of the citizen again."""
        if self.may_decide and not is_reason(reason):
            return RightsResult(AuditOutcome.FAILED, (RightsFault.REASON_MISSING,))
        stored_reason = self.decide(AuditAction.LIFT_FORGETTING, None, reason)
        if stored_reason is None:
            return RightsResult(AuditOutcome.REFUSED)
        citizen_id = repository.lift_forgetting(
            self._session, forgetting_id, reason=stored_reason, by=self._actor.caller_name, now=self._now
        )
        if citizen_id is None:
            return RightsResult(AuditOutcome.FAILED, (RightsFault.OVER_ALREADY,))
        self.write(AuditAction.LIFT_FORGETTING, AuditOutcome.SHOWN, citizen_id, stored_reason)
        return RightsResult(AuditOutcome.SHOWN)

    def is_known(self, citizen_id: UUID) -> bool:
        """Whether anything is stored about the citizen."""
        return citizen_id in overviews.headers(self._session, [citizen_id]) or (
            self._is_restricted(citizen_id) and read_hidden(self._session, citizen_id) is not None
        )

    def record_decision(self, action: AuditAction, citizen_id: UUID, reason: str) -> bool:
        """Decide an act that stores nothing, and write its line; whether it may be done."""
        stored_reason = self.decide(action, citizen_id, reason)
        if stored_reason is None:
            return False
        self.write(action, AuditOutcome.SHOWN, citizen_id, stored_reason or None)
        return True

    @property
    def may_decide(self) -> bool:
        """Whether the actor decides about rights at all; then what must be corrected is told."""
        return may(self._actor, AuditAction.READ_RIGHTS)

    def _may_read(self, citizen_id: UUID | None) -> bool:
        is_allowed = may(self._actor, AuditAction.READ_RIGHTS)
        outcome = AuditOutcome.SHOWN if is_allowed else AuditOutcome.REFUSED
        self.write(AuditAction.READ_RIGHTS, outcome, citizen_id)
        return is_allowed

    def _is_restricted(self, citizen_id: UUID) -> bool:
        return bool(restrictions.restricted_among(self._session, [citizen_id]))

    def _is_held(self, citizen_id: UUID) -> bool:
        return bool(repository.held_among(self._session, [citizen_id], self._today))

    def decide(self, action: AuditAction, citizen_id: UUID | None, reason: str) -> str | None:
        """The reason to store: without numbers, and without names that would say whose the key is. None: refused.

        The line of a refusal is written.
        """
        is_held = citizen_id is not None and self._is_held(citizen_id)
        context = (("has_reason", is_reason(reason)), ("is_held", is_held))
        if not ask_policies(self._actor, [(action.value, "Citizen", context)])[0].allowed:
            self.write(action, AuditOutcome.REFUSED, citizen_id)
            return None
        request = self._request.model_copy(update={"override_reason": redact_identifiers(reason)})
        if citizen_id is not None:
            request = without_names(self._session, citizen_id, request)
        return request.override_reason or ""

    def write(
        self,
        action: AuditAction,
        outcome: AuditOutcome,
        citizen_id: UUID | None = None,
        reason: str | None = None,
        deleted: dict[str, JsonValue] | None = None,
    ) -> None:
        """Write the line of an act."""
        request = self._request.model_copy(update={"override_reason": reason})
        details: dict[str, JsonValue] = {"deleted": {**deleted}} if deleted is not None else {}
        entry = audit_entry(self._actor, action, outcome, request, self._now, details=details, citizen_id=citizen_id)
        write_entry(self._session, entry)
