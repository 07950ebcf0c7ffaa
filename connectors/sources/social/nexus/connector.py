"""KMD Nexus by its HAL interface: the grants of one named list, whole readings compared with the one before."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import Field, JsonValue, SecretStr

from connectors.absence import AbsenceSettings
from connectors.base import Batch, CheckResult, ClientCertificate, EventKey, PushedEvent, ReadContext, Stream
from connectors.errors import ConnectorError
from connectors.retry import RetryPolicy, Stopped
from connectors.settings_form import (
    CLIENT_ID,
    CLIENT_SECRET,
    EXPECTED_CADENCE,
    MUNICIPALITY_CODE,
    PAGE_SIZE,
    PATIENCE,
    TOKEN_URL,
    Group,
    on_form,
)
from connectors.sources.social.hints import HintReader, HintSettings, event_key, numbers_of
from connectors.sources.social.nexus.hal import NexusService, NotAllowed
from connectors.sources.social.nexus.reading import Reading
from connectors.sources.social.nexus.streams import STREAM, source_system
from connectors.sources.social.nexus.translate import Scope
from connectors.transports.http import HttpSettings, HttpTransport
from connectors.transports.oauth import ClientCredentials
from schemas.duration import Duration
from schemas.record import Cursor
from schemas.source import Area, SourceSystem


class NexusSettings(HintSettings, AbsenceSettings):
    """Settings of the Nexus connector: one instance, its token server, and the list whose grants are read."""

    base_url: str = Field(
        pattern=r"^https?://[^?#]+$",
        json_schema_extra=on_form(
            "Adresse på Nexus",
            "Roden af snitfladen: https://INSTANS.nexus.kmd.dk/api/core/mobile/INSTANS/v2.",
            Group.ADDRESS,
        ),
    )
    """Root of the interface: ``https://INSTANCE.nexus.kmd.dk/api/core/mobile/INSTANCE/v2``."""
    instance: str = Field(
        pattern=r"^[A-Za-z0-9_-]{1,40}$",
        json_schema_extra=on_form(
            "Instans", "Navnet på kommunens Nexus. Numre er kun entydige inden for én instans.", Group.ADDRESS
        ),
    )
    """Name of the instance; Nexus's numbers are unique only within one."""
    list_name: str = Field(
        min_length=1,
        max_length=200,
        json_schema_extra=on_form(
            "Aktivitetsliste", "Navnet på listen med bevillinger, som vores bruger ser den i Nexus.", Group.CONTENT
        ),
    )
    """Name of the list (aktivitetsliste) that shows the grants, as our user sees it in Nexus."""
    token_url: str = Field(
        json_schema_extra=TOKEN_URL,
    )
    """Where tokens are issued (OAuth2 client credentials)."""
    client_id: str = Field(
        json_schema_extra=CLIENT_ID,
    )
    """The client."""
    client_secret: SecretStr = Field(
        json_schema_extra=CLIENT_SECRET,
    )
    """The client's secret."""
    page_size: int = Field(default=50, ge=1, le=500, json_schema_extra=PAGE_SIZE)
    """Grants a page."""
    municipality_code: str | None = Field(default=None, pattern=r"^\d{4}$", json_schema_extra=MUNICIPALITY_CODE)
    """Code of the acting municipality, where a grant does not name one."""
    patience: RetryPolicy = Field(default=RetryPolicy.BRISK, json_schema_extra=PATIENCE)
    """How long to try again when Nexus does not answer."""
    expected_cadence: Duration = Field(default=timedelta(days=1), json_schema_extra=EXPECTED_CADENCE)
    """At least this often new data should come."""


class NexusConnector:
    """Granted efforts from KMD Nexus (HAL)."""

    area: ClassVar[Area] = Area.SOCIAL
    settings_type: ClassVar[type[NexusSettings]] = NexusSettings

    def __init__(self, name: str, settings: NexusSettings, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._transport = HttpTransport(
            HttpSettings(
                base_url=settings.base_url, ca_certificates=settings.ca_certificates, patience=settings.patience
            ),
            ClientCredentials(
                token_url=settings.token_url,
                client_id=settings.client_id,
                client_secret=settings.client_secret.get_secret_value(),
            ),
        )
        self.source: SourceSystem = source_system(name, settings.expected_cadence)
        self._hints = HintReader(settings, STREAM.name)

    @classmethod
    def spec(cls) -> dict[str, JsonValue]:
        """JSON Schema of the settings."""
        return cls.settings_type.model_json_schema()

    def check(self) -> CheckResult:
        """Log in, find the list, and read its first grant."""
        nexus = NexusService(self._transport)
        try:
            items = next((page for page in nexus.pages(self._settings.list_name, 1) if page), [])
            if not items:
                return CheckResult(ok=True, message="logged in and found the list; it is empty")
            if isinstance(items[0], dict):
                nexus.grant(items[0])
        except NotAllowed:
            return CheckResult(ok=True, message="logged in and found the list; its first grant is not for us to read")
        except ConnectorError as error:
            return CheckResult(ok=False, message=str(error), advice=error.advice)
        return CheckResult(ok=True, message="logged in and read one grant")

    def servers(self) -> tuple[HttpTransport, ...]:
        """That of Nexus."""
        return (self._transport,)

    def discover(self) -> tuple[Stream, ...]:
        """One stream, since a generation is one reading of the whole list, and what Beskedfordeler tells."""
        return (STREAM, *self._hints.streams())

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:
        """One generation: every grant of the list, then what was missing is judged. Only changes are given.

        The cursor comes with the last batch, and only when the generation is complete. Because of hints alone only the
        grants of the citizens they name are looked up, and nothing that is missing is judged.

        Raises:
            KeyError: there is no such stream.
            SourceUnavailable: an answer is missing or incomplete.
            SourceRefused: a person must act.
        """
        if stream not in {offered.name for offered in self.discover()}:
            raise KeyError(stream)
        if stream != STREAM.name:
            yield from self._hints.read(stream, context)
            return
        nexus = NexusService(self._transport.stoppable(context.should_stop))
        reading = Reading(self._scope(), nexus, cursor, numbers_of(context))
        try:
            for page in nexus.pages(self._settings.list_name, self._settings.page_size):
                for item in page:
                    reading.take(item)
                yield reading.batch()
                if context.should_stop():
                    return
        except Stopped:
            yield reading.batch()
            return
        yield reading.batch()
        reading.check_finished()
        if context.hints:
            reading.tell_access()
            yield reading.batch(reading.narrowed_cursor())
            return
        held = reading.conclude(self._settings.absence_limits, context)
        yield reading.batch(reading.cursor(), held)

    def verify(self, certificate: ClientCertificate) -> bool:
        """Whether the holder of the certificate may send messages."""
        return self._settings.may_send(certificate)

    def event_key(self, event: PushedEvent) -> EventKey:
        """The key under which a message is stored once: its BeskedId."""
        return event_key(event)

    def resolve(self, event: PushedEvent, context: ReadContext) -> Batch:  # noqa: ARG002  nothing is looked up yet
        """Whom a message is about, to be read next."""
        return self._hints.resolve(event)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _scope(self) -> Scope:
        return Scope(
            source=self.source.name,
            instance=self._settings.instance,
            authority=self._settings.municipality_code,
            observed_at=self._clock(),
        )
