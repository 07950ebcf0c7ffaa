"""The social sector by OData v4, in the shape of DUBU: whole readings, compared with the one before."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Self, TypeVar

import httpx
from pydantic import Field, JsonValue, SecretStr, ValidationError, model_validator

from connectors.base import Batch, CheckResult, ReadContext, Stream
from connectors.errors import ConnectorError, RecordRejected, SourceUnavailable
from connectors.kit import InvalidValue, validation_fault
from connectors.retry import RetryPolicy
from connectors.sources.social.activities import translate_aktivitet
from connectors.sources.social.generations import NAMELESS, Generation
from connectors.sources.social.odata import EXPAND_SAG, SELECT_SAG, Collection, Item, activities_of, read_answer
from connectors.sources.social.payloads import Aktivitet, Payload, Sag, Ydelse
from connectors.sources.social.session import SessionCookie
from connectors.sources.social.streams import STREAM, source_system
from connectors.sources.social.translate import CaseContext, Scope, translate_sag, translate_ydelse
from connectors.transports.http import AnswerTooLarge, HttpSettings, HttpTransport
from connectors.transports.oauth import ClientCredentials
from schemas.base import Schema
from schemas.record import Cursor, Rejection, RejectionRule, SourceRecord
from schemas.source import SourceSystem

CLOSED = frozenset({"SagStatus2", "SagStatus5", "SagStatus6", "SagStatus7"})
LARGEST_PAYLOAD = 256 * 1024
"""Bytes of a rejected payload that are still kept for replay."""
_TOO_LARGE = InvalidValue("(payload)", RejectionRule.TOO_LARGE)
P = TypeVar("P", bound=Payload)


class SocialSettings(Schema):
    """Settings of the social connector: an address, and either OAuth2 client credentials or a session login."""

    base_url: str = Field(pattern=r"^https?://[^?#]+$")
    """Address of DUBU; the interface is below it at ``odata/``."""
    environment: str = Field(pattern=r"^[A-Za-z0-9_-]{1,20}$")
    """Name of the DUBU environment; DUBU's numbers are unique only within one."""
    page_size: int = Field(default=200, ge=1, le=1000)
    """Cases or efforts a page."""
    token_url: str | None = None
    """OAuth2: where tokens are issued."""
    client_id: str | None = None
    """OAuth2: the client."""
    client_secret: SecretStr | None = None
    """OAuth2: the client's secret."""
    scope: str | None = None
    """OAuth2: scope, where the server wants one."""
    login_url: str | None = None
    """Session: where user and password are posted."""
    user: str | None = None
    """Session: the user."""
    password: SecretStr | None = None
    """Session: the password."""
    ca_file: Path | None = None
    """Certificates to trust instead of the system's (PEM)."""
    municipality_code: str | None = Field(default=None, pattern=r"^\d{4}$")
    """Code of the acting municipality."""
    patience: RetryPolicy = RetryPolicy.BRISK
    """How long to try again when DUBU does not answer."""
    expected_cadence: timedelta = timedelta(days=1)
    """At least this often new data should come."""

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        oauth = (self.token_url, self.client_id, self.client_secret)
        session = (self.login_url, self.user, self.password)
        if not ((all(oauth) and not any(session)) or (all(session) and not any(oauth))):
            msg = "give either token_url, client_id and client_secret, or login_url, user and password"
            raise ValueError(msg)
        return self


class SocialConnector:
    """Social efforts, notifications, cases and relations from DUBU (OData v4)."""

    settings_type: ClassVar[type[SocialSettings]] = SocialSettings

    def __init__(self, name: str, settings: SocialSettings, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._base_url = settings.base_url.rstrip("/")
        self._transport = HttpTransport(
            HttpSettings(base_url=self._base_url, ca_file=settings.ca_file, patience=settings.patience), _auth(settings)
        )
        self.source: SourceSystem = source_system(name, settings.expected_cadence)

    @classmethod
    def spec(cls) -> dict[str, JsonValue]:
        """JSON Schema of the settings."""
        return cls.settings_type.model_json_schema()

    def check(self) -> CheckResult:
        """Log in and read one case."""
        try:
            answer = self._transport.get_json("odata/Sag", params={"$top": "1", "$select": "id,status"})
            read_answer("Sag", answer.body)
        except ConnectorError as error:
            return CheckResult(ok=False, message=str(error), advice=error.advice)
        return CheckResult(ok=True, message="logged in and read one case")

    def discover(self) -> tuple[Stream, ...]:
        """One stream, since a generation is one reading of everything; field by field."""
        return (STREAM,)

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:  # noqa: ARG002
        """One generation: every case with its activities, then every effort; then what has been missing twice.

        Only changes are given. The cursor comes with the last batch, and only when the generation is complete;
        else the run ends with ``SourceUnavailable``, nothing is taken for deleted, and the next run compares with
        the same generation again.
        """
        run = _Run(self._scope(), Generation.of(cursor))
        sager = Collection(
            self._transport, "Sag", self._settings.page_size, {"$select": SELECT_SAG, "$expand": EXPAND_SAG}
        )
        ydelser = Collection(self._transport, "Ydelse", self._settings.page_size)
        total = sager.start() + ydelser.start()
        for page in sager.pages():
            for item in page:
                run.sag(item, lambda sag_id: activities_of(self._transport, sag_id))
            yield run.batch(total)
        run.too_large(sager)
        for page in ydelser.pages():
            for item in page:
                run.ydelse(item)
            yield run.batch(total)
        run.too_large(ydelser)
        if not (sager.is_complete() and ydelser.is_complete()):
            raise SourceUnavailable("the counts before and after the reading do not agree")
        run.tombstones()
        yield run.batch(total, run.generation.cursor())

    def _scope(self) -> Scope:
        return Scope(
            source=self.source.name,
            environment=self._settings.environment,
            base_url=self._base_url,
            authority=self._settings.municipality_code,
            observed_at=self._clock(),
        )


class _Run:
    """What one reading gathers, a batch at a time."""

    def __init__(self, scope: Scope, generation: Generation) -> None:
        self.scope = scope
        self.generation = generation
        self._cases: dict[int, CaseContext] = {}
        self._records: list[SourceRecord] = []
        self._rejected: list[Rejection] = []
        self._skipped: Counter[str] = Counter()

    def sag(self, item: Item, activities: Callable[[int], list[Item]]) -> None:
        sag = self._parsed(Sag, "Sag", item)
        if sag is None:
            return
        case = self._cases[sag.id] = CaseContext.of(self.scope, sag)
        for result in translate_sag(self.scope, sag):
            self._take(result, item)
        case_id = self.scope.id(sag.id)
        if sag.status.brugervendt_noegle in CLOSED and not self.generation.is_new_or_changed("Sag", case_id):
            self.generation.carry_activities(case_id)
            return
        try:
            found = activities(sag.id)
        except AnswerTooLarge:
            self.generation.carry_activities(case_id)
            self._take(_TOO_LARGE.rejected("Aktivitet", None), {"sagId": sag.id}, sag.id)
            return
        for raw in found:
            self._aktivitet(raw, case)

    def ydelse(self, item: Item) -> None:
        ydelse = self._parsed(Ydelse, "Ydelse", item)
        if ydelse is None:
            return
        case = self._cases.get(ydelse.sag_id) if ydelse.sag_id is not None else None
        try:
            self._take(translate_ydelse(self.scope, ydelse, case), item)
        except RecordRejected as rejected:
            self._take(rejected, item)

    def too_large(self, collection: Collection) -> None:
        """What the collection had to pass over is kept as rejected; of a case the activities are as before."""
        for key in collection.too_large:
            item_id = self.scope.id(key)
            if collection.name == "Sag":
                self.generation.carry_activities(item_id)
            self._take(_TOO_LARGE.rejected(collection.name, item_id), {"id": key})

    def tombstones(self) -> None:
        self._records.extend(self.generation.tombstones(self.scope.source, self.scope.observed_at))

    def batch(self, total: int, cursor: Cursor | None = None) -> Batch:
        made = Batch(
            records=tuple(self._records),
            rejected=tuple(self._rejected),
            skipped=dict(self._skipped),
            cursor=cursor,
            total=total,
        )
        self._records, self._rejected, self._skipped = [], [], Counter()
        return made

    def _aktivitet(self, item: Item, case: CaseContext) -> None:
        aktivitet = self._parsed(Aktivitet, "Aktivitet", item)
        if aktivitet is None:
            return
        try:
            record = translate_aktivitet(self.scope, aktivitet, case)
        except RecordRejected as rejected:
            self._take(rejected, item, case.sag_id)
            return
        if record is None:
            self._skipped["Aktivitet: other_kind"] += 1
        else:
            self._take(record, item, case.sag_id)

    def _take(self, result: SourceRecord | RecordRejected, item: Item, case: int | None = None) -> None:
        of_case = None if case is None else self.scope.id(case)
        if isinstance(result, SourceRecord):
            changed = self.generation.changed(result, of_case)
            if changed is not None:
                self._records.append(changed)
            return
        rejection = result.rejection
        raw = json.dumps(item, sort_keys=True, ensure_ascii=False).encode()
        digest = hashlib.sha256(raw).hexdigest()
        source_id = rejection.source_id or f"{NAMELESS}{digest}"
        if self.generation.rejected(rejection.record_type, source_id, digest, of_case):
            is_whole = rejection.rule is not RejectionRule.TOO_LARGE and len(raw) <= LARGEST_PAYLOAD
            kept = raw if is_whole else None
            self._rejected.append(rejection.model_copy(update={"raw": kept}))

    def _parsed(self, shape: type[P], record_type: str, item: Item) -> P | None:
        try:
            return shape.model_validate(item)
        except ValidationError as error:
            fault = validation_fault(error)
        key = item.get("id")
        source_id = self.scope.id(key) if isinstance(key, int) else None
        self._take(fault.rejected(record_type, source_id), item)
        return None


def _auth(settings: SocialSettings) -> httpx.Auth:
    if settings.token_url and settings.client_id and settings.client_secret:
        return ClientCredentials(
            token_url=settings.token_url,
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            scope=settings.scope,
        )
    if settings.login_url and settings.user and settings.password:
        return SessionCookie(settings.login_url, settings.user, settings.password.get_secret_value())
    raise AssertionError  # the settings were validated
