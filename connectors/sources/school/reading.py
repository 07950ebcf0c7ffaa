"""Takes the sets of one look, one after the other: each wholly, or not at all.

A set that cannot be taken says why, and the others go on. It stays in ``waiting``, since its sender may still write it;
when the same lies there in the next look, it is moved to ``failed``. Files that are still missing are waited for. A set
whose deletions are held stays too, until a person has decided or a newer one of the same school is there.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from connectors.absence import SAMPLE
from connectors.base import Batch, HeldDeletions
from connectors.kit import DANISH_TIME, InvalidValue
from connectors.masking import value_shape
from connectors.sources.school import tabulex
from connectors.sources.school.absence_file import AbsenceFile, Row, Unread
from connectors.sources.school.absences import publish_absence, waiting_pupils
from connectors.sources.school.calendar import SchoolYear
from connectors.sources.school.drop import FAILED, IMPORTED, FileSet, SetKind, target_of
from connectors.sources.school.encodings import recognise
from connectors.sources.school.master_data import MasterSet
from connectors.sources.school.partitions import parts_for
from connectors.sources.school.settings import SchoolSettings
from connectors.sources.school.state import State
from connectors.sources.school.tabulex import Pupil, UnreadPupil
from connectors.sources.school.translate import ABSENCE, Changes, Scope
from connectors.sources.school.window import TooManyRows, TooManyUnread, WindowRules, take_window
from connectors.sources.school.wsieksport import PERSON, Export, PupilInExport, read_export
from schemas.record import Rejection, RejectionRule, SourceRecord

SET = "Saet"
"""Type of a rejection that is about a whole set."""
BATCH = 500
LATE_YEAR = timedelta(days=92)
"""So long after its end a school year may still be sent."""
_SCHOOL = re.compile(r"(?<!\d)\d{6}(?!\d)")
_DAY = re.compile(r"(?<!\d)20\d{6}(?!\d)")
_NUMBER_LIKE = re.compile(r"\d{6}-?\d{4}")


@dataclass(slots=True)
class Reading:
    """One look's sets, against what is remembered."""

    settings: SchoolSettings
    scope: Scope
    state: State
    releases: dict[str, int]
    held: dict[tuple[str, str], HeldDeletions] = field(default_factory=dict)
    """By type and school."""
    _failures: dict[str, str] = field(default_factory=dict)

    def take(self, each: FileSet) -> Iterator[Batch]:
        """The set's batches; the last one has the cursor. What is wrong with the set shows before its first record."""
        try:
            if each.fault is not None:
                raise each.fault
            yield from self._take_absence(each) if each.kind is SetKind.ABSENCE else self._take_master_data(each)
        except InvalidValue as fault:
            yield self._refuse(each, fault)
        except TooManyRows:
            yield self._refuse(each, InvalidValue("rows", RejectionRule.TOO_LARGE))
        except TooManyUnread:
            yield self._refuse(each, InvalidValue("(rows)", RejectionRule.WRONG_SHAPE))
        finally:
            each.close()
            # Of two sets in one look the later one says what stands: their records differ in time.
            self.scope = replace(self.scope, observed_at=self.scope.observed_at + timedelta(microseconds=1))

    def finish(self) -> Batch:
        """The last batch: what could not be taken is remembered, and what is held is told."""
        self.state.suspect = self._failures
        held: dict[str, HeldDeletions] = {}
        for (record_type, _), deletions in sorted(self.held.items()):
            earlier = held.get(record_type)
            held[record_type] = deletions if earlier is None else _together(earlier, deletions)
        return Batch(cursor=self.state.cursor(), held=tuple(held.values()))

    def _refuse(self, each: FileSet, fault: InvalidValue) -> Batch:
        """Say why the set was not taken."""
        fingerprint = each.fingerprint
        is_known = self.state.suspect.get(each.name) == fingerprint
        self._failures[each.name] = fingerprint
        if each.is_incomplete and not is_known:
            return Batch(skipped={f"{SET}: {fault.rule}": 1})
        if is_known and not each.stays:
            self._done(each, FAILED)
        rejection = Rejection(
            record_type=SET,
            source_id=_shown_name(each.name),
            field=fault.field,
            rule=fault.rule,
            masked_value=fault.masked_value,
        )
        return Batch(rejected=(rejection,))

    def _done(self, each: FileSet, state: str) -> None:
        self._failures.pop(each.name, None)
        self.state.done[each.name] = {
            file.path: [target_of(self.settings.folder, file.path, state), each.stamp(file)] for file in each.files
        }

    def _finished(self, each: FileSet, held: Mapping[tuple[str, str], HeldDeletions], skipped: Counter[str]) -> Batch:
        """The last batch of a set that was read."""
        self.held |= held
        # A later set of the same school stands for those before it that were refused.
        names = {each.name, *self.state.suspect, *self.state.done}
        corrected = tuple((SET, _shown_name(name)) for name in sorted(names) if _series(name) == _series(each.name))
        if not held:
            self._done(each, IMPORTED)
        return Batch(cursor=self.state.cursor(), skipped=dict(+skipped), corrected=corrected)

    def _take_absence(self, each: FileSet) -> Iterator[Batch]:
        (marker,) = each.markers.values()
        file = each.fetched[marker.file]
        window = marker.window(self.scope.today)
        code = _school_of(each.name)
        school = self.state.school(code)
        if school.window_end is not None and window[1] < school.window_end:
            yield self._finished(each, {}, Counter({f"{SET}: older_than_what_is_taken": 1}))
            return
        source = AbsenceFile(file.content, recognise(file.content), code, self.settings.lessons_per_day)
        size = file.remote.size

        def counted() -> Iterator[Row | Unread]:
            yield from source.read()
            marker.check_rows(source.rows, source.lines)

        outcome = take_window(
            school,
            window,
            counted(),
            parts=parts_for(size),
            rules=WindowRules(self.settings.correction_days, self.settings.absence_limits, self.releases.get(ABSENCE)),
        )
        if outcome.held is None and ABSENCE in self.releases:
            self.releases[ABSENCE] = max(0, self.releases[ABSENCE] - outcome.deleted)
        changes = Changes(self.scope, self.state, None, window[1].isoformat())
        yield from _batches(publish_absence(self.state, code, changes), changes, outcome.rejected)
        waiting = waiting_pupils(school)
        skipped = outcome.skipped + Counter({f"{ABSENCE}: waits_for_master_data": waiting})
        yield self._finished(each, {(ABSENCE, code): outcome.held} if outcome.held else {}, skipped)

    def _take_master_data(self, each: FileSet) -> Iterator[Batch]:
        opened = self._tabulex(each) if each.kind is SetKind.TABULEX else self._ws17(each)
        if opened is None:
            yield self._finished(each, {}, Counter({f"{SET}: older_than_what_is_taken": 1}))
            return
        master, pupils = opened
        records = (record for pupil in pupils for record in master.take(pupil))
        yield from _batches(records, master.changes, master.rejected)
        yield from _batches(master.conclude(self.settings.absence_limits, self.releases), master.changes, [])
        for code in master.codes():
            # What waited for these pupils is given out now; nothing else of the sums changes.
            yield from _batches(publish_absence(self.state, code, master.changes), master.changes, [])
        yield self._finished(each, master.held, master.skipped)

    def _tabulex(self, each: FileSet) -> tuple[MasterSet, Iterable[Pupil | UnreadPupil]] | None:
        """The four files, checked as far as they can be before anything of them is taken."""
        texts = {name: (file.content, recognise(file.content)) for name, file in each.fetched.items()}
        for name, text in texts.items():
            if not tabulex.is_whole(*text):
                raise InvalidValue(name, RejectionRule.TRUNCATED)
        years = {name: tabulex.read_school_year(*text) for name, text in texts.items()}
        year = years[tabulex.PUPILS]
        for name, other in years.items():
            if other != year:
                raise InvalidValue(f"{name}: skoleår", RejectionRule.OTHER_SCHOOL_YEAR, other)
        schools: set[str] = set()
        rows = 0
        for rows, pupil in enumerate(tabulex.read_pupils(*texts[tabulex.PUPILS]), 1):  # noqa: B007  the last count is used
            schools.update([pupil.school] if pupil.school else [])
        if tabulex.PUPILS in each.markers:
            each.markers[tabulex.PUPILS].check_rows(rows, rows)
        day = _day_of(each.name) or self.scope.today
        if self._is_older(each, schools, day.isoformat()):
            return None
        self._check_year(each, year, schools, day)
        teachers_by_key = tabulex.read_teachers(texts[tabulex.STAFF], texts[tabulex.STAFF_CLASSES])
        teachers = {key: (teacher.id, teacher.name) for key, teacher in teachers_by_key.items()}
        changes = Changes(self.scope, self.state, None, day.isoformat())
        master = MasterSet(self.state, changes, year, day, tabulex.PUPIL, has_contacts=False, teachers=teachers)
        return master, tabulex.read_pupils(*texts[tabulex.PUPILS])

    def _ws17(self, each: FileSet) -> tuple[MasterSet, Iterable[PupilInExport | UnreadPupil]] | None:
        """The export, read once to its end before anything of it is taken."""
        (file,) = each.fetched.values()
        export = Export()
        count = sum(1 for _ in read_export(file.content, export))
        for marker in () if export.unread_schools else each.markers.values():
            marker.check_rows(count, count)
        stated = export.stated_at or export.exported_at
        moment = export.exported_at or stated or self.scope.observed_at
        day = moment.astimezone(DANISH_TIME).date()
        if self._is_older(each, set(export.schools), moment.isoformat()):
            return None
        now = SchoolYear.of(self.scope.today)
        year = now if now in export.school_years else max(export.school_years, default=SchoolYear.of(day))
        self._check_year(each, year, set(export.schools), day)
        changes = Changes(self.scope, self.state, stated, moment.isoformat())
        master = MasterSet(self.state, changes, year, day, PERSON, has_contacts=True)
        return master, read_export(file.content, Export())

    def _is_older(self, each: FileSet, schools: set[str], stated: str) -> bool:
        """Whether newer master data of every school were taken from the same reader; else remember these."""
        stated_before = [
            self.state.schools[code].stated.get(each.kind, "") for code in schools if code in self.state.schools
        ]
        if schools and len(stated_before) == len(schools) and all(stated < other for other in stated_before):
            return True
        for code in schools:
            self.state.school(code).stated[each.kind] = max(stated, self.state.school(code).stated.get(each.kind, ""))
        return False

    def _check_year(self, each: FileSet, year: SchoolYear, schools: set[str], day: date) -> None:
        """The set is of the school year that was going on when it was written.

        Raises:
            InvalidValue: it has not begun, or is over.
        """
        years = [school.year for code in schools if (school := self.state.schools.get(code)) and school.year]
        if year.start > max(day, self.scope.today):
            each.stays = True
            raise InvalidValue("skoleår", RejectionRule.OTHER_SCHOOL_YEAR, year)
        if day >= year.end + LATE_YEAR or any(year < other for other in years):
            raise InvalidValue("skoleår", RejectionRule.OTHER_SCHOOL_YEAR, year)


def _shown_name(name: str) -> str:
    """The name of a set; of one that may hold a national number, its shape."""
    return value_shape(name) if _NUMBER_LIKE.search(name) else name


def _series(name: str) -> str:
    """What the sets of one kind and school have in common: the name without its day."""
    return _DAY.sub("", name)


def _batches(records: Iterator[SourceRecord], changes: Changes, rejected: list[Rejection]) -> Iterator[Batch]:
    """The records in batches; with each, what was rejected meanwhile."""
    while True:
        page = tuple(islice(records, BATCH))
        faults = (*rejected, *(error.rejection for error in changes.rejected))
        rejected.clear()
        changes.rejected.clear()
        if page or faults:
            yield Batch(records=page, rejected=faults)
        if len(page) < BATCH:
            return


def _school_of(name: str) -> str:
    """The school that an absence file is of, by its name.

    Raises:
        InvalidValue: the name does not tell.
    """
    match = _SCHOOL.search(name.rpartition("/")[2])
    if match is None:
        raise InvalidValue("(file name)", RejectionRule.MISSING_FIELD, name)
    return match.group()


def _day_of(name: str) -> date | None:
    """The day in a path, as ``20260309``."""
    days = _DAY.findall(name)
    try:
        return datetime.strptime(days[-1], "%Y%m%d").replace(tzinfo=UTC).date() if days else None
    except ValueError:
        return None


def _together(first: HeldDeletions, second: HeldDeletions) -> HeldDeletions:
    """What is held of two schools, as a person decides on it."""
    return HeldDeletions(
        record_type=first.record_type,
        missing=first.missing + second.missing,
        known=first.known + second.known,
        sample=(first.sample + second.sample)[:SAMPLE],
    )
