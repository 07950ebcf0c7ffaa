"""The administrator's and the DPO's pages: sources, and the log. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hub.audit.repository import LoggedEntry
from hub.clock import danish_day
from hub.collect.runs import QuarantineGroup, RunSummary, SourceState, SourceStatus
from hub.web import texts
from hub.web.dates import at_second, capital, counted, day_text, distance, lasted, number_text, of_moment
from hub.web.pages import Choice
from hub.web.pages_lists import LogRow, OversightPage, QuarantineRow, SourceRow, SourcesPage
from schemas.access import AuditOutcome
from schemas.source import SourceSystem

WELL = frozenset({SourceStatus.FRESH})


def sources_page(
    sources: Sequence[SourceSystem],
    states: Sequence[SourceState],
    groups: Mapping[str, Sequence[QuarantineGroup]],
    now: datetime,
) -> SourcesPage:
    """Is every source all right, and if not what to do."""
    by_name = {state.source: state for state in states}
    trouble = [source.title for source in sources if by_name[source.name].state not in WELL]
    parked = sum(state.quarantined for state in states)
    summary = (
        "Alle kilder er friske."
        if not trouble
        else f"{counted(len(trouble), 'kilde', 'kilder')} kræver opmærksomhed: {', '.join(trouble)}."
    )
    if not sources:
        summary = "Ingen kilder er tilsluttet endnu."
    if parked:
        summary += f" {counted(parked, 'linje', 'linjer')} kunne ikke læses."
    return SourcesPage(
        summary=summary,
        trouble=bool(trouble),
        sources=tuple(_source(source, by_name[source.name], groups.get(source.name, ()), now) for source in sources),
    )


def _source(source: SourceSystem, state: SourceState, groups: Sequence[QuarantineGroup], now: datetime) -> SourceRow:
    word, sentence = texts.SOURCE_STATE[state.state]
    run = state.last_run
    return SourceRow(
        title=source.title,
        area=source.area,
        area_name=texts.AREA[source.area],
        state=word,
        trouble=state.state not in WELL,
        reason=_reason(state, sentence, now),
        advice=_advice(state),
        last_data=of_moment(state.last_data_at, now) if state.last_data_at else None,
        next_run=_next(source, state, now),
        counts=_counts(run) if run else "endnu ingen kørsel",
        last_run=f"{of_moment(run.ended_at, now).text}, {texts.RUN_OUTCOME[run.outcome]}" if run else "aldrig",
        coverage=source.coverage,
        authority=source.authority,
        legal_basis=source.legal_basis,
        quarantine=tuple(_group(group, now) for group in groups),
        quarantined=counted(state.quarantined, "linje i karantæne", "linjer i karantæne"),
    )


def _counts(run: RunSummary) -> str:
    skipped = sum(run.skipped.values())
    told = (
        (run.read, "læst"),
        (run.published, "taget ind"),
        (run.rejected, "i karantæne"),
        (skipped, "udeladt efter regel"),
    )
    return ", ".join(f"{number_text(count)} {word}" for count, word in told)


def _reason(state: SourceState, sentence: str, now: datetime) -> str:
    if state.state is SourceStatus.PAUSED and state.reason:
        return f"{sentence} Begrundelse: {state.reason}"
    if state.state is SourceStatus.SILENT and state.last_data_at:
        return f"Tavs i {lasted(state.last_data_at, now)}. {sentence}"
    return sentence


def _advice(state: SourceState) -> str | None:
    if state.state is not SourceStatus.FAILING:
        return None
    key = (state.last_run.advice if state.last_run else None) or "no_advice"
    return texts.ADVICE.get(key, texts.ADVICE["no_advice"])


def _next(source: SourceSystem, state: SourceState, now: datetime) -> str:
    if state.state is SourceStatus.PAUSED:
        return "ikke før pausen ophæves"
    if state.last_run is None:
        return "ved næste kørsel"
    due = state.last_run.ended_at + source.expected_cadence
    return "nu" if due <= now else f"senest {distance(danish_day(due), danish_day(now))}"


def _group(group: QuarantineGroup, now: datetime) -> QuarantineRow:
    problem, advice = texts.REJECTION[group.rule]
    first, last = day_text(danish_day(group.first_seen_at)), of_moment(group.last_seen_at, now).text
    return QuarantineRow(
        what=f"{group.record_type}: {group.field}",
        problem=problem,
        advice=advice,
        count=number_text(group.payloads),
        seen=f"først {first}, senest {last}",
        example=group.masked_value,
    )


def oversight_page(
    lines: Sequence[LoggedEntry],
    *,
    asked: str,
    subject: str,
    units: Mapping[str, str],
    employees: tuple[Choice, ...],
    size: int,
) -> OversightPage:
    """Who looked, with which right, and why."""
    overrides = sum(line.entry.override_reason is not None for line in lines)
    more = len(lines) == size
    summary = f"{counted(len(lines), 'linje', 'linjer')}{', der er flere' if more else ''}."
    if overrides:
        summary += f" {counted(overrides, 'opslag', 'opslag')} med særlig grund, markeret."
    heading = {"citizen": "Opslag om borgeren", "actor": "Medarbejderens opslag"}.get(asked, "De nyeste opslag")
    return OversightPage(
        heading=heading,
        summary=summary if lines else "Ingen linjer fundet.",
        asked=asked,
        subject=subject,
        rows=tuple(_log_row(line, units) for line in lines),
        after=str(lines[-1].seq) if more else None,
        employees=employees,
    )


def _log_row(line: LoggedEntry, units: Mapping[str, str]) -> LogRow:
    entry = line.entry
    details = []
    if entry.sections_shown:
        shown = ", ".join(texts.AREA[area].lower() for area in texts.AREA if area in entry.sections_shown)
        details.append(f"viste {shown}")
    if entry.fields_revealed:
        details.append(f"viste {len(entry.fields_revealed)} skjulte felter")
    if entry.search_text:
        told = "et cpr-nummer" if entry.search_text.startswith("digest:") else f"«{entry.search_text}»"
        details.append(f"spurgte på {told}")
    if entry.result_count is not None:
        details.append(counted(entry.result_count, "resultat", "resultater"))
    return LogRow(
        when=at_second(entry.recorded_at),
        who=entry.actor_name,
        unit=units.get(entry.unit_id, entry.unit_id) if entry.unit_id else "",
        action=texts.AUDIT_ACTION[entry.action],
        outcome=texts.AUDIT_OUTCOME[entry.outcome],
        refused=entry.outcome is not AuditOutcome.SHOWN,
        citizen=f"borger {str(entry.citizen_id)[:8]}" if entry.citizen_id else "",
        citizen_href=str(entry.citizen_id) if entry.citizen_id else None,
        purpose=capital(texts.PURPOSE[entry.purpose]) if entry.purpose else "",
        basis=capital(texts.BASIS[entry.basis]) if entry.basis else "",
        details=capital(", ".join(details)),
        override=entry.override_reason,
    )
