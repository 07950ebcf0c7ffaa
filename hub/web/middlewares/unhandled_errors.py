"""An error that nobody handled becomes an error page and a log line."""

import logging

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.errors import HubError
from hub.log import place_of
from hub.web.shell import errors

log = logging.getLogger("hub.web")


class UnhandledErrorMiddleware:
    """Answers a bug with the error page, with session and headers; Starlette's own handler answers without them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log where it happened, never the error's text, and answer unless the answer has begun."""
        has_begun = False

        async def send_noting_start(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting_start)
        except Exception as error:
            if scope["type"] != "http" or has_begun:
                raise
            request = Request(scope, receive)
            fields = {"request": errors.reference(request), "error": place_of(error)}
            log.error("web.unexpected", extra={"fields": fields})  # noqa: TRY400  a foreign error's text may hold a person's data
            answer = await run_in_threadpool(errors.error_page, request, HubError())
            await answer(scope, receive, send)
