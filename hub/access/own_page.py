"""*Min side*: what a citizen reads about themselves, or about a child in their custody.

Decided and logged as every act. No right of an employee is asked here, and none of these rights is an employee's.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.cedar import POLICY_VERSION
from hub.access.custody import children_of, holds_custody
from hub.access.own_efforts import OwnEffort, own_efforts
from hub.access.own_page_policy import LOOKUP_SHOWN_AFTER, UNKNOWN_AGE, OwnFacts, OwnPart, may_see_part, may_use_page
from hub.access.staff_repository import names_of_units
from hub.audit import own_log_repository
from hub.audit.answer_repository import DayOfAnswers, list_days
from hub.audit.integrity import LogIntegrity, read_integrity
from hub.audit.own_log_repository import OwnLookup
from hub.audit.service import write
from hub.clock import age_on, danish_day
from hub.course import consent_repository, meeting_repository, own_words_repository, plan_repository
from hub.course import repository as courses
from hub.course.own_words_repository import WaitingWords
from hub.course.views import TeamMember
from hub.course.writers import writer_id, writer_name
from hub.overview import repository as overviews
from hub.overview.service import read_hidden
from hub.rights.restriction_repository import Restriction, list_restrictions
from schemas.access import AuditAction, AuditEntry, AuditOutcome
from schemas.citizen_actor import CitizenActor
from schemas.consent import Consent
from schemas.course import TeamFunction
from schemas.meeting import Meeting, MeetingState
from schemas.overview import IdentityState, Overview
from schemas.people import LifeStatus
from schemas.plan import CitizenPlan

MOST_MEETINGS = 20
DAYS_OF_ANSWERS = 400
LIFTED_SHOWN = timedelta(days=365)
"""So long the page says that a restriction was lifted."""


class OwnChild(NamedTuple):
    """A child of the parent who is logged in, whom the sources name."""

    citizen_id: UUID
    name: str | None
    facts: OwnFacts


class OwnMeeting(NamedTuple):
    """A planned meeting about the citizen."""

    meeting: Meeting
    is_invited: bool
    shows_place: bool
    """Else somebody else at the meeting is protected."""


class OwnCourse(NamedTuple):
    """The citizen's course, as far as the page shows it."""

    lead: TeamMember | None
    """Whom to call. None: the citizen has not consented to the course, or nobody leads it."""
    has_consent: bool
    """The citizen has consented to the course, so that the team reads the plan."""
    plan: CitizenPlan | None
    """None: withheld."""
    meetings: tuple[OwnMeeting, ...]
    consents: tuple[Consent, ...]


class OwnPageView(NamedTuple):
    """What a page shows of a citizen."""

    citizen_id: UUID
    name: str | None
    facts: OwnFacts
    efforts: tuple[OwnEffort, ...]
    course: OwnCourse | None
    waiting_words: tuple[WaitingWords, ...]
    lifted: tuple[Restriction, ...] = ()
    """Restrictions of the processing that were lifted not long ago (GDPR article 18(3))."""


class OwnLog(NamedTuple):
    """Who looked, and since when the log is complete."""

    name: str | None
    facts: OwnFacts
    lookups: tuple[OwnLookup, ...]
    unit_names: dict[str, str]
    late: int
    """How many are shown later."""
    integrity: LogIntegrity
    days: tuple[DayOfAnswers, ...]


class OwnPageDesk:
    """Does one act of *Min side* for a citizen, in the caller's transaction.

    It decides on the act, writes the line, then acts. ``None`` is the answer to whoever may not; the line is kept.
    """

    def __init__(
        self, session: Session, citizen: CitizenActor, person_id: UUID, request_id: str, *, now: datetime
    ) -> None:
        self._session, self._citizen, self.person_id = session, citizen, person_id
        self._request_id, self.now, self._today = request_id, now, danish_day(now)
        _, self.overview = overviews.current(session, [person_id]).get(person_id, (0, None))
        restrictions = list_restrictions(session, person_id)
        self.restriction = next((each for each in restrictions if each.stands), None)
        """Why the page shows nothing: the processing is restricted. None: it is not."""
        self.lifted = tuple(each for each in restrictions if each.lifted_at and now - each.lifted_at < LIFTED_SHOWN)
        known = read_hidden(session, person_id) if self.restriction else self.overview
        self.facts = self._facts_of(known) if known is not None else None

    def read(self, action: AuditAction = AuditAction.OPEN_OWN_PAGE) -> OwnPageView | None:
        """Everything that the page shows; *action* says whether it is printed."""
        facts, overview = self.allowed(action), self.overview
        if facts is None or overview is None:
            return None
        self.write(action)
        return OwnPageView(
            citizen_id=self.person_id,
            name=overview.header.display_name,
            facts=facts,
            efforts=own_efforts(overview, facts, self._guarded(overview.people), self._today),
            course=self._course(facts),
            waiting_words=self._waiting_words(facts),
            lifted=self.lifted,
        )

    def list_children(self) -> tuple[OwnChild, ...]:
        """The children whom the sources name on the page of who is logged in, whether or not their pages may be read.

        Of a child whose page may not be read the name is not told.
        """
        _, own = overviews.current(self._session, [self._citizen.citizen_id]).get(self._citizen.citizen_id, (0, None))
        if own is None:
            return ()
        keys = children_of(own, self._today)
        pages = [page for _, page in overviews.current(self._session, keys).values() if page is not None]
        children = []
        for page in sorted(pages, key=lambda page: (str(page.header.person.birth_date), page.citizen_id)):
            facts = self._facts_of(page)
            name = page.header.person.given_name if may_use_page(AuditAction.OPEN_OWN_PAGE, facts) else None
            children.append(OwnChild(page.citizen_id, name, facts))
        return tuple(children)

    def read_log(self, *, after: int | None, size: int) -> OwnLog | None:
        """Who looked, the newest first."""
        action = AuditAction.READ_OWN_LOG
        facts, overview = self.allowed(action), self.overview
        if facts is None or overview is None:
            return None
        self.write(action)
        session, citizen_id, now = self._session, self.person_id, self.now
        lookups = own_log_repository.list_own_lookups(
            session, citizen_id, LOOKUP_SHOWN_AFTER, now, after=after, size=size
        )
        shows_units = may_see_part(OwnPart.PLACES, facts)
        units = {lookup.unit_id for lookup in lookups if lookup.unit_id} if shows_units else set()
        return OwnLog(
            name=overview.header.display_name,
            facts=facts,
            lookups=lookups,
            unit_names=names_of_units(session, units),
            late=own_log_repository.count_late_lookups(session, citizen_id, LOOKUP_SHOWN_AFTER, now),
            integrity=read_integrity(session, now),
            days=tuple(list_days(session, DAYS_OF_ANSWERS)),
        )

    @property
    def is_told_of_restriction(self) -> bool:
        """Whether who asks may know that the processing is restricted: whoever would see the page."""
        facts = self.facts
        return self.restriction is not None and facts is not None and may_use_page(AuditAction.OPEN_OWN_PAGE, facts)

    def allowed(self, action: AuditAction) -> OwnFacts | None:
        """What the policies decided on; None: refused, and the line is written."""
        if self.facts is not None and self.restriction is None and may_use_page(action, self.facts):
            return self.facts
        self.write(action, AuditOutcome.NOT_FOUND if self.facts is None else AuditOutcome.REFUSED)
        return None

    def write(
        self,
        action: AuditAction,
        outcome: AuditOutcome = AuditOutcome.SHOWN,
        details: dict[str, JsonValue] | None = None,
    ) -> None:
        """Write the line of the act: the citizen did it, for no purpose but their own."""
        entry = citizen_entry(
            self._citizen,
            action,
            outcome,
            self._request_id,
            self.now,
            is_self=self.person_id == self._citizen.citizen_id,
        )
        write(self._session, entry.model_copy(update={"citizen_id": self.person_id, "details": details or {}}))

    def _facts_of(self, page: Overview) -> OwnFacts:
        born, person = page.header.person.birth_date, page.header.person
        is_self = page.citizen_id == self._citizen.citizen_id
        is_alive = person.life_status is not LifeStatus.DEAD
        return OwnFacts(
            is_self=is_self,
            has_custody=not is_self and is_alive and holds_custody(page, self._citizen.citizen_id, self._today),
            age=UNKNOWN_AGE if born is None else age_on(born, self._today),
            is_disputed=page.header.identity is IdentityState.DISPUTED,
            is_protected=bool(self._guarded([page.citizen_id])),
        )

    def _guarded(self, people: Collection[UUID]) -> frozenset[UUID]:
        return overviews.guarded(self._session, people, self._today)

    def _course(self, facts: OwnFacts) -> OwnCourse | None:
        place = consent_repository.course_of_citizen(self._session, self.person_id, self._today)
        if place is None:
            return None
        view = courses.course_of(self._session, self.person_id, self._today)
        consents = consent_repository.list_consents(self._session, place.course_id, self.person_id)
        shows_plan = may_see_part(OwnPart.PLAN, facts)
        leads = (each for each in (view.team if view else ()) if each.function is TeamFunction.LEAD_COORDINATOR)
        return OwnCourse(
            lead=next(leads, None) if may_see_part(OwnPart.PLACES, facts) else None,
            has_consent=place.has_consent,
            plan=plan_repository.read_plan(self._session, place.course_id, self.person_id) if shows_plan else None,
            meetings=self._meetings(place.course_id) if may_see_part(OwnPart.MEETINGS, facts) else (),
            consents=consents.consents if may_see_part(OwnPart.CONSENTS, facts) else (),
        )

    def _meetings(self, course_id: UUID) -> tuple[OwnMeeting, ...]:
        planned = meeting_repository.list_meetings(
            self._session,
            {course_id: [self.person_id]},
            first=self.now,
            state=MeetingState.PLANNED,
            next_first=True,
            size=MOST_MEETINGS,
        )
        others = {key for meeting in planned for key in meeting.text.citizen_ids} - {self.person_id}
        guarded = self._guarded(others)
        return tuple(
            OwnMeeting(
                meeting=meeting,
                is_invited=any(
                    each.is_invited for each in meeting.text.participants if each.key == str(self.person_id)
                ),
                shows_place=not guarded & set(meeting.text.citizen_ids),
            )
            for meeting in planned
        )

    def _waiting_words(self, facts: OwnFacts) -> tuple[WaitingWords, ...]:
        if not may_see_part(OwnPart.PLAN, facts):
            return ()
        return own_words_repository.list_waiting_words(self._session, self.person_id)


def citizen_entry(
    citizen: CitizenActor,
    action: AuditAction,
    outcome: AuditOutcome,
    request_id: str,
    now: datetime,
    *,
    is_self: bool = True,
) -> AuditEntry:
    """A line of the log about what a citizen did; it has no role and no unit, and no name of anybody."""
    return AuditEntry(
        recorded_at=now,
        action=action,
        outcome=outcome,
        actor_id=citizen.id,
        actor_name=writer_name(writer_id(citizen.citizen_id, is_self=is_self)),
        policy_version=POLICY_VERSION,
        request_id=request_id,
        act_id=request_id,
    )
