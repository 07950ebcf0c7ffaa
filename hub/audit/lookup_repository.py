"""SQL of look-ups: the lines of one act about one citizen are one look-up."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from hub.db import fetch_rows
from schemas.access import AuditAction
from schemas.base import Schema
from schemas.lookup import Lookup, LookupCounts

LOOKUP_ACTIONS = frozenset(
    {
        AuditAction.OPEN_OVERVIEW,
        AuditAction.REVEAL,
        AuditAction.PRINT,
        AuditAction.READ_PLAN,
        AuditAction.PRINT_PLAN,
        AuditAction.READ_CONSENTS,
        AuditAction.PRINT_CONSENTS,
        AuditAction.USE_DISCLOSURE,
    }
)
"""Acts that show a page about one citizen. To stand in a list or among the hits of a search is none of them."""

_RELATION = """
    CASE WHEN basis IN ('team', 'named_worker', 'own_unit', 'case_unit') THEN basis
         WHEN basis = 'override' THEN details ->> 'relation'
         WHEN basis IN ('disclosed', 'none') THEN 'none' END
"""
_COLUMNS = f"""
    min(recorded_at) AS first_at, max(recorded_at) AS last_at, actor_id, min(actor_name) AS actor_name, citizen_id,
    (array_agg(role ORDER BY seq))[1] AS role,
    (array_agg(unit_id ORDER BY seq))[1] AS unit_id,
    min(on_behalf_of) AS on_behalf_of,
    (array_agg(purpose ORDER BY seq))[1] AS purpose,
    coalesce(min(basis) FILTER (WHERE basis = 'override'), (array_agg(basis ORDER BY seq))[1]) AS basis,
    (array_agg({_RELATION} ORDER BY seq) FILTER (WHERE {_RELATION} IS NOT NULL))[1] AS relation,
    CASE WHEN bool_and(details ? 'shown_on') THEN min(details ->> 'shown_on') END AS shown_on,
    array_agg(DISTINCT action) AS actions,
    array_remove(array_agg(DISTINCT details ->> 'page'), NULL) AS pages,
    string_to_array(string_agg(nullif(array_to_string(sections_shown, ','), ''), ','), ',') AS areas,
    string_to_array(string_agg(nullif(array_to_string(fields_revealed, ','), ''), ','), ',') AS revealed,
    count(*) FILTER (WHERE action LIKE 'print%') AS prints,
    min(override_reason) AS reason,
    min(coalesce(details ->> 'override', act_id)) FILTER (WHERE basis = 'override') AS override_id
"""
_SHOWN = "outcome = 'shown' AND action = ANY(:actions) AND citizen_id IS NOT NULL"
_SELECTED = f"""
    {_SHOWN} AND recorded_at >= :since AND recorded_at < :until
      AND (cast(:citizen_id AS uuid) IS NULL OR citizen_id = cast(:citizen_id AS uuid))
      AND (cast(:actor_id AS text) IS NULL OR actor_id = :actor_id OR on_behalf_of = :actor_id)
"""
_LOOKUPS = f"""
    SELECT min(seq) AS seq, {_COLUMNS} FROM audit_log
    WHERE {_SELECTED}
    GROUP BY coalesce(act_id, cast(seq AS text)), actor_id, citizen_id
"""  # noqa: S608  put together from the constants above; every value is a parameter
_OF_LINES = text(f"""
    SELECT first_line AS seq, {_COLUMNS}
    FROM (SELECT seq AS first_line, act_id AS act, actor_id AS actor, citizen_id AS citizen
          FROM audit_log WHERE seq = ANY(:seqs)) f
    JOIN audit_log ON (act_id = act OR seq = first_line) AND seq >= first_line
                  AND actor_id = actor AND citizen_id = citizen
    WHERE {_SHOWN}
    GROUP BY first_line, actor_id, citizen_id
""")  # noqa: S608  as above
_PAGE = text(f"""
    SELECT lookup.*
    FROM (SELECT seq, act_id AS act, actor_id AS actor, citizen_id AS citizen FROM audit_log
          WHERE {_SELECTED} AND (cast(:after AS bigint) IS NULL OR seq < :after)) line
    CROSS JOIN LATERAL (SELECT line.seq AS seq, {_COLUMNS} FROM audit_log
                        WHERE (act_id = act OR audit_log.seq = line.seq) AND actor_id = actor AND citizen_id = citizen
                          AND {_SELECTED}
                        GROUP BY actor_id, citizen_id) lookup
    WHERE NOT EXISTS (SELECT FROM audit_log
                      WHERE act_id = act AND audit_log.seq < line.seq AND actor_id = actor AND citizen_id = citizen
                        AND {_SELECTED})
      AND (NOT :only_without OR lookup.relation = 'none')
    ORDER BY line.seq DESC LIMIT :size
""")  # noqa: S608  as above
"""From the newest line back, and a look-up where no earlier line is of it, until the page is full."""
_COUNT = text(f"""
    SELECT count(*) AS lookups, count(DISTINCT actor_id) AS employees, count(DISTINCT citizen_id) AS citizens,
           count(*) FILTER (WHERE relation = 'none') AS without_relation,
           count(*) FILTER (WHERE relation IS NULL) AS relation_unknown
    FROM ({_LOOKUPS}) l
""")  # noqa: S608  as above


_UNITS = text(f"""
    SELECT unit_id, count(*) AS lookups, count(*) FILTER (WHERE basis = 'override') AS overrides,
           count(DISTINCT actor_id) AS employees
    FROM ({_LOOKUPS}) l WHERE unit_id IS NOT NULL GROUP BY unit_id ORDER BY overrides DESC, unit_id
""")  # noqa: S608  as above


class UnitShare(NamedTuple):
    """How many look-ups of a unit's employees were opened for a stated reason."""

    unit_id: str
    lookups: int
    overrides: int
    employees: int
    """Who looked."""


class LookupSelection(Schema):
    """Which look-ups."""

    citizen_id: UUID | None = None
    actor_id: str | None = None
    """By the employee, or by a machine on the employee's behalf."""
    since: datetime
    until: datetime
    """Half-open."""
    only_without_relation: bool = False


def list_lookups(session: Session, selection: LookupSelection, *, after: int | None, size: int) -> tuple[Lookup, ...]:
    """Look-ups, the newest first; *after* is the ``seq`` of the last of the page before.

    Lines of different citizens never share a ``seq``, so that pages go on exactly where they ended.
    """
    values = {**_values(selection), "after": after, "size": size, "only_without": selection.only_without_relation}
    return tuple(_lookup(row) for row in _rows(session, _PAGE, values))


def count_lookups(session: Session, selection: LookupSelection) -> LookupCounts:
    """How many there are, with and without a relation."""
    (row,) = _rows(session, _COUNT, _values(selection))
    return LookupCounts.model_validate(dict(row))


def list_unit_shares(session: Session, selection: LookupSelection) -> tuple[UnitShare, ...]:
    """Look-ups by the unit in which the employee was, those with most stated reasons first."""
    return tuple(UnitShare(**row) for row in _rows(session, _UNITS, _values(selection)))


def lookups_of(session: Session, seqs: Collection[int]) -> dict[int, Lookup]:
    """Look-ups by their first lines; those that the log has erased are left out."""
    rows = fetch_rows(session, _OF_LINES, {"seqs": sorted(seqs), "actions": sorted(LOOKUP_ACTIONS)})
    return {row["seq"]: _lookup(row) for row in rows}


def _rows(session: Session, statement: TextClause, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Planned for these values, as others are not: what is selected, and how few are wanted, decides the way."""
    session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
    rows = fetch_rows(session, statement, values)
    session.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
    return rows


def _values(selection: LookupSelection) -> dict[str, Any]:
    return {
        "actions": sorted(LOOKUP_ACTIONS),
        "since": selection.since,
        "until": selection.until,
        "citizen_id": selection.citizen_id,
        "actor_id": selection.actor_id,
    }


def _lookup(row: Mapping[str, Any]) -> Lookup:
    values = {**row, **{name: _words(row[name]) for name in ("actions", "pages", "areas", "revealed")}}
    return Lookup.model_validate(values)


def _words(words: Sequence[str] | None) -> frozenset[str]:
    return frozenset(words or ())
