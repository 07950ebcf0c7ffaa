"""Every statement of the log. Read newest first; ``after`` is the ``seq`` of the last line of the page before."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Text, TextClause, cast, distinct, exists, func, select, text, true
from sqlalchemy.orm import Session, aliased

from hub.audit.looks import Looks
from hub.audit.tables import AuditRow
from hub.db import ask_rows, fetch_rows
from hub.driver import Answer
from schemas.access import AuditAction, AuditEntry, AuditOutcome, Basis
from schemas.base import Schema

_FIELDS = tuple(AuditEntry.model_fields)
_INSERT = text(f"""
    INSERT INTO audit_log ({", ".join(_FIELDS)})
    SELECT {", ".join(_FIELDS)}
    FROM jsonb_populate_recordset(cast(NULL AS audit_log), cast(:lines AS jsonb)) WITH ORDINALITY
    ORDER BY ordinality
""")  # noqa: S608  names of our own; every value is a parameter
"""One value however many lines there are: to bind each field of each line takes the driver twice as long."""
_VIEWINGS = text("""
    SELECT actor_id, actor_name, recorded_at FROM audit_log
    WHERE citizen_id = :citizen_id AND outcome = 'shown' AND action IN ('open_overview', 'reveal')
    ORDER BY seq DESC LIMIT :limit
""")
_LOOKS = """
    SELECT citizen_id, min(recorded_at) AS first, max(recorded_at) AS last,
           max(recorded_at) FILTER (WHERE recorded_at <= :before) AS last_before
    FROM {lines}
    WHERE actor_id = :actor_id AND citizen_id = ANY(cast(:citizen_ids AS uuid[])) AND recorded_at <= :until
      AND action = 'open_overview' AND outcome = 'shown'
      AND (details ->> 'shown_on' IS NULL OR details ->> 'page' = 'family') AND details ->> 'as_known' IS NULL
    GROUP BY citizen_id
"""
_LOOKS_OF_MANY = text(_LOOKS.format(lines="audit_log"))
_LOOKS_OF_FAMILY = text(
    _LOOKS.format(
        lines="""unnest(cast(:citizen_ids AS uuid[])) AS asked (id)
    CROSS JOIN LATERAL (SELECT * FROM audit_log WHERE citizen_id = asked.id OFFSET 0) line"""
    )
)
"""By ``OFFSET 0`` the way begins at the citizens, and not at all that the employee ever did."""

_GUARD = text("""
    SELECT session_user AS role,
           bool_or(r.rolsuper) AS is_superuser,
           bool_or(pg_has_role(r.oid, c.relowner, 'MEMBER')) AS is_owner,
           bool_or(has_table_privilege(r.oid, c.oid, 'UPDATE, DELETE, TRUNCATE, TRIGGER')) AS may_change,
           bool_and(has_table_privilege(r.oid, c.oid, 'INSERT')) AS may_add,
           ARRAY(SELECT t.tgname::text FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgenabled = 'A') AS triggers
    FROM pg_class c CROSS JOIN pg_roles r
    WHERE c.oid = 'public.audit_log'::regclass AND r.rolname IN (session_user, current_user)
    GROUP BY c.oid
""")

Row = type[AuditRow]


class Only(StrEnum):
    """Which lines, of all."""

    ALL = "all"
    OPENED = "opened"
    """Somebody was shown a citizen's overview."""
    OVERRIDE = "override"
    """The same, with neither team nor unit, for a stated reason (værdispring)."""
    REVEALED = "revealed"
    """Hidden fields were shown."""
    REFUSED = "refused"
    """Refused, and not opened for a reason in the same act."""
    LIMIT = "limit"
    """Something was done too often in a short time."""


class Selection(Schema):
    """Which lines of the log."""

    citizen_id: UUID | None = None
    """Everything done about one citizen."""
    actor_id: str | None = None
    """Everything one employee or machine did, also what a machine did on the employee's behalf."""
    only: Only = Only.ALL


class LoggedEntry(Schema):
    """A line with its place in the log."""

    seq: int
    entry: AuditEntry


class Viewing(NamedTuple):
    """A time somebody was shown a citizen's overview, or fields of it; every page asks for many of them."""

    actor_id: str
    actor_name: str
    recorded_at: datetime


class LoggedAct(Schema):
    """The lines of one act, in order: a page, its reloads, the family shown on it, the reason that opened it."""

    lines: tuple[LoggedEntry, ...]

    @property
    def seq(self) -> int:
        """Place of the first line."""
        return self.lines[0].seq


class LogGuard(NamedTuple):
    """What the role that is connected could do to the log."""

    role: str
    is_superuser: bool
    is_owner: bool
    may_change: bool
    may_add: bool
    triggers: frozenset[str]
    """Those of the log that are always on."""


EVERYTHING = Selection()


def log_guard(session: Session) -> LogGuard:
    """The rights of who is connected, by login and by the role taken on."""
    (row,) = fetch_rows(session, _GUARD, {})
    return LogGuard(**{**row, "triggers": frozenset(row["triggers"])})


def insert_entries(session: Session, entries: Sequence[AuditEntry]) -> None:
    """Write the lines in one statement, in the order given; sent at once, stored at the latest when the rest is."""
    if entries:
        ask_rows(session, _INSERT, {"lines": json.dumps([_row(entry) for entry in entries])})


def list_entries(
    session: Session, selection: Selection = EVERYTHING, after: int | None = None, size: int = 50
) -> tuple[LoggedEntry, ...]:
    """The newest lines, one by one."""
    return _page(session, _selected(AuditRow, selection), after, size)


def list_acts(
    session: Session, selection: Selection = EVERYTHING, after: int | None = None, size: int = 50
) -> tuple[LoggedAct, ...]:
    """The newest acts that have such a line, each with all its lines; about one citizen: with the citizen's lines.

    An act stands where its first such line does, so that pages go on exactly where they ended.
    """
    earlier = aliased(AuditRow)
    has_earlier = exists().where(
        earlier.act_id == AuditRow.act_id, earlier.seq < AuditRow.seq, _selected(earlier, selection)
    )
    first_lines = _page(session, _selected(AuditRow, selection) & ~has_earlier, after, size)
    act_ids = {line.entry.act_id for line in first_lines if line.entry.act_id is not None}
    within: list[ColumnElement[bool]] = [AuditRow.act_id.in_(act_ids)]
    if selection.citizen_id is not None:
        within.append(AuditRow.citizen_id == selection.citizen_id)
    lines_of: dict[str | None, list[LoggedEntry]] = {}
    for row in session.scalars(select(AuditRow).where(*within).order_by(AuditRow.seq)):
        lines_of.setdefault(row.act_id, []).append(_logged(row))
    return tuple(LoggedAct(lines=tuple(lines_of.get(line.entry.act_id, [line]))) for line in first_lines)


def ask_viewings(session: Session, citizen_id: UUID, limit: int = 10) -> Answer[tuple[Viewing, ...]]:
    """The latest times somebody was shown the citizen's overview, or fields of it; the newest first."""
    rows = ask_rows(session, _VIEWINGS, {"citizen_id": citizen_id, "limit": limit})
    return lambda: tuple(Viewing(**row) for row in rows())


def count_acts(session: Session, since: datetime, until: datetime) -> dict[Only, int]:
    """How many acts of each sort have a line in ``[since, until)``."""
    within = (AuditRow.recorded_at >= since) & (AuditRow.recorded_at < until)
    acts = func.count(distinct(func.coalesce(AuditRow.act_id, cast(AuditRow.seq, Text))))
    return {only: session.scalar(select(acts).where(within, _only(AuditRow, only))) or 0 for only in Only}


def looks(session: Session, actor_id: str, citizen_ids: Iterable[UUID], until: datetime) -> dict[UUID, Looks]:
    """When the employee looked at each citizen until then; citizens never looked at are left out.

    The citizen's own pages count, and a page about the whole family. To stand on another's page does not: there the
    others' news are but a few lines. Nor does an earlier day, on which there is no news.
    """
    return _ask_looks(session, _LOOKS_OF_MANY, actor_id, citizen_ids, until, until)()[0]


LooksBefore: TypeAlias = tuple[dict[UUID, Looks], dict[UUID, Looks]]
"""Looks until a moment, and until a later one."""


def ask_looks_before(
    session: Session, actor_id: str, family: Iterable[UUID], before: datetime, until: datetime
) -> Answer[LooksBefore]:
    """The same of a family until *before*, and until the later *until*, in one statement."""
    return _ask_looks(session, _LOOKS_OF_FAMILY, actor_id, family, before, until)


def _ask_looks(
    session: Session,
    statement: TextClause,
    actor_id: str,
    citizen_ids: Iterable[UUID],
    before: datetime,
    until: datetime,
) -> Answer[LooksBefore]:
    parameters = {"actor_id": actor_id, "citizen_ids": list(set(citizen_ids)), "before": before, "until": until}
    rows = ask_rows(session, statement, parameters)

    def answer() -> LooksBefore:
        before_that = [row for row in rows() if row["last_before"] is not None]
        return (
            {row["citizen_id"]: Looks(row["first"], row["last_before"]) for row in before_that},
            {row["citizen_id"]: Looks(row["first"], row["last"]) for row in rows()},
        )

    return answer


def counts(session: Session, since: datetime, until: datetime) -> dict[tuple[AuditAction, AuditOutcome], int]:
    """How many lines of each action and outcome were written in ``[since, until)``."""
    rows = session.execute(
        select(AuditRow.action, AuditRow.outcome, func.count())
        .where(AuditRow.recorded_at >= since, AuditRow.recorded_at < until)
        .group_by(AuditRow.action, AuditRow.outcome)
    )
    return {(AuditAction(action), AuditOutcome(outcome)): count for action, outcome, count in rows}


def _selected(row: Row, selection: Selection) -> ColumnElement[bool]:
    condition = _only(row, selection.only)
    if selection.citizen_id is not None:
        condition &= row.citizen_id == selection.citizen_id
    if selection.actor_id is not None:
        condition &= (row.actor_id == selection.actor_id) | (row.on_behalf_of == selection.actor_id)
    return condition


def _only(row: Row, only: Only) -> ColumnElement[bool]:
    opened = (row.action == AuditAction.OPEN_OVERVIEW) & (row.outcome == AuditOutcome.SHOWN)
    match only:
        case Only.ALL:
            return true()
        case Only.OPENED:
            return opened
        case Only.OVERRIDE:
            return opened & (row.basis == Basis.OVERRIDE)
        case Only.REVEALED:
            return (row.action == AuditAction.REVEAL) & (row.outcome == AuditOutcome.SHOWN)
        case Only.LIMIT:
            return row.action == AuditAction.REACH_LIMIT
        case Only.REFUSED:
            later = aliased(AuditRow)
            overview_shown = exists().where(
                later.act_id == row.act_id,
                later.seq > row.seq,
                later.citizen_id.is_not_distinct_from(row.citizen_id),
                later.outcome == AuditOutcome.SHOWN,
            )
            return (row.outcome == AuditOutcome.REFUSED) & ~overview_shown


def _page(session: Session, condition: ColumnElement[bool], after: int | None, size: int) -> tuple[LoggedEntry, ...]:
    statement = select(AuditRow).where(condition).order_by(AuditRow.seq.desc()).limit(size)
    if after is not None:
        statement = statement.where(AuditRow.seq < after)
    return tuple(_logged(row) for row in session.scalars(statement))


def _logged(row: AuditRow) -> LoggedEntry:
    return LoggedEntry(seq=row.seq, entry=AuditEntry.model_validate({field: getattr(row, field) for field in _FIELDS}))


def _row(entry: AuditEntry) -> dict[str, object]:
    row = entry.model_dump(mode="json")
    row["sections_shown"].sort()
    row["sections_withheld"].sort()
    return row
