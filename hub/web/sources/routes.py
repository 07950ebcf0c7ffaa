"""The administrator's page of sources, and the switch that turns one off and on."""

from typing import Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from connectors.base import RecordTypeInfo
from hub.access import identity, service
from hub.access.policy import is_reason
from hub.access.redaction import redact_identifiers
from hub.errors import MissingRole, PauseReasonMissing, SourceNotFound
from hub.indexing import repository as indexing
from hub.matching import repository as matching
from hub.overview import repository as overviews
from hub.quarantine.repository import list_groups
from hub.quarantine.rules import QuarantinedRow
from hub.quarantine.service import list_rows
from hub.sources import repository, stream_repository
from hub.sources.service import resume_source
from hub.web.shell.declared_types import declared_streams
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.workspace import Workspace
from hub.web.sources.page import SourcesPage
from hub.web.sources.present import RUNS_SHOWN, SourceDetails, sources_page
from hub.web.sources.present_quarantine import ROWS_SHOWN
from schemas.access import AuditAction, Purpose

SOURCES = Workspace(
    name="sources",
    path="/kilder",
    title="Kilder",
    action=AuditAction.READ_SOURCES,
    purpose=Purpose.OPERATIONS,
    pages=(SourcesPage,),
)
router = SOURCES.router


@router.get(SOURCES.path)
def sources(request: Request) -> HTMLResponse:
    """Is every source all right, and if not what do I do?"""
    with open_request(request, SOURCES) as context:
        context.record(AuditAction.READ_SOURCES)
        employees = {actor.id: actor.name for actor in identity.actors(context.session)}
        conflicts, due = matching.conflicts(context.session), overviews.due(context.session)
        cut = indexing.count_cut_documents(context.session)
        details = load_source_details(context)
        return context.page(sources_page(details, conflicts, due, employees, context.now, cut_documents=cut))


@router.post("/kilder/{name}/sluk", dependencies=[Depends(require_form_token)])
def switch_off(request: Request, name: str, reason: Annotated[str, Form(max_length=300)] = "") -> RedirectResponse:
    """Do not read the source until it is switched on; for a reason that the page shows.

    Raises:
        PauseReasonMissing: the reason is too short to tell anybody anything.
        SourceNotFound: no such source.
    """
    with open_request(request, SOURCES) as context:
        reason = reason.strip()
        _decide(context, AuditAction.PAUSE_SOURCE, name, reason)
        repository.pause(
            context.session, name, paused_by=context.actor.id, reason=redact_identifiers(reason), now=context.now
        )
    return RedirectResponse(SOURCES.path, 303)


@router.post("/kilder/{name}/taend", dependencies=[Depends(require_form_token)])
def switch_on(request: Request, name: str) -> RedirectResponse:
    """Read the source again.

    Raises:
        SourceNotFound: no such source.
    """
    with open_request(request, SOURCES) as context:
        _decide(context, AuditAction.RESUME_SOURCE, name)
        resume_source(context.session, name, context.now)
    return RedirectResponse(SOURCES.path, 303)


def load_source_details(context: RequestContext) -> tuple[SourceDetails, ...]:
    """All that is known of each source, in the order of the page."""
    session, connected = context.session, context.sources
    pauses = repository.pauses(session)
    unmatched = matching.unmatched_counts(session)
    comparisons = indexing.comparisons(session)
    types = {source.name: _record_types(context, source.name) for source in connected}
    return tuple(
        SourceDetails(
            source,
            state,
            runs=stream_repository.runs(session, source.name, RUNS_SHOWN),
            quarantine=list_groups(session, source.name),
            quarantined_rows=_quarantined_rows(context, source.name, types[source.name]),
            titles={record_type.name: record_type.danish_title for record_type in types[source.name]},
            pause=pauses.get(source.name),
            unmatched=unmatched.get(source.name, 0),
            comparison=comparisons.get(source.name),
        )
        for source, state in zip(connected, context.source_states, strict=True)
    )


def _record_types(context: RequestContext, source: str) -> tuple[RecordTypeInfo, ...]:
    """The types that the source declares."""
    streams = declared_streams(context.app, source)
    return tuple({found.name: found for stream in streams for found in stream.record_types}.values())


def _quarantined_rows(
    context: RequestContext, source: str, types: tuple[RecordTypeInfo, ...]
) -> tuple[QuarantinedRow, ...]:
    case_fields = {found.name: found.case_field for found in types if found.case_field}
    cipher = context.app.payload_cipher
    return list_rows(context.session, source, case_fields=case_fields, cipher=cipher, size=ROWS_SHOWN)


def _decide(context: RequestContext, action: AuditAction, name: str, reason: str | None = None) -> None:
    """Ask the policy about an act on the source; a refusal is logged, and so is the act."""
    context.require(action)
    if name not in {source.name for source in context.sources}:
        raise SourceNotFound
    if action is AuditAction.PAUSE_SOURCE and not is_reason(reason):
        raise PauseReasonMissing
    access = context.access(reason=reason)
    if not service.change_source(context.session, context.actor, action, name, access, now=context.now):
        raise MissingRole
