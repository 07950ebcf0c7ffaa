"""Whom one can be on *Min side* of the demo: citizens of its courses, and the parents whom these name."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from hub.clock import age_on
from hub.course.team_repository import list_on_open_courses
from hub.overview import repository as overviews
from schemas.people import RelationKind

MOST = 12
YOUNGEST = 15
"""Below it a parent sees the page, as the policy ``own.page`` says."""


class DemoCitizenRow(NamedTuple):
    """A made-up citizen."""

    citizen_id: UUID
    name: str
    age: int


def list_demo_citizens(session: Session, on: date) -> tuple[DemoCitizenRow, ...]:
    """The grown-ups and young people from 15, by name; at most ``MOST``."""
    on_courses = overviews.headers(session, list_on_open_courses(session, on))
    parents = {
        relative.citizen_id
        for header in on_courses.values()
        for relative in header.relatives
        if relative.relation is RelationKind.PARENT and relative.citizen_id is not None
    }
    everybody = {**on_courses, **overviews.headers(session, parents)}
    rows = [
        DemoCitizenRow(citizen_id, header.display_name, age_on(header.person.birth_date, on))
        for citizen_id, header in everybody.items()
        if header.display_name and header.person.birth_date
    ]
    old_enough = (row for row in rows if row.age >= YOUNGEST)
    return tuple(sorted(old_enough, key=lambda row: (row.name, row.citizen_id))[:MOST])
