"""Every statement of this room."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, text, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.clock import danish_day
from hub.db import fetch_rows
from hub.rights.stores import DeletionCount, DeletionRule, Store
from hub.rights.tables import CitizenForgettingRow, DeletionCountRow, ForgottenDigestRow, LegalHoldRow
from schemas.base import Instant, Schema

_ANYTHING_FORGOTTEN = text("SELECT 1 FROM forgotten_digests LIMIT 1")
_FORGOTTEN = text("SELECT digest, forgetting_id FROM forgotten_digests WHERE digest = ANY(:digests)")
_KEEP_OUT = text("""
    UPDATE citizen_forgettings SET kept_out = kept_out + told.times, kept_out_at = :now
    FROM unnest(cast(:ids AS bigint[]), cast(:times AS integer[])) AS told (id, times)
    WHERE citizen_forgettings.id = told.id
""")
_ERASE_WORK = text("""
    SELECT cast(citizen_work_erase(cast(:citizens AS uuid[]), cast(:names AS text[])) AS text)
""")
_ADD_DIGESTS = text("""
    INSERT INTO forgotten_digests (digest, forgetting_id, forgotten_at)
    SELECT unnest(cast(:digests AS text[])), :forgetting_id, :now
    ON CONFLICT (digest) DO UPDATE SET forgetting_id = coalesce(excluded.forgetting_id, forgotten_digests.forgetting_id)
""")


class LegalHold(Schema):
    """A hold as it is stored."""

    id: int
    citizen_id: UUID
    reason: str
    last_day: date | None
    placed_by: str
    placed_at: Instant
    released_by: str | None = None
    released_at: Instant | None = None
    release_reason: str = ""

    def holds(self, today: date) -> bool:
        """Whether nothing may be deleted because of it on that day."""
        return self.released_at is None and (self.last_day is None or today <= self.last_day)


class CitizenForgetting(Schema):
    """That a citizen was forgotten, and what came of it."""

    id: int
    citizen_id: UUID
    reason: str
    forgotten_by: str
    forgotten_at: Instant
    counts: Mapping[str, int]
    kept_out: int
    kept_out_at: Instant | None
    lifted_by: str | None
    lifted_at: Instant | None
    lift_reason: str


class ForgottenDigest(Schema):
    """One digest, as it is carried over a restore."""

    digest: str
    citizen_id: UUID | None
    """Of the forgetting; None: a statement that lapsed."""
    forgotten_at: Instant
    reason: str = ""
    forgotten_by: str = ""


def place_hold(
    session: Session, citizen_id: UUID, *, reason: str, last_day: date | None, by: str, now: datetime
) -> None:
    """Store a hold; holds that stand already stay."""
    row = LegalHoldRow(citizen_id=citizen_id, reason=reason, last_day=last_day, placed_by=by, placed_at=now)
    session.add(row)
    session.flush()


def release_hold(session: Session, hold_id: int, citizen_id: UUID, *, reason: str, by: str, now: datetime) -> bool:
    """Release a hold of that citizen; False: there is none that was not released already."""
    statement = (
        update(LegalHoldRow)
        .where(LegalHoldRow.id == hold_id, LegalHoldRow.citizen_id == citizen_id, LegalHoldRow.released_at.is_(None))
        .values(released_by=by, released_at=now, release_reason=reason)
        .returning(LegalHoldRow.id)
    )
    return session.scalar(statement) is not None


def list_holds(session: Session, citizen_id: UUID) -> tuple[LegalHold, ...]:
    """Every hold of the citizen, the newest first."""
    rows = session.scalars(
        select(LegalHoldRow).where(LegalHoldRow.citizen_id == citizen_id).order_by(LegalHoldRow.id.desc())
    )
    return tuple(
        LegalHold.model_validate({name: getattr(row, name) for name in LegalHold.model_fields}) for row in rows
    )


def held_among(session: Session, citizen_ids: Collection[UUID], today: date) -> frozenset[UUID]:
    """Those of these citizens about whom nothing may be deleted on that day."""
    statement = select(LegalHoldRow.citizen_id).where(
        LegalHoldRow.citizen_id.in_(list(citizen_ids)),
        LegalHoldRow.released_at.is_(None),
        or_(LegalHoldRow.last_day.is_(None), LegalHoldRow.last_day >= today),
    )
    return frozenset(session.scalars(statement))


def list_held(session: Session, today: date, size: int) -> tuple[LegalHold, ...]:
    """Holds that stand on that day, the oldest first."""
    statement = (
        select(LegalHoldRow)
        .where(
            LegalHoldRow.released_at.is_(None),
            or_(LegalHoldRow.last_day.is_(None), LegalHoldRow.last_day >= today),
        )
        .order_by(LegalHoldRow.id)
        .limit(size)
    )
    return tuple(
        LegalHold.model_validate({name: getattr(row, name) for name in LegalHold.model_fields})
        for row in session.scalars(statement)
    )


def begin_forgetting(
    session: Session, citizen_id: UUID, *, digests: Iterable[str], reason: str, by: str, now: datetime
) -> int:
    """Remember that the citizen is forgotten, by digests alone; the number of the forgetting."""
    row = CitizenForgettingRow(citizen_id=citizen_id, reason=reason, forgotten_by=by, forgotten_at=now)
    session.add(row)
    session.flush()
    add_digests(session, digests, forgetting_id=row.id, now=now)
    return row.id


def add_digests(session: Session, digests: Iterable[str], *, forgetting_id: int | None, now: datetime) -> None:
    """Let nothing in any more that has one of these digests."""
    ordered = sorted(set(digests))
    if ordered:
        session.execute(_ADD_DIGESTS, {"digests": ordered, "forgetting_id": forgetting_id, "now": now})


def erase_work(session: Session, citizen_ids: Collection[UUID], names: Collection[str]) -> dict[Store, int]:
    """Delete what employees have written about these citizens: courses, plan, meetings, alerts, assessments, links.

    The application may otherwise only add to these tables; the database lets it through after ``begin_forgetting``,
    and while no hold stands. In courses shared with others *names* are hidden in what was written.
    """
    counts: dict[str, int] = json.loads(
        session.scalar(_ERASE_WORK, {"citizens": list(citizen_ids), "names": list(names)}) or "{}"
    )
    return {Store(store): deleted for store, deleted in counts.items()}


def end_forgetting(session: Session, forgetting_id: int, counts: Mapping[str, int]) -> None:
    """Keep how much was deleted."""
    session.execute(
        update(CitizenForgettingRow).where(CitizenForgettingRow.id == forgetting_id).values(counts=dict(counts))
    )


def lift_forgetting(session: Session, forgetting_id: int, *, reason: str, by: str, now: datetime) -> UUID | None:
    """Let sources tell of the citizen again; our former key of them. None: there is no such forgetting that stands."""
    statement = (
        update(CitizenForgettingRow)
        .where(CitizenForgettingRow.id == forgetting_id, CitizenForgettingRow.lifted_at.is_(None))
        .values(lifted_by=by, lifted_at=now, lift_reason=reason)
        .returning(CitizenForgettingRow.citizen_id)
    )
    citizen_id = session.scalar(statement)
    if citizen_id is not None:
        session.execute(delete(ForgottenDigestRow).where(ForgottenDigestRow.forgetting_id == forgetting_id))
    return citizen_id


def list_forgettings(session: Session, *, before: int | None = None, size: int = 50) -> tuple[CitizenForgetting, ...]:
    """Who was forgotten, the newest first; *before*: only earlier ones than this number."""
    statement = select(CitizenForgettingRow).order_by(CitizenForgettingRow.id.desc()).limit(size)
    if before is not None:
        statement = statement.where(CitizenForgettingRow.id < before)
    return tuple(
        CitizenForgetting.model_validate({name: getattr(row, name) for name in CitizenForgetting.model_fields})
        for row in session.scalars(statement)
    )


def is_anything_forgotten(session: Session) -> bool:
    """Whether anything is to be kept out; asked for each batch."""
    return any(True for _ in fetch_rows(session, _ANYTHING_FORGOTTEN, {}))


def forgotten_among(session: Session, digests: Collection[str]) -> dict[str, int | None]:
    """Those of the digests that are not let in, each with its forgetting; None: it lapsed."""
    rows = fetch_rows(session, _FORGOTTEN, {"digests": list(digests)})
    return {row["digest"]: row["forgetting_id"] for row in rows}


def count_kept_out(session: Session, times: Mapping[int, int], now: datetime) -> None:
    """Count what was kept out, by forgetting."""
    if times:
        ordered = sorted(times)
        session.execute(_KEEP_OUT, {"ids": ordered, "times": [times[each] for each in ordered], "now": now})


def export_digests(session: Session, *, with_lapsed: bool = True) -> tuple[ForgottenDigest, ...]:
    """Everything that is kept out, to be carried over a restore; *with_lapsed*: statements past their limit as well."""
    statement = (
        select(
            ForgottenDigestRow.digest,
            CitizenForgettingRow.citizen_id,
            ForgottenDigestRow.forgotten_at,
            func.coalesce(CitizenForgettingRow.reason, "").label("reason"),
            func.coalesce(CitizenForgettingRow.forgotten_by, "").label("forgotten_by"),
        )
        .join(CitizenForgettingRow, CitizenForgettingRow.id == ForgottenDigestRow.forgetting_id, isouter=True)
        .where(true() if with_lapsed else ForgottenDigestRow.forgetting_id.is_not(None))
        .order_by(ForgottenDigestRow.digest)
    )
    return tuple(ForgottenDigest.model_validate(dict(row)) for row in session.execute(statement).mappings())


def lifted_forgettings(session: Session) -> dict[UUID, datetime]:
    """Our former key of each citizen of whom sources may tell again, and since when."""
    rows = session.execute(
        select(CitizenForgettingRow.citizen_id, func.max(CitizenForgettingRow.lifted_at).label("lifted_at"))
        .where(CitizenForgettingRow.lifted_at.is_not(None))
        .group_by(CitizenForgettingRow.citizen_id)
    )
    return {row.citizen_id: row.lifted_at for row in rows}


def import_digests(session: Session, digests: Iterable[ForgottenDigest]) -> None:
    """Take over what an earlier ``export_digests`` gave; what is known already stays."""
    numbers: dict[UUID, int] = {}
    for each in digests:
        if session.scalar(select(exists().where(ForgottenDigestRow.digest == each.digest))):
            continue
        forgetting_id = None
        if each.citizen_id is not None:
            if each.citizen_id not in numbers:
                numbers[each.citizen_id] = _forgetting_of(session, each)
            forgetting_id = numbers[each.citizen_id]
        add_digests(session, [each.digest], forgetting_id=forgetting_id, now=each.forgotten_at)


def _forgetting_of(session: Session, each: ForgottenDigest) -> int:
    known = session.scalar(
        select(CitizenForgettingRow.id).where(
            CitizenForgettingRow.citizen_id == each.citizen_id, CitizenForgettingRow.lifted_at.is_(None)
        )
    )
    if known is not None:
        return known
    row = CitizenForgettingRow(
        citizen_id=each.citizen_id, reason=each.reason, forgotten_by=each.forgotten_by, forgotten_at=each.forgotten_at
    )
    session.add(row)
    session.flush()
    return row.id


def forgotten_identifiers(session: Session) -> dict[str, int]:
    """Digests of identifiers of citizens who are to stay forgotten, each with its forgetting."""
    rows = session.execute(
        select(ForgottenDigestRow.digest, ForgottenDigestRow.forgetting_id).where(
            ForgottenDigestRow.forgetting_id.is_not(None)
        )
    )
    return {row.digest: row.forgetting_id for row in rows}


def count_deleted(session: Session, counts: Mapping[Store, int], rule: DeletionRule, now: datetime) -> None:
    """Keep that a rule ran, and how much it deleted from each store; nothing is counted too."""
    for store, deleted in counts.items():
        statement = insert(DeletionCountRow).values(
            day=danish_day(now), store=store.value, rule=rule.value, deleted=deleted, runs=1, last_at=now
        )
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["day", "store", "rule"],
                set_={
                    "deleted": DeletionCountRow.deleted + statement.excluded.deleted,
                    "runs": DeletionCountRow.runs + 1,
                    "last_at": statement.excluded.last_at,
                },
            )
        )


def list_counts(session: Session, since: date) -> tuple[DeletionCount, ...]:
    """What was deleted by day, store and rule since that day, the newest day first."""
    rows = session.scalars(
        select(DeletionCountRow)
        .where(DeletionCountRow.day >= since)
        .order_by(DeletionCountRow.day.desc(), DeletionCountRow.rule, DeletionCountRow.store)
    )
    return tuple(
        DeletionCount(
            day=row.day.isoformat(), store=Store(row.store), rule=DeletionRule(row.rule), deleted=row.deleted,
            runs=row.runs, last_at=row.last_at,
        )
        for row in rows
    )  # fmt: skip


def count_digests(session: Session) -> int:
    """How many identifiers and statements are kept out."""
    return int(session.scalar(text("SELECT count(*) FROM forgotten_digests")) or 0)
