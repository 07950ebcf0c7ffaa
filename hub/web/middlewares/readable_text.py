"""What is no text, in an address or a body, is refused before anybody reads it."""

import json
from email.message import Message as MimeMessage
from urllib.parse import unquote_to_bytes

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.errors import InvalidText
from hub.web.shell import errors

FORM = b"application/x-www-form-urlencoded"
JSON = b"application/json"
MULTIPART = b"multipart/form-data"


class ReadableTextMiddleware:
    """Refuses NUL, and what is not UTF-8, in path, query and body with 400: no store and no log can keep them.

    Stands behind ``BodySizeLimitMiddleware``, so that what it holds is short.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        content_type = dict(scope["headers"]).get(b"content-type", b"")
        kind = content_type.partition(b";")[0].strip().lower()
        is_json = kind == JSON or kind.endswith(b"+json")
        readable = _is_form_text(scope["raw_path"]) and _is_form_text(scope["query_string"])
        if readable and (is_json or kind in {FORM, MULTIPART}):
            messages, body = await _read(receive)
            if is_json:
                readable = _is_json_text(body)
            else:
                readable = _is_form_text(body) if kind == FORM else _is_multipart_text(body, content_type)
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


def _is_multipart_text(content: bytes, content_type: bytes) -> bool:
    """Of every field. Of a file whoever reads it replaces what is no text.

    Another charset than UTF-8 is refused: in some of them NUL is written without a NUL.
    """
    mime = MimeMessage()
    mime["content-type"] = content_type.decode("latin-1")
    boundary = mime.get_boundary()
    if str(mime.get_param("charset", "utf-8")).lower() != "utf-8":
        return False
    for part in content.split(b"--" + boundary.encode("latin-1", "replace")) if boundary else ():
        head, _, value = part.partition(b"\r\n\r\n")
        if not _is_text(head) or not (b"filename" in head.lower() or _is_text(value)):
            return False
    return True


def _is_json_text(content: bytes) -> bool:
    """Also of what is escaped. What is no JSON is left to whoever reads it, who says so."""
    try:
        values = json.dumps(json.loads(content), ensure_ascii=False).encode()
    except UnicodeError:
        return False
    except (ValueError, RecursionError):
        return _is_text(content)
    return _is_text(values) and b"\\u0000" not in values
