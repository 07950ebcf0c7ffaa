"""The application on a real server at a loopback address, and a browser of plain HTTP."""

import asyncio
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from threading import Event, Thread

import httpx
import uvicorn
from starlette.types import ASGIApp

from hub.cli.http_server import BoundedProtocol
from hub.web.shell.cookies import MY_PAGE_PATH

KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b[0-9a-f]{32,}\b")
TOKEN = re.compile(r'<meta name="csrf" content="([^"]+)">')

NO_AUTHORITIES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""It trusts nobody: reading all authorities of the world takes as long as a page, and a loopback address has no TLS."""


def without_keys(text: str) -> str:
    """The text without our own random keys and digests: one may hold any four digits, and says nothing of anybody."""
    return KEY.sub("", text)


class _Announcing(uvicorn.Server):
    """It says when it is up, and ends when it is told: uvicorn's own looks ten times a second, and then waits again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = Event()

    async def main_loop(self) -> None:
        self._loop, self._is_told = asyncio.get_running_loop(), asyncio.Event()
        await self.on_tick(0)
        self.up.set()
        await self._is_told.wait()

    def leave(self) -> None:
        """End, from another thread."""
        self._loop.call_soon_threadsafe(self._is_told.set)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for _ in range(20):  # whoever has left is noticed in a moment
            if not (self.server_state.connections or self.server_state.tasks):
                for server in self.servers:
                    server.close()
                    await server.wait_closed()
                return
            await asyncio.sleep(0.005)
        await super().shutdown(sockets)


@contextmanager
def serving(app: ASGIApp, protocol: type[BoundedProtocol] = BoundedProtocol) -> Iterator[str]:
    """The address of a running server; it stops when the block ends."""
    # Named as TCP, or asyncio leaves Nagle's algorithm on and every answer waits 40 ms for an acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        server = _Announcing(uvicorn.Config(app, http=protocol, log_config=None, access_log=False, lifespan="off"))
        thread = Thread(target=server.run, kwargs={"sockets": [door]})
        thread.start()
        assert server.up.wait(20)
        try:
            yield f"http://127.0.0.1:{door.getsockname()[1]}"
        finally:
            server.leave()
            thread.join(20)


@dataclass
class Browser:
    """A client that keeps every address it was sent to, and puts the form's token into every form."""

    http: httpx.Client
    addresses: list[str] = field(default_factory=list)
    _tokens: dict[frozenset[tuple[str, str | None, str]], str] = field(default_factory=dict)
    """The form token that a page had, by the browser's cookies then: it is made of them."""

    def get(self, address: str) -> httpx.Response:
        """Follow links."""
        return self._seen(self.http.get(address))

    def post(self, address: str, **fields: str) -> httpx.Response:
        """Send a form from a page that carries the token."""
        return self._seen(self.http.post(address, data={"csrf": self.token(), **fields}))

    def log_in(self, actor_id: str) -> None:
        """Be one of the demo's people, and open no page yet: where the login leads costs more than the login."""
        form = {"csrf": self.token(), "person": actor_id}
        assert self._seen(self.http.post("/log-ind", data=form, follow_redirects=False)).status_code == 303

    def token(self) -> str:
        """The session's form token."""
        if self._cookies() not in self._tokens:
            self._keep_token(self.http.get("/log-ind"))
        return self._tokens.get(self._cookies(), "")

    def _seen(self, answer: httpx.Response) -> httpx.Response:
        for one in (*answer.history, answer):
            self.addresses += [str(one.request.url), one.headers.get("location", "")]
        if not answer.url.path.startswith(MY_PAGE_PATH):  # a citizen's login has another
            self._keep_token(answer)
        return answer

    def _keep_token(self, answer: httpx.Response) -> None:
        if found := TOKEN.search(answer.text):
            self._tokens[self._cookies()] = found.group(1)

    def _cookies(self) -> frozenset[tuple[str, str | None, str]]:
        return frozenset((each.name, each.value, each.path) for each in self.http.cookies.jar)


@contextmanager
def browsing(address: str, actor_id: str | None = None) -> Iterator[Browser]:
    """A browser, logged in as one of the demo's people."""
    with httpx.Client(base_url=address, follow_redirects=True, timeout=60, verify=NO_AUTHORITIES) as client:
        browser = Browser(client)
        if actor_id:
            browser.log_in(actor_id)
        yield browser


@contextmanager
def asking_often(browser: Browser) -> Iterator[Callable[[str, str, bytes, str], int]]:
    """Ask with the browser's cookies and follow nothing, thousands of times: of a refusal httpx takes the most time.

    Gives a function of method, address, body and the body's content type, which returns the status.
    """
    where = browser.http.base_url
    cookies = "; ".join(f"{each.name}={each.value}" for each in browser.http.cookies.jar)
    with closing(HTTPConnection(where.host, where.port or 80, timeout=60)) as connection:

        def ask(method: str, address: str, body: bytes, kind: str) -> int:
            headers = {"cookie": cookies} | ({"content-type": kind} if kind else {})
            connection.request(method, address, body or None, headers)
            with connection.getresponse() as answer:
                answer.read()
                return answer.status

        yield ask
