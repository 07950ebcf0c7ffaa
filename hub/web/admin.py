"""The administrator's page of sources and the DPO's pages of the log."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse

from hub.access import identity, service
from hub.access.words import national_in
from hub.audit.repository import LoggedEntry
from hub.collect.repository import quarantine_groups
from hub.digest import keyed_digest
from hub.errors import RoleMissing
from hub.matching.repository import citizen_of
from hub.web.gather import states_of
from hub.web.pages import Choice
from hub.web.present_admin import oversight_page, sources_page
from hub.web.security import checked_form
from hub.web.visit import Visit, visiting
from schemas.access import AuditAction, AuditOutcome

router = APIRouter()
PAGE = 50


@router.get("/kilder")
def sources(request: Request) -> HTMLResponse:
    """Is every source all right, and if not what do I do?"""
    with visiting(request) as visit:
        visit.need(AuditAction.READ_SOURCES)
        why = visit.access(action=AuditAction.READ_SOURCES)
        service.record(visit.session, visit.actor, AuditAction.READ_SOURCES, AuditOutcome.SHOWN, why, now=visit.now)
        groups = {one.name: quarantine_groups(visit.session, one.name) for one in visit.parts.sources}
        page = sources_page(visit.parts.sources, states_of(visit), groups, visit.now)
        return visit.page("sources.html", "Kilder", page)


@router.get("/tilsyn")
def oversight(request: Request) -> HTMLResponse:
    """Who looked, with which right? The newest lines."""
    return _log(request)


@router.post("/tilsyn", dependencies=[Depends(checked_form)])
def oversight_of(
    request: Request,
    *,
    citizen: Annotated[str, Form(max_length=60)] = "",
    employee: Annotated[str, Form(max_length=100)] = "",
    after: Annotated[int | None, Form()] = None,
) -> HTMLResponse:
    """The lines about one citizen (by number or id) or of one employee."""
    return _log(request, citizen.strip(), employee.strip(), after)


def _log(request: Request, citizen: str = "", employee: str = "", after: int | None = None) -> HTMLResponse:
    with visiting(request) as visit:
        visit.need(AuditAction.READ_LOG)
        citizen_id = _citizen_id(visit, citizen) if citizen else None
        lines = lines_of(
            visit,
            citizen_id,
            None if citizen else employee or None,
            after,
            unknown=bool(citizen) and citizen_id is None,
        )
        asked = "citizen" if citizen else "actor" if employee else "nothing"
        staff = identity.actors(visit.session)
        page = oversight_page(
            lines,
            asked=asked,
            subject=str(citizen_id or "") if citizen else employee,
            units={one.unit_id: one.unit_name for one in staff if one.unit_id and one.unit_name},
            employees=tuple(Choice(one.id, f"{one.name}, {one.title}", one.id == employee) for one in staff),
            size=PAGE,
        )
        return visit.page("oversight.html", "Tilsyn", page)


def lines_of(
    visit: Visit, citizen_id: UUID | None, employee: str | None, after: int | None, *, unknown: bool = False
) -> tuple[LoggedEntry, ...]:
    """Lines of the log; that they are read is a line too.

    Raises:
        RoleMissing: the role does not read the log.
    """
    question = service.LogQuestion(citizen_id=citizen_id, actor_id=employee, after=after, size=PAGE)
    why = visit.access(action=AuditAction.READ_LOG)
    lines = service.read_log(visit.session, visit.actor, why, question, now=visit.now)
    if lines is None:
        raise RoleMissing
    return () if unknown else lines


def _citizen_id(visit: Visit, given: str) -> UUID | None:
    """The citizen with that id or number; the number goes no further than its digest."""
    try:
        return UUID(given)
    except ValueError:
        number = national_in(given)
        return citizen_of(visit.session, keyed_digest(number, visit.parts.digest_key)) if number else None
