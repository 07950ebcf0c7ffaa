"""Kilder: is every source all right, and if not what do I do? Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log1p

from hub.clock import danish_day
from hub.indexing.repository import SourceComparison
from hub.matching.repository import IdentityConflict
from hub.overview.repository import Due
from hub.quarantine.rules import QuarantinedRow, QuarantineGroup
from hub.sources.definitions import Pause, Source
from hub.sources.health import RunOutcome, RunSummary, SourceState, SourceStatus
from hub.web.shell import texts as shared
from hub.web.shell.conflict_texts import CONFLICT
from hub.web.shell.dates import (
    as_sentence,
    clock_text,
    counted,
    distance,
    lasted,
    listed,
    number_text,
    of_moment,
    plural_of,
)
from hub.web.shell.view_models import Link, Outcome
from hub.web.sources import texts
from hub.web.sources.page import ConflictRow, NotBuiltRow, PauseRow, RunBar, SourceRow, SourcesPage
from hub.web.sources.present_quarantine import fault_groups
from schemas.source import SourceSystem

WELL = frozenset({SourceStatus.FRESH})
RUNS_SHOWN = 30
LONG_AGO = timedelta(minutes=5)
"""A comparison is made three times a minute; one so old says that something is down."""
LONG_OVERDUE = timedelta(minutes=15)
"""A stream that is due for so long is read by nobody."""
FAILED = frozenset(RunOutcome) - {RunOutcome.COMPLETE, RunOutcome.HELD, RunOutcome.STOPPED}
ADVISED = frozenset({SourceStatus.FAILING, SourceStatus.HELD})
BAR_HEIGHT = 32
LEAST_BAR = 2


@dataclass(frozen=True)
class SourceDetails:
    """What is known of one source."""

    source: SourceSystem
    state: SourceState
    runs: tuple[RunSummary, ...]
    """Newest first."""
    quarantine: tuple[QuarantineGroup, ...]
    quarantined_rows: tuple[QuarantinedRow, ...]
    """The latest of each fault."""
    titles: Mapping[str, str]
    """Danish titles of the source's types by their names."""
    pause: Pause | None
    unmatched: int
    """Mentions of people whom no source has tied to a national number."""
    comparison: SourceComparison | None
    """Of what the store and the search say of the source; None: not compared yet."""

    @property
    def quarantined(self) -> int:
        """Lines in quarantine that nobody has resolved."""
        return sum(group.payloads for group in self.quarantine)


def sources_page(  # noqa: PLR0913  keyword-only from the cut documents on
    sources: Sequence[SourceDetails],
    conflicts: Sequence[IdentityConflict],
    due: Due,
    employees: Mapping[str, str],
    now: datetime,
    *,
    cut_documents: int = 0,
    drafts: Sequence[Source] = (),
    outcome: Outcome | None = None,
) -> SourcesPage:
    """Is every source all right, and if not what to do.

    *due*: overviews to build; *employees*: names by id; *cut_documents*: citizens of whom the search holds not all;
    *drafts*: sources that are being set up.
    """
    trouble = [details.source.title for details in sources if details.state.state not in WELL]
    parked = sum(details.quarantined for details in sources)
    summary = "Alle kilder er friske."
    if trouble:
        needs = counted(len(trouble), "kilde kræver", "kilder kræver")
        summary = f"{needs} opmærksomhed: {listed(trouble)}."
    if not sources:
        summary = "Ingen kilder er tilsluttet endnu."
    if parked:
        summary += f" {counted(parked, 'linje', 'linjer')} kunne ikke læses."
    if conflicts:
        summary += f" {counted(len(conflicts), 'borger', 'borgere')}, hvor kilderne er uenige om identiteten."
    if due.failed:
        summary += f" {counted(due.failed, 'borgers', 'borgeres')} overblik kan ikke bygges."
    return SourcesPage(
        summary=summary,
        trouble=bool(trouble or due.failed),
        outcome=outcome,
        drafts=tuple(
            Link(draft.definition.title or draft.name, f"/kilder/{draft.name}/opsaetning") for draft in drafts
        ),
        not_built=_not_built(due, now),
        cut_documents=_cut_documents(cut_documents),
        sources=tuple(_source(details, employees, now) for details in sources),
        conflicts=tuple(_conflict(conflict, now) for conflict in conflicts),
        unmatched=tuple(
            texts.UNMATCHED.format(
                source=details.source.title,
                people=counted(details.unmatched, "omtale af en person", "omtaler af personer"),
            )
            for details in sources
            if details.unmatched
        ),
    )


def _not_built(due: Due, now: datetime) -> NotBuiltRow | None:
    """What could not be built; what only waits is built in a moment and nobody's to look after."""
    if due.failed_since is None:
        return None
    return NotBuiltRow(
        count=f"{number_text(due.failed)} kan ikke bygges",
        sentence=texts.NOT_BUILT.format(citizens=counted(due.failed, "borger", "borgere")),
        first=of_moment(due.failed_since, now),
    )


def _cut_documents(citizens: int) -> str | None:
    if not citizens:
        return None
    who = counted(citizens, "borger har", "borgere har")
    return (
        f"{who} flere oplysninger, end søgningen kan rumme. Søg på navn, nummer eller de nyeste oplysninger;"
        " borgerens overblik viser det hele."
    )


def _source(details: SourceDetails, employees: Mapping[str, str], now: datetime) -> SourceRow:
    source, state = details.source, details.state
    run = state.last_run
    state_word, _ = shared.SOURCE_STATE[state.state]
    return SourceRow(
        name=source.name,
        title=source.title,
        area=source.area,
        area_name=shared.AREA[source.area],
        state=state_word,
        trouble=state.state not in WELL,
        reason=_reason(details, now),
        advice=_advice(state),
        last_data=of_moment(state.last_data_at, now) if state.last_data_at else None,
        next_run=_next_run(details, now),
        counts=_counts(run) if run else "endnu ingen kørsel",
        searchable=_searchable(details.comparison),
        compared=_compared(details.comparison, now),
        last_run=f"{of_moment(run.ended_at, now).text}, {texts.RUN_OUTCOME[run.outcome]}" if run else "aldrig",
        bars=_bars(details.runs, now),
        bars_text=_bars_text(details.runs),
        coverage=source.coverage,
        authority=source.authority,
        legal_basis=source.legal_basis,
        pause=_pause(details.pause, employees, now) if details.pause else None,
        quarantine=fault_groups(details.quarantine, details.quarantined_rows, dict(details.titles), now),
        quarantine_line=counted(details.quarantined, "linje kunne ikke læses", "linjer kunne ikke læses"),
    )


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


def _counts(run: RunSummary) -> str:
    if not run.read:
        return "intet nyt at læse" if run.outcome is RunOutcome.COMPLETE else "intet blev læst"
    counts = (
        (run.published, "taget ind"),
        (run.rejected, "i karantæne"),
        (sum(run.skipped.values()), "udeladt efter regel"),
    )
    parts = [f"{number_text(count)} {word}" for count, word in counts if count]
    return f"{number_text(run.read)} læst: {', '.join(parts)}"


def _reason(details: SourceDetails, now: datetime) -> str:
    state = details.state
    _, sentence = shared.SOURCE_STATE[state.state]
    if state.state is SourceStatus.SILENT and state.last_data_at:
        return f"Tavs i {lasted(state.last_data_at, now)}. {sentence}"
    if state.state is not SourceStatus.FAILING or state.last_run is None:
        return sentence
    runs = [run for run in details.runs if run.stream == state.last_run.stream]
    failed = runs[: _failures_in_a_row(runs)]
    text = f"Sidste kørsel lykkedes ikke: {texts.RUN_OUTCOME[state.last_run.outcome]}."
    if len(failed) > 1:
        first = of_moment(failed[-1].started_at, now).text
        text += " " + as_sentence(f"{len(failed)} kørsler i træk gik galt; den første {first}")
    return f"{text} Det, der er læst før, vises stadig."


def _failures_in_a_row(runs: Sequence[RunSummary]) -> int:
    """How many of the newest runs failed in a row."""
    return next((at for at, run in enumerate(runs) if run.outcome not in FAILED), len(runs))


def _advice(state: SourceState) -> str | None:
    if state.state not in ADVISED:
        return None
    key = (state.last_run.advice if state.last_run else None) or "no_advice"
    return texts.ADVICE.get(key, texts.ADVICE["no_advice"])


def _next_run(details: SourceDetails, now: datetime) -> str:
    """When a stream of the source is read next."""
    if details.pause is not None:
        return "ikke før kilden tændes"
    due = details.state.next_due_at
    if due is None:
        return "ikke planlagt"
    if due <= now - LONG_OVERDUE:
        return "skulle være sket; se efter, om arbejderen kører"
    if due <= now + timedelta(minutes=1):
        return "om et øjeblik"
    if due - now < timedelta(hours=1):
        return f"om {counted(int((due - now).total_seconds() // 60), 'minut', 'minutter')}"
    return f"{distance(danish_day(due), danish_day(now))} kl. {clock_text(due)}"


def _bars(runs: Sequence[RunSummary], now: datetime) -> tuple[RunBar, ...]:
    """The last runs, oldest first; heights by the logarithm, for the first run brings nearly all."""
    most = max((run.published for run in runs), default=0)
    bars = []
    for run in reversed(runs[:RUNS_SHOWN]):
        height = BAR_HEIGHT * log1p(run.published) / log1p(most) if most else 0
        when = of_moment(run.ended_at, now).text
        text = f"{when}: {texts.RUN_OUTCOME[run.outcome]}, {number_text(run.published)} taget ind"
        failed = run.outcome in FAILED
        bars.append(RunBar(round(BAR_HEIGHT / 2 if failed else max(height, LEAST_BAR)), text, failed))
    return tuple(bars)


def _bars_text(runs: Sequence[RunSummary]) -> str:
    runs_drawn = runs[:RUNS_SHOWN]
    if not runs_drawn:
        return "Ingen kørsler endnu"
    failed = sum(run.outcome in FAILED for run in runs_drawn)
    result = f"{failed} gik galt" if failed else plural_of(len(runs_drawn), "den lykkedes", "alle lykkedes")
    published = number_text(sum(run.published for run in runs_drawn))
    return f"{counted(len(runs_drawn), 'kørsel', 'seneste kørsler')}: {result}, {published} taget ind"


def _pause(pause: Pause, employees: Mapping[str, str], now: datetime) -> PauseRow:
    return PauseRow(
        reason=pause.reason,
        by=employees.get(pause.paused_by, pause.paused_by),
        at=of_moment(pause.paused_at, now),
    )


def _conflict(conflict: IdentityConflict, now: datetime) -> ConflictRow:
    problem, advice = CONFLICT[conflict.kind]
    return ConflictRow(problem, conflict.subject, advice, of_moment(conflict.first_seen, now))
