"""How ``helhed source`` shows sources: tables for people, JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from hub.clock import DANISH_TIME
from hub.inbox.backlog import RefusalCount
from hub.inbox.refusals import REFUSALS
from hub.notices.conditions import NoticeKind
from hub.notices.source_listing import SourceListing
from hub.sources.definitions import HeldDeletion, HeldState, Pause, Source, SourceLifecycle, StreamDetails
from hub.sources.health import RunSummary
from hub.sources.run_history import RunDetails, RunProgress
from schemas.source import Area

console = Console()
WORDED = frozenset(NoticeKind) - {NoticeKind.HELD_DELETIONS, NoticeKind.LATE, NoticeKind.SECRET_EXPIRING}
"""Conditions that no number of the list tells."""


class ListRow(NamedTuple):
    """A source in the list."""

    source: Source
    area: Area | None
    listing: SourceListing | None
    """None: it is a draft, or was removed."""


def list_rows(
    sources: Sequence[Source], listings: Sequence[SourceListing], kinds: Mapping[str, Area], area: Area | None
) -> tuple[ListRow, ...]:
    """Those that are read as they are listed, then drafts and removed ones; *kinds*: areas where none is decided."""
    by_name = {source.name: source for source in sources}
    listed = [ListRow(by_name[listing.source.name], listing.source.area, listing) for listing in listings]
    names = {row.source.name for row in listed}
    others = [ListRow(source, _area(source, kinds), None) for source in sources if source.name not in names]
    return tuple(row for row in (*listed, *others) if area in {None, row.area})


def print_list(rows: Sequence[ListRow], *, as_json: bool) -> None:
    """The sources with how each is doing."""
    if as_json:
        for row in rows:
            listing = row.listing.model_dump(mode="json") if row.listing else None
            definition = row.source.model_dump(mode="json")
            document = {"source": definition, "state": listing["state"] if listing else None, "listing": listing}
            typer.echo(json.dumps(document, ensure_ascii=False))
        return
    table = Table("Source", "Kind", "Area", "State", "Last data", "Next run", "14 days", "Needs you")
    for source, area, row_listing in rows:
        state = row_listing.state if row_listing else None
        table.add_row(
            source.name,
            source.definition.kind,
            area or "-",
            state.state if state else source.definition.lifecycle,
            _when(state.last_data_at if state else None),
            _next_run(row_listing),
            f"{sum(day.published for day in row_listing.days):,}" if row_listing else "-",
            _needs(row_listing),
        )
    console.print(table if rows else "There are no sources yet; see: helhed source add --help")


def _area(source: Source, kinds: Mapping[str, Area]) -> Area | None:
    decided = source.system.area if source.system else source.definition.area
    return decided or kinds.get(source.definition.kind)


def _next_run(listing: SourceListing | None) -> str:
    if listing and listing.running:
        return "; ".join(f"{run.stream}: {run.read:,} of {run.total or '?'} read" for run in listing.running)
    return _when(listing.state.next_due_at if listing else None)


def _needs(listing: SourceListing | None) -> str:
    if listing is None:
        return "-"
    parts = [f"{listing.open_lines:,} in quarantine"] if listing.open_lines else []
    parts += [f"{listing.held:,} deletions held"] if listing.held else []
    parts += [condition.kind.replace("_", " ") for condition in listing.conditions if condition.kind in WORDED]
    parts += [
        f"last day of a secret {listing.secret_ends}"
        for condition in listing.conditions
        if condition.kind is NoticeKind.SECRET_EXPIRING
    ]
    if not parts and listing.needs_person:
        parts.append(listing.state.reason or listing.state.state)
    return ", ".join(parts) or "-"


def print_source(  # noqa: PLR0913  keyword-only from the secrets on
    source: Source,
    *,
    secrets: Sequence[str],
    streams: Sequence[StreamDetails],
    runs: Sequence[RunSummary],
    pause: Pause | None,
    held: Sequence[HeldDeletion],
    refusals: Sequence[RefusalCount],
    as_json: bool,
) -> None:
    """One source with all that belongs to it."""
    if as_json:
        document = {
            "source": source.model_dump(mode="json"),
            "secrets": list(secrets),
            "streams": [stream.model_dump(mode="json") for stream in streams],
            "runs": [run.model_dump(mode="json") for run in runs],
            "pause": pause.model_dump(mode="json") if pause else None,
            "held": [entry.model_dump(mode="json") for entry in held],
            "refusals": [refusal.model_dump(mode="json") for refusal in refusals],
        }
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    definition = source.definition
    title = f"[bold]{source.name}[/bold] ({definition.kind})"
    console.print(f"{title}, {definition.lifecycle}, kept in: {definition.origin}")
    console.print(f"changed by {source.changed_by} {_when(source.changed_at)}, version {source.version}")
    if pause:
        console.print(f"paused by {pause.paused_by} {_when(pause.paused_at)}: {pause.reason}")
    for entry in held:
        missing = f"{entry.missing:,} of {entry.known:,} are missing since {_when(entry.since)}"
        console.print(f"{entry.record_type}: {missing}; {_decision_text(entry)}", markup=False, highlight=False)
    print_refusals(refusals)
    for field, value in definition.settings.items():
        console.print(f"  {field} = {json.dumps(value, ensure_ascii=False)}", markup=False, highlight=False)
    for field in secrets:
        last = definition.secret_expiry.get(field)
        console.print(
            f"  {field} is set (secret{f', good until {last}' if last else ''})", markup=False, highlight=False
        )
    is_read = definition.lifecycle is SourceLifecycle.ACTIVE and pause is None
    table = Table("Stream", "Schedule", "Next run", "Read to its end", "Read now by")
    for stream in streams:
        table.add_row(
            stream.stream,
            str(stream.schedule) if stream.is_enabled else "not read",
            _when(stream.due_at) if is_read and stream.is_enabled else "-",
            _when(stream.last_success_at),
            f"{stream.lease_owner} since {_when(stream.leased_at)}" if stream.lease_owner else "-",
        )
    console.print(table)
    table = Table("Run", "Stream", "Outcome", "Read", "Published", "Quarantine", "Message")
    for run in runs:
        counts = (str(run.read), str(run.published), str(run.rejected))
        table.add_row(_when(run.started_at), run.stream, run.outcome, *counts, run.message or "")
    console.print(table)


def print_refusals(refusals: Sequence[RefusalCount]) -> None:
    """Senders who were refused: how often, why, and what to do."""
    for refusal in refusals:
        field, advice = REFUSALS[refusal.reason]
        whose = "" if refusal.is_of_source else " (nobody can tell for which source)"
        times = f"{refusal.times:,} since {_when(refusal.first_at)}, last {_when(refusal.last_at)}"
        console.print(f"refused senders{whose}: {times}", markup=False, highlight=False)
        console.print(f"  {refusal.reason} at {field}. {advice}", markup=False, highlight=False)


def print_runs(progress: Sequence[RunProgress], runs: Sequence[RunDetails], *, as_json: bool) -> None:
    """Runs under way, then former ones with what each brought."""
    if as_json:
        for run in (*progress, *runs):
            typer.echo(run.model_dump_json())
        return
    for under_way in progress:
        total = f" of {under_way.total:,}" if under_way.total else ""
        sign = "" if under_way.is_alive else "; its worker is gone, and another begins within seconds"
        console.print(
            f"{under_way.stream} is read now: {under_way.read:,}{total} since {_when(under_way.started_at)}{sign}"
        )
    table = Table("Run", "Began", "Stream", "Outcome", "Took", *_COUNTED)
    for run in runs:
        summary = run.summary
        took = f"{(summary.ended_at - summary.started_at).total_seconds():.0f} s"
        table.add_row(
            str(summary.number), _when(summary.started_at), summary.stream, summary.outcome, took, *_run_counts(run)
        )
    console.print(table if runs else "There are no runs.")


def print_run(run: RunDetails, *, as_json: bool) -> None:
    """One run with its log, which holds numbers and names of types."""
    if as_json:
        typer.echo(run.model_dump_json())
        return
    summary = run.summary
    occasion = f"asked for by {summary.requested_by}" if summary.requested_by else "by its schedule"
    console.print(
        f"{summary.source} {summary.stream}, {_when(summary.started_at)} to {_when(summary.ended_at)}, {occasion}"
    )
    console.print(
        f"{summary.outcome}{f': {summary.message}' if summary.message else ''}", markup=False, highlight=False
    )
    table = Table(*_COUNTED)
    table.add_row(*_run_counts(run))
    console.print(table)
    for line in run.log:
        counts = ", ".join(f"{count:,} {word}" for word, count in line.counts.items())
        text = f"{_when(line.at)} {line.event} {line.subject or ''} {counts}"
        console.print(" ".join(text.split()), markup=False, highlight=False)


_COUNTED = ("Read", "New", "Changed", "Unchanged", "Skipped", "Rejected", "Deleted", "Held")


def _run_counts(run: RunDetails) -> tuple[str, ...]:
    summary, counts = run.summary, run.counts
    unchanged = counts.unchanged(summary.published) if run.is_counted else None
    numbers = (
        summary.read,
        counts.new if run.is_counted else None,
        counts.changed if run.is_counted else None,
        unchanged,
        sum(summary.skipped.values()),
        summary.rejected + counts.parked,
        counts.deleted if run.is_counted else None,
        summary.held,
    )
    return tuple("-" if number is None else f"{number:,}" for number in numbers)


def print_held(entries: Sequence[HeldDeletion], *, as_json: bool) -> None:
    """Held deletions with counts for each type."""
    if as_json:
        for entry in entries:
            typer.echo(entry.model_dump_json())
        return
    table = Table("Source", "Type", "Missing", "Of known", "Since", "Seen last", "State", "For example")
    for entry in entries:
        counts = (f"{entry.missing:,}", f"{entry.known:,}")
        times = (_when(entry.since), _when(entry.seen_at))
        table.add_row(entry.source, entry.record_type, *counts, *times, _decision_text(entry), ", ".join(entry.sample))
    console.print(table if entries else "No deletions wait.")


def print_decisions(entries: Sequence[HeldDeletion], *, as_json: bool) -> None:
    """What people decided on held deletions, the newest first."""
    if as_json:
        for entry in entries:
            typer.echo(entry.model_dump_json())
        return
    table = Table("Decided", "By", "Source", "Type", "Missing", "Decision", "Reason")
    for entry in entries:
        missing = f"{entry.missing:,} of {entry.known:,}"
        decision = "refused" if entry.ceiling is None else f"released, at most {entry.ceiling:,}"
        who = (_when(entry.decided_at), entry.decided_by or "-")
        table.add_row(*who, entry.source, entry.record_type, missing, decision, entry.reason or "-")
    console.print(table if entries else "Nobody has decided on held deletions.")


def print_decided(entries: Sequence[HeldDeletion], *, parts_of: str | None) -> None:
    """What was just released or refused, type by type; the types after *parts_of* follow it."""
    for entry in entries:
        follows = f", as parts of {parts_of}" if parts_of not in {None, entry.record_type} else ""
        if entry.state is HeldState.RELEASED:
            decided = f"at most {entry.ceiling:,} deletions are released"
        else:
            decided = f"the {entry.missing:,} that are missing are kept"
        console.print(f"{entry.source} {entry.record_type}: {decided}{follows}.", markup=False, highlight=False)


def _decision_text(entry: HeldDeletion) -> str:
    """What was decided, by whom and when; or that nobody has."""
    if entry.state is HeldState.HELD:
        return "held: waits for a person"
    decided = f"by {entry.decided_by} {_when(entry.decided_at)}: {entry.reason}"
    if entry.state is HeldState.RELEASED:
        return f"released, at most {entry.ceiling:,}, in the next run, {decided}"
    return f"refused, kept until the source shows them or misses more, {decided}"


def _when(moment: datetime | None) -> str:
    return f"{moment.astimezone(DANISH_TIME):%Y-%m-%d %H:%M}" if moment else "-"
