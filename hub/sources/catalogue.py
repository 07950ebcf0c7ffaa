"""The sources there are now, for every process and at any time."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Protocol

from connectors.base import Connector
from hub.db import Database
from hub.errors import InvalidSetting, SourceNotFound
from hub.sources import repository
from hub.sources.connector_builder import ConnectorBuilder
from hub.sources.definitions import Source, SourceLifecycle
from hub.sources.synchronise import declare, synchronise
from schemas.source import Area, SourceSystem

CHECK_EVERY = 0.5
"""Seconds for which a process believes what it read; then one statement asks whether anything changed."""
RETRY_REJECTED_FILE = 10.0
"""Seconds after which a file that could not be used is tried again, though it is the same: a stored source of the same
name may be removed by then, and a secret's file may be there."""
BY_FILE = "HELHED_SOURCES_FILE"
"""Stands for who changed a source that a file defines."""

log = logging.getLogger("hub.sources")


@dataclass(frozen=True)
class _Snapshot:
    version: int
    sources: Mapping[str, Source]
    areas: Mapping[str, Area]
    systems: tuple[SourceSystem, ...]


@dataclass
class _LentConnector:
    """An open connector, and how many runs have it."""

    connector: Connector
    version: int
    runs: int = 0
    is_outdated: bool = False

    def close_if_unused(self) -> None:
        if self.is_outdated and not self.runs:
            self.connector.close()


class SourceCatalogue:
    """Read per run and per request; safe to share between threads.

    Args:
        database: where the sources are stored.
        builder: builds their connectors.
        file: defines sources too; read again whenever it changes.
    """

    def __init__(self, database: Database, builder: ConnectorBuilder, file: Path | None = None) -> None:
        self.builder = builder
        self._database = database
        self._file = file
        self._file_seen: tuple[int, int, int] | None = None
        self._rejected: tuple[float, str] | None = None
        """When the file was rejected last, and why."""
        self._checking, self._building = Lock(), Lock()
        self._snapshot: _Snapshot | None = None
        self._checked_at = 0.0
        self._connectors: dict[str, _LentConnector] = {}
        self._areas = _Areas(self._known_areas)

    def current(self) -> tuple[Source, ...]:
        """The sources that are read, paused ones included, in the order of pages.

        Raises:
            StoreUnavailable: PostgreSQL does not answer.
        """
        return tuple(source for source in self._current().sources.values() if source.is_active)

    def systems(self) -> tuple[SourceSystem, ...]:
        """What the connectors of the current sources declare."""
        return self._current().systems

    def known(self) -> tuple[Source, ...]:
        """All sources, drafts and removed ones included."""
        return tuple(self._current().sources.values())

    def areas(self) -> Mapping[str, Area]:
        """Area of each source by name; also of removed ones, whose records are still held.

        The mapping stays true: it asks again for a source it does not know, which may just have been added.
        """
        return self._areas

    def area_of(self, source: str) -> Area | None:
        """Area of a source, also of a removed one; None: no source ever had that name."""
        return self._areas.get(source)

    def get(self, name: str) -> Source:
        """The current source of that name.

        Raises:
            SourceNotFound: there is none, or it is a draft or removed.
        """
        source = self._current().sources.get(name)
        if source is None or not source.is_active:
            raise SourceNotFound
        return source

    def open_connector(self, name: str, *, drafts: bool = False) -> Connector:
        """A connector of a current source, which the caller closes.

        What it declares (streams, owner, coverage) is stored if it is not what the last one declared.

        Args:
            name: of the source.
            drafts: also of a draft, to try it before it is read; nothing of it is stored.

        Raises:
            SourceNotFound: there is no such source.
            InvalidSetting: its settings or secrets are not as needed.
        """
        active = self._current().sources.get(name)
        is_draft = drafts and active is not None and active.definition.lifecycle is SourceLifecycle.DRAFT
        source = active if active is not None and is_draft else self.get(name)
        with self._database.transaction() as session:
            connector = self.builder.build(source.definition, repository.secrets_of(session, name))
            if not is_draft:
                declare(session, source, connector, self.builder.clock.now())
        return connector

    @contextmanager
    def lend_connector(self, name: str) -> Iterator[Connector]:
        """The connector of a current source, opened once for each version of its definition.

        It stays open for the next run, with its connections and its login. When it is outdated it is closed as soon as
        no run has it any more.

        Raises:
            SourceNotFound: there is no such source.
            InvalidSetting: its settings or secrets are not as needed.
        """
        version = self.get(name).version
        with self._building:
            lent = self._connectors.get(name)
            if lent is None or lent.version != version:
                self._retire(name)
                lent = self._connectors[name] = _LentConnector(self.open_connector(name), version)
            lent.runs += 1
        try:
            yield lent.connector
        finally:
            with self._building:
                lent.runs -= 1
                lent.close_if_unused()

    def forget_connector(self, name: str) -> None:
        """Open it anew for the next run: its secrets may have been replaced where they are kept."""
        with self._building:
            self._retire(name)

    def retire_outdated(self) -> None:
        """Close the connectors of sources that changed or are read no more; once in a while, where sources are read.

        Raises:
            StoreUnavailable: PostgreSQL does not answer.
        """
        versions = {source.name: source.version for source in self.current()}
        with self._building:
            for name in [name for name, lent in self._connectors.items() if lent.version != versions.get(name)]:
                self._retire(name)

    def close(self) -> None:
        """Close the connectors; one that a run still has, when that run ends."""
        with self._building:
            for name in list(self._connectors):
                self._retire(name)

    def _retire(self, name: str) -> None:
        lent = self._connectors.pop(name, None)
        if lent is not None:
            lent.is_outdated = True
            lent.close_if_unused()

    def expire(self) -> None:
        """Ask at the next use whether anything changed; after a change of one's own."""
        self._checked_at = 0.0

    def refresh(self) -> None:
        """Ask now. Not to be called within a transaction, as ``follow_file``.

        Raises:
            StoreUnavailable: PostgreSQL does not answer.
        """
        self._current(is_fresh=True)

    def synchronise(self) -> None:
        """Make the sources of the file what the file says now; at the start of a process.

        Raises:
            InvalidSetting: it cannot be read, or a source in it cannot be built.
        """
        if self._file is None:
            return
        with self._building:
            seen = self._signature()
            with self._database.transaction() as session:
                synchronise(session, self._file, self.builder, by=BY_FILE)
            self._file_seen = seen
            for name in list(self._connectors):  # its secrets are not part of the version
                self._retire(name)
        self.expire()

    def follow_file(self) -> None:
        """Read the file again if it has changed. One that cannot be used changes nothing, and the log says why.

        Not to be called within a transaction: it may wait for whoever changes the catalogue.
        """
        signature = self._signature()
        rejected_at, reason = self._rejected or (None, "")
        is_due = rejected_at is not None and monotonic() - rejected_at >= RETRY_REJECTED_FILE
        is_changed = signature != self._file_seen
        if signature is None or not (is_changed or is_due):
            return
        try:
            self.synchronise()
            self._rejected = None
        except InvalidSetting as error:
            self._file_seen = signature
            self._rejected = monotonic(), str(error)
            if not is_changed and str(error) == reason:
                return
            log.error("sources.file_rejected", extra={"fields": {"reason": str(error)}})  # noqa: TRY400  its words say it all

    def _known_areas(self, needed: str | None = None) -> Mapping[str, Area]:
        areas = self._current().areas
        return areas if needed is None or needed in areas else self._current(is_fresh=True).areas

    def _current(self, *, is_fresh: bool = False) -> _Snapshot:
        snapshot = self._snapshot
        if snapshot is not None and not is_fresh and monotonic() - self._checked_at < CHECK_EVERY:
            return snapshot
        # One thread asks. Others do not wait for it: they may hold the connections that it needs.
        if not self._checking.acquire(blocking=snapshot is None or is_fresh):
            return snapshot or self._current()
        try:
            checked_at = monotonic()
            with self._database.transaction() as session:
                # The version first: what is read after it is at least as new, and is read again if it is newer.
                version = repository.catalogue_version(session)
                snapshot = self._snapshot
                if snapshot is None or snapshot.version != version:
                    snapshot = _snapshot(version, repository.list_sources(session))
            self._snapshot, self._checked_at = snapshot, checked_at
            return snapshot
        finally:
            self._checking.release()

    def _signature(self) -> tuple[int, int, int] | None:
        try:
            stat = self._file.stat() if self._file else None
        except OSError:
            return None
        return (stat.st_ino, stat.st_mtime_ns, stat.st_size) if stat else None


class _Areas(Mapping[str, Area]):
    """Area by source's name, as the catalogue has it at the moment of asking."""

    def __init__(self, known: "_KnownAreas") -> None:
        self._known = known

    def __getitem__(self, source: str) -> Area:
        return self._known(source)[source]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known())

    def __len__(self) -> int:
        return len(self._known())


class _KnownAreas(Protocol):
    def __call__(self, needed: str | None = None) -> Mapping[str, Area]: ...


def _snapshot(version: int, sources: tuple[Source, ...]) -> _Snapshot:
    return _Snapshot(
        version=version,
        sources={source.name: source for source in sources},
        areas={source.name: source.system.area for source in sources if source.system},
        systems=tuple(source.system for source in sources if source.is_active and source.system),
    )
