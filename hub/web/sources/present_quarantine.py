"""The quarantine of one source on Kilder: which rows could not be read, why, and what to do. Pure."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from hub.clock import danish_day
from hub.quarantine.rules import QuarantinedRow, QuarantineGroup
from hub.web.shell.dates import capital, counted, day_text, of_moment
from hub.web.shell.field_labels import field_word, type_word
from hub.web.shell.rejection_texts import REJECTION
from hub.web.sources import texts
from hub.web.sources.page import FaultGroup, FaultyRow
from schemas.record import RejectionRule

ROWS_SHOWN = 10
"""Of each fault."""
_Fault = tuple[str, str, RejectionRule]


def fault_groups(
    groups: Sequence[QuarantineGroup], rows: Sequence[QuarantinedRow], titles: dict[str, str], now: datetime
) -> tuple[FaultGroup, ...]:
    """One fault, one group, the largest first: what reads the same on the page stands together.

    *titles*: Danish titles of the source's types by their names.
    """

    def fault(quarantined: QuarantineGroup | QuarantinedRow) -> _Fault:
        return type_word(quarantined.record_type, titles), field_word(quarantined.field), quarantined.rule

    grouped: dict[_Fault, list[QuarantineGroup]] = defaultdict(list)
    for group in groups:
        grouped[fault(group)].append(group)
    rows_of: dict[_Fault, list[QuarantinedRow]] = defaultdict(list)
    for row in rows:
        rows_of[fault(row)].append(row)
    largest_first = sorted(grouped.items(), key=lambda item: -sum(group.payloads for group in item[1]))
    return tuple(_group(key, same, rows_of[key], now) for key, same in largest_first)


def _group(fault: _Fault, same: Sequence[QuarantineGroup], rows: Sequence[QuarantinedRow], now: datetime) -> FaultGroup:
    type_text, field_text, rule = fault
    problem, advice = REJECTION[rule]
    count = sum(group.payloads for group in same)
    first = min(group.first_seen_at for group in same)
    last = of_moment(max(group.last_seen_at for group in same), now)
    latest = sorted(rows, key=lambda row: row.last_seen_at, reverse=True)[:ROWS_SHOWN]
    rest = count - len(latest)
    return FaultGroup(
        what=f"{type_text}: {field_text}",
        problem=f"{capital(problem)}.",
        advice=advice,
        count=counted(count, "linje", "linjer"),
        seen=f"set første gang {day_text(danish_day(first))}, senest {last.text}",
        example=next((group.masked_value for group in same if group.masked_value), None),
        rows=tuple(FaultyRow(_row_text(row), of_moment(row.last_seen_at, now)) for row in latest),
        more=texts.MORE_ROWS.format(rows=counted(rest, "linje", "linjer")) if rest > 0 else None,
    )


def _row_text(row: QuarantinedRow) -> str:
    """How somebody finds the row in the fagsystem: its case, then its key."""
    key = f"nøgle {row.key}" if row.key else "uden nøgle"
    return f"Sag {row.case_number}, {key}" if row.case_number else capital(key)
