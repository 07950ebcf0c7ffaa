"""What courses hold about one citizen, whatever course it is, for the citizen's own copy."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import fetch_rows

_COURSES = text("""
    SELECT c.id, n.valid_from, n.valid_to, c.outcome,
           (SELECT count(DISTINCT coalesce(k.merged_into, o.citizen_id)) FROM course_citizens o
            LEFT JOIN citizen_keys k ON k.id = o.citizen_id WHERE o.course_id = c.id) AS citizens
    FROM course_citizens n JOIN courses c ON c.id = n.course_id
    LEFT JOIN citizen_keys m ON m.id = n.citizen_id
    WHERE coalesce(m.merged_into, n.citizen_id) = :citizen_id
    ORDER BY n.valid_from, c.id
""")
_DISCLOSURES = text("""
    SELECT d.id FROM disclosures d LEFT JOIN citizen_keys k ON k.id = d.citizen_id
    WHERE coalesce(k.merged_into, d.citizen_id) = :citizen_id ORDER BY d.id
""")


class CitizensCourse(NamedTuple):
    """A course the citizen is or was in."""

    id: UUID
    valid_from: date
    valid_to: date | None
    outcome: str | None
    citizens: int
    """How many are in it."""


def list_courses(session: Session, citizen_id: UUID) -> tuple[CitizensCourse, ...]:
    """Every course of the citizen, the oldest first."""
    return tuple(CitizensCourse(**row) for row in fetch_rows(session, _COURSES, {"citizen_id": citizen_id}))


def list_disclosure_ids(session: Session, citizen_id: UUID) -> tuple[int, ...]:
    """Every disclosure about the citizen."""
    return tuple(row["id"] for row in fetch_rows(session, _DISCLOSURES, {"citizen_id": citizen_id}))
