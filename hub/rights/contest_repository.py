"""Statements on what citizens contest of what sources say (GDPR article 16)."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, text, update
from sqlalchemy.orm import Session

from hub.db import columns, fetch_rows
from hub.rights.tables import FactContestRow
from schemas.base import Instant, Schema

_KEYS = text("""
    SELECT cast(:citizen_id AS uuid) AS id UNION SELECT id FROM citizen_keys WHERE merged_into = :citizen_id
""")


_MARKED = text(f"""
    SELECT {columns(FactContestRow, "c")}, coalesce(k.merged_into, c.citizen_id) AS stands_for
    FROM fact_contests c LEFT JOIN citizen_keys k ON k.id = c.citizen_id
    WHERE coalesce(k.merged_into, c.citizen_id) = ANY(:ids)
      AND c.corrected_at IS NULL AND (c.outcome IS NULL OR c.outcome = 'upheld')
    ORDER BY c.id
""")  # noqa: S608  names of our own columns; every value is a parameter
_IS_MARKED = and_(
    FactContestRow.corrected_at.is_(None), or_(FactContestRow.outcome.is_(None), FactContestRow.outcome == "upheld")
)
"""It is not settled, or the citizen is right and the source has not corrected it yet."""


class ContestOutcome(StrEnum):
    """How it ended."""

    CORRECTED = "corrected"
    """The source has sent another version."""
    UPHELD = "upheld"
    """The DPO found that the citizen is right; the source has still to correct it."""
    REJECTED = "rejected"


class Contest(Schema):
    """A contested fact as it is stored."""

    id: int
    citizen_id: UUID
    source: str
    entity: str
    """``source/type/id``: the line of the page."""
    digest: str
    """Of what the source said when it was contested."""
    words: str
    """The citizen's, without national numbers."""
    contested_by: str
    contested_at: Instant
    outcome: ContestOutcome | None = None
    corrected_at: Instant | None = None
    ended_by: str | None = None
    """None: nobody, the source corrected it."""
    ended_at: Instant | None = None
    end_reason: str = ""

    @property
    def stands(self) -> bool:
        """Nobody has decided it, and the source has not corrected it."""
        return self.ended_at is None


def contest(  # noqa: PLR0913  the columns
    session: Session, citizen_id: UUID, *, entity: str, digest: str, words: str, by: str, now: datetime
) -> None:
    """Store it; the caller builds the citizen's page anew."""
    source = entity.partition("/")[0]
    session.add(
        FactContestRow(
            citizen_id=citizen_id, source=source, entity=entity, digest=digest, words=words, contested_by=by,
            contested_at=now,
        )
    )  # fmt: skip
    session.flush()


def end_contest(  # noqa: PLR0913  the columns
    session: Session, contest_id: int, citizen_id: UUID, *, outcome: ContestOutcome, reason: str, by: str, now: datetime
) -> bool:
    """End one of that citizen; False: there is none that stands."""
    statement = (
        update(FactContestRow)
        .where(
            FactContestRow.id == contest_id,
            FactContestRow.citizen_id.in_(list(session.scalars(_KEYS, {"citizen_id": citizen_id}))),
            FactContestRow.ended_at.is_(None),
        )
        .values(outcome=outcome.value, ended_by=by, ended_at=now, end_reason=reason)
        .returning(FactContestRow.id)
    )
    return session.scalar(statement) is not None


def end_corrected(session: Session, contest_ids: Collection[int], now: datetime) -> None:
    """The source has sent another version of these: the marks go, and what nobody has decided ends."""
    if contest_ids:
        row = FactContestRow
        session.execute(
            update(row)
            .where(row.id.in_(list(contest_ids)))
            .values(
                corrected_at=now,
                outcome=func.coalesce(row.outcome, ContestOutcome.CORRECTED.value),
                ended_at=func.coalesce(row.ended_at, now),
            )
        )


def marked_of(session: Session, citizen_ids: Collection[UUID]) -> dict[UUID, list[Contest]]:
    """What is marked on the pages of these citizens, the oldest first; asked whenever pages are built."""
    marked: dict[UUID, list[Contest]] = defaultdict(list)
    for row in fetch_rows(session, _MARKED, {"ids": list(citizen_ids)}):
        marked[row.pop("stands_for")].append(Contest.model_validate(row))
    return marked


def list_contests(session: Session, citizen_id: UUID) -> tuple[Contest, ...]:
    """Everything the citizen contests or has contested, the newest first."""
    keys = list(session.scalars(_KEYS, {"citizen_id": citizen_id}))
    rows = session.scalars(
        select(FactContestRow).where(FactContestRow.citizen_id.in_(keys)).order_by(FactContestRow.id.desc())
    )
    return tuple(map(_contest, rows))


def list_for_source(session: Session, source: str, size: int) -> tuple[Contest, ...]:
    """What whoever runs the source is to look at: what stands, and what was upheld and not corrected; oldest first."""
    rows = session.scalars(
        select(FactContestRow)
        .where(FactContestRow.source == source, _IS_MARKED)
        .order_by(FactContestRow.id)
        .limit(size)
    )
    return tuple(map(_contest, rows))


def count_for_source(session: Session, source: str) -> int:
    """How many of them stand."""
    statement = select(func.count()).where(FactContestRow.source == source, _IS_MARKED)
    return session.scalar(statement) or 0


def delete_contests(session: Session, *, citizen_ids: Collection[UUID] = (), source: str | None = None) -> None:
    """Delete those of citizens who are forgotten, or of a source that is."""
    session.execute(
        delete(FactContestRow).where(
            FactContestRow.citizen_id.in_(list(citizen_ids)) if source is None else FactContestRow.source == source
        )
    )


def _contest(row: FactContestRow) -> Contest:
    return Contest.model_validate({name: getattr(row, name) for name in Contest.model_fields})
