"""Approving which fields a source reads, and the plan of a draft. Each is one transaction of the caller's."""

from collections.abc import Mapping, Sequence
from contextlib import closing

from sqlalchemy.orm import Session

from connectors.base import Stream
from connectors.errors import SourceRefused
from hub.errors import SourceNotFound
from hub.sources import repository, stream_repository
from hub.sources.approval_repository import list_approvals, save_approvals
from hub.sources.connector_builder import ConnectorBuilder
from hub.sources.definitions import Source, SourceLifecycle
from hub.sources.field_approvals import declared_types, unapproved_fields
from hub.sources.schedule import Schedule


def declared_streams(session: Session, builder: ConnectorBuilder, name: str) -> tuple[Stream, ...]:
    """What the source's connector offers, and reads of it, as the source is stored; also of a draft.

    Raises:
        SourceNotFound: there is no such source.
        InvalidSetting: its connector cannot be built.
    """
    source = _not_removed(session, name)
    with closing(builder.build(source.definition, repository.secrets_of(session, name))) as connector:
        return connector.discover()


def approve_fields(session: Session, builder: ConnectorBuilder, name: str, *, approver: str, by: str) -> None:
    """Let every field be read that the source's connector declares now; a later one that reads more waits for a person.

    Args:
        session: the caller's transaction.
        builder: builds the connector, which says what it reads.
        name: of the source, which may be a draft.
        approver: name of the person who answers for it.
        by: id of the actor who enters it.

    Raises:
        SourceNotFound: there is no such source.
        InvalidSetting: its connector cannot be built.
    """
    types = declared_types(declared_streams(session, builder, name))
    save_approvals(session, name, types, approver=approver, by=by, now=builder.clock.now())


def check_approved(session: Session, name: str, streams: Sequence[Stream]) -> None:
    """Stop here if these streams read a field that nobody has approved.

    Raises:
        SourceRefused: they do; a person must approve the field list first.
    """
    wanting = unapproved_fields(streams, list_approvals(session, name))
    if wanting:
        named = "; ".join(f"{type_.record_type}: {', '.join(type_.fields)}" for type_ in wanting)
        message = f"nobody has approved to read these fields ({named}); see: helhed source approve {name}"
        raise SourceRefused(message, advice="fields_not_approved")


def plan_streams(
    session: Session,
    builder: ConnectorBuilder,
    name: str,
    plans: Mapping[str, tuple[Schedule, bool]],
) -> None:
    """Which streams of a draft are read once it is active, and when.

    Raises:
        SourceNotFound: there is no such source.
        InvalidSetting: its connector cannot be built.
    """
    streams = declared_streams(session, builder, name)
    stream_repository.save_streams(session, name, streams, builder.clock.now())
    for stream in stream_repository.list_streams(session, name):
        schedule, is_enabled = plans.get(stream.stream, (stream.schedule, stream.is_enabled))
        stream_repository.save_schedule(session, name, stream.stream, schedule, is_enabled=is_enabled)


def is_first_approval(session: Session, name: str) -> bool:
    """Whether nobody has ever approved a field of the source."""
    return not list_approvals(session, name)


def _not_removed(session: Session, name: str) -> Source:
    source = repository.get_source(session, name)
    if source is None or source.definition.lifecycle is SourceLifecycle.REMOVED:
        raise SourceNotFound
    return source
