"""Statements on restrictions: whose processing is restricted (GDPR article 18), and how it was lifted.

Who is restricted now is the published view ``restricted_citizens``, under every key of the citizen.
"""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from hub.db import fetch_rows
from hub.rights.tables import CitizenRestrictionRow
from schemas.base import Instant, Schema

_AMONG = text("SELECT citizen_id FROM restricted_citizens WHERE citizen_id = ANY(:ids)")
_KNOWN = text("SELECT id FROM citizen_keys WHERE id = ANY(:ids)")
_KEYS = text("""
    SELECT cast(:citizen_id AS uuid) AS id UNION SELECT id FROM citizen_keys WHERE merged_into = :citizen_id
""")


class Restriction(Schema):
    """A restriction as it is stored."""

    id: int
    citizen_id: UUID
    reason: str
    review_on: date | None
    placed_by: str
    placed_at: Instant
    lifted_by: str | None = None
    lifted_at: Instant | None = None
    lift_reason: str = ""

    @property
    def stands(self) -> bool:
        """Nobody has lifted it."""
        return self.lifted_at is None


def restrict(
    session: Session, citizen_id: UUID, *, reason: str, review_on: date | None, by: str, now: datetime
) -> None:
    """Store a restriction; the caller builds the pages it concerns anew."""
    session.add(
        CitizenRestrictionRow(citizen_id=citizen_id, reason=reason, review_on=review_on, placed_by=by, placed_at=now)
    )
    session.flush()


def lift(session: Session, restriction_id: int, citizen_id: UUID, *, reason: str, by: str, now: datetime) -> bool:
    """Lift a restriction of that citizen; False: there is none that was not lifted already."""
    statement = (
        update(CitizenRestrictionRow)
        .where(
            CitizenRestrictionRow.id == restriction_id,
            CitizenRestrictionRow.citizen_id.in_(_keys(session, citizen_id)),
            CitizenRestrictionRow.lifted_at.is_(None),
        )
        .values(lifted_by=by, lifted_at=now, lift_reason=reason)
        .returning(CitizenRestrictionRow.id)
    )
    return session.scalar(statement) is not None


def list_restrictions(session: Session, citizen_id: UUID) -> tuple[Restriction, ...]:
    """Every restriction of the citizen, the newest first."""
    statement = (
        select(CitizenRestrictionRow)
        .where(CitizenRestrictionRow.citizen_id.in_(_keys(session, citizen_id)))
        .order_by(CitizenRestrictionRow.id.desc())
    )
    return tuple(map(_restriction, session.scalars(statement)))


def list_standing(session: Session, size: int) -> tuple[Restriction, ...]:
    """Those that stand, the oldest first."""
    statement = (
        select(CitizenRestrictionRow)
        .where(CitizenRestrictionRow.lifted_at.is_(None))
        .order_by(CitizenRestrictionRow.id)
        .limit(size)
    )
    return tuple(map(_restriction, session.scalars(statement)))


def standing_and_lifted(session: Session) -> tuple[dict[UUID, datetime], dict[UUID, datetime]]:
    """Since when each citizen is restricted, and since when each other one is not any more."""
    row = CitizenRestrictionRow
    newest = select(row.citizen_id, func.max(row.placed_at), func.max(row.lifted_at)).group_by(row.citizen_id)
    standing = {each[0]: each[1] for each in session.execute(newest.where(row.lifted_at.is_(None)))}
    ended = session.execute(newest.where(row.lifted_at.is_not(None)))
    lifted = {each[0]: each[2] for each in ended if each[2] is not None}
    return standing, {citizen_id: at for citizen_id, at in lifted.items() if citizen_id not in standing}


def known_among(session: Session, citizen_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those that are citizens here."""
    return frozenset(session.scalars(_KNOWN, {"ids": list(citizen_ids)}))


def restricted_among(session: Session, citizen_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these citizens whose processing is restricted."""
    if not citizen_ids:
        return frozenset()
    return frozenset(row["citizen_id"] for row in fetch_rows(session, _AMONG, {"ids": list(citizen_ids)}))


def _keys(session: Session, citizen_id: UUID) -> list[UUID]:
    return list(session.scalars(_KEYS, {"citizen_id": citizen_id}))


def _restriction(row: CitizenRestrictionRow) -> Restriction:
    return Restriction.model_validate({name: getattr(row, name) for name in Restriction.model_fields})
