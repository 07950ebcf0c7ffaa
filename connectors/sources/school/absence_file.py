"""Rows of an absence file: one pupil, one day (or lesson), one kind. Pure.

A row that cannot be read says as well as it can which row it was, so that its twin of an earlier file stays.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import IO, NamedTuple

from connectors.errors import RecordRejected
from connectors.kit import InvalidValue, raw_payload, read_instant
from connectors.sources.school.lines import Line, read_rows, text_of
from connectors.sources.school.values import given, iso, read_day, read_number, read_school_code
from schemas.facts import AbsenceKind
from schemas.record import Rejection, RejectionRule
from schemas.text import fold_text

ROW = "Fravaer"
"""Type of the rows and of what becomes of them."""
SEPARATOR = ";"
LONGEST_KEY = 100
_COLUMNS = {
    "raekkeid": "id", "raekkenr": "id", "id": "id",
    "cpr": "cpr", "cprnr": "cpr", "cprnummer": "cpr", "personnummer": "cpr",
    "skolekode": "school", "institutionsnummer": "school", "skolenummer": "school",
    "dato": "day", "dag": "day",
    "fravaerstype": "type", "fravaersaarsag": "type",
    "fravaerskode": "code", "kode": "code",
    "omfang": "extent",
    "lektion": "lesson",
    "registreret": "registered",
    "rettet": "changed",
}  # fmt: skip
"""Columns that are read, by their name without case, accents and signs; everything else in the file is left out."""
_NEEDED = {"cpr": "CPR", "day": "Dato", "type": "Fravaerstype"}
_KINDS = {
    "sygefravær": AbsenceKind.SICK, "syg": AbsenceKind.SICK, "sygdom": AbsenceKind.SICK, "s": AbsenceKind.SICK,
    "fravær med tilladelse": AbsenceKind.PERMITTED, "lovligt fravær": AbsenceKind.PERMITTED,
    "ekstraordinær frihed": AbsenceKind.PERMITTED, "tilladelse": AbsenceKind.PERMITTED,
    "l": AbsenceKind.PERMITTED, "f": AbsenceKind.PERMITTED, "t": AbsenceKind.PERMITTED,
    "ulovligt fravær": AbsenceKind.UNLAWFUL, "ulovligt": AbsenceKind.UNLAWFUL, "u": AbsenceKind.UNLAWFUL,
    "for sent fremmøde": AbsenceKind.LATE, "forsent": AbsenceKind.LATE, "for sent": AbsenceKind.LATE,
}  # fmt: skip


class Row(NamedTuple):
    """One row that could be read; plain values, so that it can be written to disk."""

    key: str
    cpr: str
    day: str
    kind: str
    extent: float
    """Part of a day."""
    changed: str
    """When the school last registered or corrected it, ISO in UTC; empty when it does not say."""
    repaired: bool
    """Whether the number's leading zero was restored."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that could not be read, and which stored rows it may be."""

    rejection: Rejection
    key: str | None
    cpr: str | None
    """Without a key: any of this pupil's. Without both: any of the file's."""


class AbsenceFile:
    """One absence file, read row by row."""

    def __init__(self, content: IO[bytes], encoding: str, school: str, lessons_per_day: int) -> None:
        self._content = content
        self._encoding = encoding
        self._school = school
        self._lessons_per_day = lessons_per_day
        self.rows = 0
        """Rows read so far."""
        self.lines = 0
        """Lines they stood on."""

    def read(self) -> Iterator[Row | Unread]:
        """Every row.

        Raises:
            InvalidValue: the file has no header with the columns that are needed.
        """
        with text_of(self._content, self._encoding) as text:
            rows = read_rows(text, SEPARATOR)
            header = next(rows, None)
            columns = _columns(header)
            width = len(header.fields) if header and header.fields else 0
            for line in rows:
                self.rows += 1
                self.lines += 1 + line.text.count("\n")
                yield self._row(line, columns, width)

    def _row(self, line: Line, columns: Mapping[str, int], width: int) -> Row | Unread:
        fields = line.fields
        values = {name: given(fields[at]) for name, at in columns.items() if fields and at < len(fields)}
        key = _known_key(values)
        try:
            if fields is None:
                raise InvalidValue("(row)", RejectionRule.TOO_LONG)  # noqa: TRY301  told as what the values raise
            if len(fields) < width or any(part.strip() for part in fields[width:]):
                raise InvalidValue("(row)", RejectionRule.WRONG_SHAPE, len(fields))  # noqa: TRY301  told as what the values raise
            return self._translated(values, key)
        except InvalidValue as fault:
            payload = {"line": line.number, "text": line.text[:1000]}
            rejected: RecordRejected = fault.rejected(ROW, key or f"line {line.number}", raw_payload(payload))
            return Unread(rejected.rejection, key, _cpr_of(values))

    def _translated(self, values: Mapping[str, str | None], key: str | None) -> Row:
        school = read_school_code("Skolekode", values["school"]) if values.get("school") else self._school
        if school != self._school:
            raise InvalidValue("Skolekode", RejectionRule.WRONG_SHAPE, school)
        number = read_number("CPR", values.get("cpr"))
        if number is None:
            raise InvalidValue("CPR", RejectionRule.MISSING_FIELD)
        day = read_day("Dato", values.get("day"))
        if day is None:
            raise InvalidValue("Dato", RejectionRule.MISSING_FIELD)
        kind = _kind(values.get("type"), values.get("code"))
        lesson = values.get("lesson")
        stamps = [_instant("Rettet", values.get("changed")), _instant("Registreret", values.get("registered"))]
        changed = next((stamp for stamp in stamps if stamp), None)
        identifier, repaired = number
        return Row(
            key=key or f"{identifier.value}/{day}/{lesson or ''}",
            cpr=identifier.value,
            day=day.isoformat(),
            kind=kind.value,
            extent=self._extent(values.get("extent"), lesson),
            changed=changed or "",
            repaired=repaired,
        )

    def _extent(self, text: str | None, lesson: str | None) -> float:
        if text is None or fold_text(text) == "lektion":
            if lesson is None:
                raise InvalidValue("Omfang", RejectionRule.MISSING_FIELD)
            return 1 / self._lessons_per_day
        try:
            extent = float(text.replace(",", "."))
        except ValueError:
            extent = -1
        if not 0 <= extent <= 1:
            raise InvalidValue("Omfang", RejectionRule.WRONG_SHAPE, text)
        return 1 / self._lessons_per_day if lesson is not None and extent == 1 else extent


def in_window(row: Row, start: date, end: date) -> Row | Unread:
    """The row, or why it cannot be of a file of that window."""
    if start.isoformat() <= row.day <= end.isoformat():
        return row
    fault = InvalidValue("Dato", RejectionRule.BAD_DATE, row.day)
    return Unread(fault.rejected(ROW, masked_key(row.key)).rejection, row.key, row.cpr)


def masked_key(key: str) -> str | None:
    """The key as quarantine may show it: None for one that was made of a national number."""
    return None if "/" in key else key


def _columns(header: Line | None) -> dict[str, int]:
    if header is None or header.fields is None:
        raise InvalidValue("(header)", RejectionRule.MISSING_FIELD)
    positions: dict[str, int] = {}
    for at, name in enumerate(header.fields):
        plain = fold_text(name).replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
        column = _COLUMNS.get("".join(sign for sign in plain if sign.isalnum()))
        if column:
            positions.setdefault(column, at)
    if "code" in positions:
        positions.setdefault("type", positions["code"])
    for column, name in _NEEDED.items():
        if column not in positions:
            raise InvalidValue(name, RejectionRule.MISSING_FIELD)
    return positions


def _known_key(values: Mapping[str, str | None]) -> str | None:
    """The row's own id, where it has one that can be kept."""
    key = values.get("id")
    return key if key and len(key) <= LONGEST_KEY and "/" not in key else None


def _cpr_of(values: Mapping[str, str | None]) -> str | None:
    try:
        number = read_number("CPR", values.get("cpr"))
    except InvalidValue:
        return None
    return number[0].value if number else None


@lru_cache(1024)
def _kind(words: str | None, code: str | None) -> AbsenceKind:
    kinds = [_KINDS.get(fold_text(text)) for text in (words, code) if text]
    if not kinds:
        raise InvalidValue("Fravaerstype", RejectionRule.MISSING_FIELD)
    if kinds[0] is None:
        raise InvalidValue("Fravaerstype", RejectionRule.UNKNOWN_CODE, words or code)
    if len(kinds) > 1 and kinds[1] not in {None, kinds[0]}:
        raise InvalidValue("Fravaerskode", RejectionRule.UNKNOWN_CODE, code)
    return kinds[0]


@lru_cache(16_384)
def _instant(field: str, text: str | None) -> str | None:
    moment = read_instant(field, iso(text)) if text else None
    return moment.isoformat() if moment else None
