"""Runs of a source: under way, in a list, and one with its log. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from hub.sources.health import FAILED_OUTCOMES, RunOutcome, RunSummary
from hub.sources.run_history import RunDetails, RunEvent, RunLogLine, RunProgress
from hub.web.shell.dates import at_second, capital, counted, number_text, of_moment, plural_of
from hub.web.shell.view_models import Choice, Link
from hub.web.source import texts
from hub.web.source.page import LogLine, RunningPart, RunningRow, RunPage, RunRow, RunsPage, SourceHead
from hub.web.sources import texts as list_texts
from hub.web.sources.source_words import progress_text

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def running_part(
    name: str,
    progress: Sequence[RunProgress],
    titles: Mapping[str, str],
    now: datetime,
    *,
    csrf: str,
    was_running: bool = False,
) -> RunningPart:
    """What is read now. *titles*: of the streams; *was_running*: something was read as the page was made."""
    return RunningPart(
        name=name,
        running=tuple(_running(run, titles, now) for run in progress),
        csrf=csrf,
        ended=was_running and not progress,
    )


def run_row(run: RunDetails, titles: Mapping[str, str], now: datetime) -> RunRow:
    """A run in a list."""
    summary = run.summary
    return RunRow(
        href=f"/kilder/{summary.source}/koersler/{summary.number}",
        number=summary.number,
        started=of_moment(summary.started_at, now),
        stream=titles.get(summary.stream, summary.stream),
        outcome=capital(list_texts.RUN_OUTCOME[summary.outcome]),
        failed=summary.outcome in FAILED_OUTCOMES,
        sentence=_sentence(run),
        counts=_counts(run),
        lasted=duration_words(summary.ended_at - summary.started_at),
    )


def runs_page(  # noqa: PLR0913  keyword-only from the head on
    name: str,
    runs: Sequence[RunDetails],
    *,
    head: SourceHead,
    running: RunningPart,
    titles: Mapping[str, str],
    stream: str | None,
    before: int | None,
    has_more: bool,
    now: datetime,
) -> RunsPage:
    """A page of the runs; *stream*: only of this one."""
    path, of_stream = f"/kilder/{name}/koersler", f"&stream={stream}" if stream else ""
    return RunsPage(
        head=head,
        name=name,
        running=running,
        runs=tuple(run_row(run, titles, now) for run in runs),
        streams=tuple(Choice(key, title, chosen=key == stream) for key, title in titles.items())
        if len(titles) > 1
        else (),
        older=f"{path}?foer={runs[-1].summary.number}{of_stream}" if has_more else None,
        newest=f"{path}?{of_stream.removeprefix('&')}".rstrip("?") if before is not None else None,
    )


def run_page(
    run: RunDetails,
    *,
    head: SourceHead,
    titles: Mapping[str, str],
    types: Mapping[str, str],
    asked_by: str,
    now: datetime,
) -> RunPage:
    """One run. *titles*: of the streams; *types*: of the types; *asked_by*: why it was read, in words."""
    summary = run.summary
    waiting = run.counts.waiting(summary.published) if run.is_counted else 0
    return RunPage(
        head=head,
        run=run_row(run, titles, now),
        asked_by=asked_by,
        ended=of_moment(summary.ended_at, now),
        advice=_advice(run),
        waiting=texts.WAITING.format(count=counted(waiting, "oplysning", "oplysninger"))
        if waiting
        else _uncounted(run),
        skipped=tuple((_rule(rule, types), number_text(count)) for rule, count in sorted(summary.skipped.items())),
        message=summary.message,
        log=tuple(LogLine(at_second(line.at), _log_text(line, types)) for line in run.log),
        runs=Link("Alle kørsler", f"/kilder/{summary.source}/koersler"),
    )


def asked_by_text(run: RunSummary, who: str | None, *, is_pushed: bool) -> str:
    """Why it was read. *who*: the name of who asked for it; *is_pushed*: it is about what the source sends."""
    if who:
        return texts.ASKED_BY_PERSON.format(who=who)
    if run.hints:
        return texts.ASKED_BY_HINTS.format(citizens=counted(run.hints, "borger", "borgere"))
    return texts.ASKED_BY_EVENTS if is_pushed else texts.ASKED_BY_PLAN


def duration_words(duration: timedelta) -> str:
    """``3 sekunder``, ``2 minutter``, ``1 time 5 minutter``."""
    if duration < MINUTE:
        seconds = round(duration.total_seconds())
        return counted(seconds, "sekund", "sekunder") if seconds else "under et sekund"
    if duration < HOUR:
        return counted(int(duration / MINUTE), "minut", "minutter")
    minutes = int(duration % HOUR / MINUTE)
    hours = counted(int(duration / HOUR), "time", "timer")
    return f"{hours} {counted(minutes, 'minut', 'minutter')}" if minutes else hours


def _running(run: RunProgress, titles: Mapping[str, str], now: datetime) -> RunningRow:
    stop_state = texts.STOPPING if run.stop_requested_by else None
    return RunningRow(
        stream=run.stream,
        number=run.number,
        text=progress_text(run, titles, now),
        read=run.read,
        total=run.total,
        stop_state=stop_state if run.is_alive else texts.NO_SIGN,
    )


def _sentence(run: RunDetails) -> str:
    if run.summary.advice == "worker_gone":
        return texts.WORKER_GONE
    if run.summary.outcome is RunOutcome.COMPLETE and run.summary.hints:
        return texts.HINTED_RUN.format(citizens=counted(run.summary.hints, "borger", "borgere"))
    if run.summary.outcome is RunOutcome.COMPLETE and not run.summary.read:
        return "Der var intet nyt at læse."
    return texts.RUN_SENTENCE[run.summary.outcome]


def _counts(run: RunDetails) -> tuple[tuple[str, str], ...]:
    """Words and numbers; what is zero is left out, but for what was read."""
    summary, counts = run.summary, run.counts
    counts_by_name = {
        "read": summary.read,
        "new": counts.new,
        "changed": counts.changed,
        "unchanged": (counts.unchanged(summary.published) or 0) if run.is_counted else 0,
        "deleted": counts.deleted,
        "skipped": sum(summary.skipped.values()),
        "rejected": summary.rejected + counts.parked,
        "held": summary.held,
    }
    return tuple(
        (plural_of(count, *texts.COUNTS[key]), number_text(count))
        for key, count in counts_by_name.items()
        if count or key == "read"
    )


def _uncounted(run: RunDetails) -> str | None:
    return texts.NOT_COUNTED if run.summary.published and not run.is_counted else None


def _advice(run: RunDetails) -> str | None:
    key = run.summary.advice
    if key is None or key == "worker_gone":
        return None
    return list_texts.ADVICE.get(key, list_texts.ADVICE["no_advice"])


def _rule(rule: str, types: Mapping[str, str]) -> str:
    record_type, _, name = rule.rpartition(": ")
    word = texts.RULE.get(name, texts.RULE_OTHER)
    return f"{types[record_type]}: {word}" if record_type in types else capital(word)


def _log_text(line: RunLogLine, types: Mapping[str, str]) -> str:
    if line.event is RunEvent.HELD:
        return texts.LOG_HELD.format(
            subject=types.get(line.subject or "", "En slags oplysninger"),
            missing=number_text(line.counts.get("missing", 0)),
            known=number_text(line.counts.get("known", 0)),
        )
    if line.event is not RunEvent.READ:
        return texts.LOG[line.event]
    read, total = line.counts.get("read", 0), line.counts.get("total")
    text = f"{number_text(read)} af {number_text(total)} læst" if total else f"{number_text(read)} læst"
    parts = [
        f"{number_text(count)} {plural_of(count, *texts.COUNTS[key])}"
        for key in ("rejected", "skipped")
        if (count := line.counts.get(key, 0))
    ]
    return f"{text}; {', '.join(parts)}." if parts else f"{text}."
