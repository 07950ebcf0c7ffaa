"""Stored sources follow the file that defines them, and their connectors' declarations."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from connectors.base import Connector
from hub.errors import InvalidSetting
from hub.sources import repository, stream_repository
from hub.sources.approval_repository import approve_standing, save_approvals
from hub.sources.connector_builder import ConnectorBuilder
from hub.sources.definitions import Source, SourceLifecycle, SourceOrigin
from hub.sources.field_approvals import declared_types
from hub.sources.schedule import next_due
from hub.sources.source_file import FileSource, read_source_file
from hub.sources.validation import system_of


def synchronise(session: Session, file: Path, builder: ConnectorBuilder, *, by: str) -> None:
    """Make the sources of the file what it says. One that it no longer holds is removed.

    Raises:
        InvalidSetting: the file cannot be read, a source in it cannot be built, or its name is a stored source's.
    """
    file_sources = read_source_file(file, builder.kinds)
    repository.lock_catalogue(session)
    stored = {source.name: source for source in repository.list_sources(session)}
    now = builder.clock.now()
    builder.file_secrets = {file_source.definition.name: file_source.secrets for file_source in file_sources}
    for file_source in file_sources:
        _save(session, file_source, stored.get(file_source.definition.name), builder, by=by, now=now)
    names = [file_source.definition.name for file_source in file_sources]
    own = [source for source in stored.values() if source.definition.origin is SourceOrigin.FILE and source.is_active]
    for source in own:
        if source.name not in names:
            removed = source.definition.model_copy(update={"lifecycle": SourceLifecycle.REMOVED})
            repository.save_source(
                session, removed, system=source.system, expected_version=source.version, changed_by=by, now=now
            )
    if [source.name for source in own] != names:
        repository.place_sources(session, names)


def declare(session: Session, source: Source, connector: Connector, now: datetime) -> None:
    """Store what the connector declares, where it is not what is stored."""
    approve_standing(session, source.name, declared_types(connector.discover()))
    system = system_of(source.definition, connector)
    if system != source.system:
        repository.save_system(session, source.name, system)
    offered = [(stream.name, stream.danish_title) for stream in connector.discover()]
    declared = [(stream.stream, stream.title) for stream in stream_repository.list_streams(session, source.name)]
    if offered != declared:
        stream_repository.save_streams(session, source.name, connector.discover(), now)


def _save(
    session: Session,
    file_source: FileSource,
    before: Source | None,
    builder: ConnectorBuilder,
    *,
    by: str,
    now: datetime,
) -> None:
    definition = file_source.definition
    name = definition.name
    is_removed = before is not None and before.definition.lifecycle is SourceLifecycle.REMOVED
    if before and before.definition.origin is SourceOrigin.STORED and not is_removed:
        raise InvalidSetting(
            f"source {name} stands in HELHED_SOURCES_FILE and is stored too; run: helhed source remove {name}"
        )
    if before is None or before.definition != definition:
        with closing(builder.build(definition, {})) as connector:
            system, streams = system_of(definition, connector), connector.discover()
        repository.save_source(
            session,
            definition,
            system=system,
            expected_version=before.version if before else 0,
            changed_by=by,
            now=now,
        )
        repository.delete_secrets(session, name)
        if before is None or is_removed or before.definition.kind != definition.kind:
            # Whoever put the source in the file has decided what is read. Another page size says nothing of a field
            # that a newer connector has begun to read: that waits for a person.
            save_approvals(session, name, declared_types(streams), approver=by, by=by, now=now)
        stream_repository.save_streams(session, name, streams, now)
        stream_repository.make_due(session, name, now)
    _save_plans(session, file_source, now)


def _save_plans(session: Session, file_source: FileSource, now: datetime) -> None:
    name = file_source.definition.name
    streams = stream_repository.list_streams(session, name)
    _check_names(name, file_source.streams, [stream.stream for stream in streams])
    for stream in streams:
        schedule, is_enabled = file_source.plan_of(stream.stream)
        if (stream.schedule, stream.is_enabled) == (schedule, is_enabled):
            continue
        stream_repository.save_schedule(session, name, stream.stream, schedule, is_enabled=is_enabled)
        if stream.last_success_at is not None:
            stream_repository.make_due(session, name, next_due(schedule, now), stream.stream)


def _check_names(source: str, planned: Iterable[str], offered: Sequence[str]) -> None:
    for stream in planned:
        if stream not in offered:
            raise InvalidSetting(f"source {source}: streams.{stream}: there are only: {', '.join(offered)}")
