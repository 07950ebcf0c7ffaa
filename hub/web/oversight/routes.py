"""The DPO's pages of the log. A number that was typed goes no further than its digest."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access import service
from hub.access.cedar import POLICY_TITLES, POLICY_VERSION
from hub.audit import repository as audit
from hub.audit.integrity import read_integrity
from hub.audit.override_repository import count_overrides
from hub.audit.repository import LoggedAct, LoggedEntry, Only
from hub.audit.sample_due import read_sample_due
from hub.clock import danish_day, danish_midnight
from hub.errors import MissingRole
from hub.web.integrity.present import headline
from hub.web.oversight.page import OversightPage, PolicyPage
from hub.web.oversight.present import LogSubject, OversightNotes, oversight_page, policy_groups
from hub.web.oversight.subjects import find_citizen_id, list_callers, name_of, read_key
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.sample_due import due_text, retention_text
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, Purpose
from schemas.override import OverrideState

OVERSIGHT = Workspace(
    name="oversight",
    path="/tilsyn",
    title="Tilsyn",
    action=AuditAction.READ_LOG,
    purpose=Purpose.LOG_REVIEW,
    pages=(OversightPage, PolicyPage),
)
router = OVERSIGHT.router
PAGE_SIZE = 50
UNKNOWN = "ukendt"
"""In the address: a number or an id that nobody has."""


@router.get(OVERSIGHT.path)
def oversight(
    request: Request,
    borger: Annotated[str, Query(max_length=60)] = "",
    medarbejder: Annotated[str, Query(max_length=100)] = "",
    vis: Only = Only.ALL,
    efter: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
) -> HTMLResponse:
    """Who looked, with which right? The newest lines, of all or about one citizen (by key) or employee."""
    with open_request(request, OVERSIGHT) as context:
        citizen_id = read_key(borger)
        question = service.LogQuestion(
            citizen_id=citizen_id,
            actor_id=None if borger else medarbejder or None,
            only=vis,
            after=efter,
            size=PAGE_SIZE,
        )
        acts = _read_acts(context, question)
        midnight = danish_midnight(danish_day(context.now))
        page = oversight_page(
            () if borger and citizen_id is None else acts,
            LogSubject(
                kind="citizen" if borger else "actor" if medarbejder else "everything",
                key=str(citizen_id or "") if borger else medarbejder,
                name=name_of(context, citizen_id) if citizen_id else None,
                only=vis,
                page_size=PAGE_SIZE,
            ),
            audit.count_acts(context.session, midnight, context.now + timedelta(seconds=1)),
            list_callers(context),
            {name: source.title for name, source in context.known_sources.items()},
            _notes(context),
        )
        return context.page(page)


@router.post(OVERSIGHT.path, dependencies=[Depends(require_form_token)])
def choose_lines(
    request: Request,
    *,
    citizen: Annotated[str, Form(max_length=60)] = "",
    employee: Annotated[str, Form(max_length=100)] = "",
    only: Annotated[Only, Form()] = Only.ALL,
    after: Annotated[int | None, Form(ge=0, le=2**63 - 1)] = None,
) -> RedirectResponse:
    """Go to the lines about one citizen (by number or key) or of one employee; only keys stand in the address."""
    citizen, employee = citizen.strip(), employee.strip()
    query: dict[str, str] = {}
    with open_request(request, OVERSIGHT) as context:
        if citizen:
            query["borger"] = str(find_citizen_id(context, citizen) or UNKNOWN)
        elif employee:
            is_known = employee in {actor.id for actor in list_callers(context)}
            query["medarbejder"] = employee if is_known else UNKNOWN
    if only is not Only.ALL:
        query["vis"] = only.value
    if after is not None:
        query["efter"] = str(after)
    return RedirectResponse(f"{OVERSIGHT.path}?{urlencode(query)}" if query else OVERSIGHT.path, 303)


@router.get(f"{OVERSIGHT.path}/regler")
def policy(request: Request) -> HTMLResponse:
    """Which rules decide who sees what now?"""
    with open_request(request, OVERSIGHT) as context:
        context.record(AuditAction.READ_POLICY)
        return context.page(PolicyPage(POLICY_VERSION, policy_groups(POLICY_TITLES)), "Regler")


def read_log(context: RequestContext, question: service.LogQuestion) -> tuple[LoggedEntry, ...]:
    """Lines of the log; that they are read is a line too.

    Raises:
        MissingRole: the role does not read the log.
    """
    lines = service.read_log(context.session, context.actor, context.access(), question, now=context.now)
    if lines is None:
        raise MissingRole
    return lines


def _read_acts(context: RequestContext, question: service.LogQuestion) -> tuple[LoggedAct, ...]:
    """The same, the lines of one act together."""
    acts = service.read_acts(context.session, context.actor, context.access(), question, now=context.now)
    if acts is None:
        raise MissingRole
    return acts


def _notes(context: RequestContext) -> OversightNotes:
    integrity = read_integrity(context.session, context.now)
    due = read_sample_due(context.session, context.app.settings, context.now)
    return OversightNotes(
        integrity=headline(integrity, context.now),
        is_integrity_trouble=integrity.is_trouble(context.now),
        sample=f"{due_text(due)} {retention_text(due)}",
        is_sample_overdue=due.is_overdue,
        waiting_overrides=count_overrides(context.session)[OverrideState.WAITING],
    )
