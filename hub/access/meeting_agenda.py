"""The agenda of a meeting, made when it is opened from what its reader may see; nothing of it is stored.

Also which meetings somebody has: today's, those that come, and those that were.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry, entry_about
from hub.access.course_policy import may_handle_meeting
from hub.access.meeting_views import MeetingList, MeetingView, consenting_citizens, list_view, places_invited
from hub.access.plans import PlanDesk, PlanView
from hub.access.policy import decide
from hub.access.showing import cut_and_mask
from hub.alerts.meeting_mails import announced_until, is_announced
from hub.audit.service import write, write_all
from hub.clock import danish_day, danish_midnight
from hub.course import meeting_repository as repository
from hub.course import repository as access
from hub.course import team_repository as teams
from hub.course.trial_repository import trial_actions_due
from hub.overview import service as overviews
from hub.overview.changes import Change
from hub.sources.repository import source_areas
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome, Basis
from schemas.course import TeamPlace
from schemas.meeting import Meeting, MeetingState
from schemas.overview import Overview
from schemas.trial_action import TrialLine

ANNOUNCED_AT_MOST = 50
"""Nobody has more in two days."""
Complete = Callable[[Overview], Overview]
"""Completes a cut overview with what may be missing (``hub.web.shell.coverage``)."""


class AgendaPerson(NamedTuple):
    """What of one citizen is for the meeting."""

    citizen_id: UUID
    plan: PlanView | None
    """With the overview cut to the reader; None: the reader sees nothing of the citizen."""
    changes: tuple[Change, ...] = ()
    """Since the last meeting, the newest first."""
    trials: tuple[TrialLine, ...] = ()
    """Trial actions that wait for their judgement."""


class Agenda(NamedTuple):
    """What there is to talk about."""

    since: datetime
    """When the last meeting ended; else when the course began."""
    has_earlier: bool
    """There was a meeting before."""
    people: tuple[AgendaPerson, ...]
    joined: tuple[TeamPlace, ...]
    """Who has come to the team since, as far as the reader knows of them."""
    left: tuple[TeamPlace, ...]


def read_agenda(
    session: Session, actor: Actor, view: MeetingView, request: AccessRequest, *, complete: Complete, now: datetime
) -> Agenda:
    """The agenda of a meeting that is open to the actor; a line of the log for each citizen, with what was shown."""
    today, meeting = danish_day(now), view.meeting
    consenting = consenting_citizens(view.course)
    seen = {meeting.course_id: consenting}
    earlier = repository.list_meetings(session, seen, until=meeting.text.starts_at, state=MeetingState.HELD, size=1)
    since = earlier[0].text.ends_at if earlier else danish_midnight(view.course.started_on)
    since_day = danish_day(since)
    facts = access.access_facts_of(session, actor, meeting.text.citizen_ids, today)
    with_news = overviews.ask_with_news(session, dict.fromkeys(facts, since))()
    people = []
    for citizen_id in meeting.text.citizen_ids:
        fact = facts.get(citizen_id)
        plan = None
        if fact is not None and citizen_id in consenting:
            plan = PlanDesk(session, actor, citizen_id, request, AuditAction.READ_PLAN, now=now).read()
        if fact is None or plan is None:
            people.append(AgendaPerson(citizen_id, None))
            continue
        decision = decide(actor, fact, request)
        entry = audit_entry(actor, AuditAction.READ_MEETING, AuditOutcome.SHOWN, request, now)
        entry = entry.model_copy(update={"details": {**entry.details, "meeting": {"agenda": str(meeting.id)}}})
        write(session, entry_about(fact, decision, entry, source_areas(session)))
        overview = complete(plan.overview) if plan.overview else None
        changes: tuple[Change, ...] = ()
        if overview is not None and citizen_id in with_news:
            last_seen = overviews.read_seen(session, {citizen_id: since}).get(citizen_id)
            before = cut_and_mask(session, last_seen, decision, today, facts=fact)
            changes = overviews.changed(session, before, overview, today) if before else ()
        trials = trial_actions_due(session, [citizen_id], today)
        people.append(AgendaPerson(citizen_id, plan._replace(overview=overview), changes, trials))
    team = [place for place in view.course.team if place.name]
    return Agenda(
        since=since,
        has_earlier=bool(earlier),
        people=tuple(people),
        joined=tuple(place for place in team if since_day < place.valid_from <= today and place.holds(today)),
        left=tuple(place for place in team if place.valid_to and since_day < place.valid_to <= today),
    )


def list_my_meetings(  # noqa: PLR0913  keyword-only from the moments on
    session: Session,
    actor: Actor,
    request: AccessRequest,
    *,
    first: datetime | None = None,
    until: datetime | None = None,
    next_first: bool = True,
    size: int,
    offset: int = 0,
    now: datetime,
) -> MeetingList:
    """Meetings of the courses on whose team the actor is, about citizens who consent to them.

    A line of the log for each citizen of a meeting that is listed.
    """
    seen = _seen_on_courses(session, actor, now)
    meetings = repository.list_meetings(
        session, seen, first=first, until=until, next_first=next_first, size=size, offset=offset
    )
    total = repository.count_meetings(session, seen, first=first, until=until)
    listed = tuple(list_view(each, seen[each.course_id]) for each in meetings)
    citizens = {citizen_id for meeting in listed for citizen_id in meeting.text.citizen_ids}
    entry = audit_entry(actor, AuditAction.READ_MEETING, AuditOutcome.SHOWN, request, now, basis=Basis.TEAM)
    write_all(session, [entry.model_copy(update={"citizen_id": citizen_id}) for citizen_id in sorted(citizens)])
    return MeetingList(listed, total)


def meetings_to_announce(session: Session, actor: Actor, *, now: datetime) -> tuple[Meeting, ...]:
    """Meetings of today and tomorrow to which somebody who is not logged in is invited, with their versions.

    Nothing of them is shown, so there is no line of the log: a mail says that there is one, and is said of nobody.
    """
    listed = repository.list_meetings(
        session,
        _seen_on_courses(session, actor, now),
        first=now,
        until=announced_until(now),
        state=MeetingState.PLANNED,
        next_first=True,
        size=ANNOUNCED_AT_MOST,
    )
    today = danish_day(now)
    courses = teams.read_courses(session, {each.course_id for each in listed}, today)
    invited = [
        each.id
        for each in listed
        if actor.id in {place.actor_id for place in places_invited(each.text, courses[each.course_id], today)}
    ]
    stored = repository.read_meetings_by_id(session, invited)
    return tuple(stored[key] for key in invited if is_announced(stored[key], now))


def _seen_on_courses(session: Session, actor: Actor, now: datetime) -> dict[UUID, frozenset[UUID]]:
    """The courses of which the actor may read meetings, each with the citizens of whom a meeting tells."""
    today = danish_day(now)
    facts = teams.course_facts_of(session, actor, repository.courses_of(session, actor.id, today), today)
    consenting = teams.consenting_of(session, facts, today)
    return {
        key: consenting.get(key, frozenset())
        for key, each in facts.items()
        if may_handle_meeting(actor, AuditAction.READ_MEETING, each, has_consent=key in consenting, is_own=False)
    }
