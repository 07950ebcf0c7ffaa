"""The ``Connector`` port: five verbs, no state of its own.

``spec`` and ``discover`` say what it can do, ``check`` whether it can do it now, ``preview`` how a few
real payloads would land (masked), ``read`` does it. The cursor comes in and goes out by value: a
connector never asks for a database, and two runs from the same cursor give the same records.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from pydantic import Field, JsonValue

from schemas.base import Schema
from schemas.record import Cursor, Rejection, SourceRecord
from schemas.source import SourceSystem


class StreamInfo(Schema):
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
    total: int | None = None
    """How many payloads the run will bring, if the source says so; for progress."""


class ConnectorKind(Protocol):
    """A connector's class, as the registry holds it."""

    @property
    def settings_type(self) -> type[Schema]:
        """What ``settings`` must be."""

    def spec(self) -> dict[str, JsonValue]:
        """JSON Schema of the settings; secrets carry ``writeOnly: true``."""

    def __call__(self, name: str, settings: Any, *, clock: Callable[[], datetime]) -> "Connector":
        """The connector for the source called *name*; *settings* are of ``settings_type``."""


@runtime_checkable
class Connector(Protocol):
    """What the hub asks of a source."""

    source: SourceSystem

    @classmethod
    def spec(cls) -> dict[str, JsonValue]:
        """JSON Schema of the settings; secrets carry ``writeOnly: true``."""

    def check(self) -> CheckResult:
        """Reach the source, log in, read one item. Never raises for the source's faults."""

    def discover(self) -> tuple[StreamInfo, ...]:
        """What the source offers and which fields are read."""

    def read(self, cursor: Cursor) -> Iterator[Batch]:
        """Everything that changed since *cursor*, a page at a time.

        Raises:
            SourceUnavailable: try again later, from the last cursor given out.
            SourceRefused: a person must act.
        """
