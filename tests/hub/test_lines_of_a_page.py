"""What is a line of a page: a request and the plan it led to are one, and goals are shown in words."""

from dataclasses import replace
from datetime import date, timedelta

from hub.clock import FixedClock
from hub.overview.changes import ChangeKind, changes
from hub.web.shell.changes import change_text
from hub.web.shell.people import FirstNames
from schemas.codes import Coded
from schemas.facts import EffortFact, EffortStatus, GoalFact, GoalKind, PlanFact
from schemas.people import LifeStatus, PersonFact
from schemas.period import Period
from tests.hub.test_overview_builder import START, about, made

DAY = date(2023, 9, 12)
NOBODY = FirstNames({})


def plan(status: EffortStatus = EffortStatus.ACTIVE) -> EffortFact:
    return EffortFact(title="Genoptræning", status=status, requests=("ServiceRequest/r-1",))


def test_a_request_and_the_plan_it_led_to_are_one_effort() -> None:
    asked = EffortFact(title="Genoptræning, henvisning", status=EffortStatus.PLANNED)
    request = about(asked, record_type="ServiceRequest", source_id="r-1", source="health")
    carried_out = about(plan(), day=1, record_type="CarePlan", source_id="c-1", source="health")
    elsewhere = about(asked, record_type="ServiceRequest", source_id="r-1")
    alone, both = made([request]), made([request, carried_out, elsewhere])
    assert [entry.id for entry in alone.entries()] == ["health/ServiceRequest/r-1"]
    assert {entry.id for entry in both.entries()} == {"health/CarePlan/c-1", "social/ServiceRequest/r-1"}
    told = changes(alone, made([request, carried_out]), DAY)
    assert [(change.kind, change.entry.id) for change in told] == [(ChangeKind.NEW, "health/CarePlan/c-1")]


def test_a_cancelled_plan_leaves_its_request() -> None:
    request = about(plan().model_copy(update={"requests": ()}), record_type="ServiceRequest", source_id="r-1")
    cancelled = about(plan(EffortStatus.CANCELLED), record_type="CarePlan", source_id="c-1")
    assert len(made([request, cancelled]).entries()) == 2


def test_a_plan_that_has_ended_is_told_as_ended_and_runs_on_the_days_before() -> None:
    running = PlanFact(title="Barnets plan", status=Coded(code_list="plan_status", code="active"))
    ended = running.model_copy(update={"status": Coded(code_list="plan_status", code="completed")})
    over = Period(start=date(2019, 1, 2), end=date(2019, 1, 8))
    record = about(ended, day=6, source_id="p", valid=over, first_registered_at=START)
    then = made([record], START + timedelta(days=2))
    (entry,) = then.entries()
    assert (entry.fact, entry.valid.end) == (running, None)
    (change,) = changes(then, made([record]), DAY)
    assert change.kind is ChangeKind.ENDED


def test_a_later_death_is_not_known_on_the_days_before() -> None:
    fact = PersonFact(given_name="Maja", life_status=LifeStatus.DEAD, died_on=date(2019, 2, 1))
    record = about(fact, record_type="Sag.person")
    assert made([record], START + timedelta(days=2)).header.person.life_status is None
    assert made([record]).header.person.life_status is LifeStatus.DEAD


def test_words_that_a_source_took_back_are_told_as_no_longer_told(clock: FixedClock) -> None:
    said = GoalFact(goal=GoalKind.CITIZEN_WISH, text="Mere søvn")
    wordless = said.model_copy(update={"text": None})
    before = about(said, record_type="Goal", source_id="g-1")
    after = about(wordless, day=2, record_type="Goal", source_id="g-1")
    replaced = replace(before, registered_to=after.record.registered_at)
    (change,) = changes(made([before]), made([replaced, after]), DAY)
    assert (
        change_text(change, NOBODY, clock.now()) == "Ikke længere oplyst af kilden: ordlyd · borgerens ord ”Mere søvn”"
    )
    never = about(wordless, record_type="Goal", source_id="g-2")
    assert made([never]).entries() == ()
