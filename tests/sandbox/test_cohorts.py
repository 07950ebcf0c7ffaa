"""The named people are as the two golden cases tell them, on every day one may stand on."""

from datetime import UTC, date, datetime

import pytest

from deploy.sandbox.fagsystemer.odata_rows import CASE_OFFSET, rows
from deploy.sandbox.municipality.cases import MAJAS_WORDS, SPARE
from deploy.sandbox.municipality.generate import cohorts, generate
from deploy.sandbox.municipality.staff import cpr_of, staff
from deploy.sandbox.municipality.truth import Effort, Municipality, Notification, Person

FAMILY = "Testborger"


def at(day: date) -> Municipality:
    return generate(0, 7, day)


def person(truth: Municipality, given: str, family: str = FAMILY) -> Person:
    return next(person for person in truth.people if (person.given, person.family) == (given, family))


def notifications(truth: Municipality) -> list[Notification]:
    ids = {person.id for person in truth.people if person.family == FAMILY}
    return sorted(
        (notification for notification in truth.notifications if notification.person in ids),
        key=lambda one: one.received,
    )


def efforts(truth: Municipality, given: str, family: str = FAMILY) -> list[Effort]:
    of = person(truth, given, family).id
    return [effort for effort in truth.efforts if effort.person == of]


def test_seven_notifications_by_six_senders_until_2022() -> None:
    result = notifications(at(date(2022, 12, 31)))
    assert len(result) == 7
    assert [one.notifier_title for one in result] == [
        "Kontrolgruppen", "PPR", "Politiet", "Skolen", "Skolen", "Egen læge", "Jobcentret",
    ]  # fmt: skip
    assert len({one.notifier_title for one in result}) == 6


def test_only_the_schools_two_notifications_of_one_day_led_to_efforts() -> None:
    truth = at(date(2022, 12, 31))
    followed = [notification for notification in notifications(truth) if notification.efforts]
    assert [one.received.date() for one in followed] == [date(2019, 8, 27)] * 2
    assert len({one.person for one in followed}) == 2
    started = {effort.id: effort for effort in truth.efforts}
    assert [started[key].title for one in followed for key in one.efforts] == [
        "Familiebehandling", "Familiebehandling, forældresamtaler", "Praktisk og pædagogisk støtte i hjemmet",
    ]  # fmt: skip


def test_the_eighth_waits_for_its_assessment_on_the_day_of_the_demo() -> None:
    eighth = notifications(at(date(2023, 9, 12)))[-1]
    assert eighth.received == datetime(2023, 9, 11, 12, 10, tzinfo=UTC)
    assert (eighth.assessed, eighth.outcome) == (None, None)
    next_day = notifications(at(date(2023, 9, 13)))[-1]
    assert next_day.assessed == datetime(2023, 9, 12, 10, 30, tzinfo=UTC)


def test_the_receiving_unit_has_an_open_case_until_it_is_decided_what_follows() -> None:
    def status(day: date) -> str:
        truth = at(day)
        return str(rows(truth).cases[CASE_OFFSET + person(truth, "Ida").id]["status"]["titel"])

    days = (date(2015, 3, 18), date(2015, 3, 24), date(2015, 3, 25), date(2019, 4, 3), date(2019, 4, 11))
    assert [status(day) for day in days] == ["Aktiv", "Aktiv", "Hvilende", "Aktiv", "Hvilende"]


def test_standing_in_2018_one_sees_two_notifications_and_no_effort_for_the_children() -> None:
    truth = at(date(2018, 6, 1))
    assert len(notifications(truth)) == 2
    assert efforts(truth, "Ida") == efforts(truth, "Emil") == []


def test_the_family_on_the_day_of_the_demo() -> None:
    truth = at(date(2023, 9, 12))
    ongoing = {effort.title: effort for effort in efforts(truth, "Ida") if effort.end is None}
    treatment = ongoing["Familiebehandling"]
    assert (treatment.worker, treatment.unit, treatment.next_follow_up) == (
        "Lene Friis",
        "social:110",
        date(2023, 10, 18),
    )
    assert treatment.purpose == "faste rutiner hjemme, roligere morgener"
    placement = next(effort for effort in efforts(truth, "Ida") if "netværk" in effort.title)
    assert (placement.start, placement.end) == (date(2020, 3, 1), date(2020, 11, 1))
    assert SPARE in {effort.recommendation for effort in efforts(truth, "Maja")}
    assert MAJAS_WORDS in {goal.text for goal in truth.goals}


def test_no_follow_up_is_agreed_on_years_ahead() -> None:
    for year in range(2019, 2025):
        truth = at(date(year, 12, 31))
        named = [effort for effort in truth.efforts if effort.next_follow_up and effort.end is None]
        assert named
        assert {
            (effort.title, effort.next_follow_up)
            for effort in named
            if effort.next_follow_up and not -182 <= (effort.next_follow_up - truth.today).days < 182
        } == set()


def test_in_2025_the_efforts_have_ended_and_the_goals_are_reached() -> None:
    truth = at(date(2025, 5, 20))
    for given in ("Maja", "Emil"):
        assert all(effort.end is not None for effort in efforts(truth, given)), given
    reached = [goal for goal in truth.goals if goal.assessments and goal.assessments[-1][1] == "reached"]
    assert len(reached) >= 4


@pytest.mark.parametrize(
    ("day", "given", "running"),
    [
        (date(2004, 12, 31), "Maja", {"Kontanthjælp"}),
        (date(2018, 12, 31), "Maja", {"Kontanthjælp"}),
        (date(2019, 12, 31), "Maja", {"Kontanthjælp", "Praktisk og pædagogisk støtte i hjemmet",
                                      "Familiebehandling, forældresamtaler"}),
        (date(2020, 6, 1), "Ida", {"Familiebehandling", "Anbringelse i netværksplejefamilie"}),
        (date(2021, 6, 1), "Ida", {"Familiebehandling"}),
        (date(2024, 6, 1), "Ida", {"Familiebehandling", "Praktik i børnehave",
                                   "Behovskontakt med skolesundhedsplejen"}),
        (date(2025, 5, 20), "Maja", set()),
    ],
)  # fmt: skip
def test_each_year_has_the_efforts_of_its_chapter(day: date, given: str, running: set[str]) -> None:
    assert {effort.title for effort in efforts(at(day), given) if effort.end is None} == running


@pytest.mark.parametrize(("year", "born"), [(2008, set[str]()), (2010, {"Ida"}), (2013, {"Ida", "Emil"})])
def test_the_children_are_born_and_the_marriage_ends(year: int, born: set[str]) -> None:
    truth = at(date(year, 12, 31))
    assert {person.given for person in truth.people if person.family == FAMILY} == {"Maja", *born}
    maja = person(truth, "Maja").id
    (partner,) = [each for each in truth.relations if each.person == maja and each.kind == "partner"]
    assert partner.end is None
    later = at(date(2014, 12, 31))
    (ended,) = [each for each in later.relations if each.person == maja and each.kind == "partner"]
    assert ended.end == date(2014, 6, 1)


@pytest.mark.parametrize(
    ("day", "given", "group"),
    [(date(2015, 9, 1), "Ida", "0A"), (date(2023, 9, 12), "Ida", "8A"), (date(2023, 9, 12), "Emil", "5B"),
     (date(2025, 5, 20), "Ida", "9A")],
)  # fmt: skip
def test_each_school_year_has_the_class_of_its_chapter(day: date, given: str, group: str) -> None:
    truth = at(day)
    of = person(truth, given).id
    assert [each.group for each in truth.enrolments if each.person == of][-1] == group


def unlawful(day: date, given: str, family: str, quarter: tuple[int, int]) -> float:
    """Share of the quarter's school days."""
    truth = at(day)
    of = person(truth, given, family).id
    days = [each for each in truth.absences if (each.person, (each.year, each.quarter)) == (of, quarter)]
    return sum(each.days for each in days) / days[0].school_days if days else 0.0


def test_absence_is_massive_in_2023_falls_with_the_agreement_and_is_gone_in_2025() -> None:
    quarters = ((2024, 1), (2024, 2), (2024, 3), (2024, 4), (2025, 1))
    falling = [unlawful(date(2025, 5, 20), "Ida", FAMILY, quarter) for quarter in quarters]
    assert falling[0] > 0.25
    assert max(falling[1:]) < 0.15
    assert falling[-2] > falling[-1] == 0
    assert unlawful(date(2023, 9, 12), "Ida", FAMILY, (2023, 2)) > 0.25
    assert unlawful(date(2023, 9, 12), "Emil", FAMILY, (2023, 1)) > 0.15
    assert unlawful(date(2025, 5, 20), "Ida", FAMILY, (2025, 1)) == 0


def test_marias_brother_is_away_when_the_school_worries_and_less_later() -> None:
    when_notified = unlawful(date(2022, 6, 1), "Mikkel", "Testborg", (2022, 1))
    assert when_notified > 0.15
    assert unlawful(date(2024, 6, 1), "Mikkel", "Testborg", (2024, 1)) < when_notified / 3


def test_marias_home_becomes_a_caravan_with_support_around_it() -> None:
    before = {effort.title for effort in efforts(at(date(2023, 9, 12)), "Maria", "Testborg") if effort.end is None}
    after = {effort.paragraph for effort in efforts(at(date(2024, 6, 1)), "Maria", "Testborg") if effort.end is None}
    assert "Midlertidigt botilbud" in before
    assert {"Serviceloven § 85", "Serviceloven § 101"} <= after
    assert "Serviceloven § 107" not in after


def test_the_rare_people_are_there() -> None:
    truth = at(date(2023, 9, 12))
    assert person(truth, "Sofie", "Lindholm").protected_in == {"health"}
    assert person(truth, "Åge", "Dæhnfeldt").died_on
    assert person(truth, "Tove", "Iversen").moved_out_on
    assert sum(person.given == "Anna-Maria" for person in truth.people) == 2
    assert any(notification.unborn for notification in truth.notifications)
    assert person(truth, "Amina", "Rahimi").earlier_number
    assert not person(at(date(2023, 1, 1)), "Amina", "Rahimi").cpr.isdigit()


def test_the_staff_and_their_courses() -> None:
    staff_list = staff()
    story = cohorts()
    known = {person.cpr for person in story.people}
    names = {employee.id for employee in staff_list.employees}
    maja = staff_list.courses[0]
    assert maja.cprs[0] == cpr_of(story, "Maja", FAMILY)
    assert {consent.area.value for consent in maja.consents} == {"social", "employment", "school", "health"}
    assert next(one for one in maja.team if one.employee == "karim.nielsen").reason == "progressionen udeblev"
    assert all(
        set(course.cprs) <= known and {one.employee for one in course.team} <= names for course in staff_list.courses
    )
    assert sum(len(course.cprs) for course in staff_list.courses if course.team[0].employee == "anna.holm") >= 6
    assert len(staff_list.look_ups) == 3
