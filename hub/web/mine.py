"""Gather my citizens, family by family, with what changed since I last looked at the family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from hub.access import service
from hub.access.service import ListedCitizen
from hub.audit import repository as audit
from hub.clock import danish_day
from hub.course.views import MyCitizen
from hub.overview import service as overviews
from hub.overview.changes import Change
from hub.web.visit import Visit
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
    listed = service.list_citizens(visit.session, visit.actor, visit.access(), now=visit.now, areas=visit.areas)
    looked = audit.last_opened(visit.session, visit.actor.id, [each.citizen.citizen_id for each in listed])
    by_course = sorted(listed, key=lambda each: str(each.citizen.course_id))
    return tuple(
        _family(visit, list(members), looked)
        for _, members in groupby(by_course, key=lambda each: each.citizen.course_id)
    )


def _family(visit: Visit, members: Sequence[ListedCitizen], looked: Mapping[UUID, datetime]) -> Family:
    ids = [each.citizen.citizen_id for each in members]
    since = max((looked[citizen_id] for citizen_id in ids if citizen_id in looked), default=None)
    found = []
    for each in sorted(members, key=_age_order):
        news = _changes(visit, each.overview, each.decision, since) if each.overview and since else ()
        found.append(Mine(each.citizen, each.overview, news))
    return Family(tuple(found), since)


def _age_order(listed: ListedCitizen) -> tuple[bool, date, str]:
    citizen = listed.citizen
    return citizen.birth_date is None, citizen.birth_date or date.max, citizen.name or ""


def _changes(visit: Visit, now: Overview, decision: Decision, since: datetime) -> tuple[Change, ...]:
    # Reading the past is dear, so only where something was registered since.
    if not any(one.provenance.registration.registered_from > since for one in now.entries()):
        return ()
    today = danish_day(visit.now)
    then = overviews.read(visit.session, now.citizen_id, since, areas=visit.areas)
    before = service.limited(visit.session, then, decision, visit.areas, today)
    return () if before is None else overviews.changed(visit.session, before, now, today)
