"""A small STAR and a small case system on loopback for tests, as one server: services, search, token, and faults."""

import base64
import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

from connectors.base import PushedEvent
from tests.contracts.connector import Fault

SECRET = "right-secret-of-the-case-system"
WRONG_SECRET = "wrong-secret-of-the-case-system"
TOKEN = "token-of-the-case-system"
API_KEY = "api-key-of-the-case-system"
KIRSTEN, BO, ANDERS = "2911829996", "0212159995", "3103979995"
"""The numbers of the published samples."""
ABSENCE = "7d0f3b1e-6a52-4e0b-9a1d-0c5c1a8f0a11"
RECEIVED_AT = datetime(2023, 9, 12, 6, 59, tzinfo=UTC)
Item = dict[str, Any]
Reply = tuple[int, Any]


@dataclass
class Star:
    """What the server holds and how it behaves."""

    entities: dict[str, dict[str, tuple[str, Item]]] = field(default_factory=dict)
    """By service (``fravaer``) and id: the citizen's number and the payload."""
    histories: dict[str, list[Item]] = field(default_factory=dict)
    rows: list[Item] = field(default_factory=list)
    caseworkers: dict[str, list[Item]] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    """STAR's error code for a citizen or an id."""
    fault: Fault | None = None
    page_answers: Callable[[int, int, Item], Reply] | None = None
    """Changes an answer of the search: number and size of the page, answer."""
    raw: Callable[[str], tuple[int, bytes, str] | None] = lambda _: None
    """Answers a path with bytes."""
    ids_used: set[str] = field(default_factory=set)
    """Request ids that were seen, also those that a test says were."""
    refuse_next_id: int = 0
    """So many of the next request ids count as used before."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    searched: list[Item] = field(default_factory=list)
    url: str = ""

    def answer(self, path: str, headers: dict[str, str]) -> Reply:
        """What a service says."""
        if "x-requestid" in headers:
            request_id = headers["x-requestid"]
            if request_id in self.ids_used or self.refuse_next_id:
                self.refuse_next_id = max(self.refuse_next_id - 1, 0)
                return 412, {"errors": [{"code": 412, "message": "x-requestId er allerede anvendt"}]}
            self.ids_used.add(request_id)
        parts = path.strip("/").split("/")
        if parts[0] == "responsibleCaseworkers":
            return 200, {"responsibleCaseworkers": self.caseworkers.get(parts[-1], [])}
        number = headers.get("x-civilregistrationidentifier", "")
        service, rest = parts[0], parts[3:]
        code = self.codes.get(rest[-1] if rest else number, self.codes.get(number))
        if code is not None:
            return {4575: 403, 4404: 404}.get(code, 400), {"errors": [{"code": code, "message": "nej"}]}
        if rest[:1] == ["historik"]:
            rows = self.histories.get(rest[-1])
            return (200, rows) if rows else (404, {"errors": [{"code": 4404}]})
        held = self.entities.get(service, {})
        if not rest:
            return 200, [payload for owner, payload in held.values() if owner == number]
        entity = held.get(rest[0])
        return (200, entity[1]) if entity else (404, {"errors": [{"code": 4404, "message": "findes ikke"}]})

    def search(self, question: Item) -> Reply:
        """A page of the search."""
        self.searched.append(question)
        number, size = question["paging"]["pageNumber"], question["paging"]["pageSize"]
        wanted = {value for each in question["filters"] for value in each["values"]}
        rows = [row for row in self.rows if not wanted or row.get("targetGroupCode") in wanted]
        page = rows[number * size : (number + 1) * size]
        answer = {"data": page, "hasMore": (number + 1) * size < len(rows), "totalSearchCount": len(rows)}
        return self.page_answers(number, size, answer) if self.page_answers else (200, answer)


@contextmanager
def serving(star: Star, context: ssl.SSLContext | None = None) -> Iterator[Star]:
    """The server, until the block ends; over TLS when it has a *context*."""
    server = _Server(star)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    star.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield star
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def __init__(self, star: Star) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.star = star

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: refused handshakes are what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        star = self.server.star
        if self.path == "/token":
            is_right = _basic(self.headers.get("Authorization", "")) == SECRET
            self._send(*((200, {"access_token": TOKEN, "expires_in": 300}) if is_right else (401, {"error": "no"})))
        elif star.fault:
            self._fail(star.fault)
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}" or self.headers.get("apikey") != API_KEY:
            self._send(401, {})
        else:
            self._send(*star.search(json.loads(body)))

    def do_GET(self) -> None:
        star, path = self.server.star, unquote(urlsplit(self.path).path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        star.asked.append((path, headers))
        raw = star.raw(path)
        if star.fault:
            self._fail(star.fault)
        elif raw is not None:
            self._send_bytes(*raw)
        else:
            self._send(*star.answer(path, headers))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        """Quiet."""

    def _fail(self, fault: Fault) -> None:
        match fault:
            case Fault.DOWN:
                self.close_connection = True
            case Fault.SERVER_ERROR:
                self._send(500, {})
            case Fault.THROTTLED:
                self._send(429, {})
            case Fault.FORBIDDEN:
                self._send(403, {})
            case Fault.HTML:
                self._send_bytes(200, b"<html></html>", "text/html")
            case Fault.CUT_OFF:
                self._send_bytes(200, b'{"data": [{"id"', "application/json")
            case Fault.OTHER_JSON:
                self._send(200, {"hello": "world"})

    def _send(self, status: int, body: Any) -> None:
        self._send_bytes(status, json.dumps(body).encode(), "application/json")

    def _send_bytes(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(body)


def _basic(header: str) -> str:
    return base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")[2]


def settings_of(star: Star, secret: str = SECRET, more: Mapping[str, object] | None = None) -> dict[str, object]:
    """Settings of a connector to this server."""
    return {
        "base_url": star.url,
        "municipality_code": "0999",
        "environment": "test",
        "search_url": star.url,
        "search_token_url": f"{star.url}/token",
        "search_client_id": "helhed",
        "search_client_secret": secret,
        "search_api_key": API_KEY,
        "patience": "never",
    } | dict(more or {})


def absence(version: str = "1", **more: Any) -> Item:
    """An absence, as the published sample has it."""
    return {
        "fravaerIdentifier": ABSENCE,
        "fravaerType": {"kode": 11, "tekst": "Sygdom"},
        "startDato": "2023-03-02",
        "slutDato": None,
        "fravaersKommentar": "Sygemeldt pr. telefon",
        "anmeldelsesDato": "2023-03-02",
        "fravaersAfslutningsAarsag": None,
        "ansvarligMyndighed": {"organisationTypeIdentifier": 1, "organisationCode": "999"},
        "versionIdentifier": version,
        "registreretTidspunkt": f"2023-03-02T07:4{int(version) if version.isdigit() else 0}:12.013Z",
        "syntetisk": True,
    } | more


def activity(key: str = "a3f1c7b4-2d5e-4f7c-9b7a-77d1b0c4aa01", **more: Any) -> Item:
    """An activity, as the published sample has it."""
    return {
        "activityIdentifier": key,
        "activationTypeIdentifier": 17,
        "activationTypeText": "Virksomhedspraktik",
        "startDate": "2023-02-02",
        "endDate": "2023-12-24",
        "hoursPerWeek": 25,
        "minutesPerWeek": 0,
        "responsibleAuthority": {"organisationTypeIdentifier": 1, "organisationCode": "999"},
        "legalBasis": "LAB § 57",
        "kle": "15.20.00",
        "versionIdentifier": "4",
        "syntetisk": True,
    } | more


def row(key: int, number: str | int | None, name: str = "Kirsten Test Berggren", **more: Any) -> Item:
    """A citizen of the search, as the published sample has it."""
    own = f"0b5c1d7e-0000-4000-8000-{key:012}"
    address: Item = {"street": "Testvej", "number": "12", "suite": "1. tv", "postalCode": "5000", "city": "Odense C"}
    return {
        "id": own,
        "citizenId": own,
        "cpr": number,
        "displayName": name,
        "targetGroupCode": "6.2",
        "targetGroupName": "Aktivitetsparat kontanthjælpsmodtager",
        "isActive": True,
        "address": address | {"building": None, "countryCode": "DK"},
        "syntetisk": True,
    } | more


def caseworker(**more: Any) -> Item:
    """Somebody responsible, as the published sample has it."""
    return {
        "caseworkerId": "c1",
        "displayName": "Test Sagsbehandler",
        "responsibilityName": "Beskæftigelsessagsbehandler",
        "responsibilityTypeCode": "BESKAFTIGELSESSAGSBEHANDLER",
        "role": 1,
        "start": "2022-10-31T23:00:00Z",
        "endDate": None,
        "caseworkerIsActive": True,
        "showInJobnet": True,
        "syntetisk": True,
    } | more


def event(
    change: int = 2, version: str | None = "2", *, path: str = "0999/fravaer", attempt: int = 9, **more: Any
) -> PushedEvent:
    """A thin event, as the published sample has it; of the last attempt unless told otherwise."""
    body: Item = {
        "EntitetNavn": "Fravaer",
        "EntitetId": ABSENCE,
        "EksternIdentifier": "00000000-0000-0000-0000-000000000000",
        "VersionIdentifier": version,
        "Identifikation": KIRSTEN,
        "IdentifikationstypeId": 1,
        "Aendringstype": change,
        "Bodyindhold": None,
    } | more
    return pushed(json.dumps(body).encode(), path=path, attempt=attempt)


def pushed(body: bytes, *, path: str = "0999/fravaer", attempt: int = 9, is_cut: bool = False) -> PushedEvent:
    """Any body, as it came."""
    return PushedEvent(path=path, body=body, received_at=RECEIVED_AT, attempt=attempt, is_cut=is_cut)
