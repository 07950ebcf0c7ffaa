"""The one definition of where an effort stands on a day."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.overview.efforts import EffortState, effort_state, efforts_of, ongoing_efforts
from schemas.facts import EffortFact, EffortStatus
from schemas.overview import Entry
from schemas.period import Period
from tests.web import maja

DAY = date(2023, 9, 12)
days = st.none() | st.dates(date(2023, 8, 1), date(2023, 11, 1))
STOPPED = {EffortStatus.ENDED, EffortStatus.CANCELLED}


def effort(status: EffortStatus, start: date | None, end: date | None) -> Entry:
    fact = EffortFact(title="Mentor", status=status)
    return maja.FAMILY_TREATMENT.model_copy(update={"fact": fact, "valid": Period(start=start, end=end)})


@given(st.sampled_from(EffortStatus), days, st.none() | st.integers(0, 60))
def test_an_effort_is_ongoing_exactly_when_its_period_holds_and_the_source_has_not_stopped_it(
    status: EffortStatus, start: date | None, lasts: int | None
) -> None:
    end = None if lasts is None else (start or DAY) + timedelta(days=lasts)
    entry = effort(status, start, end)
    ((_, fact),) = efforts_of([entry])
    state = effort_state(entry, fact, DAY)
    assert (state is EffortState.ONGOING) == (entry.valid.contains(DAY) and status not in STOPPED)
    assert bool(ongoing_efforts([entry], DAY)) == (state is EffortState.ONGOING)
    if state is EffortState.PLANNED:
        assert entry.valid.start is not None
        assert entry.valid.start > DAY
    assert (state is EffortState.CANCELLED) == (status is EffortStatus.CANCELLED)


def test_an_effort_that_begins_later_is_planned_whatever_its_status_says() -> None:
    entry = effort(EffortStatus.ACTIVE, DAY + timedelta(days=3), None)
    ((_, fact),) = efforts_of([entry])
    assert effort_state(entry, fact, DAY) is EffortState.PLANNED


def test_what_the_source_calls_ended_has_ended_also_without_an_end_date() -> None:
    entry = effort(EffortStatus.ENDED, DAY - timedelta(days=30), None)
    ((_, fact),) = efforts_of([entry])
    assert effort_state(entry, fact, DAY) is EffortState.ENDED
