"""Who looked at whom, for the DPO: each reading and each export decides, writes the line, then answers."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.policy import may
from hub.audit import lookup_repository as repository
from hub.audit.lookup_repository import LookupSelection
from hub.audit.service import write
from hub.clock import danish_day
from schemas.access import AccessRequest, Actor, AuditAction, AuditObject, AuditOutcome, ObjectKind
from schemas.lookup import Lookup, LookupCounts

MOST_EXPORTED = 100_000
"""Look-ups of one export; a longer period is exported in parts, and the export says so."""


class LookupList(NamedTuple):
    """A page of look-ups."""

    lookups: tuple[Lookup, ...]
    counts: LookupCounts
    """Of all pages, whatever filter is on."""
    after: int | None
    """Where the next page begins; None: this is the last."""


def read_lookups(  # noqa: PLR0913  keyword-only from the page on
    session: Session,
    actor: Actor,
    request: AccessRequest,
    selection: LookupSelection,
    *,
    after: int | None,
    size: int,
    now: datetime,
) -> LookupList | None:
    """A page of look-ups, the newest first. None: refused. That they were read is a line of the log."""
    if not _record(session, actor, AuditAction.READ_LOG, request, selection, now):
        return None
    lookups = repository.list_lookups(session, selection, after=after, size=size + 1)
    return LookupList(
        lookups[:size],
        repository.count_lookups(session, selection),
        lookups[size - 1].seq if len(lookups) > size else None,
    )


def export_lookups(
    session: Session, actor: Actor, request: AccessRequest, selection: LookupSelection, *, now: datetime
) -> Iterator[Lookup] | None:
    """The same for a file, at most ``MOST_EXPORTED``. None: refused."""
    if not _record(session, actor, AuditAction.EXPORT_LOG, request, selection, now):
        return None
    return iter(repository.list_lookups(session, selection, after=None, size=MOST_EXPORTED))


def _record(
    session: Session,
    actor: Actor,
    action: AuditAction,
    request: AccessRequest,
    selection: LookupSelection,
    now: datetime,
) -> bool:
    is_allowed = may(actor, action)
    entry = audit_entry(
        actor,
        action,
        AuditOutcome.SHOWN if is_allowed else AuditOutcome.REFUSED,
        request,
        now,
        citizen_id=selection.citizen_id,
        about=None if selection.actor_id is None else AuditObject(kind=ObjectKind.ACTOR, id=selection.actor_id),
        details={"period": [danish_day(selection.since).isoformat(), danish_day(selection.until).isoformat()]},
    )
    write(session, entry)
    return is_allowed
