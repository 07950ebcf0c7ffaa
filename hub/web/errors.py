"""Errors as a Danish page: what happened, what was saved, what to do, a reference number.

The API gets a problem document (RFC 9457).
"""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from hub.errors import HubError, NotLoggedIn, PageUnknown
from hub.web import texts
from hub.web.pages import Link
from hub.web.pages_lists import ErrorPage
from hub.web.templating import render
from hub.web.visit import frame
from schemas.access import Actor
from search.base import SearchUnavailable

API = "/api/"
SAFE = frozenset({"GET", "HEAD"})

log = logging.getLogger("hub.web")


class FormInvalid(HubError):
    """A field of the form is missing or cannot be."""

    key = "form_invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class SearchDown(HubError):
    """The index does not answer."""

    key = "search_unavailable"
    status = HTTPStatus.SERVICE_UNAVAILABLE


def install(app: FastAPI) -> None:
    """Answer every error."""

    def known(request: Request, error: Exception) -> Response:
        found = error if isinstance(error, HubError) else HubError()
        if isinstance(found, NotLoggedIn) and request.method in SAFE and not request.url.path.startswith(API):
            return RedirectResponse("/log-ind", 303)
        return error_page(request, found)

    def invalid(request: Request, _: Exception) -> Response:
        return error_page(request, PageUnknown() if request.method in SAFE else FormInvalid())

    def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
        known_status = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
        return error_page(request, PageUnknown() if status in known_status else HubError())

    def index_down(request: Request, _: Exception) -> Response:
        return error_page(request, SearchDown())

    def unexpected(request: Request, error: Exception) -> Response:
        log.error("web.unexpected", extra={"fields": {"request": reference(request), "error": type(error).__name__}})
        return error_page(request, HubError())

    app.add_exception_handler(HubError, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(SearchUnavailable, index_down)
    app.add_exception_handler(Exception, unexpected)


def error_page(request: Request, error: HubError, actor: Actor | None = None) -> Response:
    """The page, or the problem document (RFC 9457) for the API."""
    headline, advice = texts.ERROR[error.key]
    if request.url.path.startswith(API):
        problem = {"type": f"urn:helhed:{error.key}", "title": headline, "detail": advice, "status": error.status}
        problem["instance"] = f"urn:uuid:{reference(request)}"
        return JSONResponse(problem, error.status, media_type="application/problem+json")
    page = ErrorPage(
        headline=headline,
        advice=advice,
        saved=texts.SAVED[request.method not in SAFE],
        reference=reference(request),
        way_on=Link("Til forsiden", "/"),
    )
    return HTMLResponse(render("error.html", frame(request, headline, actor), page), error.status)


def reference(request: Request) -> str:
    """The request's id; stands in the log and on the page."""
    return str(getattr(request.state, "request_id", ""))
