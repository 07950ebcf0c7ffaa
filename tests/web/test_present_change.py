"""What a page says of change: what came in the family, what a course moved, who knew what on an earlier day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hub.overview.changes import Change, ChangeKind
from hub.web.citizen.page_data import Changes
from hub.web.citizen.present import family_page, overview_page
from hub.web.citizen.present_efforts import source_line
from hub.web.citizen.present_notifications import notifications_of
from hub.web.citizen.present_timeline import timeline_page
from hub.web.shell.dates import within
from hub.web.shell.paragraphs import cited
from schemas.facts import EffortFact, GoalFact, GoalKind, LegalBasis
from tests.web import maja

WHOLE = maja.page_data()


def test_a_notification_about_a_child_is_told_on_the_mothers_page_and_first() -> None:
    entry, _ = notifications_of([one for person in WHOLE.family for one in person.entries()])[0]
    goal = next(
        one
        for person in WHOLE.people
        for one in person.entries()
        if isinstance(one.fact, GoalFact) and one.fact.goal is GoalKind.STRENGTH
    )
    news = tuple(Change(kind=ChangeKind.NEW, entry=one) for one in (goal, entry))
    since = Changes(maja.NOW - timedelta(days=14), news)
    said = overview_page(replace(WHOLE, changes=since)).changes
    assert said[0] == "Ny underretning fra skolen om Emil, i går 14.10"
    assert said[1].startswith("Ny styrke: ")


@pytest.mark.parametrize(
    ("link", "demo", "shown"),
    [
        ("https://dubu.example/sag/1", False, True),
        ("http://127.0.0.1:8080/sag/1", True, True),
        ("http://127.0.0.1:8080/sag/1", False, False),
        ("http://dubu.example/sag/1", True, False),
        ("http://127.0.0.1.example/sag/1", True, False),
        (None, True, False),
    ],
)
def test_a_link_is_https_or_the_demos_own(link: str | None, demo: bool, shown: bool) -> None:
    entry = next(one for person in WHOLE.people for one in person.entries() if isinstance(one.fact, EffortFact))
    linked = entry.model_copy(update={"provenance": entry.provenance.model_copy(update={"link": link})})
    assert (source_line(linked, replace(WHOLE, demo=demo)).link is not None) is shown


def test_a_paragraph_is_cited_by_its_laws_name_and_what_it_is_about() -> None:
    basis = LegalBasis(law="serviceloven", section="§ 52, stk. 3, nr. 3")
    said = cited(basis, date(2019, 9, 14))
    assert said.startswith("servicelovens § 52, stk. 3, nr. 3 (familiebehandling")


@pytest.mark.parametrize(("said", "inside"), [("Skolen", "skolen"), ("PPR", "PPR"), ("", "")])
def test_an_abbreviation_keeps_its_capitals(said: str, inside: str) -> None:
    assert within(said) == inside


def test_an_earlier_day_says_so_and_shows_no_address_of_today() -> None:
    head = timeline_page(replace(WHOLE, as_known=date(2019, 9, 1), team=None)).head
    assert head.earlier_day is not None
    assert head.earlier_day.startswith("Du står den 1. september 2019")
    assert (head.address, head.lead, head.team) == (None, None, None)


def test_the_familys_table_has_every_column_in_every_row() -> None:
    page = family_page(WHOLE)
    assert page.moments
    for moment in page.moments:
        assert sum(cell.span if cell else 1 for cell in moment.cells) == len(page.columns)
    assert any(cell and cell.span > 1 for moment in page.moments for cell in moment.cells)


def test_nothing_is_said_to_have_moved_while_nothing_has() -> None:
    assert overview_page(replace(WHOLE, team=None)).since_course == ()
