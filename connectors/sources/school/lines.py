"""Lines of fields, read with patience: a line that is not as it should be is told, and the next one is read."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import IO

LONGEST_LINE = 64 * 1024
MOST_JOINED = 20
"""So many lines may one quoted field stand over."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file."""

    number: int
    """Of its first line in the file, from 1."""
    fields: list[str] | None = field(repr=False)
    """None: longer than any row is."""
    text: str = field(repr=False)
    """As it stands, for quarantine; cut when too long."""


@contextmanager
def text_of(content: IO[bytes], encoding: str) -> Iterator[io.TextIOWrapper]:
    """The file as text from its beginning; the file stays open."""
    content.seek(0)
    text = io.TextIOWrapper(content, encoding=encoding, newline=None)
    try:
        yield text
    finally:
        text.detach()


def read_lines(text: io.TextIOBase) -> Iterator[tuple[int, str | None]]:
    """Every line without its end, by number; None for one that is too long, and nothing for a blank one."""
    number = 0
    while line := text.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE and not line.endswith("\n"):
            while line and not line.endswith("\n"):
                line = text.readline(LONGEST_LINE + 1)
            yield number, None
        elif line.strip():
            yield number, line.rstrip("\n")


def read_rows(text: io.TextIOBase, separator: str) -> Iterator[Line]:
    """The rows of a file with quoted fields.

    A field may be quoted and stand over several lines; a quote in it is doubled or has a backslash before it. A quote
    that nothing closes costs the one line it stands in, also where a quote in a later row would close it: a line that
    has as many fields as the first row is a row of its own.

    Args:
        text: the file.
        separator: between fields.
    """
    width: int | None = None
    waiting: list[tuple[int, str | None]] = []
    lines = read_lines(text)
    while True:
        number, line = waiting.pop(0) if waiting else next(lines, (0, ""))
        if number == 0:
            return
        if line is None:
            yield Line(number, None, "")
            continue
        fields, joined = split(line, separator), line
        taken: list[tuple[int, str | None]] = []
        while fields is None and len(taken) < MOST_JOINED and len(joined) < LONGEST_LINE:
            following = waiting.pop(0) if waiting else next(lines, (0, ""))
            if following[0] == 0:
                break
            taken.append(following)
            if following[1] is None or (width is not None and following[1].count(separator) + 1 >= width):
                break
            joined += "\n" + following[1]
            fields = split(joined, separator)
        if fields is None:
            # The quote is a stray one: this line is taken as it stands, and the others are rows of their own.
            waiting[:0] = taken
            fields, joined = [part.strip('"') for part in line.split(separator)], line
        width = width or len(fields)
        yield Line(number, fields, joined)


def split(line: str, separator: str) -> list[str] | None:
    """The fields of a row; None while a quoted field is not closed."""
    if '"' not in line:
        return line.split(separator)
    fields: list[str] = []
    place = 0
    while True:
        if line[place : place + 1] == '"':
            quoted = _quoted(line, place + 1, separator)
            if quoted is None:
                return None
            value, place = quoted
        else:
            end = line.find(separator, place)
            value, place = (line[place:], len(line)) if end < 0 else (line[place:end], end)
        fields.append(value)
        if place >= len(line):
            return fields
        place += len(separator)


def _quoted(line: str, place: int, separator: str) -> tuple[str, int] | None:
    """The field whose opening quote stands before *place*, and where its separator stands."""
    value: list[str] = []
    while place < len(line):
        sign = line[place]
        following = line[place + 1 : place + 2]
        if sign == '"' and following == '"':
            value.append('"')
            place += 2
        elif sign == '"' and (not following or line.startswith(separator, place + 1)):
            return "".join(value), place + 1
        elif sign == "\\" and following == '"' and line[place + 2 : place + 3] not in {"", separator}:
            value.append('"')
            place += 2
        else:
            value.append(sign)
            place += 1
    return None
