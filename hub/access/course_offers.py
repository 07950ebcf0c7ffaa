"""A course is offered to a citizen, or to a citizen with the family, by somebody who works with the citizen."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.course_names import course_title, first_names
from hub.access.course_policy import may_offer_course
from hub.access.courses import Faults, lead_place
from hub.access.policy import decide, relation_of
from hub.access.redaction import redact_identifiers
from hub.access.showing import cut_and_mask
from hub.alerts.service import store_recent
from hub.audit.service import write_all
from hub.clock import danish_day
from hub.course import repository as access
from hub.course import service as course
from hub.course import team_repository as repository
from hub.course.course_rules import CourseFault, offer_faults
from hub.overview import repository as overviews
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, AuditOutcome, Basis
from schemas.base import Schema
from schemas.course import CourseOffer
from schemas.overview import CitizenHeader, Relative


class OfferView(Schema):
    """Whom a course can be offered to from a citizen's page."""

    citizen_id: UUID
    header: CitizenHeader
    """As the page of the citizen shows it."""
    family: tuple[Relative, ...]
    """The relatives whom the page names and whom the hub has as citizens, each once."""


class OfferDesk:
    """Offers a course to one citizen and the family, for one actor, in the caller's transaction.

    ``None`` is the answer to whoever may not, and where there is no such citizen; the line is kept.
    """

    def __init__(
        self, session: Session, actor: Actor, citizen_id: UUID, request: AccessRequest, *, now: datetime
    ) -> None:
        self._session, self._actor, self._citizen_id = session, actor, citizen_id
        self._request = request.model_copy(update={"override_reason": None, "override_id": None})
        self._now, self._today = now, danish_day(now)
        self._facts = access.access_facts(session, actor, citizen_id, self._today)

    def read(self) -> OfferView | None:
        """Whom the course can be for; opening the form is a line of its own."""
        facts = self._allowed()
        if facts is None:
            return None
        self._write([self._citizen_id], AuditOutcome.SHOWN, facts, None)
        return self._view(facts)

    def offer(self, course_id: UUID, relatives: Collection[UUID], offer: CourseOffer) -> Faults | None:
        """Offer it; the actor leads it. *course_id* names it beforehand, so that a form sent twice offers it once."""
        facts = self._allowed()
        if facts is None:
            return None
        view = self._view(facts)
        family = {relative.citizen_id for relative in view.family if relative.citizen_id} if view else set()
        citizen_ids = [self._citizen_id, *sorted(set(relatives) & family)]
        of_family = access.access_facts_of(self._session, self._actor, citizen_ids, self._today)
        if not all(
            each in of_family and may_offer_course(self._actor, of_family[each], is_relative=each != self._citizen_id)
            for each in citizen_ids
        ):
            self._write(citizen_ids, AuditOutcome.REFUSED, facts, None)
            return None
        faults = offer_faults(offer)
        if faults:
            return faults
        busy = repository.lock_citizens(self._session, citizen_ids, self._today)
        earlier = repository.offered_by(self._session, course_id)
        if earlier is not None:
            # The form was sent twice; the name of a course of somebody else offers nothing.
            return () if earlier == (self._actor.id, frozenset(citizen_ids)) else (CourseFault.ALREADY_ON_COURSE,)
        if busy:
            return (CourseFault.ALREADY_ON_COURSE,)
        course.open_course(
            self._session,
            # Relatives are named in it when they consent.
            course_title(first_names(self._session, [self._citizen_id]).values()),
            citizen_ids,
            self._today,
            course_id=course_id,
            offer=CourseOffer(
                reasons=offer.reasons,
                indicators=tuple(redact_identifiers(each) for each in offer.indicators if each.strip()),
                words=redact_identifiers(offer.words),
                authority=redact_identifiers(offer.authority),
            ),
            offered_by=self._actor.id,
        )
        course.join(self._session, course_id, lead_place(self._actor, offer.authority), self._today)
        store_recent(self._session, citizen_ids, now=self._now)
        reasons: list[JsonValue] = [*sorted(offer.reasons)]
        self._write(citizen_ids, AuditOutcome.SHOWN, facts, {"id": str(course_id), "reasons": reasons})
        return ()

    def _view(self, facts: AccessFacts) -> OfferView | None:
        _, overview = overviews.current(self._session, [self._citizen_id]).get(self._citizen_id, (0, None))
        decision = decide(self._actor, facts, self._request)
        page = cut_and_mask(self._session, overview, decision, self._today, facts=facts)
        if page is None:
            return None
        family = {
            relative.citizen_id: relative
            for relative in page.header.relatives
            if relative.citizen_id and relative.valid.contains(self._today)
        }
        return OfferView(citizen_id=self._citizen_id, header=page.header, family=tuple(family.values()))

    def _allowed(self) -> AccessFacts | None:
        facts = self._facts
        if facts is not None and may_offer_course(self._actor, facts, is_relative=False):
            return facts
        outcome = AuditOutcome.NOT_FOUND if facts is None else AuditOutcome.REFUSED
        self._write([self._citizen_id], outcome, facts, None)
        return None

    def _write(
        self,
        citizen_ids: Collection[UUID],
        outcome: AuditOutcome,
        facts: AccessFacts | None,
        said: dict[str, JsonValue] | None,
    ) -> None:
        shown = outcome is AuditOutcome.SHOWN and facts is not None
        entry = audit_entry(
            self._actor,
            AuditAction.OFFER_COURSE,
            outcome,
            self._request,
            self._now,
            basis=relation_of(facts) if shown and facts else Basis.NONE,
            details={"course": said} if said else None,
        )
        write_all(self._session, [entry.model_copy(update={"citizen_id": citizen_id}) for citizen_id in citizen_ids])
