"""How much a manager's units and their employees have to do, without a word about whom; decided and logged.

A number of 1 to 4 is never told as it is, and no larger one exactly: who knows all but one of those it counts would
know the last.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access import repository, staff_repository
from hub.access.audit_entry import audit_entry
from hub.access.policy import may
from hub.audit import override_repository as overrides
from hub.audit.service import write
from hub.clock import danish_day
from hub.course import repository as courses
from hub.course.views import EmployeeCourse
from hub.overview import figures_repository as figures
from hub.overview.columns import UnitRelation
from hub.overview.figures_repository import UnitNotification
from hub.rules.deadlines import (
    ClockState,
    Deadline,
    InformedState,
    deadline_state,
    informed_state,
    receipt_state,
)
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome
from schemas.facts import ConcernNotificationFact
from schemas.source import Area
from schemas.staff import Band, EmployeeFigures, UnitFigures

_WIDTH = 5
STILL_AFTER = timedelta(days=90)
"""A course of which no source has told anything for so long stands still."""
FORGOTTEN = timedelta(days=61)
"""A deadline that ran out longer ago is history, as on *Mine borgere*."""
_RECEIVED_WITHIN = FORGOTTEN + timedelta(days=30)
"""No deadline that counts belongs to a notification from before."""


class PassedClocks(NamedTuple):
    """Of how many notifications of a unit something was not done in time, or is not told to be done."""

    assessments: int = 0
    """The 24 hours have passed without an assessment."""
    receipts: int = 0
    """The 6 working days have passed without a receipt."""
    not_informed: int = 0
    """It is decided, and no source says that the professional who notified was told; no day is set for that."""


def band_of(number: int) -> Band:
    """The band of five that the number falls in; nothing is told as nothing. Pure."""
    if number == 0:
        return Band(at_least=0, at_most=0)
    start = number - number % _WIDTH
    return Band(at_least=max(start, 1), at_most=start + _WIDTH - 1)


def read_own_units(
    session: Session, actor: Actor, request: AccessRequest, *, now: datetime
) -> tuple[UnitFigures, ...] | None:
    """The units that the actor leads, by name. None: refused."""
    is_allowed = may(actor, AuditAction.READ_OWN_UNITS)
    unit_ids = staff_repository.list_led_units(session, actor.id) if is_allowed else frozenset[str]()
    details: dict[str, JsonValue] = {"units": [*sorted(unit_ids)]}
    outcome = AuditOutcome.SHOWN if is_allowed else AuditOutcome.REFUSED
    write(session, audit_entry(actor, AuditAction.READ_OWN_UNITS, outcome, request, now, details=details))
    if not is_allowed:
        return None
    employees = [employee for employee in repository.list_actors(session) if employee.unit_id in unit_ids]
    return _count(session, unit_ids, employees, now)


def _count(
    session: Session, unit_ids: frozenset[str], employees: Sequence[Actor], now: datetime
) -> tuple[UnitFigures, ...]:
    today = danish_day(now)
    courses_by_actor, notifications = read_notifications(
        session, unit_ids, employees, since=now - _RECEIVED_WITHIN, now=now
    )
    still = _still_courses(session, [course for listed in courses_by_actor.values() for course in listed], now)
    worker_ids = {worker_id for employee in employees for worker_id in employee.worker_ids}
    work = figures.count_worker_work(session, worker_ids, today)
    unit_work = figures.count_unit_work(session, unit_ids, today)
    passed = passed_clocks(notifications, now)
    waiting = overrides.count_waiting_by_unit(session, unit_ids)
    names = staff_repository.names_of_units(session, unit_ids)
    units = []
    for unit_id in unit_ids:
        members = [employee for employee in employees if employee.unit_id == unit_id]
        on_teams = {course.course_id for member in members for course in courses_by_actor[member.id]}
        clocks = passed.get(unit_id, PassedClocks())
        units.append(
            UnitFigures(
                unit_id=unit_id,
                name=names.get(unit_id, unit_id),
                employees=tuple(_of_employee(member, courses_by_actor[member.id], work) for member in members),
                courses=band_of(len(on_teams)),
                efforts=band_of(unit_work.get((unit_id, UnitRelation.EFFORT), 0)),
                cases=band_of(unit_work.get((unit_id, UnitRelation.CASE), 0)),
                late_assessments=band_of(clocks.assessments),
                late_receipts=band_of(clocks.receipts),
                not_informed=band_of(clocks.not_informed),
                still_courses=band_of(len(on_teams & still)),
                waiting_reviews=waiting.get(unit_id, 0),
            )
        )
    return tuple(sorted(units, key=lambda unit: (unit.name, unit.unit_id)))


def read_notifications(
    session: Session, unit_ids: Collection[str], employees: Sequence[Actor], *, since: datetime, now: datetime
) -> tuple[dict[str, list[EmployeeCourse]], tuple[UnitNotification, ...]]:
    """The courses of each of these employees, and the notifications of those with whom they or the units work.

    Args:
        session: the caller's transaction.
        unit_ids: the units.
        employees: of those units.
        since: what was received before is left out.
        now: the instant.
    """
    today = danish_day(now)
    courses_by_actor: dict[str, list[EmployeeCourse]] = {employee.id: [] for employee in employees}
    for course in courses.courses_of_employees(session, list(courses_by_actor), today):
        courses_by_actor[course.actor_id].append(course)
    on_courses = {
        (employee.unit_id, citizen_id)
        for employee in employees
        for course in courses_by_actor[employee.id]
        for citizen_id in course.citizens
        if employee.unit_id
    }
    notifications = figures.notifications_of_units(
        session, unit_ids, others=sorted(on_courses), on=today, since=since, now=now
    )
    return courses_by_actor, notifications


def _of_employee(
    employee: Actor, on_teams: Collection[EmployeeCourse], work: Mapping[tuple[str, Area], int]
) -> EmployeeFigures:
    area = employee.area
    return EmployeeFigures(
        actor_id=employee.id,
        name=employee.name,
        title=employee.title,
        courses=band_of(len(on_teams)),
        leads=band_of(sum(course.leads for course in on_teams)),
        work=band_of(sum(work.get((worker_id, area), 0) for worker_id in employee.worker_ids) if area else 0),
    )


def _still_courses(session: Session, listed: Sequence[EmployeeCourse], now: datetime) -> frozenset[UUID]:
    """Those of whose citizens no source has told anything for a while."""
    citizens = frozenset[UUID]().union(*(course.citizens for course in listed))
    news = {latest.citizen_id: latest.at for latest in figures.latest_news(session, citizens, now)}
    return frozenset(
        course.course_id
        for course in listed
        if not any(news[citizen_id] > now - STILL_AFTER for citizen_id in course.citizens if citizen_id in news)
    )


def passed_clocks(notifications: Iterable[UnitNotification], now: datetime) -> dict[str, PassedClocks]:
    """By unit: how many of its notifications have a clock that has passed, and not long ago. Pure."""
    passed: dict[str, PassedClocks] = {}
    for (unit_id, _), fact in own_notifications(notifications).items():
        assessments, receipts, not_informed = passed.get(unit_id, PassedClocks())
        passed[unit_id] = PassedClocks(
            assessments + _is_late(deadline_state(fact, now), now),
            receipts + _is_late(receipt_state(fact, now), now),
            not_informed + (informed_state(fact, now) is InformedState.NOT_STATED),
        )
    return passed


def own_notifications(notifications: Iterable[UnitNotification]) -> dict[tuple[str, str], ConcernNotificationFact]:
    """By unit and entry. A notification is the unit's where the source says so, or says nobody's. Pure.

    One on several siblings counts once.
    """
    return {
        (notification.unit_id, notification.entry_id): notification.fact
        for notification in notifications
        if _responsible_unit(notification) in {None, notification.unit_id}
    }


def _responsible_unit(notification: UnitNotification) -> str | None:
    responsible = notification.fact.responsible
    return responsible.unit.id if responsible and responsible.unit else None


def _is_late(clock: Deadline, now: datetime) -> bool:
    return clock.state is ClockState.OVERDUE and clock.due_at is not None and now - clock.due_at < FORGOTTEN
