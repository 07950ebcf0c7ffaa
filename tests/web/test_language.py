"""Plain Danish: sentences that were stiff or wrong, as they are said now."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hub.web.citizen.page_data import PageData
from hub.web.citizen.present import overview_page
from hub.web.citizen.present_efforts import gaps, person
from hub.web.my_citizens.present import Filters, my_citizens_page
from hub.web.shell.dates import since_text
from schemas.access import Basis, Purpose
from schemas.facts import Outcome
from schemas.overview import Entry
from schemas.people import LifeStatus, Responsible, Unit, Worker
from schemas.period import Period
from schemas.source import Area
from tests.web import maja

WHOLE = maja.page_data()


def with_entries(*entries: Entry, data: PageData = WHOLE) -> PageData:
    sections = (
        section.model_copy(update={"entries": entries if section.area is Area.SOCIAL else ()})
        for section in data.overview.sections
    )
    return replace(data, overview=data.overview.model_copy(update={"sections": tuple(sections)}), family=())


def test_an_override_is_a_reason_and_not_a_function() -> None:
    head = overview_page(replace(WHOLE, decision=WHOLE.decision.model_copy(update={"basis": Basis.OVERRIDE}))).head
    assert f"{head.basis_word} {head.basis}" == "med en særlig grund"
    head = overview_page(WHOLE).head
    assert f"{head.basis_word} {head.basis}" == "som tovholder i forløbet"


def test_a_unit_that_is_also_the_worker_is_named_once() -> None:
    house = Responsible(unit=Unit(id="social:110", name="Familiehuset"), worker=Worker(name="Familiehuset"))
    assert person(house).text == "Familiehuset"


def test_one_notification_is_said_in_the_singular() -> None:
    notification = maja.NOTIFICATIONS[2]
    line = overview_page(replace(with_entries(notification), follow_ups={})).notifications_line
    assert line.startswith(
        "1 underretning, fra politiet i 2019. Socialforvaltningen satte ingen indsats i gang for Maja"
        " inden for et halvt år efter den."
    )
    followed = replace(with_entries(notification), follow_ups={notification.id: (maja.SUPPORT,)})
    assert overview_page(followed).notifications_line.startswith(
        "1 underretning, fra politiet i 2019. Derefter fulgte en indsats."
    )


@pytest.mark.parametrize(("begun", "said"), [(True, "Kilden knytter ingen indsats til den."), (False, "satte ingen")])
def test_that_no_effort_began_is_not_said_where_one_did_though_the_source_decided_otherwise(
    begun: bool, said: str
) -> None:
    notification = maja.notification(
        "99", date(2022, 1, 20), [maja.MAJA], ("2", "Skolen"), ["3"], Outcome.TO_RUNNING_CASE
    )
    valid = Period(start=date(2022, 2, 1) if begun else date(2021, 2, 1))
    effort = maja.SUPPORT.model_copy(update={"valid": valid})
    page = overview_page(replace(with_entries(notification, effort), follow_ups={}))
    assert said in page.notifications_line
    assert [row.outcome for row in page.notifications] == ["Indgår i igangværende sag"]


def test_efforts_for_different_people_are_told_apart_by_name() -> None:
    notification = maja.NOTIFICATIONS[3]
    primary = maja.SUPPORT.parties[0].model_copy(update={"citizen_id": maja.EMIL})
    for_emil = maja.SUPPORT.model_copy(update={"parties": (primary,)})
    data = replace(WHOLE, follow_ups={notification.id: (maja.FAMILY_TREATMENT, for_emil)})
    page = overview_page(data)
    outcomes = [row.outcome for row in (*page.notifications, *page.older)]
    assert any("familiebehandling (Ida) og praktisk pædagogisk støtte i hjemmet (Emil)" in text for text in outcomes)


def test_what_two_titles_have_in_common_is_said_once() -> None:
    notification = maja.NOTIFICATIONS[3]
    fact = maja.FAMILY_TREATMENT.fact.model_copy(update={"title": "Familiebehandling, forældresamtaler"})
    talks = maja.FAMILY_TREATMENT.model_copy(update={"id": "social/effort/99", "fact": fact})
    data = replace(WHOLE, follow_ups={notification.id: (maja.FAMILY_TREATMENT, talks)})
    outcomes = [row.outcome for row in overview_page(data).notifications]
    assert any(text.startswith("Førte til familiebehandling og forældresamtaler, ") for text in outcomes)


@pytest.mark.parametrize("dead", [False, True])
def test_nobody_is_told_to_ask_the_dead_or_where_one_is_on_no_team(dead: bool) -> None:
    life_status = LifeStatus.DEAD if dead else LifeStatus.ALIVE
    data = with_entries()
    header = data.overview.header
    person_fact = header.person.model_copy(update={"life_status": life_status})
    overview = data.overview.model_copy(update={"header": header.model_copy(update={"person": person_fact})})
    seen_from = ((WHOLE.team, Basis.TEAM), (WHOLE.team, Basis.OVERRIDE), (None, Basis.TEAM))
    for team, basis in seen_from:
        decision = data.decision.model_copy(update={"basis": basis})
        page_data = replace(data, overview=overview, team=team, decision=decision)
        missing = overview_page(page_data).strengths.missing
        withheld = [gap.advice for gap in gaps(page_data, ()) if gap.area == Area.HEALTH]
        assert missing is not None
        for text in (missing, *withheld):
            assert ("næste møde" in text) == (team is not None and basis is Basis.TEAM and not dead)


def test_no_family_is_not_counted() -> None:
    assert my_citizens_page((), Filters(), purpose=Purpose.FOLLOW_UP, unit=None, now=maja.NOW).summary == ""


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(minutes=1), "i dag kl. 08.59"),
        (timedelta(hours=3), "i dag kl. 06.00"),
        (timedelta(hours=11), "i går kl. 22.00"),
        (timedelta(days=15), "28. aug."),
        (timedelta(days=400), "8. aug. 2022"),
    ],
)
def test_since_when_is_a_point_in_time(ago: timedelta, text: str) -> None:
    assert since_text(maja.NOW - ago, maja.NOW) == text


def test_a_source_says_when_something_new_came_and_when_it_was_read() -> None:
    fresh = overview_page(WHOLE).sources[0]
    assert fresh.text == "sidste nye oplysning i nat 05.12, læst for 1 minut siden"


ROOT = Path(__file__).resolve().parents[2]
WRONG = (
    "Du ser siden som særlig grund",
    "gået galt siden for",
    "skal vurderes inden i",
    "opfølgning er passeret",
    "0 forløb med 0 borgere",
    "Du har ikke set siden endnu",
    "Siden du så efter",
    "Efter 1 af dem",
    "fra 1 afsender",
    "Lige nu for hver af dem",
    "Hvad kom hvornår",
    "intet at tegne",
    "uenigheder om, hvem nogen er",
    "en dato, der ikke kan passe",
    "Uberettiget opslag",
    "du er på team for",
    "Ydelse: cprnr",
)
"""Sentences that were found wrong or stiff, as far as they are written as they were read."""


@pytest.mark.parametrize("folder", ["hub/web", "docs/brug"])
def test_no_sentence_that_was_found_wrong_is_written_anew(folder: str) -> None:
    files = [path for ending in ("py", "html", "js", "md") for path in (ROOT / folder).rglob(f"*.{ending}")]
    written = {path: path.read_text(encoding="utf-8") for path in files if "vendor" not in path.parts}
    assert [(path.name, words) for path, text in written.items() for words in WRONG if words in text] == []
