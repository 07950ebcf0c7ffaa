"""The rules over facts: goldens of each, and properties that hold of all. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.overview.efforts import EffortState
from hub.rules.deadlines import ClockState
from hub.rules.evaluation import evaluate
from hub.rules.facts import (
    AREAS_OF,
    AbsenceShare,
    Appointment,
    Birth,
    CourseState,
    Demand,
    EffortSpan,
    EnrolmentSpan,
    FactKind,
    GoalProgress,
    IndicatorRecorded,
    Move,
    MoveKind,
    NotificationReceived,
    RuleFact,
    RuleFacts,
    Unknowable,
    UnknownReason,
    WishStated,
)
from hub.rules.findings import Findings, Hit
from hub.rules.register import ActiveRule, RuleApproval, active_rules, definitions_on
from schemas.facts import AbsenceKind, Progress
from schemas.source import Area

TODAY = date(2023, 9, 12)
NOON = datetime(2023, 9, 12, 10, tzinfo=UTC)
CITIZEN = UUID(int=1)
RULES = tuple(ActiveRule(definition=definition, limit=definition.limit) for definition in definitions_on(TODAY))
NO_LEAD = CourseState(id="course", has_course=False, has_lead=False)


def findings(*facts: RuleFact, unknowable: Sequence[Unknowable] = ()) -> Findings:
    return evaluate(RULES, RuleFacts(citizen_id=CITIZEN, today=TODAY, facts=facts, unknowable=tuple(unknowable)))


def hits(rule: str, *facts: RuleFact) -> list[Hit]:
    return [hit for hit in findings(*facts).hits if hit.rule == rule]


def absence(percent: float, quarter: tuple[int, int] = (2023, 2), key: str = "school/a/1") -> AbsenceShare:
    year, number = quarter
    return AbsenceShare(
        id=key, area=Area.SCHOOL, year=year, quarter=number, absence=AbsenceKind.UNLAWFUL, percent=percent
    )


def effort(key: str, area: Area, start: date, end: date | None = None, **more: object) -> EffortSpan:
    state = EffortState.ENDED if end and end <= TODAY else EffortState.ONGOING
    values = {"id": key, "area": area, "start": start, "end": end, "state": state, **more}
    return EffortSpan.model_validate(values)


def notification(key: str, day: date, **more: object) -> NotificationReceived:
    values = {
        "id": key,
        "area": Area.SOCIAL,
        "received_on": day,
        "assessment": ClockState.MET,
        "assessment_due_at": datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1),
        "receipt": ClockState.MET,
        "receipt_due_at": None,
        "is_own": True,
        **more,
    }
    return NotificationReceived.model_validate(values)


def goal(*assessments: tuple[date | None, Progress], review_on: date | None = None) -> GoalProgress:
    return GoalProgress(id="plan/goal/1", area=Area.SOCIAL, review_on=review_on, assessments=assessments)


def test_r1a_meets_the_line_of_the_law_exactly_and_not_below() -> None:
    (hit,) = hits("absence_unlawful_15", absence(15))
    assert (hit.values["percent"], hit.values["limit"], hit.values["quarter"]) == (15, 15, 2)
    assert not hits("absence_unlawful_15", absence(14.999))
    assert hits("absence_unlawful_10", absence(14.999))
    assert not hits("absence_unlawful_10", absence(15))


def test_r1_takes_the_newest_quarter_of_the_last_year() -> None:
    old, spring, summer = absence(40, (2022, 2)), absence(20, (2023, 1)), absence(17, (2023, 2))
    assert [hit.values["quarter"] for hit in hits("absence_unlawful_15", old, spring, summer)] == [2]
    assert not hits("absence_unlawful_15", old)


def test_r2_names_the_indicators_at_three_different_ones() -> None:
    recorded = [
        IndicatorRecorded(
            id=f"indicator/{number}",
            area=Area.SCHOOL,
            indicator=key,
            recorded_on=date(2023, 8, 1),
            valid_until=date(2024, 2, 1),
        )
        for number, key in enumerate(["attendance", "learning", "learning", "network"])
    ]
    assert not hits("three_indicators", *recorded[:3])
    (hit,) = hits("three_indicators", *recorded)
    assert len(hit.evidence) == len(recorded)


def test_r3_meets_a_review_that_passed_without_progress_or_two_in_a_row() -> None:
    unchanged, worse = (date(2023, 1, 2), Progress.UNCHANGED), (date(2023, 6, 1), Progress.WORSE)
    passed = date(2023, 9, 1)
    assert hits("no_expected_progress", goal(unchanged, worse))
    assert hits("no_expected_progress", goal(unchanged, review_on=passed))
    assert hits("no_expected_progress", goal(review_on=passed))
    assert not hits("no_expected_progress", goal(unchanged, review_on=date(2023, 10, 1)))
    assert not hits("no_expected_progress", goal(worse, (passed, Progress.BETTER), review_on=passed))


def test_r3_is_unknown_where_nobody_said_when_to_look_at_the_goal() -> None:
    found = findings(goal((date(2023, 6, 1), Progress.UNCHANGED)))
    assert [(each.rule, each.reason) for each in found.unknowns] == [("no_expected_progress", UnknownReason.NOT_STATED)]


def plan_goal(*assessments: tuple[date | None, Progress], **more: object) -> GoalProgress:
    return GoalProgress.model_validate(
        {"id": "plan/1", "of_plan": True, "review_on": None, "assessments": assessments} | more
    )


def test_r3_reviews_the_goals_of_the_plan_where_there_is_one() -> None:
    unchanged = (date(2023, 6, 1), Progress.UNCHANGED)
    of_source, ahead = goal(unchanged), date(2023, 10, 1)
    assert not findings(of_source, plan_goal(unchanged, review_on=ahead)).unknowns
    (hit,) = hits("no_expected_progress", of_source, plan_goal(unchanged, review_on=date(2023, 9, 1)))
    assert (hit.evidence, hit.areas, hit.of_plan) == (("plan/1",), frozenset(), True)
    (unknown,) = findings(of_source, plan_goal(unchanged)).unknowns
    assert unknown.reason is UnknownReason.NO_REVIEW_DAY


def test_o2_meets_a_goal_of_the_plan_that_an_effort_beside_it_states() -> None:
    stated = effort("h", Area.HEALTH, date(2022, 1, 1), goal_key="g")
    (hit,) = hits("same_goal_twice", stated, plan_goal(goal_key="g"))
    assert hit.evidence == ("plan/1", "h")
    assert not hits("same_goal_twice", stated, plan_goal(goal_key="g", effort_ids=frozenset({"h"})))
    assert not hits("same_goal_twice", stated, plan_goal(goal_key="g", is_closed=True))
    assert not hits("same_goal_twice", stated, plan_goal(goal_key="other"))


def test_r4_is_met_by_a_wish_alone() -> None:
    wish = WishStated(id="social/goal/1", area=Area.SOCIAL, stated_on=date(2023, 8, 21))
    assert [hit.rule for hit in findings(wish).hits] == ["citizen_wish"]


def test_r5_asks_for_two_areas_and_no_lead_and_tells_three() -> None:
    since = date(2022, 1, 1)
    efforts = [effort(area, area, since) for area in (Area.SOCIAL, Area.HEALTH, Area.EMPLOYMENT)]
    assert not hits("uncoordinated", efforts[0], NO_LEAD)
    (hit,) = hits("uncoordinated", *efforts, NO_LEAD)
    assert hit.areas == {Area.SOCIAL, Area.HEALTH, Area.EMPLOYMENT}
    assert not hits("uncoordinated", *efforts, CourseState(id="course", has_course=True, has_lead=True))


def test_r6_is_two_in_twelve_months_or_one_while_an_effort_ran() -> None:
    first, second = notification("n1", date(2022, 11, 3)), notification("n2", date(2023, 9, 11))
    (hit,) = hits("repeat_notification", first, second)
    assert hit.evidence == ("n1", "n2")
    assert not hits("repeat_notification", second)
    running = effort("e1", Area.SOCIAL, date(2019, 9, 14))
    (hit,) = hits("repeat_notification", second, running)
    assert hit.values["effort"] == "e1"
    assert not hits("repeat_notification", notification("n0", date(2021, 5, 18)), running)


def test_r7_is_of_the_own_authority_alone() -> None:
    missed = {"assessment": ClockState.OVERDUE}
    assert hits("deadline", notification("n1", date(2023, 9, 8), **missed))
    assert not hits("deadline", notification("n1", date(2023, 9, 8), is_own=False, **missed))


def test_r8_and_the_transitions() -> None:
    soon, later = Birth(id="person", born=date(2005, 12, 24)), Birth(id="person", born=date(2006, 8, 1))
    assert hits("transition", soon)
    assert not hits("transition", later)
    ends = effort("e1", Area.SOCIAL, date(2022, 1, 1), date(2023, 10, 1))
    (hit,) = hits("transition", ends)
    assert hit.values["on"] == "2023-09-30"
    begins, leaves = date(2023, 8, 1), date(2024, 8, 1)
    now = EnrolmentSpan(id="s1", area=Area.SCHOOL, start=begins, end=leaves, grade=9, school_key="a")
    then = now.model_copy(update={"id": "s2", "start": leaves, "end": None, "grade": 10, "school_key": "b"})
    assert {hit.values["transition"] for hit in hits("transition", now, then)} == {"school_leaving", "school_change"}
    move = Move(id="m1", area=Area.EMPLOYMENT, on=date(2023, 9, 1), move=MoveKind.OTHER_AUTHORITY)
    assert hits("transition", move)
    placed = effort("p1", Area.SOCIAL, date(2022, 1, 1), date(2024, 6, 1), is_placement=True)
    assert [hit.values["transition"] for hit in hits("transition", placed)] == ["placement_ends"]


def test_health_spares_while_employment_asks_as_for_maja_in_2023() -> None:
    spared = effort("h1", Area.HEALTH, date(2021, 6, 15), date(2025, 4, 30), demand=Demand.SPARED)
    asking = effort("j1", Area.EMPLOYMENT, date(2022, 2, 1), date(2025, 2, 1), demand=Demand.PARTICIPATION)
    benefit = effort("j0", Area.EMPLOYMENT, date(2004, 3, 1))
    (hit,) = hits("opposite_demands", spared, asking, benefit)
    assert hit.evidence == ("h1", "j1")
    assert hit.values["since"] == "2022-02-01"
    assert not hits("opposite_demands", spared, benefit)


def test_one_goal_in_two_areas_is_told_and_in_one_area_not() -> None:
    since = date(2022, 1, 1)
    first, second = (effort(str(area), area, since, goal_key="k") for area in (Area.SOCIAL, Area.EMPLOYMENT))
    same_area = effort("x", Area.SOCIAL, since, goal_key="k")
    assert len(hits("same_goal_twice", first, second)) == 1
    assert not hits("same_goal_twice", first, same_area)


def test_an_effort_without_successor_is_told_and_one_with_is_not() -> None:
    ends = effort("e1", Area.SOCIAL, date(2022, 1, 1), date(2023, 10, 1))
    next_one = effort("e2", Area.SOCIAL, date(2023, 10, 1), state=EffortState.PLANNED)
    other = effort("e3", Area.HEALTH, date(2023, 10, 1), state=EffortState.PLANNED)
    assert hits("no_successor", ends, other)
    assert not hits("no_successor", ends, next_one)


def test_who_cannot_see_all_efforts_of_the_area_is_told_that_it_is_unknown() -> None:
    ends = effort("e1", Area.SOCIAL, date(2022, 1, 1), date(2023, 10, 1))
    partly = Unknowable(kind=FactKind.EFFORT, area=Area.SOCIAL, reason=UnknownReason.WITHHELD)
    found = findings(ends, unknowable=[partly])
    assert not [hit for hit in found.hits if hit.rule == "no_successor"]
    assert ("no_successor", UnknownReason.WITHHELD) in {(each.rule, each.reason) for each in found.unknowns}


def test_a_rule_does_nothing_before_this_version_of_it_is_approved() -> None:
    def approval(*, is_on: bool = True, version: int = 1, limit: float = 25) -> dict[str, RuleApproval]:
        decided = datetime(2023, 1, 1, tzinfo=UTC)
        values = {
            "rule": "absence_total_local",
            "version": version,
            "is_on": is_on,
            "limit": limit,
        }
        decision = RuleApproval.model_validate(
            {**values, "reason": "Byrådet", "decided_by": "Tine Skov", "decided_at": decided}
        )
        return {"absence_total_local": decision}

    assert active_rules(TODAY, {}) == ()
    assert active_rules(TODAY, approval(is_on=False)) == ()
    assert active_rules(TODAY, approval(version=2)) == ()
    assert [rule.limit for rule in active_rules(TODAY, approval())] == [25]


def test_a_hit_has_the_same_key_while_its_facts_are_the_same() -> None:
    (first,) = hits("absence_unlawful_15", absence(17))
    (again,) = hits("absence_unlawful_15", absence(17), absence(3, key="school/a/2"))
    (corrected,) = hits("absence_unlawful_15", absence(18))
    assert first.key == again.key != corrected.key


DAYS = st.dates(date(2021, 1, 1), date(2024, 12, 31))
AREAS = st.sampled_from(Area)


@st.composite
def efforts(draw: st.DrawFn) -> EffortSpan:
    start, end = draw(st.none() | DAYS), draw(st.none() | DAYS)
    if start and end and end < start:
        start, end = end, start
    return EffortSpan(
        id=f"e{draw(st.integers(0, 6))}",
        area=draw(AREAS),
        start=start,
        end=end,
        state=draw(st.sampled_from(EffortState)),
        demand=draw(st.none() | st.sampled_from(Demand)),
        goal_key=draw(st.sampled_from([None, "k", "l"])),
        is_placement=draw(st.booleans()),
    )


def notifications() -> st.SearchStrategy[NotificationReceived]:
    return st.builds(
        notification,
        st.sampled_from(["n1", "n2", "n3"]),
        DAYS,
        assessment=st.sampled_from(ClockState),
        receipt=st.sampled_from(ClockState),
        is_own=st.booleans(),
    )


def all_facts() -> st.SearchStrategy[list[RuleFact]]:
    absences = st.builds(absence, st.floats(0, 60), st.tuples(st.integers(2022, 2023), st.integers(1, 4)))
    goals = st.builds(
        lambda progress, day: goal(*((day, each) for each in progress), review_on=day),
        st.lists(st.sampled_from(Progress), max_size=3),
        st.none() | DAYS,
    )
    plan_goals = st.builds(
        lambda progress, day, key: plan_goal(*((day, each) for each in progress), review_on=day, goal_key=key),
        st.lists(st.sampled_from(Progress), max_size=3),
        st.none() | DAYS,
        st.sampled_from([None, "g1", "g2"]),
    )
    wishes = st.builds(WishStated, id=st.sampled_from(["w1", "w2"]), area=AREAS, stated_on=st.none() | DAYS)
    appointments = st.builds(
        lambda key, area, hours: Appointment(
            id=key,
            area=area,
            of_plan=area is None,
            day=TODAY,
            starts_at=hours and NOON + timedelta(minutes=15 * hours[0]),
            ends_at=NOON + timedelta(minutes=15 * sum(hours)) if hours and hours[1] else None,
        ),
        st.sampled_from(["a1", "a2", "a3", "a4"]),
        st.none() | AREAS,
        st.none() | st.tuples(st.integers(0, 4), st.integers(0, 4)),
    )
    births = st.builds(Birth, id=st.just("person"), born=st.dates(date(2004, 1, 1), date(2008, 1, 1)))
    return st.lists(
        st.one_of(efforts(), notifications(), absences, goals, plan_goals, wishes, appointments, births),
        max_size=9,
        unique_by=lambda fact: fact.id,
    )


@given(all_facts(), st.sets(AREAS), st.booleans())
@settings(max_examples=150, deadline=None)
def test_less_right_never_shows_more(facts: list[RuleFact], withheld: set[Area], has_lead: bool) -> None:
    course = CourseState(id="course", has_course=has_lead, has_lead=has_lead)
    unknowable = [
        Unknowable(kind=kind, area=area, reason=UnknownReason.WITHHELD)
        for kind, areas in AREAS_OF.items()
        for area in areas & withheld
    ]
    whole = findings(course, *facts)
    less = findings(course, *(fact for fact in facts if fact.area not in withheld), unknowable=unknowable)
    for rule in {hit.rule for hit in less.hits}:
        assert sum(hit.rule == rule for hit in less.hits) <= sum(hit.rule == rule for hit in whole.hits)
    assert not any(hit.areas & withheld for hit in less.hits)


@given(all_facts(), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_the_order_of_the_facts_says_nothing(facts: list[RuleFact], random: object) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert findings(*facts) == findings(*shuffled)


@given(all_facts(), st.sets(AREAS, min_size=1))
@settings(max_examples=80, deadline=None)
def test_what_is_unknown_is_told_as_unknown_and_never_as_no(facts: list[RuleFact], hidden: set[Area]) -> None:
    unknowable = [
        Unknowable(kind=kind, area=area, reason=UnknownReason.NOT_READ)
        for kind, areas in AREAS_OF.items()
        for area in areas & hidden
    ]
    found = findings(*(fact for fact in facts if fact.area not in hidden), unknowable=unknowable)
    for rule in RULES:
        kinds = rule.definition.inputs
        areas = {area for kind in kinds for area in AREAS_OF.get(kind, frozenset())} & hidden
        told = {area for each in found.unknowns if each.rule == rule.definition.id for area in each.areas}
        assert areas <= told
