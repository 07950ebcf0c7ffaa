"""Turns what happened into alerts: events of overviews, acts of a team, and days that pass. Once each."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from hub.alerts import repository
from hub.alerts.clocks import passed_clocks
from hub.alerts.delivery_repository import queue_webhooks
from hub.alerts.repository import NewAlert
from hub.bus.base import Delivered
from hub.clock import danish_day, danish_midnight
from hub.course.plan_repository import list_passed_reviews
from hub.course.team_repository import list_on_open_courses, on_open_courses
from hub.course.trial_repository import trial_actions_due
from hub.indexing.outbox import read_changes
from hub.overview import repository as overviews
from hub.overview.notable_changes import notable_changes, passed_days
from schemas.alert import AlertKind, NotableChange

ALERT_GROUP = "alerts"
"""Consumer group of those who make alerts of changed overviews."""
KEPT_FOR = timedelta(days=180)
"""So long an alert can be read; what it was about stands on the citizen's page."""
LOOKS_BACK = timedelta(days=7)
"""A day that passed while no worker ran is told of for so long."""
_CLOCKS_RUN = timedelta(days=31)
"""No clock of a notification that was told before still runs, or passed within ``LOOKS_BACK``."""
AT_ONCE = 200


def store_changes(session: Session, delivered: Sequence[Delivered], *, now: datetime) -> int:
    """Store what these events tell of citizens with whom somebody works; returns how many alerts are new.

    An event that comes again changes nothing. Commit it to the bus after the transaction.
    """
    today = danish_day(now)
    events = [event for event in read_changes(delivered) if event.changes]
    worked_with = _worked_with(session, {event.citizen_id for event in events}, today)
    alerts = {
        (event.citizen_id, change.kind, change.subject, change.occasion): _of_change(
            event.citizen_id, change, now, version=event.version
        )
        for event in events
        if event.citizen_id in worked_with
        for change in event.changes
    }
    return _store(session, list(alerts.values()), now)


def store_passed_days(session: Session, citizen_ids: Collection[UUID], *, now: datetime) -> int:
    """Store what the days that passed brought these citizens, and which clocks of notifications ran out.

    Days: efforts ended, and follow-ups and judgements were due.
    """
    today = danish_day(now)
    current = [
        (version, overview)
        for version, overview in overviews.current(session, citizen_ids).values()
        if overview is not None
    ]
    alerts = [
        _of_change(overview.citizen_id, change, danish_midnight(today), version=version)
        for version, overview in current
        for change in passed_days(overview, today - LOOKS_BACK, today)
    ]
    alerts += [alert for version, overview in current for alert in passed_clocks(overview, version, now, LOOKS_BACK)]
    alerts += [
        _review(trial.citizen_id, f"trial/{trial.trial_id}", trial.judge_on)
        for trial in trial_actions_due(session, citizen_ids, today)
        if today - LOOKS_BACK <= trial.judge_on < today
    ]
    return _store(session, alerts, now)


def store_recent(session: Session, citizen_ids: Collection[UUID], *, now: datetime) -> int:
    """Store what is news of these citizens as somebody begins to work with them."""
    today = danish_day(now)
    alerts = [
        _of_change(citizen_id, change, now, version=version)
        for citizen_id, (version, overview) in overviews.current(session, citizen_ids).items()
        if overview is not None
        for change in notable_changes(None, overview, today)
    ]
    return _store(session, alerts, now)


def store_passed_reviews(session: Session, *, now: datetime) -> int:
    """Store which goals and agreements of plans were to be looked at by a day that has passed."""
    today = danish_day(now)
    alerts = [
        _review(review.citizen_id, f"plan/{review.entry_id}", review.due_on)
        for review in list_passed_reviews(session, today - LOOKS_BACK, today)
    ]
    return _store(session, alerts, now)


def citizens_to_look_at(session: Session, now: datetime) -> tuple[tuple[UUID, ...], ...]:
    """Whose passed days are looked at, some at a time: those on courses, and those with a notification that runs."""
    notified = repository.list_notified(session, now - _CLOCKS_RUN)
    citizen_ids = tuple(sorted({*list_on_open_courses(session, danish_day(now)), *notified}))
    return tuple(citizen_ids[start : start + AT_ONCE] for start in range(0, len(citizen_ids), AT_ONCE))


def tell_plan_changed(session: Session, citizen_id: UUID, *, by: str, now: datetime) -> None:
    """In the transaction of the act: somebody wrote in Borgerens plan. One alert a day and writer, unread again."""
    alert = NewAlert(
        citizen_id=citizen_id,
        kind=AlertKind.PLAN_CHANGED,
        subject=f"writer/{by}",
        occasion=danish_day(now).isoformat(),
        caused_by=by,
        happened_at=now,
    )
    _store(session, [alert], now, renews=True)


def tell_member_joined(
    session: Session, citizen_ids: Iterable[UUID], member: str, since: date, *, by: str, now: datetime
) -> None:
    """In the transaction of the act: somebody joined the team."""
    alerts = [
        NewAlert(
            citizen_id=citizen_id,
            kind=AlertKind.MEMBER_JOINED,
            subject=f"member/{member}",
            occasion=since.isoformat(),
            caused_by=by,
            happened_at=now,
        )
        for citizen_id in citizen_ids
    ]
    _store(session, alerts, now)


def _store(session: Session, alerts: Sequence[NewAlert], now: datetime, *, renews: bool = False) -> int:
    """Store them, and put a post about each that is new in the outbox, in one transaction."""
    new = repository.add_alerts(session, alerts, renews=renews)
    queue_webhooks(session, new, now)
    return len(new)


def _worked_with(session: Session, citizen_ids: Collection[UUID], on: date) -> frozenset[UUID]:
    if not citizen_ids:
        return frozenset()
    return on_open_courses(session, citizen_ids, on) | repository.named_among(session, citizen_ids, on)


def _review(citizen_id: UUID, subject: str, due_on: date) -> NewAlert:
    """What was to be looked at by that day."""
    return NewAlert(
        citizen_id=citizen_id,
        kind=AlertKind.REVIEW_PASSED,
        subject=subject,
        occasion=due_on.isoformat(),
        happened_at=danish_midnight(due_on + timedelta(days=1)),
    )


def _of_change(citizen_id: UUID, change: NotableChange, happened_at: datetime, *, version: int) -> NewAlert:
    return NewAlert(
        citizen_id=citizen_id,
        kind=change.kind,
        area=change.area,
        subject=change.subject,
        occasion=change.occasion,
        source=change.subject.partition("/")[0] or None,
        version=version,
        happened_at=happened_at,
    )
