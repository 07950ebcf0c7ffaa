"""The administrator's lists of employees, units and machines. Nobody gets a role here: roles come with the login."""

from typing import Annotated

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from hub.access.account_acts import revoke_account
from hub.access.service_account_repository import list_accounts
from hub.access.staff_repository import get_reading, list_employees, list_units
from hub.web.shell.form_result import FormResult, keep_result, take_result
from hub.web.shell.form_token import require_form_token
from hub.web.shell.request_context import open_request
from hub.web.shell.workspace import Workspace
from hub.web.staff import texts
from hub.web.staff.page import MachinesPage, StaffPage, UnitsPage
from hub.web.staff.present import (
    MACHINES_PATH,
    PAGE_SIZE,
    STAFF_PATH,
    UNITS_PATH,
    machines_page,
    staff_page,
    units_page,
)
from schemas.access import AuditAction, Purpose

STAFF = Workspace(
    name="staff",
    path=STAFF_PATH,
    title="Medarbejdere",
    action=AuditAction.READ_STAFF,
    purpose=Purpose.OPERATIONS,
    pages=(StaffPage, UnitsPage, MachinesPage),
)
router = STAFF.router
Start = Annotated[int, Query(ge=0, le=1_000_000)]


@router.get(STAFF_PATH)
def staff(
    request: Request,
    ord: Annotated[str, Query(max_length=100)] = "",  # noqa: A002  the word in the address
    fra: Start = 0,
) -> HTMLResponse:
    """Who may do what here, and who has left?"""
    words = " ".join(ord.split())
    with open_request(request, STAFF) as context:
        context.record(AuditAction.READ_STAFF)
        employees = list_employees(context.session, words, start=fra, size=PAGE_SIZE + 1)
        return context.page(staff_page(employees, words, fra, get_reading(context.session), context.now))


@router.get(UNITS_PATH)
def units(request: Request, fra: Start = 0) -> HTMLResponse:
    """Which units are there, and what is their task?"""
    with open_request(request, STAFF) as context:
        context.record(AuditAction.READ_STAFF)
        return context.page(
            units_page(list_units(context.session, start=fra, size=PAGE_SIZE + 1), fra), texts.UNITS_TITLE
        )


@router.get(MACHINES_PATH)
def machines(request: Request, fra: Start = 0) -> HTMLResponse:
    """Which machines may read what through the API?"""
    with open_request(request, STAFF) as context:
        context.record(AuditAction.READ_STAFF)
        accounts = list_accounts(context.session, start=fra, size=PAGE_SIZE + 1)
        return context.page(machines_page(accounts, fra, take_result(request)), texts.MACHINES_TITLE)


@router.post(f"{MACHINES_PATH}/spaer", dependencies=[Depends(require_form_token)])
def revoke_machine(request: Request, client_id: Annotated[str, Form(max_length=100)]) -> RedirectResponse:
    """Shut a machine out: its next request is refused."""
    with open_request(request, STAFF) as context:
        done = revoke_account(context.session, context.actor, client_id, context.access(), now=context.now)
        text = texts.IS_REVOKED if done else texts.IS_REVOKED_ALREADY
        keep_result(request, FormResult(text, is_error=not done))
    return RedirectResponse(MACHINES_PATH, 303)
