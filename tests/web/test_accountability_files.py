"""Answers to a DPO's questions as JSON, on paper, by command and in a browser; and the record of processing."""

from dataclasses import replace
from datetime import date
from http import HTTPStatus

import pytest
from playwright.sync_api import Browser as Chromium
from typer.testing import CliRunner

from connectors.sources.social import streams as social
from hub.audit.repository import list_entries
from hub.cli import app as commands
from hub.settings import Settings
from hub.web.shell.dates import day_text
from schemas.access import AuditAction
from tests.sources import know_connector
from tests.web import maja
from tests.web.accountability import ROOT, SLUGS, ReadingSource, execute, read_lines, words_of
from tests.web.chromium import WIDTHS, enter
from tests.web.conftest import Town
from tests.web.page_checks import faults_of
from tests.web.test_plan_pages import with_chromium


def test_the_api_tells_the_same_in_the_same_words(town: Town) -> None:
    jens = town.client("jens.dam")
    town.client("anna.holm").post("/soeg", text="familiebehandling")
    told = jens.get("/api/tilsyn/svar/soegninger").json()
    assert told["headline"] == "1 søgning, heraf 0 afviste."
    assert told["tables"][0]["rows"][0][1] == "Anna Holm"
    assert jens.get("/api/tilsyn/svar/soegninger?fra=x").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert jens.get("/api/tilsyn/svar/andet").status_code == HTTPStatus.NOT_FOUND
    assert town.client("tine.skov").get("/api/tilsyn/svar/soegninger").status_code == HTTPStatus.FORBIDDEN
    assert [line["form"] for line in read_lines(town) if line["outcome"] == "shown"] == ["json"]


def test_the_command_counts_and_ends_with_1_if_there_are_any(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    url = town.context.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("HELHED_DATABASE_URL", url)
    monkeypatch.setenv("HELHED_DEMO", "1")
    none = CliRunner().invoke(commands, ["test-data"])
    assert none.exit_code == 0, none.output
    execute(town, "UPDATE citizen_identifiers SET value = '0101704000' WHERE value = '7507864002'")
    some = CliRunner().invoke(commands, ["test-data"])
    assert some.exit_code == 1, some.output
    assert "citizen_identifiers: 1 of" in some.output
    assert "0101704000" not in some.output
    monkeypatch.setenv("HELHED_DEMO", "0")
    for key in ("HELHED_DIGEST_KEY", "HELHED_SESSION_KEY"):
        monkeypatch.setenv(key, "x" * 32)
    production = CliRunner().invoke(commands, ["test-data"])
    assert "no test installation" in production.output
    assert production.exit_code == 2
    with town.context.database.transaction() as session:
        acts = [line.entry.action for line in list_entries(session)]
    assert acts.count(AuditAction.CHECK_TEST_DATA) == 2


def test_the_record_is_of_what_is_set_up_and_says_what_the_municipality_must_fill(town: Town) -> None:
    know_connector(town.context.catalogue, ReadingSource(maja.SOCIAL))
    town.context.catalogue.expire()
    jens = town.client("jens.dam")
    page = words_of(jens.get(f"{ROOT}/fortegnelse").text)
    assert "Kommunen har ikke erklæret, om oplysninger overføres" in page
    assert "intet overføres" not in page
    assert maja.SOCIAL.legal_basis in page
    assert social.RECORD_TYPES[0].danish_title in page
    assert "Jens Dam" in page
    assert "24 måneder" in page
    assert "Konsekvensanalysen (artikel 35) er kommunens." in page
    declared = Settings(
        demo=True,
        secure_cookies=False,
        third_country_transfers="Ingen",
        municipality="Egelund Kommune",
        opensearch_urls="https://admin:hemmeligt@soeg.egelund.dk:9200",
    )
    town.app.state.context = replace(town.context, settings=declared)
    told = jens.get("/api/tilsyn/svar/fortegnelse").json()
    assert told["headline"].endswith("Kommunen har erklæret, at intet overføres til lande uden for EU.")
    assert "soeg.egelund.dk" in str(told["tables"])
    assert "hemmeligt" not in str(told)
    assert "Egelund Kommune" in jens.get(f"{ROOT}/fortegnelse").text


def test_an_answer_is_a_paper_that_a_screen_reader_can_read(town: Town) -> None:
    jens = town.client("jens.dam")
    town.client("anna.holm").post("/soeg", text="familiebehandling #strong[x]")
    for slug in ("fortegnelse", "soegninger"):
        answer = jens.get(f"{ROOT}/{slug}/svar.pdf")
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF")
        assert b"pdfuaid" in answer.content
    log = words_of(jens.get("/tilsyn").text)
    assert "«Fortegnelse (artikel 30)», hentet som PDF" in log
    assert f"«Søgninger», {day_text(date(2023, 6, 15))} til og med 12. sep. 2023, hentet som PDF" in log
    assert jens.get(f"{ROOT}/soegninger/svar.pdf?fra=x").url.path == f"{ROOT}/soegninger"
    assert town.client("tine.skov").get(f"{ROOT}/fortegnelse/svar.pdf").status_code == HTTPStatus.FORBIDDEN


@with_chromium
def test_the_pages_are_right_in_a_browser(chromium: Chromium, town: Town) -> None:
    town.client("anna.holm").post("/soeg", text="familiebehandling")
    faults: list[str] = []
    for width in WIDTHS.values():
        page = enter(chromium, town, "jens.dam", width)
        for slug in SLUGS:
            page.goto(f"{town.address}{ROOT}/{slug}")
            faults += faults_of(page, f"{slug}-{width}")
        page.context.close()
    assert not faults
