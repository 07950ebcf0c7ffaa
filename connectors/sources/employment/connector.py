"""Employment in the shape of STAR and Momentum: events that are pushed, look-up by REST, and a search for citizens."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import ClassVar

from pydantic import JsonValue

from connectors.base import (
    Batch,
    CheckResult,
    ClientCertificate,
    EventKey,
    PushedEvent,
    ReadContext,
    RejectedPayload,
    Stream,
)
from connectors.errors import ConnectorError, SourceUnavailable
from connectors.kit import InvalidValue, payload_json
from connectors.retry import Stopped
from connectors.sources.employment import events
from connectors.sources.employment.client import StarClient
from connectors.sources.employment.entities import ENTITIES
from connectors.sources.employment.fields import Fields
from connectors.sources.employment.reading import CitizensReading
from connectors.sources.employment.record_builder import Run
from connectors.sources.employment.search import CaseSystem
from connectors.sources.employment.settings import EmploymentSettings
from connectors.sources.employment.state import CitizensState
from connectors.sources.employment.streams import EVENTS, source_system, streams_of
from connectors.transports.http import HttpTransport
from schemas.identifiers import Identifier
from schemas.record import Cursor
from schemas.source import Area

__all__ = ["EmploymentConnector", "EmploymentSettings"]


class EmploymentConnector:
    """Offers, target group, interviews, deadlines, absence and case workers of the employment effort (STAR)."""

    area: ClassVar[Area] = Area.EMPLOYMENT
    settings_type: ClassVar[type[EmploymentSettings]] = EmploymentSettings

    def __init__(self, name: str, settings: EmploymentSettings, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._star = StarClient(settings)
        self._case_system = CaseSystem(settings) if settings.search_url else None
        self.source = source_system(name, settings.expected_cadence, linked=settings.link_template is not None)

    @classmethod
    def spec(cls) -> dict[str, JsonValue]:
        """JSON Schema of the settings."""
        return cls.settings_type.model_json_schema()

    def check(self) -> CheckResult:
        """Ask what a run asks: one page of the search, and every service for what it knows of the first citizen."""
        if self._case_system is None:
            return self._check_pushing("there is no search_url; only what events tell of is read")
        try:
            rows = next(self._case_system.search(lambda: False).pages(), [])
            numbers = [number for row in rows if (number := _number(row)) is not None]
            for kind in [ENTITIES[name] for name in self._settings.entities] if numbers else []:
                self._star.list(kind, numbers[0])
        except ConnectorError as error:
            return CheckResult(ok=False, message=str(error), advice=error.advice)
        except Stopped:
            return CheckResult(ok=False, message="stopped", advice=SourceUnavailable.advice)
        read = "read the first page of citizens" if rows else "there is no citizen to be seen"
        return self._check_pushing(f"{read} and asked {len(self._settings.entities)} services" if numbers else read)

    def servers(self) -> tuple[HttpTransport, ...]:
        """STAR's, and the case system's where there is one."""
        return (self._star.server, *([self._case_system.server] if self._case_system else []))

    def discover(self) -> tuple[Stream, ...]:
        """The citizens, where there is a case system to search, and the events."""
        return streams_of(self._settings.entities, searches=self._case_system is not None)

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:
        """Who is in a target group now; at first and each week everything about them. Events come by ``resolve``.

        Raises:
            KeyError: there is no such stream.
            SourceUnavailable: no answer, or the search was not complete; nothing is taken for deleted.
            SourceRefused: a person must act.
        """
        if stream not in {offered.name for offered in self.discover()}:
            raise KeyError(stream)
        if stream == EVENTS or self._case_system is None:
            yield Batch(cursor=Cursor())  # what was pushed cannot be asked for again
            return
        reading = CitizensReading(
            self._run(), self._settings, (self._case_system, self._star), CitizensState.of(cursor)
        )
        try:
            yield from reading.batches(context)
        except Stopped:
            return

    def verify(self, certificate: ClientCertificate) -> bool:
        """Whether the certificate is one that the settings name, by fingerprint or by subject."""
        return self._settings.may_send(certificate)

    def event_key(self, event: PushedEvent) -> EventKey:
        """The key under which an event is stored once."""
        return events.event_key(event)

    def resolve(self, event: PushedEvent, context: ReadContext) -> Batch:
        """What the event's entity is now.

        Raises:
            SourceUnavailable: the service does not answer, or not yet with what was announced.
            SourceRefused: a person must act.
        """
        star = self._star.stoppable(context.should_stop)
        return events.resolve(event, self._run(), star, self._settings.organisation_code)

    def replay(self, payload: RejectedPayload, context: ReadContext) -> Batch | None:
        """One rejected event, resolved anew; what a list of a citizen held is read with the citizen, by a run.

        Raises:
            SourceUnavailable: the service does not answer.
            SourceRefused: a person must act.
        """
        event = events.stored_event(payload_json(payload.raw), self._clock())
        return None if event is None else self.resolve(event, context)

    def close(self) -> None:
        """Close the connections."""
        self._star.close()
        if self._case_system is not None:
            self._case_system.close()

    def _check_pushing(self, message: str) -> CheckResult:
        if not self._settings.is_pushed_to:
            message += "; nobody may send events: push_fingerprints and push_subjects are empty"
        return CheckResult(ok=True, message=message)

    def _run(self) -> Run:
        return Run(
            source=self.source.name,
            environment=self._settings.environment,
            observed_at=self._clock(),
            authority=self._settings.municipality_code,
            link_template=self._settings.link_template,
        )


def _number(row: object) -> Identifier | None:
    try:
        return Fields.of(row).national("cpr")
    except InvalidValue:
        return None
