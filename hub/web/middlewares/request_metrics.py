"""Metrics, log line and trace of a request: route, method, status and time; never the path, which names people."""

import logging
from http import HTTPStatus
from time import perf_counter

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub import metrics, tracing
from hub.log import request_id
from hub.web.middlewares.operations import ROUTES
from hub.web.middlewares.security_headers import STATIC

NO_ROUTE = "(none)"
"""For all addresses that are not there; whoever tries many must not make many time series."""

log = logging.getLogger("hub.web")


class RequestMetricsMiddleware:
    """Measures, logs and traces each request; not the probes, which come every few seconds."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and observe how it was answered."""
        if scope["type"] != "http" or scope["path"] in ROUTES:
            await self._app(scope, receive, send)
            return
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)
        began = perf_counter()

        async def send_noting_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        id_token = request_id.set(scope["state"]["request_id"])
        try:
            with tracing.request(Headers(scope=scope).get("traceparent", "")):
                try:
                    await self._app(scope, receive, send_noting_status)
                finally:
                    _observe(_route(scope), scope["method"], status, perf_counter() - began)
        finally:
            request_id.reset(id_token)


def _observe(route: str, method: str, status: int, seconds: float) -> None:
    known_method = method if method in metrics.METHODS else metrics.OTHER
    metrics.observe_request(route, known_method, status, seconds)
    tracing.request_was(known_method, route, status)
    fields = {"route": route, "method": known_method, "status": status, "ms": round(1000 * seconds, 1)}
    log.info("web.request", extra={"fields": fields})


def _route(scope: Scope) -> str:
    if scope["path"].startswith(STATIC):
        return STATIC
    return str(getattr(scope.get("route"), "path", NO_ROUTE))
