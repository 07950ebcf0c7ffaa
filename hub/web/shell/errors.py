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
from starlette.routing import Match

from hub.errors import (
    HubError,
    InvalidAddress,
    NotLoggedIn,
    SettingsIncomplete,
    StoreUnavailable,
    TokenRefused,
    TooMany,
    UnknownPage,
    UnreadableBody,
    WrongMethod,
)
from hub.web.shell import texts
from hub.web.shell.bearer import API
from hub.web.shell.cookies import MY_PAGE_PATH, is_of_citizen
from hub.web.shell.error_texts import ERROR
from hub.web.shell.form_again import form_again
from hub.web.shell.rendering import render
from hub.web.shell.request_context import frame, open_request
from hub.web.shell.view_models import ErrorPage, Link
from hub.web.shell.workspace import LOGIN_PATH
from schemas.access import Actor
from search.base import SearchUnavailable
from search.paging import PageKeyWrong

SAFE = frozenset({"GET", "HEAD"})

log = logging.getLogger("hub.web")


class FormInvalid(HubError):
    """A field of the form is missing or cannot be."""

    key = "form_invalid"
    status = HTTPStatus.UNPROCESSABLE_ENTITY


class EventsNotGiven(HubError):
    """The log cannot be handed out as events as it was asked for."""

    key = "events_not_given"
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

    def answer_hub_error(request: Request, error: Exception) -> Response:
        hub_error = error if isinstance(error, HubError) else HubError()
        if isinstance(hub_error, NotLoggedIn) and request.method in SAFE and not request.url.path.startswith(API):
            return RedirectResponse(MY_PAGE_PATH if is_of_citizen(request) else LOGIN_PATH, 303)
        again = form_again(request, hub_error)
        if again is not None:
            return HTMLResponse(render(frame(request, "Send igen", _actor(request)), again), hub_error.status)
        actor = None if isinstance(hub_error, StoreUnavailable) else _actor(request)
        by_field = hub_error.errors if isinstance(hub_error, SettingsIncomplete) else {}
        return error_page(request, hub_error, actor, {"errors": by_field} if by_field else None)

    def answer_invalid(request: Request, _: Exception) -> Response:
        hub_error = InvalidAddress() if request.method in SAFE else FormInvalid()
        return error_page(request, hub_error, _actor(request))

    def answer_http_error(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.INTERNAL_SERVER_ERROR
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            answer = error_page(request, WrongMethod(), _actor(request))
            answer.headers["allow"] = ", ".join(sorted(_methods(request)))
            return answer
        by_status: dict[int, HubError] = {
            HTTPStatus.NOT_FOUND: UnknownPage(),
            HTTPStatus.BAD_REQUEST: UnreadableBody(),
        }
        return error_page(request, by_status.get(status, HubError()), _actor(request))

    def answer_search_down(request: Request, _: Exception) -> Response:
        return error_page(request, SearchDown())

    def answer_page_key_wrong(request: Request, _: Exception) -> Response:
        return error_page(request, PageKeyStale(), _actor(request))

    def answer_unexpected(request: Request, error: Exception) -> Response:
        log.error("web.unexpected", extra={"fields": {"request": reference(request), "error": type(error).__name__}})
        return error_page(request, HubError())

    app.add_exception_handler(HubError, answer_hub_error)
    app.add_exception_handler(RequestValidationError, answer_invalid)
    app.add_exception_handler(HTTPException, answer_http_error)
    app.add_exception_handler(SearchUnavailable, answer_search_down)
    app.add_exception_handler(PageKeyWrong, answer_page_key_wrong)
    app.add_exception_handler(Exception, answer_unexpected)


def _methods(request: Request) -> set[str]:
    """What the address can be asked by, in all its routes."""
    return {
        method
        for route in request.app.routes
        if route.matches(request.scope)[0] is not Match.NONE
        for method in getattr(route, "methods", None) or ()
    }


def _actor(request: Request) -> Actor | None:
    """Who is logged in, so that an error page keeps the way on; None: nobody, nobody can tell, or it is no page."""
    if request.url.path.startswith(API) or is_of_citizen(request):
        return None
    try:
        with open_request(request) as context:
            return context.actor
    except HubError:
        return None


def error_page(
    request: Request, error: HubError, actor: Actor | None = None, more: Mapping[str, Any] | None = None
) -> Response:
    """The page, or for the API the problem document (RFC 9457) with *more* members."""
    headline, advice = ERROR[error.key]
    headers = None
    if isinstance(error, TooMany):
        headers = {"retry-after": str(error.retry_after)}
    elif isinstance(error, TokenRefused):
        headers = {"www-authenticate": 'Bearer error="invalid_token"'}
    if request.url.path.startswith(API):
        problem = {
            "type": f"urn:helhed:{error.key}",
            "title": headline,
            "detail": advice,
            "status": error.status,
            "instance": f"urn:uuid:{reference(request)}",
        }
        return JSONResponse({**problem, **(more or {})}, error.status, headers, media_type="application/problem+json")
    page = ErrorPage(
        headline=headline,
        advice=advice,
        saved=texts.SAVED[request.method not in SAFE],
        reference=reference(request),
        way_on=Link("Til Min side", MY_PAGE_PATH) if is_of_citizen(request) else Link("Til forsiden", "/"),
    )
    return HTMLResponse(render(frame(request, headline, actor), page), error.status, headers)


def reference(request: Request) -> str:
    """The request's id; stands in the log and on the page."""
    return str(getattr(request.state, "request_id", ""))
