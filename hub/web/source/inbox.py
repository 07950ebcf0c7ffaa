"""What a source has sent that still waits, on its page. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.inbox.backlog import InboxBacklog, RefusalCount
from hub.sources.health import RunOutcome
from hub.web.shell.dates import counted, number_text, of_moment, plural_of
from hub.web.shell.view_models import Link
from hub.web.source import texts
from hub.web.sources import texts as list_texts

LONG_WAITING = timedelta(minutes=5)
"""An event is taken within seconds; one that nobody has tried for so long says that nobody does."""


@dataclass(frozen=True)
class RefusedLine:
    """Senders who were refused for one reason."""

    text: str
    """How often, since when, when last, and why."""
    advice: str


@dataclass(frozen=True)
class InboxBox:
    """What the source has sent, and what becomes of it."""

    waiting: str
    """How much waits, and since when."""
    trouble: str | None
    """Why some of it was tried and still waits."""
    advice: str | None
    next_attempt: str | None
    """When it is tried next, and that nothing is lost."""
    hinted: str | None
    """Whom the source told of and who are read next."""
    run: Link | None
    """The run that could not resolve them."""
    refused: tuple[RefusedLine, ...]
    """Of those who wanted to send for this source."""
    refused_title: str
    refused_elsewhere: tuple[RefusedLine, ...]
    """Of those of whom nobody can tell for which source they wanted to send."""
    refused_elsewhere_title: str


def inbox_box(backlog: InboxBacklog, *, is_paused: bool, next_attempt: str, now: datetime) -> InboxBox | None:
    """What the page says; None: the source sends nothing. *next_attempt*: when, in words."""
    if not backlog.is_pushed:
        return None
    run = backlog.last_run if backlog.tried else None
    failed = run is not None and run.outcome is not RunOutcome.COMPLETE
    return InboxBox(
        waiting=_waiting(backlog, now),
        trouble=_trouble(backlog, run.outcome if run is not None and failed else None),
        advice=list_texts.ADVICE.get(run.advice or "") if run is not None and failed else None,
        next_attempt=_next(backlog, next_attempt, is_paused=is_paused, now=now),
        hinted=texts.INBOX_HINTED.format(citizens=counted(backlog.hints, "borger", "borgere"))
        if backlog.hints
        else None,
        run=Link(texts.INBOX_RUN, f"/kilder/{backlog.source}/koersler/{run.number}")
        if run is not None and failed and run.number is not None
        else None,
        refused=tuple(_refused(count, backlog.source, now) for count in backlog.refusals if count.is_of_source),
        refused_title=texts.REFUSED_HERE,
        refused_elsewhere_title=texts.REFUSED_ELSEWHERE,
        refused_elsewhere=tuple(
            _refused(count, backlog.source, now) for count in backlog.refusals if not count.is_of_source
        ),
    )


def _refused(count: RefusalCount, source: str, now: datetime) -> RefusedLine:
    why, advice = texts.REFUSED_SENDER[count.reason]
    last = of_moment(count.last_at, now).text
    when = last if count.times == 1 else f"siden {of_moment(count.first_at, now).text}, sidst {last}"
    return RefusedLine(
        texts.REFUSED_LINE.format(times=counted(count.times, "gang", "gange"), when=when, why=why),
        advice.format(source=source),
    )


def _waiting(backlog: InboxBacklog, now: datetime) -> str:
    if backlog.since is None:
        return texts.INBOX_EMPTY
    count = counted(backlog.events, "besked fra kilden venter", "beskeder fra kilden venter")
    oldest = plural_of(backlog.events, "Den kom", "Den ældste kom")
    return f"{count} på at blive slået op. {oldest} {of_moment(backlog.since, now).text}."


def _trouble(backlog: InboxBacklog, outcome: RunOutcome | None) -> str | None:
    if not backlog.tried:
        return None
    if backlog.tried == backlog.events:
        who = plural_of(backlog.tried, "Den er prøvet", "De er alle prøvet")
    else:
        who = f"{number_text(backlog.tried)} af dem er prøvet"
    why = list_texts.RUN_OUTCOME[outcome] if outcome else texts.INBOX_NOT_READY
    return f"{who}, men kunne ikke slås op: {why}."


def _next(backlog: InboxBacklog, next_attempt: str, *, is_paused: bool, now: datetime) -> str | None:
    if backlog.since is None:
        return None
    if is_paused:
        return texts.INBOX_PAUSED
    if not backlog.tried:
        return texts.INBOX_NOBODY_TRIES if now - backlog.since > LONG_WAITING else texts.INBOX_AT_ONCE
    return texts.INBOX_NEXT.format(when=next_attempt)
