"""Nobody reads "none" where the answer is another: withheld, not covered, not read, too early; all are named."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from hub.overview.freshness import with_coverage
from hub.web.citizen import texts
from hub.web.citizen.page_data import PageData
from hub.web.citizen.present import family_page, overview_page
from hub.web.citizen.present_efforts import gaps
from hub.web.citizen.present_strengths import strengths
from hub.web.citizen.present_timeline import timeline_page
from hub.web.shell.people import FirstNames
from schemas.facts import ConcernNotificationFact, Fact, GoalFact, GoalKind, Outcome, Progress
from schemas.overview import Entry, Overview, Section, SectionState, SourceTrouble, TroubleKind
from schemas.period import Period
from schemas.record import PartyRole
from schemas.source import Area
from tests.web import maja

WHOLE = maja.page_data()
IDA, EMIL = maja.children()
NONE_FOUND = "Ingen underretninger fundet i de kilder, du kan se."


def with_social(overview: Overview, state: SectionState, *entries: Entry, **more: object) -> Overview:
    sections = tuple(
        Section.model_validate({"area": Area.SOCIAL, "state": state, "entries": entries, **more})
        if section.area is Area.SOCIAL
        else section
        for section in overview.sections
    )
    return overview.model_copy(update={"sections": sections})


def page_of(overview: Overview, *family: Overview) -> PageData:
    return replace(WHOLE, overview=overview, family=family, follow_ups={}, changes=None)


def test_everybody_is_named_on_each_ones_page_in_the_order_of_the_family() -> None:
    for data in (WHOLE, page_of(IDA, EMIL, WHOLE.overview), page_of(EMIL, IDA, WHOLE.overview)):
        page = overview_page(data)
        assert "Politiet om Ida og Emil" in {row.senders[0] for row in (*page.notifications, *page.older)}
        assert any(row.text.startswith("Politiet om Ida og Emil: ") for row in timeline_page(data).rows)
        assert page.drawing is not None
        points = [point.full for lane in page.drawing.lanes for point in lane.points]
        assert "2. apr. 2019: Politiet om Ida og Emil" in points
        cells = [cell for moment in family_page(data).moments for cell in moment.cells if cell]
        police = [cell.who for cell in cells if cell.title == "Underretning fra politiet"]
        assert [set(who.split(", ")) for who in police] == [{"Ida", "Emil"}]


def test_somebody_without_a_column_is_named_beside_the_notification() -> None:
    cells = [cell for moment in family_page(page_of(IDA)).moments for cell in moment.cells if cell]
    assert "Underretning fra politiet om Ida og Emil" in {cell.title for cell in cells}
    unborn = with_social(WHOLE.overview, SectionState.ENTRIES, about((maja.MAJA, None), unborn=True))
    (cell,) = [cell for moment in family_page(page_of(unborn)).moments for cell in moment.cells if cell]
    assert cell.title == "Underretning fra politiet om Majas ufødte barn"


def about(*people: tuple[UUID | None, str | None], unborn: bool = False) -> Entry:
    fact: Fact = maja.NOTIFICATIONS[2].fact.model_copy(update={"about_unborn": unborn})
    party = maja.NOTIFICATIONS[2].parties[0]
    parties = tuple(
        party.model_copy(
            update={"citizen_id": key, "name": name, "role": PartyRole.CONCERNED if at else PartyRole.PRIMARY}
        )
        for at, (key, name) in enumerate(people)
    )
    return maja.NOTIFICATIONS[2].model_copy(update={"fact": fact, "parties": parties})


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        (about((maja.EMIL, None), (maja.IDA, None)), "Ida og Emil"),
        (about((maja.EMIL, None), (UUID(int=77), "Sara Sørensen")), "Emil og Sara"),
        (about((maja.EMIL, None), (UUID(int=77), None)), "Emil og en anden"),
        (about((maja.EMIL, None), (UUID(int=77), None), (UUID(int=78), None)), "Emil og 2 andre"),
        (about((maja.MAJA, None), unborn=True), "Majas ufødte barn"),
        (about((UUID(int=79), "Agnes Holm"), unborn=True), "Agnes' ufødte barn"),
        (about((None, None), unborn=True), "et ufødt barn"),
        (about(), "familien"),
    ],
)
def test_whom_a_notification_is_about(entry: Entry, text: str) -> None:
    names = FirstNames({maja.MAJA: "Maja", maja.IDA: "Ida", maja.EMIL: "Emil"}, own=maja.EMIL)
    assert names.concerned(entry) == text


def test_who_may_not_see_a_siblings_notifications_is_told_so_whether_or_not_there_are_any() -> None:
    others = "Om andre i familien kan du ikke se dem her, og siden siger ikke, om der er nogen."
    sibling = with_social(EMIL, SectionState.WITHHELD)
    for family in ((sibling,), ()):
        line = overview_page(page_of(with_social(IDA, SectionState.NONE_FOUND), *family)).notifications_line
        assert line == ("Ingen underretninger fundet om Ida. " + others if family else NONE_FOUND)
        ida = with_social(IDA, SectionState.ENTRIES, received(13))
        assert (
            f" Du ser kun underretninger om Ida. {others}" in overview_page(page_of(ida, *family)).notifications_line
        ) == bool(family)


def test_who_may_see_none_is_not_told_that_there_are_none() -> None:
    data = page_of(with_social(IDA, SectionState.WITHHELD), with_social(EMIL, SectionState.WITHHELD))
    line = "Underretninger er ikke for dig at se. Siden siger ikke, om der er nogen."
    assert overview_page(data).notifications_line == line
    assert timeline_page(data).notification_gaps == (line,)
    page = family_page(data)
    assert page.notifications_line == line
    assert {column.notifications for column in page.columns} == {"underretninger er ikke for dig at se"}
    assert all("Social og Sundhed (ikke for dig at se)" in (column.not_included or "") for column in page.columns)


def test_what_is_shown_of_some_of_the_family_only_is_told() -> None:
    page = overview_page(page_of(IDA, with_social(EMIL, SectionState.WITHHELD)))
    assert page.withheld_of_some == (
        "Social er ikke for dig at se, når det gælder Emil. Siden siger ikke, om der er oplysninger.",
    )


def test_an_area_without_a_source_is_not_called_withheld() -> None:
    covered = with_coverage(with_social(IDA, SectionState.WITHHELD), {Area.HEALTH}, {}, ())
    said = {gap.area: gap.headline for gap in gaps(page_of(covered), ())}
    assert said[Area.SOCIAL] == said[Area.SCHOOL] == "ikke dækket her"
    assert said[Area.HEALTH] == "ikke for dig at se"
    assert overview_page(page_of(covered)).notifications_line.startswith("Ingen kilde til underretninger")


NOT_YET: tuple[dict[str, object], ...] = ({"is_unread": True}, {"is_loading": True})


@pytest.mark.parametrize("more", [{}, *NOT_YET])
def test_of_what_is_not_read_yet_it_is_not_said_that_there_is_none(more: dict[str, object]) -> None:
    sections = [Section.model_validate({"area": area, "state": SectionState.NONE_FOUND, **more}) for area in Area]
    data = page_of(IDA.model_copy(update={"sections": tuple(sections)}))
    (column,) = family_page(data).columns
    said = (overview_page(data).now_line, column.empty, column.notifications)
    efforts, notifications = (
        (texts.NO_EFFORTS_YET, texts.NONE_NOTIFIED_YET) if more else (texts.NO_EFFORTS, texts.NONE_NOTIFIED)
    )
    assert said == (efforts, efforts, notifications)


@pytest.mark.parametrize("more", [{}, *NOT_YET, {"has_unreadable": True}, {"silent_since": WHOLE.now}])
def test_no_new_notifications_is_said_only_where_the_newest_would_be_here(more: dict[str, object]) -> None:
    ended = maja.PLACED.model_copy(update={"valid": Period(start=date(2020, 8, 1), end=date(2023, 6, 1))})
    lines = overview_page(
        page_of(with_social(WHOLE.overview, SectionState.ENTRIES, ended, received(200), **more))
    ).since_course
    assert lines[0].startswith("1 indsats er afsluttet")
    assert any(line.startswith("Ingen nye underretninger siden") for line in lines) == (not more)


def received(days_ago: int, outcome: Outcome | None = None) -> Entry:
    entry = maja.notification("99", WHOLE.today - timedelta(days=days_ago), [maja.IDA], ("2", "Skolen"), ["3"], outcome)
    fact = entry.fact
    assert isinstance(fact, ConcernNotificationFact)
    assessed = fact.model_copy(update={"assessed_at": fact.received_at + timedelta(hours=2)})
    return entry.model_copy(update={"fact": assessed})


@pytest.mark.parametrize(
    ("notification", "more", "text", "tone"),
    [
        (received(13), {}, "Endnu 13 dage gammel", "plain"),
        (received(1), {}, "Endnu 1 dag gammel", "plain"),
        (received(400), {}, "Socialforvaltningen satte ingen indsats i gang", "plain"),
        (received(400), {"has_unreadable": True}, "Siden kan ikke se, om en indsats fulgte", "plain"),
        (received(400, Outcome.NO_ACTION), {}, "Vurderet: ingen handling", "plain"),
        (received(400, Outcome.TO_RUNNING_CASE), {}, "Indgår i igangværende sag", "plain"),
        (received(400, Outcome.EFFORT), {}, "Førte til en indsats", "followed"),
    ],
)
def test_only_what_is_known_of_what_followed_is_said_and_nothing_in_red(
    notification: Entry, more: dict[str, object], text: str, tone: str
) -> None:
    both = [with_social(one, SectionState.ENTRIES, notification, **more) for one in (IDA, EMIL)]
    (row,) = overview_page(page_of(*both)).notifications
    assert (row.outcome, row.tone) == (text, tone)


def test_where_the_family_is_not_shown_no_effort_is_said_for_whom() -> None:
    ida = with_social(IDA, SectionState.ENTRIES, received(400))
    (row,) = overview_page(page_of(ida, with_social(EMIL, SectionState.WITHHELD))).notifications
    assert row.outcome == "Socialforvaltningen satte ingen indsats i gang for Ida"


@pytest.mark.parametrize(
    ("kind", "since", "text"),
    [
        (TroubleKind.FAILING, True, "kilden kan ikke læses; sidst læst til ende i går kl. 09.00"),
        (TroubleKind.FAILING, False, "kilden kan ikke læses"),
        (TroubleKind.SILENT, True, "kilden har været tavs i 24 timer"),
        (TroubleKind.PAUSED, True, "kilden blev slukket i går kl. 09.00"),
        (
            TroubleKind.HELD,
            True,
            "kilden har sletninger, som ingen har taget stilling til; sidst opdateret helt i går kl. 09.00",
        ),
    ],
)
def test_a_source_in_trouble_is_told_at_its_area_beside_its_efforts(kind: TroubleKind, since: bool, text: str) -> None:
    trouble = SourceTrouble(source="social", kind=kind, since=WHOLE.now - timedelta(days=1) if since else None)
    ida = with_social(IDA, SectionState.ENTRIES, maja.FAMILY_TREATMENT, troubles=(trouble,))
    page = overview_page(page_of(ida))
    assert [row.title for row in page.efforts] == ["Familiebehandling"]
    (gap,) = (gap for gap in page.gaps if gap.area == Area.SOCIAL)
    assert (gap.headline, gap.trouble) == (text, True)


def goal(number: int, progress: Progress, kind: GoalKind = GoalKind.GOAL) -> Entry:
    fact = GoalFact(goal=kind, text=f"Mål {number}", progress=progress, assessed_on=date(2023, 9, 1), stated_by="Anna")
    return maja.entry(str(900 + number), Area.SOCIAL, fact, Period(start=date(2023, 8, 1)), [maja.IDA])


def test_goals_and_strengths_are_shown_at_every_state_as_what_they_are() -> None:
    entries = [goal(at, progress) for at, progress in enumerate(Progress)]
    entries.append(goal(10, Progress.UNCHANGED, GoalKind.SUB_GOAL))
    entries += [goal(20 + at, progress, GoalKind.STRENGTH) for at, progress in enumerate(Progress)]
    shown = strengths(entries, page_of(IDA, EMIL))
    assert [line.text for line in shown.reached] == ["Mål 0"]
    tags = {line.text: line.tag for line in shown.goals}
    assert tags == {
        "Mål 1": "bedre",
        "Mål 2": "uændret",
        "Mål 3": "værre",
        "Mål 4": "ikke vurderet endnu",
        "Mål 10": "delmål · uændret",
    }
    assert [line.tag for line in shown.works] == ["nået", "bedre", "uændret", "værre", ""]
    on_majas_page = strengths(entries, WHOLE)
    assert on_majas_page.goals[0].tag.startswith("om Ida · "), "whose goal it is"


def test_strengths_that_may_be_withheld_are_not_said_to_be_missing() -> None:
    data = page_of(with_social(IDA, SectionState.WITHHELD))
    missing = strengths((), data).missing
    assert missing is not None
    assert missing.startswith("De kilder, du kan se, har ikke noteret")
