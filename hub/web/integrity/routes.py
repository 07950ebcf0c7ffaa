"""The page that says whether the log is whole, and the log and its proofs for who verifies them elsewhere."""

import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from pydantic import JsonValue

from hub.access.policy import may
from hub.audit.answer_repository import list_days
from hub.audit.export import export_lines, prove_consistency, prove_inclusion
from hub.audit.forms.choice import EventForm
from hub.audit.integrity import read_integrity
from hub.audit.streaming import StreamStatus, export_events, read_stream
from hub.clock import danish_day, danish_midnight
from hub.errors import InvalidSetting
from hub.web.integrity import texts
from hub.web.integrity.page import IntegrityPage
from hub.web.integrity.present import PATH, days_of, integrity_page
from hub.web.shell.dates import number_text
from hub.web.shell.form_result import FormResult, keep_result, take_result
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
def events(request: Request, form: EventForm = EventForm.ECS, fra: Day = "", til: Day = "") -> Response:
    """The log of some days as events with pseudonyms, for a system that watches; packed."""
    with open_request(request, INTEGRITY) as context:
        context.require(AuditAction.EXPORT_EVENTS)
        database, key = context.app.database, context.app.digest_key
        days = days_of(fra, til, danish_day(context.now))
        fault = days if isinstance(days, str) else None
        if not read_integrity(context.session, context.now).signed_at:
            fault = f"{texts.NOT_SEALED}."
        if fault is not None or isinstance(days, str):
            keep_result(request, FormResult(fault or "", is_error=True))
            return RedirectResponse(INTEGRITY.path, 303)
        first, last = days
        details: dict[str, JsonValue] = {"since": first.isoformat(), "until": last.isoformat(), "form": form.value}
        context.record(AuditAction.EXPORT_EVENTS, details=details)
    period = danish_midnight(first), danish_midnight(last + timedelta(days=1))
    name = f"helhed-{form.value}-{first}-{last}.jsonl.gz"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(
        _packed(export_events(database, form, key, period)), media_type="application/gzip", headers=headers
    )


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
