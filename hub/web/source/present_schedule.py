"""When a source is read, as a form: one row a stream. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.sources.definitions import StreamDetails
from hub.web.source import texts
from hub.web.source.page import SchedulePage, ScheduleRow, SourceHead
from hub.web.source.present import SourceFacts
from hub.web.sources.source_words import next_run_text
from schemas.duration import duration_text


@dataclass(frozen=True)
class ScheduleForm:
    """One row of the form as it was sent."""

    stream: str
    seen: str
    every: str
    at: str
    enabled: str

    @property
    def is_enabled(self) -> bool:
        """Whether the stream is read at all."""
        return self.enabled == "ja"


def seen_text(stream: StreamDetails) -> str:
    """What the form showed of the stream: it tells whether somebody has changed it meanwhile."""
    return f"{stream.schedule}, {'read' if stream.is_enabled else 'not read'}"


def schedule_page(
    facts: SourceFacts,
    *,
    head: SourceHead,
    is_fixed: bool,
    rows: Sequence[ScheduleForm] | None,
    wrong: frozenset[str],
    is_stale: bool,
) -> SchedulePage:
    """The form; with *rows* as somebody sent it, which was not kept. *wrong*: streams whose row cannot be read."""
    sent = {row.stream: row for row in rows or ()}
    problem = texts.IN_FILE if is_fixed else None
    if is_stale:
        problem = texts.SCHEDULE_CHANGED
    return SchedulePage(
        head=head,
        name=facts.source.name,
        rows=tuple(_row(stream, sent.get(stream.stream), facts, stream.stream in wrong) for stream in facts.streams),
        problem=problem,
        is_fixed=is_fixed,
    )


def _row(stream: StreamDetails, sent: ScheduleForm | None, facts: SourceFacts, is_wrong: bool) -> ScheduleRow:
    schedule = stream.schedule
    every = duration_text(schedule.every) if schedule.every else ""
    at = f"{schedule.at:%H:%M}" if schedule.at else ""
    return ScheduleRow(
        stream=stream.stream,
        title=stream.title,
        seen=seen_text(stream),
        is_enabled=sent.is_enabled if sent else stream.is_enabled,
        every=sent.every if sent else every,
        at=sent.at if sent else at,
        next_run=next_run_text(
            stream.due_at if stream.is_enabled else None, facts.now, is_paused=facts.pause is not None
        ),
        error=texts.SCHEDULE_WRONG if is_wrong else None,
    )
