"""Metrics and health, answered before session, login and forms: a probe leaves no trace and gets no cookie."""

from functools import partial
from http import HTTPStatus

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.operation.answers import FORWARDED, Asker, Operation, Path

ROUTES = frozenset(Path)
_METHODS = frozenset({"GET", "HEAD"})
_PROBE_THREADS = 4
"""Threads for probes. They are not the pages' own, which may all wait for a database that is away."""


class OperationsMiddleware:
    """Answers ``/metrics`` and ``/health/…``; passes everything else on."""

    def __init__(self, app: ASGIApp, *, operation: Operation) -> None:
        self._app, self._operation = app, operation
        self._limiter = CapacityLimiter(_PROBE_THREADS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on."""
        if scope["type"] != "http" or scope["path"] not in ROUTES:
            await self._app(scope, receive, send)
            return
        if scope["method"] not in _METHODS:
            await Response(status_code=HTTPStatus.METHOD_NOT_ALLOWED)(scope, receive, send)
            return
        answer_probe = partial(self._operation.answer, scope["path"], _asker(scope))
        answer = (
            await to_thread.run_sync(answer_probe, limiter=self._limiter)
            if scope["path"] == Path.READY
            else answer_probe()
        )
        response = Response(answer.body, answer.status, media_type=answer.content_type)
        await response(scope, receive, send)


def _asker(scope: Scope) -> Asker:
    headers = Headers(scope=scope)
    address = scope["client"][0] if scope["client"] else ""
    forwarded = any(name in FORWARDED for name in headers)
    return Asker(address, headers.get("authorization", ""), forwarded)
