"""The first page of a source, and its head on all of them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log1p

from hub.access.redaction import redact_identifiers
from hub.inbox.backlog import InboxBacklog
from hub.indexing.repository import SourceComparison
from hub.rights.contest_repository import Contest
from hub.sources.definitions import HeldDeletion, HeldState, Pause, StreamDetails
from hub.sources.health import FAILED_OUTCOMES, RunOutcome, RunSummary, SourceState
from hub.sources.run_history import RunDetails, RunProgress
from hub.sources.schedule import Schedule
from hub.web.shell import texts as shared
from hub.web.shell.dates import capital, counted, number_text, of_moment, plural_of
from hub.web.shell.view_models import Link
from hub.web.source import texts
from hub.web.source.inbox import inbox_box
from hub.web.source.page import ContestedLine, PauseLine, RunBar, SourceHead, SourcePage, StreamRow
from hub.web.source.present_runs import run_row, running_part
from hub.web.sources import texts as list_texts
from hub.web.sources.source_words import WELL, advice_text, next_run_text, reason_text
from schemas.duration import duration_text
from schemas.source import SourceSystem

LATEST_RUNS = 5
RUNS_DRAWN = 30
BAR_HEIGHT, LEAST_BAR = 32, 2
LONG_AGO = timedelta(minutes=5)
"""A comparison is made three times a minute; one so old says that something is down."""


@dataclass(frozen=True)
class SourceFacts:
    """What every page of a source knows of it."""

    source: SourceSystem
    state: SourceState
    pause: Pause | None
    streams: tuple[StreamDetails, ...]
    titles: Mapping[str, str]
    """Danish titles of the source's types by their names."""
    employees: Mapping[str, str]
    """Names by id."""
    now: datetime

    @property
    def stream_titles(self) -> dict[str, str]:
        """Danish titles of the source's streams by their names."""
        return {stream.stream: stream.title for stream in self.streams}

    def name_of(self, actor_id: str) -> str:
        """The employee's name, or the id of one who works at a command line."""
        return self.employees.get(actor_id, actor_id)


@dataclass(frozen=True)
class SourceNumbers:
    """What is counted of a source outside its runs."""

    open_lines: int
    held: tuple[HeldDeletion, ...]
    unmatched: int
    inbox: InboxBacklog
    comparison: SourceComparison | None


def source_head(facts: SourceFacts, path: str, message: str | None) -> SourceHead:
    """The head of the page whose address ends with *path*; *message*: key of what an act has led to."""
    source = facts.source
    word, _ = shared.SOURCE_STATE[facts.state.state]
    return SourceHead(
        title=source.title,
        area=source.area,
        area_name=shared.AREA[source.area],
        state=word,
        trouble=facts.state.state not in WELL,
        views=tuple(Link(text, f"/kilder/{source.name}{end}", current=end == path) for end, text in texts.TABS.items()),
        message=texts.MESSAGE.get(message or ""),
    )


def source_page(  # noqa: PLR0913  keyword-only from the head on
    facts: SourceFacts,
    numbers: SourceNumbers,
    runs: Sequence[RunDetails],
    progress: Sequence[RunProgress],
    *,
    head: SourceHead,
    csrf: str,
    may_since: bool,
    contested: Sequence[Contest] = (),
    contested_count: int = 0,
) -> SourcePage:
    """How is this source doing, and what can I do about it? *runs*: newest first."""
    source, state, now = facts.source, facts.state, facts.now
    summaries = [run.summary for run in runs]
    return SourcePage(
        head=head,
        name=source.name,
        reason=reason_text(state, summaries, progress, now),
        advice=advice_text(state),
        pause=_pause(facts),
        last_data=of_moment(state.last_data_at, now) if state.last_data_at else None,
        next_run=next_run_text(state.next_due_at, now, is_paused=facts.pause is not None),
        searchable=_searchable(numbers.comparison),
        compared=_compared(numbers.comparison, now),
        open_lines=(
            counted(numbers.open_lines, "linje kunne ikke læses", "linjer kunne ikke læses")
            if numbers.open_lines
            else None
        ),
        held=_held(numbers.held, facts.titles),
        contested_line=capital(counted(contested_count, *texts.CONTESTED)) if contested_count else None,
        contested=tuple(
            ContestedLine(
                what=redact_identifiers(each.entity.partition("/")[2]),
                since=of_moment(each.contested_at, now),
                state=texts.CONTEST_OPEN if each.stands else texts.CONTEST_UPHELD,
            )
            for each in contested
        ),
        unmatched=(
            list_texts.UNMATCHED.format(
                source=source.title,
                people=counted(numbers.unmatched, "omtale af en person", "omtaler af personer"),
            )
            if numbers.unmatched
            else None
        ),
        inbox=inbox_box(
            numbers.inbox,
            is_paused=facts.pause is not None,
            next_attempt=next_run_text(numbers.inbox.next_attempt_at, now, is_paused=facts.pause is not None),
            now=now,
        ),
        running=running_part(source.name, progress, facts.stream_titles, now, csrf=csrf),
        can_run=facts.pause is None and any(stream.is_enabled for stream in facts.streams),
        may_since=may_since,
        streams=tuple(_stream(stream, facts) for stream in facts.streams),
        runs=tuple(run_row(run, facts.stream_titles, now) for run in runs[:LATEST_RUNS]),
        bars=_bars(summaries, now),
        bars_text=_bars_text(summaries),
        coverage=source.coverage,
        authority=source.authority,
        legal_basis=source.legal_basis,
    )


def schedule_text(schedule: Schedule) -> str:
    """``hvert kvarter`` as people say it: "hver 2. time", "hver dag kl. 02.30"."""
    if schedule.every is None:
        return f"hver dag kl. {schedule.at:%H.%M}"
    written = duration_text(schedule.every)
    number, (singular, plural) = int(written[:-1]), texts.UNITS[written[-1]]
    article = "hvert" if singular in {"sekund", "minut"} else "hver"
    return f"{article} {singular}" if number == 1 else f"med {number_text(number)} {plural} imellem"


def _stream(stream: StreamDetails, facts: SourceFacts) -> StreamRow:
    due = stream.due_at if stream.is_enabled else None
    return StreamRow(
        name=stream.stream,
        title=stream.title,
        schedule=schedule_text(stream.schedule) if stream.is_enabled else "læses ikke",
        next_run=next_run_text(due, facts.now, is_paused=facts.pause is not None),
        last_data=of_moment(stream.last_data_at, facts.now) if stream.last_data_at else None,
        last_success=of_moment(stream.last_success_at, facts.now) if stream.last_success_at else None,
        is_pushed=stream.is_pushed,
    )


def _pause(facts: SourceFacts) -> PauseLine | None:
    if facts.pause is None:
        return None
    by, at = facts.name_of(facts.pause.paused_by), of_moment(facts.pause.paused_at, facts.now)
    return PauseLine(facts.pause.reason, by, at)


def _held(held: Sequence[HeldDeletion], titles: Mapping[str, str]) -> str | None:
    waiting = [entry for entry in held if entry.state is HeldState.HELD]
    if not waiting:
        return None
    parts = [
        f"{number_text(entry.missing)} af {number_text(entry.known)} ({titles.get(entry.record_type, 'en slags')})"
        for entry in waiting
    ]
    return f"Mangler i kilden og er ikke slettet: {', '.join(parts)}."


def _searchable(comparison: SourceComparison | None) -> str:
    if comparison is None:
        return "endnu ikke sammenlignet"
    in_store, in_index = comparison.in_store, comparison.in_index
    if comparison.is_equal:
        return counted(in_store, "borger, alt er med", "borgere, alle er med")
    if in_store == in_index:
        return counted(in_store, "borger, i en ældre udgave", "borgere, nogle i en ældre udgave")
    return f"{number_text(in_index)} af {counted(in_store, 'borger', 'borgere')}; resten er på vej"


def _compared(comparison: SourceComparison | None, now: datetime) -> str | None:
    if comparison is None:
        return None
    line = f"sammenlignet {of_moment(comparison.compared_at, now).text}"
    if now - comparison.compared_at > LONG_AGO:
        return f"sidst {line}: søgningen svarer ikke, eller arbejderen kører ikke"
    if comparison.repaired_at is not None:
        repaired = counted(comparison.repaired_citizens, "borger", "borgere")
        line += f"; {repaired} blev rettet {of_moment(comparison.repaired_at, now).text}"
    return line


def _bars(runs: Sequence[RunSummary], now: datetime) -> tuple[RunBar, ...]:
    """The last runs, oldest first; heights by the logarithm, for the first run brings nearly all."""
    most = max((run.published for run in runs), default=0)
    bars = []
    for run in reversed(runs[:RUNS_DRAWN]):
        height = BAR_HEIGHT * log1p(run.published) / log1p(most) if most else 0
        when = of_moment(run.ended_at, now).text
        text = f"{when}: {list_texts.RUN_OUTCOME[run.outcome]}, {number_text(run.published)} taget ind"
        failed = run.outcome in FAILED_OUTCOMES
        bars.append(RunBar(round(BAR_HEIGHT / 2 if failed else max(height, LEAST_BAR)), text, failed))
    return tuple(bars)


def _bars_text(runs: Sequence[RunSummary]) -> str:
    runs_drawn = runs[:RUNS_DRAWN]
    if not runs_drawn:
        return "Ingen kørsler endnu"
    failed = sum(run.outcome in FAILED_OUTCOMES for run in runs_drawn)
    stopped = sum(run.outcome is RunOutcome.STOPPED for run in runs_drawn)
    result = f"{failed} gik galt" if failed else plural_of(len(runs_drawn), "den lykkedes", "ingen gik galt")
    if stopped:
        result += f", {stopped} blev standset"
    published = number_text(sum(run.published for run in runs_drawn))
    return f"{counted(len(runs_drawn), 'kørsel', 'seneste kørsler')}: {result}, {published} taget ind"
