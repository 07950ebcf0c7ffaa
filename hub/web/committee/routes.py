"""The page of the Sammenhængsudvalg: the whole municipality in numbers, also as CSV and as a picture."""

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from hub.access import committee_figures as figures_of
from hub.errors import MissingRole
from hub.web.committee import texts
from hub.web.committee.page import CommitteePage, CoursesPicturePage
from hub.web.committee.present import committee_page, courses_picture, csv_text
from hub.web.shell.rendering import render_fragment
from hub.web.shell.request_context import RequestContext, open_request
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, Purpose
from schemas.committee import CommitteeFigures

COMMITTEE = Workspace(
    name="committee",
    path="/sammenhaengsudvalg",
    title="Sammenhængsudvalget",
    action=AuditAction.READ_COMMITTEE_FIGURES,
    purpose=Purpose.MANAGEMENT,
    pages=(CommitteePage, CoursesPicturePage),
)
router = COMMITTEE.router


@router.get(COMMITTEE.path)
def committee(request: Request) -> HTMLResponse:
    """How many courses are there, what do we try, does it go forward, and how long does it take?"""
    with open_request(request, COMMITTEE) as context:
        return context.page(committee_page(read_committee_figures(context)))


@router.get("/sammenhaengsudvalg/tal.csv")
def table(request: Request) -> Response:
    """The same figures, one in each line."""
    with open_request(request, COMMITTEE) as context:
        figures = read_committee_figures(context)
    name = texts.CSV_NAME.format(day=figures.last_day.isoformat())
    return _file(csv_text(figures), "text/csv; charset=utf-8", name)


@router.get("/sammenhaengsudvalg/forloeb.svg")
def picture(request: Request) -> Response:
    """The picture of the active courses, for a paper of the committee."""
    with open_request(request, COMMITTEE) as context:
        figures = read_committee_figures(context)
    name = texts.PICTURE_NAME.format(day=figures.last_day.isoformat())
    return _file(render_fragment(CoursesPicturePage(courses_picture(figures))), "image/svg+xml", name)


def read_committee_figures(context: RequestContext) -> CommitteeFigures:
    """The figures; for page, files and API.

    Raises:
        MissingRole: the role is not told them.
    """
    figures = figures_of.read_committee_figures(context.session, context.actor, context.access(), now=context.now)
    if figures is None:
        raise MissingRole
    return figures


def _file(content: str, media_type: str, name: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
