"""The DPO's pages of the log. A number that was typed goes no further than its digest."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse

from hub.access import identity, service
from hub.access.words import national_in
from hub.audit import repository as audit
from hub.audit.repository import LoggedEntry, Only
from hub.clock import danish_day, danish_midnight
from hub.digest import keyed_digest
from hub.errors import RoleMissing
from hub.matching.repository import citizen_of
from hub.overview import repository as overviews
from hub.web.present_oversight import Question, oversight_page
from hub.web.security import checked_form
from hub.web.visit import Visit, visiting
from schemas.access import AuditAction

router = APIRouter()
PAGE = 50
NAMED = "named"
"""In the session: the citizen whose number the DPO gave last, so that the name stays while paging."""


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
    only: Annotated[Only, Form()] = Only.ALL,
    after: Annotated[int | None, Form(ge=0, le=2**63 - 1)] = None,
) -> HTMLResponse:
    """The lines about one citizen (by number or key) or of one employee."""
    return _log(request, citizen.strip(), employee.strip(), only, after)


def _log(
    request: Request, citizen: str = "", employee: str = "", only: Only = Only.ALL, after: int | None = None
) -> HTMLResponse:
    with visiting(request) as visit:
        visit.need(AuditAction.READ_LOG)
        citizen_id = _citizen_id(visit, citizen) if citizen else None
        asked = service.LogQuestion(
            citizen_id=citizen_id,
            actor_id=None if citizen else employee or None,
            only=only,
            after=after,
            size=PAGE,
        )
        lines = lines_of(visit, asked, unknown=bool(citizen) and citizen_id is None)
        midnight = danish_midnight(danish_day(visit.now))
        page = oversight_page(
            lines,
            Question(
                asked="citizen" if citizen else "actor" if employee else "nothing",
                subject=str(citizen_id or "") if citizen else employee,
                about=_name(visit, citizen_id) if citizen_id else None,
                only=only,
                size=PAGE,
            ),
            audit.tally(visit.session, midnight, visit.now + timedelta(seconds=1)),
            identity.actors(visit.session),
            {source.name: source.system.title for source in visit.context.catalogue.known() if source.system},
        )
        return visit.page("oversight.html", "Tilsyn", page)


def lines_of(visit: Visit, question: service.LogQuestion, *, unknown: bool = False) -> tuple[LoggedEntry, ...]:
    """Lines of the log; that they are read is a line too.

    Raises:
        RoleMissing: the role does not read the log.
    """
    why = visit.access(action=AuditAction.READ_LOG)
    lines = service.read_log(visit.session, visit.actor, why, question, now=visit.now)
    if lines is None:
        raise RoleMissing
    return () if unknown else lines


def _citizen_id(visit: Visit, given: str) -> UUID | None:
    """The citizen with that key or number."""
    try:
        return UUID(given)
    except ValueError:
        number = national_in(given)
        found = citizen_of(visit.session, keyed_digest(number, visit.context.digest_key)) if number else None
        visit.request.session[NAMED] = str(found) if found else None
        return found


def _name(visit: Visit, citizen_id: UUID) -> str | None:
    """The citizen's name where the DPO gave the number; never of somebody protected or who lives with such a person."""
    if visit.request.session.get(NAMED) != str(citizen_id):
        return None
    _, overview = overviews.current(visit.session, [citizen_id]).get(citizen_id, (0, None))
    if overview is None:
        return None
    if overviews.guarded(visit.session, [citizen_id], danish_day(visit.now)):
        return "en borger med navne- og adressebeskyttelse"
    return overview.header.display_name
