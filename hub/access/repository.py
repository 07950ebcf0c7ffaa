"""Every statement on the tables of this room."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import fetch_rows
from schemas.access import Actor

_ACTIVE = f"SELECT {', '.join(Actor.model_fields)} FROM actors WHERE active"  # noqa: S608  field names of our own schema; every value is a parameter
_ALL = text(f"{_ACTIVE} ORDER BY name, id")
_BY_ID = text(f"{_ACTIVE} AND id = :id")


def list_actors(session: Session) -> tuple[Actor, ...]:
    """Every employee who may log in, by name."""
    return tuple(Actor.model_validate(row) for row in fetch_rows(session, _ALL, {}))


def get_actor(session: Session, actor_id: str) -> Actor | None:
    """The employee with that id; None when there is none, or no longer."""
    rows = fetch_rows(session, _BY_ID, {"id": actor_id})
    return Actor.model_validate(rows[0]) if rows else None
