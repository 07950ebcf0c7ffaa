"""A small Nexus on loopback for tests: HAL from the root to the grants of a list, token, and faults on demand."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contracts.connector import Fault

SECRET = "right-secret-of-nexus"
WRONG_SECRET = "wrong-secret-of-nexus"
TOKEN = "token-of-nexus"
ROOT = "/api/core/mobile/testkommune/v2"
LIST = "Indsatser til Helhed"
Item = dict[str, Any]


@dataclass
class Nexus:
    """What the server holds and how it behaves."""

    grants: dict[int, Item] = field(default_factory=dict)
    """Whole grants by id."""
    inaccessible: set[str] = field(default_factory=set)
    """CPR numbers of citizens that our user may not see."""
    statuses: dict[int, int] = field(default_factory=dict)
    """Grants whose look-up is answered with another status."""
    unlisted: set[int] = field(default_factory=set)
    extra_rows: list[Any] = field(default_factory=list)
    """More rows of the list, as they are."""
    page_size: int = 2
    broken_page: int | None = None
    """This page of the list is answered with 404."""
    elsewhere: str | None = None
    """The host that the links of the list name instead of this one."""
    fault: Fault | None = None
    url: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str) -> tuple[int, Any]:
        """Status and body."""
        below = path.removeprefix(ROOT).strip("/")
        pages = self._pages()
        if below == "":
            return 200, {"_links": self._links(preferences="preferences", patientDetailsSearch="patientDetailsSearch")}
        if below == "preferences":
            return 200, {"ACTIVITY_LIST": [{"name": LIST, "_links": self._links(self="lists/7")}], "CITIZEN_LIST": []}
        if below == "lists/7":
            return 200, {"_links": self._links(content="lists/7/content")}
        if below == "lists/7/content":
            links = [self._links(content=f"lists/7/pages/{page}") for page in range(len(pages))]
            return 200, {"totalItems": sum(map(len, pages)), "pages": [{"_links": each} for each in links]}
        if below.startswith("lists/7/pages/"):
            page = int(below.rpartition("/")[2])
            return (404, None) if page == self.broken_page else (200, pages[page])
        key = int(below.removeprefix("patientGrants/"))
        return self.statuses.get(key, 200 if key in self.grants else 404), self.grants.get(key)

    def _pages(self) -> list[list[Any]]:
        rows = [self._row(grant) for key, grant in self.grants.items() if key not in self.unlisted] + self.extra_rows
        return [rows[start : start + self.page_size] for start in range(0, len(rows), self.page_size)]

    def _row(self, grant: Item) -> Item:
        half = {name: grant[name] for name in ("id", "name", "patient")}
        return half | {"_links": self._links(self=f"patientGrants/{grant['id']}")}

    def _links(self, /, **paths: str) -> Item:
        host = self.elsewhere or ""
        return {name: {"href": f"{host}{ROOT}/{path}"} for name, path in paths.items()}


@contextmanager
def serving(nexus: Nexus) -> Iterator[Nexus]:
    """The server, until the block ends."""
    server = _Server(nexus)
    nexus.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield nexus
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def __init__(self, nexus: Nexus) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.nexus = nexus


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/token":
            secret = parse_qs(body).get("client_secret", [""])[0]
            is_right = SECRET in (secret, _password(self.headers.get("Authorization", "")))
            token = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 300}
            self._send(200, token) if is_right else self._send(401, {"error": "invalid_client"})
        elif self._is_known_and_well():
            number = json.loads(body)["businessKey"]
            self._send(200, {"isPatientAccessible": number not in self.server.nexus.inaccessible, "patient": None})

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.server.nexus.asked.append(path)
        if self._is_known_and_well():
            self._send(*self.server.nexus.answer(path))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        """Quiet."""

    def _is_known_and_well(self) -> bool:
        fault = self.server.nexus.fault
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._send(401, None)
        elif fault is None:
            return True
        elif fault is Fault.DOWN:
            self.close_connection = True
        elif fault in {Fault.SERVER_ERROR, Fault.THROTTLED, Fault.FORBIDDEN}:
            self._send({Fault.SERVER_ERROR: 500, Fault.THROTTLED: 429, Fault.FORBIDDEN: 403}[fault], None)
        elif fault is Fault.HTML:
            self._send(200, b"<html></html>", "text/html")
        else:
            self._send(200, b'{"_links": {"pref' if fault is Fault.CUT_OFF else b'{"hello": "world"}')
        return False

    def _send(self, status: int, body: Any, kind: str = "application/json") -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(raw)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(raw)


def _password(header: str) -> str:
    return base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")[2]


def grant(key: int, number: str | None, *, state: str = "Bestilt", **dates: str | None) -> Item:
    """A whole grant of 85, with the dates given by their element's type."""
    elements: list[Item] = [
        {"type": "paragraph", "paragraph": {"id": 3, "name": "Serviceloven", "section": "§ 85", "description": "law"}},
        {"type": "supplier", "supplier": {"id": 31, "name": "Bostøtte Syd"}},
        {"type": "kmdSag", "kleNumber": {"uid": "x", "name": "27.36.14", "description": "Bostøtte"}},
        {"type": "price", "decimal": 1234.5},
        {"type": "supplementaryInformation", "text": "never read"},
    ]
    set_dates = {"workflowApprovedDate": "2022-01-14T23:00:00.000+0000", "orderedDate": "2022-01-15T23:00:00.000+0000"}
    elements += [{"type": name, "date": date} for name, date in (set_dates | dates).items()]
    return {
        "id": key,
        "version": 7,
        "name": "Bostøtte",
        "patient": {
            "id": 4711 + key // 100,
            "patientIdentifier": {"type": "cpr", "identifier": number},
            "fullName": "Kirsten Testborger",
            "syntetisk": True,
        },
        "workflowState": {"name": state},
        "currentElements": elements,
        "_links": {"self": {"href": f"{ROOT}/patientGrants/{key}"}},
    }
