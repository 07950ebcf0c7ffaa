"""SQL of stated reasons (værdispring): what each opened, from the log itself, and what reviews of it came to.

No row says that a reason waits for a review, so none can be missing: it waits as long as it has none.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.audit.tables import OverrideReviewRow
from hub.db import columns, fetch_rows
from schemas.access import AuditAction, AuditEntry
from schemas.override import Override, OverrideReview, OverrideState

_ID = "coalesce(details ->> 'override', act_id, cast(seq AS text))"
"""What joins the lines of one reason; of lines from before reasons had an id, those of one act."""
_BY_REASON = "basis = 'override' AND outcome = 'shown'"
_STATES = f"""
    SELECT o.id, o.seq, o.unit_id, o.opened_at,
           CASE WHEN r.outcome IS NULL THEN 'waiting' WHEN r.outcome = 'needs_follow_up' THEN 'follow_up'
                ELSE 'reviewed' END AS state
    FROM (SELECT {_ID} AS id, min(seq) AS seq, (array_agg(unit_id ORDER BY seq))[1] AS unit_id,
                 min(recorded_at) AS opened_at FROM audit_log
          WHERE {_BY_REASON} AND action = 'open_overview' GROUP BY 1) o
    LEFT JOIN LATERAL (SELECT outcome FROM override_reviews
                       WHERE override_id = o.id ORDER BY number DESC LIMIT 1) r ON true
"""  # noqa: S608  put together from the constants above; every value is a parameter
_OF_UNITS = """
    (cast(:units AS text[]) IS NULL OR unit_id = ANY(:units))
    AND (cast(:since AS timestamptz) IS NULL OR opened_at >= :since)
    AND (cast(:until AS timestamptz) IS NULL OR opened_at < :until)
"""
_COUNT = text(f"SELECT state, count(*) AS number FROM ({_STATES}) s WHERE {_OF_UNITS} GROUP BY state")  # noqa: S608  as above
_COUNT_BY_UNIT = text(f"""
    SELECT unit_id, count(*) AS number FROM ({_STATES}) s WHERE {_OF_UNITS} AND state = 'waiting' GROUP BY unit_id
""")  # noqa: S608  as above
_OLDEST_FIRST = text(f"""
    SELECT id, seq FROM ({_STATES}) s
    WHERE state = :state AND {_OF_UNITS} AND seq > coalesce(cast(:after AS bigint), 0) ORDER BY seq LIMIT :size
""")  # noqa: S608  as above
_NEWEST_FIRST = text(f"""
    SELECT id, seq FROM ({_STATES}) s
    WHERE state = :state AND {_OF_UNITS} AND (cast(:after AS bigint) IS NULL OR seq < :after)
    ORDER BY seq DESC LIMIT :size
""")  # noqa: S608  as above
_AGES = text(f"""
    SELECT count(*) FILTER (WHERE opened_at > :week) AS under_week,
           count(*) FILTER (WHERE opened_at <= :week AND opened_at > :month) AS under_month,
           count(*) FILTER (WHERE opened_at <= :month) AS older
    FROM ({_STATES}) s WHERE {_OF_UNITS} AND state = 'waiting'
""")  # noqa: S608  as above
_ALL = text(f"SELECT id FROM ({_STATES}) s WHERE {_OF_UNITS} ORDER BY seq DESC LIMIT :size")  # noqa: S608  as above
_FIELDS = ", ".join(AuditEntry.model_fields)
_ENTRIES = text(f"""
    SELECT {_ID} AS override_id, {_FIELDS} FROM audit_log WHERE {_BY_REASON} AND {_ID} = ANY(:ids) ORDER BY seq
""")  # noqa: S608  as above
_REVIEWS = text(
    f"SELECT {columns(OverrideReviewRow)} FROM override_reviews WHERE override_id = ANY(:ids) ORDER BY number"  # noqa: S608  as above
)
_ADD = text("""
    INSERT INTO override_reviews (override_id, number, reviewed_at, reviewer_id, reviewer_name, outcome, words)
    VALUES (:override_id, :number, :reviewed_at, :reviewer_id, :reviewer_name, :outcome, :words)
    ON CONFLICT DO NOTHING RETURNING number
""")


class Period(NamedTuple):
    """When something was opened, half-open; None: whenever."""

    since: datetime | None = None
    until: datetime | None = None


ALWAYS = Period()


class WaitingAges(NamedTuple):
    """How many have waited less than a week, less than 30 days, and longer."""

    under_week: int
    under_month: int
    older: int


def count_overrides(
    session: Session, units: Collection[str] | None = None, period: Period = ALWAYS
) -> dict[OverrideState, int]:
    """How many stated reasons are in each state; of employees who were in these units then, or of all."""
    rows = fetch_rows(session, _COUNT, {"units": _list(units), **period._asdict()})
    numbers = {row["state"]: row["number"] for row in rows}
    return {state: numbers.get(state, 0) for state in OverrideState}


def count_waiting_by_unit(session: Session, units: Collection[str]) -> dict[str, int]:
    """How many stated reasons of employees who were in these units then nobody has reviewed."""
    rows = fetch_rows(session, _COUNT_BY_UNIT, {"units": _list(units), **ALWAYS._asdict()})
    return {row["unit_id"]: row["number"] for row in rows}


def list_overrides(
    session: Session,
    state: OverrideState,
    *,
    after: int | None,
    size: int,
    units: Collection[str] | None = None,
    period: Period = ALWAYS,
) -> tuple[tuple[Override, ...], int | None]:
    """Stated reasons in that state, the oldest first, those that are reviewed the newest first; and where to go on.

    Args:
        session: the caller's transaction.
        state: which.
        after: where the page before ended.
        size: at most so many.
        units: of employees who were in one of these then; None: of all.
        period: when they opened something.
    """
    statement = _NEWEST_FIRST if state is OverrideState.REVIEWED else _OLDEST_FIRST
    rows = fetch_rows(
        session,
        statement,
        {"state": state.value, "after": after, "size": size + 1, "units": _list(units), **period._asdict()},
    )
    overrides = _load(session, [row["id"] for row in rows[:size]])
    return overrides, rows[size - 1]["seq"] if len(rows) > size else None


def count_waiting_ages(session: Session, now: datetime, units: Collection[str] | None = None) -> WaitingAges:
    """How long those have waited that nobody has reviewed."""
    values = {"week": now - timedelta(days=7), "month": now - timedelta(days=30), "units": _list(units)}
    (row,) = fetch_rows(session, _AGES, {**values, **ALWAYS._asdict()})
    return WaitingAges(**row)


def list_all(session: Session, period: Period, size: int) -> tuple[Override, ...]:
    """Those of the period in any state, the newest first."""
    rows = fetch_rows(session, _ALL, {"units": None, "size": size, **period._asdict()})
    return _load(session, [row["id"] for row in rows])


def get_override(session: Session, override_id: str) -> Override | None:
    """The stated reason with that id; None: it opened nothing, or there is none."""
    return next(iter(_load(session, [override_id])), None)


def add_review(session: Session, override_id: str, review: OverrideReview) -> bool:
    """Store a review. False: another with that number came first, and nothing is stored."""
    values = review.model_dump(mode="python") | {"override_id": override_id, "outcome": review.outcome.value}
    return session.scalar(_ADD, values) is not None


def _list(units: Collection[str] | None) -> list[str] | None:
    return None if units is None else sorted(units)


def _load(session: Session, ids: Sequence[str]) -> tuple[Override, ...]:
    """Those with these ids, in that order, each with its lines and reviews."""
    entries: dict[str, list[AuditEntry]] = {}
    for row in fetch_rows(session, _ENTRIES, {"ids": list(ids)}):
        values = dict(row)
        entries.setdefault(values.pop("override_id"), []).append(AuditEntry.model_validate(values))
    reviews: dict[str, list[OverrideReview]] = {}
    for row in fetch_rows(session, _REVIEWS, {"ids": list(ids)}):
        values = dict(row)
        reviews.setdefault(values.pop("override_id"), []).append(OverrideReview.model_validate(values))
    return tuple(
        Override(id=each, entries=tuple(entries[each]), reviews=tuple(reviews.get(each, ())))
        for each in ids
        if any(entry.action is AuditAction.OPEN_OVERVIEW for entry in entries.get(each, ()))
    )
