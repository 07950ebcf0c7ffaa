"""The index is down: every page still answers, and says what is missing."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from hub.app import create_app
from search.postgres import PostgresIndex
from tests.web import maja
from tests.web.conftest import NUMBERS, Town
from tests.web.serving import Browser, browsing, serving

NOTICE = "Siden er hentet direkte fra databasen"
LIMITED = "Søgningen svarer ikke lige nu"


@pytest.fixture
def anna(town: Town) -> Iterator[Browser]:
    """Anna in a Helhed whose index nobody answers for."""
    nobody = PostgresIndex("postgresql://127.0.0.1:1/nobody", answer_within=0.2)
    with ExitStack() as stack:
        stack.callback(nobody.close)
        address = stack.enter_context(serving(create_app(replace(town.context, index=nobody))))
        yield stack.enter_context(browsing(address, "anna.holm"))


def test_pages_come_from_the_store_with_a_notice(town: Town, anna: Browser) -> None:
    well = town.client("anna.holm")
    for side in ("overblik", "familien", "tidslinje"):
        page = anna.get(f"/{side}/{town.ids[maja.MAJA]}")
        assert page.status_code == 200
        assert NOTICE in page.text
        assert NOTICE not in well.get(f"/{side}/{town.ids[maja.MAJA]}").text
    assert "Familiebehandling" in anna.get(f"/overblik/{town.ids[maja.MAJA]}").text
    assert NOTICE not in anna.get("/mine-borgere").text, "it reads no index"


def test_own_citizens_are_found_by_name_and_anybody_by_the_whole_number(town: Town, anna: Browser) -> None:
    own = anna.post("/soeg", text="maja test")
    assert own.status_code == 200
    assert LIMITED in own.text
    assert f"/overblik/{town.ids[maja.MAJA]}" in own.text
    assert f"/overblik/{town.ids[maja.IDA]}" not in own.text
    by_number = anna.post("/soeg", text=NUMBERS[maja.IDA])
    assert f"/overblik/{town.ids[maja.IDA]}" in by_number.text
    assert LIMITED in anna.post("/soeg", text="findes ikke").text


def test_what_only_the_index_can_answer_is_refused_plainly(anna: Browser) -> None:
    page = anna.post("/soeg", text="", own_unit="true")
    assert page.status_code == 503
    assert "Søgningen" in page.text
