"""The administrator's page of the search: comparison with the database, repair, reindex."""

from typing import Annotated

from fastapi import Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access import identity
from hub.access import service as access
from hub.errors import MissingRole, UnknownPage
from hub.indexing.repository import SourceComparison, comparisons, count_cut_documents
from hub.jobs.job import Job, JobKind
from hub.jobs.repository import get_job, latest_job, request_job
from hub.web.index import texts
from hub.web.index.page import IndexPage, IndexProgress
from hub.web.index.present import index_page
from hub.web.shell.form_result import FormResult, keep_result, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.jobs import JobProgress, job_progress
from hub.web.shell.rendering import render_fragment
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, Purpose

INDEX = Workspace(
    name="index",
    path="/indeks",
    title="Søgningen",
    action=AuditAction.READ_SOURCES,
    purpose=Purpose.OPERATIONS,
    pages=(IndexPage, IndexProgress),
)
router = INDEX.router
SUBJECT = "search"
ACTIONS = {JobKind.INDEX_REPAIR: AuditAction.REPAIR_INDEX, JobKind.REINDEX: AuditAction.REBUILD_INDEX}
"""What the policy is asked, by the kind of job."""


@router.get(INDEX.path)
def index(request: Request) -> HTMLResponse:
    """Does the search know what the database knows?"""
    with open_request(request, INDEX) as context:
        compared = read_comparisons(context)
        titles = {name: source.title for name, source in context.known_sources.items()}
        repair, reindex = (latest_job(context.session, kind, SUBJECT) for kind in ACTIONS)
        result = take_result(request)
        page = index_page(
            compared,
            context.now,
            titles=titles,
            repair=_progress(context, repair),
            reindex=_progress(context, reindex),
            result=result.outcome if result else None,
            cut_documents=count_cut_documents(context.session),
        )
        return context.page(page)


@router.get("/indeks/opgave/{job_id}")
def progress(request: Request, job_id: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> HTMLResponse:
    """The piece of the page about the work, as it is now.

    Raises:
        UnknownPage: there is no such work.
    """
    with open_request(request, INDEX) as context:
        job = get_job(context.session, job_id)
        job_progress = _progress(context, job) if job is not None and job.kind in ACTIONS else None
        if job_progress is None:
            raise UnknownPage
        return HTMLResponse(render_fragment(IndexProgress(job_progress)))


@router.post("/indeks/ret-op", dependencies=[Depends(require_form_token)])
def repair_index(request: Request) -> RedirectResponse:
    """Write to the search what differs from the database."""
    return _answer(request, JobKind.INDEX_REPAIR)


@router.post("/indeks/byg", dependencies=[Depends(require_form_token)])
def rebuild_index(request: Request) -> RedirectResponse:
    """Build the search anew beside the one that serves."""
    return _answer(request, JobKind.REINDEX)


def read_comparisons(context: RequestContext) -> dict[str, SourceComparison]:
    """What the latest comparison said, by source; page and API alike."""
    context.record(AuditAction.READ_SOURCES)
    return comparisons(context.session)


def request_index_work(context: RequestContext, kind: JobKind) -> Job:
    """Let a worker do it; asked twice while it waits or runs, it is one job. Page and API alike.

    Raises:
        MissingRole: the policy does not let the actor.
    """
    action = ACTIONS[kind]
    context.require(action)
    job = request_job(context.session, kind, SUBJECT, parameters={}, by=context.actor.id, now=context.now)
    allowed = access.change_source(
        context.session, context.actor, action, SUBJECT, context.access(), now=context.now, details={"job": job.id}
    )
    if not allowed:
        raise MissingRole
    return job


def _answer(request: Request, kind: JobKind) -> RedirectResponse:
    with open_request(request, INDEX) as context:
        request_index_work(context, kind)
        keep_result(request, FormResult(texts.STARTED[kind]))
    return RedirectResponse(INDEX.path, 303)


def _progress(context: RequestContext, job: Job | None) -> JobProgress | None:
    if job is None:
        return None
    employees = {actor.id: actor.name for actor in identity.actors(context.session)}
    return job_progress(job, employees, context.now, poll=f"/indeks/opgave/{job.id}", page=INDEX.path)
