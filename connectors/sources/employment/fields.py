"""Reads the values of one payload, whatever case its names are written in, and collects the flags of mended ones."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from connectors.kit import NAME_LENGTH, InvalidValue, clean_line, read_date, read_instant
from connectors.renamed import renamed_field
from connectors.transports.json_reader import UnreadableValue
from schemas.identifiers import Identifier
from schemas.period import Period
from schemas.record import QualityFlag, RejectionRule

_LOST_ZERO = re.compile(r"[0-9]{9}")
_LARGEST_NUMBER = 2**63


class Code(NamedTuple):
    """A code with the source's words."""

    code: str
    text: str | None


@dataclass
class Fields:
    """One JSON object. Only what is asked for by name is read; everything else never enters."""

    values: Mapping[str, Any]
    flags: list[QualityFlag] = field(default_factory=list)
    path: str = ""

    @classmethod
    def of(cls, payload: object, path: str = "", flags: list[QualityFlag] | None = None) -> "Fields":
        """The fields of an object.

        Raises:
            InvalidValue: it is none.
        """
        if not isinstance(payload, Mapping):
            raise InvalidValue(path or "(payload)", RejectionRule.WRONG_SHAPE)
        values = {name.casefold(): value for name, value in payload.items() if isinstance(name, str)}
        return cls(values, [] if flags is None else flags, path)

    def flag(self, name: str, rule: str) -> None:
        """Declare that a value was mended or left out."""
        self.flags.append(QualityFlag(field=self._at(name), rule=rule))

    def text(self, *names: str) -> str | None:
        """A text or whole number as text; None when it is missing or blank.

        Raises:
            InvalidValue: it is something else.
        """
        name, value = self._first(names)
        return self._as_text(name, value)

    def required(self, *names: str) -> str:
        """The same, which must be given.

        Raises:
            InvalidValue: it is missing.
        """
        text = self.text(*names)
        if text is None:
            raise InvalidValue(self._at(names[0]), RejectionRule.MISSING_FIELD)
        return text

    def expect(self, *names: str) -> None:
        """The field must be there, be it empty.

        Raises:
            InvalidValue: it is not.
        """
        if not any(name.casefold() in self.values for name in names):
            raise InvalidValue(self._at(names[0]), RejectionRule.MISSING_FIELD)

    def _expect_its_name(self, names: tuple[str, ...]) -> None:
        """A field that is not given must not stand under another name (``connectors.renamed``)."""
        field = renamed_field(self.values, {name.casefold() for name in names})
        if field is not None and not any(name.casefold() in self.values for name in names):
            raise InvalidValue(self._at(field), RejectionRule.MISSING_FIELD)

    def line(self, *names: str, longest: int = NAME_LENGTH) -> str | None:
        """One line for people, cleaned."""
        line, flags = clean_line(self._at(names[0]), self.text(*names), longest=longest)
        self.flags += flags
        return line

    def number(self, *names: str) -> float | None:
        """A number that is not negative; None when it is missing.

        Raises:
            InvalidValue: it is something else.
        """
        name, value = self._first(names)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            number = float(str(value).replace(",", ".")) if not isinstance(value, bool) else -1.0
        except (ValueError, OverflowError):
            number = -1.0
        if not 0 <= number < _LARGEST_NUMBER:
            raise InvalidValue(self._at(name), RejectionRule.WRONG_SHAPE, str(value)[:100])
        return number

    def truth(self, *names: str) -> bool | None:
        """True or false; None when it is not given.

        Raises:
            InvalidValue: it is something else.
        """
        name, value = self._first(names)
        if value is None or isinstance(value, bool):
            return value
        words = {"true": True, "1": True, "ja": True, "false": False, "0": False, "nej": False}
        truth = words.get(str(value).strip().casefold()) if isinstance(value, str | int) else None
        if truth is None:
            raise InvalidValue(self._at(name), RejectionRule.WRONG_SHAPE, str(value)[:100])
        return truth

    def day(self, *names: str) -> date | None:
        """A day in Denmark; a partial date becomes its first day and is flagged.

        Raises:
            InvalidValue: it is no date.
        """
        name, value = self._first(names)
        read = read_date(self._at(name), self._as_text(name, value))
        if read is None:
            return None
        if read[1] != "day":
            self.flag(name, "partial_date")
        return read[0]

    def instant(self, *names: str) -> datetime | None:
        """An instant; a plain date is its first moment in Denmark.

        Raises:
            InvalidValue: it is no time.
        """
        name, value = self._first(names)
        text = self._as_text(name, value)
        if text is not None and len(text.strip()) == len("2026-03-02"):
            text = f"{text.strip()}T00:00:00"
        return read_instant(self._at(name), text)

    def period(self, start: tuple[str, ...], last: tuple[str, ...]) -> Period:
        """Valid time from first and last day.

        Raises:
            InvalidValue: a date cannot be read, is under another name, or the last day is before the first.
        """
        for names in (start, last):
            self._expect_its_name(names)
        first, end = self.day(*start), self.day(*last)
        if first is not None and end is not None and end < first:
            raise InvalidValue(self._at(last[0]), RejectionRule.END_BEFORE_START, end.isoformat())
        return Period(start=first, end=end + timedelta(days=1) if end else None)

    def code(self, *names: str) -> Code | None:
        """A code, given alone or as an object with its words (``{"kode": 11, "tekst": "Sygdom"}``).

        Raises:
            InvalidValue: it is something else.
        """
        name, value = self._first(names)
        if not isinstance(value, Mapping):
            text = self._as_text(name, value)
            return None if text is None else Code(text, None)
        inner = Fields.of(value, self._at(name), self.flags)
        text = inner.line("tekst", "text", "name", "navn", "titel")
        code = inner.text("kode", "code", "id", "identifier")
        return Code(code or text or "", text) if code or text else None

    def inner(self, *names: str) -> "Fields | None":
        """An object within; None when it is not given.

        Raises:
            InvalidValue: it is something else.
        """
        name, value = self._first(names)
        return None if value is None else Fields.of(value, self._at(name), self.flags)

    def national(self, *names: str) -> Identifier | None:
        """A national number; None when it is not given. A lost leading zero is put back and flagged.

        Raises:
            InvalidValue: it is no national number.
        """
        name, value = self._first(names)
        text = self._as_text(name, value)
        if text is None:
            return None
        if _LOST_ZERO.fullmatch(text.strip()):
            text = f"0{text.strip()}"
            self.flag(name, "leading_zero")
        try:
            return Identifier.national(text)
        except ValueError:
            raise InvalidValue(self._at(name), RejectionRule.BAD_IDENTIFIER, text) from None

    def _first(self, names: tuple[str, ...]) -> tuple[str, Any]:
        for name in names:
            value = self.values.get(name.casefold())
            if value is not None:
                return name, value
        return names[0], None

    def _as_text(self, name: str, value: object) -> str | None:
        if value is None:
            return None
        if isinstance(value, UnreadableValue):
            raise InvalidValue(self._at(name), RejectionRule.UNREADABLE)
        if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_NUMBER:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise InvalidValue(self._at(name), RejectionRule.WRONG_SHAPE, value_kind(value))
        if isinstance(value, int) and abs(value) >= _LARGEST_NUMBER:
            raise InvalidValue(self._at(name), RejectionRule.TOO_LONG)
        return str(value) if str(value).strip() else None

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def value_kind(value: object) -> str:
    """What sort of value it is, where the value itself may be of any size."""
    return f"({type(value).__name__})"
