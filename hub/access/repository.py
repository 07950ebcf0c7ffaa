"""Every statement on the tables of this room."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import fetch_rows
from schemas.access import Actor, EmployeeContact

_ACTIVE = f"SELECT {', '.join(Actor.model_fields)} FROM actors WHERE active"  # noqa: S608  field names of our own schema; every value is a parameter
_ALL = text(f"{_ACTIVE} ORDER BY name, id")
_BY_ID = text(f"{_ACTIVE} AND id = :id")
_UNIT_NAMES = text("SELECT id, unit_name FROM actors WHERE active AND unit_name IS NOT NULL AND id = ANY(:ids)")
_CONTACTS = text("""
    SELECT worker_id, min(name) AS name, min(title) AS title, min(phone) AS phone
    FROM actors CROSS JOIN LATERAL unnest(worker_ids) AS w (worker_id)
    WHERE active AND worker_ids && :worker_ids AND worker_id = ANY(:worker_ids)
    GROUP BY worker_id HAVING count(*) = 1
""")


def list_actors(session: Session) -> tuple[Actor, ...]:
    """Every employee who may log in, by name."""
    return tuple(Actor.model_validate(row) for row in fetch_rows(session, _ALL, {}))


def get_actor(session: Session, actor_id: str) -> Actor | None:
    """The employee with that id; None when there is none, or no longer."""
    rows = fetch_rows(session, _BY_ID, {"id": actor_id})
    return Actor.model_validate(rows[0]) if rows else None


def list_unit_names(session: Session, actor_ids: Collection[str]) -> dict[str, str]:
    """The unit of each of these employees; those without one, or who are no longer there, are left out."""
    if not actor_ids:
        return {}
    return {row["id"]: row["unit_name"] for row in fetch_rows(session, _UNIT_NAMES, {"ids": sorted(actor_ids)})}


def list_contacts(session: Session, worker_ids: Collection[str]) -> dict[str, EmployeeContact]:
    """How to reach the employees whom sources name by these ids; ids that several employees have are left out."""
    if not worker_ids:
        return {}
    rows = fetch_rows(session, _CONTACTS, {"worker_ids": sorted(worker_ids)})
    return {row["worker_id"]: EmployeeContact(name=row["name"], title=row["title"], phone=row["phone"]) for row in rows}
