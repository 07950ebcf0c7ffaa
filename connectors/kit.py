"""What every source's translation needs: dates, lines of text, rejections, and the masked preview.

Nothing here raises anything but ``InvalidValue``, whatever a payload holds.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum
from itertools import islice, zip_longest
from typing import Any, overload

from pydantic import BaseModel, Field, JsonValue, ValidationError

from connectors import dates
from connectors.base import Batch, Connector, ReadContext, RecordTypeInfo
from connectors.errors import RecordRejected
from connectors.masking import value_shape
from connectors.payload_tap import tapped
from schemas.base import Schema
from schemas.record import Cursor, QualityFlag, Rejection, RejectionRule, SourceRecord
from schemas.text import loses_content, normalise_text

DANISH_TIME = dates.DANISH_TIME
_RULES = {
    "missing": RejectionRule.MISSING_FIELD,
    "string_pattern_mismatch": RejectionRule.CONTROL_CHARACTERS,
    "string_unicode": RejectionRule.CONTROL_CHARACTERS,
    "string_too_long": RejectionRule.TOO_LONG,
    "too_long": RejectionRule.TOO_LONG,
    "int_parsing_size": RejectionRule.TOO_LONG,
    "too_large": RejectionRule.TOO_LARGE,
    "recursion_loop": RejectionRule.TOO_LARGE,
    "bad_date": RejectionRule.BAD_DATE,
}
"""What a fault of validation is called in quarantine; any other is a wrong shape."""
LARGEST_RAW = 256 * 1024
"""Bytes of a rejected payload that are still kept for replay."""
LINE_LENGTH = 500
MOST_FIELDS = 60
"""Values of one payload that a preview shows."""
PREVIEW_DEPTH = 5
"""So many times as many payloads as are shown are read of each stream."""
NAME_LENGTH = 200
_INTEGER = re.compile(r"[0-9]{1,19}")


class PreviewRow(Schema):
    """How one payload would land: names of fields, and values as shapes only."""

    record_type: str
    kind: str | None
    """Kind of fact; None for a tombstone and for what was rejected."""
    source_id: str | None
    """Masked."""
    source_fields: Mapping[str, str] = Field(default_factory=dict)
    """What the source said, by the path of its own fields; masked, and only of fields that are read."""
    fields: Mapping[str, str] = Field(default_factory=dict)
    """Values by path; masked, but for words of the common schema's own lists (a status, yes and no)."""
    remarks: tuple[str, ...] = ()
    """Quality flags and deletion as ``field: rule``; for a rejected one its field and rule."""
    rejected: bool = False


def preview(connector: Connector, limit: int = 20) -> tuple[PreviewRow, ...]:
    """*limit* payloads as they would land, masked; nothing is stored.

    The types take turns, for the first page of a source is often of one type only; rejected ones come first.

    Raises:
        SourceUnavailable: the source does not answer.
        SourceRefused: a person must act.
    """
    types = {info.name: info for stream in connector.discover() for info in stream.record_types}
    by_type: dict[tuple[bool, str], list[PreviewRow]] = {}
    for stream in connector.discover():
        for row in islice(_rows(connector, stream.name, types), PREVIEW_DEPTH * limit):
            by_type.setdefault((not row.rejected, row.record_type), []).append(row)
    turns = zip_longest(*(rows for _, rows in sorted(by_type.items())))
    return tuple(islice((row for turn in turns for row in turn if row is not None), limit))


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


def _rows(connector: Connector, stream: str, types: Mapping[str, RecordTypeInfo]) -> Iterator[PreviewRow]:
    batches = connector.read(stream, Cursor(), ReadContext())
    while True:
        # Between two pages whoever reads is another: the payloads are taken down page by page.
        with tapped() as payloads:
            batch = next(batches, None)
        if batch is None:
            return
        for record in batch.records:
            payload = payloads.get((record.record_type, record.source_id))
            yield _record_row(record, _source_fields(payload, types.get(record.record_type)))
        yield from (_rejected_row(rejection) for rejection in batch.rejected)


def _source_fields(payload: object, info: RecordTypeInfo | None) -> dict[str, str]:
    """Masked values of a payload by path; of one that is as it came, only what the field list names."""
    if isinstance(payload, BaseModel):
        values: Mapping[str, Any] = payload.model_dump(mode="json", exclude_none=True, by_alias=True)
    elif is_dataclass(payload) and not isinstance(payload, type):
        values = json.loads(json.dumps(asdict(payload), default=str))
    elif isinstance(payload, Mapping):
        read = {field.partition(".")[0].partition(" ")[0].casefold() for field in info.fields_read} if info else set()
        values = {name: value for name, value in payload.items() if name.casefold() in read}
    else:
        return {}
    return dict(islice(_flat("", values), MOST_FIELDS))


def _record_row(record: SourceRecord, source_fields: Mapping[str, str]) -> PreviewRow:
    remarks = [f"{flag.field}: {flag.rule}" for flag in record.quality]
    if record.deleted:
        remarks.append(f"deleted: {record.deleted_reason or 'no reason given'}")
    fact = {} if record.fact is None else record.fact.model_dump(exclude={"kind"}, exclude_none=True)
    values = {"valid": record.valid.model_dump(exclude_none=True), **fact}
    return PreviewRow(
        record_type=record.record_type,
        kind=record.fact.kind if record.fact else None,
        source_id=value_shape(record.source_id),
        source_fields=source_fields,
        fields={"parties": str(len(record.parties)), **dict(_flat("", values))},
        remarks=tuple(remarks),
    )


def _rejected_row(rejection: Rejection) -> PreviewRow:
    return PreviewRow(
        record_type=rejection.record_type,
        kind=None,
        source_id=value_shape(rejection.source_id) if rejection.source_id else None,
        fields={rejection.field: rejection.masked_value} if rejection.masked_value else {},
        remarks=(f"{rejection.field}: {rejection.rule}",),
        rejected=True,
    )


def _flat(path: str, value: object) -> Iterator[tuple[str, str]]:
    """The values by path, masked; but not the words of the common schema's own lists, which say nothing of anybody."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(f"{path}.{name}" if path else name, inner)
    elif isinstance(value, list | tuple | set | frozenset):
        for index, inner in enumerate(value):
            yield from _flat(f"{path}[{index}]", inner)
    elif isinstance(value, Enum | bool):
        yield path, str(value)
    else:
        yield path, value_shape(value)


class InvalidValue(ValueError):
    """A value cannot be used. Holds field, rule and the value's shape; ``rejected`` makes it a ``RecordRejected``."""

    def __init__(self, field: str, rule: RejectionRule, value: object = None) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule
        self.masked_value = None if value is None else value_shape(value)

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
    first = error.errors(include_url=False)[0]
    rule = _RULES.get(first["type"], RejectionRule.WRONG_SHAPE)
    value = None if rule is RejectionRule.MISSING_FIELD else first.get("input")
    scalar = value if isinstance(value, str | int | float) else None
    within = [first["ctx"]["field"]] if "field" in first.get("ctx", {}) else []
    field = ".".join(map(str, [*first["loc"], *within])) or "(payload)"
    return InvalidValue(field, rule, scalar)


def read_date(field: str, text: str | None, *, is_birth: bool = False) -> tuple[date, str] | None:
    """A day and its precision (``year``, ``month``, ``day``) from ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD`` or an instant.

    A partial date becomes the first day it can mean. An instant becomes its day in Denmark: 22.30 UTC in summer is
    tomorrow here. A blank, and a value that stands for "no date" (``connectors.dates``), is not given: None.

    Args:
        field: path of the field in the source's words.
        text: what the source wrote.
        is_birth: whether it is a date of birth; then the dates that only an act cannot have are dates.

    Raises:
        InvalidValue: it is no date, or one that nobody can have meant.
    """
    if text is None or not text.strip() or dates.is_no_date(text, is_birth=is_birth):
        return None
    parsed = dates.parse_date(text)
    if parsed is None:
        raise InvalidValue(field, RejectionRule.BAD_DATE, text)
    return parsed


@overload
def read_instant(field: str, text: str | None, *, default: datetime) -> datetime: ...
@overload
def read_instant(field: str, text: str | None, *, default: None = None) -> datetime | None: ...
def read_instant(field: str, text: str | None, *, default: datetime | None = None) -> datetime | None:
    """An instant in UTC; *default* when it is not given, is blank, or stands for "no date".

    Without a zone it is Danish time; a Danish time that does not exist is refused.

    Raises:
        InvalidValue: it is no instant, or one that nobody can have meant.
    """
    if text is None or not text.strip() or dates.is_no_date(text):
        return default
    moment = dates.parse_instant(text)
    if moment is None:
        raise InvalidValue(field, RejectionRule.BAD_DATE, text)
    return moment


def first_date(*texts: str | None) -> str | None:
    """The first of several dates that is given: neither missing nor blank, and no date that stands for "no date"."""
    return next((text for text in texts if text and text.strip() and not dates.is_no_date(text)), None)


def clean_line(
    field: str, text: str | None, *, longest: int = LINE_LENGTH
) -> tuple[str | None, tuple[QualityFlag, ...]]:
    """One line for people, with a flag for each correction: the text is normalised, white space folds, too long is cut.

    Markup stays as the text it is; pages escape.
    """
    if text is None:
        return None, ()
    flags = []
    normal = normalise_text(text)
    if normal is not text and loses_content(text):
        flags.append(QualityFlag(field=field, rule="control_characters"))
    line = " ".join(normal.split())
    if len(line) > longest:
        line = normalise_text(line[: longest - 1].rstrip() + "…")
        flags.append(QualityFlag(field=field, rule="shortened"))
    return line or None, tuple(flags)


def version_order(version: str | None) -> int | None:
    """The version as a number, if it is one of 64 bits; other versions have no order, and registered time decides."""
    if version is None or not _INTEGER.fullmatch(version):
        return None
    number = int(version)
    return number if number < 2**63 else None


def raw_payload(payload: object, largest: int = LARGEST_RAW) -> bytes | None:
    """A rejected payload as JSON for replay, the same for the same content; None when it is too large or too deep.

    It is written in ASCII, so that a lone surrogate in it can be written at all.
    """
    try:
        raw = json.dumps(payload, sort_keys=True).encode("ascii")
    except (ValueError, TypeError, RecursionError):
        return None
    return raw if len(raw) <= largest else None


def payload_json(raw: bytes | None) -> JsonValue:
    """What ``raw_payload`` wrote, as JSON; None where nothing was stored, or it is no JSON."""
    try:
        content: JsonValue = json.loads(raw) if raw else None
    except (ValueError, RecursionError):
        return None
    return content
