"""How a source is doing, in sentences: for the list of sources and for the pages of one. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from hub.clock import danish_day
from hub.sources.health import FAILED_OUTCOMES, RunSummary, SourceState, SourceStatus
from hub.sources.run_history import RunProgress
from hub.web.shell import texts as shared
from hub.web.shell.dates import as_sentence, clock_text, counted, distance, lasted, number_text, of_moment
from hub.web.sources import texts

WELL = frozenset({SourceStatus.FRESH})
ADVISED = frozenset({SourceStatus.FAILING, SourceStatus.HELD})
LONG_OVERDUE = timedelta(minutes=15)
"""A stream that is due for so long is read by nobody."""


def reason_text(state: SourceState, runs: Sequence[RunSummary], running: Sequence[RunProgress], now: datetime) -> str:
    """Why it is in that state. *runs*: newest first; *running*: those under way."""
    _, sentence = shared.SOURCE_STATE[state.state]
    if state.state is SourceStatus.NEVER and any(run.is_alive for run in running):
        return texts.FIRST_RUN
    if state.state is SourceStatus.SILENT and state.last_data_at:
        return f"Tavs i {lasted(state.last_data_at, now)}. {sentence}"
    if state.state is not SourceStatus.FAILING or state.last_run is None:
        return sentence
    failed = _failed_in_a_row([run for run in runs if run.stream == state.last_run.stream])
    text = f"Sidste kørsel lykkedes ikke: {texts.RUN_OUTCOME[state.last_run.outcome]}."
    if len(failed) > 1:
        first = of_moment(failed[-1].started_at, now).text
        text += " " + as_sentence(f"{len(failed)} kørsler i træk gik galt; den første {first}")
    return f"{text} Det, der er læst før, vises stadig."


def advice_text(state: SourceState) -> str | None:
    """What to do. None: nothing."""
    if state.state not in ADVISED:
        return None
    key = (state.last_run.advice if state.last_run else None) or "no_advice"
    return texts.ADVICE.get(key, texts.ADVICE["no_advice"])


def next_run_text(due: datetime | None, now: datetime, *, is_paused: bool) -> str:
    """When something is read next."""
    if is_paused:
        return "ikke før kilden tændes"
    if due is None:
        return "ikke planlagt"
    if due <= now - LONG_OVERDUE:
        return "skulle være sket; se efter, om arbejderen kører"
    if due <= now + timedelta(minutes=1):
        return "om et øjeblik"
    if due - now < timedelta(hours=1):
        return f"om {counted(int((due - now).total_seconds() // 60), 'minut', 'minutter')}"
    return f"{distance(danish_day(due), danish_day(now))} kl. {clock_text(due)}"


def progress_text(run: RunProgress, titles: Mapping[str, str], now: datetime) -> str:
    """How far a run under way has come. *titles*: of the streams."""
    sentence = texts.RUNNING if run.total is None else texts.RUNNING_OF
    since = of_moment(run.started_at, now).text if now.date() != run.started_at.date() else clock_text(run.started_at)
    return sentence.format(
        stream=titles.get(run.stream, run.stream),
        read=number_text(run.read),
        total=number_text(run.total or 0),
        since=f"kl. {since}" if since[:1].isdigit() else since,
    )


def _failed_in_a_row(runs: Sequence[RunSummary]) -> Sequence[RunSummary]:
    """The newest runs, as long as they failed."""
    return runs[: next((at for at, run in enumerate(runs) if run.outcome not in FAILED_OUTCOMES), len(runs))]
