"""My citizens, family by family, with what changed since I last looked at the family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from hub.access import service
from hub.access.service import ListedCitizen
from hub.access.showing import cut_and_mask_all
from hub.access.stand_still import StandStill, list_stand_still
from hub.audit import repository as audit
from hub.audit.looks import Looks, seen_until
from hub.clock import danish_day
from hub.course.views import MyCitizen
from hub.overview import service as overviews
from hub.overview.changes import Change
from hub.web.shell.coverage import coverage
from hub.web.shell.request_context import RequestContext
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
    with_news = overviews.ask_with_news(session, seen)()
    facts = {item.citizen.citizen_id: item.facts for item in listed}
    standing = list_stand_still(session, actor, facts, context.access(), now=context.now)
    # Building an earlier state is expensive, so only where something was received since.
    changes = _changes(context, [item for item in listed if item.citizen.citizen_id in with_news], seen, with_news)
    return tuple(_family(members, looks, seen, changes, standing) for members in families)


def _family(
    listed: Sequence[ListedCitizen],
    looks: Mapping[UUID, Looks],
    seen: Mapping[UUID, datetime],
    changes: Mapping[UUID, tuple[Change, ...]],
    standing: Mapping[UUID, StandStill],
) -> Family:
    members = []
    for item in sorted(listed, key=_age_order):
        citizen_id = item.citizen.citizen_id
        since = seen.get(citizen_id)
        news = changes.get(citizen_id, ())
        members.append(FamilyMember(item.citizen, item.overview, news, since, standing.get(citizen_id)))
    last = (looks[item.citizen.citizen_id].last for item in listed if item.citizen.citizen_id in looks)
    return Family(tuple(members), max(last, default=None))


def _age_order(listed: ListedCitizen) -> tuple[bool, date, str]:
    citizen = listed.citizen
    return citizen.birth_date is None, citizen.birth_date or date.max, citizen.name or ""


def _changes(
    context: RequestContext,
    listed: Sequence[ListedCitizen],
    seen: Mapping[UUID, datetime],
    news: Mapping[UUID, bool],
) -> dict[UUID, tuple[Change, ...]]:
    """What changed for each of these citizens since the actor looked, asked for all of them together."""
    session, today = context.session, danish_day(context.now)
    current = {item.citizen.citizen_id: item.overview for item in listed if item.overview is not None}
    earlier = overviews.read_seen(session, {citizen_id: seen[citizen_id] for citizen_id in current}, news)
    decisions = {item.citizen.citizen_id: item.decision for item in listed}
    before = cut_and_mask_all(session, earlier.values(), decisions, today, facts={})
    return overviews.changed_all(session, [(each, current[key]) for key, each in before.items()], today)
