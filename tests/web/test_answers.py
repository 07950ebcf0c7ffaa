"""Answers about citizens are counted as they leave, and each has its line; one that has none is seen."""

import logging
from threading import Event

import pytest

from hub.audit import answer_repository
from hub.audit.answers import AnswerCounter, GivenAnswer
from hub.web.middlewares.answer_count import comparison
from tests.web import maja
from tests.web.conftest import Town
from tests.web.my_pages import own_browsing

PAGES = ("/overblik/{}", "/familien/{}", "/tidslinje/{}", "/punkter/{}", "/samtykker/{}", "/plan/{}/papir")
TWINS = ("/api/overblik/{}", "/api/familien/{}", "/api/tidslinje/{}", "/api/punkter/{}", "/api/samtykker/{}")


def counts(town: Town, answers: int) -> tuple[int, int]:
    """Answers of today, and those without a line; an answer is counted once it has been sent, so wait for it."""
    counter: AnswerCounter = town.app.state.answers
    for _ in range(500):
        comparison(town.context, counter)()
        with town.context.database.transaction() as session:
            days = answer_repository.list_days(session, 1)
        if days and days[0].answers >= answers:
            break
        Event().wait(0.02)
    return (days[0].answers, days[0].without_line) if days else (0, 0)


def test_every_answer_about_a_citizen_has_its_line(town: Town) -> None:
    anna, citizen = town.client("anna.holm"), town.ids[maja.MAJA]
    answered = [anna.get(path.format(citizen)).status_code for path in (*PAGES, *TWINS)]
    assert answered.count(200) >= len(PAGES)
    assert counts(town, answered.count(200)) == (answered.count(200), 0)
    assert town.client("ole.bruun").get(f"/api/overblik/{citizen}").status_code == 403
    assert counts(town, answered.count(200)) == (answered.count(200), 0), "what is refused is no answer"


def test_what_citizens_see_on_their_own_page_is_counted_too_and_has_its_line(town: Town) -> None:
    paths = ("/min-side", "/min-side/opslag", "/min-side/aftaler", "/min-side/samtykke?hvad=course")
    with own_browsing(town.address, town.ids[maja.MAJA]) as maja_herself:
        before, missing = counts(town, 1)
        assert missing == 0
        answered = [maja_herself.get(path).status_code for path in paths]
        given = before + answered.count(200)
        assert answered.count(200) >= 3
        assert counts(town, given) == (given, 0)
    with own_browsing(town.address) as nobody:
        assert nobody.get().status_code == 200
    assert counts(town, given) == (given, 0), "the page on which one logs in is about nobody"


def test_an_answer_without_a_line_is_seen_and_alarmed(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    town.app.state.answers.add(GivenAnswer("nobody-wrote-this", town.clock.now()))
    with caplog.at_level(logging.ERROR, logger="hub.web"):
        assert counts(town, 1) == (1, 1)
    assert "audit.answer_without_line" in caplog.text
    page = town.client("jens.dam").get("/tilsyn/loggen").text
    assert "1 svar om borgere er givet uden en linje i loggen" in page
