"""What people ask of the runs of a source: read it now, read it again, stop. Each in the caller's transaction."""

from contextlib import closing
from datetime import datetime

from sqlalchemy.orm import Session

from connectors.base import RereadsSince
from hub.errors import InvalidSetting, RunNotPossible
from hub.sources import repository, run_repository, stream_repository
from hub.sources.connector_builder import ConnectorBuilder
from hub.sources.definitions import Source, SourceLifecycle
from hub.sources.schedule import next_due


def run_source(session: Session, name: str, now: datetime, *, stream: str | None, from_start: bool, by: str) -> None:
    """Let a worker read the source, or one stream of it, now.

    Raises:
        SourceNotFound: there is no such source.
        RunNotPossible: no worker would read it: it is a draft, paused, or not enabled.
        InvalidSetting: it has no such stream.
    """
    check_readable(session, name, stream)
    if from_start:
        stream_repository.read_from_start(session, name, stream)
    stream_repository.make_due(session, name, now, stream)
    run_repository.request_run(session, name, by, stream)


def reread_source(  # noqa: PLR0913  keyword-only from the day on
    session: Session,
    builder: ConnectorBuilder,
    name: str,
    now: datetime,
    *,
    since: datetime,
    stream: str | None,
    by: str,
) -> bool:
    """Read again what changed since then, now; where the connector cannot, everything.

    Raises:
        SourceNotFound, RunNotPossible, InvalidSetting: as ``run_source``.

    Returns:
        Whether all of it is read since then. False: something is read from the start.
    """
    source = check_readable(session, name, stream)
    is_since = True
    with closing(builder.build(source.definition, repository.secrets_of(session, name))) as connector:
        for state in stream_repository.list_streams(session, name):
            if stream not in {None, state.stream}:
                continue
            before = stream_repository.lock_cursor(session, name, state.stream)
            if isinstance(connector, RereadsSince) and connector.can_reread_since:
                cursor = connector.reread_since(before, since)
                stream_repository.put_back_cursor(session, name, state.stream, cursor)
            else:
                is_since = False
                stream_repository.read_from_start(session, name, state.stream)
    stream_repository.make_due(session, name, now, stream)
    run_repository.request_run(session, name, by, stream)
    return is_since


def stop_run(session: Session, name: str, stream: str, *, by: str, now: datetime) -> bool:
    """Ask the run of the stream to end in order; it is read again when its schedule says.

    Raises:
        SourceNotFound: there is no such source.

    Returns:
        Whether one was under way.
    """
    repository.existing_source(session, name)
    for state in stream_repository.list_streams(session, name):
        if state.stream == stream:
            return run_repository.request_stop(session, name, stream, by=by, due_at=next_due(state.schedule, now))
    return False


def check_readable(session: Session, name: str, stream: str | None) -> Source:
    """The source, if a worker would read it.

    Raises:
        SourceNotFound, RunNotPossible, InvalidSetting: as ``run_source``.
    """
    source = repository.existing_source(session, name)
    check_stream(session, name, stream)
    if source.definition.lifecycle is SourceLifecycle.DRAFT:
        raise RunNotPossible(f"source {name} is a draft; run: helhed source set {name} --activate")
    if (reason := repository.pause_reason(session, name)) is not None:
        raise RunNotPossible(f"source {name} is paused: {reason}; run: helhed source resume {name}")
    streams = [state for state in stream_repository.list_streams(session, name) if stream in {None, state.stream}]
    if streams and not any(state.is_enabled for state in streams):
        raise RunNotPossible(f"source {name} is not read at all; run: helhed source schedule {name} --enable")
    return source


def check_stream(session: Session, name: str, stream: str | None) -> None:
    """Make sure that the source has the stream; None is any.

    Raises:
        InvalidSetting: it has not.
    """
    names = [state.stream for state in stream_repository.list_streams(session, name)]
    if stream is not None and stream not in names:
        raise InvalidSetting(f"source {name} has no stream {stream}; there are: {', '.join(names)}")
