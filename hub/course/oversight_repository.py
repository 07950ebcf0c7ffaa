"""SQL of what a DPO asks of courses and consents, over all citizens. No title and no name of a citizen is read."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import fetch_rows

_PLACES = """
    SELECT m.id, m.course_id, m.actor_id, coalesce(e.name, m.actor_id) AS actor_name, m.function, m.valid_from,
           m.unit_name AS unit_then, e.unit_name AS unit_now, c.ended_on
    FROM team_memberships m JOIN courses c ON c.id = m.course_id LEFT JOIN employees e ON e.id = m.actor_id
    WHERE (m.valid_to IS NULL OR :on < m.valid_to)
"""
_OF_CLOSED = text(f"{_PLACES} AND c.ended_on <= :on ORDER BY c.ended_on, m.id")
_OF_ANOTHER_UNIT = text(f"""
    {_PLACES} AND (c.ended_on IS NULL OR :on < c.ended_on) AND m.valid_from <= :on
      AND m.unit_name IS NOT NULL AND e.unit_name IS DISTINCT FROM m.unit_name ORDER BY m.valid_from, m.id
""")
_CONSENTS = text("""
    SELECT min(s.id) AS id, s.course_id, coalesce(k.merged_into, s.citizen_id) AS citizen_id, s.kind, s.given_on,
           s.expires_on, s.withdrawn_on, s.form, s.given_by,
           coalesce(r.name, s.recorded_by) AS recorded_by, coalesce(w.name, s.withdrawn_by) AS withdrawn_by,
           array_agg(DISTINCT s.area || '/' || s.category) FILTER (WHERE s.area IS NOT NULL) AS cells
    FROM consents s
    LEFT JOIN citizen_keys k ON k.id = s.citizen_id
    LEFT JOIN employees r ON r.id = s.recorded_by LEFT JOIN employees w ON w.id = s.withdrawn_by
    WHERE s.given_on BETWEEN :since AND :until OR s.withdrawn_on BETWEEN :since AND :until
       OR s.expires_on BETWEEN :since AND :until
    GROUP BY s.course_id, coalesce(k.merged_into, s.citizen_id), s.kind, s.given_on, s.expires_on, s.withdrawn_on,
             s.form, s.given_by, coalesce(r.name, s.recorded_by), coalesce(w.name, s.withdrawn_by)
    ORDER BY greatest(s.given_on, s.withdrawn_on) DESC, min(s.id) DESC
""")
_GRANTS = text("""
    SELECT DISTINCT s.citizen_id, coalesce(k.merged_into, s.citizen_id) AS stands_for,
           coalesce(s.area, 'course') AS scope, s.given_on, s.expires_on, s.withdrawn_on
    FROM consents s LEFT JOIN citizen_keys k ON k.id = s.citizen_id
    WHERE coalesce(k.merged_into, s.citizen_id) IN (
        SELECT coalesce(ek.merged_into, e.citizen_id) FROM consents e LEFT JOIN citizen_keys ek ON ek.id = e.citizen_id
        WHERE e.withdrawn_on <= :until OR e.expires_on <= :until)
""")
_TOO_LONG = text("""
    SELECT count(*) FROM consents
    WHERE area = 'health' AND (expires_on IS NULL OR expires_on > given_on + interval '1 year')
""")


class TeamPlaceHeld(NamedTuple):
    """A place on a team that has not ended."""

    id: int
    course_id: UUID
    actor_id: str
    actor_name: str
    function: str
    valid_from: date
    unit_then: str | None
    """The employee's unit when they joined; None: not recorded."""
    unit_now: str | None
    ended_on: date | None
    """When the course ended."""


class RecordedConsent(NamedTuple):
    """What a citizen consented to at one time in one course, cells of the same terms together."""

    id: int
    course_id: UUID
    citizen_id: UUID
    kind: str
    given_on: date
    expires_on: date | None
    withdrawn_on: date | None
    form: str
    given_by: str
    recorded_by: str | None
    withdrawn_by: str | None
    cells: tuple[str, ...]
    """``area/category``; none: to the course."""


class GrantRow(NamedTuple):
    """A consent of a citizen of whom at least one has ended."""

    citizen_id: UUID
    """As it was recorded."""
    stands_for: UUID
    """Who that citizen is now."""
    scope: str
    given_on: date
    expires_on: date | None
    withdrawn_on: date | None


def list_places_of_closed(session: Session, on: date) -> tuple[TeamPlaceHeld, ...]:
    """Places on the teams of courses that have ended, which nobody ended; the longest closed first."""
    return tuple(TeamPlaceHeld(**row) for row in fetch_rows(session, _OF_CLOSED, {"on": on}))


def list_places_from_another_unit(session: Session, on: date) -> tuple[TeamPlaceHeld, ...]:
    """Places on teams whose holder is in another unit than when they joined, or in none."""
    return tuple(TeamPlaceHeld(**row) for row in fetch_rows(session, _OF_ANOTHER_UNIT, {"on": on}))


def list_recorded_consents(session: Session, since: date, until: date) -> tuple[RecordedConsent, ...]:
    """Consents that were given, withdrawn or lapsed on one of these days, the latest first."""
    rows = fetch_rows(session, _CONSENTS, {"since": since, "until": until})
    return tuple(RecordedConsent(**{**row, "cells": tuple(row["cells"] or ())}) for row in rows)


def list_grants(session: Session, until: date) -> tuple[GrantRow, ...]:
    """Every consent of the citizens of whom one has ended by that day."""
    return tuple(GrantRow(**row) for row in fetch_rows(session, _GRANTS, {"until": until}))


def count_too_long(session: Session) -> int:
    """Consents to health that hold for more than the year of sundhedsloven § 44. The table lets none in."""
    return session.scalar(_TOO_LONG) or 0


def keys_of(grants: Collection[GrantRow]) -> dict[UUID, UUID]:
    """Every key of these citizens, to the one that stands."""
    return {key: grant.stands_for for grant in grants for key in (grant.citizen_id, grant.stands_for)}
