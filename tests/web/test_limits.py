"""What the application does with bodies that are too long, and with faults of its own."""

import logging
import socket
from collections.abc import Iterator

import httpx
import pytest

from hub.app import create_app
from hub.context import AppContext
from hub.web.middlewares.body_size_limit import LARGEST_BODY
from hub.web.middlewares.security_headers import CONTENT_SECURITY_POLICY
from tests.web.serving import serving


@pytest.fixture
def address(context: AppContext) -> Iterator[str]:
    """The application, with a page that fails."""
    app = create_app(context)

    @app.get("/fejler")
    def fails() -> None:
        raise RuntimeError("Maja Testborger 750786-4002")

    with serving(app) as served:
        yield served


def test_a_fault_of_ours_is_a_page_with_every_header(address: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = httpx.get(f"{address}/fejler")
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"] in answer.text
    assert "web.unexpected" in caplog.text
    assert "Maja" not in answer.text + caplog.text
    assert not [record for record in caplog.records if record.exc_info]


def test_a_long_body_is_refused(address: str) -> None:
    long = b"x" * (LARGEST_BODY + 1)
    assert httpx.post(f"{address}/log-ind", content=long).status_code == 413


def test_a_long_body_without_a_stated_length_is_cut_off(address: str) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * (LARGEST_BODY // 4)

    form = {"content-type": "application/x-www-form-urlencoded"}
    try:
        answer = httpx.post(f"{address}/log-ind", content=pieces(), headers=form)
    except httpx.TransportError:
        return
    assert answer.status_code >= 400


def test_headers_without_an_end_are_cut_off(address: str) -> None:
    name, _, port = address.removeprefix("http://").partition(":")
    with socket.create_connection((name, int(port)), timeout=20) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        with pytest.raises(ConnectionError):
            for number in range(1000):
                connection.sendall(b"X-%d: " % number + b"a" * 100_000 + b"\r\n")


def test_no_address_is_made_from_the_host_a_request_names(address: str) -> None:
    answer = httpx.get(f"{address}/mine-borgere/", headers={"host": "ond.example"})
    assert "ond.example" not in answer.headers.get("location", "") + answer.text
