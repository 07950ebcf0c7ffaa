"""The pages of samples: drawn, sent, reviewed, and taken along as evidence."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from hub.access import identity
from hub.access.policy import may
from hub.access.samples import (
    DrawResult,
    LineFault,
    LineView,
    OwnSampleLine,
    SampleDesk,
    SampleList,
    SampleNotFound,
    SampleView,
    WrittenEvent,
)
from hub.audit.sample_due import read_sample_due
from hub.clock import danish_day
from hub.errors import MissingRole
from hub.web.samples import texts
from hub.web.samples.evidence import TEMPLATE, evidence_csv, evidence_page
from hub.web.samples.page import LinePage, SamplePage, SamplesPage
from hub.web.samples.present import BOUNDS, PATH, fault_text, line_page, sample_page, samples_page
from hub.web.shell.csv_file import csv_response
from hub.web.shell.dates import at_minute, counted
from hub.web.shell.day_period import FROM_MISSING, TO_MISSING
from hub.web.shell.form_result import FormResult, keep_result, redact_typed, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.pdf import write_pdf
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.view_models import Link
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, AuditOutcome, Purpose
from schemas.sample import LineState, SampleEventKind, SampleOutcome, SampleParameters

SAMPLES = Workspace(
    name="samples",
    path=PATH,
    title="Stikprøver",
    action=AuditAction.READ_SAMPLES,
    purpose=Purpose.LOG_REVIEW,
    pages=(SamplesPage, SamplePage, LinePage),
    in_menu=False,
)
router = SAMPLES.router
PAGE_SIZE = 50
DAYS = 30
"""The period that is offered."""
SampleId = Annotated[int, Path(ge=1, le=2**63 - 1)]
LineNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
Start = Annotated[int, Query(ge=0, le=2**31 - 1)]
Seen = Annotated[int, Form(ge=0, le=2**31 - 1)]
Short = Annotated[str, Form(max_length=20)]
Words = Annotated[str, Form(max_length=500)]


@router.get(SAMPLES.path)
def samples(request: Request, start: Start = 0) -> HTMLResponse:
    """When is the next sample due, which were drawn, and what waits for me?"""
    with open_request(request, SAMPLES) as context:
        listed = list_samples(context, start)
        today = danish_day(context.now)
        page = samples_page(
            listed,
            due=read_sample_due(context.session, context.app.settings, context.now),
            draws=may(context.actor, AuditAction.DRAW_SAMPLE),
            back=_back_link(context),
            units=units_of(context),
            period=(today - timedelta(days=DAYS - 1), today),
            older=f"{SAMPLES.path}?start={start + PAGE_SIZE}" if listed.more else None,
            result=take_result(request),
        )
        return context.page(page)


@router.post(SAMPLES.path, dependencies=[Depends(require_form_token)])
def draw(  # noqa: PLR0913  fields of the form, keyword-only
    request: Request,
    *,
    first_day: Short = "",
    last_day: Short = "",
    percent: Short = "",
    most_random: Short = "",
    most_whole: Short = "",
    most_targeted: Short = "",
    opens: Short = "",
    closes: Short = "",
    burst_citizens: Short = "",
    burst_minutes: Short = "",
    send: Annotated[str, Form(max_length=2)] = "",
) -> RedirectResponse:
    """Draw a sample by a seed that is drawn at this moment."""
    typed = {
        "first_day": first_day,
        "last_day": last_day,
        "percent": percent,
        "most_random": most_random,
        "most_whole": most_whole,
        "most_targeted": most_targeted,
        "opens": opens,
        "closes": closes,
        "burst_citizens": burst_citizens,
        "burst_minutes": burst_minutes,
    }
    with open_request(request, SAMPLES) as context:
        context.require(AuditAction.DRAW_SAMPLE)
        parameters, faults = read_parameters(typed)
        result = draw_sample(context, parameters, send=send == "ja") if parameters else DrawResult()
        faults = faults or tuple(texts.DRAW_FAULT[fault] for fault in result.faults)
        if result.sample_id is None:
            redacted = redact_typed({**typed, "send": send or "nej"})
            keep_result(request, FormResult(" ".join(faults), is_error=True, typed=redacted))
            return RedirectResponse(SAMPLES.path, 303)
        view = read_sample(context, result.sample_id)
        total = sum(view.counts.values())
        keep_result(request, FormResult(texts.DRAWN.format(lines=counted(total, "linje", "linjer"))))
    return RedirectResponse(f"{SAMPLES.path}/{result.sample_id}", 303)


@router.get(f"{SAMPLES.path}/{{sample_id}}")
def sample(
    request: Request,
    sample_id: SampleId,
    vis: LineState | None = None,
    start: Start = 0,
    kontrol: Annotated[str, Query(max_length=2)] = "",
) -> HTMLResponse:
    """How was it drawn, which lines has it, and what came of each?"""
    with open_request(request, SAMPLES) as context:
        view = read_sample(context, sample_id, vis, start=start, check=kontrol == "ja")
        state = f"vis={vis.value}&" if vis else ""
        more = f"{SAMPLES.path}/{sample_id}?{state}start={start + PAGE_SIZE}" if view.more else None
        page = sample_page(view, vis, units_of(context), more, take_result(request))
        return context.page(page, page.title)


@router.get(f"{SAMPLES.path}/{{sample_id}}/bevis.pdf")
def evidence(request: Request, sample_id: SampleId) -> Response:
    """The sample as a PDF, with people by pseudonym."""
    with open_request(request, SAMPLES) as context:
        view = read_evidence(context, sample_id)
        printed = f"Hentet {at_minute(context.now)} af {context.actor.name}"
        page = evidence_page(view, context.app.digest_key, printed)
    name = texts.PDF_NAME.format(id=sample_id)
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(write_pdf(TEMPLATE, "sample", asdict(page)), media_type="application/pdf", headers=headers)


@router.get(f"{SAMPLES.path}/{{sample_id}}/linjer.csv")
def table(request: Request, sample_id: SampleId) -> Response:
    """The same as a table."""
    with open_request(request, SAMPLES) as context:
        text = evidence_csv(read_evidence(context, sample_id), context.app.digest_key)
    return csv_response(text, texts.CSV_NAME.format(id=sample_id))


@router.get(f"{SAMPLES.path}/{{sample_id}}/linjer/{{number}}")
def line(request: Request, sample_id: SampleId, number: LineNumber) -> HTMLResponse:
    """What did the employee see, why was it drawn, and was it work?"""
    with open_request(request, SAMPLES) as context:
        page = line_page(read_line(context, sample_id, number), units_of(context), take_result(request))
        return context.page(page, page.title)


@router.post(f"{SAMPLES.path}/{{sample_id}}/linjer/{{number}}/gennemgang", dependencies=[Depends(require_form_token)])
def review(
    request: Request,
    sample_id: SampleId,
    number: LineNumber,
    *,
    outcome: Short = "",
    words: Words = "",
    events_seen: Seen = 0,
) -> RedirectResponse:
    """Write what the review came to; a later one is added and changes none."""
    chosen = SampleOutcome(outcome) if outcome in set(SampleOutcome) else None
    written = WrittenEvent(kind=SampleEventKind.REVIEWED, outcome=chosen, words=words, events_seen=events_seen)
    done = texts.REVIEWED.format(outcome=texts.OUTCOME[chosen]) if chosen else ""
    typed = redact_typed({"outcome": outcome, "words": words}, "words")
    return _act(request, sample_id, number, written, FormResult(done, form="review", typed=typed))


@router.post(f"{SAMPLES.path}/{{sample_id}}/linjer/{{number}}/spoerg", dependencies=[Depends(require_form_token)])
def ask(
    request: Request, sample_id: SampleId, number: LineNumber, *, words: Words = "", events_seen: Seen = 0
) -> RedirectResponse:
    """Note that the employee was asked for an explanation."""
    written = WrittenEvent(kind=SampleEventKind.ASKED, words=words, events_seen=events_seen)
    typed = redact_typed({"words": words}, "words")
    return _act(request, sample_id, number, written, FormResult(texts.ASKED, form="ask", typed=typed))


@router.post(f"{SAMPLES.path}/{{sample_id}}/linjer/{{number}}/send", dependencies=[Depends(require_form_token)])
def send(
    request: Request,
    sample_id: SampleId,
    number: LineNumber,
    *,
    receiver_id: Annotated[str, Form(max_length=100)] = "",
    events_seen: Seen = 0,
) -> RedirectResponse:
    """Send the line to a manager or another DPO."""
    written = WrittenEvent(kind=SampleEventKind.SENT, receiver_id=receiver_id, events_seen=events_seen)
    return _act(request, sample_id, number, written, FormResult(texts.SENT, form="send"))


def read_parameters(typed: dict[str, str]) -> tuple[SampleParameters | None, tuple[str, ...]]:
    """The parameters that were typed, or what must be corrected; an empty number is the default."""
    values = {name: text.strip() for name, text in typed.items() if text.strip()}
    try:
        return SampleParameters.model_validate_strings(values), ()
    except ValidationError as error:
        wrong = {str(part["loc"][0]) for part in error.errors() if part["loc"]}
    dates = [fault for name, fault in (("first_day", FROM_MISSING), ("last_day", TO_MISSING)) if name in wrong]
    numbers = [
        texts.NUMBER_FAULT.format(field=texts.FIELD[name], least=least, most=most)
        for name, (least, most) in BOUNDS.items()
        if name in wrong
    ]
    return None, (*dates, *numbers)


def draw_sample(context: RequestContext, parameters: SampleParameters, *, send: bool) -> DrawResult:
    """Draw a sample; for page and API.

    Raises:
        MissingRole: the role draws none.
    """
    result = _desk(context).draw(parameters, send=send)
    if result.sample_id is None and not result.faults:
        raise MissingRole
    return result


def list_samples(context: RequestContext, start: int) -> SampleList:
    """Samples, and what waits for the actor; likewise.

    Raises:
        MissingRole: the role reviews none.
    """
    listed = _desk(context).list_samples(start=start, size=PAGE_SIZE)
    if listed is None:
        raise MissingRole
    return listed


def read_sample(
    context: RequestContext, sample_id: int, state: LineState | None = None, *, start: int = 0, check: bool = False
) -> SampleView:
    """One sample; likewise.

    Raises:
        SampleNotFound: there is none, or none for the actor to see.
    """
    view = _desk(context).read(sample_id, state, start=start, size=PAGE_SIZE, check=check)
    if view is None:
        raise SampleNotFound
    return view


def read_evidence(context: RequestContext, sample_id: int) -> SampleView:
    """The whole sample for a file; likewise.

    Raises:
        MissingRole: the role takes none along.
        SampleNotFound: there is none.
    """
    context.require(AuditAction.EXPORT_SAMPLE)
    view = _desk(context).evidence(sample_id)
    if view is None:
        raise SampleNotFound
    return view


def read_line(context: RequestContext, sample_id: int, number: int) -> LineView:
    """One line; likewise.

    Raises:
        SampleNotFound: there is none, or none that was sent to the actor.
    """
    view = _desk(context).read_line(sample_id, number)
    if view is None:
        raise SampleNotFound
    return view


def act_on_line(context: RequestContext, sample_id: int, number: int, written: WrittenEvent) -> tuple[LineFault, ...]:
    """Do something about a line, or say what must be corrected first; likewise.

    Raises:
        SampleNotFound: there is no such line for the actor.
        OwnSampleLine: it is the actor's own look-up.
        MissingRole: the role does not do it.
    """
    result = _desk(context).act(sample_id, number, written)
    match result.outcome:
        case AuditOutcome.NOT_FOUND:
            raise SampleNotFound
        case AuditOutcome.REFUSED:
            raise OwnSampleLine if result.is_own else MissingRole
        case _:
            return result.faults


def units_of(context: RequestContext) -> dict[str, str]:
    """Names of units by id, as far as employees are in them."""
    actors = identity.actors(context.session)
    return {actor.unit_id: actor.unit_name for actor in actors if actor.unit_id and actor.unit_name}


def _act(request: Request, sample_id: int, number: int, written: WrittenEvent, done: FormResult) -> RedirectResponse:
    with open_request(request, SAMPLES) as context:
        faults = act_on_line(context, sample_id, number, written)
        if faults:
            text = " ".join(map(fault_text, faults))
            keep_result(request, FormResult(text, is_error=True, form=done.form, typed=done.typed))
        else:
            newest = read_line(context, sample_id, number).line.events[-1]
            keep_result(request, FormResult(done.text.format(name=newest.receiver_name or "medarbejderen")))
    return RedirectResponse(f"{SAMPLES.path}/{sample_id}/linjer/{number}", 303)


def _desk(context: RequestContext) -> SampleDesk:
    return SampleDesk(context.session, context.actor, context.access(), now=context.now)


def _back_link(context: RequestContext) -> Link:
    if may(context.actor, AuditAction.READ_LOG):
        return Link(texts.TO_LOG, "/tilsyn")
    return Link(texts.TO_OWN_UNITS, "/mine-enheder")
