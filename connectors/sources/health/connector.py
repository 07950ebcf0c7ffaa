"""The health sector by FHIR R4: what changed since last, type by type; or a folder of delivery reports and messages."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, JsonValue, SecretStr, model_validator

from connectors.base import Batch, CheckResult, ReadContext, Stream
from connectors.errors import ConnectorError
from connectors.kit import InvalidValue, read_instant, version_order
from connectors.retry import RetryPolicy
from connectors.sources.health import compare
from connectors.sources.health.bundles import Found
from connectors.sources.health.context import Json, ResourceContext, Run
from connectors.sources.health.folder import read_folder, translate_all
from connectors.sources.health.payloads import Bundle, Entry
from connectors.sources.health.search import fhir_instant, pages
from connectors.sources.health.streams import FOLDER, RECORD_TYPES, source_system
from connectors.transports.files import list_files
from connectors.transports.http import HttpSettings, HttpTransport
from connectors.transports.oauth import ClientCredentials
from schemas.base import Schema
from schemas.record import Cursor, SourceRecord

RESOURCE_TYPES = ("Patient", "RelatedPerson", "CarePlan", "Goal", "Encounter", "CareTeam", "Procedure")
OVERLAP = timedelta(minutes=10)
"""Read again each time: servers commit late and stamp several rows alike; storing is idempotent."""


class HealthSettings(Schema):
    """Settings of the health connector: a FHIR interface with client credentials, or a folder of files."""

    base_url: str | None = Field(default=None, pattern=r"^https?://[^?#]+$")
    """Address of the FHIR interface, e.g. ``https://fhir.example/r4``."""
    token_url: str | None = None
    """OAuth2: where tokens are issued."""
    client_id: str | None = None
    """OAuth2: the client."""
    client_secret: SecretStr | None = None
    """OAuth2: the client's secret."""
    scope: str | None = None
    """OAuth2: scope, where the server wants one."""
    extra_headers: Mapping[str, SecretStr] = Field(default_factory=dict)
    """Sent with every call, e.g. an API key and a session token."""
    ca_file: Path | None = None
    """Certificates to trust instead of the system's (PEM)."""
    directory: Path | None = None
    """Folder with bundles, instead of an interface."""
    resource_types: tuple[str, ...] = Field(default=RESOURCE_TYPES, min_length=1)
    """Types to read, people first."""
    page_size: int = Field(default=200, ge=1, le=1000)
    """Resources a page."""
    patience: RetryPolicy = RetryPolicy.BRISK
    """How long to try again."""
    compare_every: timedelta = timedelta(days=7)
    """How often all ids are compared, to find what vanished without a word. Zero: never."""
    municipality_code: str | None = Field(default=None, pattern=r"^\d{4}$")
    """Code of the acting municipality."""
    link_template: str | None = Field(default=None, pattern=r"^https?://")
    """Deep link into the fagsystem with ``{type}`` and ``{id}``."""
    expected_cadence: timedelta = timedelta(hours=1)
    """At least this often new data should come."""

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        remote = (self.base_url, self.token_url, self.client_id, self.client_secret)
        if (self.directory is None) != all(remote) or (self.directory is not None and any(remote)):
            msg = "give either directory, or base_url, token_url, client_id and client_secret"
            raise ValueError(msg)
        return self


class HealthConnector:
    """Efforts, goals, contacts and relations from the health system (FHIR R4)."""

    settings_type: ClassVar[type[HealthSettings]] = HealthSettings

    def __init__(self, name: str, settings: HealthSettings, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._transport = _transport(settings)
        self.source = source_system(name, settings.expected_cadence, linked=settings.link_template is not None)

    @classmethod
    def spec(cls) -> dict[str, JsonValue]:
        """JSON Schema of the settings."""
        return cls.settings_type.model_json_schema()

    @classmethod
    def from_folder(cls, name: str, folder: Path, *, clock: Callable[[], datetime]) -> Self:
        """The connector that reads the bundles and resources in a folder."""
        return cls(name, HealthSettings(directory=folder), clock=clock)

    def check(self) -> CheckResult:
        """Log in and read one resource, or look into the folder."""
        try:
            if self._settings.directory is not None:
                found = len(list_files(self._settings.directory))
                return CheckResult(ok=True, message=f"the folder holds {found} files")
            first = self._settings.resource_types[0]
            next(pages(self._remote, first, {"_count": "1"}), None)
        except ConnectorError as error:
            return CheckResult(ok=False, message=str(error), advice=error.advice)
        return CheckResult(ok=True, message=f"logged in and read one {first}")

    def discover(self) -> tuple[Stream, ...]:
        """A stream for each type of the interface, or one for the folder; field by field."""
        if self._settings.directory is not None:
            return (FOLDER,)
        known = {info.name: info for info in RECORD_TYPES}
        return tuple(
            Stream(
                name=name,
                danish_title=known[name].danish_title if name in known else name,
                record_types=(known[name],) if name in known else (),
            )
            for name in self._settings.resource_types
        )

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:  # noqa: ARG002
        """What changed in one type since *cursor*, then deletions, then (weekly) what vanished.

        The cursor moves when the last page has been given out, to the newest ``meta.lastUpdated`` seen:
        the server's time, never ours. A folder is read whole each time.

        Raises:
            SourceUnavailable: try again from the last cursor given out.
            SourceRefused: a person must act.
        """
        run = Run(
            source=self.source.name,
            observed_at=self._clock(),
            authority=self._settings.municipality_code,
            link_template=self._settings.link_template,
        )
        if self._settings.directory is not None:
            yield from read_folder(self._settings.directory, run, self._settings.page_size)
            yield Batch(cursor=Cursor())
            return
        state = _State(cursor)
        since = state.since.get(stream)
        yield from self._changes(stream, run, state)
        if since is not None:
            yield self._deletions(stream, run, since)
        yield Batch(cursor=state.cursor())
        if self._is_time_to_compare(state, run.observed_at):
            yield self._vanished(stream, run, state)
            state.compared_at = run.observed_at.isoformat()
            yield Batch(cursor=state.cursor())

    def _changes(self, resource_type: str, run: Run, state: "_State") -> Iterator[Batch]:
        params = {"_sort": "_lastUpdated", "_count": str(self._settings.page_size)}
        newest = state.since.get(resource_type)
        if newest is not None:
            params["_lastUpdated"] = f"ge{_with_overlap(newest)}"
        for page in pages(self._remote, resource_type, params):
            found = _found(page, run)
            newest = max([newest, *(_last_updated(one) for one, _ in found)], key=lambda one: one or "")
            yield translate_all(found, [], total=page.total)
        if newest:
            state.since[resource_type] = newest

    def _deletions(self, resource_type: str, run: Run, since: str) -> Batch:
        params = {"_since": _with_overlap(since), "_count": str(self._settings.page_size)}
        history = pages(self._remote, resource_type, params, "/_history")
        entries = [entry for page in history for entry in page.entry if entry.resource is None]
        found = (_tombstone(entry, resource_type, run) for entry in entries)
        return Batch(records=tuple(one for one in found if one is not None))

    def _vanished(self, resource_type: str, run: Run, state: "_State") -> Batch:
        """Tombstones for what was there at the last comparison, is not now, and was counted."""
        ids: set[str] = set()
        total: int | None = None
        for page in pages(self._remote, resource_type, {"_elements": "id", "_count": "1000"}):
            total = page.total if page.total is not None else total
            ids.update(str(entry.resource["id"]) for entry in page.entry if entry.resource and "id" in entry.resource)
        before = compare.unpack(state.compared[resource_type]) if resource_type in state.compared else set()
        gone = compare.missing(before, ids) if total in {None, len(ids)} else None
        if gone is None:
            return Batch(skipped={f"{resource_type}: id_list_not_believed": 1})
        state.compared[resource_type] = compare.pack(ids)
        return Batch(records=tuple(_gone(resource_type, one, run, "missing_in_id_list") for one in sorted(gone)))

    def _is_time_to_compare(self, state: "_State", now: datetime) -> bool:
        every = self._settings.compare_every
        if every <= timedelta():
            return False
        return state.compared_at is None or now - datetime.fromisoformat(state.compared_at) >= every

    @property
    def _remote(self) -> HttpTransport:
        if self._transport is None:
            raise AssertionError  # only asked for when there is no folder
        return self._transport


class _State:
    """The cursor opened: newest change by type, and the last comparison."""

    def __init__(self, cursor: Cursor) -> None:
        self.since = _texts(cursor.state.get("since"))
        self.compared = _texts(cursor.state.get("compared"))
        at = cursor.state.get("compared_at")
        self.compared_at = at if isinstance(at, str) else None

    def cursor(self) -> Cursor:
        return Cursor(
            state={"since": dict(self.since), "compared": dict(self.compared), "compared_at": self.compared_at}
        )


def _texts(value: JsonValue) -> dict[str, str]:
    return {key: text for key, text in value.items() if isinstance(text, str)} if isinstance(value, dict) else {}


def _transport(settings: HealthSettings) -> HttpTransport | None:
    if not (settings.base_url and settings.token_url and settings.client_id and settings.client_secret):
        return None
    return HttpTransport(
        HttpSettings(
            base_url=settings.base_url,
            ca_file=settings.ca_file,
            extra_headers=settings.extra_headers,
            patience=settings.patience,
        ),
        ClientCredentials(
            settings.token_url, settings.client_id, settings.client_secret.get_secret_value(), settings.scope
        ),
    )


def _found(page: Bundle, run: Run) -> list[Found]:
    """The page's matches; what was included beside them lends names only."""
    resources = [entry.resource for entry in page.entry if entry.resource is not None]
    beside: dict[str, Json] = {f"{one.get('resourceType')}/{one.get('id')}": one for one in resources}
    return [(resource, ResourceContext(run, beside=beside)) for resource in resources]


def _last_updated(resource: Json) -> str | None:
    """The newest change in UTC, as text that sorts; None when the resource does not say or cannot be read."""
    meta = resource.get("meta")
    text = meta.get("lastUpdated") if isinstance(meta, dict) else None
    if not isinstance(text, str):
        return None
    try:
        moment = read_instant("meta.lastUpdated", text)
        return moment.isoformat(timespec="microseconds") if moment else None
    except InvalidValue:
        return None


def _with_overlap(since: str) -> str:
    return fhir_instant(datetime.fromisoformat(since).astimezone(UTC) - OVERLAP)


def _tombstone(entry: Entry, resource_type: str, run: Run) -> SourceRecord | None:
    """A deletion from a history: an entry without a resource."""
    if entry.request is None or entry.request.method != "DELETE" or not entry.request.url:
        return None
    parts = entry.request.url.partition("/_history/")[0].rsplit("/", 1)
    version = (entry.response.etag or "").removeprefix("W/").strip('"') if entry.response else ""
    at = entry.response.last_modified if entry.response else None
    try:
        registered_at = read_instant("response.lastModified", at or None, default=run.observed_at)
    except InvalidValue:
        registered_at = run.observed_at
    made = _gone(resource_type, parts[-1], run, "history_delete")
    update = {
        "source_version": version or None,
        "version_order": version_order(version),
        "registered_at": registered_at,
    }
    return SourceRecord.model_validate({**made.model_dump(exclude={"digest"}), **update})


def _gone(resource_type: str, resource_id: str, run: Run, reason: str) -> SourceRecord:
    return SourceRecord(
        source=run.source,
        record_type=resource_type,
        source_id=resource_id,
        registered_at=run.observed_at,
        observed_at=run.observed_at,
        deleted=True,
        deleted_reason=reason,
        authority=run.authority,
    )
