"""Misbehaviour on command: what real interfaces do to their readers, one answer at a time.

``POST /_faults {"kind": "throttle", "path": "/r4/CarePlan", "times": 2}`` spoils the next two answers whose
path begins with *path*. Faults are taken in the order in which they were ordered. ``DELETE /_faults`` ends them.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

LOGIN_PAGE = "<!doctype html><title>Log ind</title><h1>Din session er udløbet</h1>"
OTHER_HOST = "http://intern-server.invalid"

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]


class Fault(StrEnum):
    """What goes wrong."""

    SLOW = "slow"
    """The answer comes after ``seconds``."""
    THROTTLE = "throttle"
    """429 with Retry-After ``seconds``."""
    ERROR = "error"
    """500."""
    UNAVAILABLE = "unavailable"
    """503; a server of files refuses to list and to open."""
    TRUNCATE = "truncate"
    """Half the body, as if a proxy had hidden that the line broke."""
    CUT = "cut"
    """The connection ends in the middle of the answer or of the file."""
    NEXT_HOST = "next_host"
    """The next link leads to another host."""
    REPEAT_PAGE = "repeat_page"
    """The page before, once more."""
    HTML = "html"
    """A login page where data should be."""
    EXPIRE_TOKENS = "expire_tokens"
    """All tokens and sessions end; the request is refused accordingly."""
    DROP_ROWS = "drop_rows"
    """Every second row is missing."""
    EMPTY = "empty"
    """A list without rows, as if there were none."""
    EXPIRED_CERTIFICATE = "expired_certificate"
    """The server shows a certificate that has expired, until the faults are ended."""
    WRONG_HOST_KEY = "wrong_host_key"
    """The server shows another host key, until the faults are ended."""
    FORBIDDEN = "forbidden"
    """403: the reader is known, and has lost the right."""
    MOVED_COLUMN = "moved_column"
    """The field that ``column`` names has another name, wherever it stands in the answer."""
    NEW_SECRET = "new_secret"  # noqa: S105  a kind of fault
    """The client's secret is another (``Credentials.replace_secret``), until the faults are ended."""
    LYING_MARKER = "lying_marker"
    """The markers of the next nights promise a row more than their file has."""


OF_ANSWERS = frozenset(Fault) - {
    Fault.EXPIRED_CERTIFICATE, Fault.WRONG_HOST_KEY, Fault.LYING_MARKER, Fault.NEW_SECRET,
}  # fmt: skip
"""What any server that speaks HTTP can be told."""


class Order(BaseModel):
    """One order of misbehaviour."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Fault
    path: str = "/"
    times: int = Field(default=1, ge=1, le=1000)
    seconds: float = Field(default=1, ge=0, le=60)
    column: str = ""
    """Of ``MOVED_COLUMN``."""


@dataclass(slots=True)
class _Waiting:
    order: Order
    left: int


@dataclass(slots=True)
class Faults:
    """The orders that wait, and the page answered last to each path."""

    waiting: list[_Waiting] = field(default_factory=list)
    pages: dict[str, bytes] = field(default_factory=dict)

    def order(self, order: Order) -> None:
        """Do this from now on, so many times."""
        self.waiting.append(_Waiting(order, order.times))

    def end(self) -> None:
        """Behave again."""
        self.waiting.clear()

    def take(self, path: str, kinds: Iterable[Fault] = OF_ANSWERS) -> Order | None:
        """The first order of these kinds for this path, used up by one."""
        for waiting in self.waiting:
            if waiting.order.kind in kinds and path.startswith(waiting.order.path):
                waiting.left -= 1
                if waiting.left == 0:
                    self.waiting.remove(waiting)
                return waiting.order
        return None


class FaultyServer:
    """A server that misbehaves when it was told to.

    Args:
        app: answers the requests.
        end_sessions: ends all tokens and sessions of that server.
    """

    def __init__(self, app: App, end_sessions: Callable[[], None]) -> None:
        self.faults = Faults()
        self._app = app
        self.end_sessions = end_sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        if path == "/_faults":
            await self._take_order(scope["method"], receive, send)
            return
        if scope["type"] != "http" or path.startswith("/_"):
            await self._app(scope, receive, send)
            return
        order = self.faults.take(path)
        instead = await self._answer_instead(order) if order else None
        if instead is not None:
            await _answer(send, *instead)
            return
        head, body = await self._asked(scope, receive)
        before, self.faults.pages[path] = self.faults.pages.get(path, body), body
        if order is not None and order.kind is Fault.MOVED_COLUMN:
            body = json.dumps(_renamed(json.loads(body), order.column)).encode()
        await _pass_on(send, head, body, before, order.kind if order else None)

    async def _take_order(self, method: str, receive: Receive, send: Send) -> None:
        if method == "DELETE":
            self.faults.end()
            await _answer(send, 204, b"")
            return
        body, more = bytearray(), True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        try:
            self.faults.order(Order.model_validate_json(bytes(body)))
        except ValidationError as error:
            await _answer(send, 422, error.json(include_url=False).encode())
            return
        await _answer(send, 204, b"")

    async def _answer_instead(self, order: Order) -> tuple[int, bytes, dict[bytes, bytes]] | None:
        """What is answered without asking the server; None when it is asked after all."""
        kind = order.kind
        if kind is Fault.SLOW:
            await asyncio.sleep(order.seconds)
        elif kind is Fault.EXPIRE_TOKENS:
            self.end_sessions()
        elif kind is Fault.THROTTLE:
            issue = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "throttled"}]}
            return 429, json.dumps(issue).encode(), {b"retry-after": str(int(order.seconds)).encode()}
        elif kind is Fault.ERROR:
            return 500, b'{"error": "internal"}', {}
        elif kind is Fault.UNAVAILABLE:
            return 503, b'{"error": "unavailable"}', {}
        elif kind is Fault.FORBIDDEN:
            return 403, b'{"error": "forbidden"}', {}
        elif kind is Fault.HTML:
            return 200, LOGIN_PAGE.encode(), {b"content-type": b"text/html; charset=utf-8"}
        return None

    async def _asked(self, scope: Scope, receive: Receive) -> tuple[dict[str, Any], bytes]:
        head: dict[str, Any] = {}
        body = bytearray()

        async def collect(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                head.update(message)
            else:
                body.extend(message.get("body", b""))

        await self._app(scope, receive, collect)
        return head, bytes(body)


async def _pass_on(send: Send, head: dict[str, Any], body: bytes, before: bytes, kind: Fault | None) -> None:
    if kind is Fault.REPEAT_PAGE:
        body = before
    elif kind is Fault.TRUNCATE:
        body = body[: len(body) // 2]
    elif kind in {Fault.NEXT_HOST, Fault.DROP_ROWS, Fault.EMPTY}:
        body = _bent(json.loads(body), kind)
    headers = [(name, value) for name, value in head["headers"] if name.lower() != b"content-length"]
    await send({**head, "headers": [*headers, (b"content-length", str(len(body)).encode())]})
    if kind is Fault.CUT:
        # Uvicorn closes the connection of an answer that never ends.
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        return
    await send({"type": "http.response.body", "body": body})


async def _answer(send: Send, status: int, body: bytes, headers: dict[bytes, bytes] | None = None) -> None:
    fields = {b"content-type": b"application/json", b"content-length": str(len(body)).encode(), **(headers or {})}
    await send({"type": "http.response.start", "status": status, "headers": list(fields.items())})
    await send({"type": "http.response.body", "body": body})


def _bent(document: Any, kind: Fault | None) -> bytes:
    if isinstance(document, list):
        return json.dumps([] if kind is Fault.EMPTY else document[::2]).encode()
    rows = next((name for name in ("value", "entry", "data", "pages") if name in document), None)
    if kind is Fault.NEXT_HOST:
        _lead_elsewhere(document)
    elif rows is not None:
        document[rows] = [] if kind is Fault.EMPTY else document[rows][::2]
    if kind is Fault.EMPTY:
        counts = {"total": 0, "totalItems": 0, "@odata.count": 0, "totalSearchCount": 0, "hasMore": False, "link": []}
        document |= {name: value for name, value in counts.items() if name in document}
        document.pop("@odata.nextLink", None)
    return json.dumps(document).encode()


def _renamed(document: Any, column: str) -> Any:
    if isinstance(document, list):
        return [_renamed(item, column) for item in document]
    if isinstance(document, dict):
        return {f"{name}Ny" if name == column else name: _renamed(value, column) for name, value in document.items()}
    return document


def _lead_elsewhere(document: dict[str, Any]) -> None:
    for link in document.get("link", ()):
        if link["relation"] == "next":
            link["url"] = OTHER_HOST + "/r4" + link["url"].split("/r4", 1)[1]
    if "@odata.nextLink" in document:
        document["@odata.nextLink"] = OTHER_HOST + "/odata/Sag"
