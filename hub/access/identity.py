"""Who is logged in: employees by id."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hub.access.tables import ActorRow
from hub.db import straight
from hub.errors import NotLoggedIn
from schemas.access import Actor

_FIELDS = tuple(Actor.model_fields)
_ONE = text(f"SELECT {', '.join(_FIELDS)} FROM actors WHERE id = :id AND active")  # noqa: S608  names of our own


def actors(session: Session) -> tuple[Actor, ...]:
    """Every employee who may log in, by name."""
    rows = session.scalars(select(ActorRow).where(ActorRow.active).order_by(ActorRow.name, ActorRow.id))
    return tuple(_actor(row) for row in rows)


def actor(session: Session, actor_id: str) -> Actor:
    """The employee with that id.

    Raises:
        NotLoggedIn: there is none, or no longer.
    """
    found = straight(session, _ONE, {"id": actor_id})
    if not found:
        raise NotLoggedIn
    return Actor.model_validate(found[0])


def _actor(row: ActorRow) -> Actor:
    return Actor.model_validate({field: getattr(row, field) for field in _FIELDS})
