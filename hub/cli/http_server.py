"""The web server as it is shipped: uvicorn, with an end to slow clients and a number of connections it has at most."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN = 10.0
"""Seconds in which a request's head must have come, from the connection or from its first byte on."""
BODY_WITHIN = 20.0
"""Seconds in which all of its body must have come; the largest has 64 KiB."""
MOST_CONNECTIONS = 1000
"""Connections of a process; those beyond are closed at once."""
MOST_REQUESTS = 800
"""With so many connections open, or requests under way, new requests are answered 503."""
TICK = 1.0
"""Seconds between two looks of a server at rest; the date of its answers is as old at most."""
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"

log = logging.getLogger("hub.web")


class BoundedProtocol(H11Protocol):
    """uvicorn's protocol, which itself waits for a head and a body without end."""

    head_within = HEAD_WITHIN
    body_within = BODY_WITHIN
    most_connections = MOST_CONNECTIONS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self._waits_for = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn declares it
        """Begin, or close at once what is one too many."""
        super().connection_made(transport)
        if len(self.connections) > self.most_connections:
            self._cut("connections")
            return
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Read on, and look what is still to come."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """After the answer uvicorn's own time for idle connections runs."""
        self._stop_watch()
        super().on_response_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any longer."""
        self._stop_watch()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """One deadline for each head and one for each body, however many bytes come meanwhile."""
        state = self.conn.their_state
        waits_for = "head" if state is h11.IDLE else "body" if state is h11.SEND_BODY else ""
        if waits_for == self._waits_for:
            return
        self._stop_watch()
        if waits_for and not self.transport.is_closing():
            self._waits_for = waits_for
            seconds = self.head_within if waits_for == "head" else self.body_within
            self._deadline = self.loop.call_later(seconds, self._cut, waits_for)

    def _stop_watch(self) -> None:
        self._waits_for = ""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _cut(self, reason: str) -> None:
        """Close the connection; the address stands in no log, it is somebody's."""
        log.warning("web.connection_cut", extra={"fields": {"why": reason}})
        if reason == "head" and self.conn.our_state is h11.IDLE:
            self.transport.write(_TOO_SLOW)
            self.transport.close()
        else:
            self.transport.abort()


class RestingServer(uvicorn.Server):
    """uvicorn's server, which itself looks ten times a second whether it is to end; this one is woken."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._end = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        """Serve until told to end."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._end.wait(), TICK)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As uvicorn, and at once."""
        super().handle_exit(sig, frame)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end.set)


def server_config(app: Callable[..., Any], host: str, port: int) -> uvicorn.Config:
    """How the server is run. Another parser, where one is installed, would be taken instead without ``http``."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=BoundedProtocol,
        access_log=False,
        log_config=None,
        limit_concurrency=MOST_REQUESTS,
    )
