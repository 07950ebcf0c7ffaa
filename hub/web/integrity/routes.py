"""The page that says whether the log is whole, and the log and its proofs for who verifies them elsewhere."""

import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Annotated, NamedTuple

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from pydantic import JsonValue

from hub.access.event_names import NamesDesk
from hub.access.policy import may
from hub.audit.answer_repository import list_days
from hub.audit.event_names import NamesDecision, NamesFault
from hub.audit.event_names_repository import find_in_force
from hub.audit.export import export_lines, prove_consistency, prove_inclusion
from hub.audit.forms.choice import EventForm
from hub.audit.integrity import read_integrity
from hub.audit.streaming import Period, StreamStatus, export_events, read_stream
from hub.clock import danish_day, danish_midnight
from hub.errors import InvalidSetting, MissingRole
from hub.web.integrity import texts
from hub.web.integrity.page import IntegrityPage
from hub.web.integrity.present import NAMES_FORM, PATH, days_of, integrity_page
from hub.web.shell.dates import number_text
from hub.web.shell.form_result import FormResult, finish_form, keep_result, redact_typed, sentence_of, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.view_models import Link
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction

INTEGRITY = Workspace(
    name="integrity",
    path=PATH,
    title="Er loggen hel?",
    action=AuditAction.READ_INTEGRITY,
    pages=(IntegrityPage,),
    in_menu=False,
)
router = INTEGRITY.router
GZIP = 16 + zlib.MAX_WBITS
LARGEST = 2**53
DAYS = 14
"""Of answers that are shown."""
Day = Annotated[str, Query(max_length=20)]
Choice = Annotated[str, Query(max_length=10)]
Number = Annotated[int | None, Query(ge=0, le=LARGEST)]


@router.get(INTEGRITY.path)
def integrity(request: Request) -> HTMLResponse:
    """Is the log whole: sealed, witnessed and verified?"""
    with open_request(request, INTEGRITY) as context:
        context.record(AuditAction.READ_INTEGRITY)
        page = integrity_page(
            read_integrity(context.session, context.now),
            context.now,
            retention_months=context.app.settings.audit_retention_months,
            days=list_days(context.session, DAYS),
            back=_back_link(context),
            may_export=may(context.actor, AuditAction.EXPORT_LOG),
            stream=_stream(context),
            names=find_in_force(context.session, context.now),
            may_decide=may(context.actor, AuditAction.DECIDE_EVENT_NAMES),
            result=take_result(request),
        )
        return context.page(page)


@router.get(f"{INTEGRITY.path}/eksport")
def export(request: Request) -> Response:
    """The whole log as the off-line verifier reads it, packed."""
    with open_request(request, INTEGRITY) as context:
        context.require(AuditAction.EXPORT_LOG)
        context.record(AuditAction.EXPORT_LOG)
        database = context.app.database
        if not read_integrity(context.session, context.now).signed_at:
            keep_result(request, FormResult(f"{texts.NOT_SEALED}.", is_error=True))
            return RedirectResponse(INTEGRITY.path, 303)
    headers = {"content-disposition": 'attachment; filename="helhed-log.jsonl.gz"'}
    return StreamingResponse(_packed(export_lines(database)), media_type="application/gzip", headers=headers)


@router.get(f"{INTEGRITY.path}/haendelser")
def events(
    request: Request, form: EventForm = EventForm.ECS, fra: Day = "", til: Day = "", *, navne: Choice = ""
) -> Response:
    """The log of some days as events, for a system that watches; packed."""
    with open_request(request, INTEGRITY) as context:
        export = ask_events(context, form, fra, til, names=bool(navne))
        if isinstance(export, str):
            keep_result(request, FormResult(export, is_error=True))
            return RedirectResponse(INTEGRITY.path, 303)
    return events_file(export)


class AskedEvents(NamedTuple):
    """A file of events that was asked for and may be given."""

    name: str
    lines: Iterator[bytes]


def ask_events(
    context: RequestContext, form: EventForm, first_day: str, last_day: str, *, names: bool
) -> AskedEvents | str:
    """The events of some days, or what must be corrected first; for page and API. Its line is written.

    Raises:
        MissingRole: the role fetches none, or none that name people.
    """
    context.require(AuditAction.EXPORT_EVENTS)
    if names:
        context.require(AuditAction.DECIDE_EVENT_NAMES)
    days = days_of(first_day, last_day, danish_day(context.now))
    if not read_integrity(context.session, context.now).signed_at:
        return f"{texts.NOT_SEALED}."
    if isinstance(days, str):
        return days
    decision = find_in_force(context.session, context.now) if names else None
    if names and decision is None:
        return texts.NO_NAMES
    first, last = days
    details: dict[str, JsonValue] = {"since": first.isoformat(), "until": last.isoformat(), "form": form.value}
    if decision is not None:
        details["decision"] = decision.number
    context.record(AuditAction.EXPORT_EVENTS, details=details)
    period: Period = (danish_midnight(first), danish_midnight(last + timedelta(days=1)))
    lines = export_events(context.app.database, form, context.app.digest_key, period, names=names)
    return AskedEvents(f"helhed-{form.value}-{first}-{last}{'-navne' if names else ''}.jsonl.gz", lines)


def events_file(export: AskedEvents) -> StreamingResponse:
    """The answer that hands it out."""
    headers = {"content-disposition": f'attachment; filename="{export.name}"'}
    return StreamingResponse(_packed(export.lines), media_type="application/gzip", headers=headers)


@router.post(f"{INTEGRITY.path}/navne", dependencies=[Depends(require_form_token)])
def decide_names(
    request: Request,
    *,
    days: Annotated[str, Form(max_length=20)] = "",
    reason: Annotated[str, Form(max_length=500)] = "",
    stream: Annotated[str, Form(max_length=10)] = "",
) -> RedirectResponse:
    """Let events name people for a time."""
    with open_request(request, INTEGRITY) as context:
        typed_days = days.strip()
        number = int(typed_days) if typed_days.isascii() and typed_days.isdigit() else None
        faults = decide_event_names(context, number, reason.strip(), with_stream=bool(stream))
        typed = redact_typed({"days": days, "reason": reason, "stream": stream}, "reason")
        fault = sentence_of(faults, texts.NAMES_FAULT)
        return finish_form(request, fault, texts.NAMES_DECIDED, f"{INTEGRITY.path}#navne", form=NAMES_FORM, typed=typed)


@router.post(f"{INTEGRITY.path}/navne/afslut", dependencies=[Depends(require_form_token)])
def end_names(request: Request) -> RedirectResponse:
    """Let events have pseudonyms again at once."""
    with open_request(request, INTEGRITY) as context:
        end_event_names(context)
        return finish_form(request, "", texts.NAMES_ENDED, f"{INTEGRITY.path}#navne")


def decide_event_names(
    context: RequestContext, days: int | None, reason: str, *, with_stream: bool
) -> tuple[NamesFault, ...]:
    """Let events name people, or what must be corrected first; for page and API.

    Raises:
        MissingRole: the role decides that not.
    """
    faults = _names_desk(context).decide(days, reason, with_stream=with_stream)
    if faults is None:
        raise MissingRole
    return faults


def end_event_names(context: RequestContext) -> NamesDecision | None:
    """End the decision, if one is in force; likewise."""
    context.require(AuditAction.DECIDE_EVENT_NAMES)
    return _names_desk(context).end()


def _names_desk(context: RequestContext) -> NamesDesk:
    return NamesDesk(context.session, context.actor, context.access(), now=context.now)


@router.get(f"{INTEGRITY.path}/bevis")
def proof(request: Request, linje: Number = None, fra: Number = None) -> Response:
    """The proof that a line stands in the log, or that the log begins with what it was when it had so many lines."""
    with open_request(request, INTEGRITY) as context:
        context.require(AuditAction.EXPORT_LOG)
        context.record(AuditAction.EXPORT_LOG)
        try:
            document = (
                prove_consistency(context.session, fra)
                if fra is not None
                else prove_inclusion(context.session, linje or 0)
            )
        except InvalidSetting:
            fault = texts.NO_SUCH_SIZE if fra is not None else texts.NO_SUCH_LINE
            number = f"{number_text(fra)} linjer" if fra is not None else str(linje or 0)
            keep_result(request, FormResult(fault.format(number=number), is_error=True))
            return RedirectResponse(INTEGRITY.path, 303)
    name = f"fra-{fra}" if fra is not None else f"linje-{linje}"
    headers = {"content-disposition": f'attachment; filename="helhed-bevis-{name}.json"'}
    return Response(json.dumps(document, ensure_ascii=False), media_type="application/json", headers=headers)


def _packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(wbits=GZIP)
    for line in lines:
        if packed := packer.compress(line):
            yield packed
    yield packer.flush()


def _stream(context: RequestContext) -> StreamStatus | None:
    receiver = context.app.settings.audit_stream_url
    return read_stream(context.session, receiver) if receiver else None


def _back_link(context: RequestContext) -> Link:
    if may(context.actor, AuditAction.READ_LOG):
        return Link(texts.TO_LOG, "/tilsyn")
    return Link(texts.TO_SOURCES, "/kilder")
