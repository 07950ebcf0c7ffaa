"""The health sector by FHIR R4: what changed since last, type by type; or a folder of delivery reports and messages."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Self

from pydantic import JsonValue

from connectors.base import Batch, CheckResult, ReadContext, RejectedPayload, Stream
from connectors.errors import ConnectorError
from connectors.retry import Stopped
from connectors.sources.health.check import check_interface
from connectors.sources.health.context import Run
from connectors.sources.health.folder import read_folder
from connectors.sources.health.lookup import NameLookup
from connectors.sources.health.references import normalise_base
from connectors.sources.health.replay import replay_resource
from connectors.sources.health.settings import HealthSettings, build_transport
from connectors.sources.health.stream_reader import StreamReader
from connectors.sources.health.stream_state import StreamState
from connectors.sources.health.streams import FOLDER, RECORD_TYPES, source_system
from connectors.transports.files import list_files
from connectors.transports.http import HttpTransport
from schemas.record import Cursor
from schemas.source import Area

__all__ = ["HealthConnector", "HealthSettings"]


class HealthConnector:
    """Efforts, goals, contacts and relations from the health system (FHIR R4)."""

    area: ClassVar[Area] = Area.HEALTH
    settings_type: ClassVar[type[HealthSettings]] = HealthSettings

    def __init__(self, name: str, settings: HealthSettings, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._transport = build_transport(settings)
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
        """Ask the interface what a run asks it, as far as that is cheap; or look into the folder."""
        try:
            if self._settings.directory is not None:
                count = len(list_files(self._settings.directory))
                return CheckResult(ok=True, message=f"the folder holds {count} files")
            if self._transport is None:
                raise AssertionError  # the settings give one or the other
            return check_interface(self._transport, self._settings, self._clock())
        except ConnectorError as error:
            return CheckResult(ok=False, message=str(error), advice=error.advice)

    def servers(self) -> tuple[HttpTransport, ...]:
        """The FHIR interface; none when a folder is read."""
        return () if self._transport is None else (self._transport,)

    def discover(self) -> tuple[Stream, ...]:
        """A stream for each type of the interface, or one for the folder; field by field."""
        if self._settings.directory is not None:
            return (FOLDER,)
        infos = {info.name: info for info in RECORD_TYPES}
        return tuple(
            Stream(
                name=name,
                danish_title=infos[name].danish_title if name in infos else name,
                record_types=(infos[name],) if name in infos else (),
            )
            for name in self._settings.resource_types
        )

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:
        """What changed in one type since *cursor*, then deletions, then (weekly) what vanished.

        The cursor moves when the last page has been given out, and never past the moment at which the search began.
        A folder is read whole each time.

        Raises:
            KeyError: there is no such stream.
            SourceUnavailable: try again from the last cursor given out.
            SourceRefused: a person must act.
        """
        if stream not in {offered.name for offered in self.discover()}:
            raise KeyError(stream)
        try:
            yield from self._read(stream, cursor, context)
        except Stopped:
            return

    @property
    def can_reread_since(self) -> bool:
        """The interface can; a folder is read whole each time."""
        return self._settings.directory is None

    def reread_since(self, cursor: Cursor, since: datetime) -> Cursor:
        """Search again for what changed since then."""
        return StreamState.of(cursor).reread_since(since).cursor()

    def replay(self, payload: RejectedPayload, context: ReadContext) -> Batch | None:
        """One rejected resource, as it was stored or as the interface shows it now; a folder is read whole each time.

        Raises:
            SourceUnavailable: the interface does not answer.
        """
        if self._transport is None:
            return None
        transport = self._transport.stoppable(context.should_stop)
        return replay_resource(payload, replace(self._run(), look_up=NameLookup(transport)), transport)

    def close(self) -> None:
        """Close the connections; a folder holds none."""
        if self._transport is not None:
            self._transport.close()

    def _read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:
        run = self._run()
        if self._settings.directory is not None:
            for batch in read_folder(self._settings.directory, run, self._settings.page_size):
                yield batch
                if context.should_stop():
                    return
            yield Batch(cursor=Cursor())
            return
        if self._transport is None:
            raise AssertionError  # the settings give one or the other
        transport = self._transport.stoppable(context.should_stop)
        run = replace(run, look_up=NameLookup(transport))
        reader = StreamReader(transport, self._settings, run, stream, StreamState.of(cursor), context)
        yield from reader.read()

    def _run(self) -> Run:
        base = normalise_base(self._settings.base_url or "")
        return Run(
            source=self.source.name,
            observed_at=self._clock(),
            authority=self._settings.municipality_code,
            link_template=self._settings.link_template,
            bases=frozenset({base} if base else ()),
        )
