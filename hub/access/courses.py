"""A course as people run it: offered, read, its team changed, closed. Decided and logged as every act.

A place on the team is the access, so these acts ask for the place alone: what a course opens beyond it, the citizens
consent to (``hub.access.consents``).
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.course_lists import areas_shown
from hub.access.course_policy import joins_as, may_handle_course
from hub.access.redaction import redact_identifiers
from hub.alerts.service import tell_member_joined
from hub.audit.service import write_all
from hub.clock import danish_day
from hub.course import service as course
from hub.course import team_repository as repository
from hub.course.course_rules import CourseFault, ending_faults, leaving_faults, member_faults
from hub.course.own_words_repository import list_waiting_words
from hub.course.views import Membership
from hub.overview.repository import guarded
from schemas.access import (
    AccessRequest,
    Actor,
    AuditAction,
    AuditObject,
    AuditOutcome,
    Basis,
    ObjectKind,
)
from schemas.course import (
    Candidate,
    CitizenSay,
    CourseCitizen,
    CourseDetails,
    CourseEnding,
    CourseFacts,
    Leaving,
    NewMember,
    TeamFunction,
    TeamPlace,
)
from schemas.source import Area

CANDIDATES = 12
"""So many employees are listed by a name; with more, one types more of it."""
Faults = tuple[CourseFault, ...]
"""What must be corrected first; empty: it is done."""


class CourseDesk:
    """Reads and changes one course for one actor, in the caller's transaction.

    Each act decides, writes a line for each citizen of the course, then acts. ``None`` is the answer to whoever may
    not, and where there is no such open course; the line is kept. Whoever changes something says which version of the
    course they saw; what is done already is not done again.
    """

    def __init__(
        self, session: Session, actor: Actor, course_id: UUID, request: AccessRequest, *, now: datetime
    ) -> None:
        self._session, self._actor, self._course_id = session, actor, course_id
        self._request, self._now, self._today = request, now, danish_day(now)
        self._facts = repository.course_facts(session, actor, course_id, self._today)

    def read(self) -> CourseDetails | None:
        """The course with its team, cut to what the actor may know of colleagues."""
        if self._facts is None:
            # Closed: read by those who were on its team, as long as the policy says, and changed by nobody.
            closed = repository.course_facts_of(
                self._session, self._actor, [self._course_id], self._today, is_open=False
            )
            self._facts = closed.get(self._course_id)
        facts = self._allowed(AuditAction.READ_COURSE)
        if facts is None:
            return None
        self._write(AuditAction.READ_COURSE, AuditOutcome.SHOWN)
        details = repository.read_course(self._session, self._course_id, self._today)
        may_remove = may_handle_course(self._actor, AuditAction.REMOVE_TEAM_MEMBER, facts)
        places = self._cut(details.team, facts, is_whole=may_remove)
        is_named = may_remove or details.offered_by_area in (self._areas_shown(facts) | {None})
        hidden: dict[str, object] = {} if is_named else {"offered_by": None, "offered_by_area": None}
        return details.model_copy(
            update={
                **hidden,
                "citizens": self._with_own_words(details.citizens) if facts.is_lead_coordinator else details.citizens,
                "team": places,
                "joins_as": joins_as(self._actor, facts),
                "may_remove": may_remove,
                "may_end": may_handle_course(self._actor, AuditAction.END_COURSE, facts),
                "is_closed": facts.closed_for is not None,
                "may_add_citizen": may_handle_course(self._actor, AuditAction.ADD_COURSE_CITIZEN, facts),
            }
        )

    def _with_own_words(self, citizens: Collection[CourseCitizen]) -> tuple[CourseCitizen, ...]:
        """Each with the words that wait until there is a plan."""
        return tuple(
            each.model_copy(
                update={"own_words": tuple(said.words for said in list_waiting_words(self._session, each.citizen_id))}
            )
            for each in citizens
        )

    def cut_team(self, places: Collection[TeamPlace]) -> tuple[TeamPlace, ...]:
        """Places of the team as the actor may know of them; whoever calls has decided and written the line."""
        if self._facts is None:
            return ()
        may_remove = may_handle_course(self._actor, AuditAction.REMOVE_TEAM_MEMBER, self._facts)
        return self._cut(places, self._facts, is_whole=may_remove)

    def list_candidates(self, words: str) -> tuple[Candidate, ...] | None:
        """Employees by name who could join."""
        if self._allowed(AuditAction.ADD_TEAM_MEMBER, is_new_lead=True) is None:
            return None
        return repository.list_candidates(self._session, self._course_id, words.strip(), CANDIDATES)

    def add_member(self, member: NewMember, version: int) -> Faults | None:
        """Let somebody join; a new lead coordinator relieves the one before, who stays a member."""
        is_new_lead = member.function is TeamFunction.LEAD_COORDINATOR
        facts, may_add = self._facts, self._may(AuditAction.ADD_TEAM_MEMBER, is_new_lead=is_new_lead)
        if facts is None or not (may_add or self._may(AuditAction.READ_COURSE)):
            self._refuse(AuditAction.ADD_TEAM_MEMBER)
            return None
        current = repository.lock_course(self._session, self._course_id)
        details = repository.read_course(self._session, self._course_id, self._today)
        if self._is_repeated(details, member):
            return ()  # also of a lead who gave the lead away by it
        if not may_add:
            self._refuse(AuditAction.ADD_TEAM_MEMBER)
            return None
        candidate = self._candidate(member.actor_id)
        faults = member_faults(member, self._today) or self._join_faults(details, member, candidate)
        if faults or candidate is None:
            return faults
        if current != version:
            return (CourseFault.CHANGED_MEANWHILE,)
        if member.function is TeamFunction.LEAD_COORDINATOR:
            self._relieve_lead(details, member)
        membership = Membership(
            actor_id=member.actor_id,
            function=member.function,
            reason=redact_identifiers(member.reason),
            valid_to=member.valid_to,
            authority=redact_identifiers(member.authority),
            citizen_say=member.citizen_say,
            citizen_words=redact_identifiers(member.citizen_words),
            unit_name=candidate.unit_name,
            added_by=self._actor.id,
        )
        course.join(self._session, self._course_id, membership, member.valid_from)
        repository.raise_version(self._session, self._course_id)
        said: dict[str, JsonValue] = {"function": member.function.value, "citizen_say": member.citizen_say.value}
        self._write(AuditAction.ADD_TEAM_MEMBER, AuditOutcome.SHOWN, said, member.actor_id)
        citizens = self._facts.citizen_ids if self._facts else ()
        tell_member_joined(
            self._session, citizens, member.actor_id, member.valid_from, by=self._actor.id, now=self._now
        )
        return ()

    def remove_member(self, actor_id: str, leaving: Leaving, version: int) -> Faults | None:
        """Take somebody off the team, in every function; from now on it opens nothing for them."""
        facts = self._allowed(AuditAction.REMOVE_TEAM_MEMBER)
        if facts is None:
            return None
        current = repository.lock_course(self._session, self._course_id)
        details = repository.read_course(self._session, self._course_id, self._today)
        places = [place for place in details.team if place.actor_id == actor_id and self._counts(place)]
        if not places:
            return ()
        is_lead = any(place.function is TeamFunction.LEAD_COORDINATOR for place in places)
        faults = leaving_faults(leaving, is_lead=is_lead)
        if faults:
            return faults
        if current != version:
            return (CourseFault.CHANGED_MEANWHILE,)
        redacted = leaving.model_copy(
            update={
                "reason": redact_identifiers(leaving.reason),
                "citizen_words": redact_identifiers(leaving.citizen_words),
            }
        )
        course.leave(self._session, self._course_id, actor_id, self._today, leaving=redacted, by=self._actor.id)
        repository.raise_version(self._session, self._course_id)
        said: dict[str, JsonValue] = {"citizen_say": leaving.citizen_say.value}
        self._write(AuditAction.REMOVE_TEAM_MEMBER, AuditOutcome.SHOWN, said, actor_id)
        return ()

    def end(self, ending: CourseEnding, version: int) -> Faults | None:
        """Close the course on that day, with how it ended and what follows; until then it may be closed otherwise."""
        if self._facts is None and repository.ended_by(self._session, self._course_id) == self._actor.id:
            return ()  # the form was sent twice
        facts = self._allowed(AuditAction.END_COURSE)
        if facts is None:
            return None
        faults = ending_faults(ending, self._today)
        if faults:
            return faults
        current = repository.lock_course(self._session, self._course_id)
        details = repository.read_course(self._session, self._course_id, self._today)
        kept_ending = ending.model_copy(update={"follows": redact_identifiers(ending.follows)})
        if (details.ends_on, details.outcome, details.follows) == (ending.ends_on, ending.outcome, kept_ending.follows):
            return ()
        if current != version:
            return (CourseFault.CHANGED_MEANWHILE,)
        course.end_course(self._session, self._course_id, ending.ends_on, ending=kept_ending, by=self._actor.id)
        repository.raise_version(self._session, self._course_id)
        said: dict[str, JsonValue] = {"outcome": ending.outcome.value, "ends_on": ending.ends_on.isoformat()}
        self._write(AuditAction.END_COURSE, AuditOutcome.SHOWN, said)
        return ()

    def cancel_end(self, version: int) -> Faults | None:
        """Take a planned ending back: the course runs on until somebody ends it anew."""
        if self._allowed(AuditAction.END_COURSE) is None:
            return None
        current = repository.lock_course(self._session, self._course_id)
        details = repository.read_course(self._session, self._course_id, self._today)
        if details.ends_on is None:
            return ()
        if current != version:
            return (CourseFault.CHANGED_MEANWHILE,)
        repository.cancel_end(self._session, self._course_id)
        repository.raise_version(self._session, self._course_id)
        said: dict[str, JsonValue] = {"ends_on": None, "was": details.ends_on.isoformat()}
        self._write(AuditAction.END_COURSE, AuditOutcome.SHOWN, said)
        return ()

    def _is_repeated(self, details: CourseDetails, member: NewMember) -> bool:
        """Whether the actor put the employee on the team with the same words just before."""
        reason = redact_identifiers(member.reason)
        return any(
            (place.actor_id, place.function, place.reason) == (member.actor_id, member.function, reason)
            and place.added_by == self._actor.name
            and self._counts(place)
            for place in details.team
        )

    def _join_faults(self, details: CourseDetails, member: NewMember, candidate: Candidate | None) -> Faults:
        """What of the team as it is hinders it; a member may become lead coordinator."""
        functions = {
            place.function for place in details.team if place.actor_id == member.actor_id and self._counts(place)
        }
        if candidate is None:
            return (CourseFault.EMPLOYEE_UNKNOWN,)
        is_lead_now = TeamFunction.LEAD_COORDINATOR in functions
        if functions and (is_lead_now or member.function is not TeamFunction.LEAD_COORDINATOR):
            return (CourseFault.ALREADY_ON_TEAM,)
        return ()

    def _candidate(self, actor_id: str) -> Candidate | None:
        """The employee, if they may log in and are no citizen of the course."""
        candidates = repository.list_candidates(self._session, self._course_id, actor_id, CANDIDATES)
        return next((candidate for candidate in candidates if candidate.actor_id == actor_id), None)

    def _counts(self, place: TeamPlace) -> bool:
        """Whether the place holds, or is planned."""
        return place.valid_to is None or (self._today < place.valid_to and place.valid_from < place.valid_to)

    def _relieve_lead(self, details: CourseDetails, member: NewMember) -> None:
        """End the places of whoever leads now; an own place of the new lead as a member ends, too."""
        leads = [
            place for place in details.team if place.function is TeamFunction.LEAD_COORDINATOR and self._counts(place)
        ]
        leaving = Leaving(
            reason=redact_identifiers(member.reason),
            citizen_say=member.citizen_say,
            citizen_words=redact_identifiers(member.citizen_words),
        )
        for actor_id in {member.actor_id, *(place.actor_id for place in leads)}:
            repository.end_memberships(
                self._session,
                self._course_id,
                actor_id,
                member.valid_from,
                leaving=leaving,
                by=self._actor.id,
                function=None if actor_id == member.actor_id else TeamFunction.LEAD_COORDINATOR,
            )
        for place in leads:
            remains = any(
                other.actor_id == place.actor_id
                and other.function is not TeamFunction.LEAD_COORDINATOR
                and self._counts(other)
                for other in details.team
            )
            if not remains:
                stays = Membership(
                    actor_id=place.actor_id,
                    reason=place.reason,
                    citizen_say=place.citizen_say,
                    citizen_words=place.citizen_words,
                    unit_name=place.unit_name,
                    added_by=self._actor.id,
                )
                course.join(self._session, self._course_id, stays, member.valid_from)

    def _cut(self, places: Collection[TeamPlace], facts: CourseFacts, *, is_whole: bool) -> tuple[TeamPlace, ...]:
        """Without colleagues of areas that the reader sees nothing of, and without where protected citizens are helped.

        Whoever may change the team sees whom they can change. As ``colleagues.cut_colleague`` on the citizen's page.
        """
        shown = self._areas_shown(facts)
        is_protected = bool(guarded(self._session, facts.citizen_ids, self._today))
        nobody = {"actor_id": "", "name": "", "title": "", "unit_name": None, "phone": None, "reason": ""}
        unsaid = {"authority": "", "citizen_words": "", "end_reason": "", "added_by": None, "ended_by": None}

        def is_known(place: TeamPlace) -> bool:
            return is_whole or place.actor_id == self._actor.id or place.area is None or place.area in shown

        known_names = {place.name for place in places if is_known(place)}
        cut_places = []
        for place in places:
            hidden: dict[str, object] = {} if is_known(place) else {**nobody, **unsaid, "area": None}
            if not is_whole:
                # Who let somebody join, or ended it, is a colleague like any other.
                hidden |= {
                    field: None for field in ("added_by", "ended_by") if getattr(place, field) not in known_names
                }
            if place.area is None and not (is_whole or place.actor_id == self._actor.id or shown == frozenset(Area)):
                # Of somebody without an area nobody knows what job and unit tell.
                hidden |= {"title": "", "unit_name": None, "phone": None}
            if is_protected:
                hidden |= {"unit_name": None, "phone": None}
            cut_places.append(place.model_copy(update=hidden))
        return tuple(cut_places)

    def _areas_shown(self, facts: CourseFacts) -> frozenset[Area]:
        """Areas of which the actor sees something; of a closed course, on its last day."""
        on = self._today if facts.closed_for is None else self._today - timedelta(days=facts.closed_for + 1)
        shown = areas_shown(self._session, self._actor, facts.citizen_ids, self._request, on)
        return frozenset[Area]().union(*shown.values())

    def _may(self, action: AuditAction, *, is_new_lead: bool = False) -> bool:
        facts = self._facts
        return facts is not None and may_handle_course(self._actor, action, facts, is_new_lead=is_new_lead)

    def _allowed(self, action: AuditAction, *, is_new_lead: bool = False) -> CourseFacts | None:
        if self._may(action, is_new_lead=is_new_lead):
            return self._facts
        self._refuse(action)
        return None

    def _refuse(self, action: AuditAction) -> None:
        """Write the line of an act that is refused, which is then answered."""
        self._write(action, AuditOutcome.NOT_FOUND if self._facts is None else AuditOutcome.REFUSED)

    def _write(
        self,
        action: AuditAction,
        outcome: AuditOutcome,
        said: dict[str, JsonValue] | None = None,
        member: str | None = None,
    ) -> None:
        entry = audit_entry(
            self._actor,
            action,
            outcome,
            self._request,
            self._now,
            about=None if member is None else AuditObject(kind=ObjectKind.ACTOR, id=member),
            basis=Basis.TEAM if outcome is AuditOutcome.SHOWN else Basis.NONE,
            details={"course": {"id": str(self._course_id), **(said or {})}},
        )
        citizen_ids = self._facts.citizen_ids if self._facts else ()
        lines = [entry.model_copy(update={"citizen_id": citizen_id}) for citizen_id in citizen_ids]
        write_all(self._session, lines or [entry])


def lead_place(actor: Actor, authority: str) -> Membership:
    """The place of whoever offers a course, and leads it."""
    return Membership(
        actor_id=actor.id,
        function=TeamFunction.LEAD_COORDINATOR,
        reason="Tilbød forløbet",
        authority=redact_identifiers(authority),
        citizen_say=CitizenSay.ACCEPTS,
        unit_name=actor.unit_name,
        added_by=actor.id,
    )
