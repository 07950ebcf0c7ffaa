"""What is remembered between looks, as the cursor holds it: by value, in and out.

Of each school: who its pupils are, the days of absence that can still be corrected, and the sums of the quarters that
are not over. Of what was published: short digests, so that only changes are given out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from connectors.sources.school.absence_file import Row
from connectors.sources.school.calendar import Quarter, SchoolYear
from schemas.record import Cursor

GONE = "gone"
"""Replaces the digest of what was deleted, so that its return counts as a change."""


@dataclass(slots=True)
class KnownPupil:
    """A pupil of the school's master data."""

    id: str
    grade: str | None
    group: str | None
    number: str
    """The national number that the master data have now."""


@dataclass(slots=True)
class Total:
    """Days of one pupil, quarter and kind."""

    days: float = 0
    changed: str = ""
    """When one of them was registered or corrected last, ISO; empty when the file does not say."""
    repaired: bool = False

    def add(self, days: float, changed: str, *, repaired: bool) -> None:
        """Add some days."""
        self.days += days
        self.changed = max(self.changed, changed)
        self.repaired = self.repaired or repaired


Totals = dict[str, dict[str, dict[str, Total]]]
"""By national number, quarter and kind."""


@dataclass(slots=True)
class School:
    """What is remembered of one school."""

    name: str | None = None
    year: SchoolYear | None = None
    """School year of the master data taken last."""
    stated: dict[str, str] = field(default_factory=dict)
    """When the master data taken last were written, ISO, by reader."""
    pupils: dict[str, KnownPupil] = field(default_factory=dict)
    """By national number; an earlier number of a pupil stays."""
    teachers: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Id and name of the class teacher, by class."""
    waiting: dict[str, dict[str, str]] = field(default_factory=dict)
    """Missing in one complete set: type and id, and since which day."""
    listed: dict[str, list[str]] = field(default_factory=dict)
    """Ids of the last complete set, by type."""
    held: dict[str, list[str]] = field(default_factory=dict)
    """Ids that were missing in the set that was held last, by type."""
    window_end: date | None = None
    kept_from: date | None = None
    """Days from here on are remembered one by one; earlier ones as sums."""
    covered_from: date | None = None
    """From this day on there is no day without a set."""
    rows: dict[str, Row] = field(default_factory=dict)
    sums: Totals = field(default_factory=dict)

    def totals(self) -> Totals:
        """Sums and days together; a day counts once, however many lessons or rows it has."""
        together = {
            cpr: {quarter: {kind: Total(t.days, t.changed, t.repaired) for kind, t in kinds.items()}
                  for quarter, kinds in quarters.items()}
            for cpr, quarters in self.sums.items()
        }  # fmt: skip
        add_days(together, self.rows.values())
        return together


def add_days(totals: Totals, rows: Iterable[Row]) -> None:
    """Add rows to totals, no more than a whole day a pupil, day and kind."""
    by_day: dict[tuple[str, str, str], Total] = {}
    for row in rows:
        by_day.setdefault((row.cpr, row.day, row.kind), Total()).add(row.extent, row.changed, repaired=row.repaired)
    for (cpr, day, kind), total in by_day.items():
        quarter = str(Quarter.of(date.fromisoformat(day)))
        kinds = totals.setdefault(cpr, {}).setdefault(quarter, {})
        kinds.setdefault(kind, Total()).add(min(1, round(total.days, 3)), total.changed, repaired=total.repaired)


@dataclass(slots=True)
class State:
    """Everything that is remembered."""

    schools: dict[str, School] = field(default_factory=dict)
    published: dict[str, dict[str, str]] = field(default_factory=dict)
    """Digest of what was published last, by type and id."""
    done: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Sets that were taken and not yet moved: by name and path, the folder a file goes to and which content it had."""
    suspect: dict[str, str] = field(default_factory=dict)
    """Sets that could not be taken in the last look: name, and a digest of what lay there."""

    def school(self, code: str) -> School:
        """The school of that number, which is new if it was not known."""
        return self.schools.setdefault(code, School())

    @classmethod
    def of(cls, cursor: Cursor) -> "State":
        """As the cursor has it; a cursor that holds nothing is the beginning."""
        raw = cast("dict[str, Any]", dict(cursor.state))
        return cls(
            schools={code: _school(school) for code, school in raw.get("schools", {}).items()},
            published={name: dict(digests) for name, digests in raw.get("published", {}).items()},
            done=dict(raw.get("done", {})),
            suspect=dict(raw.get("suspect", {})),
        )

    def cursor(self) -> Cursor:
        """The same for the next look."""
        return Cursor.model_validate(
            {
                "state": {
                    "schools": {code: _written(school) for code, school in sorted(self.schools.items())},
                    "published": {name: dict(sorted(digests.items())) for name, digests in self.published.items()},
                    "done": dict(sorted(self.done.items())),
                    "suspect": dict(sorted(self.suspect.items())),
                }
            }
        )


def _written(school: School) -> dict[str, Any]:
    return {
        "name": school.name,
        "year": school.year.start_year if school.year else None,
        "stated": dict(sorted(school.stated.items())),
        "pupils": {
            cpr: [pupil.id, pupil.grade, pupil.group, pupil.number] for cpr, pupil in sorted(school.pupils.items())
        },
        "teachers": {group: list(teacher) for group, teacher in sorted(school.teachers.items())},
        "waiting": {name: dict(sorted(ids.items())) for name, ids in sorted(school.waiting.items()) if ids},
        "listed": {name: sorted(ids) for name, ids in sorted(school.listed.items())},
        "held": {name: sorted(ids) for name, ids in sorted(school.held.items()) if ids},
        "window_end": _text(school.window_end),
        "kept_from": _text(school.kept_from),
        "covered_from": _text(school.covered_from),
        "rows": {key: list(row[1:]) for key, row in sorted(school.rows.items())},
        "sums": [
            [cpr, quarter, kind, total.days, total.changed, total.repaired]
            for cpr, quarter, kind, total in flat(school.sums)
        ],
    }


def flat(totals: Totals) -> Iterator[tuple[str, str, str, Total]]:
    """Number, quarter, kind and total, in order."""
    for cpr, quarters in sorted(totals.items()):
        for quarter, kinds in sorted(quarters.items()):
            for kind, total in sorted(kinds.items()):
                yield cpr, quarter, kind, total


def _school(raw: dict[str, Any]) -> School:
    school = School(
        name=raw.get("name"),
        year=SchoolYear(raw["year"]) if raw.get("year") else None,
        stated=dict(raw.get("stated", {})),
        pupils={cpr: KnownPupil(*pupil) for cpr, pupil in raw.get("pupils", {}).items()},
        teachers={group: (teacher[0], teacher[1]) for group, teacher in raw.get("teachers", {}).items()},
        waiting={name: dict(ids) for name, ids in raw.get("waiting", {}).items()},
        listed={name: list(ids) for name, ids in raw.get("listed", {}).items()},
        held={name: list(ids) for name, ids in raw.get("held", {}).items()},
        window_end=_day(raw.get("window_end")),
        kept_from=_day(raw.get("kept_from")),
        covered_from=_day(raw.get("covered_from")),
        rows={key: Row(key, *values) for key, values in raw.get("rows", {}).items()},
    )
    for cpr, quarter, kind, days, changed, repaired in raw.get("sums", ()):
        school.sums.setdefault(cpr, {}).setdefault(quarter, {})[kind] = Total(days, changed, repaired)
    return school


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
