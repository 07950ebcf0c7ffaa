"""The JSON twins of the pages of one source: the same functions, the same decisions, the same lines in the log."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import Field

from hub.errors import RunNotFound, SourceNotFound
from hub.forgetting.service import SourceData, count_data
from hub.inbox.backlog import InboxBacklog, read_backlog
from hub.jobs.job import Job
from hub.notices.repository import Notice, list_notices
from hub.notices.source_listing import SourceListing
from hub.sources import change_repository, lease_repository, run_repository, run_requests
from hub.sources.change_repository import ChangeEntry
from hub.sources.run_history import RunDetails, RunProgress
from hub.sources.stream_repository import count_published, list_streams
from hub.web.api import LOGGED_IN, PROBLEM
from hub.web.notices.workspace import NOTICES
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from hub.web.source.loading import decide
from hub.web.source.removal_routes import forget_data, remove_and_forget
from hub.web.source.workspace import SOURCE
from hub.web.sources.routes import SOURCES, load_listings
from schemas.access import AuditAction
from schemas.base import Schema
from schemas.source import Area

router = APIRouter(prefix="/api", responses=LOGGED_IN)
NOT_THERE: Mapping[int | str, dict[str, Any]] = {404: {"description": "No such source or run.", **PROBLEM}}
NOT_POSSIBLE: dict[int | str, dict[str, Any]] = {
    **NOT_THERE,
    409: {
        "description": "No worker would read it: it is a draft, switched off, or nothing of it is planned.",
        **PROBLEM,
    },
}
LARGEST = 2**63 - 1
Name = Annotated[str, Path(max_length=50)]
Before = Annotated[int | None, Query(alias="foer", ge=1, le=LARGEST)]
ON_PAGE = 25


class SourceAnswer(SourceListing):
    """A source and how it is doing."""

    records: int
    """Records published over all runs."""


class RunsAnswer(Schema):
    """Runs of a source, newest first, and those under way."""

    running: tuple[RunProgress, ...]
    runs: tuple[RunDetails, ...]


class RunAsk(Schema):
    """What is to be read."""

    stream: str | None = Field(default=None, max_length=100)
    """Empty: all of the source."""
    from_start: bool = False
    """Read everything once more and find what is missing in the source."""


class RemovalAsk(Schema):
    """What becomes of a source, and of what it has said."""

    version: int = Field(ge=0, lt=LARGEST)
    """The version that was looked at."""
    forget: bool
    """Whether what it has said is forgotten; else it stays."""


class RemovalAnswer(Schema):
    """What follows from a removal."""

    job: Job | None
    """That forgets what it said; see ``/api/opgaver``. None: it stays."""


class ActAnswer(Schema):
    """Whether the act had an effect."""

    done: bool


@router.get("/kilder", summary="How each source is doing")
def source_list(
    request: Request, area: Annotated[Area | None, Query(alias="omraade")] = None
) -> tuple[SourceAnswer, ...]:
    """Those that need a person first, of one area or of all."""
    with open_request(request, SOURCES) as context:
        context.record(AuditAction.READ_SOURCES)
        records = count_published(context.session)
        return tuple(
            SourceAnswer(**dict(listing), records=records.get(listing.source.name, 0))
            for listing in load_listings(context)
            if area in {None, listing.source.area}
        )


@router.get("/kilder/{name}/koersler", summary="Runs of a source", responses={**NOT_THERE})
def runs(request: Request, name: Name, before: Before = None) -> RunsAnswer:
    """By page: *foer* is the number of the last run that was seen."""
    with open_request(request, SOURCE) as context:
        context.record(AuditAction.READ_SOURCES)
        if name not in context.known_sources:
            raise SourceNotFound
        return RunsAnswer(
            running=run_repository.list_progress(context.session, name),
            runs=run_repository.list_runs(context.session, name, before=before, size=ON_PAGE),
        )


@router.get("/kilder/{name}/koersler/{number}", summary="One run with its log", responses={**NOT_THERE})
def run(request: Request, name: Name, number: Annotated[int, Path(ge=1, le=LARGEST)]) -> RunDetails:
    """The log holds numbers and names of types, never a value of the source."""
    with open_request(request, SOURCE) as context:
        context.record(AuditAction.READ_SOURCES)
        details = run_repository.get_run(context.session, name, number)
        if details is None:
            raise RunNotFound
        return details


@router.get("/kilder/{name}/indbakke", summary="What a source has sent that waits", responses={**NOT_THERE})
def inbox(request: Request, name: Name) -> InboxBacklog:
    """How much waits to be resolved, since when, why, and when it is tried next; never what is in it."""
    with open_request(request, SOURCE) as context:
        context.record(AuditAction.READ_SOURCES)
        if name not in context.known_sources:
            raise SourceNotFound
        return read_backlog(context.session, name)


@router.get("/kilder/{name}/aendringer", summary="Who changed a source", responses={**NOT_THERE})
def changes(request: Request, name: Name, before: Before = None) -> tuple[ChangeEntry, ...]:
    """Newest first, by page: *foer* is the id of the last change that was seen. Never what a setting became."""
    with open_request(request, SOURCE) as context:
        context.record(AuditAction.READ_SOURCES)
        if name not in context.known_sources:
            raise SourceNotFound
        return change_repository.list_changes(context.session, name, before=before, size=ON_PAGE)


@router.post(
    "/kilder/{name}/koer",
    summary="Read a source now",
    dependencies=[Depends(require_header_token)],
    responses=NOT_POSSIBLE,
)
def run_now(request: Request, name: Name, ask: RunAsk) -> ActAnswer:
    """Not done while it is read already, unless everything is to be read once more."""
    with open_request(request, SOURCE) as context:
        decide(context, AuditAction.RUN_SOURCE, name)
        streams = {stream.stream for stream in list_streams(context.session, name)}
        if ask.stream is not None and ask.stream not in streams:
            raise SourceNotFound
        is_running = lease_repository.lease_holder(context.session, name, ask.stream) is not None
        if is_running and not ask.from_start:
            return ActAnswer(done=False)
        run_requests.run_source(
            context.session, name, context.now, stream=ask.stream, from_start=ask.from_start, by=context.actor.id
        )
        return ActAnswer(done=True)


@router.get("/kilder/{name}/data", summary="How much a source has said", responses={**NOT_THERE})
def data(request: Request, name: Name) -> SourceData:
    """Also of a removed one: what is left of it."""
    with open_request(request, SOURCE) as context:
        context.record(AuditAction.READ_SOURCES)
        if name not in context.known_sources:
            raise SourceNotFound
        return count_data(context.session, name)


@router.post(
    "/kilder/{name}/fjern",
    summary="Remove a source, and keep or forget what it has said",
    dependencies=[Depends(require_header_token)],
    responses=NOT_POSSIBLE,
)
def remove(request: Request, name: Name, ask: RemovalAsk) -> RemovalAnswer:
    """Its secrets are deleted at once."""
    with open_request(request, SOURCE) as context:
        answer = RemovalAnswer(job=remove_and_forget(context, name, ask.version, is_forgotten=ask.forget))
    request.app.state.context.catalogue.expire()
    return answer


@router.post(
    "/kilder/{name}/glem",
    summary="Forget what a removed source has said",
    dependencies=[Depends(require_header_token)],
    responses=NOT_POSSIBLE,
)
def forget(request: Request, name: Name) -> Job:
    """The job that a worker does; while it is unfinished the same is given again."""
    with open_request(request, SOURCE) as context:
        return forget_data(context, name)


@router.post(
    "/kilder/{name}/stands",
    summary="Let the runs under way end in order",
    dependencies=[Depends(require_header_token)],
    responses={**NOT_THERE},
)
def stop_runs(request: Request, name: Name) -> ActAnswer:
    """Not done where nothing is read."""
    with open_request(request, SOURCE) as context:
        decide(context, AuditAction.STOP_RUN, name)
        progress = run_repository.list_progress(context.session, name)
        stopping = [
            run_requests.stop_run(context.session, name, under_way.stream, by=context.actor.id, now=context.now)
            for under_way in progress
        ]
        return ActAnswer(done=any(stopping))


@router.get("/beskeder", summary="What needs a person, and what did")
def notices(request: Request, fra: Annotated[int, Query(ge=0, le=1_000_000)] = 0) -> tuple[Notice, ...]:
    """Those that are not over first, then the newest."""
    with open_request(request, NOTICES) as context:
        context.record(AuditAction.READ_SOURCES)
        return list_notices(context.session, offset=fra, size=ON_PAGE)
