"""Statements that count what is going on by unit and employee; they tell of no citizen."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import Json
from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import fetch_rows
from hub.overview.columns import UnitRelation
from schemas.base import Instant, Schema
from schemas.facts import ConcernNotificationFact
from schemas.source import Area

_ONGOING = "(valid_from IS NULL OR valid_from <= :on) AND (valid_to IS NULL OR :on < valid_to)"
_UNIT_WORK = text(f"""
    SELECT unit_id, relation, count(*) AS number FROM overview_units
    WHERE unit_id = ANY(:unit_ids) AND {_ONGOING} GROUP BY unit_id, relation
""")  # noqa: S608  put together from the constant above; every value is a parameter
_WORKER_WORK = text(f"""
    SELECT worker_id, area, count(*) AS number FROM overview_workers
    WHERE worker_id = ANY(:worker_ids) AND {_ONGOING} GROUP BY worker_id, area
""")  # noqa: S608  as above
_NEWS = text("""
    SELECT o.citizen_id, max(cast(e #>> '{provenance,registration,registered_from}' AS timestamptz)) AS at
    FROM overviews o
    CROSS JOIN LATERAL jsonb_array_elements(o.document -> 'sections') s
    CROSS JOIN LATERAL jsonb_array_elements(s -> 'entries') e
    WHERE o.citizen_id = ANY(:ids) AND cast(e #>> '{provenance,registration,registered_from}' AS timestamptz) <= :now
    GROUP BY o.citizen_id
""")
_NOTIFICATIONS = text(f"""
    WITH pairs AS (
        SELECT unit_id, citizen_id FROM overview_units WHERE unit_id = ANY(:unit_ids) AND {_ONGOING}
        UNION
        SELECT * FROM unnest(cast(:units AS text[]), cast(:citizens AS uuid[]))
    )
    SELECT DISTINCT pairs.unit_id, e ->> 'id' AS entry_id, e ->> 'area' AS area, cast(e -> 'fact' AS text) AS fact
    FROM pairs JOIN overviews o USING (citizen_id)
    CROSS JOIN LATERAL jsonb_array_elements(o.document -> 'sections') s
    CROSS JOIN LATERAL jsonb_array_elements(s -> 'entries') e
    WHERE e #>> '{{fact,kind}}' = 'concern_notification'
      AND cast(e #>> '{{fact,received_at}}' AS timestamptz) BETWEEN :since AND :now
""")  # noqa: S608  as above


class UnitNotification(Schema):
    """A notification about somebody with whom a unit works."""

    unit_id: str
    """The unit that works with the citizen; ``fact.responsible`` says whose the notification is."""
    entry_id: str
    area: Area
    fact: Json[ConcernNotificationFact]


class LatestNews(NamedTuple):
    """When a source last told something of a citizen."""

    citizen_id: UUID
    at: Instant


def count_unit_work(session: Session, unit_ids: Collection[str], on: date) -> dict[tuple[str, UnitRelation], int]:
    """Ongoing efforts and open cases of these units on that day."""
    rows = fetch_rows(session, _UNIT_WORK, {"unit_ids": list(unit_ids), "on": on})
    return {(row["unit_id"], UnitRelation(row["relation"])): row["number"] for row in rows}


def count_worker_work(session: Session, worker_ids: Iterable[str], on: date) -> dict[tuple[str, Area], int]:
    """Ongoing efforts, cases and assignments for which a source of an area names these workers on that day."""
    rows = fetch_rows(session, _WORKER_WORK, {"worker_ids": sorted(worker_ids), "on": on})
    return {(row["worker_id"], Area(row["area"])): row["number"] for row in rows}


def latest_news(session: Session, citizen_ids: Iterable[UUID], now: datetime) -> tuple[LatestNews, ...]:
    """When a source last told something of these citizens; those of whom none has are left out."""
    rows = fetch_rows(session, _NEWS, {"ids": sorted(citizen_ids), "now": now})
    return tuple(LatestNews(row["citizen_id"], row["at"]) for row in rows)


def notifications_of_units(
    session: Session,
    unit_ids: Collection[str],
    *,
    others: Sequence[tuple[str, UUID]],
    on: date,
    since: datetime,
    now: datetime,
) -> tuple[UnitNotification, ...]:
    """Notifications received since then about citizens with whom these units work on that day.

    Args:
        session: the caller's transaction.
        unit_ids: the units.
        others: further pairs of unit and citizen.
        on: the day.
        since: what came before is left out.
        now: what comes after, too.
    """
    values = {
        "unit_ids": list(unit_ids),
        "units": [unit_id for unit_id, _ in others],
        "citizens": [citizen_id for _, citizen_id in others],
        "on": on,
        "since": since,
        "now": now,
    }
    return tuple(UnitNotification.model_validate(row) for row in fetch_rows(session, _NOTIFICATIONS, values))
