"""What a meeting must say, who is invited, what is on its agenda, and that its calendar file tells of nobody."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from hub.clock import danish_day, danish_midnight
from hub.course.meeting_calendar import write_calendar
from hub.course.meeting_rules import (
    DUE_WITHIN,
    MeetingFault,
    changed_text,
    due_entries,
    invited_places,
    new_entries,
    plan_faults,
    planned_text,
    record_faults,
    recorded_text,
    still_entries,
)
from schemas.course import TeamFunction, TeamPlace
from schemas.meeting import (
    CitizenRecord,
    Meeting,
    MeetingKind,
    MeetingPlan,
    MeetingRecord,
    MeetingState,
    MeetingVersion,
    MemberRecord,
    NewDecision,
    ParticipantRole,
    PlannedCitizen,
)
from schemas.plan import CitizenPlan, EntryVersion, PlanEntry, PlanKind, PlanState, PlanText

TODAY = date(2024, 9, 12)
NOON = datetime(2024, 9, 12, 10, tzinfo=UTC)
CITIZENS = (UUID(int=1), UUID(int=2))
EMPLOYEES = ("anna", "lene", "mads")
DAYS = st.dates(TODAY - timedelta(days=40), TODAY + timedelta(days=40))
SECRETS = ("Maja", "Testborger", "Skovvej", "moster", "anna", "Anna Holm", "syg")


def a_place(number: int, actor_id: str, start: date, end: date | None) -> TeamPlace:
    return TeamPlace(
        id=number,
        actor_id=actor_id,
        name=actor_id,
        title="",
        unit_name=None,
        phone=None,
        area=None,
        function=TeamFunction.MEMBER,
        valid_from=start,
        valid_to=end,
        reason="",
        authority="",
        citizen_say=None,
        citizen_words="",
        added_by=None,
        ended_by=None,
        end_reason="",
        end_say=None,
    )


PLACES = st.lists(st.tuples(st.sampled_from(EMPLOYEES), DAYS, st.none() | DAYS), max_size=6).map(
    lambda rows: [a_place(number, *row) for number, row in enumerate(rows, 1)]
)
TEAM = [a_place(number, name, TODAY - timedelta(days=99), None) for number, name in enumerate(EMPLOYEES, 1)]
WHY = st.sampled_from(["", "  ", "syg", "Er syg i dag"])


def a_plan(**changed: object) -> MeetingPlan:
    values = {
        "kind": "team",
        "starts_at": NOON,
        "ends_at": NOON + timedelta(hours=1),
        "place": "hjemme hos Maja, Skovvej 3",
        "citizens": [PlannedCitizen(citizen_id=key) for key in CITIZENS],
        "guests": ("moster",),
    }
    return MeetingPlan.model_validate({**values, **changed})


def faults_of(plan: MeetingPlan, invited: int = 2) -> tuple[MeetingFault, ...]:
    return plan_faults(plan, citizens=CITIZENS, invited=invited, today=TODAY, started_on=TODAY - timedelta(days=99))


@given(PLACES, DAYS, st.sets(st.sampled_from(EMPLOYEES)))
def test_a_place_on_the_team_that_day_is_the_invitation(places: list[TeamPlace], on: date, left_out: set[str]) -> None:
    invited = [place.actor_id for place in invited_places(places, on, left_out)]
    assert len(invited) == len(set(invited)), "each employee once"
    assert set(invited) == {place.actor_id for place in places if place.holds(on)} - left_out


def test_what_a_meeting_must_say() -> None:
    assert faults_of(a_plan()) == ()
    assert faults_of(a_plan(citizens=())) == (MeetingFault.NO_CITIZEN,)
    assert faults_of(a_plan(citizens=[PlannedCitizen(citizen_id=uuid4())])) == (MeetingFault.NO_CITIZEN,)
    without = PlannedCitizen(citizen_id=CITIZENS[0], is_invited=False)
    assert faults_of(a_plan(citizens=[without])) == (MeetingFault.WITHOUT_CITIZEN,)
    assert faults_of(a_plan(citizens=[without.model_copy(update={"reason": "Hun er indlagt"})])) == ()
    assert faults_of(a_plan(ends_at=NOON)) == (MeetingFault.ENDS_TOO_EARLY,)
    assert faults_of(a_plan(ends_at=NOON + timedelta(hours=13))) == (MeetingFault.TOO_LONG,)
    assert faults_of(a_plan(), invited=0) == (MeetingFault.NOBODY_INVITED,)
    for days, fault in ((-100, MeetingFault.BEFORE_COURSE), (367, MeetingFault.TOO_FAR)):
        start = NOON + timedelta(days=days)
        assert faults_of(a_plan(starts_at=start, ends_at=start + timedelta(hours=1))) == (fault,)


@given(
    st.lists(st.tuples(st.booleans() | st.none(), WHY), min_size=3, max_size=3),
    st.lists(st.tuples(st.booleans() | st.none(), WHY), min_size=2, max_size=2),
    st.sampled_from(["", "Vi blev enige"]),
    st.booleans(),
)
def test_a_meeting_is_closed_when_everybody_is_accounted_for(
    members: list[tuple[bool | None, str]], citizens: list[tuple[bool | None, str]], minutes: str, is_closing: bool
) -> None:
    record = MeetingRecord(
        members=tuple(
            MemberRecord(place_id=place.id, is_present=came, reason=why)
            for place, (came, why) in zip(TEAM, members, strict=True)
            if came is not None
        ),
        citizens=tuple(
            CitizenRecord(citizen_id=key, is_present=came, reason=why)
            for key, (came, why) in zip(CITIZENS, citizens, strict=True)
            if came is not None
        ),
        minutes=minutes,
        is_closing=is_closing,
    )
    text = recorded_text(planned_text(a_plan(), ()), record, TEAM)
    faults = record_faults(text, (), TODAY)

    def is_silent(said: list[tuple[bool | None, str]]) -> bool:
        return any(came is False and len(why.replace(" ", "")) < 5 for came, why in said)

    assert (MeetingFault.ABSENT_WITHOUT_REASON in faults) is is_silent(members)
    assert (MeetingFault.WITHOUT_CITIZEN in faults) is is_silent(citizens)
    unsaid = any(came is None for came, _ in [*members, *citizens])
    assert (not faults) is not (
        is_silent(members) or is_silent(citizens) or (is_closing and (unsaid or not minutes))
    ), faults
    assert (text.state is MeetingState.HELD) is is_closing
    assert {each.key for each in text.of(ParticipantRole.MEMBER)} == set(EMPLOYEES)


def test_nobody_comes_before_the_day_and_a_decision_is_whole() -> None:
    start = NOON + timedelta(days=2)
    plan = a_plan(starts_at=start, ends_at=start + timedelta(hours=1))
    record = MeetingRecord(
        members=(
            MemberRecord(place_id=1, is_present=True),
            MemberRecord(place_id=2, is_present=False, reason="På kursus"),
        ),
        is_closing=False,
    )
    text = recorded_text(planned_text(plan, ()), record, TEAM)
    assert record_faults(text, (), TODAY) == (MeetingFault.PRESENT_AHEAD,)
    moved = changed_text(text, plan.model_copy(update={"ends_at": start + timedelta(hours=2)}), ())
    assert {each.key: each.reason for each in moved.of(ParticipantRole.MEMBER)}["lene"] == "På kursus"
    other_day = changed_text(text, a_plan(), ())
    assert not [each for each in other_day.of(ParticipantRole.MEMBER) if each.is_present is not None]
    whole = NewDecision(id=uuid4(), citizen_id=CITIZENS[0], words="Ring", who="Lene", due_on=TODAY, is_agreed=True)
    text = recorded_text(planned_text(a_plan(), ()), MeetingRecord(is_closing=False), TEAM)
    assert record_faults(text, [whole], TODAY) == ()
    for update in ({"words": " "}, {"who": ""}, {"due_on": None}, {"citizen_id": uuid4()}):
        decision = whole.model_copy(update=update)
        assert record_faults(text, [decision], TODAY) == (MeetingFault.DECISION_INCOMPLETE,)


def an_entry(kind: PlanKind, due_on: date | None, state: PlanState, written: date) -> PlanEntry:
    text = PlanText(words="ord", who="Maja", due_on=due_on, state=state)
    version = EntryVersion(version=1, text=text, by="Anna", at=danish_midnight(written))
    return PlanEntry(id=uuid4(), kind=kind, parent_id=None, versions=(version,))


@given(
    st.lists(
        st.builds(an_entry, st.sampled_from(PlanKind), st.none() | DAYS, st.sampled_from(PlanState), DAYS), max_size=6
    ),
    DAYS,
)
def test_the_agenda_holds_what_is_due_and_new_once_and_nothing_that_is_done(
    entries: list[PlanEntry], since: date
) -> None:
    plan = CitizenPlan(citizen_id=CITIZENS[0], course_id=uuid4(), entries=tuple(entries))
    due = due_entries(plan, TODAY)
    assert len({entry.id for entry in due}) == len(due)
    for entry in entries:
        is_due = entry.text.due_on is not None and entry.text.due_on <= TODAY + DUE_WITHIN
        belongs = entry.kind in {PlanKind.AGREEMENT, PlanKind.GOAL, PlanKind.SUB_GOAL}
        assert (entry in due) is (is_due and belongs and entry.text.state is PlanState.OPEN)
    assert [entry.text.due_on for entry in due] == sorted(entry.text.due_on or TODAY for entry in due)
    assert set(new_entries(plan, danish_midnight(since))) == {
        entry for entry in entries if entry.created_at > danish_midnight(since)
    }
    assert all(entry.text.state is PlanState.OPEN for entry, _ in still_entries(plan, TODAY))


MOMENTS = st.builds(
    lambda day, minute: datetime(2020, 1, 1, 6, tzinfo=UTC) + timedelta(days=day, minutes=minute),
    st.integers(0, 3650),
    st.integers(0, 359),
)
"""By day, on every day of ten years: an hour of the night comes twice when summer time ends."""


@given(MOMENTS, st.integers(1, 600), st.sampled_from(MeetingState), st.integers(1, 9), st.sampled_from(SECRETS))
def test_a_calendar_file_tells_when_and_of_nobody(
    starts_at: datetime, minutes: int, state: MeetingState, version: int, secret: str
) -> None:
    text = planned_text(
        a_plan(
            kind=MeetingKind.NETWORK,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=minutes),
            place=secret,
            guests=(secret,),
        ),
        ["anna"],
    )
    text = text.model_copy(update={"state": state, "minutes": secret, "reason": secret})
    stored = MeetingVersion(version=version, text=text, by_id="anna", by="Anna Holm", at=starts_at)
    meeting = Meeting(id=uuid4(), course_id=uuid4(), versions=(stored,))
    document = write_calendar(meeting, public_url="https://helhed.example/")
    unfolded = document.replace(b"\r\n ", b"").decode()
    for word in (*SECRETS, *map(str, CITIZENS), str(meeting.course_id)):
        assert word.casefold() not in unfolded.casefold(), word
    calendar = Calendar.from_ical(document)
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("dtstart") == starts_at
    assert event.decoded("dtend") == starts_at + timedelta(minutes=minutes)
    assert event.decoded("dtstart").utcoffset() == starts_at.astimezone(event.decoded("dtstart").tzinfo).utcoffset()
    assert "TZID=Europe/Copenhagen" in unfolded
    assert danish_day(event.decoded("dtstart")) == danish_day(starts_at)
    assert (str(event["uid"]), str(event["sequence"])) == (str(meeting.id), str(version - 1))
    is_cancelled = state is MeetingState.CANCELLED
    assert str(calendar["method"]) == ("CANCEL" if is_cancelled else "REQUEST")
    assert str(event["status"]) == ("CANCELLED" if is_cancelled else "CONFIRMED")
    assert str(event["url"]) == f"https://helhed.example/moeder/{meeting.id}"
    sent = write_calendar(meeting, public_url="https://helhed.example", sender="helhed@kommune.dk", recipient="a@b.dk")
    assert b"mailto:helhed@kommune.dk" in sent
    assert b"ATTENDEE:mailto:a@b.dk" in sent
