"""What a leader is told of the own units: that a clock of a notification passed, on which day, and nothing of whom.

How many there are stands on *Mine enheder*, in bands; here it is one alert a unit, clock and day, so that no number
can be counted from it. Decided when it is shown: who leads the unit no more is told nothing.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access import repository, staff_repository
from hub.access.audit_entry import audit_entry
from hub.access.own_units import own_notifications, read_notifications
from hub.access.policy import may
from hub.alerts.clocks import NotificationClock, clock_of
from hub.alerts.repository import list_choices
from hub.alerts.service import KEPT_FOR, LOOKS_BACK
from hub.alerts.subscriptions import kinds_for
from hub.alerts.unit_repository import (
    PassedClock,
    UnitAlert,
    add_passed,
    delete_old_passed,
    list_passed,
    mark_passed_read,
)
from hub.audit.service import write
from hub.clock import danish_day
from hub.overview.figures_repository import UnitNotification
from hub.rules.deadlines import ClockState
from schemas.access import AccessRequest, Actor, AuditAction, AuditOutcome
from schemas.alert import AlertKind, Relation

ON_PAGE = 20
_RUNS_AT_MOST = timedelta(days=31)


class UnitAlertLine(NamedTuple):
    """A passed clock in a unit that the reader leads."""

    alert: UnitAlert
    unit_name: str


def clocks_by_unit(
    notifications: Iterable[UnitNotification], now: datetime, looks_back: timedelta
) -> dict[PassedClock, datetime]:
    """Which clocks passed in which unit on which day, no longer ago than *looks_back*; when the last did. Pure."""
    passed: dict[PassedClock, datetime] = {}
    for (unit_id, _), fact in own_notifications(notifications).items():
        for clock in NotificationClock:
            deadline = clock_of(fact, clock, now)
            if deadline.state is ClockState.OVERDUE and deadline.due_at and now - deadline.due_at <= looks_back:
                key = unit_id, clock, danish_day(deadline.due_at)
                passed[key] = max(passed.get(key, deadline.due_at), deadline.due_at)
    return passed


def store_passed_of_units(session: Session, *, now: datetime) -> None:
    """Store which clocks passed in units that somebody leads; those that are told already are told once."""
    unit_ids = staff_repository.list_units_with_leader(session)
    employees = [employee for employee in repository.list_actors(session) if employee.unit_id in unit_ids]
    since = now - LOOKS_BACK - _RUNS_AT_MOST
    _, notifications = read_notifications(session, unit_ids, employees, since=since, now=now)
    add_passed(session, clocks_by_unit(notifications, now, LOOKS_BACK).items())
    delete_old_passed(session, now - KEPT_FOR)


def list_unit_alerts(session: Session, actor: Actor) -> tuple[UnitAlert, ...]:
    """The newest of the units that the actor leads; none where the actor does not want them. Nothing is logged."""
    unit_ids = led_units(session, actor)
    if not unit_ids or AlertKind.CLOCK_PASSED not in kinds_for(Relation.UNIT_LEADER, list_choices(session, actor.id)):
        return ()
    return list_passed(session, actor.id, unit_ids, ON_PAGE)


def read_unit_alerts(
    session: Session, actor: Actor, request: AccessRequest, *, now: datetime
) -> tuple[UnitAlertLine, ...]:
    """The same with the names of the units, to be shown; a line of the log says of which units."""
    alerts = list_unit_alerts(session, actor)
    if not alerts:
        return ()
    names = staff_repository.names_of_units(session, {alert.unit_id for alert in alerts})
    details: dict[str, JsonValue] = {"units": [*sorted({alert.unit_id for alert in alerts})]}
    entry = audit_entry(actor, AuditAction.READ_ALERTS, AuditOutcome.SHOWN, request, now, details=details)
    write(session, entry.model_copy(update={"result_count": len(alerts)}))
    return tuple(UnitAlertLine(alert, names.get(alert.unit_id, alert.unit_id)) for alert in alerts)


def mark_unit_alerts(session: Session, actor: Actor, ids: Collection[UUID], *, now: datetime) -> None:
    """Remember that the actor has read these, as far as they are of the own units."""
    unit_ids = led_units(session, actor)
    if unit_ids and ids:
        mark_passed_read(session, actor.id, unit_ids, ids, now)


def led_units(session: Session, actor: Actor) -> frozenset[str]:
    """Units of whose figures the actor may read."""
    is_leader = may(actor, AuditAction.READ_OWN_UNITS)
    return staff_repository.list_led_units(session, actor.id) if is_leader else frozenset()
