"""What is no text, in an address or a body, is refused before anybody reads it."""

import json
from urllib.parse import unquote_to_bytes

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.errors import InvalidText
from hub.web.shell import errors

FORM = b"application/x-www-form-urlencoded"
JSON = b"application/json"


class ReadableTextMiddleware:
    """Refuses NUL, and what is not UTF-8, in path, query and body with 400: no store and no log can keep them.

    Stands behind ``BodySizeLimitMiddleware``, so that what it holds is short. A form with files is read elsewhere.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        kind = dict(scope["headers"]).get(b"content-type", b"").partition(b";")[0].strip().lower()
        readable = _is_form_text(scope["raw_path"]) and _is_form_text(scope["query_string"])
        if readable and kind in {FORM, JSON}:
            messages, body = await _read(receive)
            readable = _is_form_text(body) if kind == FORM else _is_json_text(body)
            receive = _replay(messages, receive)
        if readable:
            await self._app(scope, receive, send)
            return
        answer = await run_in_threadpool(errors.error_page, Request(scope), InvalidText())
        await answer(scope, receive, send)


async def _read(receive: Receive) -> tuple[list[Message], bytes]:
    messages, body = [], b""
    while True:
        message = await receive()
        messages.append(message)
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return messages, body


def _replay(messages: list[Message], receive: Receive) -> Receive:
    waiting = iter(messages)

    async def receive_again() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return receive_again


def _is_text(content: bytes) -> bool:
    try:
        return "\x00" not in content.decode()
    except UnicodeDecodeError:
        return False


def _is_form_text(content: bytes) -> bool:
    return _is_text(unquote_to_bytes(content))


def _is_json_text(content: bytes) -> bool:
    """Also of what is escaped. What is no JSON is left to whoever reads it, who says so."""
    try:
        values = json.dumps(json.loads(content), ensure_ascii=False).encode()
    except UnicodeError:
        return False
    except (ValueError, RecursionError):
        return _is_text(content)
    return _is_text(values) and b"\\u0000" not in values
