"""Gather my citizens, family by family, with what changed since I last looked at the family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from hub.access import service
from hub.access.masking import mask_protected
from hub.access.policy import cut, decide
from hub.audit import repository as audit
from hub.clock import danish_day
from hub.course import repository as course
from hub.course.views import MyCitizen
from hub.overview import repository as stored
from hub.overview import service as overviews
from hub.overview.changes import Change
from hub.web.shell.request_context import Visit
from schemas.access import Decision
from schemas.overview import Overview


@dataclass(frozen=True)
class Mine:
    """One of my citizens with what the page needs."""

    citizen: MyCitizen
    overview: Overview | None = None
    """Cut to my decision, protected fields masked; None: nothing known yet."""
    changes: tuple[Change, ...] = ()
    """Since ``Family.looked_at``, newest first."""


@dataclass(frozen=True)
class Family:
    """The citizens of one course."""

    members: tuple[Mine, ...]
    """Oldest first."""
    looked_at: datetime | None
    """When I last opened one of them, which opens the family; None: never."""


def families_of(visit: Visit) -> tuple[Family, ...]:
    """The courses on whose team the actor is, each overview cut to the actor's right; logged as a list."""
    found = service.list_citizens(visit.session, visit.actor, visit.access(), now=visit.now)
    ids = [one.citizen_id for one in found]
    facts = course.access_facts_of(visit.session, visit.actor, ids, danish_day(visit.now))
    decisions = {key: decide(visit.actor, fact, visit.access()) for key, fact in facts.items()}
    looked = audit.last_opened(visit.session, visit.actor.id, ids)
    whole = stored.current(visit.session, ids)
    by_course = sorted(found, key=lambda one: str(one.course_id))
    return tuple(
        _family(visit, list(members), decisions, looked, {key: overview for key, (_, overview) in whole.items()})
        for _, members in groupby(by_course, key=lambda one: one.course_id)
    )


def _family(
    visit: Visit,
    members: Sequence[MyCitizen],
    decisions: Mapping[UUID, Decision],
    looked: Mapping[UUID, datetime],
    whole: Mapping[UUID, Overview | None],
) -> Family:
    since = max((looked[one.citizen_id] for one in members if one.citizen_id in looked), default=None)
    found = []
    for one in sorted(members, key=lambda one: (one.birth_date is None, one.birth_date, one.name or "")):
        overview, decision = whole.get(one.citizen_id), decisions.get(one.citizen_id)
        shown = mask_protected(cut(overview, decision, visit.areas)) if overview and decision else None
        news = _changes(visit, shown, decision, since) if shown and decision and since else ()
        found.append(Mine(one, shown, news))
    return Family(tuple(found), since)


def _changes(visit: Visit, now: Overview, decision: Decision, since: datetime) -> tuple[Change, ...]:
    # Reading the past is dear, so only where something was registered since.
    if not any(one.provenance.registration.registered_from > since for one in now.entries()):
        return ()
    before = overviews.read(visit.session, now.citizen_id, since, areas=visit.areas)
    if before is None:
        return ()
    before = mask_protected(cut(before, decision, visit.areas))
    return overviews.changed(visit.session, before, now, danish_day(visit.now))
