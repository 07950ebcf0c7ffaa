"""The pages of one source in a real browser: axe, both widths, keyboard alone, live progress, and without scripts."""

import re
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Browser, Page

from hub.app import create_app
from hub.quarantine import service as quarantine
from hub.secrets import SecretKeys
from hub.sources import run_repository, service
from hub.sources.definitions import SourceDefinition, StreamLease
from hub.sources.health import RunOutcome, RunSummary
from hub.sources.stream_repository import list_streams, save_run
from hub.worker.jobs import do_next_job
from schemas.record import Rejection, RejectionRule
from tests.sources import leased
from tests.web import maja
from tests.web.chromium import MARKS, WIDTHS, enter
from tests.web.conftest import Town
from tests.web.page_checks import faults_of
from tests.web.route_table import route_table
from tests.web.test_source_page import DUBU, SECRET

pytestmark = MARKS
ADMINISTRATOR = "tine.skov"
OUT_OF_REACH = """() => [...document.querySelectorAll(
    'a:not([href]), [tabindex="-1"]:not(main):not(h1):not([role=alert]):not([role=status]), ' +
    '[onclick], [role=button], ' +
    '[contenteditable], :is(div, span, td, tr, li)[hx-get]:not([hx-trigger]), :is(div, span, td, tr, li)[hx-post]')]
    .filter(control => control.offsetParent !== null).map(control => control.outerHTML.slice(0, 120))"""
"""What can be clicked, or looks so, and no key reaches: every control is a link, a button or a field of a form."""
HERE, SETUP = "test_source_browser", "test_connect"
BROWSED = {
    "/kilder": HERE, "/kilder/{name}": HERE, "/kilder/{name}/koersler": HERE,
    "/kilder/{name}/koersler/{number}": HERE, "/kilder/{name}/plan": HERE, "/kilder/{name}/indstillinger": HERE,
    "/kilder/{name}/aendringer": HERE, "/kilder/{name}/fjern": HERE, "/kilder/{name}/fjernet": HERE,
    "/kilder/ny": HERE, "/kilder/{name}/opsaetning": SETUP, "/kilder/{name}/opsaetning/tjek": SETUP,
    "/kilder/{name}/opsaetning/felter": SETUP, "/kilder/{name}/opsaetning/proeve": SETUP,
    "/karantaene": "test_quarantine_desk", "/karantaene/fejl/{key}": "test_quarantine_desk",
    "/karantaene/{entry_id}": "test_quarantine_desk", "/tilbageholdt": "test_held_deletions_page",
    "/kilder/{name}/tilbageholdt": HERE, "/identitet": "test_identity_desk",
    "/identitet/uenighed/{conflict_id}": "test_identity_desk", "/identitet/borger/{citizen_id}": "test_identity_desk",
    "/indeks": "test_index_page", "/beskeder": HERE, "/beskeder/webhooks": HERE,
    "/medarbejdere": HERE, "/medarbejdere/enheder": HERE,
    "/medarbejdere/maskiner": HERE,
}  # fmt: skip
"""Which test looks at each page of an administrator at both widths, with axe and the keyboard."""
PARTS = {
    "/kilder/{name}/laeses", "/kilder/{name}/lige-nu", "/kilder/{name}/fjernet/fremdrift",
    "/kilder/{name}/opsaetning/tjek/trin", "/kilder/{name}/opsaetning/proeve/linjer", "/karantaene/opgave/{job_id}",
    "/indeks/opgave/{job_id}",
}  # fmt: skip
"""What a page fetches of itself while something goes on."""


@pytest.fixture
def source_town(town: Town) -> Town:
    """The town with a source that has settings, several runs, a pause behind it, and one stream that is read now."""
    builder, database = town.context.catalogue.builder, town.context.database
    builder.keys = SecretKeys({"k1": bytes(32)})
    definition = SourceDefinition(name="dubu", kind="odata", settings=DUBU)
    with database.transaction() as session:
        service.add_source(session, builder, definition, secrets={"client_secret": SECRET}, by=ADMINISTRATOR)
        service.pause_source(session, "dubu", by=ADMINISTRATOR, reason="Leverandøren opdaterer", now=maja.NOW)
        service.resume_source(session, "dubu", maja.NOW, by=ADMINISTRATOR)
        (stream,) = list_streams(session, "dubu")
        for number, outcome in enumerate(reversed([*RunOutcome] * 2)):
            at = maja.NOW - timedelta(minutes=15 * (14 - number))
            values = {
                "source": "dubu",
                "stream": stream.stream,
                "started_at": at,
                "ended_at": at + timedelta(seconds=12),
            }
            counts = {"read": 40 * number, "published": 38 * number, "rejected": number, "held": number % 3}
            run = RunSummary.model_validate(values | counts | {"outcome": outcome, "advice": "source_unavailable"})
            save_run(session, run, at)
        for ago in (1, 2, 4, 5, 9, 13):
            at = maja.NOW - timedelta(days=ago)
            values = {"source": "social", "stream": "all", "started_at": at, "ended_at": at, "published": 90 * ago}
            save_run(session, RunSummary.model_validate(values | {"outcome": RunOutcome.COMPLETE}), at)
        line = Rejection(record_type="Sag", source_id="1", field="dato", rule=RejectionRule.BAD_DATE, raw=b"{}")
        quarantine.add(session, "health", [line], cipher=town.context.payload_cipher, now=maja.NOW)
        old = SourceDefinition(name="gammel", kind="odata", title="Den gamle kilde", settings=DUBU)
        service.add_source(session, builder, old, secrets={"client_secret": SECRET}, by=ADMINISTRATOR)
        service.remove_source(session, builder, "gammel", by=ADMINISTRATOR)
    town.context.catalogue.expire()
    return town


def begun(town: Town, source: str) -> StreamLease:
    """A run under way, which has read 420 of 1.000."""
    lease = leased(town.context.database, source)
    with town.context.database.transaction() as session:
        run_repository.begin_run(session, lease, maja.NOW)
        run_repository.save_progress(
            session, lease, published=420, rejected=0, skipped={}, total=1000, lines=(), now=maja.NOW
        )
    return lease


def end(town: Town, lease: StreamLease) -> None:
    times = {"started_at": maja.NOW, "ended_at": maja.NOW}
    run = RunSummary.model_validate(
        {"source": lease.source, "stream": lease.stream, "number": lease.fence, "outcome": "complete"} | times
    )
    with town.context.database.transaction() as session:
        run_repository.end_run(session, lease, run, None)


def test_every_page_of_an_administrator_is_looked_at_in_a_browser(town: Town) -> None:
    desks = ("/kilder", "/karantaene", "/tilbageholdt", "/identitet", "/indeks", "/beskeder", "/medarbejdere")
    pages = {
        route.path for route in route_table(create_app(town.context))
        if route.method == "GET" and route.path.startswith(desks)
    }  # fmt: skip
    assert pages == BROWSED.keys() | PARTS
    for module in set(BROWSED.values()):
        text = (Path(__file__).parent / f"{module}.py").read_text(encoding="utf-8")
        assert "WIDTHS" in text, module
        assert "keyboard.press" in text, module


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_of_a_source_passes_axe_and_fits(chromium: Browser, source_town: Town, width: str) -> None:
    lease = begun(source_town, "dubu")
    page = enter(chromium, source_town, ADMINISTRATOR, WIDTHS[width])
    faults: list[str] = []
    ends = ("", "/koersler", "/plan", "/indstillinger", "/aendringer", "/fjern", "/tilbageholdt")
    page.goto("/kilder/dubu/koersler")
    number = page.locator(".run-rows a").first.get_attribute("href") or ""
    others = ("/kilder", "/kilder?omraade=health", "/kilder/gammel/fjernet")
    desks = ("/beskeder", "/beskeder/webhooks", "/karantaene", "/tilbageholdt", "/identitet", "/indeks")
    setup = ("/kilder/ny", *(f"/kilder/dubu/opsaetning/{step}" for step in ("tjek", "felter", "proeve")))
    staff = ("/medarbejdere", "/medarbejdere/enheder", "/medarbejdere/maskiner")
    for address in (*(f"/kilder/dubu{end}" for end in ends), number, *others, *desks, *setup, *staff):
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, address
        assert page.evaluate(OUT_OF_REACH) == [], f"{address}: the keyboard does not reach all of it"
        name = re.sub(r"\W+", "-", address.strip("/")).rstrip("0123456789")
        faults += faults_of(page, f"{name}-{WIDTHS[width]}")
    assert not faults
    end(source_town, lease)


def press_until(page: Page, text: str) -> None:
    """Press Tab until the control with that text has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if text in page.evaluate("document.activeElement.innerText || document.activeElement.name || ''"):
            return
    pytest.fail(f"{text} is not reached by Tab")


def test_a_source_is_run_and_switched_off_and_on_by_keyboard_alone(chromium: Browser, source_town: Town) -> None:
    page = enter(chromium, source_town, ADMINISTRATOR)
    page.goto("/kilder/social")
    press_until(page, "Læs kilden nu")
    page.keyboard.press("Enter")
    page.get_by_text("Kilden læses, så snart en arbejder er ledig").wait_for()
    press_until(page, "reason")
    page.keyboard.type("Leverandøren opdaterer i aften")
    page.keyboard.press("Enter")
    page.get_by_text("Kilden er slukket.").wait_for()
    press_until(page, "Tænd kilden igen")
    page.keyboard.press("Enter")
    page.get_by_text("Kilden er tændt").wait_for()


def test_plan_settings_and_removal_are_done_by_keyboard_alone(chromium: Browser, source_town: Town) -> None:
    page = enter(chromium, source_town, ADMINISTRATOR)
    page.goto("/kilder/dubu/plan")
    press_until(page, "every")
    page.keyboard.press("Control+A")
    page.keyboard.type("2h")
    page.keyboard.press("Enter")
    page.get_by_text("Planen er gemt.").wait_for()
    page.goto("/kilder/dubu/indstillinger")
    press_until(page, "field.client_id")
    page.keyboard.press("Control+A")
    page.keyboard.type("helhed-2")
    page.keyboard.press("Enter")
    page.get_by_text("Ændringerne er gemt.").wait_for()
    press_until(page, "Fjern kilden")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Fjern kilden?").wait_for()
    press_until(page, "data")
    page.keyboard.press("ArrowDown")
    press_until(page, "confirmed")
    page.keyboard.type("dubu")
    page.keyboard.press("Enter")
    page.get_by_text("Venter på en arbejder").wait_for()
    assert page.get_by_role("heading", level=1).inner_text().endswith("fjernet")
    do_next_job(source_town.context, "worker", Event())
    page.get_by_text("Færdig").wait_for()


def test_a_run_is_followed_on_the_list_without_a_reload(chromium: Browser, source_town: Town) -> None:
    lease = begun(source_town, "social")
    page = enter(chromium, source_town, ADMINISTRATOR)
    page.goto("/kilder")
    page.get_by_text("420 af 1.000 læst").wait_for()
    end(source_town, lease)
    page.get_by_text("Læsningen er slut").wait_for()


def test_a_run_is_watched_to_its_end_without_a_reload(chromium: Browser, source_town: Town) -> None:
    lease = begun(source_town, "social")
    page = enter(chromium, source_town, ADMINISTRATOR)
    page.goto("/kilder/social")
    page.get_by_text("420 af 1.000 læst").wait_for()
    page.get_by_label("Hvorfor slukkes kilden?").fill("Halvt skrevet begrundelse")
    with source_town.context.database.transaction() as session:
        run_repository.save_progress(
            session, lease, published=900, rejected=0, skipped={}, total=1000, lines=(), now=maja.NOW
        )
    page.get_by_text("900 af 1.000 læst").wait_for()
    end(source_town, lease)
    page.get_by_text("Læsningen er slut").wait_for()
    assert page.get_by_label("Hvorfor slukkes kilden?").input_value() == "Halvt skrevet begrundelse"


def test_a_run_is_watched_by_reload_without_scripts(chromium: Browser, source_town: Town) -> None:
    lease = begun(source_town, "social")
    page = enter(chromium, source_town, ADMINISTRATOR, scripts=False)
    page.goto("/kilder/social")
    assert page.get_by_text("420 af 1.000 læst").is_visible()
    page.get_by_role("button", name="Stands læsningen").click()
    assert page.get_by_text("Læsningen standser i god orden").is_visible()
    end(source_town, lease)
    page.reload()
    assert page.get_by_text("Der læses ikke lige nu").is_visible()
