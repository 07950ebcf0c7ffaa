"""Verbs of the course: open and end it, join and leave the team; and who is who.

All dates are half-open: whoever leaves on a day has no access from that day on, and so has a team whose
consent is withdrawn (``hub.access.consents``). Who may do what is decided by ``hub.access.courses``.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from hub.course import repository, team_repository
from hub.course.views import CourseView, Membership, MyCitizen
from hub.driver import Answer
from schemas.access import Actor
from schemas.course import CourseEnding, CourseOffer, Leaving


def open_course(  # noqa: PLR0913  keyword-only from the key on
    session: Session,
    title: str,
    citizens: Iterable[UUID],
    started_on: date,
    *,
    course_id: UUID | None = None,
    offer: CourseOffer | None = None,
    offered_by: str | None = None,
) -> UUID:
    """Offer these citizens a course. It opens nothing before they consent to it (``consents.give_consent``)."""
    return team_repository.add_course(
        session, title, citizens, started_on, course_id=course_id, offer=offer, offered_by=offered_by
    )


def end_course(
    session: Session, course_id: UUID, on: date, *, ending: CourseEnding | None = None, by: str | None = None
) -> None:
    """End the course: from that day nobody has access through it."""
    team_repository.end_course(session, course_id, on, ending, by)


def join(session: Session, course_id: UUID, membership: Membership, since: date) -> None:
    """Put an employee on the team, with the reason why the work needs it."""
    team_repository.add_membership(session, course_id, membership, since)


def leave(
    session: Session,
    course_id: UUID,
    actor_id: str,
    on: date,
    *,
    leaving: Leaving | None = None,
    by: str | None = None,
) -> None:
    """Take an employee off the team, in every function: from that day the team opens nothing for them."""
    team_repository.end_memberships(session, course_id, actor_id, on, leaving=leaving, by=by)


def team_of(session: Session, citizen_id: UUID, on: date) -> CourseView | None:
    """The citizen's course and team on that day. None: on no course."""
    return repository.course_of(session, citizen_id, on)


def ask_team_of(session: Session, citizen_id: UUID, on: date) -> Answer[CourseView | None]:
    """The same, without waiting for it."""
    return repository.ask_course_of(session, citizen_id, on)


def my_citizens(session: Session, actor: Actor, on: date) -> tuple[MyCitizen, ...]:
    """Citizens on whose team the actor is; write the audit line first (``hub.access.service.list_citizens``)."""
    return repository.my_citizens(session, actor, on)


def family_of(session: Session, citizen_id: UUID, on: date) -> tuple[UUID, ...]:
    """The others on the citizen's course. Relatives of the records stand in the overview's header."""
    return tuple(other for other in repository.on_course(session, citizen_id, on) if other != citizen_id)
