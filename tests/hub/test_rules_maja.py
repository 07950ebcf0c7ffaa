"""The Maja family at several dates: what the rules point at with what was there then, and what the course changes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hub.overview.point_in_time import fact_as_begun, fact_as_known
from hub.rules.evaluation import evaluate
from hub.rules.extraction import extract_facts
from hub.rules.facts import CourseState, RuleFacts
from hub.rules.findings import Findings
from hub.rules.register import ActiveRule, definitions_on
from schemas.facts import EffortFact
from schemas.overview import Entry, Overview
from schemas.source import Area
from tests.web import maja

COURSE_FROM = date(2023, 3, 12)
IDA, EMIL = maja.children()


def known(overview: Overview, moment: datetime) -> Overview:
    """The overview with what had begun by then, without what happened later."""

    def as_then(entry: Entry) -> Entry:
        fact = fact_as_known(entry.fact, moment)
        is_over = entry.valid.end is not None and entry.valid.end <= moment.date()
        fact = fact_as_begun(fact) if isinstance(fact, EffortFact) and not is_over else fact
        return entry.model_copy(update={"fact": fact})

    sections = tuple(
        section.model_copy(
            update={
                "entries": tuple(
                    as_then(entry)
                    for entry in section.entries
                    if entry.valid.start is None or entry.valid.start <= moment.date()
                )
            }
        )
        for section in overview.sections
    )
    return overview.model_copy(update={"sections": sections})


def found(person: Overview, day: date, own_area: Area | None = Area.SOCIAL) -> Findings:
    """What all rules say on the evening of the day."""
    now = datetime(day.year, day.month, day.day, 18, tzinfo=UTC)
    has_course = day >= COURSE_FROM
    course = CourseState(id="course", has_course=has_course, has_lead=has_course)
    facts: RuleFacts = extract_facts(known(person, now), course, now, own_area=own_area, own_unit="social:100")
    rules = [ActiveRule(definition=each, limit=each.limit) for each in definitions_on(day)]
    return evaluate(rules, facts)


@pytest.mark.parametrize(
    ("day", "person", "rules"),
    [
        (date(2015, 3, 12), IDA, set()),
        (date(2015, 10, 5), EMIL, {"repeat_notification"}),
        (date(2019, 4, 2), IDA, set()),
        (date(2019, 8, 27), IDA, {"repeat_notification"}),
        (date(2021, 2, 20), IDA, {"no_successor", "transition"}),
        (date(2021, 5, 18), IDA, {"repeat_notification", "no_successor"}),
        (date(2022, 11, 3), EMIL, {"repeat_notification"}),
        (date(2023, 9, 11), EMIL, {"repeat_notification"}),
    ],
)
def test_what_is_pointed_at_as_each_notification_came(day: date, person: Overview, rules: set[str]) -> None:
    # The receipts are in no record of these years; of the social area's own they are missed deadlines.
    assert {hit.rule for hit in found(person, day).hits} - {"deadline"} == rules


def test_a_notification_that_came_while_help_ran_names_the_help() -> None:
    (hit,) = [hit for hit in found(IDA, date(2022, 11, 3)).hits if hit.rule == "repeat_notification"]
    assert hit.values["number"] == 1
    assert maja.FAMILY_TREATMENT.id in hit.evidence


def test_efforts_of_two_areas_without_a_lead_are_told_until_the_course_begins() -> None:
    whole = maja.maja(health=True)
    before = [hit for hit in found(whole, date(2023, 3, 11)).hits if hit.rule == "uncoordinated"]
    assert [hit.areas for hit in before] == [{Area.SOCIAL, Area.HEALTH}]
    assert not [hit for hit in found(whole, COURSE_FROM).hits if hit.rule == "uncoordinated"]


def test_who_does_not_see_health_reads_that_it_is_unknown() -> None:
    unknown = [each for each in found(maja.maja(), date(2023, 3, 11)).unknowns if each.rule == "uncoordinated"]
    assert any(Area.HEALTH in each.areas for each in unknown)
    assert not [hit for hit in found(maja.maja(), date(2023, 3, 11)).hits if hit.rule == "uncoordinated"]


def test_the_missed_assessment_is_told_to_those_who_own_it_after_24_hours() -> None:
    day = date(2023, 9, 11)
    assert not [hit for hit in found(EMIL, day).hits if hit.values.get("clock") == "assessment"]
    late = day + timedelta(days=1)
    assert [hit.values["clock"] for hit in found(EMIL, late).hits if hit.rule == "deadline"] == ["assessment"]
    assert not [hit for hit in found(EMIL, late, Area.SCHOOL).hits if hit.rule == "deadline"]
