"""Sessions are rows: a new id with each login, an end that holds everywhere, and nothing in the cookie but the id."""

import re

import httpx
import pytest
from sqlalchemy import text

from hub.audit.repository import list_entries
from hub.settings import Settings
from schemas.access import AuditAction, ObjectKind
from tests.web import maja
from tests.web.conftest import HOSTILE, Town
from tests.web.serving import Browser


def copied(town: Town, browser: Browser) -> httpx.Client:
    """A browser of somebody who has copied the cookies."""
    return town.stack.enter_context(httpx.Client(base_url=town.address, cookies=dict(browser.http.cookies)))


def is_logged_in(client: httpx.Client) -> bool:
    return client.get("/api/mig").status_code == 200


def execute(town: Town, statement: str) -> None:
    with town.context.database.transaction() as session:
        session.execute(text(statement))


def test_a_login_gets_a_new_id_and_the_one_before_is_dead(town: Town) -> None:
    browser = town.client("anna.holm")
    thief = copied(town, browser)
    assert is_logged_in(thief)
    before = browser.http.cookies["helhed"]
    browser.post("/log-ind", person="lene.friis")
    assert browser.http.cookies["helhed"] != before
    assert browser.get("/api/mig").json()["actor"]["id"] == "lene.friis"
    assert not is_logged_in(thief)


def test_an_id_that_the_browser_brings_never_becomes_a_session(town: Town) -> None:
    chosen = "chosen-by-somebody-else-chosen-by-somebody"
    with httpx.Client(base_url=town.address, cookies={"helhed": chosen}) as client:
        token = re.findall(r'name="csrf" content="([^"]+)"', client.get("/log-ind").text)[0]
        answer = client.post("/log-ind", data={"csrf": token, "person": "anna.holm"})
        assert answer.status_code == 303
        assert answer.cookies["helhed"] != chosen
    with httpx.Client(base_url=town.address, cookies={"helhed": chosen}) as client:
        assert not is_logged_in(client)


def test_a_copied_cookie_is_dead_after_the_logout(town: Town) -> None:
    browser = town.client("anna.holm")
    thief = copied(town, browser)
    assert is_logged_in(thief)
    browser.post("/log-ud")
    assert not is_logged_in(thief)
    assert "helhed" not in browser.http.cookies


def test_logging_out_of_what_has_run_out_leads_to_the_login(town: Town) -> None:
    browser = town.client("anna.holm")
    execute(town, "DELETE FROM login_sessions")
    answer = browser.post("/log-ud")
    assert (answer.status_code, answer.url.path) == (200, "/log-ind")


@pytest.mark.parametrize(
    ("statement", "lasts"),
    [
        ("UPDATE login_sessions SET last_seen_at = now() - interval '59 minutes'", True),
        ("UPDATE login_sessions SET last_seen_at = now() - interval '61 minutes'", False),
        ("UPDATE login_sessions SET created_at = now() - interval '9 hours 59 minutes'", True),
        ("UPDATE login_sessions SET created_at = now() - interval '10 hours 1 minute'", False),
        ("UPDATE actors SET active = false", False),
    ],
)
def test_a_session_ends_unused_or_old_or_when_the_employee_has_left(town: Town, statement: str, *, lasts: bool) -> None:
    assert (Settings().session_minutes, Settings().session_hours) == (60, 10)
    browser = town.client("anna.holm")
    execute(town, statement)
    assert is_logged_in(browser.http) is lasts
    assert is_logged_in(browser.http) is lasts, "the page before has noted that it is used"


def test_the_store_holds_no_id_and_the_cookie_nothing_else(town: Town) -> None:
    browser = town.client("ole.bruun")
    reason = "Henvendelse i nat fra vagten"
    browser.post(f"/overblik/{town.ids[HOSTILE]}/grund", purpose="case_work", reason=reason, side="overblik")
    cookies = dict(browser.http.cookies)
    assert set(cookies) == {"helhed"}
    assert re.fullmatch(r"[\w-]{43}", cookies["helhed"])
    with town.context.database.transaction() as session:
        rows = str(session.execute(text("SELECT * FROM login_sessions")).all())
    assert cookies["helhed"] not in rows
    assert reason in rows


def test_two_windows_at_once_do_not_undo_each_other(town: Town) -> None:
    browser = town.client("anna.holm")
    browser.post("/formaal", purpose="team_meeting")
    browser.post("/soeg", text="maja")
    browser.get(f"/overblik/{town.ids[maja.MAJA]}")
    with town.context.database.transaction() as session:
        data = session.execute(text("SELECT data FROM login_sessions")).scalar_one()
    assert {"purpose", "search", "act"} <= data.keys()


def test_one_sees_and_ends_ones_own_sessions_and_nobody_elses(town: Town) -> None:
    here, elsewhere, other = (town.client(actor) for actor in ("anna.holm", "anna.holm", "lene.friis"))
    page = here.get("/mine-login").text
    (number,) = re.findall(r'name="number" value="(\d+)"', page)
    assert page.count("den, du bruger nu") == 1
    other.post("/mine-login/afslut", number=number)
    assert is_logged_in(elsewhere.http), "another's session is not hers to end"
    assert "Login afsluttet" in here.post("/mine-login/afslut", number=number).text
    assert not is_logged_in(elsewhere.http)
    third = town.client("anna.holm")
    here.post("/mine-login/afslut")
    assert not is_logged_in(third.http)
    assert is_logged_in(here.http)
    assert is_logged_in(other.http)
    with town.context.database.transaction() as session:
        ended = [each.entry for each in list_entries(session) if each.entry.action is AuditAction.LOG_OUT]
    assert [entry.object_kind for entry in ended] == [ObjectKind.LOGIN_SESSION] * 2
    assert ended[1].object_id == number


def test_the_list_of_sessions_has_pages(town: Town) -> None:
    execute(
        town,
        "INSERT INTO login_sessions (id_digest, actor_id, browser)"
        " SELECT int4send(n), 'anna.holm', 'Firefox på Windows' FROM generate_series(1, 30) n",
    )
    first = town.client("anna.holm").get("/mine-login").text
    (older,) = re.findall(r'href="(/mine-login\?efter=\d+)"', first)
    second = town.client("anna.holm").get(older).text
    numbers = [re.findall(r'name="number" value="(\d+)"', page) for page in (first, second)]
    assert len(numbers[0]) == 19
    assert len({*numbers[0], *numbers[1]}) == 30
    assert "Vis ældre" not in second
