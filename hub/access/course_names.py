"""What a course is called: the first names of those who consent to it. Nobody is named in it before, or after."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from hub.course import team_repository as repository
from hub.overview import repository as overviews

NAMELESS = "Forløb"
"""What it is called while it may be called by nobody."""


def course_title(names: Collection[str]) -> str:
    """``Maja, Ida og Emil``."""
    *others, last = [name for name in names if name] or [NAMELESS]
    return f"{', '.join(others)} og {last}" if others else last


def first_names(session: Session, citizen_ids: Collection[UUID]) -> dict[UUID, str]:
    """Of each of these citizens of whom a source gives a name."""
    headers = overviews.headers(session, citizen_ids)
    return {key: (header.display_name or "").partition(" ")[0] for key, header in headers.items()}


def rename_by_consent(session: Session, course_id: UUID, today: date) -> None:
    """Call a course that is called by first names by those of who consents now; another name stays."""
    course = repository.read_course(session, course_id, today)
    names = first_names(session, [each.citizen_id for each in course.citizens])
    called = course.title.replace(" og ", ", ").split(", ")
    if not {*called} <= {*names.values(), NAMELESS}:
        return
    consenting = [names[each.citizen_id] for each in course.citizens if each.has_consented and each.citizen_id in names]
    title = course_title(
        [*(name for name in called if name in consenting), *(name for name in consenting if name not in called)]
    )
    if title != course.title:
        repository.rename_course(session, course_id, title)


def rename_lapsed(session: Session, today: date) -> None:
    """Call no course by somebody whose consent has expired: no act of anybody tells that."""
    for course_id in repository.list_lapsed(session, today):
        rename_by_consent(session, course_id, today)
