"""Rule O4: two appointments at the same hours. Pure."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.rules.facts import Appointment, CourseState, UnknownReason
from schemas.source import Area
from tests.hub.test_rules import NOON, TODAY, findings, hits


def appointment(key: str, area: Area | None, start: str | None, end: str | None = None, **more: object) -> Appointment:
    """On a day of October 2023, in Danish summer time; without hours on the 4th."""
    starts, ends = (datetime.fromisoformat(f"2023-10-{t}+02:00") if t else None for t in (start, end))
    values = {"id": key, "area": area, "day": starts.date() if starts else date(2023, 10, 4), "of_plan": area is None}
    return Appointment.model_validate(values | {"starts_at": starts, "ends_at": ends} | more)


TALK = appointment("j", Area.EMPLOYMENT, "04T10:00", "04T11:00")


def test_o4_two_appointments_at_the_same_hours_are_told_with_both_hours() -> None:
    (hit,) = hits("same_hours", appointment("h", Area.HEALTH, "04T10:30", "04T11:15"), TALK)
    assert (hit.evidence, hit.areas) == (("j", "h"), frozenset({Area.EMPLOYMENT, Area.HEALTH}))
    assert (hit.values["starts_at"], hit.values["other_ends_at"]) == (
        "2023-10-04T08:00:00+00:00",
        "2023-10-04T09:15:00+00:00",
    )
    assert not hits("same_hours", TALK, appointment("h", Area.HEALTH, "04T11:00", "04T12:00")), "touching"
    assert not hits("same_hours", TALK, appointment("h", Area.HEALTH, "05T10:30", "05T11:15")), "another day"
    assert hits("same_hours", TALK, appointment("h", Area.HEALTH, "04T10:30")), "it begins while the talk lasts"
    assert not hits("same_hours", TALK, appointment("h", Area.HEALTH, "04T09:30")), "nobody says how long it lasts"
    assert hits("same_hours", TALK, appointment("e", Area.EMPLOYMENT, "04T10:30", "04T11:00")), "of one area, too"


def test_o4_what_is_past_clashes_with_nothing() -> None:
    long_ago = {
        "day": date(2023, 9, 4),
        "starts_at": datetime(2023, 9, 4, 8, tzinfo=UTC),
        "ends_at": datetime(2023, 9, 4, 9, tzinfo=UTC),
    }
    assert not hits(
        "same_hours",
        TALK.model_copy(update=long_ago),
        TALK.model_copy(update={"id": "h", "area": Area.HEALTH} | long_ago),
    )


def test_o4_one_appointment_told_twice_is_no_clash() -> None:
    assert not hits("same_hours", TALK, appointment("i", Area.EMPLOYMENT, "04T10:00"))
    assert not hits("same_hours", TALK, appointment("i", Area.EMPLOYMENT, "04T10:00", "04T11:00"))
    assert hits("same_hours", TALK, appointment("i", Area.EMPLOYMENT, "04T10:00", "04T12:00"))
    meeting = appointment("meeting/1", None, "04T10:00", "04T11:00")
    found = findings(TALK, meeting)
    assert not [hit for hit in found.hits if hit.rule == "same_hours"]
    assert [each.reason for each in found.unknowns if each.rule == "same_hours"] == [UnknownReason.MAYBE_ONE]
    assert hits("same_hours", meeting, appointment("meeting/2", None, "04T10:00", "04T11:00")), "two meetings are two"


def test_o4_a_hit_of_a_meeting_is_the_teams_own() -> None:
    (hit,) = hits("same_hours", appointment("meeting/1", None, "04T10:30", "04T11:30"), TALK)
    assert (hit.of_plan, hit.areas) == (True, frozenset({Area.EMPLOYMENT}))


def test_o4_a_day_without_hours_never_hits_and_is_told_as_unknown() -> None:
    found = findings(TALK, appointment("h", Area.HEALTH, None))
    assert not [hit for hit in found.hits if hit.rule == "same_hours"]
    (unknown,) = [each for each in found.unknowns if each.rule == "same_hours"]
    assert (unknown.reason, unknown.areas) == (UnknownReason.NO_HOURS, frozenset({Area.HEALTH}))


def test_o4_meetings_that_are_hidden_are_unknown_whether_there_are_any_or_not() -> None:
    course = CourseState(id="course", has_course=True, has_lead=True, hides_meetings=True)
    assert [each.reason for each in findings(course).unknowns if each.rule == "same_hours"] == [
        UnknownReason.MEETINGS_WITHHELD
    ]


def test_o4_in_the_night_in_which_the_clocks_are_put_back_instants_decide() -> None:
    night = {"day": date(2023, 10, 29)}
    first = appointment("a", Area.EMPLOYMENT, "29T02:15", "29T02:45", **night)
    # 02.15 in winter time, an hour after 02.15 in summer time.
    later = appointment("b", Area.HEALTH, "29T03:15", "29T03:45", **night)
    assert not hits("same_hours", first, later)


@given(
    *(st.tuples(st.integers(0, 8), st.none() | st.integers(1, 8)) for _ in range(2)),
    st.sampled_from([Area.EMPLOYMENT, Area.HEALTH, None]),
)
@settings(max_examples=150, deadline=None)
def test_o4_hits_where_one_begins_within_the_other_and_nowhere_else(
    one: tuple[int, int | None], other: tuple[int, int | None], area: Area | None
) -> None:
    def of(key: str, of_area: Area | None, hours: tuple[int, int | None]) -> Appointment:
        start, length = hours
        return Appointment(
            id=key,
            area=of_area,
            day=TODAY,
            starts_at=NOON + timedelta(hours=start),
            ends_at=NOON + timedelta(hours=start + length) if length else None,
        )

    # Minute by minute: the minutes that each certainly takes.
    minutes = [
        set(range(60 * start, 60 * (start + length) if length else 60 * start + 1)) for start, length in (one, other)
    ]
    is_one = one[0] == other[0] and len({one[1], other[1]} - {None}) <= 1 and area is not Area.HEALTH
    is_hit = bool(hits("same_hours", of("j", Area.EMPLOYMENT, one), of("x", area, other)))
    assert is_hit is (bool(minutes[0] & minutes[1]) and not is_one)
