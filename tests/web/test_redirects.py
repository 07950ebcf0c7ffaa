"""Every POST redirects, so that reload and the back button repeat nothing; what was typed stands in no address."""

import json
import re

import pytest
from sqlalchemy import text

from hub.audit.repository import list_entries
from hub.web.search.present import SearchForm
from hub.web.search.stored_search import PageTurn, store, stored, without_national_number
from hub.web.shell.request_context import SEARCH_KEY
from schemas.access import AuditAction
from schemas.source import Area
from tests.conftest import DIGEST_KEY
from tests.web import maja
from tests.web.conftest import HOSTILE, NUMBERS, Town
from tests.web.serving import without_keys


def actions(town: Town) -> list[AuditAction]:
    with town.context.database.transaction() as session:
        return [line.entry.action for line in list_entries(session)]


def stored_sessions(town: Town) -> str:
    """All that the rows of the sessions hold."""
    with town.context.database.transaction() as session:
        return " ".join(map(str, session.execute(text("SELECT * FROM login_sessions"))))


@pytest.mark.parametrize(
    ("actor_id", "address", "fields"),
    [
        ("anna.holm", "/soeg", {"text": "maja"}),
        ("anna.holm", "/soeg", {"text": "750786-4002"}),
        ("anna.holm", "/soeg", {"text": ""}),
        ("anna.holm", "/formaal", {"purpose": "team_meeting"}),
        ("anna.holm", "/overblik/{maja}/vis", {"reason": "Skal skrives på en ansøgning"}),
        ("anna.holm", "/overblik/{maja}/vis", {"reason": "kort"}),
        ("ole.bruun", "/overblik/{maja}/grund", {"purpose": "case_work", "reason": "kort"}),
        ("ole.bruun", "/overblik/{maja}/grund", {"purpose": "case_work", "reason": "Henvendelse i nat"}),
        ("tine.skov", "/kilder/social/sluk", {"reason": "Ny version i aften"}),
        ("tine.skov", "/kilder/social/taend", {}),
        ("jens.dam", "/tilsyn", {}),
        ("jens.dam", "/tilsyn", {"citizen": "750786-4002", "only": "opened"}),
        ("jens.dam", "/tilsyn", {"citizen": "010160-0000"}),
        ("jens.dam", "/tilsyn", {"employee": "750786-4002"}),
        ("jens.dam", "/tilsyn", {"employee": "anna.holm", "after": "7"}),
        ("jens.dam", "/log-ud", {}),
    ],
)
def test_every_post_redirects_to_an_address_that_can_be_loaded_again(
    town: Town, actor_id: str, address: str, fields: dict[str, str]
) -> None:
    browser = town.client(actor_id)
    data = {"csrf": browser.token(), **fields}
    answer = browser.http.post(address.format(maja=town.ids[maja.MAJA]), data=data, follow_redirects=False)
    assert answer.status_code == 303
    place = answer.headers["location"]
    assert not re.search(r"\d{6}-?\d{4}", re.sub(r"[0-9a-f-]{36}", "", place))
    assert "maja" not in place
    for _ in range(2):
        assert browser.http.get(place).status_code == (403 if "/grund" in place else 200)


def test_a_search_can_be_gone_back_to_and_its_number_is_neither_in_the_cookie_nor_in_the_store(town: Town) -> None:
    browser = town.client("anna.holm")
    result = browser.post("/soeg", text=NUMBERS[maja.MAJA])
    assert result.url.path == "/soeg/resultat"
    assert "Maja Testborger" in result.text
    assert 'value="750786-••••"' in result.text
    browser.get(f"/overblik/{town.ids[maja.MAJA]}")
    assert "Maja Testborger" in browser.get("/soeg/resultat").text
    assert re.fullmatch(r"[\w-]{43}", browser.http.cookies["helhed"])
    assert "4002" not in without_keys(stored_sessions(town))
    narrowed = browser.post("/soeg", text="750786-••••", area="social")
    assert "Maja Testborger" in narrowed.text
    assert actions(town).count(AuditAction.SEARCH) >= 3
    assert "Hvem leder du efter?" in browser.get("/soeg").text, "the search begins anew"


def test_a_result_without_a_search_is_the_empty_search(town: Town) -> None:
    assert town.client("anna.holm").get("/soeg/resultat").url.path == "/soeg"
    assert town.client("tine.skov").get("/soeg/resultat").status_code == 403


def test_a_long_search_has_an_address_like_any_other(town: Town) -> None:
    answer = town.client("anna.holm").post("/soeg", text="🙂" * 200)
    assert (answer.status_code, answer.url.path) == (200, "/soeg/resultat")


def test_what_is_hidden_is_shown_once_for_each_reason(town: Town) -> None:
    browser = town.client("anna.holm")
    address = f"/overblik/{town.ids[maja.MAJA]}/vis"
    assert "750786-4002" in browser.post(address, reason="Skal skrives på en ansøgning").text
    again = browser.get(address)
    assert again.url.path == f"/overblik/{town.ids[maja.MAJA]}"
    assert "4002" not in without_keys(again.text)
    assert actions(town).count(AuditAction.REVEAL) == 1


def test_a_reason_that_is_too_short_is_asked_for_again_and_opens_nothing(town: Town) -> None:
    browser = town.client("ole.bruun")
    address = f"/overblik/{town.ids[HOSTILE]}/grund"
    short = browser.post(address, purpose="case_work", reason="fordi", side="familien")
    assert short.status_code == 403
    assert "mindst 10 tegn" in short.text
    assert ">fordi</textarea>" in short.text
    assert AuditAction.OPEN_OVERVIEW not in actions(town)
    assert "mindst 10 tegn" in browser.get(str(short.url)).text, "loaded again"
    opened = browser.post(address, purpose="case_work", reason="Henvendelse i nat", side="familien")
    assert (opened.status_code, opened.url.path) == (200, f"/familien/{town.ids[HOSTILE]}")


def test_lines_of_the_log_have_an_address_and_a_number_in_it_finds_nobody(town: Town) -> None:
    browser = town.client("jens.dam")
    shown = browser.post("/tilsyn", citizen=NUMBERS[maja.MAJA])
    assert str(shown.url).endswith(f"/tilsyn?borger={town.ids[maja.MAJA]}")
    assert "Alle handlinger om Maja Testborger" in browser.get(str(shown.url)).text
    assert "Ingen borger har det nummer" in browser.get(f"/tilsyn?borger={NUMBERS[maja.MAJA]}").text


def test_a_stored_search_is_read_as_it_was() -> None:
    session: dict[str, object] = {}
    form = SearchForm("maja", areas=frozenset({Area.SOCIAL}), units=frozenset({"PPR"}), ongoing_only=True)
    store(session, form, PageTurn(after="key"))
    assert json.loads(json.dumps(session)) == session
    assert stored(session) == (form, PageTurn(after="key"))
    assert SEARCH_KEY in session


@pytest.mark.parametrize("typed", ["750786-4002", "Maja 750786 4002", "75.07.86-4002", "7507864"])
def test_no_number_reaches_the_session(typed: str) -> None:
    form = without_national_number(SearchForm(typed), {}, DIGEST_KEY)
    assert "4002" not in form.text
    assert "7507864" not in form.text
