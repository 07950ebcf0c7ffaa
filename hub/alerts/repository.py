"""Every statement on the tables of alerts.

Of other rooms it reads the views ``citizen_keys``, ``citizen_workers``, ``team_places`` and ``active_actors``.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.alerts.tables import AlertActRow, AlertReadRow, AlertRow, AlertSubscriptionRow
from hub.db import ask_rows, fetch_rows
from hub.driver import Answer
from schemas.access import Actor
from schemas.alert import Alert, AlertActLine, AlertKind
from schemas.base import Instant, Schema
from schemas.source import Area

_INSERT = """
    INSERT INTO alerts (id, citizen_id, kind, area, subject, occasion, source, version, caused_by, happened_at)
    SELECT * FROM unnest(cast(:ids AS uuid[]), cast(:citizens AS uuid[]), cast(:kinds AS text[]),
                         cast(:areas AS text[]), cast(:subjects AS text[]), cast(:occasions AS text[]),
                         cast(:sources AS text[]), cast(:versions AS bigint[]), cast(:causes AS text[]),
                         cast(:moments AS timestamptz[]))
    ON CONFLICT ON CONSTRAINT uq_alerts_citizen_id DO {conflict}
    RETURNING id, kind
"""
_ADD = text(_INSERT.replace("{conflict}", "NOTHING"))
_ADD_OR_RENEW = text(
    _INSERT.replace("{conflict}", "UPDATE SET happened_at = greatest(alerts.happened_at, excluded.happened_at)")
)
_NAMED = text("""
    SELECT DISTINCT w.citizen_id
    FROM citizen_workers w JOIN active_actors a ON w.worker_id = ANY(a.worker_ids) AND w.area = a.area
    WHERE w.citizen_id = ANY(:ids)
      AND (w.valid_from IS NULL OR w.valid_from <= :on) AND (w.valid_to IS NULL OR :on < w.valid_to)
""")
_OPEN = "coalesce(last.act, '') <> 'close'"
_STATES: Mapping[str, str] = {
    "open": _OPEN,
    "mine": f"{_OPEN} AND coalesce(last.receiver, last.actor_id) = :actor_id",
    "unread": f"{_OPEN} AND (r.read_at IS NULL OR r.read_at < a.happened_at)",
    "closed": "last.act = 'close'",
    "all": "true",
}
_LAST = """
    LEFT JOIN LATERAL (SELECT act, actor_id, receiver FROM alert_acts t WHERE t.alert_id = a.id
                       ORDER BY t.id DESC LIMIT 1) last ON true
"""
_OF_OTHERS = "a.caused_by IS DISTINCT FROM :actor_id AND a.subject <> 'member/' || :actor_id"
_WITH_UNREAD = text(f"""
    WITH mine AS MATERIALIZED (
        SELECT citizen_id FROM team_places
        WHERE actor_id = :actor_id AND valid_from <= :on AND (valid_to IS NULL OR :on < valid_to)
        UNION
        SELECT citizen_id FROM citizen_workers
        WHERE worker_id = ANY(:worker_ids) AND area = :area
          AND (valid_from IS NULL OR valid_from <= :on) AND (valid_to IS NULL OR :on < valid_to)
    ), keys AS (
        SELECT citizen_id AS key, citizen_id FROM mine
        UNION ALL SELECT k.id, k.merged_into FROM citizen_keys k JOIN mine ON mine.citizen_id = k.merged_into
    )
    SELECT DISTINCT keys.citizen_id
    FROM keys JOIN alerts a ON a.citizen_id = keys.key
    LEFT JOIN alert_reads r ON r.alert_id = a.id AND r.actor_id = :actor_id
    {_LAST}
    WHERE {_STATES["unread"]} AND {_OF_OTHERS}
""")  # noqa: S608  the pieces put in are the constants above
_ALERTS = """
    SELECT a.id, coalesce(k.merged_into, a.citizen_id) AS citizen_id, a.kind, a.area, a.subject, a.occasion,
           a.version, a.caused_by, a.happened_at, coalesce(r.read_at >= a.happened_at, false) AS is_read,
           coalesce((SELECT jsonb_agg(jsonb_build_object('act', t.act, 'actor_id', t.actor_id, 'receiver', t.receiver,
                                                         'words', t.words, 'acted_at', t.acted_at) ORDER BY t.id DESC)
                     FROM alert_acts t WHERE t.alert_id = a.id), '[]') AS acts
    FROM alerts a
    LEFT JOIN citizen_keys k ON k.id = a.citizen_id
    LEFT JOIN alert_reads r ON r.alert_id = a.id AND r.actor_id = :actor_id
"""
_LIST = f"""
    {_ALERTS} {_LAST}
    WHERE a.citizen_id IN (SELECT unnest(cast(:citizens AS uuid[])) UNION
                           SELECT m.id FROM citizen_keys m WHERE m.merged_into = ANY(cast(:citizens AS uuid[])))
      AND {_OF_OTHERS}
      AND (last.receiver = :actor_id OR last.actor_id = :actor_id OR EXISTS (
            SELECT FROM unnest(cast(:citizens AS uuid[]), cast(:groups AS integer[])) AS t (citizen_id, sort)
            JOIN unnest(cast(:of_groups AS integer[]), cast(:kinds AS text[])) AS w (sort, kind) USING (sort)
            WHERE t.citizen_id = coalesce(k.merged_into, a.citizen_id) AND w.kind = a.kind))
      AND (cast(:before AS timestamptz) IS NULL OR (a.happened_at, a.id) < (:before, cast(:before_id AS uuid)))
      AND {{state}}
    ORDER BY a.happened_at DESC, a.id DESC
    LIMIT :size
"""  # noqa: S608  the piece put in is the constant above
_LISTS = {state: text(_LIST.replace("{state}", condition)) for state, condition in _STATES.items()}
_GET = text(f"""
    {_ALERTS}
    WHERE a.id = ANY(cast(:ids AS uuid[]))
    ORDER BY a.id
""")

_CHOICES = text("SELECT kind, is_on FROM alert_subscriptions WHERE actor_id = :actor_id")


class AlertState(StrEnum):
    """Which alerts are listed."""

    OPEN = "open"
    MINE = "mine"
    """Open, and the reader sees to them."""
    UNREAD = "unread"
    """Open, and not read by the reader."""
    CLOSED = "closed"
    ALL = "all"


class NewAlert(Schema):
    """Something that happened, to be stored."""

    citizen_id: UUID
    kind: AlertKind
    area: Area | None = None
    subject: str
    occasion: str = ""
    source: str | None = None
    version: int | None = None
    caused_by: str | None = None
    happened_at: Instant


class Place(Schema):
    """Where a list goes on: after this alert."""

    happened_at: Instant
    id: UUID


def add_alerts(session: Session, alerts: Sequence[NewAlert], *, renews: bool = False) -> dict[UUID, AlertKind]:
    """Store what is not stored yet; the ids of those that are new, or that were renewed.

    *renews*: what is stored already happened again, and is unread again.
    """
    if not alerts:
        return {}
    # Always in one order: two workers that store at once must not wait for each other.
    ordered = sorted(alerts, key=lambda alert: (alert.citizen_id, alert.kind, alert.subject, alert.occasion))
    columns = {
        "ids": [uuid4() for _ in ordered],
        "citizens": [alert.citizen_id for alert in ordered],
        "kinds": [alert.kind.value for alert in ordered],
        "areas": [alert.area.value if alert.area else None for alert in ordered],
        "subjects": [alert.subject for alert in ordered],
        "occasions": [alert.occasion for alert in ordered],
        "sources": [alert.source for alert in ordered],
        "versions": [alert.version for alert in ordered],
        "causes": [alert.caused_by for alert in ordered],
        "moments": [alert.happened_at for alert in ordered],
    }
    rows = session.execute(_ADD_OR_RENEW if renews else _ADD, columns)
    return {row.id: AlertKind(row.kind) for row in rows}


def named_among(session: Session, citizen_ids: Collection[UUID], on: date) -> frozenset[UUID]:
    """Those of these citizens for whom a source names an employee who may log in."""
    return frozenset(session.scalars(_NAMED, {"ids": list(citizen_ids), "on": on}))


def list_notified(session: Session, since: datetime) -> frozenset[UUID]:
    """Those of whom a notification was told since then."""
    statement = select(AlertRow.citizen_id).where(
        AlertRow.happened_at >= since, AlertRow.kind == AlertKind.NOTIFICATION.value
    )
    return frozenset(session.scalars(statement))


def ask_with_unread(session: Session, actor: Actor, on: date) -> Answer[frozenset[UUID]]:
    """Those with whom the actor may work that day and to whom something happened that the actor has not read.

    Neither consent nor right is asked here: among these are all of whom the actor is told, and perhaps others.
    """
    parameters = {"actor_id": actor.id, "worker_ids": sorted(actor.worker_ids), "area": actor.area, "on": on}
    rows = ask_rows(session, _WITH_UNREAD, parameters)
    return lambda: frozenset(row["citizen_id"] for row in rows())


def list_alerts(
    session: Session,
    actor_id: str,
    kinds_by_citizen: Mapping[UUID, frozenset[AlertKind]],
    *,
    state: AlertState,
    before: Place | None,
    size: int,
) -> tuple[Alert, ...]:
    """The newest alerts of these kinds of these citizens, and those that the actor took or was handed; by time.

    What the actor did is left out. Whether the actor may see them is not asked here.
    """
    # Several citizens mostly have the same kinds, so a list of kinds goes once for all of them. Of one with no kind
    # there may still be alerts that were handed over.
    groups = {kinds: group for group, kinds in enumerate({*kinds_by_citizen.values()})}
    of_groups = [(group, kind.value) for kinds, group in groups.items() for kind in kinds]
    parameters = {
        "actor_id": actor_id,
        "citizens": list(kinds_by_citizen),
        "groups": [groups[kinds] for kinds in kinds_by_citizen.values()],
        "of_groups": [group for group, _ in of_groups],
        "kinds": [kind for _, kind in of_groups],
        "before": before.happened_at if before else None,
        "before_id": before.id if before else None,
        "size": size,
    }
    return tuple(map(Alert.model_validate, fetch_rows(session, _LISTS[state.value], parameters)))


def get_alert(session: Session, actor_id: str, alert_id: UUID) -> Alert | None:
    """The alert, with whether the actor has read it; its row is locked until the transaction ends."""
    return next(iter(get_alerts(session, actor_id, [alert_id])), None)


def get_alerts(session: Session, actor_id: str, alert_ids: Collection[UUID]) -> tuple[Alert, ...]:
    """The same of several, in as many statements as for one; rows are locked in one order."""
    locked = select(AlertRow.id).where(AlertRow.id.in_(alert_ids)).order_by(AlertRow.id).with_for_update()
    session.execute(locked)
    rows = fetch_rows(session, _GET, {"actor_id": actor_id, "ids": list(alert_ids)})
    return tuple(map(Alert.model_validate, rows))


def get_place(session: Session, alert_id: UUID) -> Place | None:
    """Where that alert stands in a list; None: there is no such alert."""
    row = session.get(AlertRow, alert_id)
    return None if row is None else Place(happened_at=row.happened_at, id=row.id)


def mark_read(session: Session, actor_id: str, alert_ids: Collection[UUID], now: datetime) -> None:
    """Remember that the actor has read these."""
    if alert_ids:
        values = [{"alert_id": alert_id, "actor_id": actor_id, "read_at": now} for alert_id in sorted(alert_ids)]
        statement = insert(AlertReadRow).values(values)
        key = [AlertReadRow.alert_id, AlertReadRow.actor_id]
        session.execute(statement.on_conflict_do_update(index_elements=key, set_={"read_at": now}))


def add_act(session: Session, alert_id: UUID, line: AlertActLine) -> None:
    """Store what somebody did about an alert."""
    session.add(AlertActRow(alert_id=alert_id, **line.model_dump()))
    session.flush()


def list_choices(session: Session, actor_id: str) -> dict[AlertKind, bool]:
    """What the actor has chosen to be told of, or not; what is not among it follows the default."""
    rows = fetch_rows(session, _CHOICES, {"actor_id": actor_id})
    return {AlertKind(row["kind"]): row["is_on"] for row in rows}


def save_choices(session: Session, actor_id: str, choices: Mapping[AlertKind, bool]) -> None:
    """Store the choices; none: the defaults count again."""
    session.execute(delete(AlertSubscriptionRow).where(AlertSubscriptionRow.actor_id == actor_id))
    session.add_all(AlertSubscriptionRow(actor_id=actor_id, kind=kind, is_on=is_on) for kind, is_on in choices.items())
    session.flush()


def delete_alerts_of(session: Session, source: str) -> None:
    """Forget what a source has told, with all that was done about it."""
    session.execute(delete(AlertRow).where(AlertRow.source == source))


def delete_old_alerts(session: Session, before: datetime) -> int:
    """Forget what happened before that, likewise; returns how many."""
    return len(session.scalars(delete(AlertRow).where(AlertRow.happened_at < before).returning(AlertRow.id)).all())
