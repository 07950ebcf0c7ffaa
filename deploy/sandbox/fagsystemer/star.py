"""The job centre: STAR's services and the case system's search, over mutual TLS. It sends events of what changes.

A plain ASGI application: a first load asks it for each citizen several times, and a framework would cost more than the
answers do. ``/_truth`` and ``/_webhook`` are its controls.
"""

import json
import secrets
from base64 import b64decode
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from deploy.sandbox.fagsystemer.sessions import Credentials
from deploy.sandbox.fagsystemer.star_rows import Row, Rows, lies_ahead, rows
from deploy.sandbox.fagsystemer.webhook import CREATED, DELETED, UPDATED, Sender, thin_event
from deploy.sandbox.municipality.truth import Municipality

NAMES = {"activity": "Activity", "fravaer": "Fravaer", "interview": "Interview", "frist": "Frist", "minplan": "MinPlan"}
SEARCH_PAGE = 1000
Answer = tuple[int, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class JobCentre:
    """The application of one municipality."""

    def __init__(self, rows: Rows, credentials: Credentials, sender: Sender) -> None:
        self._rows = rows
        self._credentials = credentials
        self._sender = sender
        self._tokens: set[str] = set()
        self._request_ids: set[str] = set()
        self.codes: dict[str, int] = {}
        """STAR's error code that is answered for a citizen's number."""

    def end_sessions(self) -> None:
        """End all tokens of the search."""
        self._tokens.clear()

    def show(self, truth: Municipality) -> None:
        """Hold what is true on another day, and tell of what is new, changed and called off."""
        other = rows(truth)
        self._rows.citizens, self._rows.caseworkers = other.citizens, other.caseworkers
        for service, entities in other.entities.items():
            held = self._rows.entities.setdefault(service, {})
            for key, row in entities.items():
                before = held.get(key)
                if before is None or row | {"versionIdentifier": before["versionIdentifier"]} != before:
                    self._store(service, key, other.owners[service, key], row)
            for key in [key for key in held if key not in entities]:
                if lies_ahead(held[key], truth.today):
                    self._delete(service, key)
                elif held[key].get("status") == "Planlagt":
                    self._store(service, key, self._rows.owners[service, key], {"status": "Afholdt"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = bytearray()
        more = scope["method"] != "GET"
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        status, answer = self._answer(scope["method"], unquote(scope["path"]), headers, bytes(body))
        content = b"" if answer is None else json.dumps(answer).encode()
        headers_sent = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers_sent})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        parts = path.strip("/").split("/")
        if path == "/token":
            return self._token(headers)
        if path.startswith("/_"):
            return self._control(method, parts, json.loads(body) if body else {})
        if parts[0] in {"citizensearch", "responsibleCaseworkers"}:
            if headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
                return 401, {"error": "token missing or expired"}
            return self._search(json.loads(body)) if method == "POST" else self._caseworkers(parts[-1])
        return self._service(parts, headers)

    def _token(self, headers: dict[str, str]) -> Answer:
        login = b64decode(headers.get("authorization", "").removeprefix("Basic ")).decode().partition(":")
        if (login[0], login[2]) != (self._credentials.client_id, self._credentials.client_secret):
            return 401, {"error": "invalid_client"}
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        return 200, {"access_token": token, "token_type": "Bearer", "expires_in": 3600}

    def _search(self, question: dict[str, Any]) -> Answer:
        paging = question.get("paging", {})
        number, size = int(paging.get("pageNumber", 0)), min(int(paging.get("pageSize", 250)), SEARCH_PAGE)
        target_groups = {value for each in question.get("filters", ()) for value in each.get("values", ())}
        rows = [row for row in self._rows.citizens if not target_groups or row["targetGroupCode"] in target_groups]
        page = rows[number * size : (number + 1) * size]
        return 200, {"data": page, "hasMore": (number + 1) * size < len(rows), "totalSearchCount": len(rows)}

    def _caseworkers(self, citizen: str) -> Answer:
        return 200, {"responsibleCaseworkers": self._rows.caseworkers.get(citizen, [])}

    def _service(self, parts: list[str], headers: dict[str, str]) -> Answer:
        request_id = headers.get("x-requestid", "")
        if not request_id or request_id in self._request_ids:
            return 412, _error(412, "x-requestId er allerede anvendt")
        self._request_ids.add(request_id)
        number = headers.get("x-civilregistrationidentifier", "")
        if number in self.codes:
            return 403, _error(self.codes[number], "Organisationen er ikke autoriseret til borgeren")
        service, rest = parts[0], parts[3:]
        held = self._rows.entities.get(service, {})
        if not rest:
            return 200, [held[key] for key in self._rows.by_owner.get((service, number), ()) if key in held]
        if rest[0] == "historik":
            history = [*self._rows.histories.get(rest[-1], ()), *([held[rest[-1]]] if rest[-1] in held else [])]
            return (200, history) if history else (404, _error(4404, "Findes ikke"))
        return (200, held[rest[0]]) if rest[0] in held else (404, _error(4404, "Findes ikke"))

    def _control(self, method: str, parts: list[str], values: dict[str, Any]) -> Answer:
        if parts[0] == "_webhook":
            if method == "POST":
                self._sender.subscribe(str(values["url"]))
                recent = int(values.get("recent", 0))
                for key in list(self._rows.entities.get("interview", {}))[:recent]:
                    self._tell("interview", key, UPDATED)
            return 200, {"waiting": self._sender.waiting(), "delivered": self._sender.delivered}
        if parts[0] == "_codes":
            self.codes[str(values["number"])] = int(values["code"])
            return 204, None
        _, service, key = parts
        if method == "DELETE":
            self._delete(service, key)
        else:
            number = values.pop("number", None) or self._rows.owners[service, key]
            self._store(service, key, str(number), values)
        return 204, None

    def _store(self, service: str, key: str, number: str, fields: Row) -> None:
        """Create an entity or replace fields of it: a new version, which is told."""
        held = self._rows.entities.setdefault(service, {})
        before = held.get(key, {})
        if (service, key) not in self._rows.owners:
            self._rows.add(service, key, number, {})
        held[key] = before | fields | {"versionIdentifier": self._next_version(before, key)}
        if before:
            self._rows.histories.setdefault(key, []).append(before)
        self._tell(service, key, UPDATED if before else CREATED)

    def _delete(self, service: str, key: str) -> None:
        gone = self._rows.entities[service].pop(key)
        version = self._next_version(gone, key)
        self._rows.histories.setdefault(key, []).append(
            gone | {"versionIdentifier": version, "slettet": True, "berigtigelseskommentar": "Fejloprettet"}
        )
        self._tell(service, key, DELETED, version)

    def _next_version(self, before: Row, key: str) -> str:
        last = before or (self._rows.histories.get(key) or [{}])[-1]
        return str(int(last.get("versionIdentifier", "0")) + 1)

    def _tell(self, service: str, key: str, change: int, version: str | None = None) -> None:
        row: Row = self._rows.entities.get(service, {}).get(key, {})
        number, entity = self._rows.owners[service, key], NAMES[service]
        event = thin_event(entity, key, number=number, version=version or row["versionIdentifier"], change=change)
        self._sender.send(number, event, f"/{entity.lower()}")


def _error(code: int, message: str) -> Row:
    return {"errors": [{"code": code, "message": message}]}
