"""Kilder: is every source all right, and if not what do I do? Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import log1p

from hub.clock import danish_day
from hub.matching.repository import IdentityConflict
from hub.notices.conditions import NoticeKind
from hub.notices.source_listing import DAYS_COUNTED, SourceListing
from hub.overview.repository import Due
from hub.sources.definitions import Pause, Source
from hub.sources.health import RunSummary, SourceStatus
from hub.sources.run_history import DayCount, RunProgress
from hub.web.shell import texts as shared
from hub.web.shell.conflict_texts import CONFLICT
from hub.web.shell.dates import counted, listed, near_day_text, number_text, of_moment
from hub.web.shell.view_models import Link, Outcome
from hub.web.sources import texts
from hub.web.sources.page import (
    ConflictRow,
    DayBar,
    NotBuiltRow,
    PauseRow,
    RunningLine,
    RunningLines,
    SourceRow,
    SourcesPage,
)
from hub.web.sources.source_words import WELL, advice_text, next_run_text, progress_text, reason_text
from schemas.source import Area

PATH = "/kilder"
SOURCES_ON_PAGE = 20
CONFLICTS_SHOWN = 10
BAR_HEIGHT, LEAST_BAR = 32, 2
STREAMS_NAMED = 4
SEVERAL_PEOPLE = "several_people"
"""The contradiction that no page but this one shows."""


@dataclass(frozen=True)
class ListQuestion:
    """Which sources are asked for."""

    area: Area | None = None
    page: int = 1


@dataclass(frozen=True)
class SourceDetails:
    """One source, with the runs that explain its state."""

    listing: SourceListing
    runs: tuple[RunSummary, ...]
    """Newest first."""


def sources_page(  # noqa: PLR0913  keyword-only from the question on
    sources: Sequence[SourceDetails],
    conflicts: Sequence[IdentityConflict],
    due: Due,
    employees: Mapping[str, str],
    now: datetime,
    *,
    question: ListQuestion = ListQuestion(),
    drafts: Sequence[Source] = (),
    removed: Sequence[Source] = (),
    outcome: Outcome | None = None,
) -> SourcesPage:
    """Is every source all right, and if not what to do.

    *sources*: those that need a person first; *due*: overviews to build; *employees*: names by id; *drafts*: sources
    that are being set up; *removed*: those that are read no more.
    """
    sources = _with_distinct_titles(sources)
    chosen = [details for details in sources if question.area in {None, details.listing.source.area}]
    start = (question.page - 1) * SOURCES_ON_PAGE
    shown = chosen[start : start + SOURCES_ON_PAGE]
    rows = [(details.listing.needs_person, _source(details, employees, now)) for details in shown]
    unclear = [conflict for conflict in conflicts if conflict.kind == SEVERAL_PEOPLE]
    contradictions = len(conflicts) - len(unclear)
    return SourcesPage(
        summary=_summary([details.listing for details in sources], due),
        trouble=bool(due.failed or any(details.listing.needs_person for details in sources)),
        outcome=outcome,
        drafts=tuple(Link(draft.definition.title or draft.name, f"{PATH}/{draft.name}/opsaetning") for draft in drafts),
        removed=tuple(
            Link(source.system.title if source.system else source.name, f"{PATH}/{source.name}/fjernet")
            for source in removed
        ),
        areas=_areas(sources, question),
        not_built=_not_built(due, now),
        needing=tuple(row for needs_person, row in rows if needs_person),
        others=tuple(row for needs_person, row in rows if not needs_person),
        empty=texts.NONE_ON_PAGE if sources and not shown else None,
        earlier=_address(question.area, question.page - 1) if question.page > 1 else None,
        later=_address(question.area, question.page + 1) if len(chosen) > start + SOURCES_ON_PAGE else None,
        identity=texts.CONTRADICTIONS.format(citizens=counted(contradictions, "borger", "borgere"))
        if contradictions
        else None,
        conflicts=tuple(_conflict(conflict, now) for conflict in unclear[:CONFLICTS_SHOWN]),
        more_conflicts=texts.MORE_CONFLICTS.format(count=number_text(len(unclear) - CONFLICTS_SHOWN))
        if len(unclear) > CONFLICTS_SHOWN
        else None,
    )


def running_lines(
    name: str,
    progress: Sequence[RunProgress],
    titles: Mapping[str, str],
    now: datetime,
    *,
    was_running: bool = False,
) -> RunningLines:
    """What is read of a source now. *titles*: of its streams; *was_running*: something was as the page was made."""
    return RunningLines(
        name=name,
        running=tuple(
            RunningLine(run.number, progress_text(run, titles, now), run.read, run.total) for run in progress
        ),
        ended=was_running and not progress,
    )


def _with_distinct_titles(sources: Sequence[SourceDetails]) -> tuple[SourceDetails, ...]:
    """Sources of the same title with their names behind it: a heading or a link says which of them it is about."""
    titles = Counter(details.listing.source.title for details in sources)
    distinct = []
    for details in sources:
        source = details.listing.source
        if titles[source.title] > 1:
            named = source.model_copy(update={"title": f"{source.title} ({source.name})"})
            details = replace(details, listing=details.listing.model_copy(update={"source": named}))  # noqa: PLW2901
        distinct.append(details)
    return tuple(distinct)


def _summary(sources: Sequence[SourceListing], due: Due) -> str:
    needing = [listing.source.title for listing in sources if listing.needs_person]
    waiting = [listing.source.title for listing in sources if listing.state.state not in WELL]
    if needing:
        summary = f"{counted(len(needing), 'kilde kræver', 'kilder kræver')} dig: {listed(needing)}."
    elif waiting:
        summary = texts.NONE_NEEDS.format(sources=listed(waiting))
    else:
        summary = texts.ALL_WELL if sources else texts.NO_SOURCES
    if due.failed:
        summary += f" {counted(due.failed, 'borgers', 'borgeres')} overblik kan ikke bygges."
    return summary


def _areas(sources: Sequence[SourceDetails], question: ListQuestion) -> tuple[Link, ...]:
    areas = [area for area in Area if area in {details.listing.source.area for details in sources}]
    if len(areas) < 2:  # noqa: PLR2004  nothing to choose between
        return ()
    return (
        Link("Alle områder", PATH, current=question.area is None),
        *(Link(shared.AREA[area], _address(area, 1), current=area is question.area) for area in areas),
    )


def _address(area: Area | None, page: int) -> str:
    parts = [f"omraade={area}"] if area else []
    parts += [f"side={page}"] if page > 1 else []
    return f"{PATH}?{'&'.join(parts)}".rstrip("?")


def _not_built(due: Due, now: datetime) -> NotBuiltRow | None:
    """What could not be built; what only waits is built in a moment and nobody's to look after."""
    if due.failed_since is None:
        return None
    return NotBuiltRow(
        count=f"{number_text(due.failed)} kan ikke bygges",
        sentence=texts.NOT_BUILT.format(citizens=counted(due.failed, "borger", "borgere")),
        first=of_moment(due.failed_since, now),
    )


def _source(details: SourceDetails, employees: Mapping[str, str], now: datetime) -> SourceRow:
    listing = details.listing
    source, state = listing.source, listing.state
    state_word, _ = shared.SOURCE_STATE[state.state]
    needed = {condition.kind for condition in listing.conditions}
    return SourceRow(
        name=source.name,
        title=source.title,
        area=source.area,
        area_name=shared.AREA[source.area],
        state=state_word,
        trouble=state.state not in WELL,
        reason=reason_text(state, details.runs, listing.running, now),
        advice=advice_text(state),
        needs=tuple(_needs(listing, now)),
        pause=_pause(listing.pause, employees, now) if listing.pause else None,
        last_data=of_moment(state.last_data_at, now) if state.last_data_at else None,
        next_run=next_run_text(state.next_due_at, now, is_paused=state.state is SourceStatus.PAUSED),
        streams=_streams(listing),
        expiry="; ".join(text for kind, text in _expiries(listing, now).items() if kind not in needed) or None,
        running=running_lines(
            source.name, listing.running, {stream.stream: stream.title for stream in listing.streams}, now
        ),
        bars=_bars(listing.days),
        bars_text=_bars_text(listing.days),
    )


def _needs(listing: SourceListing, now: datetime) -> Sequence[Link]:
    path, title = f"{PATH}/{listing.source.name}", listing.source.title
    needs = []
    if listing.held:
        deletions = counted(listing.held, "sletning venter på dig", "sletninger venter på dig")
        needs.append(Link(deletions, f"{path}/tilbageholdt", f" i {title}"))
    if listing.open_lines:
        lines = counted(listing.open_lines, "linje kunne ikke læses", "linjer kunne ikke læses")
        needs.append(Link(lines, f"/karantaene?kilde={listing.source.name}", f" fra {title}"))
    kinds = {condition.kind: condition.number or 0 for condition in listing.conditions}
    if NoticeKind.SENDER_REFUSED in kinds:
        times = counted(kinds[NoticeKind.SENDER_REFUSED], "gang", "gange")
        needs.append(Link(f"En afsender er afvist {times}", f"{path}#inbox", f" af {title}"))
    needs += [
        Link(text, f"{path}/indstillinger", f" hos {title}")
        for kind, text in _expiries(listing, now).items()
        if kind in kinds
    ]
    return needs


def _expiries(listing: SourceListing, now: datetime) -> Mapping[NoticeKind, str]:
    """Until when its certificates and secrets are good, by the notice that tells it; of those that have an end."""
    kinds, today = {condition.kind for condition in listing.conditions}, danish_day(now)
    certificate = danish_day(listing.certificate_ends) if listing.certificate_ends else None
    ends = {
        NoticeKind.CERTIFICATE_EXPIRING: (texts.CERTIFICATE, certificate),
        NoticeKind.SECRET_EXPIRING: (texts.SECRET, listing.secret_ends),
    }
    expiries = {}
    for kind, (what, day) in ends.items():
        if day is not None:
            words = texts.EXPIRED if day < today else texts.EXPIRES if kind in kinds else texts.VALID
            expiries[kind] = words.format(what=what, day=near_day_text(day, today))
    return expiries


def _streams(listing: SourceListing) -> str:
    titles = [stream.title for stream in listing.streams if stream.is_enabled]
    if not titles:
        return "intet er på planen"
    if len(titles) > STREAMS_NAMED:
        titles = [*titles[: STREAMS_NAMED - 1], f"{len(titles) - STREAMS_NAMED + 1} andre"]
    return listed(titles)


def _bars(days: Sequence[DayCount]) -> tuple[DayBar, ...]:
    """A bar a day; heights by the logarithm, for the first day brings nearly all."""
    if not any(day.runs for day in days):
        return ()
    most = max(day.published for day in days)
    bars = []
    for day in days:
        height = max(BAR_HEIGHT * log1p(day.published) / log1p(most) if most else 0, LEAST_BAR) if day.runs else 0
        bars.append(DayBar(round(height), _day_text(day), day.failed > 0))
    return tuple(bars)


def _day_text(day: DayCount) -> str:
    when = near_day_text(day.day, day.day)
    if not day.runs:
        return f"{when}: ingen kørsler"
    text = f"{when}: {number_text(day.published)} taget ind i {counted(day.runs, 'kørsel', 'kørsler')}"
    return f"{text}, {counted(day.failed, 'gik galt', 'gik galt')}" if day.failed else text


def _bars_text(days: Sequence[DayCount]) -> str:
    """The drawing in a sentence."""
    read = [day for day in days if day.runs]
    if not read:
        return texts.NO_RUNS
    records = counted(sum(day.published for day in days), "oplysning", "oplysninger")
    text = f"De seneste {DAYS_COUNTED} dage er {records} taget ind"
    if failed := sum(day.failed > 0 for day in days):
        text += f"; på {counted(failed, 'dag', 'dage')} gik noget galt"
    if silent := len(days) - len(read):
        text += f"; på {counted(silent, 'dag', 'dage')} var der ingen kørsler"
    return f"{text}."


def _pause(pause: Pause, employees: Mapping[str, str], now: datetime) -> PauseRow:
    return PauseRow(
        reason=pause.reason,
        by=employees.get(pause.paused_by, pause.paused_by),
        at=of_moment(pause.paused_at, now),
    )


def _conflict(conflict: IdentityConflict, now: datetime) -> ConflictRow:
    problem, advice = CONFLICT[conflict.kind]
    return ConflictRow(problem, conflict.subject, advice, of_moment(conflict.first_seen, now))
