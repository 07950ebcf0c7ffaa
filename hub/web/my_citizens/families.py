"""My citizens, family by family, with what changed since I last looked at the family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from hub.access import service
from hub.access.service import ListedCitizen
from hub.access.showing import cut_and_mask
from hub.access.stand_still import StandStill, list_stand_still
from hub.audit import repository as audit
from hub.audit.looks import Looks, seen_until
from hub.clock import danish_day
from hub.course.views import MyCitizen
from hub.overview import service as overviews
from hub.overview.changes import Change
from hub.web.shell.coverage import coverage
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
    """Since ``seen_until``, newest first."""
    seen_until: datetime | None = None
    """When I last looked at this citizen; who was never looked at: when I first looked at the family."""
    stand_still: StandStill | None = None
    """What waits in the plan; None: I may not read it."""

    def entries(self) -> tuple[Entry, ...]:
        """What I may see of the citizen."""
        return tuple(self.overview.entries()) if self.overview else ()


@dataclass(frozen=True)
class Family:
    """The citizens of one course."""

    members: tuple[FamilyMember, ...]
    """Oldest first."""
    looked_at: datetime | None
    """When I last looked at one of them; None: never."""


def load_families(context: RequestContext) -> tuple[Family, ...]:
    """The courses on whose team the actor is, each overview cut to the actor's right; logged as a list."""
    session, actor = context.session, context.actor
    complete = coverage(context)
    listed = [
        item.model_copy(update={"overview": complete(item.overview) if item.overview else None})
        for item in service.list_citizens(session, actor, context.access(), now=context.now)
    ]
    looks = audit.looks(session, actor.id, [item.citizen.citizen_id for item in listed], until=context.now)
    by_course = sorted(listed, key=lambda item: str(item.citizen.course_id))
    families = [list(members) for _, members in groupby(by_course, key=lambda item: item.citizen.course_id)]
    seen: dict[UUID, datetime] = {}
    for members in families:
        seen |= seen_until(looks, [item.citizen.citizen_id for item in members])
    with_news = overviews.with_news(session, seen)
    standing = list_stand_still(
        session, actor, [item.citizen.citizen_id for item in listed], context.access(), now=context.now
    )
    return tuple(_family(context, members, looks, seen, with_news, standing) for members in families)


def _family(
    context: RequestContext,
    listed: Sequence[ListedCitizen],
    looks: Mapping[UUID, Looks],
    seen: Mapping[UUID, datetime],
    with_news: frozenset[UUID],
    standing: Mapping[UUID, StandStill],
) -> Family:
    members = []
    for item in sorted(listed, key=_age_order):
        citizen_id = item.citizen.citizen_id
        since = seen.get(citizen_id)
        # Building an earlier state is expensive, so only where something was received since.
        has_news = since is not None and citizen_id in with_news
        changes = _changes(context, item.overview, item.decision, since) if has_news else ()
        members.append(FamilyMember(item.citizen, item.overview, changes, since, standing.get(citizen_id)))
    last = (looks[item.citizen.citizen_id].last for item in listed if item.citizen.citizen_id in looks)
    return Family(tuple(members), max(last, default=None))


def _age_order(listed: ListedCitizen) -> tuple[bool, date, str]:
    citizen = listed.citizen
    return citizen.birth_date is None, citizen.birth_date or date.max, citizen.name or ""


def _changes(
    context: RequestContext, now: Overview | None, decision: Decision, since: datetime | None
) -> tuple[Change, ...]:
    if now is None or since is None:
        return ()
    today = danish_day(context.now)
    earlier = overviews.read_seen(context.session, now.citizen_id, since)
    before = cut_and_mask(context.session, earlier, decision, today)
    return () if before is None else overviews.changed(context.session, before, now, today)
