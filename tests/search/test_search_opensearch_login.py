"""Login and TLS on the way to OpenSearch: a proxy with a certificate and a password stands before the real node."""

import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
import trustme
from pydantic import SecretStr

from hub.db import Database
from hub.errors import InvalidSetting
from hub.services import build_services
from hub.settings import Settings
from search.base import SearchUnavailable
from search.opensearch import OpenSearchIndex
from tests.contracts.search_index import citizen, make_document, make_query, numbers

NAME, PASSWORD = "helhed", "only-for-tests"
KEY = SecretStr("only-for-tests-only-for-tests-only")


@contextmanager
def _guarded(node: str, authority: trustme.CA) -> Iterator[str]:
    """The address of the proxy, while it runs."""
    known = f"Basic {b64encode(f'{NAME}:{PASSWORD}'.encode()).decode()}"

    class Relay(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def relay(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.headers.get("authorization") != known:
                self._answer(401, b"Unauthorized", "text/plain")
                return
            kind = self.headers.get("content-type", "application/json")
            response = httpx.request(self.command, node + self.path, content=body, headers={"content-type": kind})
            self._answer(
                response.status_code, response.content, response.headers.get("content-type", "application/json")
            )

        do_GET = do_POST = do_PUT = do_DELETE = relay  # noqa: N815  the names http.server asks for

        def _answer(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Relay)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a refused handshake is the point of a test
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _trusted(authority: trustme.CA, folder: Path) -> Path:
    path = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def test_the_settings_lead_to_opensearch_with_login_and_tls(
    opensearch_index: OpenSearchIndex, opensearch_urls: str, database: Database, tmp_path: Path
) -> None:
    authority = trustme.CA()
    with _guarded(opensearch_urls.split(",", maxsplit=1)[0], authority) as url:
        settings = Settings(
            database_url=SecretStr(database.url.render_as_string(hide_password=False)),
            digest_key=KEY,
            session_key=KEY,
            opensearch_urls=url,
            opensearch_user=NAME,
            opensearch_password=SecretStr(PASSWORD),
            opensearch_ca=_trusted(authority, tmp_path),
            opensearch_index=opensearch_index._name,
        )
        context = build_services(settings)
        assert isinstance(context.index, OpenSearchIndex)
        context.index.create()
        assert context.index.put([make_document(1, "Maja")]).written == 1
        context.index.refresh()
        assert numbers(context.index.find(make_query("maja"))) == [1]
        context.close()


def test_a_wrong_password_is_unavailable_and_never_told(
    opensearch_index: OpenSearchIndex, opensearch_urls: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    authority = trustme.CA()
    with _guarded(opensearch_urls.split(",", maxsplit=1)[0], authority) as url:
        trusted = _trusted(authority, tmp_path)
        wrong = OpenSearchIndex([url], name=opensearch_index._name, login=(NAME, "hemmelig"), ca=trusted)
        for ask in (lambda: wrong.overview(citizen(1)), lambda: wrong.find(make_query("maja"))):
            with pytest.raises(SearchUnavailable, match="refuses our login"):
                ask()
        wrong.close()
    assert "hemmelig" not in caplog.text


def test_a_certificate_of_an_unknown_authority_is_not_talked_to(
    opensearch_index: OpenSearchIndex, opensearch_urls: str, tmp_path: Path
) -> None:
    with _guarded(opensearch_urls.split(",", maxsplit=1)[0], trustme.CA()) as url:
        for ca in (_trusted(trustme.CA(), tmp_path), None):
            strict = OpenSearchIndex([url], name=opensearch_index._name, login=(NAME, PASSWORD), ca=ca)
            with pytest.raises(SearchUnavailable, match="SSLError"):
                strict.overview(citizen(1))
            strict.close()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"opensearch_urls": "opensearch"}, "HELHED_OPENSEARCH_URLS"),
        ({"opensearch_urls": "https://helhed:secret@127.0.0.1:1"}, "HELHED_OPENSEARCH_URLS"),
        ({"opensearch_urls": "https://127.0.0.1:1", "opensearch_ca": Path("nowhere.pem")}, "HELHED_OPENSEARCH_CA"),
    ],
)
def test_settings_that_cannot_be_are_told_by_name(given: dict[str, object], told: str, database: Database) -> None:
    address = SecretStr(database.url.render_as_string(hide_password=False))
    settings = Settings.model_validate({"database_url": address, "digest_key": KEY, "session_key": KEY, **given})
    with pytest.raises(InvalidSetting, match=told) as caught:
        build_services(settings)
    assert "secret@" not in str(caught.value)
