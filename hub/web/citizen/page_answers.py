"""What a citizen's page shows besides the overviews: sent for at once, read when it is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from hub.access.rule_points import PointAnswers, ask_points
from hub.audit import repository as audit
from hub.audit.looks import Looks, seen_until
from hub.audit.repository import LooksBefore, Viewing
from hub.clock import danish_day
from hub.course import service as course
from hub.course.views import CourseView
from hub.driver import Answer
from hub.overview import service as overviews
from hub.web.shell.request_context import RequestContext
from schemas.access import PageKind

RECENTLY = timedelta(hours=1)
"""Looks younger than this are the same look: turning to the timeline and back must not empty "since you last"."""
SHOWING_POINTS = frozenset({PageKind.OVERVIEW, PageKind.POINTS})
VIEWINGS_READ = 60


@dataclass(frozen=True)
class PageAnswers:
    """What a page shows besides the overviews, sent for already."""

    team: Answer[CourseView | None]
    points: PointAnswers | None
    """None: no points are shown."""
    viewings: Answer[tuple[Viewing, ...]] | None
    """None: as known on an earlier day."""
    looks: Answer[LooksBefore] | None
    """Likewise."""


def ask_page(context: RequestContext, people: Sequence[UUID], page: PageKind, as_known: date | None) -> PageAnswers:
    """Send for what the page of the first of these people needs."""
    session, citizen_id, now = context.session, people[0], context.now
    team = course.ask_team_of(session, citizen_id, danish_day(now))
    if as_known:
        return PageAnswers(team, None, None, None)
    return PageAnswers(
        team,
        ask_points(session, people, now) if page in SHOWING_POINTS else None,
        audit.ask_viewings(session, citizen_id, VIEWINGS_READ),
        audit.ask_looks_before(session, context.actor.id, people, now - RECENTLY, now),
    )


class NewsAnswer(NamedTuple):
    """What is asked of a family to tell what is new to the actor."""

    seen: Mapping[UUID, datetime]
    """Until when the actor has seen each of them; empty: nobody ever was looked at, even in this look."""
    is_first: bool
    """Whether this is the actor's first look at any of them."""
    citizens: Answer[dict[UUID, bool]]
    """Those about whom anything was received since then."""


def ask_news(
    context: RequestContext,
    family: Sequence[UUID],
    earlier_looks: Mapping[UUID, Looks],
    looks: Mapping[UUID, Looks],
) -> NewsAnswer:
    """Send for who has news since the actor's last looks that are not part of this one.

    Of each what the actor has not seen: to look at one of the family is no look at the others. What comes while the
    first look lasts came since it began.
    """
    seen = seen_until(earlier_looks, family)
    is_first = not seen
    if is_first:
        seen = seen_until({citizen: Looks(look.first, look.first) for citizen, look in looks.items()}, family)
    return NewsAnswer(seen, is_first, overviews.ask_with_news(context.session, seen))
