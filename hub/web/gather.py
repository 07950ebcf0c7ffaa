"""Open a citizen with everything around them: decide and log first, then read. One place for page and API."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from hub.access import identity, service
from hub.audit import repository as audit
from hub.clock import danish_day
from hub.course import service as course
from hub.course.views import CourseView
from hub.errors import NotLoggedIn
from hub.indexing.serving import Prefetch
from hub.overview import service as overviews
from hub.overview.follow_ups import aftermath
from hub.overview.freshness import with_coverage
from hub.web.material import Changes, Material, Seen, SourceAge, Team, Teammate, end_of
from hub.web.visit import Visit
from schemas.access import Basis, Decision
from schemas.overview import Entry, Overview, Section, SectionState
from schemas.source import Area

RECENTLY = timedelta(hours=1)
"""Looks younger than this are the same look: turning to the timeline and back must not empty "since you last"."""
LOOKS_READ = 60
LOOKERS_SHOWN = 5

Cut = tuple[Overview, Decision]
"""What the actor may see of one person, and the decision that it was cut to."""


def opened(visit: Visit, citizen_id: UUID, as_known: date | None = None) -> service.Opened:
    """Decide, write the line, read. Neither a refusal nor an unknown citizen is an exception."""
    return _opened(visit, citizen_id, as_known, None if as_known else visit.reader.ahead(citizen_id))


def _opened(visit: Visit, citizen_id: UUID, as_known: date | None, ahead: Prefetch) -> service.Opened:
    def read(version: int) -> Overview | None:
        return _then(visit, citizen_id, end_of(as_known)) if as_known else visit.serve(citizen_id, version, ahead)

    found = service.open_overview(
        visit.session,
        visit.actor,
        citizen_id,
        visit.access(citizen_id),
        now=visit.now,
        read=read,
        areas=visit.areas,
    )
    if found.overview is None:
        return found
    if found.facts and found.facts.not_updated_since and not as_known:
        visit.not_updated.add(found.facts.not_updated_since)
    states = () if as_known else visit.states
    silent = {visit.areas[one.source]: one.silent_since for one in states if one.silent_since}
    unread = {visit.areas[one.source] for one in states if one.last_success_at is None}
    covered = {source.area for source in visit.sources}
    return found.model_copy(update={"overview": with_coverage(found.overview, covered, silent, unread)})


def _then(visit: Visit, citizen_id: UUID, moment: datetime) -> Overview | None:
    found = overviews.read(visit.session, citizen_id, moment, areas=visit.areas)
    if found is not None:
        return found
    current = overviews.read(visit.session, citizen_id)
    # Nothing was known then; the page still says about whom, so that one can step on to a later day.
    empty = [Section(area=area, state=SectionState.NONE_FOUND) for area in Area]
    return current.model_copy(update={"sections": tuple(empty), "disagreements": ()}) if current else None


def material(visit: Visit, found: service.Opened, overview: Overview, as_known: date | None = None) -> Material:
    """All that a page about the citizen needs, from the citizen's opened overview."""
    citizen_id, today = overview.citizen_id, danish_day(visit.now)
    sources = {source.name: source.system for source in visit.context.catalogue.known() if source.system}
    others = family_of(visit, found.decision, citizen_id, as_known)
    family = tuple(other for other, _ in others)
    team = course.team_of(visit.session, citizen_id, as_known or today)
    protected = bool(found.facts and found.facts.name_address_protected)
    made = Material(
        overview=overview,
        decision=found.decision,
        actor=visit.actor,
        purpose=visit.access(citizen_id).purpose,
        now=visit.now,
        sources=sources,
        family=family,
        followed={
            one.notification.id: tuple(each.effort for each in one.followed) for one in aftermath((overview, *family))
        },
        team=_team(team, protected=protected) if team else None,
        is_lead=bool(found.facts and found.facts.is_lead_coordinator),
        ages=tuple(SourceAge(sources[state.source], state.state, state.last_data_at) for state in visit.states),
        as_known=as_known,
        demo=visit.context.settings.demo,
    )
    if as_known:
        return made
    looks = audit.seen_by(visit.session, citizen_id, LOOKS_READ)
    return replace(
        made,
        seen=_seen(visit, looks, protected=protected),
        changes=_changes(visit, ((overview, found.decision), *others), looks),
    )


def family_of(visit: Visit, decision: Decision, citizen_id: UUID, as_known: date | None = None) -> tuple[Cut, ...]:
    """The others on the course; only where the team's right opened the page, so that nobody else is refused unasked."""
    if decision.basis is not Basis.TEAM:
        return ()
    others = course.family_of(visit.session, citizen_id, danish_day(visit.now))
    # All are asked for before the first is opened: the index answers for one while the store decides on another.
    aheads = [(other, None if as_known else visit.reader.ahead(other)) for other in others]
    found = (_opened(visit, other, as_known, ahead) for other, ahead in aheads)
    known = ((one.overview, one.decision) for one in found if one.overview is not None)
    return tuple(sorted(known, key=lambda one: one[0].header.person.birth_date or date.max))


def _team(view: CourseView, *, protected: bool) -> Team:
    """The team; where its people work is left out for a protected citizen, since it tells where the citizen is."""
    return Team(
        started_on=view.started_on,
        title=view.title,
        members=tuple(
            Teammate(
                name=member.name,
                title=member.title,
                function=member.function,
                unit=None if protected else member.unit_name,
                phone=member.phone,
                area=member.area,
            )
            for member in view.team
        ),
    )


def _seen(visit: Visit, looks: tuple[audit.LoggedEntry, ...], *, protected: bool) -> tuple[Seen, ...]:
    latest = {look.entry.actor_id: look.entry for look in reversed(looks) if look.entry.actor_id != visit.actor.id}
    newest = sorted(latest.values(), key=lambda entry: entry.recorded_at, reverse=True)[:LOOKERS_SHOWN]
    return tuple(
        Seen(entry.actor_name, None if protected else _unit_name(visit, entry.actor_id), entry.recorded_at)
        for entry in newest
    )


def _unit_name(visit: Visit, actor_id: str) -> str | None:
    try:
        return identity.actor(visit.session, actor_id).unit_name
    except NotLoggedIn:
        return None


def _changes(visit: Visit, people: Sequence[Cut], looks: tuple[audit.LoggedEntry, ...]) -> Changes | None:
    """What came in the family since the actor's last look that is not part of this one; None when this is the first."""
    mine = (look.entry.recorded_at for look in looks if look.entry.actor_id == visit.actor.id)
    since = next((moment for moment in mine if moment < visit.now - RECENTLY), None)
    if since is None:
        return None
    found: dict[str, tuple[str, Entry]] = {}
    for overview, decision in people:
        then = overviews.read(visit.session, overview.citizen_id, since, areas=visit.areas)
        before = service.limited(visit.session, then, decision, visit.areas, danish_day(visit.now))
        if before is None:
            continue
        for one in overviews.changed(visit.session, before, overview, danish_day(visit.now)):
            found.setdefault(one.entry.id, (one.kind, one.entry))
    return Changes(since, tuple(found.values()))
