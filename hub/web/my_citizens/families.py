"""My citizens, family by family, with what changed since I last looked at the family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from hub.access import service
from hub.access.service import ListedCitizen
from hub.access.showing import cut_and_mask
from hub.audit import repository as audit
from hub.clock import danish_day
from hub.course.views import MyCitizen
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
    session, actor = context.session, context.actor
    listed = service.list_citizens(session, actor, context.access(), now=context.now, areas=context.areas)
    last_looks = audit.last_opened(session, actor.id, [item.citizen.citizen_id for item in listed])
    by_course = sorted(listed, key=lambda item: str(item.citizen.course_id))
    families = [list(members) for _, members in groupby(by_course, key=lambda item: item.citizen.course_id)]
    looks = [_looked_at(members, last_looks) for members in families]
    since = {
        item.citizen.citizen_id: look for members, look in zip(families, looks, strict=True) for item in members if look
    }
    with_news = overviews.with_news(session, since)
    return tuple(_family(context, members, look, with_news) for members, look in zip(families, looks, strict=True))


def _looked_at(listed: Sequence[ListedCitizen], last_looks: Mapping[UUID, datetime]) -> datetime | None:
    """When I last opened one of the family, whose page shows what is new about all of them."""
    looks = (last_looks.get(item.citizen.citizen_id) for item in listed)
    return max((look for look in looks if look is not None), default=None)


def _family(
    context: RequestContext, listed: Sequence[ListedCitizen], looked_at: datetime | None, with_news: frozenset[UUID]
) -> Family:
    members = []
    for item in sorted(listed, key=_age_order):
        # Building an earlier state is expensive, so only where something was received since.
        has_news = looked_at is not None and item.citizen.citizen_id in with_news
        changes = _changes(context, item.overview, item.decision, looked_at) if has_news else ()
        members.append(FamilyMember(item.citizen, item.overview, changes))
    return Family(tuple(members), looked_at)


def _age_order(listed: ListedCitizen) -> tuple[bool, date, str]:
    citizen = listed.citizen
    return citizen.birth_date is None, citizen.birth_date or date.max, citizen.name or ""


def _changes(
    context: RequestContext, now: Overview | None, decision: Decision, since: datetime | None
) -> tuple[Change, ...]:
    if now is None or since is None:
        return ()
    today = danish_day(context.now)
    earlier = overviews.read_seen(context.session, now.citizen_id, since, areas=context.areas)
    before = cut_and_mask(context.session, earlier, decision, context.areas, today)
    return () if before is None else overviews.changed(context.session, before, now, today)
