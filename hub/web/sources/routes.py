"""The administrator's page of sources."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from connectors.base import RecordTypeInfo
from hub.access import identity
from hub.indexing import repository as indexing
from hub.matching import repository as matching
from hub.overview import repository as overviews
from hub.quarantine.repository import list_groups
from hub.quarantine.rules import QuarantinedRow
from hub.quarantine.service import list_rows
from hub.sources import repository, stream_repository
from hub.sources.definitions import SourceLifecycle
from hub.web.shell.declared_types import declared_streams
from hub.web.shell.form_result import take_result
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
        result = take_result(request)
        page = sources_page(
            details,
            conflicts,
            due,
            employees,
            context.now,
            cut_documents=cut,
            drafts=[
                source
                for source in repository.list_sources(context.session)
                if source.definition.lifecycle is SourceLifecycle.DRAFT
            ],
            outcome=result.outcome if result else None,
        )
        return context.page(page)


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
    return tuple({record_type.name: record_type for stream in streams for record_type in stream.record_types}.values())


def _quarantined_rows(
    context: RequestContext, source: str, types: tuple[RecordTypeInfo, ...]
) -> tuple[QuarantinedRow, ...]:
    case_fields = {record_type.name: record_type.case_field for record_type in types if record_type.case_field}
    cipher = context.app.payload_cipher
    return list_rows(context.session, source, case_fields=case_fields, cipher=cipher, size=ROWS_SHOWN)
