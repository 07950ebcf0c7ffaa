"""What is published of one school's absence: sums by pupil, quarter and kind; and what waits for master data."""

from collections.abc import Iterator

from connectors.sources.school.calendar import Quarter
from connectors.sources.school.state import School, State, Total, flat
from connectors.sources.school.translate import ABSENCE, Changes, absence_id, absence_record
from connectors.sources.school.window import forget_quarters
from schemas.record import SourceRecord

REASON = "missing_in_a_complete_window"


def publish_absence(state: State, code: str, changes: Changes) -> Iterator[SourceRecord]:
    """What changed in the school's sums since they were published; then quarters that are over are forgotten."""
    school = state.schools[code]
    by_pupil: dict[tuple[str, str, str], Total] = {}
    for cpr, quarter_name, kind, total in flat(school.totals()):
        pupil = school.pupils.get(cpr)
        if pupil is not None:
            sums = by_pupil.setdefault((pupil.id, quarter_name, kind), Total())
            sums.add(total.days, total.changed, repaired=total.repaired)
    pupils = {pupil.id: pupil for pupil in school.pupils.values()}
    there: set[str] = set()
    for (pupil_id, name, kind), total in by_pupil.items():
        quarter, pupil = Quarter.parse(name), pupils[pupil_id]
        there.add(absence_id(code, pupil_id, quarter, kind))
        record = absence_record(changes, school, code, pupil, total=total, quarter=quarter, kind=kind)
        if record is not None:
            yield record
    own = [source_id for source_id in state.published.get(ABSENCE, {}) if source_id.startswith(f"{code}:")]
    for source_id in sorted(set(own) - there):
        record = changes.delete(ABSENCE, source_id, REASON)
        if record is not None:
            yield record
    _forget(state, school, own)


def waiting_pupils(school: School) -> int:
    """How many pupils have absence that waits until master data tell who they are."""
    numbers = {row.cpr for row in school.rows.values()} | school.sums.keys()
    return len(numbers - school.pupils.keys())


def _forget(state: State, school: School, own: list[str]) -> None:
    """Forget the quarters that can no longer be corrected; what was published of them stands."""
    forget_quarters(school)
    if school.kept_from is None:
        return
    published = state.published.get(ABSENCE, {})
    for source_id in own:
        if Quarter.parse(source_id.split(":")[2]).end <= school.kept_from:
            del published[source_id]
