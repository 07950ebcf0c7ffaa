"""A small DUBU on loopback for tests: OData collections, token and login, and faults on demand."""

import base64
import json
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

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
    links: str | None = None
    """How next links are written: ``absolute``, ``host``, ``service`` or ``request``; None: cut without a word."""
    elsewhere: str | None = None
    """The host that next links name instead of this one."""
    counts: bool = True
    text_ids: bool = False
    """IEEE754Compatible: 64-bit numbers come as text."""
    refused: frozenset[str] = frozenset()
    """Query options that are answered with 400."""
    ignores_filter: bool = False
    """Every question is answered with all rows."""
    statuses: dict[str, int] = field(default_factory=dict)
    """Paths that are answered with another status."""
    tamper: Callable[[str, dict[str, str], Item], Item] | None = None
    """Changes an answer: address, parameters, answer."""
    raw: Callable[[str, bytes], tuple[bytes, str]] | None = None
    """Changes the bytes of an answer, and its content type."""
    delay: Event | None = None
    """While given and not set, nothing is answered."""
    asked: list[str] = field(default_factory=list)
    logins: int = 0
    url: str = ""

    def answer(self, path: str, params: dict[str, str]) -> Item:
        """The OData answer to a question."""
        by_case = re.fullmatch(r"/odata/Aktivitet/Default\.GetBySag\(Id=(\d+)\)", path)
        inner = re.fullmatch(r"/odata/Sag\((\d+)\)/sagsparter", path)
        if by_case:
            rows, counted = self.aktiviteter.get(int(by_case[1]), []), False
        elif inner:
            rows, counted = next(item["sagsparter"] for item in self.sager if item["id"] == int(inner[1])), False
        else:
            rows, counted = {"/odata/Sag": self.sager, "/odata/Ydelse": self.ydelser}[path], self.counts
            rows = [item for item in rows if self.ignores_filter or _meets(item, params.get("$filter", ""))]
            if "$orderby" in params:
                rows = sorted(rows, key=lambda item: _number(item) or 0)
        skip = int(params.get("$skiptoken", "0"))
        top = min(int(params.get("$top", "1000")), self.most_per_page)
        answer: Item = {"value": [self._expanded(row, path) for row in rows[skip : skip + top]]}
        if counted and params.get("$count") == "true":
            answer["@odata.count"] = str(len(rows)) if self.text_ids else len(rows)
        if self.links and top == self.most_per_page and len(rows) > skip + top:
            answer["@odata.nextLink"] = self._link(path, {**params, "$skiptoken": str(skip + top)})
        return self.tamper(path, params, answer) if self.tamper else answer

    def _expanded(self, row: Any, path: str) -> Any:
        """A row as it is sent: a long list in it is paged, too."""
        if not isinstance(row, dict):
            return row
        row = row | {"id": str(row["id"])} if self.text_ids and "id" in row else row
        parts = row.get("sagsparter")
        if path != "/odata/Sag" or not self.links or not isinstance(parts, list) or len(parts) <= self.most_per_page:
            return row
        more = self._link(f"/odata/Sag({row['id']})/sagsparter", {"$skiptoken": str(self.most_per_page)})
        return row | {"sagsparter": parts[: self.most_per_page], "sagsparter@odata.nextLink": more}

    def _link(self, path: str, params: dict[str, str]) -> str:
        query = urlencode(params, quote_via=quote)
        whole = f"{self.elsewhere or self.url}{path}?{query}"
        service = f"{path.removeprefix('/odata/')}?{query}"
        written = {"absolute": whole, "host": f"odata/{service}", "service": service, "request": f"?{query}"}
        return written["service" if "sagsparter" in path and self.links == "request" else self.links or "absolute"]


def _meets(item: Any, condition: str) -> bool:
    """Whether a row meets a condition as ``sagId eq 5 and id gt 7``; one without a usable id is after every id."""
    for name, operator, text in re.findall(r"(\w+) (eq|gt) (\d+)", condition):
        value = _number(item) if name == "id" else item.get(name)
        if value is not None and not (value > int(text) if operator == "gt" else value == int(text)):
            return False
    return True


def _number(item: Any) -> int | None:
    key = item.get("id") if isinstance(item, dict) else None
    return int(key) if isinstance(key, int | str) and str(key).isdigit() else None


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
        dubu = self.server.dubu
        if dubu.delay is not None:
            dubu.delay.wait(5)
        if dubu.fault:
            self._fail(dubu.fault)
        elif path in dubu.statuses:
            self._send(dubu.statuses[path], b'{"error": {"code": "no", "message": "no"}}')
        elif "+" in parts.query or dubu.refused & params.keys():
            self._send(400, b'{"error": {"code": "400", "message": "no"}}')
        elif not self._is_known():
            self._send(200, b"<html>log in</html>", "text/html; charset=utf-8")
        else:
            body, kind = json.dumps(dubu.answer(path, params)).encode(), "application/json"
            self._send(200, *(dubu.raw(path, body) if dubu.raw else (body, kind)))

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
        "underretterOrienteretDato": "2022-03-01",
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
