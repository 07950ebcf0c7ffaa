"""Code lists: dated data files, because the law changes and old rows keep their old codes.

Each list is ``schemas/code_lists/<name>.csv`` with the columns
``code,danish,english,valid_from,valid_to,parent,note`` (dates half-open, empty means open); title and
source of each list stand in ``schemas/code_lists/lists.toml``.
"""

import csv
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

from schemas.base import Schema
from schemas.period import Period
from schemas.source import Area

_FOLDER = files("schemas") / "code_lists"


class Coded(Schema):
    """A code as a source gave it; the label is the source's own wording, if it gave one."""

    code_list: str
    """Name of one of our lists, or the source's own system when we have no list for it."""
    code: str
    label: str | None = None


class Code(Schema):
    """One row of a code list: a code with its words and the time in which it may be used."""

    code_list: str
    code: str
    danish: str
    english: str
    valid: Period
    parent: str | None = None
    note: str | None = None


class CodeListUnknown(LookupError):
    """No code list of that name is shipped; see ``schemas/code_lists/lists.toml``."""


class CodeListInfo(Schema):
    """What a code list is and where it comes from."""

    name: str
    title: str
    """Danish title."""
    source: str


@cache
def code_lists() -> dict[str, CodeListInfo]:
    """All shipped code lists by name."""
    listed = tomllib.loads((_FOLDER / "lists.toml").read_text(encoding="utf-8"))
    return {name: CodeListInfo(name=name, **info) for name, info in listed.items()}


@cache
def codes_of(code_list: str) -> tuple[Code, ...]:
    """All rows of a list, also those no longer (or not yet) valid.

    Raises:
        CodeListUnknown: there is no such list.
    """
    if code_list not in code_lists():
        raise CodeListUnknown(code_list)
    lines = (_FOLDER / f"{code_list}.csv").read_text(encoding="utf-8").splitlines()
    return tuple(_code(code_list, row) for row in csv.DictReader(lines))


@cache
def rows_by_code(code_list: str) -> Mapping[str | None, Code]:
    """The rows of a list by code; of a code that has several the last one.

    Raises:
        CodeListUnknown: there is no such list.
    """
    return {row.code: row for row in codes_of(code_list)}


@cache
def _by_code(code_list: str) -> dict[str, tuple[Code, ...]]:
    versions: dict[str, tuple[Code, ...]] = {}
    for row in codes_of(code_list):
        versions[row.code] = (*versions.get(row.code, ()), row)
    return versions


def lookup(code_list: str, code: str, on: date) -> Code | None:
    """The row that *code* means on the day *on*; None if it meant nothing then.

    Raises:
        CodeListUnknown: there is no such list.
    """
    return next((row for row in _by_code(code_list).get(code, ()) if row.valid.contains(on)), None)


def danish_label(coded: Coded, on: date) -> str:
    """The Danish words for a code: ours on that day, else the source's own, else the bare code."""
    if coded.code_list in code_lists():
        row = lookup(coded.code_list, coded.code, on)
        if row is not None:
            return row.danish
    return coded.label or coded.code


def _code(code_list: str, row: dict[str, str]) -> Code:
    def day(text: str) -> date | None:
        return date.fromisoformat(text) if text else None

    return Code(
        code_list=code_list,
        code=row["code"],
        danish=row["danish"],
        english=row["english"],
        valid=Period(start=day(row["valid_from"]), end=day(row["valid_to"])),
        parent=row["parent"] or None,
        note=row["note"] or None,
    )


def areas_of_kle(number: str) -> frozenset[Area]:
    """The areas that a KLE number, or a group of them, belongs to; none for those of other tasks."""
    return frozenset(
        area
        for code in codes_of("kle")
        for area in Area
        if f"area={area}" in (code.note or "") and (f"{code.code}.".startswith(f"{number}."))
    )
