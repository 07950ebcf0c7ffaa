"""A FHIR server on loopback: pages by the resources' times, keeps deletions, and can misbehave on request."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contracts.connector import Fault

TOKEN, SECRET, WRONG_SECRET = "made-up-token", "made-up-secret", "other-made-up-secret"
Item = dict[str, Any]
CPR = "urn:oid:1.2.208.176.1.2"
FSIII = "urn:oid:1.2.208.176.2.21"
SYNTHETIC = [{"system": "urn:helhed:synthetic", "code": "true"}]


@dataclass
class FhirServer:
    """What the server holds and how it behaves."""

    resources: list[Item] = field(default_factory=list)
    deleted: list[tuple[str, str, str]] = field(default_factory=list)
    """Address, version and time of deletions."""
    page_size: int = 2
    now: datetime | None = None
    """The server's own time, as it stands in the header ``Date``; None: the machine's."""
    fault: Fault | None = None
    next_link: Callable[[str], str] = str
    """Bends the next link."""
    echo: Callable[[str], str] = str
    """Bends the time that ``self`` says was asked for."""
    bend: Callable[[str, Item], tuple[int, Any]] | None = None
    """Bends status and body of an answer with status 200, by its path and query."""
    before_page: Callable[[], object] = lambda: None
    """Called before each page of a search: what happens while somebody is paging."""
    snapshot: bool = False
    """Whether a search pages the ids it began with, each resource as it is now; else the living list, by offset."""
    expired: bool = False
    lost_from_lists: frozenset[str] = frozenset()
    """Ids that lists of ids leave out, as when a right was lost."""
    history_status: int = 200
    reads: bool = True
    """Whether resources can be read by id."""
    total: bool = True
    """Whether bundles tell how many matches there are."""
    url: str = ""
    requests: list[str] = field(default_factory=list)
    _searches: list[list[str]] = field(default_factory=list)

    def answer(self, path: str, params: dict[str, str]) -> tuple[int, Any]:
        """Status and body for a search, a page of one, a history or a read."""
        parts = path.strip("/").split("/")[1:]
        if parts == ["metadata"]:
            return 200, {"resourceType": "CapabilityStatement", "rest": []}
        if path.endswith("/_history"):
            return self._history(parts[0], params["_since"])
        if len(parts) > 1:
            return self._read(parts[0], parts[1])
        self.before_page()
        return self._page(parts[0], params)

    def find(self, kind: str, key: str) -> Item | None:
        """A resource as it is now."""
        return next((item for item in self.resources if (item["resourceType"], item["id"]) == (kind, key)), None)

    def put(self, resource: Item) -> None:
        """Create or replace."""
        self.resources = [item for item in self.resources if item["id"] != resource["id"]]
        self.resources.append(resource)

    def delete(self, kind: str, key: str, at: str) -> None:
        """Delete, with an entry in the history."""
        gone = self.find(kind, key)
        assert gone is not None
        self.resources.remove(gone)
        self.deleted.append((f"{kind}/{key}", str(int(gone["meta"]["versionId"]) + 1), at))

    def _history(self, kind: str, since: str) -> tuple[int, Item]:
        if self.history_status != 200:
            return self.history_status, outcome("not-supported")
        entries = [
            {
                "request": {"method": "DELETE", "url": address},
                "response": {"lastModified": at, "etag": f'W/"{version}"'},
            }
            for address, version, at in self.deleted
            if at >= since and address.startswith(kind)
        ]
        return 200, {"resourceType": "Bundle", "type": "history", "entry": entries}

    def _read(self, kind: str, key: str) -> tuple[int, Item]:
        found = self.find(kind, key) if self.reads else None
        if found is not None:
            return 200, found
        was_deleted = any(address == f"{kind}/{key}" for address, _, _ in self.deleted)
        return 410 if was_deleted else 404 if self.reads else 405, outcome("not-found")

    def _page(self, kind: str, params: dict[str, str]) -> tuple[int, Item]:
        offset = int(params.get("offset", "0"))
        if self.expired and offset:
            return 410, {"resourceType": "OperationOutcome"}
        since = params.get("_lastUpdated", "ge0")[2:]
        found = [
            item
            for item in self.resources
            if item["resourceType"] == kind and (since == "0" or instant(item["meta"]["lastUpdated"]) >= instant(since))
        ]
        if "_sort" in params:
            found.sort(key=lambda item: instant(item["meta"]["lastUpdated"]))
        if "_elements" in params:
            found = [item for item in found if item["id"] not in self.lost_from_lists]
        number = params.get("search")
        if self.snapshot and number is None:
            number = str(len(self._searches))
            self._searches.append([item["id"] for item in found])
        if number is not None:
            listed = [self.find(kind, key) for key in self._searches[int(number)]]
            page = [item for item in listed[offset : offset + self.page_size] if item is not None]
            count = len(listed)
        else:
            page, count = found[offset : offset + self.page_size], len(found)
        told = self.echo(params["_lastUpdated"]) if "_lastUpdated" in params else ""
        links = [{"relation": "self", "url": f"{self.url}/r4/{kind}?_lastUpdated={told}"}] if told else []
        if offset + self.page_size < count:
            query = "&".join(f"{key}={value}" for key, value in params.items() if key not in {"offset", "search"})
            following = f"{self.url}/r4/{kind}?{query}&offset={offset + self.page_size}"
            following += f"&search={number}" if number is not None else ""
            links.append({"relation": "next", "url": self.next_link(following)})
        bundle: Item = {"resourceType": "Bundle", "type": "searchset", "link": links}
        entries = [{"resource": item, "search": {"mode": "match"}} for item in page]
        return 200, bundle | {"entry": entries} | ({"total": count} if self.total else {})


@contextmanager
def serving(held: FhirServer) -> Iterator[FhirServer]:
    """The server, until the block ends."""
    server = _Server(held)
    held.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    def __init__(self, held: FhirServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.held = held


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        right = "aGVsaGVkOm1hZGUtdXAtc2VjcmV0"  # helhed:made-up-secret in base64
        if self.headers.get("Authorization") != f"Basic {right}":
            self._send(401, b'{"error": "invalid_client"}')
        else:
            self._send(200, json.dumps({"access_token": TOKEN, "expires_in": 300}).encode())

    def do_GET(self) -> None:
        held = self.server.held
        held.requests.append(self.path)
        parts = urlsplit(self.path)
        if held.fault:
            self._fail(held.fault)
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._send(401, b"{}")
        else:
            status, body = held.answer(parts.path, {key: values[0] for key, values in parse_qs(parts.query).items()})
            if held.bend is not None and status == 200:
                status, body = held.bend(self.path, body)
            self._send(status, body if isinstance(body, bytes) else json.dumps(body).encode())

    def date_time_string(self, timestamp: float | None = None) -> str:
        now = self.server.held.now
        return super().date_time_string(timestamp if now is None else now.timestamp())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        """Quiet."""

    def _fail(self, fault: Fault) -> None:
        answers: dict[Fault, tuple[int, bytes, str]] = {
            Fault.SERVER_ERROR: (500, b"{}", "application/json"),
            Fault.THROTTLED: (429, b"{}", "application/json"),
            Fault.FORBIDDEN: (403, b"{}", "application/json"),
            Fault.HTML: (200, b"<html></html>", "text/html"),
            Fault.CUT_OFF: (200, b'{"resourceType": "Bun', "application/json"),
            Fault.OTHER_JSON: (200, b'{"hello": "world"}', "application/json"),
        }
        if fault is Fault.DOWN:
            self.close_connection = True
        else:
            self._send(*answers[fault])

    def _send(self, status: int, body: bytes, kind: str = "application/fhir+json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def instant(text: str) -> datetime:
    """An instant of a resource or a search."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def outcome(code: str, severity: str = "error") -> Item:
    """What a server tells about its answer."""
    return {"resourceType": "OperationOutcome", "issue": [{"severity": severity, "code": code}]}


def meta(at: str, version: int = 1) -> Item:
    """Version and time of a made-up resource."""
    return {"versionId": str(version), "lastUpdated": at, "tag": SYNTHETIC}


def patient(key: str, number: str, at: str = "2023-01-01T00:00:00.000Z", **more: Any) -> Item:
    """A patient."""
    return {
        "resourceType": "Patient",
        "id": key,
        "meta": meta(at),
        "identifier": [{"use": "official", "system": CPR, "value": number}],
        "active": True,
        "name": [{"use": "official", "family": "Testborger", "given": ["Maja"]}],
        "birthDate": "1986-07-15",
    } | more


def care_plan(key: str, whom: str, at: str = "2023-01-02T00:00:00.000Z", **more: Any) -> Item:
    """A planned intervention."""
    code = {"system": FSIII, "code": "G1.39", "display": "Sårbehandling"}
    return {
        "resourceType": "CarePlan",
        "id": key,
        "meta": meta(at),
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{whom}"},
        "period": {"start": "2023-01-15"},
        "activity": [{"detail": {"code": {"coding": [code]}, "status": "in-progress"}}],
        "note": [{"text": "never read"}],
    } | more
