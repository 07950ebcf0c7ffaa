"""When a stream is due: cadence and Danish time of day, over both changes of the clock."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.sources.health.settings import HealthSettings
from connectors.sources.social.settings import SocialSettings
from hub.clock import DANISH_TIME
from hub.sources.health import RunOutcome
from hub.sources.schedule import RETRY_AFTER, Schedule, due_after_run, next_due
from hub.sources.validation import fault_text
from schemas.base import Schema

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
instants = st.datetimes(datetime(2023, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  the zone is beside
wall_clocks = st.times().map(lambda at: at.replace(microsecond=0))
schedules = st.one_of(
    st.builds(Schedule, every=st.timedeltas(timedelta(seconds=1), timedelta(days=40))),
    st.builds(Schedule, at=wall_clocks),
)


@given(wall_clocks, instants)
def test_a_time_of_day_comes_once_each_danish_day_and_shows_on_the_danish_clock(at: time, after: datetime) -> None:
    due = next_due(Schedule(at=at), after)
    assert after < due <= after + 25 * HOUR
    following = next_due(Schedule(at=at), due)
    days = [moment.astimezone(DANISH_TIME).date() for moment in (due, following)]
    assert days[1] - days[0] == DAY
    shown = due.astimezone(DANISH_TIME).replace(tzinfo=None)
    wanted = datetime.combine(days[0], at)
    assert shown - wanted in {timedelta(), HOUR}, "an hour later only where the time does not exist"
    if shown != wanted:
        assert wanted.replace(tzinfo=DANISH_TIME).astimezone(UTC).astimezone(DANISH_TIME).replace(tzinfo=None) != wanted


@pytest.mark.parametrize(
    ("after", "at", "due"),
    [
        ("2023-03-25T12:00+00:00", "02:30", "2023-03-26T01:30+00:00"),
        ("2023-10-28T12:00+00:00", "02:30", "2023-10-29T00:30+00:00"),
        ("2023-10-29T00:30+00:00", "02:30", "2023-10-30T01:30+00:00"),
        ("2023-07-01T00:29+00:00", "02:30", "2023-07-01T00:30+00:00"),
        ("2023-07-01T23:30+00:00", "00:15", "2023-07-02T22:15+00:00"),
    ],
    ids=["does not exist", "comes twice", "comes once only", "a minute before", "after midnight in Denmark"],
)
def test_the_changes_of_the_clock(after: str, at: str, due: str) -> None:
    schedule = Schedule(at=time.fromisoformat(at))
    assert next_due(schedule, datetime.fromisoformat(after)) == datetime.fromisoformat(due)


@given(schedules, instants, st.timedeltas(timedelta(), DAY), st.sampled_from(RunOutcome))
def test_a_failed_run_is_repeated_soon_and_a_stopped_one_at_once(
    schedule: Schedule, started_at: datetime, took: timedelta, outcome: RunOutcome
) -> None:
    ended_at = started_at + took
    due = due_after_run(schedule, outcome, started_at=started_at, ended_at=ended_at)
    assert due > started_at or outcome is RunOutcome.STOPPED
    assert due <= max(next_due(schedule, started_at), ended_at)
    if outcome in {RunOutcome.COMPLETE, RunOutcome.HELD}:
        assert due == next_due(schedule, started_at)
    elif outcome is RunOutcome.STOPPED:
        assert due == ended_at
    else:
        assert due <= ended_at + RETRY_AFTER


@given(schedules)
def test_a_schedule_goes_through_json_and_back(schedule: Schedule) -> None:
    if schedule.every is None or not schedule.every.microseconds:
        assert Schedule.model_validate_json(schedule.model_dump_json()) == schedule


@pytest.mark.parametrize("given_", [{}, {"every": "15m", "at": "02:30"}])
def test_a_schedule_is_one_of_two(given_: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="give either every"):
        Schedule.model_validate(given_)


NO_DURATIONS = (
    "0s", "0d", "-5m", "10", "10 ", "often", "", "1.5h", "367d", "99999999d", "9" * 30 + "d", "15min", "PT0S", "-PT5M",
    "P999999D", "1h30m", 10, 10.5, True, -1,
)  # fmt: skip


@pytest.mark.parametrize("every", NO_DURATIONS)
def test_a_cadence_is_a_number_with_a_unit_that_can_have_been_meant(every: object) -> None:
    with pytest.raises(ValidationError) as refused:
        Schedule.model_validate({"every": every})
    assert fault_text(refused.value) == "every: give a number with a unit, from 1s to 366d: 12s, 15m, 2h or 1d"


@pytest.mark.parametrize("at", ["25:00", "24:00", "02:60", "2", "0230", "02.30", "", "02:30Z", "02:30+01:00", 9000, -1])
def test_a_time_of_day_is_one_of_the_danish_clock(at: object) -> None:
    with pytest.raises(ValidationError) as refused:
        Schedule.model_validate({"at": at})
    assert fault_text(refused.value) == (
        "at: give a time of day in Denmark, without a zone, from 00:00 to 23:59: 02:30"
    )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ({"every": "12s"}, "every 12s"),
        ({"every": " 90m "}, "every 90m"),
        ({"every": "PT2H"}, "every 2h"),
        ({"every": "366d"}, "every 366d"),
        ({"at": "2:30"}, "at 02:30"),
        ({"at": time(23, 59)}, "at 23:59"),
    ],
)
def test_a_schedule_is_read_as_people_write_it(written: dict[str, object], shown: str) -> None:
    assert str(Schedule.model_validate(written)) == shown


@pytest.mark.parametrize("value", NO_DURATIONS)
@pytest.mark.parametrize("kind", [HealthSettings, SocialSettings])
def test_a_source_s_own_cadence_is_as_strict(kind: type[Schema], value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        kind.model_validate({"expected_cadence": value})
    assert "expected_cadence: give a number with a unit" in fault_text(refused.value)


def test_only_zero_turns_the_comparison_of_ids_off() -> None:
    folder = {"directory": "/tmp"}  # noqa: S108  nothing is read
    assert HealthSettings.model_validate({**folder, "compare_every": "0s"}).compare_every == timedelta()
    for value in ("-1d", "500d", 0):
        with pytest.raises(ValidationError):
            HealthSettings.model_validate({**folder, "compare_every": value})
