"""SQL of the log as the citizen reads it: who looked and why, without names; what one act wrote is one look-up."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import fetch_rows
from schemas.access import AuditAction, Basis, Purpose, Role
from schemas.base import Instant, Schema

_LINES = """
    SELECT seq, coalesce(act_id, cast(seq AS text)) AS act, actor_id, recorded_at, action, role, unit_id, purpose,
           basis, on_behalf_of IS NOT NULL AS is_machine, outcome = 'shown' AS is_shown,
           EXISTS (
             SELECT FROM unnest(cast(:late_purposes AS text[]), cast(:late_since AS timestamptz[])) AS l (name, since)
             WHERE l.name = purpose AND recorded_at > l.since
           ) AS is_late
    FROM audit_log
    WHERE citizen_id = :citizen_id AND outcome IN ('shown', 'refused')
"""
_ACTS = f"""
    SELECT max(seq) AS seq, actor_id, min(recorded_at) AS recorded_at, array_agg(DISTINCT action) AS actions,
           min(role) AS role, min(unit_id) AS unit_id, min(purpose) AS purpose,
           bool_or(coalesce(basis, '') = '{Basis.OVERRIDE}') AS is_override, bool_or(is_machine) AS is_machine,
           bool_or(is_shown) AS is_shown, bool_or(is_late) AS is_late
    FROM ({_LINES}) lines GROUP BY act, actor_id
"""  # noqa: S608  put together from the constants above; every value is a parameter
_LIST = text(f"""
    SELECT seq, actor_id, recorded_at, actions, role, unit_id, purpose, is_override, is_machine, is_shown
    FROM ({_ACTS}) acts
    WHERE NOT is_late AND (cast(:after AS bigint) IS NULL OR seq < :after) ORDER BY seq DESC LIMIT :size
""")  # noqa: S608  as above
_COUNT_LATE = text(f"SELECT count(*) AS number FROM ({_ACTS}) acts WHERE is_late")  # noqa: S608  as above


class OwnLookup(Schema):
    """One time somebody looked at a citizen, or did something about them."""

    seq: int
    """Of its last line; names the page that goes on after it."""
    recorded_at: Instant
    actor_id: str
    """Never shown; tells the citizen's own look-ups apart."""
    actions: frozenset[AuditAction]
    role: Role | None
    unit_id: str | None
    purpose: Purpose | None
    is_override: bool
    """For a stated reason (værdispring)."""
    is_machine: bool
    is_shown: bool
    """False: it was refused, and nothing was shown."""


def list_own_lookups(
    session: Session,
    citizen_id: UUID,
    shown_after: Mapping[Purpose, int],
    now: datetime,
    *,
    after: int | None,
    size: int,
) -> tuple[OwnLookup, ...]:
    """The newest, but for those that are shown later.

    Args:
        session: the caller's transaction.
        citizen_id: about whom.
        shown_after: after how many days a look-up for a purpose is shown.
        now: the instant.
        after: ``seq`` of the last one on the page before.
        size: at most so many.
    """
    parameters = {**_parameters(citizen_id, shown_after, now), "after": after, "size": size}
    return tuple(OwnLookup.model_validate(row) for row in fetch_rows(session, _LIST, parameters))


def count_late_lookups(session: Session, citizen_id: UUID, shown_after: Mapping[Purpose, int], now: datetime) -> int:
    """How many are shown later."""
    (row,) = fetch_rows(session, _COUNT_LATE, _parameters(citizen_id, shown_after, now))
    return int(row["number"])


def _parameters(citizen_id: UUID, shown_after: Mapping[Purpose, int], now: datetime) -> dict[str, Any]:
    return {
        "citizen_id": citizen_id,
        "late_purposes": [purpose.value for purpose in shown_after],
        "late_since": [now - timedelta(days=days) for days in shown_after.values()],
    }
