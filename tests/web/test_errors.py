"""Every error is a Danish page with what to do and a reference number; for the API a problem with the same key."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub.app import create_app
from hub.bus.postgres import PostgresBus
from hub.context import AppContext
from hub.db import Database, with_driver
from hub.embedded import start
from hub.migrations import migrate
from tests.web import maja
from tests.web.conftest import Town
from tests.web.serving import browsing, serving


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/findes-ikke", 404, "Siden findes ikke"),
        ("/overblik/ikke-en-noegle", 404, "Adressen kan ikke læses"),
        ("/overblik/00000000-0000-4000-8000-000000000000", 404, "Borgeren findes ikke her"),
        ("/kilder", 403, "Siden er ikke for din rolle"),
        ("/mine-borgere?side=0", 404, "Adressen kan ikke læses"),
    ],
)
def test_the_page_and_the_problem_say_the_same(town: Town, address: str, status: int, words: str) -> None:
    browser = town.client("anna.holm")
    page = browser.get(address)
    assert page.status_code == status
    assert words in page.text
    assert page.headers["x-request-id"] in page.text
    assert "Mine borgere" in page.text, "the way on is kept"
    if "side=" in address:
        return
    problem = browser.get(f"/api{address}")
    assert (problem.status_code, problem.headers["content-type"]) == (status, "application/problem+json")
    assert problem.json()["title"] == words
    assert problem.json()["instance"] == f"urn:uuid:{problem.headers['x-request-id']}"


def test_a_refused_citizen_is_a_problem_with_the_decision(town: Town) -> None:
    answer = town.client("ole.bruun").get(f"/api/overblik/{town.ids[maja.MAJA]}")
    assert answer.status_code == 403
    problem = answer.json()
    assert problem["type"] == "urn:helhed:access_refused"
    assert problem["decision"]["allowed"] is False
    assert "Maja" not in answer.text


def test_the_description_of_the_api_is_for_those_who_are_logged_in(town: Town) -> None:
    assert town.client().get("/api/openapi.json").status_code == 401
    described = town.client("anna.holm").get("/api/openapi.json").json()
    known = described["components"]["schemas"]
    assert "Problem" in known
    for address, methods in described["paths"].items():
        for method in methods.values():
            assert method["summary"], address
            assert "403" in method["responses"], address
            (success,) = [answer for code, answer in method["responses"].items() if code.startswith("2")]
            is_empty = "204" in method["responses"]
            assert is_empty or all(form["schema"] for form in success["content"].values()), address


def test_without_its_database_the_hub_shows_nothing_and_says_so(context: AppContext, tmp_path: Path) -> None:
    folder = tmp_path / "short-lived"
    folder.mkdir(mode=0o755)
    tmp_path.chmod(0o755)
    server = start(folder)
    url = with_driver(server.get_uri())
    migrate(url)
    database = Database(url)
    app = create_app(replace(context, database=database, bus=PostgresBus(url)))
    with serving(app) as address, browsing(address) as browser:
        assert browser.get("/log-ind").status_code == 200
        server.cleanup()
        page = browser.get("/log-ind")
    database.close()
    assert page.status_code == 503
    assert "Databasen svarer ikke" in page.text
    assert "Vi viser ingenting hellere end noget forkert" in page.text
