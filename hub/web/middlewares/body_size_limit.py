"""No form and no search is longer than a limit."""

from http import HTTPStatus

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.errors import BodyTooLong
from hub.web.shell import errors

LARGEST_BODY = 64 * 1024
"""Bytes of a form or a search; the longest has a few hundred."""
LARGEST_UPLOAD = 1024 * 1024
"""Bytes of a form with files: keys and certificates, each of which may be a quarter of that."""


class BodySizeLimitMiddleware:
    """Refuses a body of more than ``LARGEST_BODY`` bytes, or ``LARGEST_UPLOAD`` where files come with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse by the declared length; a request that declares none or a false one is cut off while it sends."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if b"content-length" in headers and b"transfer-encoding" in headers:
            # Two servers may disagree on where such a request ends (request smuggling), so the connection ends with it.
            refusal = PlainTextResponse("To længder.", HTTPStatus.BAD_REQUEST, {"connection": "close"})
            await refusal(scope, receive, send)
            return
        is_upload = headers.get(b"content-type", b"").startswith(b"multipart/form-data")
        largest = LARGEST_UPLOAD if is_upload else LARGEST_BODY
        declared = headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > largest:
            answer = await run_in_threadpool(errors.error_page, Request(scope), BodyTooLong())
            await answer(scope, receive, send)
            return
        received = 0

        async def receive_counting() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            return message if received <= largest else {"type": "http.disconnect"}

        await self._app(scope, receive_counting, send)
