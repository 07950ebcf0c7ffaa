"""Statements on employees and units for their administration: the lists, and what the organisation says of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from schemas.staff import Employee, OrganisationReading, StaffUnit

_FIELDS = """
    a.id, a.name, a.title, a.roles, a.unit_name, a.phone, a.functions, a.organisation_functions, a.active_until,
    a.organisation_id IS NOT NULL AS in_organisation, a.subject IS NOT NULL AS has_logged_in,
    EXISTS (SELECT FROM active_actors v WHERE v.id = a.id) AS is_active
"""
_LIST = text(f"""
    SELECT {_FIELDS} FROM actors a
    WHERE (:words = '' OR position(lower(:words) IN lower(concat_ws(' ', a.name, a.id, a.unit_name, a.title))) > 0)
    ORDER BY a.name, a.id LIMIT :size OFFSET :start
""")  # noqa: S608  constants; every value is a parameter
_GET = text(f"SELECT {_FIELDS} FROM actors a WHERE a.id = :id")  # noqa: S608  as above
_LIST_UNITS = text("""
    SELECT u.organisation_id, u.name, p.name AS parent_name, u.kle, u.area, u.unit_id, u.phone,
           (SELECT count(*) FROM active_actors a
            WHERE a.unit_id = u.unit_id OR u.unit_id IS NULL AND a.unit_id IS NULL AND a.unit_name = u.name
           ) AS employees
    FROM organisation_units u LEFT JOIN organisation_units p ON p.organisation_id = u.parent_id
    ORDER BY u.name, u.organisation_id LIMIT :size OFFSET :start
""")
_LED_BY = """
    WITH RECURSIVE functions AS (
        SELECT a.unit_id AS own_unit, f AS function
        FROM actors a CROSS JOIN LATERAL jsonb_array_elements(a.functions) f
        WHERE {who} AND f ->> 'role' = 'manager' AND coalesce(f -> 'kle', 'null') = 'null'
    ), led AS (
        SELECT own_unit AS unit_id FROM functions WHERE coalesce(function -> 'units', 'null') = 'null'
        UNION
        SELECT jsonb_array_elements_text(function -> 'units') FROM functions
        WHERE jsonb_typeof(function -> 'units') = 'array'
        UNION
        SELECT a.unit_id FROM actors a WHERE {who} AND 'manager' = ANY(a.roles) AND a.functions = '[]'
    ), below AS (
        SELECT u.organisation_id, u.unit_id FROM organisation_units u JOIN led USING (unit_id)
        UNION
        SELECT u.organisation_id, u.unit_id FROM organisation_units u JOIN below b ON u.parent_id = b.organisation_id
    )
    SELECT unit_id FROM led WHERE unit_id IS NOT NULL
    UNION
    SELECT unit_id FROM below WHERE unit_id IS NOT NULL
"""
_LED_UNITS = text(_LED_BY.replace("{who}", "a.id = :actor_id"))
_UNITS_WITH_LEADER = text(_LED_BY.replace("{who}", "a.active"))
_UNIT_NAMES = text("""
    SELECT unit_id, min(name) AS name FROM (
        SELECT unit_id, name FROM organisation_units UNION ALL SELECT unit_id, unit_name FROM active_actors
    ) named WHERE unit_id = ANY(:unit_ids) AND name IS NOT NULL GROUP BY unit_id
""")
_RECORD_READING = text("""
    INSERT INTO organisation_reading AS r (read_at, failed_since, fault)
    VALUES (CASE WHEN :fault = '' THEN cast(:now AS timestamptz) END,
            CASE WHEN :fault <> '' THEN cast(:now AS timestamptz) END, :fault)
    ON CONFLICT (id) DO UPDATE SET
        read_at = coalesce(excluded.read_at, r.read_at),
        failed_since = CASE WHEN :fault <> '' THEN coalesce(r.failed_since, excluded.failed_since) END,
        fault = excluded.fault
""")
_GET_READING = text("SELECT read_at, failed_since, fault FROM organisation_reading")
_DELETE_UNITS = text("DELETE FROM organisation_units")
_STORE_UNIT = text("""
    INSERT INTO organisation_units (organisation_id, name, parent_id, kle, area, unit_id, phone)
    VALUES (:organisation_id, :name, :parent_id, :kle, :area, :unit_id, :phone)
""")
_COUNT_KNOWN = text("SELECT count(*) FROM actors WHERE organisation_id IS NOT NULL AND active")
_LIST_WORKING = text("SELECT organisation_id FROM actors WHERE organisation_id IS NOT NULL AND active")
_LEAVING = "organisation_id IS NOT NULL AND active AND NOT organisation_id = ANY(:working)"
_LIST_LEAVING = text(f"SELECT id FROM actors WHERE {_LEAVING} ORDER BY id")  # noqa: S608  as above
_END_OTHERS = text(f"UPDATE actors SET active = false WHERE {_LEAVING}")  # noqa: S608  as above
_LIST_FUNCTIONS = text("SELECT id, organisation_functions FROM actors WHERE organisation_id IS NOT NULL")
_STORE = text("""
    INSERT INTO actors AS a (id, name, title, roles, unit_id, unit_name, area, phone, organisation_id,
                             organisation_functions, active_until)
    SELECT :id, :name, :title, '{}', :unit_id, :unit_name, :area, :phone, :organisation_id,
           CAST(:functions AS text[]), CAST(:active_until AS date)
    WHERE NOT EXISTS (SELECT FROM actors o WHERE o.organisation_id = :organisation_id AND o.id <> :id)
    ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, title = coalesce(nullif(excluded.title, ''), a.title),
        unit_id = CASE WHEN excluded.unit_name IS NULL THEN a.unit_id ELSE excluded.unit_id END,
        unit_name = coalesce(excluded.unit_name, a.unit_name),
        area = CASE WHEN excluded.unit_name IS NULL THEN a.area ELSE excluded.area END,
        phone = coalesce(excluded.phone, a.phone), organisation_functions = excluded.organisation_functions,
        organisation_id = excluded.organisation_id, active = true, active_until = excluded.active_until
    WHERE a.organisation_id IS NULL OR a.organisation_id = excluded.organisation_id
    RETURNING a.id
""")


def list_employees(session: Session, words: str, *, start: int, size: int) -> tuple[Employee, ...]:
    """Employees by name, also those who have left; only those with these words in name, id, unit or title."""
    rows = session.execute(_LIST, {"words": words, "start": start, "size": size}).mappings()
    return tuple(Employee.model_validate(dict(row)) for row in rows)


def get_employee(session: Session, actor_id: str) -> Employee | None:
    """The employee, also one who has left; None: there is none."""
    row = session.execute(_GET, {"id": actor_id}).mappings().one_or_none()
    return None if row is None else Employee.model_validate(dict(row))


def list_units(session: Session, *, start: int, size: int) -> tuple[StaffUnit, ...]:
    """The units of the organisation by name."""
    rows = session.execute(_LIST_UNITS, {"start": start, "size": size}).mappings()
    return tuple(StaffUnit.model_validate(dict(row)) for row in rows)


def list_led_units(session: Session, actor_id: str) -> frozenset[str]:
    """Ids of the units that the employee leads, with all below them in the organisation.

    They are those that a manager's function is limited to, else the own. A function with limits of KLE leads none: its
    figures would be wider than it is.
    """
    return frozenset(session.scalars(_LED_UNITS, {"actor_id": actor_id}))


def list_units_with_leader(session: Session) -> frozenset[str]:
    """Ids of the units that an employee who may log in leads."""
    return frozenset(session.scalars(_UNITS_WITH_LEADER))


def names_of_units(session: Session, unit_ids: Iterable[str]) -> dict[str, str]:
    """Names of these units, as far as the organisation or an employee's login tells them."""
    rows = session.execute(_UNIT_NAMES, {"unit_ids": sorted(unit_ids)})
    return {row.unit_id: row.name for row in rows}


def record_reading(session: Session, now: datetime, *, fault: str = "") -> None:
    """Keep that the organisation was read, or why it was not; a failure counts from the first of those in a row."""
    session.execute(_RECORD_READING, {"now": now, "fault": fault})


def get_reading(session: Session) -> OrganisationReading | None:
    """How its reading went last; None: it has never been tried."""
    row = session.execute(_GET_READING).mappings().one_or_none()
    return None if row is None else OrganisationReading.model_validate(dict(row))


def replace_units(session: Session, units: Sequence[dict[str, Any]]) -> None:
    """The organisation has these units and no others."""
    session.execute(_DELETE_UNITS)
    if units:
        session.execute(_STORE_UNIT, units)


def count_known(session: Session) -> int:
    """How many active employees the organisation has told of."""
    return int(session.scalar(_COUNT_KNOWN) or 0)


def list_working(session: Session) -> frozenset[str]:
    """The organisation's ids of its employees who are active here."""
    return frozenset(session.scalars(_LIST_WORKING))


def list_leaving(session: Session, working: list[str]) -> tuple[str, ...]:
    """Ids of those who leave if only these organisation ids work here."""
    return tuple(session.scalars(_LIST_LEAVING, {"working": working}))


def list_functions(session: Session) -> dict[str, frozenset[str]]:
    """The functions that the organisation gave, by employee."""
    return {row.id: frozenset(row.organisation_functions) for row in session.execute(_LIST_FUNCTIONS)}


def store_members(session: Session, members: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """Store what the organisation says of these; the ids that were not, for they belong to another of its employees."""
    return tuple(member["id"] for member in members if session.scalar(_STORE, member) is None)


def end_others(session: Session, working: list[str]) -> None:
    """Of the organisation's employees only these are active."""
    session.execute(_END_OTHERS, {"working": working})
