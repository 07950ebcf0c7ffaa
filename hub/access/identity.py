"""Who is logged in: employees by id."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import fetch_rows
from hub.errors import NotLoggedIn
from schemas.access import Actor

_ACTIVE = f"SELECT {', '.join(Actor.model_fields)} FROM actors WHERE active"  # noqa: S608  field names of our own schema; every value is a parameter
_ALL = text(f"{_ACTIVE} ORDER BY name, id")
_ONE = text(f"{_ACTIVE} AND id = :id")


def actors(session: Session) -> tuple[Actor, ...]:
    """Every employee who may log in, by name."""
    return tuple(Actor.model_validate(row) for row in fetch_rows(session, _ALL, {}))


def actor(session: Session, actor_id: str) -> Actor:
    """The employee with that id.

    Raises:
        NotLoggedIn: there is none, or no longer.
    """
    found = fetch_rows(session, _ONE, {"id": actor_id})
    if not found:
        raise NotLoggedIn
    return Actor.model_validate(found[0])
