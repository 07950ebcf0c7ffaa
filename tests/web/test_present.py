"""What the pages say of the Maja family, and what each gap says."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from hub.overview.efforts import EffortState, effort_state, efforts_of
from hub.rules.deadlines import assessment_due
from hub.web.citizen.page_data import PageData
from hub.web.citizen.present import family_page, overview_page
from hub.web.citizen.present_drawing import drawing
from hub.web.citizen.present_efforts import effort_rows, gaps, listed_efforts, now_line, source_line
from hub.web.citizen.present_notifications import deadline_text
from hub.web.citizen.present_timeline import timeline_page
from schemas.facts import EnrolmentFact, NoAccessFact
from schemas.overview import DisagreeingValue, Disagreement, Section, SectionState
from schemas.people import Unit
from schemas.period import Period, Registration
from schemas.source import Area
from tests.web import maja


def test_the_count_names_senders_years_and_what_followed() -> None:
    said = overview_page(maja.page_data()).notifications_line
    assert said == ("8 underretninger fra 6 afsendere siden 2015. Efter 2 af dem fulgte en indsats.")


def test_two_notifications_of_one_day_and_sender_are_one_row() -> None:
    page = overview_page(maja.page_data())
    row = next(row for row in page.notifications if len(row.senders) > 1)
    assert row.senders == ("Skolen om Ida", "skolen om Emil")
    assert (row.tone, row.outcome) == (
        "followed",
        "Førte til familiebehandling og praktisk pædagogisk støtte i hjemmet, 14. sep. 2019",
    )


def test_what_did_not_follow_is_said() -> None:
    page = overview_page(maja.page_data())
    said = {row.senders[0]: (row.outcome, row.tone) for row in (*page.notifications, *page.older)}
    assert said["Egen læge om Ida og Emil"] == ("Socialforvaltningen satte ingen indsats i gang", "plain")
    assert said["Jobcentret om Ida og Emil"] == ("Indgår i igangværende sag", "plain")
    assert said["Skolen om Emil"] == ("Vurdering mangler: fristen på 24 timer udløber i dag kl. 14.10", "missing")


def test_a_deadline_that_has_passed_says_when() -> None:
    received = maja.NOW - timedelta(hours=30)
    assert (
        deadline_text(assessment_due(received), maja.NOW) == "Vurdering mangler: fristen på 24 timer udløb i nat 03.00"
    )


def test_the_four_gaps_are_four_different_sentences() -> None:
    states = {
        Area.EMPLOYMENT: Section(area=Area.EMPLOYMENT, state=SectionState.NOT_COVERED),
        Area.SCHOOL: Section(area=Area.SCHOOL, state=SectionState.NONE_FOUND),
        Area.SOCIAL: Section(
            area=Area.SOCIAL, state=SectionState.NONE_FOUND, silent_since=maja.NOW - timedelta(days=3)
        ),
        Area.HEALTH: Section(area=Area.HEALTH, state=SectionState.WITHHELD),
    }
    whole = maja.page_data()
    emptied = replace(whole, overview=whole.overview.model_copy(update={"sections": tuple(states.values())}), family=())
    said = gaps(emptied, ())
    assert len({(gap.headline, gap.advice) for gap in said}) == len(Area)
    assert [gap.headline for gap in said if gap.trouble] == ["kilden har været tavs i 3 dage"]
    assert all(gap.advice for gap in said)


def test_a_source_that_was_never_read_to_its_end_is_not_said_to_have_nothing() -> None:
    whole = maja.page_data()
    sections = [
        Section(area=Area.EMPLOYMENT, state=SectionState.NOT_COVERED, is_unread=True),
        Section(area=Area.SCHOOL, state=SectionState.NONE_FOUND, is_unread=True),
        Section(area=Area.SOCIAL, state=SectionState.ENTRIES, is_unread=True, silent_since=maja.NOW),
        Section(area=Area.HEALTH, state=SectionState.WITHHELD, is_unread=True),
    ]
    first = replace(whole, overview=whole.overview.model_copy(update={"sections": tuple(sections)}), family=())
    said = {gap.area: gap.headline for gap in gaps(first, efforts_of([maja.SUPPORT]))}
    assert said[Area.SCHOOL] == said[Area.SOCIAL] == "kilden er ikke læst til ende endnu", "also beside what came"
    assert said[Area.EMPLOYMENT] == "ikke dækket her"
    assert said[Area.HEALTH] == "ikke for dig at se"


def test_a_source_that_does_not_let_us_read_the_citizen_is_not_said_to_have_nothing() -> None:
    whole = maja.page_data()
    told = maja.entry("17", Area.SOCIAL, NoAccessFact(), Period(), (maja.MAJA,))
    section = Section(area=Area.SOCIAL, state=SectionState.ENTRIES, entries=(told,))
    page = replace(whole, overview=whole.overview.model_copy(update={"sections": (section,)}), family=())
    assert [gap.headline for gap in gaps(page, ())] == [
        "Social (DUBU) kender borgeren, men giver ikke Helhed adgang til at læse"
    ]
    assert overview_page(page).efforts == ()


def test_a_withheld_area_says_nothing_of_what_there_is() -> None:
    page = overview_page(maja.page_data())
    assert not [row for row in page.efforts if row.area == Area.HEALTH]
    assert "Sundhed" in {gap.area_name for gap in page.gaps}
    assert page.recommendations == ()


def test_a_recommendation_stands_by_its_effort_and_is_worth_talking_about() -> None:
    page = overview_page(maja.page_data(health=True))
    assert [row.recommendation for row in page.efforts if row.recommendation]
    assert page.recommendations == (("Skånes for spørgsmål om hverdag og familie.", "Anbefaling fra Sundhed (Nexus)"),)


def test_the_same_entry_on_three_overviews_is_one_row() -> None:
    page = overview_page(maja.page_data())
    assert [row.title for row in page.efforts].count("Familiebehandling") == 1


def test_protection_is_said_and_the_address_left_out() -> None:
    head = overview_page(maja.page_data(protected=True)).head
    assert head.protected is not None
    assert "den anden forælder" in head.protected
    assert head.address is None


def test_a_disagreement_shows_both() -> None:
    whole = maja.page_data()
    said = tuple(
        DisagreeingValue(value=value, provenance=maja.provenance(source, "Person", "1"))
        for source, value in (("social", "1986-07-15"), ("health", "1986-07-16"))
    )
    clash = Disagreement(field="birth_date", values=said)
    page = overview_page(replace(whole, overview=whole.overview.model_copy(update={"disagreements": (clash,)})))
    assert page.disagreements[0].startswith(
        "Kilderne er ikke enige om fødselsdatoen: Social (DUBU) siger «15. jul. 1986»"
    )


def test_drawing_and_table_tell_the_same() -> None:
    page = timeline_page(maja.page_data())
    assert page.drawing is not None
    drawn = sum(len(lane.bars) + len(lane.points) for lane in page.drawing.lanes)
    assert drawn == len(page.rows) == 12
    for lane in page.drawing.lanes:
        for bar in lane.bars:
            assert 0 <= bar.left <= bar.left + bar.width <= 100.7


def test_bars_of_one_time_do_not_cover_each_other() -> None:
    drawing = timeline_page(maja.page_data()).drawing
    assert drawing is not None
    for lane in drawing.lanes:
        placed = sorted((bar.row, bar.left, bar.left + bar.width) for bar in lane.bars)
        for (row, _, end), (next_row, start, _) in pairwise(placed):
            assert row != next_row or end <= start


def test_the_family_page_has_everybody_once_and_says_who_is_left_out() -> None:
    whole = maja.page_data()
    page = family_page(replace(whole, family=whole.family[:1]))
    assert [column.name for column in page.columns] == ["Maja Testborger", "Ida Testborger"]
    assert page.not_shown is not None
    assert page.not_shown.startswith("Emil vises ikke her, for ")


@pytest.mark.parametrize("day", [date(2014, 1, 1), date(2020, 9, 1), date(2023, 9, 12)])
def test_now_is_the_pages_day(day: date) -> None:
    whole: PageData = maja.page_data()
    for entry, effort in listed_efforts(whole.overview.entries(), day):
        is_planned = effort_state(entry, effort, day) is EffortState.PLANNED
        assert is_planned or entry.valid.contains(day)


def test_an_effort_that_is_about_to_begin_is_listed_and_called_planned() -> None:
    whole = maja.page_data()
    tomorrow = Period(start=whole.today + timedelta(days=1))
    soon = maja.SUPPORT.model_copy(update={"valid": tomorrow})
    (row,) = effort_rows(listed_efforts([soon], whole.today), whole)
    assert row.status == "planlagt"


def test_a_pupil_of_whom_nothing_else_is_known_has_a_lane_for_the_class() -> None:
    school = Unit(id="school:500", name="Skovlunde Skole")
    fact = EnrolmentFact(school=school, group="2A", grade="2", school_year="2022/23")
    year = Period(start=date(2022, 8, 1), end=date(2023, 8, 1))
    enrolled = maja.entry("9", Area.SCHOOL, fact, year, [maja.MAJA])
    drawn = drawing([enrolled], maja.page_data())
    assert drawn is not None
    assert [lane.name for lane in drawn.lanes] == ["Klasse"]


def test_a_source_that_says_no_time_is_not_said_to_have_registered_it_when_it_was_read() -> None:
    untold = maja.FAMILY_TREATMENT.provenance.model_copy(
        update={"registration": Registration(registered_from=maja.FAMILY_TREATMENT.provenance.observed_at)}
    )
    effort = maja.FAMILY_TREATMENT.model_copy(update={"provenance": untold})
    page = maja.page_data()
    assert source_line(maja.FAMILY_TREATMENT, page).registered is not None
    assert source_line(effort, page).registered is None
    assert now_line(efforts_of([effort]), page) == "1 igangværende indsats i 1 område."
