"""Sammenhængsudvalget i tal: as page, CSV, picture and JSON, for managers and the data protection officer alone."""

import csv
import io
import re
from datetime import timedelta
from http import HTTPStatus

from defusedxml import ElementTree
from playwright.sync_api import Browser as Chromium

from hub.audit.repository import list_entries
from schemas.access import AuditAction
from tests.hub.test_committee_figures import fill
from tests.web.chromium import WIDTHS, enter
from tests.web.conftest import Town
from tests.web.page_checks import faults_of
from tests.web.test_plan_pages import with_chromium

ADDRESS = "/sammenhaengsudvalg"


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_page_table_picture_and_json_tell_the_same_and_name_nobody(town: Town) -> None:
    gitte, jens = town.client("gitte.berg"), town.client("jens.dam")
    empty = _text(gitte.get(ADDRESS).text)
    assert "Under 5 borgere i hvert felt: FFB indsatsmål" in empty
    assert "2022, 2021 og 2020: under 5 borgere i hvert felt." in empty
    assert "Der er for få forløb, mål og prøvehandlinger til, at noget kan vises." in empty
    with town.context.database.transaction() as session:
        fill(session)
    town.clock.move(timedelta(days=150))
    gitte, jens = town.client("gitte.berg"), town.client("jens.dam")
    page = gitte.get(ADDRESS)
    text = _text(page.text)
    for words in (
        "4. kvartal 2023: 5–9",
        "ca. 370.000 kr.",
        "ca. 190.000 kr. mindre om året",
        "FFB indsatsmål 5–9 under 5",
    ):
        assert words in text
    figures = jens.get(f"/api{ADDRESS}").json()
    assert [line["courses"] for line in figures["courses"]][-1] == {"at_least": 5, "at_most": 9}
    answer = jens.get(f"{ADDRESS}/tal.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0] == ["emne", "periode", "opdeling", "vist", "mindst", "højst"]
    assert ["Aktive forløb", "4. kvartal 2023", "I alt", "5–9", "5", "9"] in rows
    assert {len(row) for row in rows} == {6}
    picture = gitte.get(f"{ADDRESS}/forloeb.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert ElementTree.fromstring(picture.content).tag.endswith("svg")
    assert "4. kvartal 2023: 5–9" in picture.text
    for told in (text, answer.text, picture.text):
        assert not any(name in told for name in ("Maja", "Ida", "Emil", "Testborger"))
    with town.context.database.transaction() as session:
        lines = [logged.entry for logged in list_entries(session)]
    looks = [line for line in lines if line.action is AuditAction.READ_COMMITTEE_FIGURES]
    assert [line.actor_id for line in looks].count("gitte.berg") == 3
    assert [line.actor_id for line in looks].count("jens.dam") == 2
    assert not any(line.citizen_id for line in looks)


def test_others_are_refused(town: Town) -> None:
    for actor_id in ("anna.holm", "tine.skov"):
        browser = town.client(actor_id)
        for address in (ADDRESS, f"{ADDRESS}/tal.csv", f"{ADDRESS}/forloeb.svg", f"/api{ADDRESS}"):
            assert browser.get(address).status_code == HTTPStatus.FORBIDDEN, f"{actor_id} {address}"


@with_chromium
def test_the_page_is_right_in_a_browser(chromium: Chromium, town: Town) -> None:
    with town.context.database.transaction() as session:
        fill(session)
    town.clock.move(timedelta(days=150))
    faults: list[str] = []
    for width in WIDTHS.values():
        page = enter(chromium, town, "gitte.berg", width)
        page.goto("/")
        page.get_by_role("link", name="Sammenhængsudvalget").click()
        page.wait_for_load_state("networkidle")
        faults += faults_of(page, f"udvalg-{width}")
        page.context.close()
    assert not faults
