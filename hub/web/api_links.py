"""Another system asks for an address that leads its user to a citizen, without a number in it."""

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from hub.access.citizen_links import make_link
from hub.access.redaction import national_in
from hub.web.api import LOGGED_IN
from hub.web.shell.errors import FormInvalid
from hub.web.shell.form_token import require_header_token
from hub.web.shell.request_context import open_request
from schemas.access import AuditAction
from schemas.base import Schema

router = APIRouter(prefix="/api/links", responses=LOGGED_IN)


class LinkAsk(Schema):
    """To whom the address shall lead."""

    cpr: str = Field(min_length=10, max_length=11)
    """With or without hyphen."""


class LinkAnswer(Schema):
    """The address, for the user's browser."""

    path: str
    """Below the address of Helhed; opens once."""
    expires_at: datetime


@router.post(
    "",
    summary="An address that leads to a citizen once, within minutes",
    status_code=HTTPStatus.CREATED,
    dependencies=[Depends(require_header_token)],
)
def create_link(request: Request, ask: LinkAsk) -> LinkAnswer:
    """For machines with the scope ``link:create``. The answer does not tell whether anybody is known under the number.

    Raises:
        MissingRole: it is no machine that may.
        FormInvalid: it is no national number.
    """
    number = national_in(ask.cpr)
    with open_request(request) as context:
        context.require(AuditAction.MAKE_LINK)
        if number is None:
            raise FormInvalid
        key = context.app.digest_key
        link = make_link(context.session, context.actor, number, context.access(), digest_key=key, now=context.now)
    return LinkAnswer(path=f"/aabn/{link.token}", expires_at=link.expires_at)
