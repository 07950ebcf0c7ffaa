"""Mine borgere: whose clock it is, what is coming, and what nobody can call new. Pure."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from hub.course.views import MyCitizen
from hub.overview.changes import Change, ChangeKind
from hub.rules.transitions import birthday
from hub.web.my_citizens.families import Family, FamilyMember
from hub.web.my_citizens.page import MyCitizensPage
from hub.web.my_citizens.present import Filters, my_citizens_page
from hub.web.my_citizens.present_deadlines import Reader
from schemas.access import Purpose
from schemas.codes import Coded
from schemas.course import TeamFunction
from schemas.facts import ConcernNotificationFact, EffortStatus, EnrolmentFact, Outcome, PlanFact
from schemas.overview import Entry, Overview, Section, SourceTrouble, TroubleKind
from schemas.people import LifeStatus, Responsible, Unit
from schemas.period import Period
from schemas.source import Area
from tests.web import maja

TODAY = date(2023, 9, 12)
LOOKED = maja.NOW - timedelta(days=3)


def page(
    *families: Family, area: Area | None = Area.SOCIAL, unit_id: str = "social:100", wanted: Filters | None = None
) -> MyCitizensPage:
    return my_citizens_page(
        families,
        wanted or Filters(),
        purpose=Purpose.FOLLOW_UP,
        unit=None,
        now=maja.NOW,
        reader=Reader(area, unit_id),
        sources={"social": maja.SOCIAL},
    )


def member(key: UUID, *entries: Entry, born: date | None = None, changes: tuple[Change, ...] = ()) -> FamilyMember:
    citizen = MyCitizen(
        citizen_id=key,
        name=maja.NAMES[key],
        birth_date=born,
        protected=False,
        course_id=UUID(int=77),
        course_title="Maja",
        function=TeamFunction.MEMBER,
        since=TODAY,
    )
    whole: Overview = maja.page_data().overview
    section: Section = next(each for each in whole.sections if each.area is Area.SOCIAL)
    sections = (section.model_copy(update={"entries": entries}),)
    person = whole.header.person.model_copy(update={"birth_date": born})
    header = whole.header.model_copy(update={"person": person})
    overview = whole.model_copy(update={"citizen_id": key, "sections": sections, "header": header})
    return FamilyMember(citizen, overview, changes)


def upcoming(family: Family) -> list[str]:
    return [line.text for line in page(family).families[0].upcoming]


def notification(number: str, about: UUID, received_at: datetime, **facts: object) -> Entry:
    entry = maja.notification(number, received_at.date(), [about], ("2", "Skolen"), [], None)
    assert isinstance(entry.fact, ConcernNotificationFact)
    return entry.model_copy(update={"fact": entry.fact.model_copy(update={"received_at": received_at, **facts})})


def effort(title: str, start: date, end: date | None, area: Area = Area.SOCIAL, **more: object) -> Entry:
    status = EffortStatus.PLANNED if start > TODAY else EffortStatus.ACTIVE
    return maja.entry(title, area, maja.effort(title, status, **more), Period(start=start, end=end), [maja.IDA])


def test_the_24_hours_are_told_to_those_who_own_them_and_others_read_who_does() -> None:
    family = Family((member(maja.IDA, notification("1", maja.IDA, maja.NOW - timedelta(hours=17))),), LOOKED)
    own, other = page(family), page(family, area=Area.SCHOOL)
    assert own.deadline_line.startswith("24 timer: 1 udløber i dag kl. 16.00")
    assert own.deadlines[0].when == "skal vurderes senest i dag kl. 16.00"
    assert own.deadlines_of_others == ()
    assert (other.deadline_line, other.deadlines) == ("", ())
    assert [row.when for row in other.deadlines_of_others] == [
        "Børne- og Ungeforvaltningen vurderer den senest i dag kl. 16.00"
    ]


def test_a_named_unit_owns_the_clock_and_the_rest_of_its_area_reads_which() -> None:
    named = Responsible(unit=Unit(id="social:100", name="Familieafdelingen"))
    entry = notification("1", maja.IDA, maja.NOW - timedelta(hours=17), responsible=named)
    family = Family((member(maja.IDA, entry),), LOOKED)
    assert next(row.when for row in page(family).deadlines) == "skal vurderes senest i dag kl. 16.00"
    other = page(family, unit_id="social:110")
    assert other.deadlines == ()
    assert [row.when for row in other.deadlines_of_others] == ["Familieafdelingen vurderer den senest i dag kl. 16.00"]


def test_a_notification_on_each_of_two_siblings_is_one_row_with_both() -> None:
    received = maja.NOW - timedelta(hours=17)
    family = Family(
        (
            member(maja.IDA, notification("1", maja.IDA, received)),
            member(maja.EMIL, notification("2", maja.EMIL, received)),
        ),
        LOOKED,
    )
    texts = [row.text for row in page(family).deadlines if "vurderes" in row.when]
    assert len(texts) == 1
    assert texts[0].startswith("Underretning fra skolen om Ida og Emil, modtaget ")


@pytest.mark.parametrize(
    ("days", "facts", "when"),
    [
        (1, {}, "kvittering skal sendes senest den 19. september"),
        (20, {}, "ingen kvittering er registreret; den skulle være sendt senest den 31. august"),
        (20, {"receipt_sent_on": date(2023, 8, 25)}, None),
        (200, {}, None),
    ],
)
def test_the_receipt_is_told_until_it_is_sent(days: int, facts: dict[str, object], when: str | None) -> None:
    done = {"assessed_at": maja.NOW - timedelta(days=days), **facts}
    entry = notification("1", maja.IDA, maja.NOW - timedelta(days=days), **done)
    shown = page(Family((member(maja.IDA, entry),), LOOKED))
    assert [row.when for row in shown.deadlines] == ([when] if when else [])
    assert shown.deadline_line.startswith("1 kvittering " if when else "")
    others = page(Family((member(maja.IDA, entry),), LOOKED), area=Area.EMPLOYMENT)
    assert (others.deadlines, others.deadlines_of_others) == ((), ())


def test_the_owner_reads_whom_nobody_is_known_to_have_told_what_followed() -> None:
    done: dict[str, object] = {"assessed_at": maja.NOW - timedelta(days=9), "receipt_sent_on": date(2023, 9, 5)}
    done |= {"outcome": Outcome.NO_ACTION, "outcome_on": date(2023, 9, 8)}
    received = maja.NOW - timedelta(days=10)
    entry = notification("1", maja.IDA, received, **done)
    shown = page(Family((member(maja.IDA, entry),), LOOKED))
    assert [row.when for row in shown.deadlines] == ["om skolen er orienteret om udfaldet, er ikke oplyst"]
    assert shown.deadline_line == "Om 1 afsender er orienteret, er ikke oplyst"
    assert not shown.is_urgent
    told = notification("1", maja.IDA, received, **done, notifier_informed_on=date(2023, 9, 11))
    assert page(Family((member(maja.IDA, told),), LOOKED)).deadlines == ()


def test_nothing_new_is_said_only_of_what_was_looked_at() -> None:
    seen, unseen = Family((member(maja.IDA),), LOOKED), Family((member(maja.EMIL),), None)
    assert "Intet nyt, siden du sidst så efter." in page(seen).summary
    assert "Intet nyt" not in page(unseen).summary
    assert "Du har ikke åbnet det før." in page(unseen).summary
    mixed = page(seen, unseen)
    assert "Intet nyt i dem, du har åbnet før. 1 forløb har du ikke åbnet før." in mixed.summary
    assert [row.people[0].name for row in mixed.families] == [maja.NAMES[maja.EMIL], maja.NAMES[maja.IDA]]
    only = page(seen, unseen, wanted=Filters(unopened_only=True))
    assert [row.since for row in only.families] == ["Du har ikke åbnet siden før"]
    assert "Ikke åbnet før (1)" in [each.text for each in only.filters]


def test_a_notification_of_a_child_counts_for_the_row_of_the_parents() -> None:
    news = Change(kind=ChangeKind.NEW, entry=notification("1", maja.IDA, maja.NOW - timedelta(hours=2)))
    family = Family((member(maja.MAJA), member(maja.IDA, changes=(news,))), LOOKED)
    shown = page(family)
    assert "Nyt i 1 forløb." in shown.summary
    assert shown.families[0].changes[0].startswith("Ny underretning fra skolen om Ida")


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([], True),
        ([("Mentor", date(2023, 10, 10), None, Area.SOCIAL)], False),
        ([("Mentor", date(2023, 10, 10), None, Area.HEALTH)], True),
        ([("Mentor", date(2020, 1, 1), None, Area.SOCIAL)], True),
        ([("Mentor", date(2024, 1, 1), None, Area.SOCIAL)], True),
    ],
)
def test_an_effort_that_ends_without_another_is_told(
    others: list[tuple[str, date, date | None, Area]], expected: bool
) -> None:
    ending = effort("Støttekontaktperson", date(2023, 1, 1), date(2023, 10, 1))
    family = Family((member(maja.IDA, ending, *(effort(*other) for other in others)),), LOOKED)
    told = (
        "Støttekontaktperson for Ida slutter den 30. september,"
        " og der er ikke registreret en ny indsats inden for socialområdet"
    )
    lines = upcoming(family)
    assert [line.split(", og ")[0] for line in lines] == ([told.split(", og ", maxsplit=1)[0]] if expected else [])


@pytest.mark.parametrize("end", [date(2023, 9, 12), date(2023, 12, 1), None])
def test_an_effort_that_ended_or_ends_late_is_not_told(end: date | None) -> None:
    family = Family((member(maja.IDA, effort("Mentor", date(2023, 1, 1), end)),), LOOKED)
    assert upcoming(family) == []


@pytest.mark.parametrize(
    ("born", "line"),
    [
        (date(2006, 3, 3), "Emil fylder 18 den 3. marts 2024, om 5 måneder"),
        (date(2005, 9, 13), "Emil fylder 18 den 13. september, i morgen"),
        (date(2005, 9, 12), None),
        (date(2006, 9, 13), None),
        (None, None),
    ],
)
def test_who_turns_18_within_a_year_is_told(born: date | None, line: str | None) -> None:
    family = Family((member(maja.EMIL, born=born),), LOOKED)
    assert upcoming(family) == ([line] if line else [])


def test_what_must_be_planned_for_a_transition_stands_with_it_by_whom_and_by_which_law() -> None:
    (line,) = page(Family((member(maja.EMIL, born=date(2006, 3, 3)),), LOOKED)).families[0].upcoming
    assert any("samtykke fra den unge selv" in words for words in line.plan)
    assert line.by.startswith("Børneområdet sammen med voksenområdet")
    assert "overgangen til voksenlivet" in line.source
    assert line.on_paper == "Emil fylder 18 den 3. marts 2024"


def test_a_pupil_of_the_ninth_class_leaves_school_and_another_school_follows() -> None:
    def enrolled(number: str, school: str, grade: str, start: int) -> Entry:
        fact = EnrolmentFact(school=Unit(id=school, name=f"{school} Skole"), grade=grade, school_year=str(start))
        return maja.entry(
            number, Area.SCHOOL, fact, Period(start=date(start, 8, 1), end=date(start + 1, 8, 1)), [maja.IDA]
        )

    family = Family((member(maja.IDA, enrolled("1", "Egelund", "9", 2023), enrolled("2", "Skov", "10", 2024)),), LOOKED)
    assert upcoming(family) == [
        "Ida slutter 9. klasse den 31. juli 2024, om 10 måneder",
        "Ida skifter skole til Skov Skole den 1. august 2024, om 10 måneder",
    ]


def test_the_latest_of_a_family_that_was_never_opened_says_what_it_is() -> None:
    since = page(Family((member(maja.MAJA, maja.WISH),), None)).families[0].since
    assert since.startswith(f"Du har ikke åbnet siden før. Senest: borgerens ord ”{maja.WISH_TEXT}” (Maja), ")


@pytest.mark.parametrize("more", [{}, {"is_loading": True}, {"is_unread": True}, {"kle": ("32.18",)}])
def test_that_no_effort_runs_is_said_only_where_all_is_read_and_for_the_reader(more: dict[str, object]) -> None:
    one = member(maja.IDA)
    assert one.overview is not None
    sections = tuple(section.model_copy(update=more) for section in one.overview.sections)
    family = Family((FamilyMember(one.citizen, one.overview.model_copy(update={"sections": sections})),), LOOKED)
    text = "ingen indsats i gang, som du kan se" if more else "ingen indsats i gang"
    assert page(family).families[0].follow_up == text


def test_nobody_who_died_is_said_to_turn_18() -> None:
    emil = member(maja.EMIL, born=date(2006, 3, 3))
    assert emil.overview is not None
    header = emil.overview.header
    dead = header.model_copy(update={"person": header.person.model_copy(update={"life_status": LifeStatus.DEAD})})
    gone = replace(emil, overview=emil.overview.model_copy(update={"header": dead}))
    assert upcoming(Family((gone,), LOOKED)) == []


def test_who_was_born_on_a_leap_day_turns_18_on_the_first_of_march() -> None:
    assert birthday(date(2008, 2, 29), 2026) == date(2026, 3, 1)


def test_a_source_in_trouble_is_told_once_for_all_my_citizens() -> None:
    trouble = SourceTrouble(source="social", kind=TroubleKind.FAILING, since=maja.NOW - timedelta(days=3))

    def with_trouble(key: UUID) -> Family:
        listed = member(key)
        assert listed.overview is not None
        (section,) = listed.overview.sections
        read = section.model_copy(update={"is_unread": False, "is_loading": True, "troubles": (trouble,)})
        overview = listed.overview.model_copy(update={"sections": (read,)})
        return Family((replace(listed, overview=overview),), LOOKED)

    lacks = "Der kan være nyt, som ikke er med. Ring til den ansvarlige, hvis det haster."
    assert page(with_trouble(maja.IDA), with_trouble(maja.EMIL)).source_lines == (
        f"{maja.SOCIAL.title} kan ikke læses; sidst læst til ende 9. sep. {lacks}",
        f"{maja.SOCIAL.title} er ved at blive indlæst. {lacks}",
    )
    assert page(Family((member(maja.IDA),), LOOKED)).source_lines == ()


def test_a_plan_whose_follow_up_has_passed_is_no_calm() -> None:
    running = PlanFact(
        title="Barnets plan",
        status=Coded(code_list="plan_status", code="active"),
        next_follow_up_on=date(2020, 5, 5),
    )
    plan = maja.entry("71", Area.SOCIAL, running, Period(start=date(2019, 5, 5)), [maja.IDA])
    over = plan.model_copy(update={"valid": Period(start=date(2019, 5, 5), end=date(2021, 1, 1))})
    assert "1 opfølgning er overskredet." in page(Family((member(maja.IDA, plan),), LOOKED)).summary
    assert "Ingen opfølgning er overskredet." in page(Family((member(maja.IDA, over),), LOOKED)).summary
