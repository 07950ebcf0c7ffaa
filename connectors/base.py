"""The ``Connector`` port: five verbs, no state of its own.

``spec`` and ``discover`` say what it can do, ``check`` whether it can do it now, ``preview`` how a few
real payloads would land (masked), ``read`` does it. Whoever builds one closes it. The cursor comes in and goes out by
value: a connector never asks for a database, and two runs from the same cursor give the same records.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from pydantic import Field, JsonValue

from schemas.base import Instant, Schema
from schemas.duration import Duration
from schemas.identifiers import Identifier
from schemas.record import Cursor, Rejection, SourceRecord
from schemas.source import Area, SourceSystem


class RecordTypeInfo(Schema):
    """One kind of thing a source offers."""

    name: str
    """The source's own type, as in ``SourceRecord.record_type``."""
    danish_title: str
    facts: tuple[str, ...]
    """Kinds of fact it becomes; empty when it is read for identity and status only."""
    fields_read: tuple[str, ...]
    """The allow-list: paths that are read. Nothing else enters."""
    purpose: str
    """Danish: why these fields, with the legal basis."""
    part_of: str | None = None
    """The type that its entities are read through: a decision about that one's deletions is about theirs too."""
    case_field: str | None = None
    """Path of the case number in a payload, by which somebody finds the row in the fagsystem; None: it has none."""


class Stream(Schema):
    """What is scheduled, leased and read by itself, with a cursor of its own."""

    name: str
    """Unique within the source; stands in addresses and logs."""
    danish_title: str
    record_types: tuple[RecordTypeInfo, ...]
    """Types of the records that a run may deliver."""
    is_pushed: bool = False
    """Whether the source sends it (``PushConnector``). Then ``read`` gives nothing, and a run resolves what waits."""
    every: Duration | None = None
    """How often it is read unless a person says otherwise. None: as the source's other streams."""


class HeldDeletions(Schema):
    """So many entities of one type are missing that a person must say whether they are gone (connectors/absence.py)."""

    record_type: str
    missing: int
    """Missing in this reading, and not known to be gone."""
    known: int
    """Known before it."""
    sample: tuple[str, ...] = ()
    """Masked ids of a few of them."""


class Hint(Schema):
    """A source has told that something about a citizen changed. It carries no facts: what counts is what is read."""

    stream: str
    """The stream in which it can be seen."""
    citizen: Identifier = Field(repr=False)


def _never() -> bool:
    return False


@dataclass(frozen=True, kw_only=True)
class ReadContext:
    """What a run is given beside the cursor."""

    should_stop: Callable[[], bool] = _never
    """Asked between pages and while waiting; once true, ``read`` gives out what it has and returns without a cursor."""
    releases: Mapping[str, int] = field(default_factory=dict)
    """Held deletions that a person has released, by record type: at most so many. Reading compares anew at once."""
    refusals: Mapping[str, int] = field(default_factory=dict)
    """Held deletions that a person has refused, by record type, with the number that was missing. They are still given
    out as held as long as they are missing."""

    hints: tuple[Hint, ...] = ()
    """Not empty: only because of these is it read now, so the reading may confine itself to the citizens they name. It
    then concludes nothing from what is missing. A connector that reads everything all the same does no harm."""

    def is_refused(self, held: "HeldDeletions") -> bool:
        """Whether a person has decided about these already: no more are missing than were refused."""
        return held.missing <= self.refusals.get(held.record_type, -1)


class CheckResult(Schema):
    """Whether the source can be read now."""

    ok: bool
    message: str
    """English, one line, no values from the source."""
    advice: str | None = None
    """Key of the Danish sentence with what to do, when not ok."""


class Batch(Schema):
    """One page of a run."""

    records: tuple[SourceRecord, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    skipped: Mapping[str, int] = Field(default_factory=dict)
    """How many payloads a declared rule left out, by ``<type>: <rule>``; they are no loss."""
    cursor: Cursor | None = None
    """Save this once the batch is published. None: keep the old one (the run would restart from it)."""
    held: tuple[HeldDeletions, ...] = ()
    """Deletions that wait for a person; nothing is deleted of these types in this run."""
    total: int | None = None
    """Number of payloads in the run, if the source gives it; for progress."""
    hints: tuple[Hint, ...] = ()
    """Whom to read next, in another stream of the source."""
    corrected: tuple[tuple[str, str], ...] = ()
    """Type and id of what was rejected before and is taken by now, where it is no record itself: a set of files."""


class ConnectorKind(Protocol):
    """A connector's class, as the registry holds it."""

    @property
    def area(self) -> Area:
        """What its sources are about, unless their definition says otherwise."""

    @property
    def settings_type(self) -> type[Schema]:
        """What ``settings`` must be."""

    def spec(self) -> dict[str, JsonValue]:
        """JSON Schema of the settings; secrets are marked ``writeOnly: true``."""

    def __call__(self, name: str, settings: Any, *, clock: Callable[[], datetime]) -> "Connector":
        """The connector for the source called *name*; *settings* are of ``settings_type``."""


@runtime_checkable
class FolderKind(Protocol):
    """A kind whose connectors can also read a folder of files instead of a source."""

    @classmethod
    def from_folder(cls, name: str, folder: Path, *, clock: Callable[[], datetime]) -> "Connector":
        """The connector that reads what the folder holds."""


@runtime_checkable
class Connector(Protocol):
    """What the hub asks of a source."""

    source: SourceSystem

    @classmethod
    def spec(cls) -> dict[str, JsonValue]:
        """JSON Schema of the settings; secrets are marked ``writeOnly: true``."""

    def check(self) -> CheckResult:
        """Reach the source, log in, read one item. Never raises for the source's faults."""

    def discover(self) -> tuple[Stream, ...]:
        """The streams in the order of a first load, and which fields are read."""

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:
        """Everything in the stream that changed since *cursor*, a page at a time.

        Args:
            stream: name of one that ``discover`` gives.
            cursor: as the last complete run of this stream gave it; empty at first.
            context: when to stop, and what a person has released.

        Raises:
            KeyError: there is no such stream.
            SourceUnavailable: try again later, from the last cursor given out.
            SourceRefused: a person must act.
            WholeReadingNeeded: the context has hints, and they cannot be followed by reading a part.
        """

    def close(self) -> None:
        """Close what it holds open, such as connections. Harmless when repeated; nothing is read with it afterwards."""


@runtime_checkable
class RereadsSince(Protocol):
    """A source that can be asked for everything that changed since a day of a person's choice."""

    @property
    def can_reread_since(self) -> bool:
        """Whether it can with these settings. If not, it is read from the start instead."""

    def reread_since(self, cursor: Cursor, since: datetime) -> Cursor:
        """The cursor from which the next run reads again what changed since then."""


class ClientCertificate(Schema):
    """Whoever sends us something, as their certificate tells. The chain was checked before."""

    fingerprint: str
    """SHA-256 of the certificate (DER): 64 hexadecimal digits, lower case."""
    subject: str
    """Distinguished name as RFC 4514 writes it, e.g. ``CN=webhook,O=STAR,C=DK``."""


class PushedEvent(Schema):
    """Something that a source has sent, as it came."""

    path: str
    """Address behind that of the source, e.g. ``0999/fravaer``."""
    body: bytes = Field(repr=False)
    is_cut: bool = False
    """The body was larger than is stored; this is its beginning."""
    received_at: Instant
    attempt: int = 1
    """Which attempt at resolving it this is."""


class EventKey(Schema):
    """Which events say the same, by a digest: it holds no personal data."""

    digest: str
    """Events with the same digest say the same."""
    is_versioned: bool
    """Whether a second event with the same key can say nothing new, also once the first was resolved."""


@runtime_checkable
class PushConnector(Protocol):
    """A source that sends thin events: three verbs beside those of ``Connector``.

    ``verify`` says who may send, ``event_key`` under which key an event is stored once, and ``resolve`` looks up what
    it is about. The hub stores and answers in between (hub.inbox); only ``resolve`` judges what an event says.
    """

    def verify(self, certificate: ClientCertificate) -> bool:
        """Whether the holder of this certificate may send for this source. The same for every unknown one: no."""

    def event_key(self, event: PushedEvent) -> EventKey:
        """The key of any event, also of one that cannot be read. Never raises."""

    def resolve(self, event: PushedEvent, context: ReadContext) -> Batch:
        """What the event's entity is now: records, and what was rejected or left out.

        Raises:
            SourceUnavailable: try this event again later.
            SourceRefused: a person must act; the event waits.
        """


class RejectedPayload(Schema):
    """Something that could not be read, as it was stored."""

    record_type: str
    source_id: str | None = None
    raw: bytes | None = Field(default=None, repr=False)
    """None: it was not stored, or has been deleted."""


@runtime_checkable
class ReplayConnector(Protocol):
    """A source of which one rejected item can be tried again by itself, with the translation of today."""

    def replay(self, payload: RejectedPayload, context: ReadContext) -> Batch | None:
        """What the stored payload is today; where that is not enough, what the source says of its id now.

        The batch has no cursor. None: only a run tells, since the item means nothing without what stands around it.

        Raises:
            SourceUnavailable: the source does not answer.
            SourceRefused: a person must act.
        """
