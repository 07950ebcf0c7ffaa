"""The three operational endpoints, the same in web server and worker.

Metrics name no person but disclose how a municipality works. So they need the token; where none is set, a worker and a
demo give them to a request from this machine. All others get 404.
"""

import hmac
from enum import StrEnum
from http import HTTPStatus
from ipaddress import ip_address
from typing import NamedTuple

from hub import metrics
from hub.context import AppContext
from hub.metrics import gauges
from hub.operation.health import Health, Status
from hub.operation.loop_health import LoopHealthRegistry

FORWARDED = frozenset({"forwarded", "via", "x-forwarded-for", "x-real-ip"})
"""Headers (in lower case) that a proxy adds: its client is not on this machine."""
JSON = "application/json"


class Path(StrEnum):
    """The addresses."""

    LIVE = "/health/live"
    """The process runs. Checks no dependency, because a restart would not repair one."""
    READY = "/health/ready"
    """Whether work should be sent here."""
    METRICS = "/metrics"


class Asker(NamedTuple):
    """Who asks."""

    address: str
    authorization: str
    is_forwarded: bool


class Answer(NamedTuple):
    """What is answered."""

    status: HTTPStatus
    content_type: str
    body: bytes


UNKNOWN = Answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"not found\n")


class Operation:
    """Answers for one process.

    Args:
        context: the live context.
        loops: of a worker; None in the web server.
    """

    def __init__(self, context: AppContext, loops: LoopHealthRegistry | None = None) -> None:
        self._context = context
        self._is_web = loops is None
        self._health = Health(context, loops)

    def answer(self, path: str, asker: Asker) -> Answer:
        """The answer for that path. Only ``READY`` checks dependencies, within a bounded time."""
        match path:
            case Path.LIVE:
                return Answer(HTTPStatus.OK, JSON, b'{"status":"live"}')
            case Path.READY:
                return self._ready()
            case Path.METRICS if self._may_read(asker):
                metrics.set_connections(*self._context.database.connections())
                return Answer(HTTPStatus.OK, gauges.CONTENT_TYPE, gauges.exposition())
        return UNKNOWN

    def _ready(self) -> Answer:
        readiness = self._health.ready()
        status = HTTPStatus.SERVICE_UNAVAILABLE if readiness.status is Status.NOT_READY else HTTPStatus.OK
        return Answer(status, JSON, readiness.model_dump_json().encode())

    def _may_read(self, asker: Asker) -> bool:
        token = self._context.settings.metrics_token
        if token is not None:
            expected = f"Bearer {token.get_secret_value()}"
            return hmac.compare_digest(expected.encode(), asker.authorization.encode())
        if self._is_web and not self._context.settings.demo:
            return False  # a proxy may say nothing of itself, so that everybody looks as if they were on this machine
        return not asker.is_forwarded and _is_loopback(asker.address)


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
