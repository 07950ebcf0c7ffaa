"""The administrator's page of sources."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import HTMLResponse

from hub.access import identity
from hub.matching import repository as matching
from hub.notices.conditions import Limits
from hub.notices.source_listing import SourceListing, list_sources
from hub.overview import repository as overviews
from hub.sources import run_repository, stream_repository
from hub.sources.definitions import Source, SourceLifecycle
from hub.sources.health import SourceStatus
from hub.web.shell.form_result import take_result
from hub.web.shell.rendering import render_fragment
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.workspace import Workspace
from hub.web.sources.page import RunningLines, SourcesPage
from hub.web.sources.present import PATH, ListQuestion, SourceDetails, running_lines, sources_page
from schemas.access import AuditAction, Purpose
from schemas.source import Area

SOURCES = Workspace(
    name="sources",
    path=PATH,
    title="Kilder",
    action=AuditAction.READ_SOURCES,
    purpose=Purpose.OPERATIONS,
    pages=(SourcesPage, RunningLines),
)
router = SOURCES.router
RUNS_READ = 30
"""To say since when a source has failed."""


@router.get(SOURCES.path)
def sources(
    request: Request,
    area: Annotated[Area | None, Query(alias="omraade")] = None,
    page: Annotated[int, Query(alias="side", ge=1, le=1_000)] = 1,
) -> HTMLResponse:
    """Is every source all right, and if not what do I do?"""
    with open_request(request, SOURCES) as context:
        context.record(AuditAction.READ_SOURCES)
        employees = {actor.id: actor.name for actor in identity.actors(context.session)}
        conflicts, due = matching.conflicts(context.session), overviews.due(context.session)
        details = [_details(context, listing) for listing in load_listings(context)]
        question = ListQuestion(area, page)
        result = take_result(request)
        outcome = result.outcome if result else None
        page_of_sources = sources_page(
            details,
            conflicts,
            due,
            employees,
            context.now,
            question=question,
            drafts=_in_state(context, SourceLifecycle.DRAFT),
            removed=_in_state(context, SourceLifecycle.REMOVED),
            outcome=outcome,
        )
        return context.page(page_of_sources)


@router.get("/kilder/{name}/laeses")
def running(request: Request, name: str, saw: Annotated[bool, Query(alias="saa")] = False) -> HTMLResponse:
    """What is read of a source now, for the list that asks again. It shows numbers alone and has no line of log.

    *saw*: the page showed a run under way.
    """
    with open_request(request, SOURCES) as context:
        context.require_source(name)
        titles = {stream.stream: stream.title for stream in stream_repository.list_streams(context.session, name)}
        progress = run_repository.list_progress(context.session, name)
        return HTMLResponse(
            render_fragment(running_lines(name, progress, titles, context.now, was_running=saw))
        )  # fmt: skip


def load_listings(context: RequestContext) -> tuple[SourceListing, ...]:
    """How every source is doing, those that need a person first; page and API alike."""
    limits = Limits.of(context.app.settings)
    return list_sources(context.session, context.app.catalogue.current(), limits=limits, now=context.now)


def _in_state(context: RequestContext, lifecycle: SourceLifecycle) -> list[Source]:
    return [source for source in context.app.catalogue.known() if source.definition.lifecycle is lifecycle]


def _details(context: RequestContext, listing: SourceListing) -> SourceDetails:
    is_failing = listing.state.state is SourceStatus.FAILING
    runs = stream_repository.runs(context.session, listing.source.name, RUNS_READ) if is_failing else ()
    return SourceDetails(listing, runs)
