"""What people do to sources. Each is one transaction of the caller's, who also writes the audit line.

A definition of ``HELHED_SOURCES_FILE`` is changed there; to pause, read, release and refuse is possible for all.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime

from pydantic import Field, JsonValue
from sqlalchemy.orm import Session

from hub.errors import DefinedInFile, HeldDeletionNotFound, InvalidSetting
from hub.sources import change_repository, held_repository, repository, stream_repository
from hub.sources.approvals import approve_fields, is_first_approval
from hub.sources.change_repository import ChangeKind
from hub.sources.connector_builder import ConnectorBuilder
from hub.sources.definitions import HeldDeletion, HeldState, Source, SourceDefinition, SourceLifecycle, SourceOrigin
from hub.sources.forgetting_repository import is_being_forgotten
from hub.sources.run_requests import check_stream
from hub.sources.schedule import DEFAULT_SCHEDULE, Schedule, next_due
from hub.sources.secret_expiry import check_expiry, renew_expiry
from hub.sources.secret_fields import divide, is_secret
from hub.sources.validation import system_of
from schemas.base import Schema
from schemas.source import Area


class SourceChange(Schema):
    """What is to be different. None and empty: as before."""

    area: Area | None = None
    title: str | None = None
    settings: Mapping[str, JsonValue] = Field(default_factory=dict)
    """Fields to set; a field that is null goes back to its default."""
    secrets: Mapping[str, str] = Field(default_factory=dict, repr=False)
    """By path, in clear; they are stored encrypted only."""
    removed_secrets: tuple[str, ...] = ()
    """Paths of those that are deleted."""
    secret_expiry: Mapping[str, date | None] = Field(default_factory=dict)
    """Last day of secrets, by path; null: it has none. A secret that is given anew without a day has none."""
    lifecycle: SourceLifecycle | None = None


def add_source(
    session: Session,
    builder: ConnectorBuilder,
    definition: SourceDefinition,
    *,
    secrets: Mapping[str, str],
    by: str,
    schedule: Schedule = DEFAULT_SCHEDULE,
) -> None:
    """Store a new source; an active one is read at once. The name of a removed source may be used again.

    Raises:
        InvalidSetting: the name is taken, there is no such kind, or its settings are not as needed.
    """
    repository.lock_catalogue(session)
    before = repository.get_source(session, definition.name)
    if before and before.definition.lifecycle is not SourceLifecycle.REMOVED:
        raise InvalidSetting(f"there is a source {definition.name} already")
    if is_being_forgotten(session, definition.name):
        raise InvalidSetting(f"what {definition.name} has said is being forgotten; add it once that is over")
    if before and before.definition.kind != definition.kind:
        stream_repository.clear_cursor(session, definition.name)
    _save(session, builder, definition, secrets, version=before.version if before else 0, by=by)
    now = builder.clock.now()
    change_repository.add_change(session, definition.name, ChangeKind.ADDED, by=by, now=now)
    if definition.lifecycle is SourceLifecycle.ACTIVE:
        approve_fields(session, builder, definition.name, approver=by, by=by)
    for stream in stream_repository.list_streams(session, definition.name):
        stream_repository.save_schedule(session, definition.name, stream.stream, schedule, is_enabled=True)
    stream_repository.make_due(session, definition.name, now)


def change_source(
    session: Session,
    builder: ConnectorBuilder,
    name: str,
    change: SourceChange,
    *,
    by: str,
    expected_version: int | None = None,
) -> None:
    """Change a stored source; a run under way is stopped, and its streams are read at once as they are defined now.

    Args:
        session: the caller's transaction.
        builder: builds the connector, to see whether it can be.
        name: of the source.
        change: what is to be different.
        by: who changes it.
        expected_version: the version that was looked at; None: whichever there is.

    Raises:
        SourceNotFound: there is no such source.
        SourceChanged: it is not at *expected_version*.
        InvalidSetting: it stands in the file, or the settings are not as needed.
    """
    before = _own(session, name)
    settings = {**before.definition.settings, **change.settings}
    decided = {"area": change.area, "title": change.title, "lifecycle": change.lifecycle}
    definition = before.definition.model_copy(
        update={
            "settings": {key: value for key, value in settings.items() if value is not None},
            "secret_expiry": renew_expiry(
                before.definition.secret_expiry,
                change.secret_expiry,
                changed=change.secrets,
                removed=change.removed_secrets,
            ),
            **{key: value for key, value in decided.items() if value is not None},
        }
    )
    version = before.version if expected_version is None else expected_version
    for field in change.removed_secrets:
        repository.delete_secret(session, name, field)
    _save(session, builder, definition, change.secrets, version=version, by=by)
    fields = changed_fields(before.definition, definition, {*change.secrets, *change.removed_secrets})
    change_repository.add_change(session, name, ChangeKind.CHANGED, fields, by=by, now=builder.clock.now())
    if change.lifecycle is SourceLifecycle.ACTIVE and is_first_approval(session, name):
        approve_fields(session, builder, name, approver=by, by=by)  # whoever begins without the page has decided so
    stream_repository.make_due(session, name, builder.clock.now())


def holds_change(definition: SourceDefinition, secrets: Mapping[str, str], change: SourceChange) -> bool:
    """Whether the source is already as the change says; *secrets*: those that are stored, by path, in clear."""
    return (
        all(definition.settings.get(name) == value for name, value in change.settings.items())
        and all(secrets.get(path) == secret for path, secret in change.secrets.items())
        and not secrets.keys() & set(change.removed_secrets)
        and all(definition.secret_expiry.get(path) == day for path, day in change.secret_expiry.items())
        and all(getattr(change, name) in {None, getattr(definition, name)} for name in ("area", "title", "lifecycle"))
    )


def changed_fields(before: SourceDefinition, after: SourceDefinition, secrets: Collection[str]) -> list[str]:
    """Paths of what is different, for the history; *secrets*: those that were given anew or deleted."""
    settings = {
        name
        for name in {*before.settings, *after.settings}
        if before.settings.get(name) != after.settings.get(name)
        or (name in before.settings) != (name in after.settings)
    }
    own = {
        name
        for name in ("area", "title", "secret_expiry", "lifecycle")
        if getattr(before, name) != getattr(after, name)
    }
    return sorted({*settings, *own, *secrets})


def remove_source(
    session: Session, builder: ConnectorBuilder, name: str, *, by: str, expected_version: int | None = None
) -> None:
    """Read it no more, and forget its secrets. What it said stays, and so do its cursors, should it come back.

    *expected_version*: the version that was looked at; None: whichever there is.

    Raises:
        SourceNotFound: there is no such source.
        SourceChanged: it is not at *expected_version*.
        InvalidSetting: it stands in the file.
    """
    before = _own(session, name)
    definition = before.definition.model_copy(update={"lifecycle": SourceLifecycle.REMOVED, "secret_expiry": {}})
    repository.save_source(
        session,
        definition,
        system=before.system,
        expected_version=before.version if expected_version is None else expected_version,
        changed_by=by,
        now=builder.clock.now(),
    )
    repository.delete_secrets(session, name)
    repository.delete_pause(session, name)
    change_repository.add_change(session, name, ChangeKind.REMOVED, by=by, now=builder.clock.now())


def resume_source(session: Session, name: str, now: datetime, *, by: str) -> None:
    """Read it again, at once. Harmless when it was not paused."""
    if repository.delete_pause(session, name):
        change_repository.add_change(session, name, ChangeKind.RESUMED, by=by, now=now)
    stream_repository.make_due(session, name, now)


def pause_source(session: Session, name: str, *, by: str, reason: str, now: datetime) -> None:
    """Do not read it until it is resumed; a run under way ends in order. Users see the reason.

    Raises:
        SourceNotFound: there is no such source.
    """
    repository.existing_source(session, name)
    repository.pause(session, name, paused_by=by, reason=reason, now=now)
    change_repository.add_change(session, name, ChangeKind.PAUSED, by=by, now=now)


def schedule_source(  # noqa: PLR0913  keyword-only from the stream on
    session: Session,
    name: str,
    now: datetime,
    *,
    stream: str | None,
    schedule: Schedule | None,
    is_enabled: bool | None,
    by: str,
) -> None:
    """When the source, or one stream of it, is read, and whether it is. None: as before.

    Raises:
        SourceNotFound: there is no such source.
        InvalidSetting: it stands in the file, or it has no such stream.
    """
    _own(session, name)
    check_stream(session, name, stream)
    change_repository.add_change(session, name, ChangeKind.SCHEDULED, [stream] if stream else [], by=by, now=now)
    for state in stream_repository.list_streams(session, name):
        if stream in {None, state.stream}:
            enabled = state.is_enabled if is_enabled is None else is_enabled
            stream_repository.save_schedule(session, name, state.stream, schedule or state.schedule, is_enabled=enabled)
            if schedule is not None and state.last_success_at is not None:
                stream_repository.make_due(session, name, next_due(schedule, now), state.stream)


def release_deletions(  # noqa: PLR0913  keyword-only from the types on
    session: Session,
    name: str,
    record_types: Sequence[str] | None,
    *,
    at_most: int | None = None,
    by: str,
    reason: str,
    now: datetime,
) -> tuple[HeldDeletion, ...]:
    """Let the next run, which begins at once, delete what is missing: at most so many of each type as were shown.

    Args:
        session: the caller's transaction.
        name: of the source.
        record_types: whose deletions; of the first some must wait, and the others follow it (``with_parts``). None: of
            all types that wait.
        at_most: the number of the first type that the person saw; None: the one that is held now. If it is lower than
            that one, the other types do not follow, for more of the first may be missing than are released: what was
            decided on them with the first is taken back, and they wait for the next decision.
        by: who releases them.
        reason: why.
        now: when.

    Raises:
        HeldDeletionNotFound: nothing of that type waits.
    """
    released: list[HeldDeletion] = []
    entries = _entries_to_decide(session, name, record_types)
    for entry in entries:
        ceiling = entry.missing if at_most is None or released else min(at_most, entry.missing)
        held_repository.save_decision(
            session, entry, HeldState.RELEASED, ceiling=ceiling, decided_by=by, reason=reason, now=now
        )
        stream_repository.make_due(session, name, now, entry.stream)
        released.append(entry.model_copy(update={"state": HeldState.RELEASED, "ceiling": ceiling}))
        if ceiling < entry.missing:
            for part in entries[1:]:
                held_repository.reopen(session, part)
            break
    return tuple(released)


def refuse_deletions(
    session: Session, name: str, record_types: Sequence[str] | None, *, by: str, reason: str, now: datetime
) -> tuple[HeldDeletion, ...]:
    """Keep what is missing. Nobody is asked again unless more are missing, or until the source gives them again.

    The source is read at once, since the run that held them counts as no data. The types are those of
    ``release_deletions``.

    Raises:
        HeldDeletionNotFound: nothing of that type waits.
    """
    refused = []
    for entry in _entries_to_decide(session, name, record_types):
        held_repository.save_decision(
            session, entry, HeldState.REFUSED, ceiling=None, decided_by=by, reason=reason, now=now
        )
        stream_repository.make_due(session, name, now, entry.stream)
        refused.append(entry.model_copy(update={"state": HeldState.REFUSED}))
    return tuple(refused)


def reencrypt_secrets(session: Session, builder: ConnectorBuilder, *, by: str) -> int:
    """Encrypt with the first key whatever another one encrypted; how many secrets that were.

    Raises:
        InvalidSetting: a key is missing.
    """
    repository.lock_catalogue(session)
    count = 0
    for source in repository.list_sources(session):
        for field, ciphertext in repository.secrets_of(session, source.name).items():
            if not builder.keys.is_current(ciphertext):
                secret = builder.decrypt(source.name, field, ciphertext)
                _save_secrets(session, builder, source.name, {field: secret}, by=by)
                count += 1
    return count


def _save(
    session: Session,
    builder: ConnectorBuilder,
    definition: SourceDefinition,
    secrets: Mapping[str, str],
    *,
    version: int,
    by: str,
) -> None:
    name = definition.name
    kind = builder.kinds.get(definition.kind)
    if kind is None:
        kinds = ", ".join(sorted(builder.kinds))
        raise InvalidSetting(f"source {name}: kind {definition.kind!r} is not one of: {kinds}")
    schema = kind.spec()
    for field in secrets:
        if not is_secret(schema, field):
            raise InvalidSetting(f"source {name}: {field} is no secret; see: helhed connector spec {definition.kind}")
    check_expiry(name, schema, definition.secret_expiry)
    plain, in_clear = divide(schema, definition.settings)
    definition = definition.model_copy(update={"settings": plain})
    _save_secrets(session, builder, name, {**in_clear, **secrets}, by=by)
    now = builder.clock.now()
    system = None
    if definition.lifecycle is SourceLifecycle.ACTIVE:
        with closing(builder.build(definition, repository.secrets_of(session, name))) as connector:
            system = system_of(definition, connector)
            stream_repository.save_streams(session, name, connector.discover(), now)
    repository.save_source(session, definition, system=system, expected_version=version, changed_by=by, now=now)


def _save_secrets(
    session: Session, builder: ConnectorBuilder, name: str, secrets: Mapping[str, str], *, by: str
) -> None:
    for field, ciphertext in builder.encrypt(name, secrets).items():
        repository.save_secret(session, name, field, ciphertext=ciphertext, changed_by=by, now=builder.clock.now())


def _own(session: Session, name: str) -> Source:
    """The stored source that is to be changed. Locks first, always the same row: secrets and streams come after it."""
    repository.lock_catalogue(session)
    source = repository.existing_source(session, name)
    if source.definition.origin is SourceOrigin.FILE:
        raise DefinedInFile(f"source {name} is defined in HELHED_SOURCES_FILE; change it there")
    return source


def _entries_to_decide(session: Session, name: str, record_types: Sequence[str] | None) -> list[HeldDeletion]:
    """The open entries of these types, locked: of the first whatever was decided, of the others those that wait.

    Those of the others that were decided in one act with the first follow it again when somebody changes their mind.

    Raises:
        HeldDeletionNotFound: there is none of the first; or of none at all, where no types are given.
    """
    entries = held_repository.open_entries(session, name)
    waiting = [entry for entry in entries if entry.state is HeldState.HELD]
    if record_types is None:
        chosen = waiting
    else:
        first = [entry for entry in entries if entry.record_type == record_types[0]]
        acts = {(entry.decided_by, entry.decided_at) for entry in first if entry.decided_at is not None}
        parts = [entry for entry in entries if entry.record_type in record_types[1:]]
        chosen = first and first + [
            entry for entry in parts if entry.state is HeldState.HELD or (entry.decided_by, entry.decided_at) in acts
        ]
    if not chosen:
        raise HeldDeletionNotFound
    return chosen
