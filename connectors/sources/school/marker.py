"""The marker file of a set: what it promises, and whether that is what lies there. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO

from connectors.kit import InvalidValue
from connectors.sources.school.encodings import recognise
from connectors.sources.school.values import given, read_day
from schemas.record import EARLIEST_YEAR, RejectionRule

SUFFIX = ".ok"
LARGEST = 16 * 1024
FULL = "full"
"""The only mode there is: the file is the whole truth of its window."""
_HEX_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Marker:
    """What a marker promises of one file."""

    file: str
    rows: int | None
    sha256: str | None
    mode: str
    start: date | None
    """First day of the window."""
    end: date | None
    """Last day of the window."""

    def check_content(self, sha256: str) -> None:
        """Compare with the file that lies there.

        Raises:
            InvalidValue: ``marker_mismatch``.
        """
        if self.sha256 is not None and self.sha256 != sha256:
            raise InvalidValue("sha256", RejectionRule.MARKER_MISMATCH, self.sha256)

    def check_rows(self, rows: int, lines: int) -> None:
        """Compare with the rows that were counted; *lines* are those of the file, where a row stands over several.

        Raises:
            InvalidValue: ``marker_mismatch``.
        """
        if self.rows is not None and self.rows not in {rows, lines}:
            raise InvalidValue("rows", RejectionRule.MARKER_MISMATCH, self.rows)

    def window(self, today: date) -> tuple[date, date]:
        """First and last day of the window.

        Raises:
            InvalidValue: it is missing, ends before it begins, or reaches into the future.
        """
        for name, day in (("from", self.start), ("to", self.end)):
            if day is None:
                raise InvalidValue(name, RejectionRule.MISSING_FIELD)
        if self.start is None or self.end is None:
            raise AssertionError  # both were checked
        if self.end < self.start:
            raise InvalidValue("to", RejectionRule.END_BEFORE_START, self.end)
        if self.end > today + timedelta(days=1) or self.start.year < EARLIEST_YEAR + 50:
            raise InvalidValue("to" if self.end > today else "from", RejectionRule.BAD_DATE, self.end)
        return self.start, self.end


def read_marker(raw: bytes) -> Marker:
    """A marker from its lines ``name=value``.

    Raises:
        InvalidValue: a line is missing, or its value is not as it must be.
    """
    try:
        text = raw.decode(recognise(BytesIO(raw))).removeprefix("\ufeff")
    except InvalidValue:
        raise InvalidValue("(marker)", RejectionRule.UNREADABLE) from None
    values: dict[str, str] = {}
    for line in text.splitlines():
        name, separator, value = line.partition("=")
        if separator:
            values[name.strip().lower()] = value.strip()
    file = given(values.get("file"))
    if file is None:
        raise InvalidValue("file", RejectionRule.MISSING_FIELD)
    if "/" in file or "\\" in file or file.startswith("."):
        raise InvalidValue("file", RejectionRule.WRONG_SHAPE, file)
    mode = (given(values.get("mode")) or FULL).lower()
    if mode != FULL:
        raise InvalidValue("mode", RejectionRule.WRONG_SHAPE, mode)
    return Marker(
        file=file,
        rows=_count(values.get("rows")),
        sha256=_digest(values.get("sha256")),
        mode=mode,
        start=read_day("from", values.get("from")),
        end=read_day("to", values.get("to")),
    )


def _count(text: str | None) -> int | None:
    value = given(text)
    if value is None:
        return None
    if not value.isascii() or not value.isdecimal() or len(value) > 9:  # noqa: PLR2004  more rows than any file has
        raise InvalidValue("rows", RejectionRule.WRONG_SHAPE, value)
    return int(value)


def _digest(text: str | None) -> str | None:
    value = given(text)
    if value is None:
        return None
    lowered = value.lower()
    if len(lowered) != _HEX_LENGTH or set(lowered) - set("0123456789abcdef"):
        raise InvalidValue("sha256", RejectionRule.WRONG_SHAPE, value)
    return lowered
