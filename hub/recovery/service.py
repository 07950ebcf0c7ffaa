"""Makes a restored database fit for use, one step after another. Each can be repeated."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from hub.alerts.service import ALERT_GROUP
from hub.backup import repository as backups
from hub.backup.errors import BackupFailed
from hub.backup.place import BackupPlace
from hub.bus.base import OVERVIEWS, RECORDS, Rewindable
from hub.context import AppContext
from hub.errors import SourceNotFound
from hub.forgetting.citizens import Keys
from hub.forgetting.citizens import forget_again as forget_citizens_again
from hub.forgetting.restricting import rebuild_around
from hub.forgetting.service import forget_source
from hub.indexing.reindex import Progress, reindex
from hub.pipeline import PIPELINE_GROUP, rebuild_due
from hub.recovery.register import ForgottenSource, saved_register
from hub.rights.restriction_repository import known_among, restrict, restricted_among
from hub.sessions.repository import delete_all_sessions
from hub.sources.definitions import SourceLifecycle
from hub.sources.forgetting_repository import end_forgetting, list_forgettings, request_forgetting
from hub.sources.repository import get_source
from hub.sources.service import remove_source

GROUPS = ((PIPELINE_GROUP, RECORDS), (ALERT_GROUP, OVERVIEWS))
"""Who reads the bus and keeps what it made of it in the database. The index is built anew instead."""
BY = "cli:restore"
RESTRICTED_AGAIN = "Begrænset igen efter gendannelse"
_AT_ONCE = 200


class ForgottenAgain(NamedTuple):
    """Who and what was forgotten again."""

    sources: tuple[str, ...]
    citizens: int
    restricted: int
    """Citizens who are restricted again."""
    restricted_absent: int
    """Citizens who were restricted and are not in the restored database: sources tell of them later."""
    known_at: datetime | None
    """As of when it is known who was forgotten; None: nothing is kept beside the backups."""


def require_restored(context: AppContext) -> None:
    """Stop where the server still applies the log.

    Raises:
        BackupFailed: it does.
    """
    with context.database.transaction() as session:
        if backups.is_in_recovery(session):
            raise BackupFailed("PostgreSQL still applies the log, or is a standby; wait, or promote it: pg_ctl promote")


def forget_again(context: AppContext, place: BackupPlace) -> ForgottenAgain:
    """Forget what was forgotten after the moment that was restored.

    Raises:
        BackupFailed: the register does not open.
    """
    saved = saved_register(place)
    with context.database.transaction() as session:
        known = {row.source: row.before_run for row in list_forgettings(session)}
    again = [each for each in saved.sources if known.get(each.source, 0) < each.before_run]
    for each in again:
        _forget_source(context, each)
    keys = Keys(context.digest_key, context.payload_cipher)
    citizens = forget_citizens_again(context.database, keys=keys, clock=context.clock, known=saved.citizens)
    restricted, absent = _restrict_again(context, saved.restricted)
    return ForgottenAgain(tuple(each.source for each in again), len(citizens), restricted, absent, saved.taken_at)


def _restrict_again(context: AppContext, restricted: Mapping[UUID, datetime]) -> tuple[int, int]:
    """Restrict whoever was when the register was written; how many are now, and how many are not here."""
    now = context.clock.now()
    with context.database.transaction() as session:
        known = known_among(session, restricted)
        missing = known - restricted_among(session, known)
        for citizen_id in sorted(missing):
            since = restricted[citizen_id]
            restrict(session, citizen_id, reason=RESTRICTED_AGAIN, review_on=None, by="Helhed", now=since)
            rebuild_around(session, citizen_id, now=now)
    return len(missing), len(restricted.keys() - known)


def rewind(context: AppContext) -> tuple[str, ...]:
    """Let the groups of the bus begin with the oldest message that is kept; their names, none on the embedded bus.

    Where the bus is in the database it was restored with it. Kafka has gone on: what it counts as processed is not in
    the store any more. What the store has already it knows again, so nothing is there twice.

    Raises:
        BusRefused: a worker still runs.
        BusUnavailable: the bus does not answer.
    """
    bus = context.bus
    if not isinstance(bus, Rewindable):
        return ()
    return tuple(group for group, topic in GROUPS if bus.rewind(group, topic))


def end_sessions(context: AppContext) -> int:
    """End all logins: one that was ended after the moment would count again."""
    with context.database.transaction() as session:
        return delete_all_sessions(session)


def build_index(context: AppContext, progress: Callable[[Progress], None] | None = None) -> int:
    """Build the overviews that are due and fill a new index; how many citizens it has.

    Raises:
        SearchUnavailable: the index does not answer.
    """
    _rebuild(context)
    context.index.create()
    return reindex(
        context.database, context.index, digest_key=context.digest_key, clock=context.clock, progress=progress
    )


def _forget_source(context: AppContext, forgotten: ForgottenSource) -> None:
    name = forgotten.source
    with context.database.transaction() as session:
        stored = get_source(session, name)
        if stored is not None and stored.definition.lifecycle is not SourceLifecycle.REMOVED:
            try:
                remove_source(session, context.catalogue.builder, name, by=BY)
            except SourceNotFound:
                stored = None
        request_forgetting(
            session,
            name,
            by=forgotten.requested_by,
            now=forgotten.requested_at,
            at_least=forgotten.before_run,
        )
    forget_source(
        context.database,
        name,
        digest_key=context.digest_key,
        clock=context.clock,
        report=lambda _done, _whole, _counts: None,
        counts={},
    )
    _rebuild(context)
    with context.database.transaction() as session:
        end_forgetting(session, name, context.clock.now())


def _rebuild(context: AppContext) -> None:
    taken = _AT_ONCE
    while taken == _AT_ONCE:
        now = context.clock.now()
        taken = rebuild_due(context.database, digest_key=context.digest_key, until=now, now=now, limit=_AT_ONCE).taken
