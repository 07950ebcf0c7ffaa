"""*Tidslinje*: the plan, its progress and what lies ahead beside what the sources tell; a part of it chosen."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.audit.repository import list_entries
from hub.course import plan_repository
from hub.course.meeting_rules import meeting_on
from hub.course.plan_rules import plan_on
from hub.course.trial_rules import trial_on
from hub.web.citizen.page_data import PageData
from hub.web.citizen.page_timeline import TimelinePage
from hub.web.citizen.present_timeline import TimelineView, timeline_page
from hub.web.citizen.timeline_marks import TimelineKind
from hub.web.citizen.window import Window
from schemas.access import AuditAction
from schemas.meeting import (
    Decision,
    Meeting,
    MeetingKind,
    MeetingState,
    MeetingText,
    MeetingVersion,
    Participant,
    ParticipantRole,
)
from schemas.plan import (
    CitizenPlan,
    EntryVersion,
    GoalProgress,
    NewEntry,
    NewProgress,
    PlanEntry,
    PlanKind,
    PlanState,
    PlanText,
    ProgressEntry,
)
from schemas.trial_action import TrialAction, TrialJudgement, TrialOutcome, TrialText, TrialVersion
from tests.web import maja
from tests.web.conftest import Town

GOAL = "Ida er i skole hver dag"


def _at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T10:00").replace(tzinfo=UTC)


def _entry(kind: PlanKind, words: str, day: str, *progress: ProgressEntry, due_on: date | None = None) -> PlanEntry:
    version = EntryVersion(version=1, text=PlanText(words=words, who="Ida", due_on=due_on), by="Anna Holm", at=_at(day))
    return PlanEntry(id=uuid4(), kind=kind, parent_id=None, versions=(version,), progress=progress)


def _said(progress: GoalProgress, day: str, words: str) -> ProgressEntry:
    return ProgressEntry(progress=progress, on_day=date.fromisoformat(day), words=words, by="Mads", at=_at(day))


PLAN = CitizenPlan(
    citizen_id=maja.IDA,
    course_id=UUID(int=5),
    entries=(
        _entry(PlanKind.WISH, "Jeg vil i praktik", "2023-03-12"),
        _entry(
            PlanKind.GOAL,
            GOAL,
            "2023-03-12",
            _said(GoalProgress.REACHED, "2023-09-01", "Hun kommer hver dag"),
            _said(GoalProgress.UNCHANGED, "2023-06-20", "Hun er væk"),
        ),
        _entry(PlanKind.AGREEMENT, "Først skole, så praktik", "2023-08-15", due_on=date(2023, 12, 20)),
    ),
)


@pytest.fixture
def data() -> PageData:
    return replace(maja.page_data(), plans={maja.IDA: PLAN})


def _plan_rows(page: TimelinePage) -> dict[str, tuple[str, str]]:
    """What the plan's rows say, and when they begin and end."""
    return {
        row.text: (row.start.iso if row.start else "", row.end.iso if row.end else "")
        for row in page.rows
        if row.area == "plan"
    }


def test_the_plan_and_its_progress_stand_in_lanes_and_table(data: PageData) -> None:
    page = timeline_page(data)
    assert page.drawing is not None
    lane = next(lane for lane in page.drawing.lanes if lane.name == "Ida · Borgerens plan")
    assert [bar.label for bar in lane.bars] == [
        "Jeg vil i praktik",
        GOAL,
        "uændret",
        "Først skole, så praktik",
        "nået",
    ]
    assert _plan_rows(page) == {
        "Borgerens egne ord: Jeg vil i praktik": ("2023-03-12", ""),
        f"Mål: {GOAL}": ("2023-03-12", "2023-09-01"),
        f"«{GOAL}»: Hun er væk": ("2023-06-20", ""),
        f"«{GOAL}»: Hun kommer hver dag": ("2023-09-01", ""),
        "Aftale: Først skole, så praktik": ("2023-08-15", "2023-12-20"),
    }
    outcomes = {row.text: row.outcome for row in page.rows if row.area == "plan" and not row.is_point}
    assert outcomes[f"Mål: {GOAL}"] == "Nået"
    assert outcomes["Aftale: Først skole, så praktik"] == "Holdes senest 20. dec. 2023"


def test_what_is_to_come_is_drawn_beyond_today(data: PageData) -> None:
    page = timeline_page(data)
    assert page.drawing is not None
    assert page.drawing.now is not None
    ahead = [lane for lane in page.drawing.lanes if lane.name == "På vej"]
    assert len(ahead) == bool(page.ahead)
    lane = next(lane for lane in page.drawing.lanes if lane.name == "Ida · Borgerens plan")
    agreement = next(bar for bar in lane.bars if bar.label.startswith("Først skole"))
    assert agreement.left < page.drawing.now < agreement.left + agreement.width


def test_a_part_is_chosen_by_quarter_kind_and_person(data: PageData) -> None:
    quarter = timeline_page(data, TimelineView(2023, 2, TimelineKind.PROGRESS, maja.IDA))
    assert [(row.text, row.outcome) for row in quarter.rows] == [(f"«{GOAL}»: Hun er væk", "Uændret")]
    assert quarter.count_line.startswith("1 linje.")
    assert quarter.part == "Udsnit: 2. kvartal 2023, Fremgang, Ida."
    assert quarter.drawing is not None
    assert quarter.drawing.span == "2. kvartal 2023"
    assert [text for _, text in quarter.drawing.years][:3] == ["1. apr.", "15. apr.", "1. maj"]
    assert [choice.text for choice in quarter.quarters if choice.chosen] == ["2. kvartal"]
    for choices in (quarter.zooms, quarter.quarters, quarter.kinds, quarter.people):
        assert sum(choice.chosen for choice in choices) == 1
    other = timeline_page(data, TimelineView(2023, 2, TimelineKind.PROGRESS, maja.EMIL))
    assert not other.rows
    assert "hvem=" in other.kinds[0].value
    assert "kvartal=2" in other.kinds[0].value


def test_every_kind_that_is_counted_is_what_the_table_shows(data: PageData) -> None:
    whole = timeline_page(data)
    for kind in TimelineKind:
        count = len(timeline_page(data, TimelineView(kind=kind)).rows)
        words = [choice.text for choice in whole.kinds if f"vis={kind}" in choice.value]
        assert bool(words) == bool(count)
        assert all(text.endswith(f"({count})") for text in words)
    assert whole.kinds[0].text == f"Alt ({len(whole.rows)})"


def test_the_plan_of_an_earlier_day_is_as_it_was_written_then() -> None:
    then = plan_on(PLAN, _at("2023-07-01"))
    assert [entry.kind for entry in then.entries] == [PlanKind.WISH, PlanKind.GOAL]
    assert [each.progress for each in then.entries[1].progress] == [GoalProgress.UNCHANGED]
    assert not plan_on(PLAN, _at("2023-01-01")).entries


def test_an_agreement_that_was_closed_ends_on_that_day(data: PageData) -> None:
    agreement = PLAN.entries[2]
    done = PlanText(words=agreement.text.words, who="Ida", due_on=agreement.text.due_on, state=PlanState.DONE)
    closed = EntryVersion(version=2, text=done, by="Mads", at=_at("2023-09-04"))
    plan = PLAN.model_copy(
        update={"entries": (agreement.model_copy(update={"versions": (closed, *agreement.versions)}),)}
    )
    page = timeline_page(replace(data, plans={maja.IDA: plan}))
    assert _plan_rows(page)["Aftale: Først skole, så praktik"] == ("2023-08-15", "2023-09-04")


def test_a_trial_action_stands_with_what_was_learned(data: PageData) -> None:
    said = TrialText(
        what="Praktik i børnehave",
        why="Ida ønsker det",
        first_day=date(2023, 8, 21),
        last_day=date(2023, 12, 20),
        decided_by="Ida og teamet",
        judge_on=date(2023, 9, 4),
    )
    learned = TrialJudgement(
        outcome=TrialOutcome.CONTINUE,
        on_day=date(2023, 9, 4),
        learned="Hun kommer i skole",
        judge_next_on=date(2023, 11, 1),
        by="Mads",
        at=_at("2023-09-04"),
    )
    trial = TrialAction(
        id=uuid4(),
        citizen_id=maja.IDA,
        course_id=PLAN.course_id,
        versions=(TrialVersion(text=said, by="Karim", at=_at("2023-08-14")),),
        judgements=(learned,),
    )
    page = timeline_page(replace(data, trials=(trial,)), TimelineView(kind=TimelineKind.TRIAL))
    rows = [(row.lane, row.text, row.outcome, row.source) for row in page.rows]
    assert rows == [
        ("Ida · Prøvehandlinger", "«Praktik i børnehave»: Hun kommer i skole", "Fortsætter", "Borgerens plan · Mads"),
        ("Ida · Prøvehandlinger", "Praktik i børnehave", "I gang", "Borgerens plan · Karim"),
    ]
    assert trial_on(trial, _at("2023-08-01")) is None
    then = trial_on(trial, _at("2023-08-20"))
    assert then is not None
    assert not then.judgements


def _meeting(state: MeetingState, number: int, day: str) -> Meeting:
    starts_at = _at(day)
    citizens = tuple(Participant(role=ParticipantRole.CITIZEN, key=str(key)) for key in (maja.IDA, maja.EMIL))
    said = MeetingText(
        kind=MeetingKind.TEAM,
        state=state,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        participants=citizens,
    )
    version = MeetingVersion(version=1, text=said, by_id="", by=None, at=_at("2023-08-01"))
    return Meeting(id=UUID(int=number), course_id=PLAN.course_id, versions=(version,))


def _decision(citizen_id: UUID, decision_id: UUID, words: str) -> Decision:
    return Decision(
        id=decision_id,
        meeting_id=UUID(int=1),
        citizen_id=citizen_id,
        goal_id=None,
        words=words,
        who="Mads",
        due_on=date(2023, 12, 20),
        is_agreed=True,
        by=None,
        at=_at("2023-08-15"),
    )


def test_meetings_stand_with_what_was_decided_planned_and_cancelled(data: PageData) -> None:
    agreement = PLAN.entries[2]
    with_meetings = replace(
        data,
        meetings=(
            _meeting(MeetingState.HELD, 1, "2023-08-15"),
            _meeting(MeetingState.CANCELLED, 2, "2023-09-05"),
            _meeting(MeetingState.PLANNED, 3, "2023-10-02"),
        ),
        decisions=(
            _decision(maja.IDA, agreement.id, agreement.text.words),
            _decision(maja.EMIL, UUID(int=9), "Emil møder senere"),
        ),
    )
    page = timeline_page(with_meetings, TimelineView(kind=TimelineKind.MEETING))
    decided = f"Teammøde kl. 12.00-13.00. Besluttet: {agreement.text.words}"
    proposed = ". Forslag, som borgeren ikke har sagt ja til: Emil møder senere"
    assert [(row.lane, row.text, row.outcome, row.is_point) for row in page.rows] == [
        ("Møder", "Teammøde kl. 12.00-13.00", "Indkaldt", True),
        ("Møder", "Teammøde kl. 12.00-13.00", "Aflyst", True),
        ("Møder", decided + proposed, "Holdt", True),
    ]
    assert page.drawing is not None
    (lane,) = page.drawing.lanes
    assert [bar.label for bar in lane.bars] == ["Teammøde", "Teammøde, aflyst", "Teammøde, indkaldt"]
    idas = timeline_page(with_meetings, TimelineView(kind=TimelineKind.MEETING, person=maja.IDA))
    assert idas.rows[-1].text == decided, "of Emil nothing where Ida alone is chosen"
    majas = timeline_page(with_meetings, TimelineView(kind=TimelineKind.MEETING, person=maja.MAJA))
    assert not majas.rows, "no meeting was about Maja"


def test_a_meeting_of_an_earlier_day_is_as_it_was_written_then() -> None:
    planned = _meeting(MeetingState.PLANNED, 1, "2023-09-05")
    moved = planned.versions[0].model_copy(update={"version": 2, "at": _at("2023-09-01")})
    meeting = planned.model_copy(update={"versions": (moved, *planned.versions)})
    then = meeting_on(meeting, _at("2023-08-20"))
    assert then is not None
    assert then.version == 1
    assert meeting_on(meeting, _at("2023-07-01")) is None


@given(year=st.integers(1900, 2200), days=st.integers(0, 366))
def test_every_day_of_a_year_is_in_one_quarter_of_it(year: int, days: int) -> None:
    day = min(date(year, 1, 1) + timedelta(days=days), date(year, 12, 31))
    assert Window(year).overlaps(day, day)
    assert sum(Window(year, quarter).overlaps(day, day) for quarter in (1, 2, 3, 4)) == 1
    assert not Window(year + 1).overlaps(day, day)
    assert Window(year + 1).overlaps(day, None)


def _write_plan(town: Town) -> Iterator[str]:
    goal, ida = uuid4(), town.ids[maja.IDA]
    with town.context.database.transaction() as session:
        text = PlanText(words=GOAL, who="Ida")
        new = NewEntry(kind=PlanKind.GOAL, text=text)
        plan_repository.add_entry(session, town.course_id, ida, goal, new, by="anna.holm", now=_at("2023-03-12"))
        progress = NewProgress(progress=GoalProgress.BETTER, on_day=date(2023, 5, 2), words="Tre dage om ugen")
        plan_repository.add_progress(session, goal, progress, by="lene.friis", now=_at("2023-05-02"))
    yield from (f"/tidslinje/{town.ids[maja.MAJA]}", f"/tidslinje/{ida}")


def test_only_the_team_sees_the_plan_on_the_timeline_and_the_log_says_so(town: Town) -> None:
    family, own = _write_plan(town)
    anna, ole = town.client("anna.holm"), town.client("ole.bruun")
    assert "Ida · Borgerens plan" in anna.get(family).text
    page = anna.get(f"{own}?aar=2023&kvartal=2&vis=fremgang").text
    assert "Tre dage om ugen" in page
    assert "Borgerens plan · Lene Friis" in page
    assert "Tre dage om ugen" not in anna.get(f"{own}?kendt=2023-04-30").text
    ole.post(f"/overblik/{town.ids[maja.MAJA]}/grund", purpose="case_work", reason="Skal vurdere en henvendelse")
    assert "Borgerens plan ·" not in ole.get(family).text
    with town.context.database.transaction() as session:
        lines = [line.entry for line in list_entries(session, size=200)]
    readers = {line.actor_id for line in lines if line.action is AuditAction.READ_PLAN}
    assert readers == {"anna.holm"}
    read = {line.citizen_id for line in lines if line.action is AuditAction.READ_PLAN}
    assert read == {town.ids[key] for key in (maja.MAJA, maja.IDA, maja.EMIL)}


def test_an_address_that_names_no_part_is_refused(town: Town) -> None:
    anna = town.client("anna.holm")
    for query in ("kvartal=5", "vis=alt", "hvem=150786-4002", "aar=23"):
        assert anna.get(f"/tidslinje/{town.ids[maja.MAJA]}?{query}").status_code == HTTPStatus.NOT_FOUND
