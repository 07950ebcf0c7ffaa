"""Min side in the real application: what the citizen reads and does, and what nobody else gets."""

import re
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from hub.app import create_app
from hub.settings import Settings
from schemas.access import AuditAction
from tests.web import maja
from tests.web.conftest import Town
from tests.web.my_pages import OwnBrowser, own_browsing, tell_custody
from tests.web.serving import browsing, serving

KEY = "5a1b0000-0000-4000-8000-00000000000a"


@pytest.fixture
def mother(town: Town) -> Iterator[OwnBrowser]:
    with own_browsing(town.address, town.ids[maja.MAJA]) as browser:
        yield browser


def lines(town: Town, citizen: UUID) -> list[tuple[str, str, str]]:
    """Of the log about the citizen, written by citizens."""
    with town.context.database.transaction() as session:
        rows = session.execute(
            text(
                "SELECT action, outcome, actor_id FROM audit_log"
                " WHERE citizen_id = :id AND actor_id LIKE 'citizen:%' ORDER BY seq"
            ),
            {"id": citizen},
        )
        return [(row.action, row.outcome, row.actor_id) for row in rows]


def words_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_the_own_page_tells_who_helps_what_was_agreed_to_and_what_is_withheld(town: Town, mother: OwnBrowser) -> None:
    page = words_of(mother.get().text)
    assert "Maja Testborger" in page
    assert "Anna Holm, Familieafdelingen, 44 77 30 00" in page
    assert "Samtaler om mental sundhed" in page
    assert "At dele fra Social (DUBU)" in page
    assert "Underretninger vises aldrig her" in page
    for stranger in ("Ida", "Emil", "Underretning fra", "Fast kontaktperson"):
        assert stranger not in page, stranger
    assert (AuditAction.OPEN_OWN_PAGE, "shown", f"citizen:{town.ids[maja.MAJA]}") in lines(town, town.ids[maja.MAJA])


def test_a_parent_sees_a_child_by_custody_alone_and_never_from_fifteen(town: Town, mother: OwnBrowser) -> None:
    emil, ida = town.ids[maja.EMIL], town.ids[maja.IDA]
    refused = mother.get(f"/min-side?barn={emil}")
    assert refused.status_code == 403
    assert "Fast kontaktperson" not in refused.text
    unknown = mother.get(f"/min-side?barn={KEY}")
    assert (unknown.status_code, words_of(unknown.text)) == (403, words_of(refused.text)), "nothing tells them apart"
    tell_custody(town, maja.EMIL, maja.MAJA, custody=True)
    assert "Side for Emil" in mother.get().text
    page = mother.get(f"/min-side?barn={emil}")
    assert "Fast kontaktperson" in page.text
    tell_custody(town, maja.EMIL, maja.MAJA, custody=False, number=78)
    assert mother.get(f"/min-side?barn={emil}").status_code == 403, "the sources disagree"
    assert {outcome for _, outcome, _ in lines(town, emil)} == {"shown", "refused"}
    with own_browsing(town.address) as nobody:
        assert nobody.post("/min-side/log-ind", person=str(ida)).url.path != "/min-side/barn"
        assert "Log ud" not in nobody.get().text, "Ida is 14"


def test_a_consent_is_withdrawn_at_once_and_the_line_says_the_citizen_did_it(town: Town, mother: OwnBrowser) -> None:
    anna, maja_id = town.client("anna.holm"), town.ids[maja.MAJA]
    assert anna.get(f"/plan/{maja_id}").status_code == 200
    asked = mother.get("/min-side/samtykke?hvad=course")
    assert "Ja, træk det tilbage nu" in asked.text
    done = mother.post("/min-side/samtykke", hvad="course")
    assert "Dit ja er trukket tilbage" in done.text
    assert anna.get(f"/plan/{maja_id}").status_code != 200, "it holds from now"
    assert (AuditAction.WITHDRAW_OWN_CONSENT, "shown", f"citizen:{maja_id}") in lines(town, maja_id)
    assert "borgeren selv, på Min side" in anna.get(f"/samtykker/{maja_id}").text
    assert "Det ja gælder ikke længere" in mother.get("/min-side/samtykke?hvad=course").text
    assert mother.post("/min-side/ord", key=KEY, words="Jeg vil have ro").status_code == 200
    with town.context.database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM own_words WHERE taken_over_at IS NULL")) == 1
    assert "Jeg vil have ro" in mother.get().text
    waiting = anna.get(f"/forloeb/{town.course_id}").text
    assert "Jeg vil have ro" in waiting, "the lead coordinator reads what waits"


def test_own_words_go_into_the_plan_and_two_who_write_at_once_lose_nothing(town: Town, mother: OwnBrowser) -> None:
    maja_id = town.ids[maja.MAJA]
    mother.post("/min-side/ord", key=KEY, words="Jeg vil have ro i hverdagen")
    mother.post("/min-side/ord", key=KEY, words="Jeg vil have ro i hverdagen")
    assert mother.get().text.count("<blockquote>") == 1, "a form sent twice writes once"
    anna = town.client("anna.holm")
    assert "Jeg vil have ro i hverdagen" in anna.get(f"/plan/{maja_id}").text
    entry = f"/min-side/ord/{KEY}"
    version = re.search(r'name="version" value="(\d+)"', mother.get(entry).text)
    assert version is not None
    mother.post(entry, version=version.group(1), words="Jeg vil have ro om aftenen")
    late = mother.post(entry, version=version.group(1), words="Jeg vil have arbejde")
    assert late.status_code == 409
    assert "Jeg vil have ro om aftenen" in late.text
    assert "Jeg vil have arbejde" in late.text
    history = anna.get(f"/plan/{maja_id}/post/{KEY}").text
    assert "Jeg vil have ro i hverdagen" in history
    assert "borgeren selv, på Min side" in history
    assert "citizen:" not in history
    empty = mother.post("/min-side/ord", key=KEY.replace("a", "b"), words="...")
    assert "Skriv, hvad du vil sige" in empty.text
    assert ">...</textarea>" in empty.text


def test_who_looked_is_told_by_role_unit_and_purpose_without_names(town: Town, mother: OwnBrowser) -> None:
    maja_id = town.ids[maja.MAJA]
    anna = town.client("anna.holm")
    anna.get(f"/overblik/{maja_id}")
    mother.get()
    page = words_of(mother.get("/min-side/opslag").text)
    assert "Medarbejder, Familieafdelingen Opfølgning" in page
    assert "Dig selv" in page
    assert "Loggen går tilbage til" in page
    for name in ("Anna", "anna.holm", "Lene"):
        assert name not in page, name


def test_a_look_up_for_a_new_notification_comes_later_and_is_counted(town: Town, mother: OwnBrowser) -> None:
    maja_id = town.ids[maja.MAJA]
    anna = town.client("anna.holm")
    anna.post("/formaal", purpose="new_notification")
    anna.get(f"/overblik/{maja_id}")
    page = words_of(mother.get("/min-side/opslag").text)
    assert "vises først senere" in page
    assert "Ny underretning" not in page.replace("på grund af en ny underretning", "")


def test_the_sessions_of_the_two_kinds_open_nothing_of_each_other(town: Town, mother: OwnBrowser) -> None:
    assert {cookie.name: cookie.path for cookie in mother.http.cookies.jar} == {"helhed-min-side": "/min-side"}
    value = next(iter(mother.http.cookies.jar)).value or ""
    for address in ("/mine-borgere", f"/overblik/{town.ids[maja.MAJA]}", f"/plan/{town.ids[maja.MAJA]}", "/tilsyn"):
        answer = mother.http.get(address, headers={"cookie": f"helhed={value}"}, follow_redirects=False)
        assert (answer.status_code, answer.headers.get("location")) == (303, "/log-ind"), address
    assert mother.http.get(
        f"/api/borgere/{town.ids[maja.MAJA]}", headers={"cookie": f"helhed={value}"}
    ).status_code in {401, 404}
    anna = town.client("anna.holm")
    staff = next(cookie.value for cookie in anna.http.cookies.jar if cookie.name == "helhed") or ""
    for address in ("/min-side", "/min-side/opslag", "/min-side/aftaler"):
        answer = anna.http.get(address, headers={"cookie": f"helhed-min-side={staff}"})
        assert "Log ud" not in answer.text, address
        assert "Log ind som borger" in answer.text


def test_a_form_without_its_token_and_a_session_that_has_run_out_change_nothing(town: Town, mother: OwnBrowser) -> None:
    forged = mother.http.post("/min-side/samtykke", data={"csrf": "x", "hvad": "course"})
    assert forged.status_code == 403
    token = mother.token()
    with town.context.database.transaction() as session:
        session.execute(text("UPDATE citizen_sessions SET last_seen_at = now() - interval '16 minutes'"))
    kept = mother.http.post(
        "/min-side/ord",
        data={"csrf": token, "key": KEY, "words": "Jeg vil have ro"},
        headers={"sec-fetch-site": "same-origin"},
    )
    assert 'value="Jeg vil have ro"' in kept.text, "what was typed is not lost"
    assert "Log ud" not in mother.get().text
    mother.post("/min-side/log-ud")


def test_without_a_login_of_citizens_there_is_no_page(town: Town) -> None:
    settings = Settings(secure_cookies=False)
    with serving(create_app(replace(town.context, settings=settings))) as address, browsing(address) as browser:
        for path in ("/min-side", "/min-side/opslag", "/min-side/log-ind", "/min-side/log-ind/start"):
            assert browser.http.get(path).status_code == 404, path
