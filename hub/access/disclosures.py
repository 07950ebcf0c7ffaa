"""Disclosures of an area's data on another basis than consent: stated, listed, ended, opened for a meeting.

Whoever works with the citizen in the area that has the data decides, for others and never for themselves. Each act is
decided by the policies and is a line of the log.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access import repository as employees
from hub.access.audit_entry import audit_entry
from hub.access.disclosure_policy import (
    DisclosureAsk,
    may_disclose,
    may_end_disclosure,
    may_use_disclosure,
    offered_bases,
    strangers,
)
from hub.access.disclosure_rules import DisclosureFault, StatedDisclosure, faults_of
from hub.access.naming import without_names
from hub.access.policy import decide, may, relation_of
from hub.access.redaction import redact_identifiers
from hub.audit.service import write, write_all
from hub.clock import danish_day
from hub.course import disclosure_repository as repository
from hub.course import repository as course
from hub.overview import repository as overviews
from hub.sources.repository import source_areas
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, AuditOutcome, Role
from schemas.base import Schema
from schemas.consent import AREA_CATEGORIES, cell_of
from schemas.data_category import DataCategory
from schemas.disclosure import Disclosure, DisclosureBasis
from schemas.source import Area

PAGE_SIZE = 50
"""Disclosures of one page, in each of the two lists."""


class DisclosureForm(Schema):
    """What the actor may disclose about a citizen."""

    citizen_id: UUID
    name: str | None
    area: Area
    categories: tuple[DataCategory, ...]
    bases: tuple[DisclosureBasis, ...]
    has_team: bool
    """The citizen is on a course."""


class ListedDisclosure(Schema):
    """One disclosure, and what the actor may do about it."""

    disclosure: Disclosure
    citizen_name: str | None
    """None: the actor may not open the citizen now."""
    may_open: bool
    """The citizen's page is open to the actor now."""
    may_use: bool
    """It is for a meeting that is today, and the actor has not opened it yet."""
    may_end: bool


class ListedDisclosures(Schema):
    """Those to the actor, and those by the actor."""

    to_me: tuple[ListedDisclosure, ...]
    by_me: tuple[ListedDisclosure, ...]
    has_more: bool = False
    """There is another page of one of the two."""


class DisclosureResult(NamedTuple):
    """What came of an act."""

    outcome: AuditOutcome
    """``shown``: it is done; ``failed``: something must be corrected first."""
    faults: tuple[DisclosureFault, ...] = ()
    disclosure: Disclosure | None = None


class _Receivers(NamedTuple):
    """To whom it goes, as far as they are known."""

    course_id: UUID | None
    known: tuple[Actor, ...]
    areas: frozenset[str]
    """Empty: of somebody without an area."""


class DisclosureDesk:
    """Reads and changes disclosures for one actor, in the caller's transaction. A refusal is an answer."""

    def __init__(self, session: Session, actor: Actor, request: AccessRequest, *, now: datetime) -> None:
        self._session, self._actor, self._request, self._now = session, actor, request, now
        self._today = danish_day(now)

    def list_disclosures(self, page: int = 1) -> ListedDisclosures | None:
        """A page of those that stand for the actor, and of the actor's own; a line, and one for each citizen.

        None: refused.
        """
        if not may(self._actor, AuditAction.READ_DISCLOSURES):
            self._write(AuditAction.READ_DISCLOSURES, AuditOutcome.REFUSED)
            return None
        start = (page - 1) * PAGE_SIZE
        to_me = repository.list_to(self._session, self._actor, self._today, PAGE_SIZE + 1, start)
        by_me = repository.list_by(self._session, self._actor, self._today, PAGE_SIZE + 1, start)
        has_more = max(len(to_me), len(by_me)) > PAGE_SIZE
        to_me, by_me = to_me[:PAGE_SIZE], by_me[:PAGE_SIZE]
        ids = {each.citizen_id for each in (*to_me, *by_me)}
        facts = course.access_facts_of(self._session, self._actor, ids, self._today)
        to_me = tuple(each for each in to_me if _stands_for(each, facts.get(each.citizen_id)))
        is_open = {citizen_id for citizen_id, fact in facts.items() if decide(self._actor, fact, self._request).allowed}
        line = audit_entry(
            self._actor,
            AuditAction.READ_DISCLOSURES,
            AuditOutcome.SHOWN,
            self._request,
            self._now,
            result_count=len(ids),
        )
        about = [
            line.model_copy(update={"citizen_id": citizen_id, "basis": relation_of(facts[citizen_id])})
            for citizen_id in sorted(is_open)
        ]
        write_all(self._session, [line, *about])
        headers = overviews.headers(self._session, is_open)
        names = {citizen_id: header.display_name for citizen_id, header in headers.items()}

        def listed(disclosure: Disclosure) -> ListedDisclosure:
            fact = facts.get(disclosure.citizen_id)
            return ListedDisclosure(
                disclosure=disclosure,
                citizen_name=names.get(disclosure.citizen_id),
                may_open=disclosure.citizen_id in is_open,
                may_use=fact is not None
                and may_use_disclosure(self._actor, disclosure, self._today, is_self=fact.is_self),
                may_end=disclosure.stands(self._today)
                and may_end_disclosure(self._actor, fact or strangers(disclosure.citizen_id), disclosure),
            )

        return ListedDisclosures(to_me=tuple(map(listed, to_me)), by_me=tuple(map(listed, by_me)), has_more=has_more)

    def form(self, citizen_id: UUID) -> DisclosureForm | None:
        """What the actor may disclose about the citizen; None: nothing, or there is no such citizen."""
        facts = self._facts(citizen_id)
        bases = offered_bases(self._actor, facts) if facts else ()
        area = self._actor.area
        if facts is None or not bases or area is None:
            outcome = AuditOutcome.NOT_FOUND if facts is None else AuditOutcome.REFUSED
            self._write(AuditAction.READ_DISCLOSURES, outcome, citizen_id)
            return None
        self._write(AuditAction.READ_DISCLOSURES, AuditOutcome.SHOWN, citizen_id)
        header = overviews.headers(self._session, [citizen_id]).get(citizen_id)
        return DisclosureForm(
            citizen_id=citizen_id,
            name=header.display_name if header else None,
            area=area,
            categories=AREA_CATEGORIES[area],
            bases=bases,
            has_team=course.course_of(self._session, citizen_id, self._today) is not None,
        )

    def disclose(self, citizen_id: UUID, stated: StatedDisclosure) -> DisclosureResult:
        """Store it, or say what must be corrected first, and then nothing is stored. Sent twice, it is one."""
        facts, area = self._facts(citizen_id), self._actor.area
        if facts is None or area is None or not offered_bases(self._actor, facts):
            outcome = AuditOutcome.NOT_FOUND if facts is None else AuditOutcome.REFUSED
            self._write(AuditAction.DISCLOSE, outcome, citizen_id)
            return DisclosureResult(outcome)
        of_area = tuple(category for category in AREA_CATEGORIES[area] if category in stated.categories)
        stated = stated.model_copy(update={"categories": of_area})
        receivers = self._receivers(citizen_id, stated)
        faults = faults_of(stated, self._today, known=len(receivers.known), has_team=receivers.course_id is not None)
        if faults or stated.basis is None:
            return DisclosureResult(AuditOutcome.FAILED, faults)
        last_day = (stated.meeting_on if stated.is_for_meeting else stated.last_day) or self._today
        ask = DisclosureAsk(
            basis=stated.basis,
            reason=stated.reason,
            days=(last_day - self._today).days + 1,
            has_legal_basis=bool(stated.legal_basis.strip()),
            to_team=stated.to_team,
            has_meeting=stated.meeting_on is not None,
            receiver_areas=receivers.areas,
        )
        if not may_disclose(self._actor, facts, ask):
            return self._refused(citizen_id, facts, ask)
        disclosure_id, is_new = self._store(citizen_id, area, stated, receivers, last_day)
        stored = repository.get_disclosure(self._session, disclosure_id)
        if is_new:
            self._write(AuditAction.DISCLOSE, AuditOutcome.SHOWN, citizen_id, stored, facts)
        return DisclosureResult(AuditOutcome.SHOWN, disclosure=stored)

    def end(self, disclosure_id: int) -> DisclosureResult:
        """End it at once. ``failed``: it had ended already."""
        disclosure = repository.get_disclosure(self._session, disclosure_id)
        facts = self._facts(disclosure.citizen_id) if disclosure else None
        if disclosure is not None and facts is None:
            # No source tells anything of the citizen now; whoever disclosed something ends it all the same.
            facts = strangers(disclosure.citizen_id)
        if disclosure is None or facts is None or not may_end_disclosure(self._actor, facts, disclosure):
            outcome = AuditOutcome.NOT_FOUND if disclosure is None else AuditOutcome.REFUSED
            self._write(AuditAction.END_DISCLOSURE, outcome, disclosure.citizen_id if disclosure else None)
            return DisclosureResult(AuditOutcome.NOT_FOUND)
        if not repository.end_disclosure(self._session, disclosure_id, by=self._actor.id, now=self._now):
            return DisclosureResult(AuditOutcome.FAILED, disclosure=disclosure)
        self._write(AuditAction.END_DISCLOSURE, AuditOutcome.SHOWN, disclosure.citizen_id, disclosure, facts)
        return DisclosureResult(AuditOutcome.SHOWN, disclosure=disclosure)

    def use(self, disclosure_id: int) -> DisclosureResult:
        """Open it for the meeting, which uses it up for the actor; the caller keeps it open for as long as it lasts."""
        disclosure = repository.get_disclosure(self._session, disclosure_id)
        facts = self._facts(disclosure.citizen_id) if disclosure else None
        is_receiver = disclosure is not None and any(
            receiver.actor_id == self._actor.id for receiver in disclosure.receivers
        )
        if disclosure is None or facts is None or not is_receiver:
            outcome = AuditOutcome.NOT_FOUND if disclosure is None or facts is None else AuditOutcome.REFUSED
            self._write(AuditAction.USE_DISCLOSURE, outcome, disclosure.citizen_id if disclosure else None)
            return DisclosureResult(AuditOutcome.NOT_FOUND)
        is_allowed = may_use_disclosure(self._actor, disclosure, self._today, is_self=facts.is_self)
        is_done = is_allowed and repository.use_disclosure(self._session, disclosure_id, self._actor.id, self._now)
        outcome = AuditOutcome.SHOWN if is_done else AuditOutcome.REFUSED
        self._write(AuditAction.USE_DISCLOSURE, outcome, disclosure.citizen_id, disclosure, facts)
        return DisclosureResult(outcome, disclosure=disclosure)

    def _facts(self, citizen_id: UUID) -> AccessFacts | None:
        return course.access_facts(self._session, self._actor, citizen_id, self._today)

    def _receivers(self, citizen_id: UUID, stated: StatedDisclosure) -> _Receivers:
        """To whom it goes: the team of the citizen's course, or employees by id or by a name that only one has."""
        if stated.to_team:
            view = course.course_of(self._session, citizen_id, self._today)
            return _Receivers(view.course_id if view else None, (), frozenset())
        everybody = [
            employee
            for employee in employees.list_named(self._session, stated.receivers)
            if employee.id != self._actor.id and Role.TEAM_MEMBER in employee.roles
        ]
        known = {employee.id: employee for word in stated.receivers for employee in _named(word, everybody)}
        areas = frozenset(employee.area or "" for employee in known.values())
        return _Receivers(None, tuple(known.values()), areas)

    def _refused(self, citizen_id: UUID, facts: AccessFacts, ask: DisclosureAsk) -> DisclosureResult:
        """Say which of what can be corrected the policies refuse; else it is a refusal."""
        shorter, nearer = ask.model_copy(update={"days": 1}), ask.model_copy(update={"receiver_areas": frozenset()})
        if may_disclose(self._actor, facts, shorter):
            return DisclosureResult(AuditOutcome.FAILED, (DisclosureFault.TOO_LONG,))
        if may_disclose(self._actor, facts, nearer):
            return DisclosureResult(AuditOutcome.FAILED, (DisclosureFault.AREA_OUTSIDE,))
        self._write(AuditAction.DISCLOSE, AuditOutcome.REFUSED, citizen_id)
        return DisclosureResult(AuditOutcome.REFUSED)

    def _store(
        self, citizen_id: UUID, area: Area, stated: StatedDisclosure, receivers: _Receivers, last_day: date
    ) -> tuple[int, bool]:
        is_meeting = stated.is_for_meeting
        sources = [source for source, of_area in source_areas(self._session).items() if of_area is area]
        return repository.add_disclosure(
            self._session,
            citizen_id=citizen_id,
            area=area.value,
            categories=[category.value for category in stated.categories],
            cells=[cell_of(source, category) for source in sources for category in stated.categories],
            basis=(stated.basis or DisclosureBasis.STATUTORY_DUTY).value,
            legal_basis=redact_identifiers(stated.legal_basis.strip()),
            reason=self._words(citizen_id, stated.reason),
            course_id=receivers.course_id,
            receivers=[employee.id for employee in receivers.known],
            meeting=self._words(citizen_id, stated.meeting) if is_meeting else None,
            meeting_on=stated.meeting_on if is_meeting else None,
            stated_by=self._actor.id,
            stated_at=self._now,
            first_day=self._today,
            last_day=last_day,
        )

    def _words(self, citizen_id: UUID, words: str) -> str:
        """Without national numbers and the names of the citizen and the relatives: receivers read it on a list."""
        request = self._request.model_copy(update={"override_reason": redact_identifiers(words.strip())})
        return without_names(self._session, citizen_id, request).override_reason or ""

    def _write(
        self,
        action: AuditAction,
        outcome: AuditOutcome,
        citizen_id: UUID | None = None,
        disclosure: Disclosure | None = None,
        facts: AccessFacts | None = None,
    ) -> None:
        request = self._request
        details: dict[str, JsonValue] = {}
        if disclosure is not None:
            details["disclosure"] = _as_details(disclosure)
            request = request.model_copy(update={"override_reason": disclosure.reason})
        entry = audit_entry(
            self._actor,
            action,
            outcome,
            request,
            self._now,
            citizen_id=citizen_id,
            basis=relation_of(facts) if facts else None,
            details=details,
        )
        write(self._session, entry)


def _stands_for(disclosure: Disclosure, facts: AccessFacts | None) -> bool:
    """Whether it holds for the actor of these facts: never about the actor, and to a team while that has consent."""
    if facts is None or facts.is_self:
        return False
    return not disclosure.to_team or disclosure.id in {standing.id for standing in facts.disclosures}


def _named(word: str, everybody: Sequence[Actor]) -> list[Actor]:
    """The employee with that id, or the only one with that name."""
    word = word.strip().lower()
    by_id = [employee for employee in everybody if employee.id.lower() == word]
    by_name = [employee for employee in everybody if employee.name.lower() == word]
    return by_id or (by_name if len(by_name) == 1 else [])


def _as_details(disclosure: Disclosure) -> dict[str, JsonValue]:
    """A disclosure as the log keeps it."""
    receivers: JsonValue = "team" if disclosure.to_team else [receiver.actor_id for receiver in disclosure.receivers]
    details: dict[str, JsonValue] = {
        "id": disclosure.id,
        "basis": disclosure.basis.value,
        "area": disclosure.area.value,
        "categories": [category.value for category in disclosure.categories],
        "to": receivers,
        "last_day": disclosure.last_day.isoformat(),
    }
    if disclosure.legal_basis:
        details["legal_basis"] = disclosure.legal_basis
    if disclosure.meeting is not None:
        details["meeting_on"] = disclosure.meeting.held_on.isoformat()
    return details
