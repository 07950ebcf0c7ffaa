"""Every way an HTTP source can fail becomes the right one of three errors, and no text repeats what was asked."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest
import trustme
from pydantic import SecretStr

from connectors.errors import SourceRefused, SourceUnavailable
from connectors.retry import RetryPolicy
from connectors.transports.http import HttpSettings, HttpTransport
from connectors.transports.oauth import ClientCredentials

JSON = {"Content-Type": "application/json"}
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Script:
    """Answers in their order, the last one again and again; ``length`` promises another length than is sent."""

    answers: list[Answer]
    length: int | None = None
    hold: Event = field(default_factory=Event)
    """While set, nothing is answered."""
    paths: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def serving(script: Script, context: ssl.SSLContext | None = None) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script.paths.append(self.path)
            script.headers.append(dict(self.headers.items()))
            while script.hold.is_set():
                released.wait(5)
            status, headers, body = script.answers.pop(0) if len(script.answers) > 1 else script.answers[0]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(script.length or len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
            """Quiet."""

    released = Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # broken handshakes are what is tested
    scheme = "http"
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{scheme}://localhost:{server.server_port}/base"
    finally:
        script.hold.clear()
        released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def transport(url: str, waits: list[float] | None = None, **settings: object) -> HttpTransport:
    waited = [] if waits is None else waits
    return HttpTransport(HttpSettings.model_validate({"base_url": url, **settings}), sleep=waited.append)


def test_an_answer_is_read_below_the_base_with_our_headers() -> None:
    script = Script([(200, JSON, b'{"a": 1}')])
    with serving(script) as url:
        answer = transport(url, extra_headers={"X-Key": SecretStr("made-up")}).get_json("Sag/1", {"$top": "2"})
    assert (answer.status, answer.body) == (200, {"a": 1})
    assert script.paths == ["/base/Sag/1?%24top=2"]
    assert script.headers[0]["X-Key"] == "made-up"


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_is_for_the_caller_to_judge(status: int) -> None:
    with serving(Script([(status, {"Content-Type": "text/html"}, b"<html>")])) as url:
        answer = transport(url).get_json("x")
    assert (answer.status, answer.body) == (status, None)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((401, JSON, b"{}"), "credentials"),
        ((403, JSON, b"{}"), "right"),
        ((400, JSON, b"{}"), "400"),
        ((302, {"Location": "https://login.example"}, b""), "redirects"),
        ((200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>log in"), "for people"),
        ((200, {"Content-Type": "text/plain"}, b"hello"), "not JSON"),
        ((200, JSON, b"[" + b"1," * 600 + b"1]"), "larger"),
    ],
)
def test_a_person_must_act(answer: Answer, says: str) -> None:
    waits: list[float] = []
    with serving(Script([answer])) as url, pytest.raises(SourceRefused, match=says) as refused:
        transport(url, waits, max_bytes=1000).get_json("x", {"cpr": "7507864002"})
    assert not waits
    assert "7507864002" not in str(refused.value)


@pytest.mark.parametrize("answer", [(500, JSON, b"{}"), (503, JSON, b"{}"), (408, JSON, b"{}"), (200, JSON, b'{"a": ')])
def test_what_may_pass_is_tried_three_times(answer: Answer) -> None:
    waits: list[float] = []
    script = Script([answer])
    with serving(script) as url, pytest.raises(SourceUnavailable) as failed:
        transport(url, waits).get_json("x", {"cpr": "7507864002"})
    assert len(script.paths) == 3
    assert len(waits) == 2
    assert "7507864002" not in str(failed.value)


def test_a_second_attempt_may_succeed() -> None:
    with serving(Script([(502, JSON, b"{}"), (200, JSON, b"[]")])) as url:
        assert transport(url).get_json("x").body == []


def test_a_source_that_asks_us_to_wait_is_waited_for() -> None:
    waits: list[float] = []
    with serving(Script([(429, {**JSON, "Retry-After": "7"}, b"{}"), (200, JSON, b"{}")])) as url:
        transport(url, waits).get_json("x")
    assert waits == [7]


def test_a_source_that_asks_for_too_long_is_left_alone() -> None:
    waits: list[float] = []
    with serving(Script([(503, {**JSON, "Retry-After": "3600"}, b"{}")])) as url, pytest.raises(SourceUnavailable):
        transport(url, waits).get_json("x")
    assert not waits


def test_a_cut_off_body_is_no_answer() -> None:
    with serving(Script([(200, JSON, b'{"a": 1}')], length=500)) as url, pytest.raises(SourceUnavailable):
        transport(url, patience=RetryPolicy.NEVER, read_timeout=0.3).get_json("x")


def test_silence_ends_in_a_timeout() -> None:
    script = Script([(200, JSON, b"{}")])
    script.hold.set()
    with serving(script) as url, pytest.raises(SourceUnavailable, match="ReadTimeout"):
        transport(url, patience=RetryPolicy.NEVER, read_timeout=0.1).get_json("x")


def test_nobody_listening_is_unavailable() -> None:
    with serving(Script([(200, JSON, b"{}")])) as url:
        closed = url
    with pytest.raises(SourceUnavailable, match="ConnectError"):
        transport(closed).get_json("x")


@pytest.mark.parametrize(
    "bend",
    [
        lambda url: url.replace("localhost", "127.0.0.1"),
        lambda url: url.replace("http://", "https://"),
        lambda url: url.replace("/base", "0/base"),
        lambda _: "//elsewhere.example/base",
        lambda _: "ftp://localhost/base",
    ],
)
def test_a_next_link_elsewhere_is_refused(bend: Callable[[str], str]) -> None:
    base = "http://localhost:8000/base"
    with pytest.raises(SourceRefused, match="another host"):
        transport(base).checked_next(bend(base))


def test_a_next_link_on_the_same_host_is_followed_as_it_stands() -> None:
    base = transport("http://localhost:8000/base")
    assert base.checked_next("http://localhost:8000/other?a=%2B1") == "http://localhost:8000/other?a=%2B1"
    assert base.checked_next("?page=2") == "http://localhost:8000/base/?page=2"


@pytest.mark.parametrize(
    "url", ["http://dubu.example", "https://user@dubu.example", "https://d.example?x=1", "nonsense"]
)
def test_an_unsafe_address_is_no_setting(url: str) -> None:
    with pytest.raises(ValueError, match=r"base_url|plain http"):
        HttpSettings(base_url=url)


def test_a_certificate_of_unknown_origin_needs_a_person() -> None:
    ours, theirs = trustme.CA(), trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.issue_cert("localhost").configure_cert(context)
    right, wrong = theirs.cert_pem.bytes().decode(), ours.cert_pem.bytes().decode()
    script = Script([(200, JSON, b"{}")])
    with serving(script, context) as url:
        assert transport(url, ca_certificates=right).get_json("x").status == 200
        with pytest.raises(SourceRefused, match="certificate"):
            transport(url, ca_certificates=wrong).get_json("x")
    assert len(script.paths) == 1
    with pytest.raises(SourceRefused, match="cannot be read"):
        transport("https://localhost", ca_certificates=right.replace("M", "?"))


def test_a_source_that_wants_our_certificate_needs_a_person() -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    authority.issue_cert("localhost").configure_cert(context)
    ca = authority.cert_pem.bytes().decode()
    mine = authority.issue_cert("helhed.example")
    own, key = mine.cert_chain_pems[0].bytes().decode(), mine.private_key_pem.bytes().decode()
    with serving(Script([(200, JSON, b"{}")]), context) as url:
        result = transport(url, ca_certificates=ca, client_certificate=own, client_key=key)
        assert result.get_json("x").status == 200
        with pytest.raises(SourceRefused, match="our certificate"):
            transport(url, ca_certificates=ca).get_json("x")


TOKEN_ANSWER: Answer = (200, JSON, b'{"access_token": "made-up-token", "expires_in": 300}')
OK: Answer = (200, JSON, b"{}")
UNKNOWN: Answer = (401, JSON, b"{}")


def logged_in(url: str, now: Callable[[], float] = lambda: 0.0) -> HttpTransport:
    auth = ClientCredentials(f"{url}/token", "helhed", "made-up-secret", monotonic=now)
    return HttpTransport(HttpSettings(base_url=url, patience=RetryPolicy.NEVER), auth)


def test_a_token_is_fetched_once_and_renewed_before_it_ends() -> None:
    now = [0.0]
    script = Script([TOKEN_ANSWER, OK, OK, TOKEN_ANSWER, OK])
    with serving(script) as url:
        client = logged_in(url, lambda: now[0])
        client.get_json("x")
        client.get_json("x")
        now[0] = 271.0
        client.get_json("x")
    assert [path.removeprefix("/base/") for path in script.paths] == ["token", "x", "x", "token", "x"]
    assert script.headers[1]["Authorization"] == "Bearer made-up-token"


def test_a_token_that_is_refused_is_fetched_again_once() -> None:
    script = Script([TOKEN_ANSWER, OK, UNKNOWN, TOKEN_ANSWER, OK])
    with serving(script) as url:
        client = logged_in(url)
        client.get_json("x")
        assert client.get_json("x").status == 200
    assert len(script.paths) == 5


@pytest.mark.parametrize("answers", [[TOKEN_ANSWER, UNKNOWN], [UNKNOWN], [(200, JSON, b'{"hello": 1}')]])
def test_a_login_that_fails_needs_a_person(answers: list[Answer]) -> None:
    with serving(Script(answers)) as url, pytest.raises(SourceRefused) as refused:
        logged_in(url).get_json("x")
    assert "made-up" not in str(refused.value)


def test_a_token_server_that_is_down_is_unavailable() -> None:
    with serving(Script([(503, JSON, b"{}")])) as url, pytest.raises(SourceUnavailable, match="token server"):
        logged_in(url).get_json("x")


def test_a_cookie_that_the_source_sets_comes_back_to_it() -> None:
    script = Script([(200, JSON | {"Set-Cookie": "balancer=b2; Path=/"}, b"1"), (200, JSON, b"2")])
    with serving(script) as url:
        over = transport(url)
        assert [over.get_json("x").body, over.get_json("x").body] == [1, 2]
    assert [headers.get("Cookie") for headers in script.headers] == [None, "balancer=b2"]
