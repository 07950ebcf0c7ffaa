"""SQL of what the leaders of units are told: which clock passed in which unit on which day, and who has read it."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from hub.alerts.clocks import NotificationClock
from hub.alerts.tables import UnitAlertRow
from hub.db import columns, fetch_rows
from schemas.base import Instant, Schema

_ADD = text("""
    INSERT INTO unit_alerts AS a (id, unit_id, clock, passed_on, passed_at)
    SELECT * FROM unnest(cast(:ids AS uuid[]), cast(:units AS text[]), cast(:clocks AS text[]),
                         cast(:days AS date[]), cast(:moments AS timestamptz[]))
    ON CONFLICT ON CONSTRAINT uq_unit_alerts_unit_id DO UPDATE SET passed_at = excluded.passed_at
    WHERE a.passed_at < excluded.passed_at
""")
_LIST = text(f"""
    SELECT {columns(UnitAlertRow, "a")}, coalesce(r.read_at >= a.passed_at, false) AS is_read
    FROM unit_alerts a LEFT JOIN unit_alert_reads r ON r.alert_id = a.id AND r.actor_id = :actor_id
    WHERE a.unit_id = ANY(:unit_ids) ORDER BY a.passed_at DESC, a.id LIMIT :size
""")  # noqa: S608  names of our own columns; every value is a parameter
_MARK_READ = text("""
    INSERT INTO unit_alert_reads (alert_id, actor_id, read_at)
    SELECT id, :actor_id, :now FROM unit_alerts
    WHERE id = ANY(cast(:ids AS uuid[])) AND unit_id = ANY(:unit_ids) ORDER BY id
    ON CONFLICT (alert_id, actor_id) DO UPDATE SET read_at = excluded.read_at
""")


class UnitAlert(Schema):
    """In that unit a clock of one notification or more passed that day."""

    id: UUID
    unit_id: str
    clock: NotificationClock
    passed_on: date
    passed_at: Instant
    """When the last of them did; after that it is unread again."""
    is_read: bool


PassedClock = tuple[str, NotificationClock, date]


def add_passed(session: Session, passed: Iterable[tuple[PassedClock, datetime]]) -> None:
    """Store that the clocks passed, each with when the last one did; stored once, however often it is told."""
    rows = sorted(passed)
    parameters = {
        "ids": [uuid4() for _ in rows],
        "units": [unit_id for (unit_id, _, _), _ in rows],
        "clocks": [clock.value for (_, clock, _), _ in rows],
        "days": [day for (_, _, day), _ in rows],
        "moments": [moment for _, moment in rows],
    }
    session.execute(_ADD, parameters)


def list_passed(session: Session, actor_id: str, unit_ids: Collection[str], size: int) -> tuple[UnitAlert, ...]:
    """The newest of these units, with whether the actor has read each."""
    parameters = {"actor_id": actor_id, "unit_ids": list(unit_ids), "size": size}
    return tuple(UnitAlert.model_validate(row) for row in fetch_rows(session, _LIST, parameters))


def mark_passed_read(
    session: Session, actor_id: str, unit_ids: Collection[str], ids: Collection[UUID], now: datetime
) -> None:
    """Remember that the actor has read these, as far as they are of these units."""
    parameters = {"actor_id": actor_id, "unit_ids": list(unit_ids), "ids": list(ids), "now": now}
    session.execute(_MARK_READ, parameters)


def delete_old_passed(session: Session, before: datetime) -> None:
    """Forget what passed before that."""
    session.execute(delete(UnitAlertRow).where(UnitAlertRow.passed_at < before))
