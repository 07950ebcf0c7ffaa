"""STAR's REST services: look-up, list and history of one kind of entity, and what their error codes mean."""

from collections.abc import Callable, Generator, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import uuid4

import httpx

from connectors.errors import SourceRefused, SourceUnavailable
from connectors.sources.employment.entities import EntityKind
from connectors.sources.employment.settings import EmploymentSettings
from connectors.transports.http import HttpSettings, HttpTransport, JsonAnswer, RequestRefused
from schemas.identifiers import Identifier

NOT_OURS, DEAD, NOT_FOUND, UNKNOWN_CITIZEN, INVALID_CITIZEN = 4575, 4405, 4404, 1010, 1001
_STATED = frozenset({NOT_OURS, DEAD, NOT_FOUND, UNKNOWN_CITIZEN, INVALID_CITIZEN})
REQUEST_ID = "x-requestId"


class Answer(NamedTuple):
    """What a service answered: its JSON, or the error code by which it says why there is none."""

    body: Any = None
    code: int | None = None


class RequestIdAuth(httpx.Auth):
    """Gives each attempt a request id of its own; one that the service has seen already is answered 412."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The request with a fresh id, and once more with another one after 412."""
        request.headers[REQUEST_ID] = str(uuid4())
        response = yield request
        if response.status_code == HTTPStatus.PRECONDITION_FAILED:
            request.headers[REQUEST_ID] = str(uuid4())
            yield request


class StarClient:
    """The services of one authority. Safe to use from several threads."""

    def __init__(self, settings: EmploymentSettings) -> None:
        self._settings = settings
        self._transport = HttpTransport(
            HttpSettings(
                base_url=settings.base_url,
                ca_certificates=settings.ca_certificates,
                client_certificate=settings.client_certificate,
                client_key=settings.client_key,
                patience=settings.patience,
            ),
            RequestIdAuth(),
        )

    @property
    def server(self) -> HttpTransport:
        """The server of the services."""
        return self._transport

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def stoppable(self, should_stop: Callable[[], bool]) -> "StarClient":
        """The same for one run; its calls raise ``Stopped`` once *should_stop* says so."""
        bound = object.__new__(StarClient)
        bound._settings = self._settings
        bound._transport = self._transport.stoppable(should_stop)
        return bound

    def get(self, kind: EntityKind, entity_id: str, citizen: Identifier | None) -> Answer:
        """One entity as it is now.

        Raises:
            SourceUnavailable: later.
            SourceRefused: a person must act.
        """
        return self._ask(f"{self._path(kind)}/{quote(entity_id, safe='')}", citizen)

    def history(self, kind: EntityKind, entity_id: str, citizen: Identifier | None) -> Answer:
        """All versions of one entity, oldest first; raises as ``get``."""
        return self._ask(f"{self._path(kind)}/historik/{quote(entity_id, safe='')}", citizen)

    def list(self, kind: EntityKind, citizen: Identifier) -> Answer:
        """Every entity of the citizen; raises as ``get``."""
        return self._ask(self._path(kind), citizen)

    def _path(self, kind: EntityKind) -> str:
        return self._settings.service_paths.get(kind.name, kind.path).strip("/")

    def _ask(self, path: str, citizen: Identifier | None) -> Answer:
        headers = {
            "x-organisationTypeIdentifier": str(self._settings.organisation_type),
            "x-organisationCode": self._settings.organisation_code,
        }
        if citizen is not None and citizen.is_national:
            headers["x-civilRegistrationIdentifier"] = citizen.value
        try:
            answer = self._transport.get_json(path, headers=headers)
        except RequestRefused as refused:
            return _refusal(refused)
        return _judged(answer)


def error_codes(body: object) -> frozenset[int]:
    """The error codes in an answer, however they are written."""
    codes: set[int] = set()
    if not isinstance(body, Mapping):
        return frozenset()
    lowered = {str(name).casefold(): value for name, value in body.items()}
    listed = lowered.get("errors", lowered.get("fejl"))
    for item in [lowered, *(listed if isinstance(listed, list) else [])]:
        named = {str(name).casefold(): value for name, value in item.items()} if isinstance(item, Mapping) else {}
        code = named.get("code", named.get("kode", named.get("errorcode")))
        if isinstance(code, int | str) and str(code).strip().isascii() and str(code).strip().isdecimal():
            codes.add(int(str(code).strip()[:9]))
    return frozenset(codes)


def _refusal(refused: RequestRefused) -> Answer:
    stated = error_codes(refused.body) & _STATED
    if stated:
        return Answer(code=max(stated))
    if refused.status == HTTPStatus.PRECONDITION_FAILED:
        raise SourceUnavailable("the service says twice that a fresh request id was used before (412)")
    if refused.status == HTTPStatus.UNAUTHORIZED:
        raise SourceRefused(str(refused), advice="certificate_refused")
    if refused.status == HTTPStatus.FORBIDDEN:
        raise SourceRefused(str(refused), advice="service_right_missing")
    raise refused


def _judged(answer: JsonAnswer) -> Answer:
    stated = error_codes(answer.body) & _STATED
    if stated:
        return Answer(code=max(stated))
    if answer.status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return Answer(code=int(answer.status))
    return Answer(body=answer.body)
