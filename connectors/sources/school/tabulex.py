"""The four files of the ¤-separated set: pupils, electives, staff and their classes. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO

from connectors.kit import InvalidValue, raw_payload
from connectors.sources.school.calendar import SCHOOL_YEARS, SchoolYear
from connectors.sources.school.lines import read_lines, text_of
from connectors.sources.school.values import given, read_number, read_own_id, read_postal_code, read_school_code
from schemas.identifiers import Identifier
from schemas.record import Rejection, RejectionRule

PUPILS, ELECTIVES, STAFF, STAFF_CLASSES = "Elev.txt", "Elev-valgfag.txt", "Personale.txt", "Personale-hold.txt"
FILES = (PUPILS, ELECTIVES, STAFF, STAFF_CLASSES)
"""A set is taken with all four only."""
SEPARATOR = "¤"
PUPIL = "Elev"
_DAY = re.compile(r"\d{2}-\d{2}-\d{4}")
_PUPIL_FIELDS = 14
_STAFF_FIELDS = 5
_CLASS_FIELDS = 4
CLASS_TEACHER = frozenset({"klasselærer", "kontaktlærer", "klasseansvarlig"})
"""Roles of whom to call about a class."""


@dataclass(frozen=True, slots=True)
class Pupil:
    """A pupil as either reader gives them."""

    school: str
    school_name: str | None
    id: str
    number: Identifier
    repaired: bool
    given_name: str | None
    family_name: str | None
    street: str | None = None
    postal_code: str | None = None
    town: str | None = None
    grade: str | None = None
    group: str | None = None
    protected: bool | None = None
    """None: the file does not tell."""


@dataclass(frozen=True, slots=True)
class UnreadPupil:
    """A pupil that could not be read, and which one, as far as that can be told."""

    rejection: Rejection
    school: str | None
    id: str | None


@dataclass(frozen=True, slots=True)
class Teacher:
    """An employee."""

    id: str
    name: str


def read_school_year(content: IO[bytes], encoding: str) -> SchoolYear:
    """The school year that stands alone in the first line.

    Raises:
        InvalidValue: it does not.
    """
    with text_of(content, encoding) as text:
        _, line = next(read_lines(text), (1, None))
    day_texts = sorted(_iso(match) for match in _DAY.findall(line or ""))
    try:
        days = [date.fromisoformat(day) for day in day_texts]
    except ValueError:
        days = []
    year = SchoolYear.of(days[0]) if days and days[0].year in SCHOOL_YEARS else None
    if year is None or days[0] != year.start or (days[-1] - days[0]).days > 366:  # noqa: PLR2004  longer than a year
        raise InvalidValue("skoleår", RejectionRule.WRONG_SHAPE, line)
    return year


def is_whole(content: IO[bytes], encoding: str) -> bool:
    """Whether the file ends as a file of this set does: with a separator and the end of a line."""
    width = 4 if encoding.startswith("utf-16") else 2
    size = content.seek(0, 2)
    content.seek(max(0, size - 64 * width))
    if encoding.startswith("utf-16") and size % 2:
        return False
    raw = content.read()
    last = raw.decode({"utf-16": "utf-16-le"}.get(encoding, encoding).replace("-sig", ""), "ignore")
    if encoding == "utf-16":
        content.seek(0)
        if content.read(2) == b"\xfe\xff":
            last = raw.decode("utf-16-be", "ignore")
    content.seek(0)
    return last.endswith("\n") and last.rstrip("\r\n").endswith((SEPARATOR, *"0123456789"))


def read_pupils(content: IO[bytes], encoding: str) -> Iterator[Pupil | UnreadPupil]:
    """The pupils of ``Elev.txt``."""
    for number, fields, line in _rows(content, encoding):
        own = school = None
        try:
            if fields is None or len(fields) < _PUPIL_FIELDS:
                raise InvalidValue("(row)", RejectionRule.WRONG_SHAPE, len(fields or ()))  # noqa: TRY301
            own, school = read_own_id("ElevID", fields[0]), read_school_code("Skolekode", fields[1])
            cpr = read_number("CPR", fields[5])
            if cpr is None:
                raise InvalidValue("CPR", RejectionRule.MISSING_FIELD)  # noqa: TRY301
            place = ", ".join(part for part in (given(fields[6]), given(fields[7])) if part)
            yield Pupil(
                school=school,
                school_name=given(fields[2]),
                id=own,
                number=cpr[0],
                repaired=cpr[1],
                given_name=given(fields[3]),
                family_name=given(fields[4]),
                street=place or None,
                postal_code=read_postal_code(fields[8]),
                town=given(fields[9]),
                grade=given(fields[10]),
                group=given(fields[13]),
            )
        except InvalidValue as fault:
            raw = raw_payload({"line": number, "text": line[:1000]})
            rejection = fault.rejected(PUPIL, f"{school or '?'}:{own or f'line {number}'}", raw).rejection
            yield UnreadPupil(rejection, school, own)


def read_teachers(staff: tuple[IO[bytes], str], classes: tuple[IO[bytes], str]) -> dict[tuple[str, str], Teacher]:
    """The class teacher of each class, by school and class. Rows that cannot be read name nobody."""
    names: dict[tuple[str, str], Teacher] = {}
    for _, fields, _ in _rows(*staff):
        if fields is not None and len(fields) >= _STAFF_FIELDS:
            name = " ".join(part for part in (given(fields[3]), given(fields[4])) if part)
            try:
                key = read_school_code("Skolekode", fields[1]), read_own_id("PersonaleID", fields[0])
            except InvalidValue:
                continue
            if name:
                names[key] = Teacher(key[1], name[:200])
    teachers: dict[tuple[str, str], Teacher] = {}
    for _, fields, _ in _rows(*classes):
        if fields is None or len(fields) < _CLASS_FIELDS or (given(fields[3]) or "").casefold() not in CLASS_TEACHER:
            continue
        group = given(fields[2])
        try:
            key = read_school_code("Skolekode", fields[1]), read_own_id("PersonaleID", fields[0])
        except InvalidValue:
            continue
        if group and key in names:
            teachers.setdefault((key[0], group), names[key])
    return teachers


def _rows(content: IO[bytes], encoding: str) -> Iterator[tuple[int, list[str] | None, str]]:
    """Number, fields and text of every line after the first."""
    with text_of(content, encoding) as text:
        lines = read_lines(text)
        next(lines, None)
        for number, line in lines:
            if line is None:
                yield number, None, ""
                continue
            fields = line.rstrip().removesuffix(SEPARATOR).split(SEPARATOR)
            yield number, fields, line


def _iso(day: str) -> str:
    return f"{day[6:]}-{day[3:5]}-{day[:2]}"
