"""A small DUBU on loopback for tests: OData collections, token and login, and faults on demand."""

import base64
import json
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.contracts.connector import Fault

SECRET = "right-secret-of-the-social-source"
WRONG_SECRET = "wrong-secret-of-the-social-source"
TOKEN = "token-of-the-social-source"
COOKIE = "session-of-the-social-source"
Item = dict[str, Any]


@dataclass
class Dubu:
    """What the server holds and how it behaves."""

    sager: list[Item] = field(default_factory=list)
    aktiviteter: dict[int, list[Item]] = field(default_factory=dict)
    ydelser: list[Item] = field(default_factory=list)
    fault: Fault | None = None
    session_length: int = 1_000
    """How many answers a session gives before it expires."""
    alive_sessions: int = 0
    most_per_page: int = 1_000
    tamper: Callable[[str, dict[str, str], Item], Item] | None = None
    """Changes an answer: address, parameters, answer."""
    asked: list[str] = field(default_factory=list)
    logins: int = 0
    url: str = ""

    def answer(self, path: str, params: dict[str, str]) -> Item:
        """The OData answer to a question."""
        by_case = re.fullmatch(r"/odata/Aktivitet/Default\.GetBySag\(Id=(\d+)\)", path)
        if by_case:
            answer: Item = {"value": self.aktiviteter.get(int(by_case[1]), [])}
        else:
            items = {"/odata/Sag": self.sager, "/odata/Ydelse": self.ydelser}[path]
            after = int(params.get("$filter", "id gt 0").removeprefix("id gt "))
            left = sorted((item for item in items if item["id"] > after), key=lambda item: int(item["id"]))
            top = min(int(params.get("$top", "1000")), self.most_per_page)
            answer = {"@odata.count": len(left), "value": left[:top]}
        return self.tamper(path, params, answer) if self.tamper else answer


@contextmanager
def serving(dubu: Dubu, context: ssl.SSLContext | None = None) -> Iterator[Dubu]:
    """The server, until the block ends; over TLS when it has a *context*."""
    server = _Server(dubu)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    dubu.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield dubu
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def __init__(self, dubu: Dubu) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.dubu = dubu


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        dubu = self.server.dubu
        dubu.logins += 1
        basic = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        if SECRET not in (basic.partition(":")[2], form.get("password", [""])[0]):
            self._send(401, b'{"error": "invalid_client"}')
        elif self.path == "/token":
            self._send(200, json.dumps({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 300}).encode())
        else:
            self.server.dubu.alive_sessions = max(self.server.dubu.alive_sessions, 1)
            self._send(
                200, b"<html>welcome</html>", "text/html", cookie=f"session={COOKIE}-{self.server.dubu.logins}; Path=/"
            )

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path, params = unquote(parts.path), {key: values[0] for key, values in parse_qs(parts.query).items()}
        self.server.dubu.asked.append(unquote(self.path))
        if self.server.dubu.fault:
            self._fail(self.server.dubu.fault)
        elif not self._is_known():
            self._send(200, b"<html>log in</html>", "text/html; charset=utf-8")
        else:
            self._send(200, json.dumps(self.server.dubu.answer(path, params)).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        """Quiet."""

    def _is_known(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {TOKEN}":
            return True
        if (
            f"{COOKIE}-{self.server.dubu.logins}" in self.headers.get("Cookie", "")
            and self.server.dubu.alive_sessions > 0
        ):
            self.server.dubu.alive_sessions -= 1
            return True
        return False

    def _fail(self, fault: Fault) -> None:
        match fault:
            case Fault.DOWN:
                self.close_connection = True
            case Fault.SERVER_ERROR:
                self._send(500, b"{}")
            case Fault.THROTTLED:
                self._send(429, b"{}")
            case Fault.FORBIDDEN:
                self._send(403, b"{}")
            case Fault.HTML:
                self._send(200, b"<html></html>", "text/html")
            case Fault.CUT_OFF:
                self._send(200, b'{"@odata.count": 3, "value": [{"id"')
            case Fault.OTHER_JSON:
                self._send(200, b'{"hello": "world"}')

    def _send(self, status: int, body: bytes, kind: str = "application/json", cookie: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "0")
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(body)


def person(key: int, number: str | None, given: str, **more: Any) -> Item:
    """A primary person."""
    return {
        "id": key,
        "cprnr": number,
        "fornavn": given,
        "mellemnavn": None,
        "efternavn": "Testborger",
        "fuldeNavn": f"{given} Testborger",
        "alder": 14,
        "foedselsdato": "2009-03-03",
        "adressebeskyttelse": False,
        "doedsdato": None,
        "adresse": {"vejnavn": "Prøvevej 1", "postnummer": "9999", "by": "Egelund", "kommunekode": "0999"},
        "tidligereCprnr": [],
    } | more


def sag(key: int, whom: Item | None, **more: Any) -> Item:
    """A case."""
    unit = {"orgEnhedId": 100, "titel": "Familieafdelingen", "telefon": "44 77 30 00"}
    return {
        "id": key,
        "sagsnummer": f"2019-{key}",
        "titel": "Børnesag",
        "tvang": False,
        "isSensitive": False,
        "sagstype": {"brugervendtNoegle": "SagType1", "titel": "Børnesag"},
        "status": {"brugervendtNoegle": "SagStatus1", "titel": "Aktiv"},
        "kleNummer": "27.24.00",
        "oprettetDato": "2019-02-01T09:00:00Z",
        "lukketDato": None,
        "primaerPerson": whom,
        "primaerBehandler": {"id": 77, "navn": "Anna Holm", "telefon": "44 77 30 01", "enhed": unit},
        "foerstkommendeFrist": {"id": 9, "fristDato": "2023-10-01T00:00:00Z"},
        "sagsparter": [],
        "syntetisk": True,
    } | more


def underretning(key: int, case: int, **more: Any) -> Item:
    """A concern notification."""
    return {
        "id": key,
        "sagReference": {"sagId": case},
        "type": {"brugervendtNoegle": "AktType1", "titel": "Henvendelse"},
        "undertype": {"brugervendtNoegle": "AktUnder4", "titel": "Underretning"},
        "haendelsesDato": "2022-02-18T13:05:00Z",
        "modtagetDato": "2022-02-18T13:05:00Z",
        "vurderetDato": "2022-02-19T10:00:00Z",
        "kvitteringDato": "2022-02-22",
        "underretter": {"brugervendtNoegle": "2", "titel": "Skole"},
        "baggrundeForUnderretningBarnet": [{"brugervendtNoegle": "3", "titel": "Skoleproblemer"}],
        "baggrundeForUnderretningHjemmet": [],
        "baggrundeForUnderretningAndet": [],
        "lovgrundlag": {"titel": "Serviceloven § 153"},
        "status": {"titel": "Afsluttet"},
        "udfald": {"brugervendtNoegle": "assessment_20", "titel": "Børnefaglig undersøgelse"},
        "udfaldDato": "2022-02-25",
        "medfoerteYdelser": [900],
        "vedroerer": [{"relation": "Barn"}],
        "ufoedt": False,
        "primaerBehandlerNavn": "Anna Holm",
        "primaerBehandlerId": 77,
        "oprettetDato": "2022-02-18T13:10:00Z",
        "notat": "never read",
        "beskrivelse": "never read",
        "syntetisk": True,
    } | more


def aktivitet(key: int, case: int, kind: str, below: str, **more: Any) -> Item:
    """Another activity."""
    return underretning(key, case, type={"titel": kind}, undertype={"titel": below}, status={"titel": "Aktiv"}) | more


def ydelse(key: int, case: int, number: str | None, **more: Any) -> Item:
    """A granted effort."""
    unit = {"orgEnhedId": 110, "titel": "Familiehuset", "telefon": "44 77 30 02"}
    return {
        "id": key,
        "sagId": case,
        "cprnr": number,
        "borgerNavn": "Ida Testborger",
        "ydelsestype": {"brugervendtNoegle": "YT5", "titel": "Familiebehandling"},
        "foranstaltningsparagraf": "Serviceloven § 52, stk. 3, nr. 3",
        "kleNummer": "27.24.00",
        "startdato": "2022-03-01",
        "slutdato": None,
        "forventetSlutdato": "2023-12-31",
        "status": {"brugervendtNoegle": "Igang", "titel": "Igang"},
        "leverandoer": unit,
        "ansvarlig": {"id": 77, "navn": "Anna Holm", "telefon": None, "enhed": unit},
        "formaal": "Ro og struktur i hverdagen",
        "omfang": "2 timer om ugen",
        "naesteOpfoelgning": "2023-10-15",
        "anbefaling": None,
        "oprettetDato": "2022-02-26T08:00:00Z",
        "syntetisk": True,
    } | more
