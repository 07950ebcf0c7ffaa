"""SQL of disclosures: stated, ended, opened for a meeting."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from hub.course.tables import DisclosureRow
from hub.db import fetch_rows
from schemas.access import Actor
from schemas.disclosure import Disclosure, Meeting, Receiver

_FIELDS = """
    d.id, coalesce(k.merged_into, d.citizen_id) AS citizen_id, d.area, d.categories, d.basis, d.legal_basis, d.reason,
    d.course_id, d.receivers, d.meeting, d.meeting_on, d.stated_by AS stated_by_id,
    coalesce(s.name, d.stated_by) AS stated_by, d.stated_at, d.last_day, d.ended_at,
    coalesce(e.name, d.ended_by) AS ended_by,
    ARRAY(SELECT coalesce(r.name, id) FROM unnest(d.receivers) WITH ORDINALITY AS w (id, place)
          LEFT JOIN employees r USING (id) ORDER BY place) AS names,
    ARRAY(SELECT actor_id FROM disclosure_uses u WHERE u.disclosure_id = d.id) AS used_by
"""
_FROM = """
    FROM disclosures d LEFT JOIN citizen_keys k ON k.id = d.citizen_id
    LEFT JOIN employees s ON s.id = d.stated_by LEFT JOIN employees e ON e.id = d.ended_by
"""
_UNRESTRICTED = "NOT EXISTS (SELECT FROM restricted_citizens r WHERE r.citizen_id = d.citizen_id)"
_GET = text(f"SELECT {_FIELDS} {_FROM} WHERE d.id = :id FOR UPDATE OF d")
_LIST_TO = text(f"""
    SELECT {_FIELDS} {_FROM}
    WHERE d.ended_at IS NULL AND :on <= d.last_day AND d.stated_by <> :actor_id AND {_UNRESTRICTED}
      AND (d.receivers @> ARRAY[cast(:actor_id AS text)]
           OR d.course_id = ANY(ARRAY(SELECT course_id FROM team_memberships m
                                      WHERE m.actor_id = :actor_id AND m.valid_from <= :on
                                        AND (m.valid_to IS NULL OR :on < m.valid_to))))
    ORDER BY d.id DESC LIMIT :size OFFSET :start
""")  # noqa: S608  as above
_LIST_BY = text(f"""
    SELECT {_FIELDS} {_FROM} WHERE d.stated_by = :actor_id AND {_UNRESTRICTED}
    ORDER BY d.ended_at IS NULL AND :on <= d.last_day DESC, d.id DESC LIMIT :size OFFSET :start
""")
_END = text("UPDATE disclosures SET ended_at = :now, ended_by = :by WHERE id = :id AND ended_at IS NULL RETURNING id")
_USE = text("""
    INSERT INTO disclosure_uses (disclosure_id, actor_id, used_at) VALUES (:id, :actor_id, :now)
    ON CONFLICT DO NOTHING RETURNING disclosure_id
""")


def add_disclosure(session: Session, **values: Any) -> tuple[int, bool]:
    """Store one; its number, and whether it is new: the same that has not ended is stored once (a form sent twice).

    *values* are the columns of the row.
    """
    # Two sendings of one form wait for each other.
    session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"disclosure by {values['stated_by']}", 0)))
    )
    said = {name: value for name, value in values.items() if name != "stated_at"}
    same = session.scalar(select(DisclosureRow.id).filter_by(**said, ended_at=None))
    if same is not None:
        return same, False
    row = DisclosureRow(**values)
    session.add(row)
    session.flush()
    return row.id, True


def get_disclosure(session: Session, disclosure_id: int) -> Disclosure | None:
    """The one with that number, locked until the transaction ends; None: there is none."""
    rows = fetch_rows(session, _GET, {"id": disclosure_id})
    return _disclosure(rows[0]) if rows else None


def list_to(session: Session, actor: Actor, on: date, size: int, start: int = 0) -> tuple[Disclosure, ...]:
    """Those that stand for the actor on that day or later, the newest first."""
    rows = fetch_rows(session, _LIST_TO, {"actor_id": actor.id, "on": on, "size": size, "start": start})
    return tuple(map(_disclosure, rows))


def list_by(session: Session, actor: Actor, on: date, size: int, start: int = 0) -> tuple[Disclosure, ...]:
    """Those that the actor stated: those that stand, then the others, the newest first."""
    rows = fetch_rows(session, _LIST_BY, {"actor_id": actor.id, "on": on, "size": size, "start": start})
    return tuple(map(_disclosure, rows))


def end_disclosure(session: Session, disclosure_id: int, *, by: str, now: datetime) -> bool:
    """It holds no longer. False: it did not before."""
    return session.scalar(_END, {"id": disclosure_id, "by": by, "now": now}) is not None


def use_disclosure(session: Session, disclosure_id: int, actor_id: str, now: datetime) -> bool:
    """The actor opens it for the meeting. False: they have already."""
    return session.scalar(_USE, {"id": disclosure_id, "actor_id": actor_id, "now": now}) is not None


def _disclosure(row: dict[str, Any]) -> Disclosure:
    ids: Collection[str] = row["receivers"]
    receivers = tuple(
        Receiver(actor_id=actor_id, name=name, has_opened=actor_id in row["used_by"])
        for actor_id, name in zip(ids, row["names"], strict=True)
    )
    meeting = Meeting(title=row["meeting"] or "", held_on=row["meeting_on"]) if row["meeting_on"] else None
    course_id: UUID | None = row["course_id"]
    values = {name: row[name] for name in Disclosure.model_fields if name in row}
    return Disclosure.model_validate(
        {**values, "to_team": course_id is not None, "receivers": receivers, "meeting": meeting}
    )
