"""Reads ``docs/brug/maja.md``: a heading for each day, and a table of who read what on which page."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from deploy.sandbox.municipality.staff import staff

ROOT = Path(__file__).resolve().parents[2]
STORY = ROOT / "docs/brug/maja.md"
PICTURES = ROOT / "docs/pictures/maja"
_MONTHS = ("januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november",
           "december")  # fmt: skip
_STEP = re.compile(r"^## (\d+)\. (\w+) (\d{4}): (.+)$", re.MULTILINE)
_SIGHT = re.compile(r"^\| ([^|]+) \| (\w+), (\w+) \| (.+) \|$", re.MULTILINE)
_PICTURE = re.compile(r"^!\[[^\]]+\]\(\.\./pictures/maja/([\w.-]+)\)$", re.MULTILINE)


@dataclass(frozen=True)
class Sight:
    """What somebody read on a page."""

    employee: str
    side: str
    """``overblik``, ``plan`` …, as in addresses."""
    person: str
    """First name of the citizen."""
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """A day of the story."""

    day: date
    sights: tuple[Sight, ...]
    picture: str
    """Name of the file; of what the first of the table read. Empty: none."""


def read_story() -> list[Step]:
    """The steps in the order of the page."""
    text = STORY.read_text(encoding="utf-8")
    starts = [*_STEP.finditer(text)]
    ends = [*(match.start() for match in starts[1:]), len(text)][: len(starts)]
    return [_step(match, text[match.end() : end]) for match, end in zip(starts, ends, strict=True)]


def _step(heading: re.Match[str], text: str) -> Step:
    employees = {employee.name: employee.id for employee in staff().employees}
    day, month, year = heading.group(1, 2, 3)
    sights = [
        Sight(employees[who.partition(",")[0]], side.lower(), person, tuple(re.findall(r"«(.+?)»", words)))
        for who, side, person, words in _SIGHT.findall(text)
    ]
    picture = _PICTURE.search(text)
    return Step(date(int(year), 1 + _MONTHS.index(month), int(day)), tuple(sights), picture.group(1) if picture else "")
