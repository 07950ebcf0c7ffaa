"""Karantæne: what could not be read, and is it one fault or many? Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.clock import danish_day
from hub.quarantine.rules import QuarantinedRow, QuarantineEntry, QuarantineGroup
from hub.web.quarantine import texts
from hub.web.quarantine.page import EntryPage, FaultFacts, FaultPage, FaultyRow, QuarantinePage
from hub.web.shell.dates import capital, counted, long_day_text, of_moment
from hub.web.shell.field_labels import field_word, source_name, type_word
from hub.web.shell.jobs import JobProgress
from hub.web.shell.rejection_texts import REJECTION
from hub.web.shell.view_models import Link, Outcome
from schemas.record import RejectionRule
from schemas.source import SourceSystem

GROUPS = 20
"""Of a page."""
ROWS = 50
"""Of a page."""


@dataclass(frozen=True)
class KnownSource:
    """A source as its groups are named by."""

    system: SourceSystem | None
    """None: messages that name no source we know."""
    titles: Mapping[str, str]
    """Danish titles of its types by their names."""


def quarantine_page(
    groups: Sequence[QuarantineGroup],
    sources: Mapping[str, KnownSource],
    now: datetime,
    *,
    result: Outcome | None,
    start: int = 0,
    only: SourceSystem | None = None,
) -> QuarantinePage:
    """What could not be read, the largest fault first; *only*: of this source."""
    rows = sum(group.payloads for group in groups)
    summary = texts.SUMMARY.format(
        rows=counted(rows, "linje", "linjer"), faults=counted(len(groups), "grund", "forskellige grunde")
    )
    of_source = f"&kilde={only.name}" if only else ""
    page_groups = groups[start : start + GROUPS]
    return QuarantinePage(
        summary=summary if groups else texts.EMPTY,
        only=texts.ONLY.format(source=only.title) if only else None,
        result=result,
        groups=tuple(fault_facts(group, sources[group.source], now) for group in page_groups),
        more=Link("Vis flere", f"/karantaene?fra={start + GROUPS}{of_source}")
        if len(groups) > start + GROUPS
        else None,
    )


def fault_page(
    group: QuarantineGroup,
    source: KnownSource,
    now: datetime,
    *,
    rows: Sequence[QuarantinedRow],
    progress: JobProgress | None,
    result: Outcome | None,
) -> FaultPage:
    """One fault with a page of its rows; *rows* has one more than a page where there are more."""
    facts = fault_facts(group, source, now)
    return FaultPage(
        result=result,
        group=facts,
        rows=tuple(FaultyRow(row.id, row_text(row), of_moment(row.last_seen_at, now)) for row in rows[:ROWS]),
        more=Link("Vis flere", f"/karantaene/fejl/{facts.key}?efter={rows[ROWS - 1].id}") if len(rows) > ROWS else None,
        retry=texts.RETRY,
        progress=progress,
        may_retry=progress is None or progress.is_over,
    )


def entry_page(  # noqa: PLR0913  keyword-only from the group on
    entry: QuarantineEntry,
    now: datetime,
    *,
    group: FaultFacts,
    case_number: str | None,
    retention: timedelta,
    progress: JobProgress | None,
    result: Outcome | None,
) -> EntryPage:
    """One row that could not be read."""
    last_day = f"den {long_day_text(danish_day((entry.payload_stored_at or now) + retention))}"
    return EntryPage(
        result=result,
        id=entry.id,
        group=group,
        row=_row_text(case_number, entry.source_id),
        value=entry.masked_value,
        times=counted(entry.seen, "gang", "gange"),
        first=of_moment(entry.first_seen_at, now),
        last=of_moment(entry.last_seen_at, now),
        storage=texts.SENT[entry.payload_state].format(day=last_day),
        retry=texts.RETRY,
        progress=progress,
        may_retry=progress is None or progress.is_over,
    )


def fault_facts(group: QuarantineGroup, source: KnownSource, now: datetime) -> FaultFacts:
    """What is wrong, and what to do."""
    problem, advice = REJECTION[group.rule]
    name = source_name(group.field) if group.rule is RejectionRule.MISSING_FIELD else None
    return FaultFacts(
        key=group.key,
        source=source.system.title if source.system else "En kilde, vi ikke kender",
        area=source.system.area.value if source.system else "",
        what=f"{type_word(group.record_type, source.titles)}: {field_word(group.field)}",
        problem=f"{capital(problem)}." + (texts.NAME_AT_SUPPLIER.format(name=name) if name else ""),
        advice=advice,
        count=counted(group.payloads, "linje", "linjer"),
        first=of_moment(group.first_seen_at, now),
        last=of_moment(group.last_seen_at, now),
        example=group.masked_value,
    )


def row_text(row: QuarantinedRow) -> str:
    """How somebody finds the row in the fagsystem: its case, then its key."""
    return _row_text(row.case_number, row.key)


def _row_text(case_number: str | None, key: str | None) -> str:
    text = f"nøgle {key}" if key else "uden nøgle"
    return f"Sag {case_number}, {text}" if case_number else capital(text)
