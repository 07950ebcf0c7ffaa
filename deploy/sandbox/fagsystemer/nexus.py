"""KMD Nexus: HAL from the root to the grants of a named list.

It holds what adults were granted by the Social Services Act (serviceloven). DUBU tells of the same efforts, so the demo
does not read both; whoever connects Nexus reads a second system of the area.
"""

import json
import secrets
from base64 import b64decode
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qs

from deploy.sandbox.fagsystemer.faults import Receive, Scope, Send
from deploy.sandbox.fagsystemer.sessions import Credentials
from deploy.sandbox.municipality.catalogue import UNIT_BY_ID
from deploy.sandbox.municipality.people import age
from deploy.sandbox.municipality.truth import Effort, Municipality, Person
from hub.clock import danish_midnight

INSTANCE = "egelund"
ROOT = f"/api/core/mobile/{INSTANCE}/v2"
LIST = "Indsatser til Helhed"
PAGE = 100
_ADULT_AGE = 18
Item = dict[str, Any]
Answer = tuple[int, Any]


class Nexus:
    """The application of one municipality."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._tokens: set[str] = set()
        self._grants: dict[int, Item] = {}
        self._closed: frozenset[str] = frozenset()

    def end_sessions(self) -> None:
        """End all tokens."""
        self._tokens.clear()

    def show(self, truth: Municipality) -> None:
        """Hold what is true on that day. A grant that changed has a higher version."""
        people = {person.id: person for person in truth.people}
        grants = {}
        for effort in adult_grants(truth):
            grant = _grant(effort, people[effort.person])
            before = self._grants.get(effort.id)
            version = before["version"] + (grant | {"version": before["version"]} != before) if before else 1
            grants[effort.id] = grant | {"version": version}
        self._grants = grants
        self._closed = frozenset(person.cpr for person in truth.people if "social" in person.protected_in)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body, more = bytearray(), scope["method"] != "GET"
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        status, answer = self._answer(scope["path"], headers, bytes(body))
        content = b"" if answer is None else json.dumps(answer).encode()
        headers_sent = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers_sent})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        if path == "/token":
            return self._token(headers.get("authorization", ""), parse_qs(body.decode()))
        if headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return 401, None
        below = path.removeprefix(ROOT).strip("/")
        if below == "patientDetailsSearch":
            return 200, {"isPatientAccessible": json.loads(body)["businessKey"] not in self._closed, "patient": None}
        return self._list(below)

    def _token(self, basic: str, form: dict[str, list[str]]) -> Answer:
        user, _, password = b64decode(basic.removeprefix("Basic ")).decode().partition(":")
        pair = (user, password) if basic else (form.get("client_id", [""])[0], form.get("client_secret", [""])[0])
        if not self._credentials.fit(*pair):
            return 401, {"error": "invalid_client"}
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 300}

    def _list(self, below: str) -> Answer:
        grants = list(self._grants.values())
        content = [_links(content=f"lists/7/pages/{at}") for at in range(0, len(grants), PAGE)]
        fixed = {
            "": _links(preferences="preferences", patientDetailsSearch="patientDetailsSearch"),
            "preferences": {"ACTIVITY_LIST": [{"name": LIST} | _links(self="lists/7")], "CITIZEN_LIST": []},
            "lists/7": _links(content="lists/7/content"),
            "lists/7/content": {"totalItems": len(grants), "pages": content},
        }
        if below in fixed:
            return 200, fixed[below]
        folder, _, key = below.rpartition("/")
        if folder == "lists/7/pages":
            return 200, [_half(grant) for grant in grants[int(key) : int(key) + PAGE]]
        grant = self._grants.get(int(key)) if folder == "patientGrants" else None
        return (200, grant) if grant else (404, None)


def adult_grants(truth: Municipality) -> list[Effort]:
    """Efforts of the Social Services Act (serviceloven) for those who were adults when they began."""
    born = {person.id: person.born for person in truth.people}
    return [
        effort
        for effort in truth.efforts
        if effort.area == "social"
        and (effort.paragraph or "").startswith("Serviceloven")
        and effort.person in born
        and age(born[effort.person], effort.start) >= _ADULT_AGE
    ]


def _grant(effort: Effort, person: Person) -> Item:
    law, _, section = (effort.paragraph or "").partition(" ")
    unit = UNIT_BY_ID[effort.unit]
    dates = {"entryDate": effort.start, "orderedDate": effort.start, "followUpDate": effort.next_follow_up}
    elements: list[Item] = [
        {"type": "paragraph", "paragraph": {"name": law, "section": section}},
        {"type": "supplier", "supplier": {"id": int(unit.id.partition(":")[2]), "name": unit.name}},
        {"type": "supplementaryInformation", "text": "FORTROLIGT NOTAT: må ikke forlade fagsystemet"},
        *({"type": name, "date": _midnight(day)} for name, day in dates.items() if day),
    ]
    if effort.kle:
        elements.append({"type": "kmdSag", "kleNumber": {"name": effort.kle}})
    if effort.end:
        elements.append({"type": "orderGrantEndDate", "date": _midnight(effort.end - timedelta(days=1))})
    return {
        "id": effort.id,
        "name": effort.title,
        "patient": {
            "id": person.id,
            "patientIdentifier": {"type": "cpr", "identifier": person.cpr},
            "fullName": f"{person.given} {person.family}",
            "syntetisk": True,
        },
        "workflowState": {"name": "Afsluttet" if effort.end else "Bestilt"},
        "currentElements": elements,
        **_links(self=f"patientGrants/{effort.id}"),
    }


def _half(grant: Item) -> Item:
    return {name: grant[name] for name in ("id", "name", "patient", "_links")}


def _midnight(day: date) -> str:
    return danish_midnight(day).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def _links(**paths: str) -> Item:
    return {"_links": {name: {"href": f"{ROOT}/{path}".rstrip("/")} for name, path in paths.items()}}
