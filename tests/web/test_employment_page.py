"""What employment tells on the pages about a citizen, and when somebody is no longer ours."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from hub.overview.builder import build
from hub.web.citizen.page_data import PageData
from hub.web.citizen.present import overview_page
from hub.web.citizen.present_timeline import timeline_page
from hub.web.citizen.texts import NOT_OURS_KEPT
from schemas.codes import Coded
from schemas.facts import (
    AuthorityFact,
    ContactFact,
    ContactState,
    DeadlineFact,
    EffortFact,
    EffortStatus,
    Fact,
    JobAbsenceFact,
    TargetGroupFact,
)
from schemas.overview import Section, SectionState
from schemas.period import Period
from schemas.source import Area
from tests.factories import MAJA, make_effort, make_record
from tests.hub.test_overview_builder import citizen, link
from tests.web import maja

MENTOR = EffortFact(title="Mentorstøtte", status=EffortStatus.ACTIVE)
GROUP = TargetGroupFact(target_group=Coded(code_list="lab_target_groups", code="lab6.8"))
ILL = JobAbsenceFact(absence=Coded(code_list="job_absence_kinds", code="11"))
INTERVIEW = ContactFact(title="Jobsamtale", state=ContactState.PLANNED)
OPEN = Period(start=date(2023, 5, 1))


def page_data(facts: Sequence[tuple[Fact, Period]]) -> PageData:
    """The Maja family with these of Maja's employment."""
    data = maja.page_data(health=True)
    entries = tuple(
        maja.entry(f"{900 + number}", Area.EMPLOYMENT, fact, valid, [maja.MAJA])
        for number, (fact, valid) in enumerate(facts)
    )
    section = Section(area=Area.EMPLOYMENT, state=SectionState.ENTRIES, entries=entries)
    others = tuple(each for each in data.overview.sections if each.area is not Area.EMPLOYMENT)
    return replace(data, overview=data.overview.model_copy(update={"sections": (*others, section)}))


def day(on: date) -> Period:
    return Period(start=on, end=date.fromordinal(on.toordinal() + 1))


def test_the_first_effort_says_target_group_and_next_interview() -> None:
    data = page_data([(MENTOR, OPEN), (MENTOR, OPEN), (GROUP, OPEN), (INTERVIEW, day(date(2023, 9, 18)))])
    rows = [row for row in overview_page(data).efforts if row.area is Area.EMPLOYMENT]
    assert [row.remark for row in rows] == [
        "Målgruppe: personer i ressourceforløb · Næste samtale: 18. sep. 2023",
        None,
    ]


@pytest.mark.parametrize(
    ("fact", "valid", "row"),
    [
        (GROUP, OPEN, ("Målgruppe: personer i ressourceforløb", "siden 1. maj 2023")),
        (ILL, OPEN, ("Fravær: sygdom", "siden 1. maj 2023")),
        (DeadlineFact(title="Næste samtale"), day(date(2023, 9, 20)), ("Frist: næste samtale", "senest 20. sep. 2023")),
        (
            DeadlineFact(title="Næste samtale"),
            day(date(2023, 9, 1)),
            ("Frist: næste samtale", "var 1. sep. 2023; kilden siger ikke, om den blev overholdt"),
        ),
        (
            AuthorityFact(),
            OPEN,
            (
                "Ikke længere vores borger",
                f"oplyst 1. maj 2023. {NOT_OURS_KEPT}",
            ),
        ),
    ],
)
def test_what_holds_now_stands_among_cases_and_plans_and_on_the_timeline(
    fact: Fact, valid: Period, row: tuple[str, str]
) -> None:
    data = page_data([(fact, valid)])
    assert row in [(each.title, each.text) for each in overview_page(data).standing]
    assert row in [(each.text, each.outcome) for each in timeline_page(data).rows]


def test_a_deadline_that_was_met_or_is_long_past_stands_on_the_timeline_alone() -> None:
    met = DeadlineFact(title="Mødt", is_met=True)
    data = page_data([(met, day(date(2023, 9, 20))), (DeadlineFact(title="Gammel"), day(date(2022, 1, 1)))])
    assert not [row for row in overview_page(data).standing if row.title.startswith("Frist")]
    assert len([row for row in timeline_page(data).rows if row.text.startswith("Frist")]) == 2


def test_efforts_of_somebody_who_is_no_longer_ours_say_so() -> None:
    rows = overview_page(page_data([(MENTOR, OPEN), (AuthorityFact(), OPEN)])).efforts
    assert [row.status for row in rows if row.area is Area.EMPLOYMENT] == ["ikke længere vores"]


@pytest.mark.parametrize(
    ("effort_at", "is_ours"),
    [
        (datetime(2023, 1, 1, tzinfo=UTC), False),
        (datetime(2023, 3, 1, tzinfo=UTC), False),
        (datetime(2023, 6, 1, tzinfo=UTC), True),
    ],
    ids=["before", "read in the same moment", "after"],
)
def test_somebody_is_ours_again_once_the_source_tells_something_newer(effort_at: datetime, is_ours: bool) -> None:
    said_at = datetime(2023, 3, 1, tzinfo=UTC)
    records = [
        make_record(fact=make_effort("Praktik"), source_id="9", registered_at=effort_at),
        make_record(fact=AuthorityFact(), source_id="2", registered_at=said_at),
        make_record(fact=AuthorityFact(), source_id="3", registered_at=said_at),
    ]
    overview = build(citizen(MAJA), [link(record) for record in records], areas={"social": Area.SOCIAL})
    kinds = [entry.fact.kind for entry in overview.entries()]
    assert sorted(kinds) == (["effort"] if is_ours else ["authority", "effort"])
