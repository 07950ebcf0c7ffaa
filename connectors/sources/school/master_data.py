"""One complete set of master data against what is remembered of its schools: pupils, classes, contact persons.

A pupil that is missing once is unproven; missing in two sets, they have left, and their class ends on the day they were
first missing. Nothing is deleted of who somebody is. Another school year is another list: nothing is missing in it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from connectors.absence import AbsenceLimits, KnownIds, judge
from connectors.base import HeldDeletions
from connectors.sources.school.calendar import SchoolYear
from connectors.sources.school.state import KnownPupil, School, State
from connectors.sources.school.tabulex import Pupil, UnreadPupil
from connectors.sources.school.translate import (
    ENROLMENT,
    RELATION,
    Changes,
    contact_records,
    enrolment_record,
    person_record,
    rejected_contact,
)
from connectors.sources.school.wsieksport import PupilInExport
from schemas.record import Rejection, SourceRecord


@dataclass(slots=True)
class _Seen:
    """Ids that one set has of one school, and whether some could not be read."""

    ids: dict[str, set[str]] = field(default_factory=lambda: {ENROLMENT: set(), RELATION: set()})
    kept: set[str] = field(default_factory=set)
    """Pupils that are there and could not be read: what they had stays."""
    is_begun: bool = False
    is_certain: bool = True
    """False: a row of this school names no pupil that can be told, so nothing is missing."""


@dataclass(slots=True)
class MasterSet:
    """Takes one set in, pupil by pupil, then judges what was missing."""

    state: State
    changes: Changes
    year: SchoolYear
    day: date
    person_type: str
    has_contacts: bool
    teachers: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)
    held: dict[tuple[str, str], HeldDeletions] = field(default_factory=dict)
    """By type and school."""
    skipped: Counter[str] = field(default_factory=Counter)
    _seen: dict[str, _Seen] = field(default_factory=dict)
    _is_certain: bool = True

    def take(self, each: Pupil | PupilInExport | UnreadPupil) -> Iterator[SourceRecord]:
        """One pupil."""
        if isinstance(each, UnreadPupil):
            self._keep(each)
            return
        pupil, contacts = (each.pupil, each.contacts) if isinstance(each, PupilInExport) else (each, ())
        seen = self._school(pupil)
        seen.ids[ENROLMENT].add(pupil.id)
        school = self.state.schools[pupil.school]
        known_pupil = KnownPupil(pupil.id, pupil.grade, pupil.group, pupil.number.value)
        for number, earlier in list(school.pupils.items()):
            if earlier.id == pupil.id and number != pupil.number.value:
                school.pupils[number] = known_pupil  # an earlier number of the same pupil
        school.pupils[pupil.number.value] = known_pupil
        yield from _some(person_record(self.changes, self.person_type, pupil))
        if isinstance(each, PupilInExport) and each.year not in {None, self.year}:
            self.skipped[f"{ENROLMENT}: other_school_year"] += 1
        else:
            yield from _some(
                enrolment_record(
                    self.changes, school, pupil.school, known_pupil, year=self.year, is_first=school.year != self.year
                )
            )
        for contact in contacts:
            seen.ids[RELATION].add(f"{pupil.id}:{contact.id}")
            yield from contact_records(self.changes, pupil, contact)
        if isinstance(each, PupilInExport) and each.unread:
            seen.kept.add(pupil.id)
            self.rejected += [rejected_contact(fault, pupil).rejection for fault in each.unread]

    def codes(self) -> tuple[str, ...]:
        """The schools that the set is about."""
        return tuple(sorted(code for code in self._seen if code in self.state.schools))

    def conclude(self, limits: AbsenceLimits, releases: dict[str, int]) -> Iterator[SourceRecord]:
        """What is said of those that were missing; once, after every pupil was taken."""
        for code in self.codes():
            seen, school = self._seen[code], self.state.schools[code]
            is_other_year = school.year is not None and school.year != self.year
            school.year = self.year
            if is_other_year:
                _forget_leavers(school, seen)
            for record_type in (ENROLMENT, RELATION) if self.has_contacts else (ENROLMENT,):
                if is_other_year or not (seen.is_certain and self._is_certain):
                    ids = seen.ids[record_type] if is_other_year else {*school.listed.get(record_type, ())}
                    school.listed[record_type] = sorted(ids | seen.ids[record_type])
                    continue
                gone = self._judge(code, record_type, limits, releases)
                yield from self._left(code, school, record_type, gone)

    def _judge(self, code: str, record_type: str, limits: AbsenceLimits, releases: dict[str, int]) -> dict[str, str]:
        """Ids that are gone, and since when."""
        school, seen = self.state.schools[code], self._seen[code]
        waiting = school.waiting.get(record_type, {})
        listed = frozenset(school.listed.get(record_type, ()))
        present = seen.ids[record_type] | {own for own in listed | waiting.keys() if own.partition(":")[0] in seen.kept}
        known_ids = KnownIds(
            live=listed - waiting.keys(),
            unproven=frozenset(waiting),
            held=frozenset(school.held.get(record_type, ())) & (listed | waiting.keys()),
        )
        verdict = judge(record_type, known_ids, present, limits=limits, released=releases.get(record_type))
        if verdict.held:
            self.held[record_type, code] = verdict.held
        elif record_type in releases:
            releases[record_type] -= len((known_ids.live | known_ids.unproven) - present)
        following = verdict.known
        school.listed[record_type] = sorted(following.live)
        school.held[record_type] = sorted(following.held)
        school.waiting[record_type] = {
            own: waiting.get(own, self.day.isoformat()) for own in sorted(following.unproven)
        }
        return {own: waiting.get(own, self.day.isoformat()) for own in sorted(verdict.gone)}

    def _left(self, code: str, school: School, record_type: str, gone: dict[str, str]) -> Iterator[SourceRecord]:
        for own, since in gone.items():
            if record_type == RELATION:
                pupil_id, _, contact_id = own.partition(":")
                yield from _some(
                    self.changes.delete(RELATION, f"{code}:{pupil_id}:{contact_id}", "missing_in_two_sets")
                )
                continue
            pupil = next((pupil for pupil in school.pupils.values() if pupil.id == own), None)
            if pupil is not None:
                end = date.fromisoformat(since)
                yield from _some(enrolment_record(self.changes, school, code, pupil, year=self.year, end=end))

    def _school(self, pupil: Pupil) -> _Seen:
        seen = self._seen.setdefault(pupil.school, _Seen())
        if not seen.is_begun:
            seen.is_begun = True
            school = self.state.school(pupil.school)
            school.name = pupil.school_name or school.name
            own = {group: teacher for (code, group), teacher in self.teachers.items() if code == pupil.school}
            school.teachers = own or school.teachers
        return seen

    def _keep(self, unread: UnreadPupil) -> None:
        self.rejected.append(unread.rejection)
        if unread.school is None or unread.school not in self.state.schools:
            self._is_certain = False
        elif unread.id is None:
            self._seen.setdefault(unread.school, _Seen()).is_certain = False
        else:
            self._seen.setdefault(unread.school, _Seen()).kept.add(unread.id)


def _forget_leavers(school: School, seen: _Seen) -> None:
    """Forget the pupils of another year who are not in this one, and of whom no absence waits."""
    with_absence = {row.cpr for row in school.rows.values()} | school.sums.keys()
    for number, pupil in list(school.pupils.items()):
        if pupil.id not in seen.ids[ENROLMENT] | seen.kept and number not in with_absence:
            del school.pupils[number]


def _some(record: SourceRecord | None) -> Iterable[SourceRecord]:
    return () if record is None else (record,)
