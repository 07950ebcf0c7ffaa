"""Two fagsystemer are connected in a browser by the pages alone; ``make acceptance`` connects all four."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from threading import Event, Thread

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect
from pydantic import SecretStr
from sqlalchemy import URL, Connection, select

from deploy.demo import AREA_CONTACTS, morning_of
from deploy.sandbox.fagsystemer.process import Running, start
from deploy.sandbox.municipality.generate import generate
from deploy.seed import Seeding
from hub.app import create_app
from hub.audit.tables import AuditRow
from hub.clock import ShiftedClock
from hub.context import AppContext
from hub.services import build_services
from hub.settings import Settings
from hub.worker.supervisor import run
from tests.conftest import fresh_database
from tests.web.chromium import WIDTHS, marks
from tests.web.connecting import SLOW, Hand, fill_school, fill_social, log_in, looked_at
from tests.web.serving import serving

pytestmark = marks("connect")
DAY = date(2023, 9, 12)
CITIZENS = 40


@dataclass
class Installation:
    """An empty Helhed that is served, with a worker, and a municipality whose fagsystemer wait to be connected."""

    address: str
    context: AppContext
    running: Running
    seeding: Seeding


@pytest.fixture(scope="module")
def installation(
    tmp_path_factory: pytest.TempPathFactory, administrator: Connection, template: URL
) -> Iterator[Installation]:
    with ExitStack() as stack:
        url = stack.enter_context(fresh_database(administrator, template))
        running = stack.enter_context(start(citizens=CITIZENS, seed=7, today=DAY))
        settings = Settings(
            demo=True,
            municipality="Egelund Kommune",
            area_contacts=AREA_CONTACTS,
            secure_cookies=False,
            database_url=SecretStr(url.render_as_string(hide_password=False)),
            session_key=SecretStr("77" * 32),
            data_dir=tmp_path_factory.mktemp("data"),
        )
        context = build_services(settings, clock=ShiftedClock(morning_of(DAY)))
        stack.callback(context.close)
        seeding = Seeding(context)
        seeding.staff()
        stop = Event()
        worker = Thread(target=run, args=(context,), kwargs={"stop": stop, "on_batch": seeding.what_is_there})
        worker.start()
        stack.callback(worker.join)
        stack.callback(stop.set)
        yield Installation(stack.enter_context(serving(create_app(context))), context, running, seeding)


def test_fagsystemer_are_connected_by_the_pages_alone(chromium: Chromium, installation: Installation) -> None:
    running = installation.running
    page = log_in(chromium, installation.address, "tine.skov")
    hand = Hand(page)
    expect(page.get_by_text("Ingen kilder er tilsluttet endnu")).to_be_visible()
    looked_at(page, "empty")

    # Social, with a wrong secret first: the check says so, and the field is all that is written again.
    hand.choose_kind("odata")
    looked_at(page, "settings")
    hand.press("Gem, og tjek forbindelsen")
    expect(page.get_by_role("heading", name="Noget skal rettes")).to_be_visible()
    looked_at(page, "errors")
    fill_social(hand, running, secret="forkert")
    hand.press("Gem, og tjek forbindelsen")
    expect(page.get_by_role("heading", name=re.compile("virker ikke endnu"))).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("Vi bliver ikke lukket ind")).to_be_visible()
    looked_at(page, "refused")
    hand.click(page.get_by_role("link", name="Ret opsætningen"))
    assert page.locator('[name="field.base_url"]').input_value() == running.odata_url
    assert page.locator('[name="field.client_secret"]').input_value() == ""
    hand.write_field("client_secret", running.client_secret)
    names = [hand.go_through()]
    hand.choose_kind("files")
    fill_school(hand, running)
    names.append(hand.go_through())
    assert names == ["social", "school"]
    assert hand.clicks <= 25
    citizens = generate(CITIZENS, 7, DAY)

    # Nothing personal stands on any of the pages, in the log or among the trials.
    secrets = [running.client_secret, running.sftp_private_key]
    told = [person.cpr for person in citizens.people] + [person.cpr.replace("-", "") for person in citizens.people]
    for name in names:
        for step in ("felter", "proeve", "tjek"):
            page.goto(f"/kilder/{name}/opsaetning/{step}")
            content = page.content()
            assert not [word for word in (*told, *secrets) if word in content]
            if name == "social":
                looked_at(page, step)
    with installation.context.database.transaction() as session:
        acts = {
            json.dumps(row.details)
            for row in session.scalars(select(AuditRow).where(AuditRow.action == "configure_source"))
        }
    assert all(any(act in line for line in acts) for act in ("draft_added", "settings_saved", "checked", "started"))
    assert not [secret for secret in secrets if any(secret in line for line in acts)]


def test_it_works_without_scripts_and_on_a_phone(chromium: Chromium, installation: Installation) -> None:
    page = log_in(chromium, installation.address, "tine.skov", WIDTHS["narrow"], scripts=False)
    hand = Hand(page)
    hand.page.goto("/kilder/ny")
    hand.click(page.locator('button[value="sample"]'))
    page.wait_for_url(re.compile("/opsaetning$"))
    address = page.url  # another test may have a draft of the kind, too
    page.go_back(wait_until="load")
    page.wait_for_url(re.compile("/kilder/ny$"))
    hand.click(page.locator('button[value="sample"]'))
    page.wait_for_url(re.compile("/opsaetning$"))
    assert page.url == address  # going back makes no second draft
    hand.write_field("count", "mange")
    hand.press("Gem, og tjek forbindelsen")
    expect(page.get_by_text("Skriv et helt tal.").first).to_be_visible()
    assert page.locator('[name="field.count"]').input_value() == "mange"
    hand.write_field("count", "30")
    hand.press("Gem, og tjek forbindelsen")
    page.goto(page.url)
    expect(page.get_by_role("heading", name="Forbindelsen virker.")).to_be_visible(timeout=SLOW)
    page.goto(f"{address}/felter")
    hand.press("Godkend, og se en prøve")
    expect(page.get_by_role("alert")).to_contain_text("Skriv navnet")
    # Somebody else saves meanwhile: what was typed stands there, and nothing was overwritten.
    page.goto(address)
    other = log_in(chromium, installation.address, "tine.skov")
    other.goto(address)
    other.locator('[name="field.count"]').fill("40")
    other.get_by_role("button", name="Gem kladden").click()
    expect(other.get_by_role("status")).to_contain_text("Kladden er gemt")
    hand.write_field("count", "50")
    hand.press("Gem kladden")
    expect(page.get_by_role("alert")).to_contain_text("har ændret kilden")
    assert page.locator('[name="field.count"]').input_value() == "50"
    hand.press("Gem kladden")
    expect(page.get_by_role("status")).to_contain_text("Kladden er gemt")
    hand.page.get_by_text("Kassér kladden").click()
    hand.press("Kassér")
    expect(page.get_by_role("status")).to_contain_text("Kladden er kasseret")


def test_the_keyboard_alone_sets_a_source_up(chromium: Chromium, installation: Installation) -> None:
    page = log_in(chromium, installation.address, "tine.skov", WIDTHS["narrow"])
    page.goto("/kilder/ny")
    looked_at(page, "kinds-narrow")
    page.locator('button[value="sample"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("opsaetning$"))
    looked_at(page, "settings-narrow")
    page.get_by_role("button", name="Gem, og tjek forbindelsen").focus()
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Videre til felter og plan")
    expect(link).to_be_visible(timeout=SLOW)
    looked_at(page, "check-narrow")
    link.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Felter, formål og hjemmel er gennemgået og godkendt").focus()
    page.keyboard.press("Space")
    looked_at(page, "fields-narrow")
    page.get_by_role("button", name="Godkend, og se en prøve").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile("linjer?, sløret"))).to_be_visible(timeout=SLOW)
    looked_at(page, "preview-narrow")
    page.get_by_role("link", name="1. Opsætning").click()
    page.get_by_text("Kassér kladden").click()
    page.get_by_role("button", name="Kassér").click()


def test_a_form_of_a_session_that_is_over_comes_back_without_its_secret(
    chromium: Chromium, installation: Installation
) -> None:
    page = log_in(chromium, installation.address, "tine.skov")
    page.goto("/kilder/ny")
    page.locator('button[value="nexus"]').click()
    page.wait_for_url(re.compile("opsaetning$"))
    page.locator('[name="field.base_url"]').fill("https://nexus.example/v2")
    page.locator('[name="field.client_secret"]').fill("meget-hemmeligt")
    page.context.clear_cookies()
    page.get_by_role("button", name="Gem kladden").click()
    content = page.content()
    assert "https://nexus.example/v2" in content
    assert "meget-hemmeligt" not in content
    again = log_in(chromium, installation.address, "tine.skov")
    again.goto("/kilder/nexus/opsaetning")
    assert again.locator('[name="field.base_url"]').input_value() == ""
    again.get_by_text("Kassér kladden").click()
    again.get_by_role("button", name="Kassér").click()


def test_who_is_no_administrator_reaches_none_of_it(chromium: Chromium, installation: Installation) -> None:
    page = log_in(chromium, installation.address, "anna.holm")
    for address in ("/kilder/ny", "/kilder/social/opsaetning", "/kilder/social/opsaetning/proeve"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 403
