"""The JSON twins of the pages of samples: the same functions, the same lines of the log."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from hub.access.sample_draw import DrawFault
from hub.access.samples import LineFault, WrittenEvent
from hub.audit.sample_due import SampleDue, read_sample_due
from hub.web.api import LOGGED_IN, PROBLEM
from hub.web.samples import texts
from hub.web.samples.present import fault_text
from hub.web.samples.routes import (
    PAGE_SIZE,
    SAMPLES,
    LineNumber,
    SampleId,
    Start,
    act_on_line,
    draw_sample,
    list_samples,
    read_line,
    read_sample,
)
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from schemas.access import AuditAction
from schemas.base import Instant, Schema
from schemas.sample import (
    LineState,
    Redraw,
    Sample,
    SampleEventKind,
    SampleLine,
    SampleOutcome,
    SampleParameters,
    StratumCount,
)

router = APIRouter(prefix="/api/tilsyn/stikproever", responses=LOGGED_IN)
UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"description": "There is no such sample or line.", **PROBLEM}}


class SampleSummary(Schema):
    """How a sample was drawn, and where its lines are."""

    id: int
    drawn_at: Instant
    drawn_by: str
    drawn_by_name: str
    seed: str
    """With it anybody who has the log draws the same lines."""
    parameters: SampleParameters
    until: Instant
    population: int
    population_digest: str
    strata: tuple[StratumCount, ...]
    checkpoint: str | None
    """The log's signed checkpoint at the draw; None: nothing was sealed yet."""
    lines: dict[LineState, int]
    """How many there are in each state."""


class SentLine(Schema):
    """A line that waits for the reader."""

    sample_id: int
    line: SampleLine
    """Of somebody who does not read the log without what says who the citizen is."""


class SamplesAnswer(Schema):
    """Samples, the newest first, and what waits for the reader."""

    due: SampleDue
    samples: tuple[SampleSummary, ...]
    sent: tuple[SentLine, ...]
    following: int | None
    """``start`` of the next page; None: this is the last."""


class SampleAnswer(Schema):
    """A sample with a page of its lines."""

    sample: SampleSummary
    lines: tuple[SampleLine, ...]
    following: int | None
    redraw: Redraw | None
    """What came of drawing it again; None: that was not asked for."""


class LineAnswer(Schema):
    """A line, and what the reader may do with it."""

    line: SampleLine
    may_review: bool
    receivers: tuple[str, ...]
    """Ids of those to whom the reader may send it."""


class DrawAsk(Schema):
    """What a sample is drawn by."""

    parameters: SampleParameters
    send: bool = True
    """Each line to a manager who leads the unit that the employee was in."""


class DrawFaultLine(Schema):
    """Why nothing was drawn."""

    fault: DrawFault
    text: str
    """As the page says it."""


class DrawAnswer(Schema):
    """What came of it: drawn when there are no faults."""

    sample_id: int | None
    faults: tuple[DrawFaultLine, ...]


class EventAsk(Schema):
    """What is done about a line."""

    kind: SampleEventKind
    outcome: SampleOutcome | None = None
    """Of a review."""
    words: str = Field(default="", max_length=500)
    """National numbers, and names of the citizen and the relatives, are masked before it is stored."""
    receiver_id: str = Field(default="", max_length=100)
    """To whom it is sent."""
    events_seen: int = Field(ge=0, le=2**31 - 1)
    """How many events the line had when the actor looked."""


class EventFaultLine(Schema):
    """Why nothing was stored."""

    fault: LineFault
    text: str
    """As the page says it."""


class EventAnswer(Schema):
    """What came of it: stored when there are no faults."""

    faults: tuple[EventFaultLine, ...]


@router.get("", summary="Samples of look-ups, when the next is due, and what waits for the reader")
def samples(request: Request, start: Start = 0) -> SamplesAnswer:
    """The newest first; only the DPO sees samples, a manager the lines that were sent to them."""
    with open_request(request, SAMPLES) as context:
        listed = list_samples(context, start)
        return SamplesAnswer(
            due=read_sample_due(context.session, context.app.settings, context.now),
            samples=tuple(_summary(each, listed.counts.get(each.id, {})) for each in listed.samples),
            sent=tuple(SentLine(sample_id=sample_id, line=line) for sample_id, line in listed.sent),
            following=start + PAGE_SIZE if listed.more else None,
        )


@router.post("", summary="Draw a sample", dependencies=[Depends(require_header_token)])
def draw(request: Request, ask: DrawAsk) -> DrawAnswer:
    """Draw one by a seed that is drawn at this moment; with faults nothing is drawn."""
    with open_request(request, SAMPLES) as context:
        context.require(AuditAction.DRAW_SAMPLE)
        result = draw_sample(context, ask.parameters, send=ask.send)
        faults = tuple(DrawFaultLine(fault=fault, text=texts.DRAW_FAULT[fault]) for fault in result.faults)
        return DrawAnswer(sample_id=result.sample_id, faults=faults)


@router.get("/{sample_id}", summary="A sample and its lines", responses=UNKNOWN)
def sample(
    request: Request,
    sample_id: SampleId,
    *,
    state: LineState | None = None,
    start: Start = 0,
    redraw: Annotated[bool, Query()] = False,
) -> SampleAnswer:
    """Lines in one state or all; *redraw*: draw it again by its seed and compare."""
    with open_request(request, SAMPLES) as context:
        view = read_sample(context, sample_id, state, start=start, check=redraw)
        return SampleAnswer(
            sample=_summary(view.sample, view.counts),
            lines=view.lines,
            following=start + PAGE_SIZE if view.more else None,
            redraw=view.redraw,
        )


@router.get("/{sample_id}/linjer/{number}", summary="One line of a sample", responses=UNKNOWN)
def line(request: Request, sample_id: SampleId, number: LineNumber) -> LineAnswer:
    """The look-up, why it was drawn, and what was done about it."""
    with open_request(request, SAMPLES) as context:
        view = read_line(context, sample_id, number)
        receivers = tuple(actor.id for actor in view.receivers)
        return LineAnswer(line=view.line, may_review=view.may_review, receivers=receivers)


@router.post(
    "/{sample_id}/linjer/{number}",
    summary="Send a line, ask about it, or review it",
    responses=UNKNOWN,
    dependencies=[Depends(require_header_token)],
)
def act(request: Request, sample_id: SampleId, number: LineNumber, ask: EventAsk) -> EventAnswer:
    """Add what was done; what there is stays as it is. With faults nothing is stored."""
    with open_request(request, SAMPLES) as context:
        written = WrittenEvent(**ask.model_dump())
        faults = act_on_line(context, sample_id, number, written)
        return EventAnswer(faults=tuple(EventFaultLine(fault=fault, text=fault_text(fault)) for fault in faults))


def _summary(sample: Sample, counts: Mapping[LineState, int]) -> SampleSummary:
    values = {name: getattr(sample, name) for name in SampleSummary.model_fields if name != "lines"}
    return SampleSummary(**values, lines={state: counts.get(state, 0) for state in LineState})
