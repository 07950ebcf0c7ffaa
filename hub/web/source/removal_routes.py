"""A source removed in two steps; what becomes of what it has said is asked."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.access import identity
from hub.errors import SourceNotFound
from hub.forgetting.service import count_data, request_forget
from hub.jobs.job import Job, JobKind
from hub.jobs.repository import latest_job
from hub.sources import repository, service
from hub.sources.definitions import SourceLifecycle
from hub.web.shell.form_token import require_form_token
from hub.web.shell.jobs import JobProgress, job_progress
from hub.web.shell.rendering import render_fragment
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.source import texts
from hub.web.source.loading import decide, load_facts
from hub.web.source.page import ForgettingProgress
from hub.web.source.present import source_head
from hub.web.source.present_removal import forgotten_page, remove_page
from hub.web.source.workspace import SOURCE
from schemas.access import AuditAction

router = APIRouter(include_in_schema=False)


@router.get("/kilder/{name}/fjern")
def ask_before_removal(request: Request, name: str) -> HTMLResponse:
    """What happens if this source is removed?"""
    with open_request(request, SOURCE) as context:
        context.record(AuditAction.READ_SOURCES)
        return _remove_page(context, name, None)


@router.post("/kilder/{name}/fjern", dependencies=[Depends(require_form_token)])
def remove(
    request: Request,
    name: str,
    version: Annotated[int, Form(ge=0, lt=2**63 - 1)],
    data: Annotated[str, Form(alias="data", max_length=10)] = "",
    confirmed: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Read it no more; its secrets are deleted, and what it said stays or is forgotten, as is chosen.

    Sent twice, or after somebody else has removed it, the answer is the page that says so.
    """
    with open_request(request, SOURCE) as context:
        context.require(AuditAction.CONFIGURE_SOURCE)
        if _is_removed(context, name):
            return RedirectResponse(f"/kilder/{name}/fjernet", 303)
        if data not in texts.DATA:
            return _remove_page(context, name, texts.REMOVE_CHOOSE, chosen=data)
        if confirmed.strip() != name:
            return _remove_page(context, name, texts.REMOVE_CONFIRM.format(name=name), chosen=data)
        remove_and_forget(context, name, version, is_forgotten=data == texts.FORGET)
    request.app.state.context.catalogue.expire()
    return RedirectResponse(f"/kilder/{name}/fjernet", 303)


@router.get("/kilder/{name}/fjernet")
def show_removed(request: Request, name: str) -> HTMLResponse:
    """What is left of this source, and is it forgotten?"""
    with open_request(request, SOURCE) as context:
        context.record(AuditAction.READ_SOURCES)
        source = repository.get_source(context.session, name)
        if source is None or source.definition.lifecycle is not SourceLifecycle.REMOVED:
            raise SourceNotFound
        page = forgotten_page(
            source,
            count_data(context.session, name),
            _progress(context, latest_job(context.session, JobKind.FORGET_SOURCE, name)),
            context.now,
        )
        return context.page(page, page.title)


@router.get("/kilder/{name}/fjernet/fremdrift")
def show_progress(request: Request, name: str) -> HTMLResponse:
    """How far the forgetting is, for the page that asks again. It shows numbers alone and has no line of log."""
    with open_request(request, SOURCE) as context:
        progress = _progress(context, latest_job(context.session, JobKind.FORGET_SOURCE, name))
        if progress is None:
            raise SourceNotFound
        return HTMLResponse(render_fragment(ForgettingProgress(progress)))


@router.post("/kilder/{name}/glem", dependencies=[Depends(require_form_token)])
def forget(request: Request, name: str, confirmed: Annotated[str, Form(max_length=100)] = "") -> RedirectResponse:
    """Forget what a removed source has said. Asked twice, it is done once."""
    with open_request(request, SOURCE) as context:
        context.require(AuditAction.FORGET_SOURCE)
        if confirmed.strip() == name:
            forget_data(context, name)
    return RedirectResponse(f"/kilder/{name}/fjernet", 303)


def remove_and_forget(context: RequestContext, name: str, version: int, *, is_forgotten: bool) -> Job | None:
    """Remove the source; the job that forgets what it said, if that is wished. Page and API alike.

    One that is removed already stays so.

    Raises:
        SourceNotFound: there is no such source.
        SourceChanged: it is not at that version.
        MissingRole: the policy does not let the actor.
    """
    context.require(AuditAction.CONFIGURE_SOURCE)
    builder = context.app.catalogue.builder
    if not _is_removed(context, name):
        decide(context, AuditAction.CONFIGURE_SOURCE, name, "fjernet")
        service.remove_source(context.session, builder, name, by=context.actor.id, expected_version=version)
    return forget_data(context, name) if is_forgotten else None


def forget_data(context: RequestContext, name: str) -> Job:
    """Let a worker forget what a removed source has said; page and API alike.

    Raises:
        SourceNotFound, MissingRole: as above.
        RemovalFirst: it is not removed.
    """
    decide(context, AuditAction.FORGET_SOURCE, name)
    return request_forget(context.session, name, by=context.actor.id, now=context.now)


def _is_removed(context: RequestContext, name: str) -> bool:
    """Whether it is no longer read; waits for whoever is about to remove it."""
    repository.lock_catalogue(context.session)
    source = repository.get_source(context.session, name)
    return source is not None and source.definition.lifecycle is SourceLifecycle.REMOVED


def _remove_page(context: RequestContext, name: str, problem: str | None, *, chosen: str = "") -> HTMLResponse:
    facts, source = load_facts(context, name), repository.existing_source(context.session, name)
    page = remove_page(
        source,
        count_data(context.session, name),
        head=source_head(facts, "/indstillinger", None),
        problem=problem,
        chosen=chosen,
    )
    return context.page(page, f"Fjern {facts.source.title}", status=422 if problem else 200)


def _progress(context: RequestContext, job: Job | None) -> JobProgress | None:
    if job is None:
        return None
    employees = {actor.id: actor.name for actor in identity.actors(context.session)}
    path = f"/kilder/{job.subject}/fjernet"
    return job_progress(job, employees, context.now, poll=f"{path}/fremdrift", page=path)
