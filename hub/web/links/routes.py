"""From another system to a citizen: the address is opened once, by whoever is logged in."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Request
from fastapi.responses import RedirectResponse, Response

from hub.access.citizen_links import open_link
from hub.errors import NotLoggedIn
from hub.web.links import texts
from hub.web.links.page import LinkClosedPage
from hub.web.shell.cookies import LINK_COOKIE
from hub.web.shell.request_context import open_request
from hub.web.shell.view_models import Link
from hub.web.shell.workspace import LOGIN_PATH, Workspace
from schemas.access import AuditAction

LINKS = Workspace(
    name="links",
    path="/aabn/{token}",
    title=texts.HEADLINE,
    action=AuditAction.OPEN_LINK,
    in_menu=False,
    decided_per_citizen=True,
    pages=(LinkClosedPage,),
)
router = LINKS.router
CLOSED = LinkClosedPage(
    texts.HEADLINE,
    texts.ADVICE,
    (Link(texts.SEARCH, "/soeg"), Link(texts.MY_CITIZENS, "/mine-borgere")),
)


@router.get(LINKS.path)
def follow_link(request: Request, token: Annotated[str, Path(max_length=100, pattern=r"^[\w-]+$")]) -> Response:
    """To the citizen's overview, which decides; who is not logged in logs in first, and the address stays unused."""
    try:
        with open_request(request, LINKS) as context:
            citizen_id = open_link(context.session, context.actor, token, context.access(), now=context.now)
            if citizen_id is None:
                response: Response = context.page(CLOSED, status=HTTPStatus.GONE)
            else:
                response = RedirectResponse(f"/overblik/{citizen_id}", HTTPStatus.SEE_OTHER)
    except NotLoggedIn:
        response = RedirectResponse(LOGIN_PATH, HTTPStatus.SEE_OTHER)
        LINK_COOKIE.set(request, response, token)
        return response
    response.headers["referrer-policy"] = "no-referrer"
    return response
