"""The administrator's lists of employees and units. Nobody is given a role here: roles come with the login."""

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import HTMLResponse

from hub.access.staff_repository import list_employees, list_units
from hub.web.shell.request_context import open_request
from hub.web.shell.workspace import Workspace
from hub.web.staff import texts
from hub.web.staff.page import StaffPage, UnitsPage
from hub.web.staff.present import PAGE_SIZE, STAFF_PATH, UNITS_PATH, staff_page, units_page
from schemas.access import AuditAction, Purpose

STAFF = Workspace(
    name="staff",
    path=STAFF_PATH,
    title="Medarbejdere",
    action=AuditAction.READ_STAFF,
    purpose=Purpose.OPERATIONS,
    pages=(StaffPage, UnitsPage),
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
        return context.page(staff_page(employees, words, fra))


@router.get(UNITS_PATH)
def units(request: Request, fra: Start = 0) -> HTMLResponse:
    """Which units are there, and what is their task?"""
    with open_request(request, STAFF) as context:
        context.record(AuditAction.READ_STAFF)
        return context.page(
            units_page(list_units(context.session, start=fra, size=PAGE_SIZE + 1), fra), texts.UNITS_TITLE
        )
