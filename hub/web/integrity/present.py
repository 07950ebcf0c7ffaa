"""Whether the log is whole, in words. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from helhed_verify.findings import FindingKind
from hub.audit.answer_repository import DayOfAnswers
from hub.audit.event_names import MOST_DAYS, USUAL_DAYS, NamesDecision
from hub.audit.integrity import SEALING, LogIntegrity, WitnessState
from hub.audit.streaming import StreamStatus
from hub.clock import danish_day
from hub.web.integrity import texts
from hub.web.integrity.page import AnswerRow, FindingRow, IntegrityPage, NamesPanel, StreamPanel, WitnessRow
from hub.web.shell.dates import clock_text, counted, number_text, of_day, of_moment, plural_of, since_text
from hub.web.shell.form_result import FormResult
from hub.web.shell.view_models import Link

PATH = "/tilsyn/loggen"
NAMES_FORM = "names"
"""The form with which it is decided that events name people."""
LATEST = timedelta(days=30)
"""So much of the log is fetched as events when no day is chosen."""


def headline(integrity: LogIntegrity, now: datetime) -> str:
    """Whether the log is whole, in one sentence: the worst that can be said of it."""
    witnessed = integrity.witnessed_at
    if integrity.findings:
        verified_at = _at(integrity.verified_at, now) if integrity.verified_at else texts.NEVER
        return texts.BROKEN.format(count=counted(len(integrity.findings), *texts.FINDINGS), at=verified_at)
    if any(fault.startswith(f"{SEALING}: ") for fault in integrity.faults):
        return texts.SEALING_FAULT
    if integrity.is_sealing_behind:
        sentence = texts.SEALING_STOPPED if integrity.is_begun else texts.NEVER_SEALED
        return sentence.format(count=_lines(integrity.waiting))
    if not integrity.lines:
        return texts.GONE if integrity.is_begun else texts.NOT_SEALED
    not_verified = texts.NOT_VERIFIED if integrity.verified_at else texts.NEVER_VERIFIED
    sentence = texts.WHOLE if integrity.is_whole(now) else not_verified
    if witnessed is None:
        sentence = texts.NO_WITNESS
    elif any(witness.is_behind for witness in integrity.witnesses):
        sentence = texts.WITNESS_BEHIND
    return sentence.format(count=_lines(integrity.lines), at=_at(witnessed, now) if witnessed else texts.NEVER)


def integrity_page(  # noqa: PLR0913  keyword-only from the clock on
    integrity: LogIntegrity,
    now: datetime,
    *,
    retention_months: int,
    days: Sequence[DayOfAnswers],
    back: Link,
    may_export: bool,
    stream: StreamStatus | None = None,
    names: NamesDecision | None = None,
    may_decide: bool = False,
    result: FormResult | None = None,
) -> IntegrityPage:
    """Is the log whole, and how can I see that for myself?"""
    return IntegrityPage(
        back=back,
        headline=headline(integrity, now),
        is_trouble=integrity.is_trouble(now),
        witnesses=tuple(_witness(witness, now) for witness in integrity.witnesses),
        findings=tuple(_finding(finding) for finding in integrity.findings),
        verified=of_moment(integrity.verified_at, now) if integrity.verified_at else None,
        waiting=_lines(integrity.waiting),
        erased=_lines(integrity.erased),
        oldest=of_moment(integrity.oldest, now) if integrity.oldest else None,
        retention=counted(retention_months, "måned", "måneder"),
        answers=tuple(_answers(day) for day in days),
        answers_note=answers_note(days),
        is_answer_missing=any(day.without_line for day in days),
        may_export=may_export,
        stream=_stream(stream, now) if stream is not None else None,
        stream_note=texts.STREAM_NAMES if names is not None and names.with_stream else texts.STREAM_PSEUDONYMS,
        events_note=_events_note(names, now, may_decide=may_decide),
        names=_names(names, now, result) if may_decide else None,
        is_sealed=integrity.signed_at is not None,
        result=result.outcome if result else None,
    )


def days_of(first: str, last: str, today: date) -> tuple[date, date] | str:
    """The days that were asked for, both with it; or what is wrong. Nothing is the latest thirty days."""
    try:
        until = date.fromisoformat(last.strip()) if last.strip() else today
        since = date.fromisoformat(first.strip()) if first.strip() else until - LATEST
    except (ValueError, OverflowError):
        return texts.NO_DAY
    if not date.min < since <= date.max or not date.min < until < date.max:
        return texts.NO_DAY
    return (since, until) if since <= until else texts.DAYS_TURNED


def answers_note(days: Sequence[DayOfAnswers]) -> str:
    """Whether every answer about a citizen has its line."""
    missing = sum(day.without_line for day in days)
    if missing:
        return texts.WITHOUT_LINE.format(count=counted(missing, *texts.ANSWERS))
    return texts.EVERY_ANSWER if days else texts.NO_ANSWERS


def _answers(day: DayOfAnswers) -> AnswerRow:
    return AnswerRow(
        day=of_day(day.day),
        answers=number_text(day.answers),
        without_line=number_text(day.without_line),
        is_missing=day.without_line > 0,
        lines=number_text(day.lines),
    )


def _stream(status: StreamStatus, now: datetime) -> StreamPanel:
    return StreamPanel(
        receiver=status.receiver,
        waiting=_lines(status.waiting),
        delivered=of_moment(status.delivered_at, now) if status.delivered_at else None,
        state=texts.BEHIND if status.is_behind(now) else texts.IN_STEP,
        is_behind=status.is_behind(now),
        fault=status.fault,
    )


def _events_note(names: NamesDecision | None, now: datetime, *, may_decide: bool) -> str:
    if names is None:
        return texts.EVENTS_PSEUDONYMS
    until = since_text(names.until, now)
    return (texts.EVENTS_NAMES_YOURS if may_decide else texts.EVENTS_NAMES).format(until=until)


def _names(names: NamesDecision | None, now: datetime, result: FormResult | None) -> NamesPanel:
    """The decision in force, or the form with what was typed in it."""
    typed = result.typed if result is not None and result.form == NAMES_FORM else {}
    return NamesPanel(
        until=of_moment(names.until, now) if names else None,
        who=names.actor_name if names else "",
        decided=of_moment(names.decided_at, now) if names else None,
        reason=names.reason if names else "",
        reaches=(texts.REACHES_STREAM if names.with_stream else texts.REACHES_FILE) if names else "",
        days=typed.get("days", str(USUAL_DAYS)),
        most_days=MOST_DAYS,
        typed_reason=typed.get("reason", ""),
        with_stream=bool(typed.get("stream")),
    )


def _witness(witness: WitnessState, now: datetime) -> WitnessRow:
    return WitnessRow(
        name=texts.WITNESS.get(witness.name, witness.name),
        lines=number_text(witness.size),
        when=of_moment(witness.signed_at, now) if witness.signed_at else None,
        state=texts.BEHIND if witness.is_behind else texts.IN_STEP,
        is_behind=witness.is_behind,
    )


def _finding(finding: str) -> FindingRow:
    kind, _, detail = finding.partition(": ")
    known = FindingKind(kind) if kind in set(FindingKind) else None
    return FindingRow(texts.FINDING[known] if known else texts.OTHER_FINDING, detail or finding)


def _lines(number: int) -> str:
    return f"{number_text(number)} {plural_of(number, *texts.LINES)}"


def _at(moment: datetime, now: datetime) -> str:
    """``kl. 09.00`` of today, else with the day."""
    return f"kl. {clock_text(moment)}" if danish_day(moment) == danish_day(now) else since_text(moment, now)
