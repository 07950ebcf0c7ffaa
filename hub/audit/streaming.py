"""The log to whom reads it elsewhere: a file of a time, and a stream.

Both have pseudonyms alone, unless the DPO has decided otherwise for now (``hub.audit.event_names``).

The stream follows the signed tree: in order, from its first line, at least once. A receiver knows a line that comes
twice by its place and its commitment, and sees by the places that none is missing. Nothing is locked while something
is sent, so a receiver that is slow or away holds up neither readers nor sealing.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from helhed_verify.note import read_key
from hub.audit import seal_repository, stream_repository
from hub.audit.event_names_repository import find_in_force
from hub.audit.forms.choice import FORMS, EventForm
from hub.audit.forms.event import Event, SealedEntry, event_of
from hub.audit.receivers import Message, Receiver, ReceiverFailed
from hub.db import Database, Session
from hub.errors import InvalidSetting
from schemas.base import Instant, Schema

BATCH = 500
"""Lines handed over at once."""
PAGE = 2_000
"""Lines of a file read at a time; nothing is locked meanwhile."""
DELIVERED_WITHIN = timedelta(minutes=10)
"""A signed line that waits longer for its delivery is behind."""

Period = tuple[datetime, datetime]
"""From an instant up to, and without, another."""


class StreamStatus(Schema):
    """How a receiver does."""

    receiver: str
    waiting: int
    """Signed lines that it has not."""
    oldest: Instant | None
    """When the first of them was signed."""
    delivered_at: Instant | None
    """When it took lines last; None: never."""
    fault: str | None

    def longest(self, now: datetime) -> timedelta:
        """How long the first of them has waited."""
        return max(now - self.oldest, timedelta(0)) if self.oldest is not None else timedelta(0)

    def is_behind(self, now: datetime) -> bool:
        """Whether that is too long."""
        return self.longest(now) > DELIVERED_WITHIN


def read_stream(session: Session, receiver: str) -> StreamStatus:
    """How the receiver does."""
    state = stream_repository.find_stream(session, receiver)
    newest = seal_repository.newest_checkpoint(session)
    next_leaf = state.next_leaf if state is not None else 0
    return StreamStatus(
        receiver=receiver,
        waiting=max(newest.size - next_leaf, 0) if newest is not None else 0,
        oldest=stream_repository.signed_after(session, next_leaf),
        delivered_at=state.delivered_at if state is not None else None,
        fault=state.fault if state is not None else None,
    )


def deliver_next(database: Database, receiver: Receiver, form: EventForm, key: bytes, now: datetime) -> bool:
    """Hand over the next batch; whether more waits and can be handed over. What fails is kept, and tried again later.

    *key*: makes the pseudonyms. How far the receiver has it is kept after it said that it has it: a process that dies
    in between hands over the batch once more.
    """
    with database.transaction() as session:
        newest, state = (
            seal_repository.newest_checkpoint(session),
            stream_repository.begin_stream(session, receiver.name),
        )
        if newest is None or state.next_leaf >= newest.size:
            return False
        until = min(state.next_leaf + BATCH, newest.size)
        decision = find_in_force(session, now)
        names = decision is not None and decision.with_stream
        events = list(_events(session, state.next_leaf, until, key, names=names))
    messages = [_message(event, form) for event in events]
    try:
        if messages:
            receiver.deliver(messages)
    except ReceiverFailed as error:
        with database.transaction() as session:
            stream_repository.save_fault(session, receiver.name, str(error))
        return False
    with database.transaction() as session:
        stream_repository.save_delivered(session, state, until, now)
    return until < newest.size


def export_events(
    database: Database, form: EventForm, key: bytes, period: Period, *, names: bool = False
) -> Iterator[bytes]:
    """The sealed lines that were written in a time, an event a line of JSON, in the order of the tree.

    *names*: people are named, for which the caller has seen the decision that allows it.

    Raises:
        InvalidSetting: nothing is sealed yet.
    """
    with database.transaction() as session:
        newest = seal_repository.newest_checkpoint(session)
    if newest is None:
        raise InvalidSetting("nothing of the log is sealed yet; a worker seals it: helhed worker")
    first = 0
    while True:
        with database.transaction() as session:
            leaves = stream_repository.list_leaves(session, first, newest.size, period, PAGE)
            places = set(leaves)
            events = list(_events(session, leaves[0], leaves[-1] + 1, key, names=names)) if leaves else []
        for event in events:
            if event.leaf in places:
                yield json.dumps(FORMS[form](event), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        if len(leaves) < PAGE:
            return
        first = leaves[-1] + 1


def _events(session: Session, first: int, last: int, key: bytes, *, names: bool) -> Iterator[Event]:
    """Those in ``[first, last)`` that are not erased."""
    log = read_key(seal_repository.list_keys(session)[0]).name
    for sealed in seal_repository.list_sealed(session, first, last):
        if sealed.line is not None:
            entry = SealedEntry(sealed.leaf, sealed.commitment, sealed.line.seq, sealed.line.entry)
            yield event_of(entry, log, key, names=names)


def _message(event: Event, form: EventForm) -> Message:
    at = event.at.isoformat()
    return Message(at, event.action.value, is_refused=not event.has_succeeded, document=FORMS[form](event))
