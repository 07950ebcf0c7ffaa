"""The web application: pages, their JSON twins, and nothing else. A root."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.staticfiles import StaticFiles
from starlette.concurrency import run_in_threadpool
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.context import AppContext
from hub.errors import HubError
from hub.indexing.serving import OverviewReader
from hub.log import place_of
from hub.operation.answers import Operation
from hub.web import api
from hub.web.citizen import routes as citizen
from hub.web.login import routes as login
from hub.web.middlewares.operations import OperationsMiddleware
from hub.web.middlewares.request_metrics import RequestMetricsMiddleware
from hub.web.middlewares.security_headers import SecurityHeadersMiddleware
from hub.web.oversight import routes as oversight
from hub.web.search import routes as citizens
from hub.web.shell import errors
from hub.web.shell.rendering import WEB
from hub.web.sources import routes as sources

COOKIE = "helhed"
LARGEST_BODY = 64 * 1024
"""Bytes of a form or a question; the longest has a few hundred."""

log = logging.getLogger("hub.web")


def create_app(context: AppContext) -> FastAPI:
    """The application over these context. Whoever made the context closes them."""
    settings = context.settings
    app = FastAPI(
        title="Helhed",
        description="The same look-ups as the pages, with the same decisions and the same lines in the log.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # Their address would repeat whatever host the request named.
        redirect_slashes=False,
    )
    app.state.context = context
    app.state.reader = OverviewReader(context.index)
    app.add_middleware(UnhandledErrorMiddleware)
    app.add_middleware(
        SessionMiddleware,
        secret_key=context.session_key.hex(),
        session_cookie=COOKIE,
        max_age=60 * settings.session_minutes,
        same_site="lax",
        https_only=settings.secure_cookies,
    )
    app.add_middleware(BodySizeLimitMiddleware)
    app.add_middleware(OperationsMiddleware, operation=Operation(context))
    app.add_middleware(RequestMetricsMiddleware)
    app.add_middleware(SecurityHeadersMiddleware, https=settings.secure_cookies)
    for pages in (login, citizens, citizen, sources, oversight):
        app.include_router(pages.router, include_in_schema=False)
    app.include_router(api.router)
    app.mount("/static", StaticFiles(directory=WEB / "static"), name="static")
    errors.install(app)
    return app


class BodySizeLimitMiddleware:
    """No form and no question is longer than ``LARGEST_BODY``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse by the stated length; who states none or a false one is cut off while sending."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        stated = dict(scope["headers"]).get(b"content-length", b"0")
        if not stated.isdigit() or int(stated) > LARGEST_BODY:
            refusal = PlainTextResponse("Formularen er for lang.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            await refusal(scope, receive, send)
            return
        got = 0

        async def counted() -> Message:
            nonlocal got
            message = await receive()
            got += len(message.get("body", b""))
            return message if got <= LARGEST_BODY else {"type": "http.disconnect"}

        await self._app(scope, counted, send)


class UnhandledErrorMiddleware:
    """The error page for a fault of ours, with session and headers; Starlette's own handler answers without them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log where it happened, never the error's text, and answer unless the answer has begun."""
        has_begun = False

        async def noticed(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, noticed)
        except Exception as error:
            if scope["type"] != "http" or has_begun:
                raise
            request = Request(scope, receive)
            fields = {"request": errors.reference(request), "error": place_of(error)}
            log.error("web.unexpected", extra={"fields": fields})  # noqa: TRY400  a foreign error's text may hold a person's data
            answer = await run_in_threadpool(errors.error_page, request, HubError())
            await answer(scope, receive, send)
