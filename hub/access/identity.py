"""Who is logged in: employees by id."""

from collections.abc import Collection

from sqlalchemy.orm import Session

from hub.access import repository
from hub.access.colleagues import Colleague
from hub.driver import Answer
from hub.errors import NotLoggedIn
from schemas.access import Actor
from schemas.staff import EmployeeContact


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


def colleagues(session: Session, actor_ids: Collection[str]) -> dict[str, Colleague]:
    """These employees; of those who are no longer there without a unit. Cut them before they are shown."""
    return repository.list_colleagues(session, actor_ids)


def ask_contacts(session: Session, worker_ids: Collection[str]) -> Answer[dict[str, EmployeeContact]]:
    """How to reach the employees whom sources name by these ids (``<source>:<id>``), as far as they are declared."""
    return repository.ask_contacts(session, worker_ids)
