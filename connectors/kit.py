"""What every source's translation needs: dates, lines of text, rejections, and the masked preview."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from pydantic import Field, JsonValue, ValidationError

from connectors.base import Batch, Connector, ReadContext
from connectors.errors import RecordRejected
from connectors.masking import mask
from schemas.base import Schema
from schemas.record import Cursor, QualityFlag, Rejection, RejectionRule, SourceRecord

DANISH_TIME = ZoneInfo("Europe/Copenhagen")
EARLIEST, LATEST = 1850, 2200
"""Years between which a date can have been meant."""
LINE_LENGTH = 500
NAME_LENGTH = 200
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff]")


class PreviewRow(Schema):
    """How one payload would land: names of fields, and values as shapes only."""

    record_type: str
    kind: str | None
    """Kind of fact; None for a tombstone and for what was rejected."""
    source_id: str | None
    """Masked."""
    fields: Mapping[str, str] = Field(default_factory=dict)
    """Masked values by path."""
    remarks: tuple[str, ...] = ()
    """Quality flags and deletion as ``field: rule``; for a rejected one its field and rule."""
    rejected: bool = False


def preview(connector: Connector, limit: int = 20) -> tuple[PreviewRow, ...]:
    """The first *limit* payloads as they would land, masked; nothing is stored.

    Raises:
        SourceUnavailable: the source does not answer.
        SourceRefused: a person must act.
    """
    return tuple(islice(_rows(connector), limit))


def read_all(connector: Connector, cursor: Cursor | None = None, context: ReadContext | None = None) -> Iterator[Batch]:
    """Every stream in turn; *cursor* and the batches' cursors hold each stream's own under its name.

    Raises:
        SourceUnavailable: try again later, from the last cursor given out.
        SourceRefused: a person must act.
    """
    states = dict((cursor or Cursor()).state)
    for stream in connector.discover():
        state = states.get(stream.name)
        own = Cursor(state=state if isinstance(state, dict) else {})
        for batch in connector.read(stream.name, own, context or ReadContext()):
            if batch.cursor is None:
                yield batch
            else:
                states[stream.name] = dict(batch.cursor.state)
                yield batch.model_copy(update={"cursor": Cursor(state=dict(states))})


def _rows(connector: Connector) -> Iterator[PreviewRow]:
    for batch in read_all(connector):
        yield from (_record_row(record) for record in batch.records)
        yield from (_rejected_row(rejection) for rejection in batch.rejected)


def _record_row(record: SourceRecord) -> PreviewRow:
    remarks = [f"{flag.field}: {flag.rule}" for flag in record.quality]
    if record.deleted:
        remarks.append(f"deleted: {record.deleted_reason or 'no reason given'}")
    fact = {} if record.fact is None else record.fact.model_dump(mode="json", exclude={"kind"}, exclude_none=True)
    shown = {"valid": record.valid.model_dump(mode="json", exclude_none=True), "parties": len(record.parties), **fact}
    return PreviewRow(
        record_type=record.record_type,
        kind=record.fact.kind if record.fact else None,
        source_id=mask(record.source_id),
        fields=dict(_flat("", shown)),
        remarks=tuple(remarks),
    )


def _rejected_row(rejection: Rejection) -> PreviewRow:
    return PreviewRow(
        record_type=rejection.record_type,
        kind=None,
        source_id=mask(rejection.source_id) if rejection.source_id else None,
        fields={rejection.field: rejection.masked_value} if rejection.masked_value else {},
        remarks=(f"{rejection.field}: {rejection.rule}",),
        rejected=True,
    )


def _flat(path: str, value: JsonValue | Mapping[str, JsonValue]) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _flat(f"{path}[{index}]", inner)
    else:
        yield path, mask(value)


class InvalidValue(ValueError):
    """A value cannot be used. Carries field, rule and masked value; ``rejected`` makes it leave the connector."""

    def __init__(self, field: str, rule: RejectionRule, value: object = None) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule
        self.masked_value = None if value is None else mask(value)

    def rejected(self, record_type: str, source_id: str | None, raw: bytes | None = None) -> RecordRejected:
        """The same for the one payload it happened in."""
        return RecordRejected(
            Rejection(
                record_type=record_type,
                source_id=source_id,
                field=self.field,
                rule=self.rule,
                masked_value=self.masked_value,
                raw=raw,
            )
        )


def validation_fault(error: ValidationError) -> InvalidValue:
    """The first fault of a payload that does not have the source's shape."""
    first = error.errors(include_url=False, include_context=False)[0]
    rule = RejectionRule.MISSING_FIELD if first["type"] == "missing" else RejectionRule.WRONG_SHAPE
    value = first.get("input") if rule is RejectionRule.WRONG_SHAPE else None
    scalar = value if isinstance(value, str | int | float) else None
    return InvalidValue(".".join(map(str, first["loc"])) or "(payload)", rule, scalar)


def read_date(field: str, text: str | None) -> tuple[date, str] | None:
    """A day and its precision (``year``, ``month``, ``day``) from ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD`` or an instant.

    A partial date becomes the first day it can mean. An instant becomes its day in Denmark: 22.30 UTC in summer is
    tomorrow here.

    Raises:
        InvalidValue: it is no date, or one that nobody can have meant.
    """
    if text is None:
        return None
    found = _PARTIAL.fullmatch(text.strip())
    try:
        if found is None:
            return read_instant(field, text).astimezone(DANISH_TIME).date(), "day"
        year, month, day = (int(part) if part else None for part in found.groups())
        made = date(year or 0, month or 1, day or 1)
    except ValueError:
        raise InvalidValue(field, RejectionRule.BAD_DATE, text) from None
    if not EARLIEST <= made.year <= LATEST:
        raise InvalidValue(field, RejectionRule.BAD_DATE, text)
    return made, "day" if day else "month" if month else "year"


def read_instant(field: str, text: str) -> datetime:
    """An instant in UTC. Without a zone it is Danish time; a Danish time that does not exist is refused.

    Raises:
        InvalidValue: it is no instant, or one that nobody can have meant.
    """
    try:
        moment = datetime.fromisoformat(text.strip()) if _MOMENT.fullmatch(text.strip()) else None
        if moment is not None and moment.tzinfo is None:
            local = moment.replace(tzinfo=DANISH_TIME)
            skipped = local.astimezone(UTC).astimezone(DANISH_TIME).replace(tzinfo=None) != moment
            moment = None if skipped else local
        if moment is None or not EARLIEST <= moment.year <= LATEST:
            raise InvalidValue(field, RejectionRule.BAD_DATE, text)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidValue(field, RejectionRule.BAD_DATE, text) from None


def clean_line(
    field: str, text: str | None, *, longest: int = LINE_LENGTH
) -> tuple[str | None, tuple[QualityFlag, ...]]:
    """One line for people, and what had to be mended: control characters go, white space folds, too long is cut.

    Markup stays as the text it is; pages escape.
    """
    if text is None:
        return None, ()
    flags = []
    stripped = _CONTROL.sub("", text)
    if stripped != text:
        flags.append(QualityFlag(field=field, rule="control_characters"))
    line = " ".join(stripped.split())
    if len(line) > longest:
        line = line[: longest - 1].rstrip() + "…"
        flags.append(QualityFlag(field=field, rule="shortened"))
    return line or None, tuple(flags)
