"""Kilder: is every source all right, and if not what do I do? Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log1p

from hub.clock import danish_day
from hub.matching.repository import IdentityConflict
from hub.overview.repository import Comparison, Due
from hub.quarantine.rules import QuarantineGroup
from hub.sources.definitions import Pause
from hub.sources.health import RunOutcome, RunSummary, SourceState, SourceStatus
from hub.web import texts
from hub.web.dates import clock_text, counted, day_text, distance, lasted, number_text, of_moment
from hub.web.pages_lists import ConflictRow, NotBuiltRow, PauseRow, QuarantineRow, RunBar, SourceRow, SourcesPage
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
    groups: tuple[QuarantineGroup, ...]
    pause: Pause | None
    unmatched: int
    """Mentions of people whom no source has tied to a national number."""
    comparison: Comparison | None
    """Of what the store and the search say of the source; None: not compared yet."""

    @property
    def quarantined(self) -> int:
        """Lines in quarantine that nobody has resolved."""
        return sum(group.payloads for group in self.groups)


def sources_page(
    known: Sequence[SourceDetails],
    conflicts: Sequence[IdentityConflict],
    due: Due,
    names: Mapping[str, str],
    now: datetime,
) -> SourcesPage:
    """Is every source all right, and if not what to do; *due*: overviews to build, *names* of employees by id."""
    trouble = [one.source.title for one in known if one.state.state not in WELL]
    parked = sum(one.quarantined for one in known)
    summary = "Alle kilder er friske."
    if trouble:
        needs = "kilde kræver" if len(trouble) == 1 else "kilder kræver"
        summary = f"{len(trouble)} {needs} opmærksomhed: {', '.join(trouble)}."
    if not known:
        summary = "Ingen kilder er tilsluttet endnu. Hvordan man gør, står i vejledningen om forbindelser."
    if parked:
        summary += f" {counted(parked, 'linje', 'linjer')} kunne ikke læses."
    if conflicts:
        summary += f" {counted(len(conflicts), 'uenighed', 'uenigheder')} om, hvem nogen er."
    if due.failed:
        summary += f" {counted(due.failed, 'borgers', 'borgeres')} overblik kan ikke bygges."
    return SourcesPage(
        summary=summary,
        trouble=bool(trouble or due.failed),
        not_built=_not_built(due, now),
        sources=tuple(_source(one, names, now) for one in known),
        conflicts=tuple(_conflict(one, now) for one in conflicts),
        unmatched=tuple(
            texts.UNMATCHED.format(
                source=one.source.title, people=counted(one.unmatched, "omtale af en person", "omtaler af personer")
            )
            for one in known
            if one.unmatched
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


def _source(one: SourceDetails, names: Mapping[str, str], now: datetime) -> SourceRow:
    source, state = one.source, one.state
    run = state.last_run
    word, _ = texts.SOURCE_STATE[state.state]
    return SourceRow(
        name=source.name,
        title=source.title,
        area=source.area,
        area_name=texts.AREA[source.area],
        state=word,
        trouble=state.state not in WELL,
        reason=_reason(one, now),
        advice=_advice(state),
        message=run.message if run and state.state is SourceStatus.FAILING else None,
        last_data=of_moment(state.last_data_at, now) if state.last_data_at else None,
        next_run=_next(one, now),
        counts=_counts(run) if run else "endnu ingen kørsel",
        searchable=_searchable(one.comparison),
        compared=_compared(one.comparison, now),
        last_run=f"{of_moment(run.ended_at, now).text}, {texts.RUN_OUTCOME[run.outcome]}" if run else "aldrig",
        bars=_bars(one.runs, now),
        bars_said=_bars_said(one.runs),
        coverage=source.coverage,
        authority=source.authority,
        legal_basis=source.legal_basis,
        pause=_pause(one.pause, names, now) if one.pause else None,
        quarantine=tuple(_group(group, now) for group in one.groups),
        quarantined=counted(one.quarantined, "linje kunne ikke læses", "linjer kunne ikke læses"),
    )


def _searchable(found: Comparison | None) -> str:
    if found is None:
        return "endnu ikke sammenlignet"
    if found.is_equal:
        return counted(found.in_store, "borger, alt er med", "borgere, alle er med")
    if found.in_store == found.in_index:
        return counted(found.in_store, "borger, i en ældre udgave", "borgere, nogle i en ældre udgave")
    return f"{number_text(found.in_index)} af {counted(found.in_store, 'borger', 'borgere')}; resten er på vej"


def _compared(found: Comparison | None, now: datetime) -> str | None:
    if found is None:
        return None
    told = f"sammenlignet {of_moment(found.compared_at, now).text}"
    if now - found.compared_at > LONG_AGO:
        return f"sidst {told}: søgningen svarer ikke, eller ingen worker kører"
    if found.repaired_at is not None:
        brought = counted(found.repaired, "borger", "borgere")
        told += f"; {brought} blev hentet ind igen {of_moment(found.repaired_at, now).text}"
    return told


def _counts(run: RunSummary) -> str:
    told = (
        (run.published, "taget ind"),
        (run.rejected, "i karantæne"),
        (sum(run.skipped.values()), "udeladt efter regel"),
    )
    parts = [f"{number_text(count)} {word}" for count, word in told if count]
    if not run.read:
        return "intet nyt at læse" if run.outcome is RunOutcome.COMPLETE else "intet blev læst"
    return f"{number_text(run.read)} læst: {', '.join(parts)}"


def _reason(one: SourceDetails, now: datetime) -> str:
    state = one.state
    _, sentence = texts.SOURCE_STATE[state.state]
    if state.state is SourceStatus.SILENT and state.last_data_at:
        return f"Tavs i {lasted(state.last_data_at, now)}. {sentence}"
    if state.state is not SourceStatus.FAILING or state.last_run is None:
        return sentence
    runs = [run for run in one.runs if run.stream == state.last_run.stream]
    failed = runs[: _streak(runs)]
    told = f"Sidste kørsel lykkedes ikke: {texts.RUN_OUTCOME[state.last_run.outcome]}."
    if len(failed) > 1:
        told += f" {len(failed)} kørsler i træk er gået galt siden {of_moment(failed[-1].started_at, now).text}."
    return f"{told} Det, der er læst før, vises stadig."


def _streak(runs: Sequence[RunSummary]) -> int:
    """How many of the newest runs went wrong in a row."""
    return next((at for at, run in enumerate(runs) if run.outcome not in FAILED), len(runs))


def _advice(state: SourceState) -> str | None:
    if state.state not in ADVISED:
        return None
    key = (state.last_run.advice if state.last_run else None) or "no_advice"
    return texts.ADVICE.get(key, texts.ADVICE["no_advice"])


def _next(one: SourceDetails, now: datetime) -> str:
    """When a stream of the source is read next."""
    if one.pause is not None:
        return "ikke før kilden tændes"
    due = one.state.next_due_at
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
    made = []
    for run in reversed(runs[:RUNS_SHOWN]):
        height = BAR_HEIGHT * log1p(run.published) / log1p(most) if most else 0
        when = of_moment(run.ended_at, now).text
        said = f"{when}: {texts.RUN_OUTCOME[run.outcome]}, {number_text(run.published)} taget ind"
        failed = run.outcome in FAILED
        made.append(RunBar(round(BAR_HEIGHT / 2 if failed else max(height, LEAST_BAR)), said, failed))
    return tuple(made)


def _bars_said(runs: Sequence[RunSummary]) -> str:
    shown = runs[:RUNS_SHOWN]
    if not shown:
        return "Ingen kørsler endnu"
    failed = sum(run.outcome in FAILED for run in shown)
    went = f"{failed} gik galt" if failed else "alle lykkedes" if len(shown) > 1 else "den lykkedes"
    taken = number_text(sum(run.published for run in shown))
    return f"{counted(len(shown), 'kørsel', 'seneste kørsler')}: {went}, {taken} taget ind"


def _pause(pause: Pause, names: Mapping[str, str], now: datetime) -> PauseRow:
    return PauseRow(
        reason=pause.reason,
        by=names.get(pause.paused_by, pause.paused_by),
        at=of_moment(pause.paused_at, now),
    )


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


def _conflict(conflict: IdentityConflict, now: datetime) -> ConflictRow:
    problem, advice = texts.CONFLICT[conflict.kind]
    return ConflictRow(problem, conflict.subject, advice, of_moment(conflict.first_seen, now))
