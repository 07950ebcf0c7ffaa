"""The server as it is shipped cuts off whoever sends slowly, and has a bound on connections. Raw sockets."""

import signal
import socket
from collections.abc import Iterator
from threading import Thread
from time import monotonic, sleep

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from hub.app import create_app
from hub.cli.http_server import (
    BODY_WITHIN,
    HEAD_WITHIN,
    MOST_CONNECTIONS,
    BoundedProtocol,
    RestingServer,
    server_config,
)
from hub.context import AppContext
from tests.web.serving import serving

WITHIN = 0.4
PATIENCE = 10.0


class Impatient(BoundedProtocol):
    head_within = WITHIN
    body_within = WITHIN
    most_connections = 8


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(f"{len(body)} bytes")(scope, receive, send)


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    with serving(echo, Impatient) as served:
        host, _, port = served.removeprefix("http://").partition(":")
        yield host, int(port)


def drip(address: tuple[str, int], start: bytes, piece: bytes) -> tuple[float, bytes]:
    """Send the start and then a piece every tenth of a second; when it was cut off, and what was answered."""
    with socket.create_connection(address, timeout=PATIENCE) as connection:
        began = monotonic()
        connection.sendall(start)
        connection.setblocking(False)
        answer = b""
        while monotonic() - began < PATIENCE:
            try:
                connection.send(piece)
                received = connection.recv(1000)
                answer += received
                if not received:
                    break
            except BlockingIOError:
                sleep(0.05)
            except ConnectionError:
                break
        return monotonic() - began, answer


def test_a_server_at_rest_ends_when_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.cli.http_server.TICK", 3600)  # it would not look by itself
    server = RestingServer(server_config(echo, "127.0.0.1", 0))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while server._loop is None:
        sleep(0.01)
    server.handle_exit(signal.SIGTERM, None)
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_head_that_comes_byte_by_byte_is_cut_off(address: tuple[str, int]) -> None:
    seconds, answer = drip(address, b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"a")
    assert WITHIN <= seconds < PATIENCE / 2
    assert answer.startswith(b"HTTP/1.1 408") or not answer


def test_a_body_that_comes_byte_by_byte_is_cut_off(address: tuple[str, int]) -> None:
    seconds, answer = drip(address, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n", b"a")
    assert WITHIN <= seconds < PATIENCE / 2
    assert b"200" not in answer


def test_a_connection_that_says_nothing_is_cut_off(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=PATIENCE) as connection:
        assert connection.recv(1000).startswith(b"HTTP/1.1 408")


def test_a_second_slow_request_of_a_connection_is_cut_off_too(address: tuple[str, int]) -> None:
    whole = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    seconds, answer = drip(address, whole + b"GET / HTTP/1.1\r\nX-Slow: ", b"a")
    assert answer.startswith(b"HTTP/1.1 200")
    assert seconds < PATIENCE / 2


def test_who_sends_in_time_is_answered(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=PATIENCE) as connection:
        for _ in range(3):
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab")
            connection.sendall(b"cd")
            answer = b""
            while b"4 bytes" not in answer:  # head and body may come apart
                answer += connection.recv(1000)
            assert answer.startswith(b"HTTP/1.1 200")


def test_connections_beyond_the_bound_are_closed_and_the_others_served(address: tuple[str, int]) -> None:
    connections = [socket.create_connection(address, timeout=PATIENCE) for _ in range(Impatient.most_connections + 4)]
    closed = 0
    for connection in connections:
        try:
            closed += connection.recv(1000) == b""
        except ConnectionError:
            closed += 1
        connection.close()
    assert closed >= 4
    with socket.create_connection(address, timeout=PATIENCE) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")


def test_the_server_that_is_shipped_has_these_bounds(context: AppContext) -> None:
    config = server_config(create_app(context), "127.0.0.1", 0)
    assert config.http is BoundedProtocol
    assert (BoundedProtocol.head_within, BoundedProtocol.body_within) == (HEAD_WITHIN, BODY_WITHIN)
    assert config.limit_concurrency
    assert BoundedProtocol.most_connections == MOST_CONNECTIONS


def test_two_lengths_of_one_body_are_refused(context: AppContext) -> None:
    with serving(create_app(context)) as served:
        host, _, port = served.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
            connection.sendall(
                b"POST /log-ind HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"0\r\n\r\nGET /mine-borgere HTTP/1.1\r\nHost: x\r\n\r\n"
            )
            answer = b""
            while received := connection.recv(1000):
                answer += received
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1 ") == 1
