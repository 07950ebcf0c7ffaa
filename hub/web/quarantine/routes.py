"""The administrator's pages of what could not be read: by fault, one row, and trying again."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import JsonValue

from hub.access import identity
from hub.access import service as access
from hub.collect.replay import replay_parameters
from hub.errors import AlreadyDecided, MissingRole, SourceNotFound, UnknownPage
from hub.jobs.job import Job, JobKind
from hub.jobs.repository import get_job, latest_job, request_job
from hub.quarantine.repository import fault_of, list_groups
from hub.quarantine.rules import Fault, QuarantineGroup
from hub.quarantine.service import case_number_of, get_entry, list_faulty_rows
from hub.web.quarantine import texts
from hub.web.quarantine.page import ClosedPage, EntryPage, FaultPage, QuarantinePage, ReplayProgress
from hub.web.quarantine.present import ROWS, KnownSource, entry_page, fault_facts, fault_page, quarantine_page
from hub.web.shell.declared_types import declared_streams, type_titles
from hub.web.shell.form_result import FormResult, keep_result, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.jobs import JobProgress, job_progress
from hub.web.shell.rendering import render_fragment
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, AuditOutcome, Purpose

QUARANTINE = Workspace(
    name="quarantine",
    path="/karantaene",
    title="Karantæne",
    action=AuditAction.READ_QUARANTINE,
    purpose=Purpose.OPERATIONS,
    pages=(QuarantinePage, FaultPage, EntryPage, ClosedPage, ReplayProgress),
)
router = QUARANTINE.router
EntryNumber = Annotated[int, Path(ge=1, le=2**63 - 1)]
FaultKey = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
After = Annotated[int, Query(ge=0, le=2**63 - 1)]


@router.get(QUARANTINE.path)
def quarantine(
    request: Request,
    fra: Annotated[int, Query(ge=0, le=100_000)] = 0,
    source: Annotated[str | None, Query(alias="kilde", max_length=50)] = None,
) -> HTMLResponse:
    """What could not be read, and is it one fault or many?"""
    with open_request(request, QUARANTINE) as context:
        groups = read_groups(context, source)
        sources = {name: _known_source(context, name) for name in {group.source for group in groups}}
        result = take_result(request)
        page = quarantine_page(
            groups,
            sources,
            context.now,
            result=result.outcome if result else None,
            start=fra,
            only=context.known_sources.get(source or ""),
        )
        return context.page(page)


@router.get("/karantaene/fejl/{key}")
def fault(request: Request, key: FaultKey, efter: After = 0) -> HTMLResponse:
    """One fault with its rows, and its latest replay.

    Raises:
        UnknownPage: nothing has that fault any more, and it was never tried again.
    """
    with open_request(request, QUARANTINE) as context:
        group = next((group for group in list_groups(context.session) if group.key == key), None)
        if group is None:
            return _closed(context, latest_job(context.session, JobKind.REPLAY, key))
        _record_reading(context, group.source)
        streams = declared_streams(context.app, group.source)
        case_fields = {
            info.name: info.case_field for stream in streams for info in stream.record_types if info.case_field
        }
        rows = list_faulty_rows(
            context.session,
            group,
            case_fields=case_fields,
            cipher=context.app.payload_cipher,
            after=efter,
            size=ROWS + 1,
        )
        result = take_result(request)
        page = fault_page(
            group,
            _known_source(context, group.source),
            context.now,
            rows=rows,
            progress=_progress(context, latest_job(context.session, JobKind.REPLAY, key)),
            result=result.outcome if result else None,
        )
        return context.page(page, page.group.what)


@router.get("/karantaene/opgave/{job_id}")
def progress(request: Request, job_id: EntryNumber) -> HTMLResponse:
    """The piece of a page about a replay, as it is now.

    Raises:
        UnknownPage: there is no such replay.
    """
    with open_request(request, QUARANTINE) as context:
        job = get_job(context.session, job_id)
        job_progress = _progress(context, job) if job is not None and job.kind is JobKind.REPLAY else None
        if job_progress is None:
            raise UnknownPage
        return HTMLResponse(render_fragment(ReplayProgress(job_progress)))


@router.get("/karantaene/{entry_id}")
def entry(request: Request, entry_id: EntryNumber) -> HTMLResponse:
    """One row that could not be read.

    Raises:
        UnknownPage: it was corrected meanwhile, or there never was such a row.
    """
    with open_request(request, QUARANTINE) as context:
        quarantined, group = get_entry(context.session, entry_id), fault_of(context.session, entry_id)
        job = latest_job(context.session, JobKind.REPLAY, str(entry_id))
        if quarantined is None or group is None:
            return _closed(context, job)
        _record_reading(context, quarantined.source)
        streams = declared_streams(context.app, quarantined.source)
        case_fields = {
            info.name: info.case_field for stream in streams for info in stream.record_types if info.case_field
        }
        counted = next(each for each in list_groups(context.session, quarantined.source) if each.key == group.key)
        cipher, result = context.app.payload_cipher, take_result(request)
        page = entry_page(
            quarantined,
            context.now,
            group=fault_facts(counted, _known_source(context, quarantined.source), context.now),
            case_number=case_number_of(context.session, entry_id, case_fields=case_fields, cipher=cipher),
            retention=timedelta(days=context.app.settings.quarantine_retention_days),
            progress=_progress(context, job),
            result=result.outcome if result else None,
        )
        return context.page(page, page.row)


@router.post("/karantaene/fejl/{key}/proev", dependencies=[Depends(require_form_token)])
def replay_fault(request: Request, key: FaultKey) -> RedirectResponse:
    """Try all rows with the fault again."""
    return _answer(request, f"/karantaene/fejl/{key}", key)


@router.post("/karantaene/{entry_id}/proev", dependencies=[Depends(require_form_token)])
def replay_entry(request: Request, entry_id: EntryNumber) -> RedirectResponse:
    """Try one row again."""
    return _answer(request, f"/karantaene/{entry_id}", entry_id)


def read_groups(context: RequestContext, source: str | None = None) -> tuple[QuarantineGroup, ...]:
    """What could not be read, of one source or of all, by fault; page and API alike.

    Raises:
        SourceNotFound: there never was such a source.
    """
    context.record(AuditAction.READ_QUARANTINE)
    if source is not None and source not in context.known_sources:
        raise SourceNotFound
    return list_groups(context.session, source)


def request_replay(context: RequestContext, target: str | int) -> Job:
    """Let a worker try again what has the fault of that key, or the entry of that number; page and API alike.

    Asked twice while it waits or runs, it is one job.

    Raises:
        MissingRole: the policy does not let the actor.
        AlreadyDecided: nothing is left to try.
    """
    action = AuditAction.REPLAY_QUARANTINE
    context.require(action)
    fault: Fault | None
    if isinstance(target, int):
        fault = fault_of(context.session, target)
    else:
        fault = next((group for group in list_groups(context.session) if group.key == target), None)
    if fault is None:
        context.record(action, AuditOutcome.NOT_FOUND)
        raise AlreadyDecided
    what = (
        target if isinstance(target, int) else Fault.model_validate(fault.model_dump(include=set(Fault.model_fields)))
    )
    job = request_job(
        context.session,
        JobKind.REPLAY,
        str(target),
        parameters=replay_parameters(what),
        by=context.actor.id,
        now=context.now,
    )
    details: dict[str, JsonValue] = {"entry" if isinstance(target, int) else "fault": target, "job": job.id}
    allowed = access.change_source(
        context.session, context.actor, action, fault.source, context.access(), now=context.now, details=details
    )
    if not allowed:
        raise MissingRole
    return job


def _answer(request: Request, page: str, target: str | int) -> RedirectResponse:
    with open_request(request, QUARANTINE) as context:
        try:
            request_replay(context, target)
        except AlreadyDecided:
            keep_result(request, FormResult(texts.GONE, is_error=True))
            page = QUARANTINE.path
        else:
            keep_result(request, FormResult(texts.STARTED))
    return RedirectResponse(page, 303)


def _closed(context: RequestContext, job: Job | None) -> HTMLResponse:
    """The page of what is not open any more: what came of trying it again."""
    context.record(AuditAction.READ_QUARANTINE)
    job_progress = _progress(context, job)
    if job_progress is None:
        raise UnknownPage
    return context.page(ClosedPage(progress=job_progress))


def _record_reading(context: RequestContext, source: str) -> None:
    action = AuditAction.READ_QUARANTINE
    if not access.change_source(context.session, context.actor, action, source, context.access(), now=context.now):
        raise MissingRole


def _known_source(context: RequestContext, name: str) -> KnownSource:
    return KnownSource(context.known_sources.get(name), type_titles(declared_streams(context.app, name)))


def _progress(context: RequestContext, job: Job | None) -> JobProgress | None:
    if job is None:
        return None
    employees = {actor.id: actor.name for actor in identity.actors(context.session)}
    page = f"/karantaene/{'fejl/' if 'group' in job.parameters else ''}{job.subject}"
    return job_progress(job, employees, context.now, poll=f"/karantaene/opgave/{job.id}", page=page)
