"""Søg: which of the hits stand on the page, and what an unknown number reads."""

import re
from typing import Any

import pytest

from hub.web.search.page import SearchResultPage
from hub.web.search.present import SearchForm, search_page
from hub.web.shell.request_context import digests_searched_for
from schemas.search import SearchHit, SearchPage
from schemas.source import Area
from tests.web import maja
from tests.web.conftest import Town

UNKNOWN = "010190-4001"


def shown(form: SearchForm, result: SearchPage) -> SearchResultPage:
    return search_page(form, result, rights={}, sources=(maja.SOCIAL,), unit=None, now=maja.NOW)


@pytest.mark.parametrize(
    ("first", "before", "after", "line"),
    [
        (1, None, "k", "1–20 af 1.045"),
        (21, "k", "k", "21–40 af 1.045"),
        (1, None, None, None),
    ],
)
def test_the_page_says_which_of_the_hits_it_shows(
    first: int, before: str | None, after: str | None, line: str | None
) -> None:
    hit = SearchHit(citizen_id=maja.MAJA, name="Maja", birth_date=None, protected=False, found_by=())
    result = SearchPage(hits=(hit,) * 20, total=1045, first=first, before=before, after=after)
    page = shown(SearchForm("maja"), result)
    assert (page.range, page.before, page.after) == (line, before, after)


def test_an_unknown_number_says_so() -> None:
    page = shown(SearchForm("010190-****", identifier_digests=("ab",)), SearchPage())
    assert page.summary == "Ingen borger fundet med det cpr-nummer"
    assert page.advice[0] == f"Ingen borger med det cpr-nummer i de kilder, der er tilsluttet: {maja.SOCIAL.title}."
    assert not any("stavemåde" in line for line in page.advice)


def test_with_something_chosen_nobody_says_that_the_number_is_unknown() -> None:
    form = SearchForm("010190-****", identifier_digests=("ab",), areas=frozenset({Area.HEALTH}))
    page = shown(form, SearchPage())
    assert page.summary == "Ingen fundet"
    assert "Prøv uden at afgrænse søgningen." in page.advice


def test_an_unknown_number_is_searched_in_the_sources_that_are_there(town: Town) -> None:
    answer = town.client("anna.holm").post("/soeg", text=UNKNOWN).text
    assert "Ingen borger med det cpr-nummer i de kilder, der er tilsluttet" in answer
    assert not re.search(r"010190-?4001", answer)


def test_a_misspelled_name_is_found_and_says_that_it_is_similar(town: Town) -> None:
    answer = town.client("anna.holm").post("/soeg", text="testbroger").text
    assert "navn, der ligner: " in answer
    assert "<mark>Testborger</mark>" in answer


def test_pages_turn_both_ways_in_the_api_and_on_the_page(town: Town) -> None:
    browser = town.client("anna.holm")
    headers = {"X-CSRF-Token": browser.get("/api/mig").json()["csrf"]}

    def ask(**turn: str | None) -> dict[str, Any]:
        answer = browser.http.post("/api/soeg", json={"text": "testborger", "size": 1, **turn}, headers=headers)
        return dict(answer.json()["page"])

    first = ask()
    second = ask(after=first["after"])
    assert (first["first"], second["first"], first["before"]) == (1, 2, None)
    assert ask(before=second["before"])["hits"] == first["hits"]
    shown = browser.post("/soeg", text="testborger", after=first["after"]).text
    assert "2–3 af 3" in shown
    assert 'name="before"' in shown
    assert 'name="after"' not in shown


def test_a_search_that_the_release_before_kept_is_understood() -> None:
    assert digests_searched_for({"identifier_digest": "ab"}) == ("ab",)
    assert digests_searched_for({"identifier_digest": "ab", "identifier_digests": ["ab", "cd"]}) == ("ab", "cd")
    assert digests_searched_for({"identifier_digest": None, "identifier_digests": None}) is None
