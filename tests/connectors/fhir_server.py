"""A FHIR server on loopback: pages by the resources' times, keeps deletions, and can misbehave on request."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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
    fault: Fault | None = None
    next_link: Callable[[str], str] = str
    """Bends the next link."""
    echo: bool = True
    """Whether ``self`` tells the time that was asked for, or another."""
    expired: bool = False
    empty_ids: bool = False
    """Whether the id list comes out empty, as when a right was lost."""
    url: str = ""
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str, params: dict[str, str]) -> tuple[int, Item]:
        """Status and body for a search, a page of one, or a history."""
        kind = path.strip("/").split("/")[1]
        if path.endswith("/_history"):
            since = params["_since"]
            entries = [
                {
                    "request": {"method": "DELETE", "url": address},
                    "response": {"lastModified": at, "etag": f'W/"{version}"'},
                }
                for address, version, at in self.deleted
                if at >= since and address.startswith(kind)
            ]
            return 200, {"resourceType": "Bundle", "type": "history", "entry": entries}
        offset = int(params.get("offset", "0"))
        if self.expired and offset:
            return 410, {"resourceType": "OperationOutcome"}
        since = params.get("_lastUpdated", "ge0")[2:]
        found = [one for one in self.resources if one["resourceType"] == kind and one["meta"]["lastUpdated"] >= since]
        found.sort(key=lambda one: str(one["meta"]["lastUpdated"]))
        if params.get("_elements") and self.empty_ids:
            found = []
        page = found[offset : offset + self.page_size]
        told = params.get("_lastUpdated", "") if self.echo else "ge1999-01-01"
        links = [{"relation": "self", "url": f"{self.url}/r4/{kind}?_lastUpdated={told}"}] if told else []
        if offset + self.page_size < len(found):
            query = "&".join(f"{key}={value}" for key, value in params.items() if key != "offset")
            following = f"{self.url}/r4/{kind}?{query}&offset={offset + self.page_size}"
            links.append({"relation": "next", "url": self.next_link(following)})
        entries = [{"resource": one} for one in page]
        return 200, {
            "resourceType": "Bundle", "type": "searchset", "total": len(found), "link": links, "entry": entries
        }  # fmt: skip


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
        held.asked.append(self.path)
        parts = urlsplit(self.path)
        if held.fault:
            self._fail(held.fault)
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self._send(401, b"{}")
        else:
            status, body = held.answer(parts.path, {key: values[0] for key, values in parse_qs(parts.query).items()})
            self._send(status, json.dumps(body).encode())

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
