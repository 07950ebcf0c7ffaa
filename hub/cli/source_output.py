"""How ``helhed source`` shows sources: tables for people, JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

import typer
from rich.console import Console
from rich.table import Table

from hub.clock import DANISH_TIME
from hub.sources.definitions import HeldDeletion, HeldState, Pause, Source, SourceLifecycle, StreamDetails
from hub.sources.health import RunSummary, SourceState
from schemas.source import Area

console = Console()


def print_list(
    sources: Sequence[Source], states: Mapping[str, SourceState], areas: Mapping[str, Area], *, as_json: bool
) -> None:
    """The sources with how each is doing; *areas* are those of the kinds, for drafts that decide on none."""
    if as_json:
        for source in sources:
            state = states.get(source.name)
            document = {
                "source": source.model_dump(mode="json"),
                "state": state.model_dump(mode="json") if state else None,
            }
            typer.echo(json.dumps(document, ensure_ascii=False))
        return
    table = Table("Source", "Kind", "Area", "State", "Last data", "Next run")
    for source in sources:
        state = states.get(source.name)
        lifecycle = source.definition.lifecycle
        decided = source.system.area if source.system else source.definition.area
        table.add_row(
            source.name,
            source.definition.kind,
            decided or areas.get(source.definition.kind, "-"),
            state.state if state and lifecycle is SourceLifecycle.ACTIVE else lifecycle,
            _when(state.last_data_at if state else None),
            _when(state.next_due_at if state else None),
        )
    console.print(table if sources else "There are no sources yet; see: helhed source add --help")


def print_source(  # noqa: PLR0913  keyword-only from the secrets on
    source: Source,
    *,
    secrets: Sequence[str],
    streams: Sequence[StreamDetails],
    runs: Sequence[RunSummary],
    pause: Pause | None,
    held: Sequence[HeldDeletion],
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
    for field, value in definition.settings.items():
        console.print(f"  {field} = {json.dumps(value, ensure_ascii=False)}", markup=False, highlight=False)
    for field in secrets:
        console.print(f"  {field} is set (secret)", markup=False, highlight=False)
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
