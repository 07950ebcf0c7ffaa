"""The school sector by files over SFTP: absence, and the pupils' master data by ¤-separated files or WS17 XML."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import ClassVar

from pydantic import JsonValue

from connectors.base import Batch, CheckResult, ReadContext, Stream
from connectors.errors import ConnectorError, SourceRefused
from connectors.retry import Stopped
from connectors.sources.school.drop import Look, look_into, waiting_files
from connectors.sources.school.reading import Reading
from connectors.sources.school.settings import SchoolSettings, build_transport
from connectors.sources.school.state import State
from connectors.sources.school.streams import STREAM, source_system
from connectors.sources.school.translate import Scope
from connectors.transports.sftp import SftpSession, SftpTransport
from schemas.record import Cursor
from schemas.source import Area, SourceSystem

__all__ = ["SchoolConnector", "SchoolSettings"]


class SchoolConnector:
    """School and class, contact persons and absence per quarter from a drop folder."""

    area: ClassVar[Area] = Area.SCHOOL
    settings_type: ClassVar[type[SchoolSettings]] = SchoolSettings

    def __init__(self, name: str, settings: SchoolSettings, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._transport = build_transport(settings)
        self.source: SourceSystem = source_system(name, settings.expected_cadence)

    @classmethod
    def spec(cls) -> dict[str, JsonValue]:
        """JSON Schema of the settings."""
        return cls.settings_type.model_json_schema()

    def check(self) -> CheckResult:
        """Log in and count what waits."""
        folder = self._settings.folder

        async def visit(session: SftpSession) -> int:
            return await waiting_files(session, folder)

        try:
            count = self._transport.look(visit)
        except ConnectorError as error:
            return CheckResult(ok=False, message=str(error), advice=error.advice)
        return CheckResult(ok=True, message=f"logged in; {count} files wait")

    def servers(self) -> tuple[SftpTransport, ...]:
        """The file server."""
        return (self._transport,)

    def discover(self) -> tuple[Stream, ...]:
        """One stream: absence needs the pupils of the master data."""
        return (STREAM,)

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:
        """One look into the drop folder: every set that lies there whole, master data first.

        Files of sets that the cursor says were taken are moved first; so a file is moved only when what it said was
        published and the cursor was saved.

        Raises:
            KeyError: there is no such stream.
            SourceUnavailable: the server does not answer, or the line broke; nothing was taken.
            SourceRefused: a person must act.
        """
        if stream != STREAM.name:
            raise KeyError(stream)
        state = State.of(cursor)
        done, largest, folder = dict(state.done), self._settings.max_file_bytes, self._settings.folder

        async def visit(session: SftpSession) -> Look:
            return await look_into(session, folder, done, largest)

        try:
            look = self._transport.stoppable(context.should_stop).look(visit)
        except Stopped:
            return
        for name in look.settled:
            state.done.pop(name, None)
        reading = Reading(self._settings, self._scope(), state, dict(context.releases))
        try:
            for each in look.sets:
                yield from reading.take(each)
                if context.should_stop():
                    return
        finally:
            for each in look.sets:
                each.close()
        yield reading.finish()
        if not look.may_move:
            raise SourceRefused("read, but the server does not let us move files", advice="sftp_cannot_move")

    def close(self) -> None:
        """Nothing is held open between two looks."""

    def _scope(self) -> Scope:
        return Scope(
            source=self.source.name,
            authority=self._settings.municipality_code,
            observed_at=self._clock(),
            synthetic=self._settings.synthetic,
            closed=self._settings.closed,
        )
