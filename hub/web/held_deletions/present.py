"""Tilbageholdt: what is missing in a source, and is it gone? Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.base import Stream
from hub.sources.definitions import HeldDeletion, HeldState
from hub.sources.held_deletions import with_parts
from hub.web.held_deletions import texts
from hub.web.held_deletions.page import DecisionForm, HeldDeletionsPage, HeldRow
from hub.web.shell.dates import counted, listed, number_text, of_moment, within
from hub.web.shell.declared_types import type_titles
from hub.web.shell.field_labels import type_word
from hub.web.shell.form_result import FormResult
from hub.web.shell.people import who_decided
from hub.web.shell.view_models import Link
from schemas.source import SourceSystem

ROWS = 20
"""Of a page."""


@dataclass(frozen=True)
class HeldSource:
    """A source with its types."""

    system: SourceSystem
    streams: tuple[Stream, ...]


def held_deletions_page(  # noqa: PLR0913  keyword-only from the employees on
    entries: Sequence[HeldDeletion],
    sources: Mapping[str, HeldSource],
    now: datetime,
    *,
    employees: Mapping[str, str],
    result: FormResult | None,
    path: str,
    start: int = 0,
    whole: Link | None = None,
) -> HeldDeletionsPage:
    """What is missing, the longest held first.

    Args:
        entries: those that are not over.
        sources: the sources that they are of, by name.
        now: the instant.
        employees: names by id.
        result: what came of the last form.
        path: of this page.
        start: how many rows the pages before had.
        whole: link to the page of all sources.
    """
    following = _followers(entries, sources)
    leading = [entry for entry in entries if entry.id not in following]
    rows = [(entry, _row(entry, entries, sources, now, employees, result)) for entry in leading[start : start + ROWS]]
    waiting = [entry for entry in entries if entry.state is HeldState.HELD]
    return HeldDeletionsPage(
        summary=_summary(waiting, whole),
        result=result.outcome if result else None,
        waiting=tuple(row for entry, row in rows if entry.state is HeldState.HELD),
        decided=tuple(row for entry, row in rows if entry.state is not HeldState.HELD),
        whole=whole,
        more=Link("Vis flere", f"{path}?fra={start + ROWS}") if len(leading) > start + ROWS else None,
    )


def entry_version(entry: HeldDeletion) -> str:
    """Differs once another number is missing, or somebody has decided."""
    return f"{entry.state}-{entry.missing}"


def parts_of(entry: HeldDeletion, entries: Sequence[HeldDeletion], streams: Sequence[Stream]) -> list[HeldDeletion]:
    """The entries that follow the decision about this one, as ``hub.sources.service`` decides them."""
    types = with_parts(streams, entry.record_type)[1:]
    return [
        part
        for part in entries
        if part.source == entry.source
        and part.record_type in types
        and (part.state is HeldState.HELD or (part.decided_by, part.decided_at) == (entry.decided_by, entry.decided_at))
    ]


def _summary(waiting: Sequence[HeldDeletion], whole: Link | None) -> str:
    if not waiting:
        return texts.NOBODY_WAITS if whole else f"{texts.NOBODY_WAITS} {texts.EMPTY}"
    sources = {entry.source for entry in waiting}
    return texts.WAITING.format(
        kinds=counted(len(waiting), "slags oplysninger", "slags oplysninger"),
        sources=counted(len(sources), "kilde", "kilder"),
    )


def _followers(entries: Sequence[HeldDeletion], sources: Mapping[str, HeldSource]) -> set[int]:
    return {part.id for entry in entries for part in parts_of(entry, entries, sources[entry.source].streams)}


def _row(
    entry: HeldDeletion,
    entries: Sequence[HeldDeletion],
    sources: Mapping[str, HeldSource],
    now: datetime,
    employees: Mapping[str, str],
    result: FormResult | None,
) -> HeldRow:
    source = sources[entry.source]
    titles = type_titles(source.streams)
    parts = [
        f"{within(type_word(part.record_type, titles))} ({number_text(part.missing)})"
        for part in parts_of(entry, entries, source.streams)
    ]
    own = result if result and result.form == str(entry.id) else None
    return HeldRow(
        entry=entry.id,
        what=f"{source.system.title}: {within(type_word(entry.record_type, titles))}",
        area=source.system.area.value,
        missing=texts.MISSING.format(missing=number_text(entry.missing), known=number_text(entry.known)),
        since=of_moment(entry.since, now),
        seen=of_moment(entry.seen_at, now),
        sample=entry.sample,
        parts=texts.PARTS.format(parts=listed(parts)) if parts else None,
        decided=_decided(entry),
        decided_by=who_decided(entry.decided_by, employees) if entry.decided_by else "",
        decided_at=of_moment(entry.decided_at, now) if entry.decided_at else None,
        reason=entry.reason or "",
        form=DecisionForm(
            entry=entry.id,
            seen=entry_version(entry),
            release=texts.RELEASE.format(most=number_text(entry.missing)),
            refuse=None if entry.state is HeldState.REFUSED else _of_number(entry, texts.REFUSE, texts.REFUSE_ONE),
            may_release=entry.state is not HeldState.RELEASED,
            reason=own.typed.get("reason", "") if own else "",
            error=own.text if own and own.is_error else None,
        ),
    )


def _decided(entry: HeldDeletion) -> str | None:
    match entry.state:
        case HeldState.RELEASED:
            return texts.RELEASED.format(most=number_text(entry.ceiling or 0))
        case HeldState.REFUSED:
            return _of_number(entry, texts.REFUSED, texts.REFUSED_ONE)
        case _:
            return None


def _of_number(entry: HeldDeletion, several: str, single: str) -> str:
    return single if entry.missing == 1 else several.format(count=number_text(entry.missing))
