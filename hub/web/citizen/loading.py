"""Open a citizen with everything around them: decide and log first, then read. One place for page and API."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from hub import metrics
from hub.access import identity, service
from hub.audit import repository as audit
from hub.clock import danish_day
from hub.course import service as course
from hub.course.views import CourseView
from hub.errors import NotLoggedIn
from hub.indexing.serving import Prefetch, Served, ServedFrom
from hub.overview import service as overviews
from hub.overview.changes import Change, wiped_of_person
from hub.overview.columns import workers_of
from hub.overview.follow_ups import list_follow_ups
from hub.overview.freshness import with_coverage
from hub.sources.health import SourceState
from hub.sources.repository import pauses
from hub.web.citizen.acts import act_of
from hub.web.citizen.page_data import Changes, PageData, SourceAge, Team, Teammate, Viewer, end_of
from hub.web.shell.request_context import RequestContext
from schemas.access import AccessFacts, AccessRequest, Basis, Decision, EmployeeContact, PageKind
from schemas.overview import Overview, Section, SectionState, SourceTrouble, TroubleKind
from schemas.source import Area, AreaContact

RECENTLY = timedelta(hours=1)
"""Looks younger than this are the same look: turning to the timeline and back must not empty "since you last"."""
LOOK_UPS_READ = 60
VIEWERS_SHOWN = 5
_TROUBLES = {kind.value: kind for kind in TroubleKind}


@dataclass(frozen=True)
class OpenedCitizen:
    """A citizen whose overview the actor may see, and how current it is."""

    overview: Overview
    """Cut to the decision, protected fields masked."""
    decision: Decision
    facts: AccessFacts
    served_from: ServedFrom | None
    """None: as known on an earlier day, so built from the store."""
    not_updated_since: datetime | None
    """Since when the overview could not be built from what the sources say."""


@dataclass(frozen=True)
class NotOpened:
    """A citizen who was not opened."""

    decision: Decision
    facts: AccessFacts | None
    """None: there is no such citizen."""


def open_citizen(
    context: RequestContext, citizen_id: UUID, page: PageKind, as_known: date | None = None
) -> OpenedCitizen | NotOpened:
    """Decide, write the audit line, read. Neither a refusal nor an unknown citizen is an exception."""
    access = context.access(citizen_id).model_copy(
        update={"act_id": act_of(context, citizen_id, page), "page": page, "as_known": as_known}
    )
    return _open(context, citizen_id, access, None if as_known else context.reader.prefetch(citizen_id))


def open_family(
    context: RequestContext, citizen: OpenedCitizen, page: PageKind, as_known: date | None = None
) -> tuple[OpenedCitizen, ...]:
    """The others on the course; each is a line of the same act."""
    citizen_id = citizen.overview.citizen_id
    others = family_of(context, citizen_id, citizen.decision)
    shown = {
        "act_id": act_of(context, citizen_id, page),
        "page": page,
        "as_known": as_known,
        "shown_on": citizen_id,
    }
    # All are asked for before the first is opened: the index answers for one while the store decides on another.
    prefetches = [(other, None if as_known else context.reader.prefetch(other)) for other in others]
    results = [
        _open(context, other, context.access(other).model_copy(update=shown), prefetch)
        for other, prefetch in prefetches
    ]
    family = [result for result in results if isinstance(result, OpenedCitizen)]
    return tuple(sorted(family, key=lambda member: member.overview.header.person.birth_date or date.max))


def family_of(context: RequestContext, citizen_id: UUID, decision: Decision) -> tuple[UUID, ...]:
    """Those shown on the citizen's page; only where the team's right opens it, so that nobody is refused unasked."""
    if decision.basis is not Basis.TEAM:
        return ()
    return course.family_of(context.session, citizen_id, danish_day(context.now))


def earliest_not_updated(people: Iterable[OpenedCitizen]) -> datetime | None:
    """Since when one of these overviews could not be built; None: all are current."""
    return min((person.not_updated_since for person in people if person.not_updated_since), default=None)


def _open(
    context: RequestContext, citizen_id: UUID, access: AccessRequest, prefetch: Prefetch
) -> OpenedCitizen | NotOpened:
    as_known = access.as_known
    served: Served | None = None

    def read(version: int) -> Overview | None:
        nonlocal served
        if as_known:
            return _read_as_known(context, citizen_id, end_of(as_known))
        served = context.reader.serve(context.session, citizen_id, version, prefetch)
        metrics.overview_served(served.origin)
        return served.overview

    opened = service.open_overview(
        context.session,
        context.actor,
        citizen_id,
        access,
        now=context.now,
        read=read,
        areas=context.areas,
    )
    if opened.overview is None or opened.facts is None:
        return NotOpened(opened.decision, opened.facts)
    return OpenedCitizen(
        overview=_with_coverage(context, opened.overview, as_known),
        decision=opened.decision,
        facts=opened.facts,
        served_from=served.origin if served else None,
        not_updated_since=None if as_known else opened.facts.not_updated_since,
    )


def _with_coverage(context: RequestContext, overview: Overview, as_known: date | None) -> Overview:
    """What may be missing from the overview. How a source is doing now is not said of an earlier day."""
    areas = context.areas
    states = () if as_known else context.source_states
    silent = {areas[state.source]: state.silent_since for state in states if state.silent_since}
    # What was never read is missing from an earlier day, too.
    unread = {areas[state.source] for state in context.source_states if state.last_success_at is None}
    unreadable = {source.area for source in context.sources if source.name in context.unreadable_sources}
    troubles: dict[Area, list[SourceTrouble]] = {}
    for state in states:
        if state.state.value in _TROUBLES:
            troubles.setdefault(areas[state.source], []).append(_trouble(context, state))
    return with_coverage(
        overview,
        {source.area for source in context.sources},
        silent,
        unread,
        once_covered=frozenset(areas.values()),
        unreadable=unreadable,
        troubles=troubles,
    )


def _trouble(context: RequestContext, state: SourceState) -> SourceTrouble:
    kind = _TROUBLES[state.state.value]
    since = state.last_data_at if kind is TroubleKind.SILENT else state.last_success_at
    if kind is TroubleKind.PAUSED:
        since = _paused_at(context, state)
    return SourceTrouble(source=state.source, kind=kind, since=since)


def _paused_at(context: RequestContext, state: SourceState) -> datetime | None:
    """When the source was switched off; None while it is not."""
    if state.state.value != TroubleKind.PAUSED.value:
        return None
    pause = pauses(context.session).get(state.source)
    return pause.paused_at if pause else None


def _read_as_known(context: RequestContext, citizen_id: UUID, moment: datetime) -> Overview | None:
    overview = overviews.read(context.session, citizen_id, moment, areas=context.areas)
    if overview is not None:
        return overview
    current = overviews.read(context.session, citizen_id)
    # Nothing was known then; the page still says about whom, so that one can step on to a later day.
    empty = [Section(area=area, state=SectionState.NONE_FOUND) for area in Area]
    return current.model_copy(update={"sections": tuple(empty), "disagreements": ()}) if current else None


def load_page_data(
    context: RequestContext, citizen: OpenedCitizen, page: PageKind, as_known: date | None = None
) -> PageData:
    """All that a page about the opened citizen needs."""
    citizen_id, today = citizen.overview.citizen_id, danish_day(context.now)
    sources = context.known_sources
    people = (citizen, *open_family(context, citizen, page, as_known))
    family_overviews = tuple(person.overview for person in people)
    course_view = course.team_of(context.session, citizen_id, as_known or today)
    protected = citizen.facts.name_address_protected
    data = PageData(
        overview=citizen.overview,
        decision=citizen.decision,
        actor=context.actor,
        purpose=context.access(citizen_id).purpose,
        now=context.now,
        page=page,
        sources=sources,
        family=family_overviews[1:],
        served_from=frozenset(person.served_from for person in people if person.served_from),
        not_updated_since=earliest_not_updated(people),
        follow_ups={
            after.notification.id: tuple(followed.effort for followed in after.followed)
            for after in list_follow_ups(family_overviews, as_known or today)
        },
        team=team_of(course_view, protected=protected) if course_view else None,
        is_lead=citizen.facts.is_lead_coordinator,
        source_ages=tuple(
            SourceAge(
                sources[state.source],
                state.state,
                state.last_data_at,
                state.last_success_at,
                paused_at=_paused_at(context, state),
            )
            for state in context.source_states
        ),
        as_known=as_known,
        contacts=contacts_of(context, family_overviews),
        area_contacts=area_contacts(context),
        demo=context.app.settings.demo,
    )
    if as_known:
        return data
    look_ups = audit.list_viewings(context.session, citizen_id, LOOK_UPS_READ)
    return replace(
        data,
        viewers=_viewers(context, look_ups, protected=protected),
        changes=_changes(context, people, look_ups),
    )


def contacts_of(context: RequestContext, people: Iterable[Overview]) -> dict[str, EmployeeContact]:
    """The employees whom these overviews name as responsible; masked entries carry no id."""
    keys = {worker.worker_id for person in people for worker in workers_of(person)}
    return identity.contacts(context.session, keys)


def area_contacts(context: RequestContext) -> dict[Area, AreaContact]:
    """Whom to call about each area: as the municipality set it, else the authority that its first source names."""
    named = {source.area: AreaContact(name=source.authority) for source in reversed(context.sources)}
    return {**named, **context.app.settings.area_contacts}


def team_of(view: CourseView, *, protected: bool) -> Team:
    """The team; units and phones are left out for a protected citizen, since they tell where the citizen is helped."""
    return Team(
        started_on=view.started_on,
        title=view.title,
        members=tuple(
            Teammate(
                name=member.name,
                title=member.title,
                function=member.function,
                unit=None if protected else member.unit_name,
                phone=None if protected else member.phone,
                area=member.area,
            )
            for member in view.team
        ),
    )


def _viewers(
    context: RequestContext, look_ups: tuple[audit.LoggedEntry, ...], *, protected: bool
) -> tuple[Viewer, ...]:
    """Who else has looked, each once, newest first."""
    latest = {line.entry.actor_id: line.entry for line in reversed(look_ups) if line.entry.actor_id != context.actor.id}
    newest = sorted(latest.values(), key=lambda entry: entry.recorded_at, reverse=True)[:VIEWERS_SHOWN]
    return tuple(
        Viewer(entry.actor_name, None if protected else _unit_name(context, entry.actor_id), entry.recorded_at)
        for entry in newest
    )


def _unit_name(context: RequestContext, actor_id: str) -> str | None:
    try:
        return identity.actor(context.session, actor_id).unit_name
    except NotLoggedIn:
        return None


def _changes(
    context: RequestContext, people: Iterable[OpenedCitizen], look_ups: tuple[audit.LoggedEntry, ...]
) -> Changes | None:
    """What came in the family since the actor's last look that is not part of this one; None when this is the first."""
    own = (line.entry.recorded_at for line in look_ups if line.entry.actor_id == context.actor.id)
    since = next((moment for moment in own if moment < context.now - RECENTLY), None)
    if since is None:
        return None
    today = danish_day(context.now)
    by_entry: dict[str, Change] = {}
    person_wiped: tuple[str, ...] = ()
    for at, person in enumerate(people):
        earlier = overviews.read_seen(context.session, person.overview.citizen_id, since, areas=context.areas)
        before = service.cut_and_mask(context.session, earlier, person.decision, context.areas, today)
        if before is None:
            continue
        for change in overviews.changed(context.session, before, person.overview, today):
            by_entry.setdefault(change.entry.id, change)
        if at == 0:
            person_wiped = wiped_of_person(before, person.overview)
    return Changes(since, tuple(by_entry.values()), person_wiped)
