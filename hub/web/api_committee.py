"""The JSON twin of the page of the Sammenhængsudvalg: the same function, the same line in the log."""

from fastapi import APIRouter, Request

from hub.web.api import LOGGED_IN
from hub.web.committee.routes import COMMITTEE, read_committee_figures
from hub.web.shell.request_context import open_request
from schemas.committee import CommitteeFigures

router = APIRouter(prefix="/api/sammenhaengsudvalg", responses=LOGGED_IN)


@router.get("", summary="What the Sammenhængsudvalg is told in numbers")
def committee(request: Request) -> CommitteeFigures:
    """The whole municipality, of periods that are over, in bands of five; nothing about fewer than five citizens."""
    with open_request(request, COMMITTEE) as context:
        return read_committee_figures(context)
