"""The statement of whom a course keeps: what sources have said of them is not deleted while it runs."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_ON_COURSE = text("""
    SELECT DISTINCT coalesce(k.merged_into, n.citizen_id) AS citizen_id
    FROM course_citizens n
    JOIN courses c ON c.id = n.course_id AND (c.ended_on IS NULL OR :on < c.ended_on)
    LEFT JOIN citizen_keys k ON k.id = n.citizen_id
    WHERE (n.valid_to IS NULL OR :on < n.valid_to) AND coalesce(k.merged_into, n.citizen_id) = ANY(:ids)
""")


def with_running_course(session: Session, citizen_ids: Collection[UUID], on: date) -> frozenset[UUID]:
    """Those of these citizens who are in a course that has not ended."""
    return frozenset(session.scalars(_ON_COURSE, {"ids": list(citizen_ids), "on": on}))
