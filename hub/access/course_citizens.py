"""Somebody of the family is taken into a course that runs already; they consent for themselves."""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.course_policy import may_handle_course, may_offer_course
from hub.access.courses import Faults
from hub.access.policy import decide
from hub.access.showing import cut_and_mask_all
from hub.audit.service import write_all
from hub.clock import danish_day
from hub.course import repository as access
from hub.course import team_repository as repository
from hub.course.course_rules import CourseFault
from hub.overview import repository as overviews
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome, Basis
from schemas.course import CourseFacts
from schemas.overview import Relative

ACT = AuditAction.ADD_COURSE_CITIZEN


class CourseFamilyDesk:
    """Takes relatives into one course for one actor, in the caller's transaction.

    ``None`` is the answer to whoever may not, and where there is no such open course; the line is kept.
    """

    def __init__(
        self, session: Session, actor: Actor, course_id: UUID, request: AccessRequest, *, now: datetime
    ) -> None:
        self._session, self._actor, self._course_id = session, actor, course_id
        self._request = request.model_copy(update={"override_reason": None, "override_id": None})
        self._now, self._today = now, danish_day(now)
        self._facts = repository.course_facts(session, actor, course_id, self._today)

    def list_relatives(self) -> tuple[Relative, ...] | None:
        """The relatives whom pages of the course's citizens name to the actor, and who are not on the course."""
        facts = self._allowed()
        if facts is None:
            return None
        self._write(facts, AuditOutcome.SHOWN, None)
        return tuple(self._relatives(facts).values())

    def add(self, citizen_id: UUID, version: int) -> Faults | None:
        """Take the relative into the course; until they consent it opens nothing of theirs."""
        facts = self._allowed()
        if facts is None:
            return None
        if citizen_id in facts.citizen_ids:
            return ()  # the form was sent twice
        of_relative = access.access_facts_of(self._session, self._actor, [citizen_id], self._today).get(citizen_id)
        relatives = self._relatives(facts)
        if (
            citizen_id not in relatives
            or of_relative is None
            or not may_offer_course(self._actor, of_relative, is_relative=True)
        ):
            self._write(facts, AuditOutcome.REFUSED, None)
            return None
        current = repository.lock_course(self._session, self._course_id)
        busy = repository.lock_citizens(self._session, [citizen_id], self._today)
        if busy:
            return (CourseFault.ALREADY_ON_COURSE,)
        if current != version:
            return (CourseFault.CHANGED_MEANWHILE,)
        repository.add_citizen(self._session, self._course_id, citizen_id, self._today)
        repository.raise_version(self._session, self._course_id)
        self._write(facts, AuditOutcome.SHOWN, citizen_id)
        return ()

    def _relatives(self, facts: CourseFacts) -> dict[UUID, Relative]:
        of_citizens = access.access_facts_of(self._session, self._actor, facts.citizen_ids, self._today)
        decisions = {key: decide(self._actor, each, self._request) for key, each in of_citizens.items()}
        open_to_actor = [key for key, decision in decisions.items() if decision.allowed]
        whole = [page for _, page in overviews.current(self._session, open_to_actor).values() if page]
        pages = cut_and_mask_all(self._session, whole, decisions, self._today, facts=of_citizens)
        return {
            relative.citizen_id: relative
            for page in pages.values()
            for relative in page.header.relatives
            if relative.citizen_id
            and relative.citizen_id not in facts.citizen_ids
            and relative.valid.contains(self._today)
        }

    def _allowed(self) -> CourseFacts | None:
        facts = self._facts
        if facts is not None and may_handle_course(self._actor, ACT, facts):
            return facts
        self._write(facts, AuditOutcome.NOT_FOUND if facts is None else AuditOutcome.REFUSED, None)
        return None

    def _write(self, facts: CourseFacts | None, outcome: AuditOutcome, added: UUID | None) -> None:
        said: dict[str, JsonValue] = {"id": str(self._course_id), **({"added": str(added)} if added else {})}
        entry = audit_entry(
            self._actor,
            ACT,
            outcome,
            self._request,
            self._now,
            basis=Basis.TEAM if outcome is AuditOutcome.SHOWN else Basis.NONE,
            details={"course": said},
        )
        about = [*(facts.citizen_ids if facts else ()), *([added] if added else [])]
        write_all(self._session, [entry.model_copy(update={"citizen_id": each}) for each in about] or [entry])
