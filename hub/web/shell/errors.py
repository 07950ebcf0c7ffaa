"""Errors as a Danish page: what happened, what was saved, what to do, a reference number.

The API gets a problem document (RFC 9457).
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from hub.errors import AddressWrong, HubError, NotLoggedIn, PageUnknown, StoreUnavailable
from hub.web.citizen.page import Link
from hub.web.shell import texts
from hub.web.shell.rendering import render
from hub.web.shell.request_context import frame, visiting
from hub.web.sources.page import ErrorPage
from schemas.access import Actor
from search.base import SearchUnavailable
from search.paging import PageKeyWrong

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


class PageKeyStale(HubError):
    """The key of a page of hits was not given out by a search."""

    key = "page_key_wrong"
    status = HTTPStatus.BAD_REQUEST


def install(app: FastAPI) -> None:
    """Answer every error."""

    def known(request: Request, error: Exception) -> Response:
        found = error if isinstance(error, HubError) else HubError()
        if isinstance(found, NotLoggedIn) and request.method in SAFE and not request.url.path.startswith(API):
            return RedirectResponse("/log-ind", 303)
        return error_page(request, found, None if isinstance(found, StoreUnavailable) else _actor(request))

    def invalid(request: Request, _: Exception) -> Response:
        wrong = AddressWrong() if request.method in SAFE else FormInvalid()
        return error_page(request, wrong, _actor(request))

    def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
        known_status = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
        return error_page(request, PageUnknown() if status in known_status else HubError(), _actor(request))

    def index_down(request: Request, _: Exception) -> Response:
        return error_page(request, SearchDown())

    def page_key(request: Request, _: Exception) -> Response:
        return error_page(request, PageKeyStale(), _actor(request))

    def unexpected(request: Request, error: Exception) -> Response:
        log.error("web.unexpected", extra={"fields": {"request": reference(request), "error": type(error).__name__}})
        return error_page(request, HubError())

    app.add_exception_handler(HubError, known)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(SearchUnavailable, index_down)
    app.add_exception_handler(PageKeyWrong, page_key)
    app.add_exception_handler(Exception, unexpected)


def _actor(request: Request) -> Actor | None:
    """Who is logged in, so that an error page keeps the way on; None when nobody is, or nobody can tell."""
    try:
        with visiting(request) as visit:
            return visit.actor
    except HubError:
        return None


def error_page(
    request: Request, error: HubError, actor: Actor | None = None, more: Mapping[str, Any] | None = None
) -> Response:
    """The page, or the problem document (RFC 9457) for the API, with *more* members."""
    headline, advice = texts.ERROR[error.key]
    if request.url.path.startswith(API):
        problem = {
            "type": f"urn:helhed:{error.key}",
            "title": headline,
            "detail": advice,
            "status": error.status,
            "instance": f"urn:uuid:{reference(request)}",
        }
        return JSONResponse({**problem, **(more or {})}, error.status, media_type="application/problem+json")
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
