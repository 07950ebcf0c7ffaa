"""Misbehaviour on command: what real interfaces do to their readers, one request at a time.

``POST /_faults {"kind": "throttle", "path": "/r4/CarePlan", "times": 2}`` spoils the next two answers whose
path begins with *path*. Faults are taken in the order in which they were ordered.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field

LOGIN_PAGE = "<!doctype html><title>Log ind</title><h1>Din session er udløbet</h1>"
OTHER_HOST = "http://intern-server.invalid"


class Fault(StrEnum):
    """What goes wrong."""

    SLOW = "slow"
    """The answer comes after ``seconds``."""
    THROTTLE = "throttle"
    """429 with Retry-After ``seconds``."""
    UNAVAILABLE = "unavailable"
    """503."""
    TRUNCATE = "truncate"
    """Half the body, as if the line had broken behind a proxy."""
    NEXT_HOST = "next_host"
    """The next link leads to another host."""
    REPEAT_PAGE = "repeat_page"
    """The page before, once more."""
    HTML = "html"
    """200 with a login page."""
    EXPIRE_TOKENS = "expire_tokens"
    """All tokens and sessions end; the request is refused accordingly."""
    DROP_ROWS = "drop_rows"
    """Every second row is missing."""


class Order(BaseModel):
    """One order of misbehaviour."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Fault
    path: str = "/"
    times: int = Field(default=1, ge=1, le=1000)
    seconds: float = Field(default=1, ge=0, le=60)


@dataclass(slots=True)
class _Waiting:
    order: Order
    left: int


@dataclass(slots=True)
class Faults:
    """The orders that wait, and the page answered last to each path."""

    end_sessions: Callable[[], None]
    waiting: list[_Waiting] = field(default_factory=list)
    pages: dict[str, bytes] = field(default_factory=dict)

    def take(self, path: str) -> Order | None:
        """The first order for this path, used up by one."""
        for waiting in self.waiting:
            if path.startswith(waiting.order.path):
                waiting.left -= 1
                if waiting.left == 0:
                    self.waiting.remove(waiting)
                return waiting.order
        return None


def install(app: FastAPI, faults: Faults) -> None:
    """Let the server misbehave on command."""

    @app.post("/_faults", status_code=204)
    def order(fault_order: Order) -> None:
        faults.waiting.append(_Waiting(fault_order, fault_order.times))

    @app.delete("/_faults", status_code=204)
    def behave() -> None:
        faults.waiting.clear()

    @app.middleware("http")
    async def misbehave(request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
        path = request.url.path
        ordered = None if path.startswith("/_") else faults.take(path)
        if ordered is not None:
            instead = await _before(ordered, faults)
            if instead is not None:
                return instead
        response = await proceed(request)
        return response if path.startswith("/_") else await _after(ordered, response, path, faults)


async def _before(order: Order, faults: Faults) -> Response | None:
    """What is answered without asking the server; None when it is asked after all."""
    if order.kind is Fault.SLOW:
        await asyncio.sleep(order.seconds)
    elif order.kind is Fault.EXPIRE_TOKENS:
        faults.end_sessions()
    elif order.kind is Fault.THROTTLE:
        body = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "throttled"}]}
        return JSONResponse(body, 429, {"Retry-After": str(int(order.seconds))})
    elif order.kind is Fault.UNAVAILABLE:
        return JSONResponse({"error": "unavailable"}, 503)
    elif order.kind is Fault.HTML:
        return HTMLResponse(LOGIN_PAGE)
    return None


async def _after(order: Order | None, response: Response, path: str, faults: Faults) -> Response:
    # Starlette hands a middleware a streaming response, whatever the endpoint returned.
    stream: Any = response
    body = b"".join([chunk async for chunk in stream.body_iterator])
    before, faults.pages[path] = faults.pages.get(path, body), body
    kind = order.kind if order else None
    if kind is Fault.REPEAT_PAGE:
        body = before
    elif kind is Fault.TRUNCATE:
        body = body[: len(body) // 2]
    elif kind in {Fault.NEXT_HOST, Fault.DROP_ROWS}:
        body = _bent(json.loads(body), drop=kind is Fault.DROP_ROWS)
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    return Response(body, response.status_code, headers)


def _bent(document: dict[str, Any], *, drop: bool) -> bytes:
    rows = "value" if "value" in document else "entry"
    if drop:
        document[rows] = document.get(rows, [])[::2]
        return json.dumps(document).encode()
    for link in document.get("link", ()):
        if link["relation"] == "next":
            link["url"] = OTHER_HOST + "/r4" + link["url"].split("/r4", 1)[1]
    if "@odata.nextLink" in document:
        document["@odata.nextLink"] = OTHER_HOST + "/odata/Sag"
    return json.dumps(document).encode()
