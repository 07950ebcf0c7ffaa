"""Who is logged in: employees by id."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from hub.access import repository
from hub.errors import NotLoggedIn
from schemas.access import Actor, EmployeeContact


def actors(session: Session) -> tuple[Actor, ...]:
    """Every employee who may log in, by name."""
    return repository.list_actors(session)


def actor(session: Session, actor_id: str) -> Actor:
    """The employee with that id.

    Raises:
        NotLoggedIn: there is none, or no longer.
    """
    employee = repository.get_actor(session, actor_id)
    if employee is None:
        raise NotLoggedIn
    return employee


def unit_names(session: Session, actor_ids: Collection[str]) -> dict[str, str]:
    """The unit of each of these employees; those without one, or who are no longer there, are left out."""
    return repository.list_unit_names(session, actor_ids)


def contacts(session: Session, worker_ids: Collection[str]) -> dict[str, EmployeeContact]:
    """How to reach the employees whom sources name by these ids (``<source>:<id>``), as far as they are declared."""
    return repository.list_contacts(session, worker_ids)
