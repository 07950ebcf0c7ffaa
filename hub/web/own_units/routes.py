"""The manager's page: the own units and their employees in numbers, without citizens."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from hub.access import own_units as units
from hub.access.policy import may
from hub.errors import MissingRole
from hub.web.own_units.page import OwnUnitsPage
from hub.web.own_units.present import own_units_page
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, Purpose
from schemas.staff import UnitFigures

OWN_UNITS = Workspace(
    name="own_units",
    path="/mine-enheder",
    title="Mine enheder",
    action=AuditAction.READ_OWN_UNITS,
    purpose=Purpose.MANAGEMENT,
    pages=(OwnUnitsPage,),
)
router = OWN_UNITS.router


@router.get(OWN_UNITS.path)
def own_units(request: Request) -> HTMLResponse:
    """How much do my units have to do, and where is something late?"""
    with open_request(request, OWN_UNITS) as context:
        lists_citizens = may(context.actor, AuditAction.LIST_CITIZENS)
        return context.page(own_units_page(read_own_units(context), lists_citizens=lists_citizens))


def read_own_units(context: RequestContext) -> tuple[UnitFigures, ...]:
    """The figures; for page and API.

    Raises:
        MissingRole: the role leads no units.
    """
    figures = units.read_own_units(context.session, context.actor, context.access(), now=context.now)
    if figures is None:
        raise MissingRole
    return figures
