"""My citizens, family by family, with what changed since I last looked at the family."""

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
from hub.web.shell.request_context import RequestContext
from schemas.access import Decision
from schemas.overview import Entry, Overview


@dataclass(frozen=True)
class FamilyMember:
    """One of my citizens with what the page needs."""

    citizen: MyCitizen
    overview: Overview | None = None
    """Cut to my decision, protected fields masked; None: nothing known yet."""
    changes: tuple[Change, ...] = ()
    """Since ``Family.looked_at``, newest first."""

    def entries(self) -> tuple[Entry, ...]:
        """What I may see of the citizen."""
        return tuple(self.overview.entries()) if self.overview else ()


@dataclass(frozen=True)
class Family:
    """The citizens of one course."""

    members: tuple[FamilyMember, ...]
    """Oldest first."""
    looked_at: datetime | None
    """When I last opened one of them, which opens the family; None: never."""


def load_families(context: RequestContext) -> tuple[Family, ...]:
    """The courses on whose team the actor is, each overview cut to the actor's right; logged as a list."""
    access = context.access()
    citizens = service.list_citizens(context.session, context.actor, access, now=context.now)
    ids = [citizen.citizen_id for citizen in citizens]
    facts = course.access_facts_of(context.session, context.actor, ids, danish_day(context.now))
    decisions = {citizen_id: decide(context.actor, fact, access) for citizen_id, fact in facts.items()}
    last_looks = audit.last_opened(context.session, context.actor.id, ids)
    whole = {citizen_id: overview for citizen_id, (_, overview) in stored.current(context.session, ids).items()}
    by_course = sorted(citizens, key=lambda citizen: str(citizen.course_id))
    return tuple(
        _family(context, list(members), decisions, last_looks, whole)
        for _, members in groupby(by_course, key=lambda citizen: citizen.course_id)
    )


def _family(
    context: RequestContext,
    citizens: Sequence[MyCitizen],
    decisions: Mapping[UUID, Decision],
    last_looks: Mapping[UUID, datetime],
    whole: Mapping[UUID, Overview | None],
) -> Family:
    looks = [last_looks[citizen.citizen_id] for citizen in citizens if citizen.citizen_id in last_looks]
    since = max(looks, default=None)
    oldest_first = sorted(
        citizens, key=lambda citizen: (citizen.birth_date is None, citizen.birth_date, citizen.name or "")
    )
    members = []
    for citizen in oldest_first:
        overview, decision = whole.get(citizen.citizen_id), decisions.get(citizen.citizen_id)
        shown = mask_protected(cut(overview, decision, context.areas)) if overview and decision else None
        changes = _changes(context, shown, decision, since) if shown and decision and since else ()
        members.append(FamilyMember(citizen, shown, changes))
    return Family(tuple(members), since)


def _changes(context: RequestContext, now: Overview, decision: Decision, since: datetime) -> tuple[Change, ...]:
    # Reading an earlier state is expensive, so only where something was registered since.
    if not any(entry.provenance.registration.registered_from > since for entry in now.entries()):
        return ()
    before = overviews.read(context.session, now.citizen_id, since, areas=context.areas)
    if before is None:
        return ()
    before = mask_protected(cut(before, decision, context.areas))
    return overviews.changed(context.session, before, now, danish_day(context.now))
