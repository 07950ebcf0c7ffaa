"""How a source is set up, step by step. Pure: what is stored in, view models out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from connectors.base import RecordTypeInfo, Stream
from connectors.kit import PreviewRow
from connectors.probe import CheckStep, StepName
from hub.sources.definitions import Source, StreamDetails
from hub.sources.field_approvals import BY_UPGRADE, FieldApproval, unapproved_fields
from hub.sources.schedule import DEFAULT_SCHEDULE
from hub.sources.trials import Trial
from hub.web.connect import texts
from hub.web.connect.page import (
    CheckPart,
    FieldLine,
    KindChoice,
    PreviewLine,
    PreviewPart,
    SetupHead,
    SetupStep,
    StepLine,
    StreamLine,
    TypeLine,
    ValueLine,
)
from hub.web.shell import settings_texts
from hub.web.shell.dates import counted, day_text, listed, of_moment
from hub.web.shell.field_labels import field_word, type_word
from hub.web.shell.rejection_texts import REJECTION
from hub.web.shell.view_models import Choice, Outcome
from hub.web.sources.texts import ADVICE
from schemas.duration import duration_text
from schemas.record import RejectionRule

PATHS = ("", "/tjek", "/felter", "/proeve")
"""Of the steps, below the address of the set-up."""
UNITS = {letter: text for letter, text in settings_texts.UNITS.items() if letter != "s"}
MOST_VALUES = 12
"""Values of a row that are shown."""


def kind_choices(kinds: Iterable[str], *, is_demo: bool) -> tuple[KindChoice, ...]:
    """What can be connected, in the order of the texts; the sample only where nothing is real."""
    order = [*texts.KIND, *sorted(set(kinds) - texts.KIND.keys())]
    shown = [kind for kind in order if kind in kinds and (is_demo or kind != "sample")]
    return tuple(KindChoice(kind, *(text.format(kind=kind) for text in kind_texts(kind))) for kind in shown)


def kind_texts(kind: str) -> tuple[str, str, str]:
    """What the kind connects to, what is read, and what one must have at hand."""
    return texts.KIND.get(kind, texts.KIND_OTHER)


def kind_title(kind: str) -> str:
    """What the kind connects to."""
    return kind_texts(kind)[0].format(kind=kind)


def setup_path(name: str, step: int = 0) -> str:
    """Address of a step."""
    return f"/kilder/{name}/opsaetning{PATHS[step]}"


def setup_head(source: Source, step: int, done: Sequence[bool], outcome: Outcome | None = None) -> SetupHead:
    """What stands above the step; *done* tells of each whether it is done."""
    return SetupHead(
        name=source.name,
        title=source.definition.title or kind_title(source.definition.kind),
        state=texts.ACTIVE if source.is_active else texts.DRAFT,
        steps=tuple(
            SetupStep(text, setup_path(source.name, at), at == step, done[at]) for at, text in enumerate(texts.STEPS)
        ),
        version=source.version,
        is_draft=not source.is_active,
        outcome=outcome,
    )


def check_part(source: Source, trial: Trial | None, now: datetime) -> CheckPart:
    """How far the check has come."""
    steps = trial.result.steps if trial else ()
    is_running = trial is not None and trial.is_running(now)
    is_current = trial is not None and trial.source_version == source.version
    following = list(StepName)[len(steps) + 1 :] if is_running else []
    return CheckPart(
        name=source.name,
        is_running=is_running,
        lines=tuple(_step_line(step) for step in steps),
        waiting=texts.CHECK_STEP[following[0]][1] + " …" if following else None,
        conclusion=_check_conclusion(trial, is_running=is_running, is_current=is_current),
        is_ok=trial is not None and trial.is_ok and is_current,
        tried=of_moment(trial.started_at, now) if trial and not is_running else None,
    )


def _step_line(step: CheckStep) -> StepLine:
    if step.is_ok:
        return StepLine(texts.CHECK_STEP[step.name][0], is_ok=True, advice=None)
    return StepLine(texts.CHECK_FAILED[step.name], is_ok=False, advice=_advice(step.advice))


def _advice(key: str | None) -> str:
    return ADVICE.get(key or "no_advice", ADVICE["no_advice"])


def _check_conclusion(trial: Trial | None, *, is_running: bool, is_current: bool) -> str:
    if trial is None:
        return texts.CHECK_NOT_MADE
    if is_running:
        return texts.RUNNING
    if trial.ended_at is None:
        return texts.CHECK_LOST
    if not is_current:
        return texts.CHECK_OLD
    return texts.CHECK_OK if trial.is_ok else texts.CHECK_BAD


def stream_lines(
    streams: Sequence[Stream], planned: Mapping[str, StreamDetails], approvals: Mapping[str, FieldApproval]
) -> tuple[StreamLine, ...]:
    """Every stream with its plan and its field lists."""
    return tuple(_stream_line(stream, planned.get(stream.name), approvals) for stream in streams)


def _stream_line(stream: Stream, planned: StreamDetails | None, approvals: Mapping[str, FieldApproval]) -> StreamLine:
    schedule = planned.schedule if planned else DEFAULT_SCHEDULE
    every = duration_text(schedule.every) if schedule.every else ""
    unit = every[-1:] or "m"
    return StreamLine(
        name=stream.name,
        title=stream.danish_title,
        is_enabled=planned.is_enabled if planned else True,
        is_pushed=stream.is_pushed,
        every=every[:-1],
        units=tuple(Choice(letter, text, letter == unit) for letter, text in UNITS.items()),
        at=f"{schedule.at:%H:%M}" if schedule.at else "",
        types=tuple(_type_line(info, approvals.get(info.name)) for info in stream.record_types),
    )


def _type_line(info: RecordTypeInfo, approval: FieldApproval | None) -> TypeLine:
    approved = frozenset(approval.fields) if approval else frozenset()
    approved_text = "ikke godkendt endnu"
    if approval:
        by = "ved opgradering" if approval.approved_by == BY_UPGRADE else f"af {approval.approver}"
        approved_text = f"godkendt {by} {day_text(approval.approved_at.date())}"
    return TypeLine(
        title=info.danish_title,
        purpose=info.purpose,
        fields=tuple(
            FieldLine(field_word(field.partition(" ")[0]), field, approval is not None and field not in approved)
            for field in info.fields_read
        ),
        count=counted(len(info.fields_read), "felt", "felter"),
        approved=approved_text,
        has_new=approval is not None and not approved.issuperset(info.fields_read),
    )


def wanting_text(streams: Sequence[Stream], approvals: Mapping[str, FieldApproval]) -> str | None:
    """What nobody has approved."""
    wanting = unapproved_fields(streams, approvals)
    if not wanting:
        return None
    count = counted(sum(len(entry.fields) for entry in wanting), "felt er", "felter er")
    titles = listed(list(dict.fromkeys(entry.danish_title for entry in wanting)))
    return f"{count} ikke godkendt og læses ikke, før nogen har godkendt dem: {titles}."


def preview_part(source: Source, trial: Trial | None, streams: Sequence[Stream], now: datetime) -> PreviewPart:
    """How far the preview has come, and what it shows."""
    is_running = trial is not None and trial.is_running(now)
    rows = sorted(trial.result.rows, key=lambda row: not row.rejected) if trial else []
    rejected = sum(row.rejected for row in rows)
    failed = next((step for step in trial.result.steps if not step.is_ok), None) if trial else None
    titles = {info.name: info.danish_title for stream in streams for info in stream.record_types}
    return PreviewPart(
        name=source.name,
        is_running=is_running,
        rows=tuple(_preview_line(row, titles) for row in rows),
        conclusion=_preview_conclusion(trial, len(rows), is_running=is_running, has_failed=failed is not None),
        rejected=texts.PREVIEW_REJECTED.format(rows=counted(rejected, "linje", "linjer")) if rejected else None,
        advice=_advice(failed.advice) if failed else None,
        is_ok=trial is not None and trial.is_ok,
        tried=of_moment(trial.started_at, now) if trial and not is_running else None,
    )


def _preview_conclusion(trial: Trial | None, rows: int, *, is_running: bool, has_failed: bool) -> str:
    if trial is None:
        return texts.PREVIEW_NOT_MADE
    if is_running:
        return texts.PREVIEW_RUNNING
    if trial.ended_at is None:
        return texts.PREVIEW_LOST
    if has_failed:
        return texts.PREVIEW_FAILED
    if not rows:
        return texts.PREVIEW_EMPTY
    return texts.PREVIEW_OK.format(rows=counted(rows, "linje", "linjer"))


def _preview_line(row: PreviewRow, titles: Mapping[str, str]) -> PreviewLine:
    problem = advice = None
    if row.rejected and row.remarks:
        field, _, rule = row.remarks[0].partition(": ")
        sentence, advice = REJECTION[RejectionRule(rule)]
        problem = f"{field_word(field)}: {sentence}"
    return PreviewLine(
        title=type_word(row.record_type, titles),
        is_rejected=row.rejected,
        source=_values(row.source_fields or (row.fields if row.rejected else {}), field_word),
        becomes=texts.LANDED_KIND.get(row.kind or ""),
        landed=() if row.rejected else _values(row.fields, landed_word),
        remarks=() if row.rejected else tuple(_remark(remark) for remark in row.remarks),
        problem=problem,
        advice=advice,
    )


def _values(fields: Mapping[str, str], word: Callable[[str], str]) -> tuple[ValueLine, ...]:
    lines = dict[tuple[str, str], ValueLine]()
    for path, value in fields.items():
        plain = ".".join(part.partition("[")[0] for part in path.split("."))
        line = ValueLine(word(plain), texts.LANDED_VALUE.get(value, value))
        lines[line.word, line.value] = line
    return tuple(lines.values())[:MOST_VALUES]


def landed_word(path: str) -> str:
    """A field of the common schema in Danish."""
    parts = path.split(".")
    known = (texts.LANDED.get(".".join(parts[:depth])) for depth in range(len(parts), 0, -1))
    return next((word for word in known if word), texts.LANDED_OTHER)


def _remark(remark: str) -> str:
    field, _, rule = remark.partition(": ")
    if field == "deleted":
        return texts.DELETED
    return f"{field_word(field)}: {texts.REMARK.get(rule, texts.REMARK_OTHER)}"
