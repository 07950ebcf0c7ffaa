"""Courses opened all the while, and whether their teams were told of each piece of news, once.

The sources bring little that is new within a month; so things happen to citizens who are in no source too, as versions
that wait to be published.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from hub.alerts.service import store_recent
from hub.clock import danish_day
from hub.course.service import join
from hub.course.team_repository import on_open_courses
from hub.course.views import Membership
from hub.errors import StoreUnavailable
from hub.indexing.repository import add_to_outbox
from hub.overview import repository as overviews
from hub.overview.notable_changes import notable_changes
from hub.overview.service import OverviewVersion
from schemas.alert import AlertKind, NotableChange
from schemas.source import Area
from tests.chaos.stage import LOOKER, Stage
from tests.consents import open_course

Told = tuple[UUID, str, str, str]
"""Whom an alert is about, its kind, its subject and its occasion."""

KINDS = (
    AlertKind.EFFORT_BEGAN,
    AlertKind.NOTIFICATION,
    AlertKind.ABSENCE_LINE,
    AlertKind.ADMISSION,
    AlertKind.PLAN_CHANGED,
    AlertKind.MOVED_AWAY,
)
"""What an overview tells without one before it. The others are told as days pass, or by acts."""
INVENTED = tuple(UUID(int=1000 + number) for number in range(60))
"""Citizens on one course of whom no source speaks."""
_WITHOUT_COURSE = text("""
    SELECT citizen_id FROM overviews o WHERE NOT EXISTS (
        SELECT FROM course_citizens c LEFT JOIN citizen_keys k ON k.id = c.citizen_id
        WHERE coalesce(k.merged_into, c.citizen_id) = o.citizen_id)
    ORDER BY random() LIMIT :most
""")
_ON_COURSES = text("""
    SELECT DISTINCT coalesce(k.merged_into, c.citizen_id)
    FROM course_citizens c LEFT JOIN citizen_keys k ON k.id = c.citizen_id
""")
_TOLD = text("""
    SELECT coalesce(k.merged_into, a.citizen_id), a.kind, a.subject, a.occasion
    FROM alerts a LEFT JOIN citizen_keys k ON k.id = a.citizen_id WHERE a.kind = ANY(:kinds)
""")


@dataclass(frozen=True)
class Telling:
    """What came of the news."""

    told: int
    """Alerts there are."""
    untold: int
    """News of citizens on a course of which there is no alert."""
    twice: int
    """Alerts beyond one for a piece of news."""
    wrongly: int
    """Alerts of what is no news of the citizen in the end, or of somebody on no course."""


def open_courses(stage: Stage, most: int) -> None:
    """Put so many citizens who are on no course on one each, with the looker on its team; none while all is down."""
    now = datetime.now(UTC)
    today = danish_day(now)
    with suppress(StoreUnavailable, SQLAlchemyError), stage.database.transaction() as session:
        for citizen_id in session.scalars(_WITHOUT_COURSE, {"most": most}).all():
            course_id = open_course(session, "Kaos", [citizen_id], today)
            join(session, course_id, Membership(actor_id=LOOKER, reason="Kaos"), today)
            store_recent(session, [citizen_id], now=now)


def happen(stage: Stage, version: int) -> set[Told]:
    """Let something happen to each of ``INVENTED``, whom the first opens a course; what is to be told of it.

    The same version again is the same.
    """
    now = datetime.now(UTC)
    change = NotableChange(kind=AlertKind.EFFORT_BEGAN, area=Area.SOCIAL, subject=f"social/{version}")
    versions = [
        OverviewVersion(each, version, removed=False, previous=version - 1, changes=(change,)) for each in INVENTED
    ]
    with stage.database.transaction() as session:
        if not on_open_courses(session, INVENTED, danish_day(now)):
            open_course(session, "Kaos", INVENTED, danish_day(now))
        add_to_outbox(session, versions, now=now)
    return {(each, change.kind.value, change.subject, change.occasion) for each in INVENTED}


def compare_told(stage: Stage, happened: set[Told]) -> Telling:
    """The alerts beside what the overviews tell and what has *happened*, once everything is at rest.

    What was news on the day the run began and is none today may have been told or not.
    """
    with stage.database.transaction() as session:
        on_courses = session.scalars(_ON_COURSES).all()
        stored: list[Told] = [
            (citizen_id, kind, subject, occasion)
            for citizen_id, kind, subject, occasion in session.execute(_TOLD, {"kinds": [*KINDS]})
        ]
        current = [overview for _, overview in overviews.current(session, on_courses).values() if overview]

    def news(on: date) -> set[Told]:
        return happened | {
            (overview.citizen_id, change.kind.value, change.subject, change.occasion)
            for overview in current
            for change in notable_changes(None, overview, on)
        }

    first, last = news(stage.day), news(danish_day(datetime.now(UTC)))
    return Telling(
        told=len(stored),
        untold=len((first & last) - set(stored)),
        twice=len(stored) - len(set(stored)),
        wrongly=len(set(stored) - first - last),
    )
