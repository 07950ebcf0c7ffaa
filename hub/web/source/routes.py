"""The pages of one source, and what an administrator does there. Every act is decided, logged and then done."""

from datetime import date, datetime, time
from typing import Annotated

from fastapi import Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from hub.access.policy import is_reason
from hub.access.redaction import redact_identifiers
from hub.clock import DANISH_TIME
from hub.errors import PauseReasonMissing, RunNotFound
from hub.rights.contest_repository import count_for_source, list_for_source
from hub.sources import (
    change_repository,
    lease_repository,
    repository,
    run_repository,
    run_requests,
    service,
    stream_repository,
)
from hub.sources.definitions import SourceOrigin, StreamDetails
from hub.sources.schedule import Schedule
from hub.web.shell.dates import long_day_text
from hub.web.shell.form_token import form_token, require_form_token
from hub.web.shell.rendering import render_fragment
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.source.loading import can_reread_since, decide, load_facts, load_numbers
from hub.web.source.present import RUNS_DRAWN, source_head, source_page
from hub.web.source.present_changes import changes_page
from hub.web.source.present_runs import asked_by_text, run_page, running_part, runs_page
from hub.web.source.present_schedule import ScheduleForm, seen_text
from hub.web.source.present_schedule import schedule_page as present_schedule
from hub.web.source.removal_routes import router as removal_router
from hub.web.source.settings_routes import router as settings_router
from hub.web.source.settings_routes import settings_schema
from hub.web.source.workspace import SOURCE
from schemas.access import AuditAction

__all__ = ["SOURCE"]
router = SOURCE.router
router.routes.extend(settings_router.routes)
router.routes.extend(removal_router.routes)
RUNS_ON_PAGE = 25
CHANGES_ON_PAGE = 50
CONTESTED_ON_PAGE = 20
Message = Annotated[str | None, Query(alias="besked", max_length=40)]


@router.get(SOURCE.path)
def show_source(request: Request, name: str, message: Message = None) -> HTMLResponse:
    """How is this source doing, and what can I do about it?"""
    with open_request(request, SOURCE) as context:
        facts = load_facts(context, name)
        context.record(AuditAction.READ_SOURCES)
        page = source_page(
            facts,
            load_numbers(context, name),
            run_repository.list_runs(context.session, name, size=RUNS_DRAWN),
            run_repository.list_progress(context.session, name),
            head=source_head(facts, "", message),
            csrf=form_token(request),
            may_since=can_reread_since(context, name),
            contested=list_for_source(context.session, name, CONTESTED_ON_PAGE),
            contested_count=count_for_source(context.session, name),
        )
        return context.page(page, facts.source.title)


@router.get("/kilder/{name}/lige-nu")
def show_running(request: Request, name: str, saw: Annotated[bool, Query(alias="saa")] = False) -> HTMLResponse:
    """What is read now, for the page that asks again every other second. It shows numbers alone and has no line of log.

    *saw*: the page showed a run under way.
    """
    with open_request(request, SOURCE) as context:
        context.require_source(name)
        titles = {stream.stream: stream.title for stream in stream_repository.list_streams(context.session, name)}
        progress = run_repository.list_progress(context.session, name)
        part = running_part(name, progress, titles, context.now, csrf=form_token(request), was_running=saw)
    return HTMLResponse(render_fragment(part))


@router.get("/kilder/{name}/koersler")
def show_runs(
    request: Request,
    name: str,
    before: Annotated[int | None, Query(alias="foer", ge=1, le=2**63 - 1)] = None,
    stream: Annotated[str | None, Query(max_length=100)] = None,
) -> HTMLResponse:
    """What did the runs of this source bring?"""
    with open_request(request, SOURCE) as context:
        facts = load_facts(context, name)
        context.record(AuditAction.READ_SOURCES)
        chosen = stream if stream in facts.stream_titles else None
        runs = run_repository.list_runs(context.session, name, before=before, stream=chosen, size=RUNS_ON_PAGE + 1)
        progress = run_repository.list_progress(context.session, name)
        page = runs_page(
            name,
            runs[:RUNS_ON_PAGE],
            head=source_head(facts, "/koersler", None),
            running=running_part(name, progress, facts.stream_titles, context.now, csrf=form_token(request)),
            titles=facts.stream_titles,
            stream=chosen,
            before=before,
            has_more=len(runs) > RUNS_ON_PAGE,
            now=context.now,
        )
        return context.page(page, f"Kørsler af {facts.source.title}")


@router.get("/kilder/{name}/koersler/{number}")
def show_run(request: Request, name: str, number: Annotated[int, Path(ge=1, le=2**63 - 1)]) -> HTMLResponse:
    """What happened in this run?

    Raises:
        RunNotFound: the source has no such run.
    """
    with open_request(request, SOURCE) as context:
        facts = load_facts(context, name)
        context.record(AuditAction.READ_SOURCES)
        run = run_repository.get_run(context.session, name, number)
        if run is None:
            raise RunNotFound
        asked_by = run.summary.requested_by
        page = run_page(
            run,
            head=source_head(facts, "/koersler", None),
            titles=facts.stream_titles,
            types=facts.titles,
            asked_by=asked_by_text(
                run.summary,
                facts.name_of(asked_by) if asked_by else None,
                is_pushed=any(stream.is_pushed for stream in facts.streams if stream.stream == run.summary.stream),
            ),
            now=context.now,
        )
        return context.page(page, f"Kørsel af {facts.source.title}")


@router.post("/kilder/{name}/koer", dependencies=[Depends(require_form_token)])
def run_now(request: Request, name: str) -> RedirectResponse:
    """Read the source now. While it is read already, nothing more is begun: a form sent twice is one run."""
    with open_request(request, SOURCE) as context:
        decide(context, AuditAction.RUN_SOURCE, name)
        is_running = lease_repository.lease_holder(context.session, name) is not None
        if not is_running:
            run_requests.run_source(
                context.session, name, context.now, stream=None, from_start=False, by=context.actor.id
            )
    return _back(name, "laeses-allerede" if is_running else "koerer")


@router.post("/kilder/{name}/laes-igen", dependencies=[Depends(require_form_token)])
def read_again(request: Request, name: str, since: Annotated[date, Form()]) -> RedirectResponse:
    """Read again what changed since that day; where the connector cannot, everything."""
    with open_request(request, SOURCE) as context:
        decide(context, AuditAction.RUN_SOURCE, name, f"fra {long_day_text(since)}")
        is_since = run_requests.reread_source(
            context.session,
            context.app.catalogue.builder,
            name,
            context.now,
            since=datetime.combine(since, time(), tzinfo=DANISH_TIME),
            stream=None,
            by=context.actor.id,
        )
    return _back(name, "fra-dag" if is_since else "ikke-fra-dag")


@router.post("/kilder/{name}/sammenlign", dependencies=[Depends(require_form_token)])
def compare_everything(request: Request, name: str) -> RedirectResponse:
    """Read everything once more, and find what is missing in the source."""
    with open_request(request, SOURCE) as context:
        decide(context, AuditAction.RUN_SOURCE, name, "alt, fra begyndelsen")
        run_requests.run_source(context.session, name, context.now, stream=None, from_start=True, by=context.actor.id)
    return _back(name, "fra-begyndelsen")


@router.post("/kilder/{name}/stands", dependencies=[Depends(require_form_token)])
def stop_run(
    request: Request,
    name: str,
    stream: Annotated[str, Form(max_length=100)],
    number: Annotated[int, Form(ge=1, le=2**63 - 1)],
) -> RedirectResponse:
    """Let the run end in order. Another run than the one that was shown goes on."""
    with open_request(request, SOURCE) as context:
        decide(context, AuditAction.STOP_RUN, name)
        under_way = {run.number for run in run_repository.list_progress(context.session, name)}
        is_stopping = number in under_way and run_requests.stop_run(
            context.session, name, stream, by=context.actor.id, now=context.now
        )
    return _back(name, "standser" if is_stopping else "allerede-slut")


@router.post("/kilder/{name}/sluk", dependencies=[Depends(require_form_token)])
def pause(request: Request, name: str, reason: Annotated[str, Form(max_length=300)] = "") -> RedirectResponse:
    """Do not read the source until somebody lets it; for a reason that users see.

    Raises:
        PauseReasonMissing: the reason is too short to tell anybody anything.
    """
    with open_request(request, SOURCE) as context:
        reason = reason.strip()
        context.require(AuditAction.PAUSE_SOURCE)
        if not is_reason(reason):
            raise PauseReasonMissing
        decide(context, AuditAction.PAUSE_SOURCE, name, reason)
        service.pause_source(
            context.session, name, by=context.actor.id, reason=redact_identifiers(reason), now=context.now
        )
    return _back(name, "slukket")


@router.post("/kilder/{name}/taend", dependencies=[Depends(require_form_token)])
def resume(request: Request, name: str) -> RedirectResponse:
    """Read the source again, at once."""
    with open_request(request, SOURCE) as context:
        decide(context, AuditAction.RESUME_SOURCE, name)
        service.resume_source(context.session, name, context.now, by=context.actor.id)
    return _back(name, "taendt")


@router.get("/kilder/{name}/aendringer")
def show_changes(
    request: Request, name: str, before: Annotated[int | None, Query(alias="foer", ge=1, le=2**63 - 1)] = None
) -> HTMLResponse:
    """Who has changed what about this source?"""
    with open_request(request, SOURCE) as context:
        facts = load_facts(context, name)
        context.record(AuditAction.READ_SOURCES)
        changes = change_repository.list_changes(context.session, name, before=before, size=CHANGES_ON_PAGE + 1)
        page = changes_page(
            facts,
            changes[:CHANGES_ON_PAGE],
            settings_schema(context, repository.existing_source(context.session, name)),
            head=source_head(facts, "/aendringer", None),
            has_more=len(changes) > CHANGES_ON_PAGE,
        )
        return context.page(page, f"Ændringer af {facts.source.title}")


@router.get("/kilder/{name}/plan")
def show_schedule(request: Request, name: str, message: Message = None) -> HTMLResponse:
    """When is this source read?"""
    with open_request(request, SOURCE) as context:
        context.record(AuditAction.READ_SOURCES)
        return _schedule_page(context, name, message=message)


@router.post("/kilder/{name}/plan", dependencies=[Depends(require_form_token)])
def save_schedule(  # noqa: PLR0913, PLR0917  one column of the form each
    request: Request,
    name: str,
    stream: Annotated[list[str], Form()],
    seen: Annotated[list[str], Form()],
    every: Annotated[list[str], Form()],
    at: Annotated[list[str], Form()],
    enabled: Annotated[list[str], Form()],
) -> Response:
    """Keep when each stream is read. What is wrong, or that somebody else has changed it, is shown and not kept."""
    rows = [ScheduleForm(*row) for row in zip(stream, seen, every, at, enabled, strict=False)]
    with open_request(request, SOURCE) as context:
        decide(context, AuditAction.CONFIGURE_SOURCE, name)
        repository.lock_catalogue(context.session)
        schedules = {row.stream: _read_schedule(row) for row in rows}
        states = {state.stream: state for state in stream_repository.list_streams(context.session, name)}
        is_stale = any(
            row.stream not in states
            or (row.seen != seen_text(states[row.stream]) and not _is_planned(states[row.stream], row))
            for row in rows
        )
        if is_stale or None in schedules.values():
            return _schedule_page(context, name, rows=rows, is_stale=is_stale)
        for row in rows:
            before, schedule = states[row.stream], schedules[row.stream]
            if (schedule, row.is_enabled) != (before.schedule, before.is_enabled):
                service.schedule_source(
                    context.session,
                    name,
                    context.now,
                    stream=row.stream,
                    schedule=None if schedule == before.schedule else schedule,
                    is_enabled=row.is_enabled,
                    by=context.actor.id,
                )
    return RedirectResponse(f"/kilder/{name}/plan?besked=plan-gemt", 303)


def _schedule_page(
    context: RequestContext,
    name: str,
    *,
    rows: list[ScheduleForm] | None = None,
    is_stale: bool = False,
    message: str | None = None,
) -> HTMLResponse:
    facts = load_facts(context, name)
    page = present_schedule(
        facts,
        head=source_head(facts, "/plan", message),
        is_fixed=context.app.catalogue.get(name).definition.origin is SourceOrigin.FILE,
        rows=rows,
        wrong=frozenset(row.stream for row in rows or () if _read_schedule(row) is None),
        is_stale=is_stale,
    )
    status = 200 if rows is None else (409 if is_stale else 422)
    return context.page(page, f"Plan for {facts.source.title}", status=status)


def _is_planned(stream: StreamDetails, row: ScheduleForm) -> bool:
    """Whether the plan is what was sent: a form sent twice, or two people of one mind."""
    return (stream.schedule, stream.is_enabled) == (_read_schedule(row), row.is_enabled)


def _read_schedule(row: ScheduleForm) -> Schedule | None:
    try:
        return Schedule.model_validate({"every": row.every or None, "at": row.at or None})
    except ValidationError:
        return None


def _back(name: str, message: str) -> RedirectResponse:
    return RedirectResponse(f"/kilder/{name}?besked={message}", 303)
