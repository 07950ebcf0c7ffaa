"""Karantæne: faults, rows, one row, and trying again with a worker; nothing personal, everything in the log."""

import json
import re
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Browser

from connectors.base import Batch, ReadContext, RejectedPayload, Stream
from connectors.sources.social import streams as social
from hub.audit.repository import Selection, list_entries
from hub.bus.base import RECORDS
from hub.quarantine import service as quarantine
from hub.quarantine.repository import list_groups
from hub.web.quarantine import texts
from hub.web.quarantine.present import ROWS
from hub.worker.jobs import do_next_job
from schemas.access import AuditAction, AuditOutcome
from schemas.record import Rejection, RejectionRule
from tests.factories import make_record
from tests.sources import GivenConnector, SilentSource
from tests.web import maja
from tests.web.chromium import MARKS, WIDTHS, enter
from tests.web.conftest import Town
from tests.web.page_checks import check_page


class DubuSource(SilentSource):
    """Declares what DUBU declares; what has an even number can be read by now."""

    def discover(self) -> tuple[Stream, ...]:
        return (Stream(name="all", danish_title="Alt", record_types=social.RECORD_TYPES),)

    def replay(self, payload: RejectedPayload, context: ReadContext) -> Batch | None:  # noqa: ARG002  it waits for nothing
        number = int((payload.source_id or ":1").partition(":")[2])
        if number % 2:
            return None
        return Batch(records=(make_record(source="social", record_type="Ydelse", source_id=payload.source_id or ""),))


def refused(number: int, **more: Any) -> Rejection:
    fields: dict[str, Any] = {
        "record_type": "Ydelse",
        "source_id": f"demo:{number}",
        "field": "startdato",
        "rule": RejectionRule.BAD_DATE,
        "masked_value": "31-••-••••",
        "raw": json.dumps({"id": number, "sagId": 10_000 + number, "cprnr": "750786-4002"}).encode(),
    }
    return Rejection(**fields | more)


class Desk:
    """DUBU with rows in quarantine, and a worker."""

    def __init__(self, town: Town) -> None:
        self.town = town
        town.context.catalogue.builder.kinds["test_social"] = GivenConnector(DubuSource(maja.SOCIAL))
        town.context.catalogue.forget_connector("social")
        town.context.bus.create({RECORDS: 1})

    def park(self, *rejections: Rejection) -> None:
        context = self.town.context
        with context.database.transaction() as session:
            quarantine.add(session, "social", rejections, cipher=context.payload_cipher, now=context.clock.now())

    def key(self) -> str:
        with self.town.context.database.transaction() as session:
            return list_groups(session)[0].key

    def entry(self) -> int:
        with self.town.context.database.transaction() as session:
            return quarantine.list_entries(session, "social")[0].id

    def work(self) -> None:
        while do_next_job(self.town.context, "worker", Event()):
            pass

    def lines(self, action: AuditAction) -> list[tuple[AuditOutcome, str | None]]:
        with self.town.context.database.transaction() as session:
            entries = [line.entry for line in list_entries(session, Selection())]
        return [(entry.outcome, entry.object_id) for entry in entries if entry.action is action]


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town)


def test_without_any_the_page_says_what_would_stand_there(town: Town) -> None:
    assert texts.EMPTY in town.client("tine.skov").get("/karantaene").text


def test_one_fault_is_one_group_with_count_example_and_what_to_do(desk: Desk) -> None:
    desk.park(*(refused(number) for number in range(3)), refused(9, field="status", rule=RejectionRule.UNKNOWN_STATUS))
    page = desk.town.client("tine.skov").get("/karantaene").text
    assert "4 linjer kunne ikke læses, af 2 forskellige grunde." in page
    assert "Bevilgede indsatser: startdato" in page
    assert "3 linjer" in page
    assert "31-••-••••" in page
    assert "Ret datoen i fagsystemet." in page
    assert desk.lines(AuditAction.READ_QUARANTINE) == [(AuditOutcome.SHOWN, None)]


def test_the_rows_of_a_fault_are_paged_and_each_has_a_page_of_its_own(desk: Desk) -> None:
    desk.park(*(refused(number) for number in range(ROWS + 3)))
    client = desk.town.client("tine.skov")
    first = client.get(f"/karantaene/fejl/{desk.key()}").text
    assert first.count('<td role="cell" data-label="Linje">') == ROWS
    link = first.split('<p class="pager"><a href="')[1].split('"')[0]
    rest = client.get(link).text
    assert rest.count('<td role="cell" data-label="Linje">') == 3
    assert "Sag 10052, nøgle demo:52" in rest
    page = client.get(f"/karantaene/{desk.entry()}").text
    assert "Sag 10000, nøgle demo:0" in page
    assert "er gemt krypteret og slettes senest den" in page
    assert ("4002" in page, "4002" in rest) == (False, False)


def test_a_group_is_tried_again_by_a_worker_and_the_result_is_kept(desk: Desk) -> None:
    desk.park(*(refused(number) for number in range(4)))
    client, key = desk.town.client("tine.skov"), desk.key()
    started = client.post(f"/karantaene/fejl/{key}/proev")
    assert started.url.path == f"/karantaene/fejl/{key}"
    assert texts.STARTED in started.text
    assert "Venter på en arbejder" in started.text
    assert "Prøv alle igen" not in started.text, "it is asked for already"
    client.post(f"/karantaene/fejl/{key}/proev")
    desk.work()
    done = client.get(f"/karantaene/fejl/{key}").text
    assert "2 kan læses nu og er på vej til borgerne" in done
    assert "2 læses igen ved kildens næste kørsel" in done
    assert "Prøv alle igen" in done
    assert "Tine Skov" in done
    assert desk.town.context.bus.lag("pipeline", RECORDS) == 2
    assert desk.lines(AuditAction.REPLAY_QUARANTINE) == [(AuditOutcome.SHOWN, "social")] * 2


def test_one_row_is_tried_again_and_what_came_of_it_stands_when_it_is_gone(desk: Desk) -> None:
    desk.park(refused(2))
    client, entry = desk.town.client("tine.skov"), desk.entry()
    client.post(f"/karantaene/{entry}/proev")
    job = client.get(f"/karantaene/{entry}").text.split('hx-get="')[1].split('"')[0]
    desk.work()
    piece = client.get(job).text
    assert "1 kan læses nu og er på vej til borgeren" in piece
    assert "hx-trigger" not in piece, "it is not asked for again"
    closed = client.get(f"/karantaene/{entry}").text
    assert "Er ikke i karantæne længere" in closed
    assert "1 kan læses nu" in closed
    again = client.post(f"/karantaene/{entry}/proev")
    assert (again.url.path, texts.GONE in again.text) == ("/karantaene", True)
    assert desk.lines(AuditAction.REPLAY_QUARANTINE)[0] == (AuditOutcome.NOT_FOUND, None)


@pytest.mark.parametrize(
    "address",
    [
        "/karantaene/1",
        "/karantaene/0",
        "/karantaene/fejl/0123456789abcdef",
        "/karantaene/fejl/x",
        "/karantaene/opgave/7",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(town: Town, address: str) -> None:
    assert town.client("tine.skov").get(address).status_code == 404


def test_nothing_as_the_source_wrote_it_reaches_a_page_or_an_address(desk: Desk) -> None:
    desk.park(
        refused(1, record_type="Mette Hansen", field="kontakt.Mette Hansen", source_id="Mette Hansen"),
        refused(3, record_type="<script>", field="a.<b>", masked_value="<i>"),
    )
    client = desk.town.client("tine.skov")
    pages = [client.get("/karantaene").text, client.get("/api/karantaene").text]
    with desk.town.context.database.transaction() as session:
        pages += [client.get(f"/karantaene/fejl/{group.key}").text for group in list_groups(session)]
        entries = quarantine.list_entries(session, "social")
    pages += [client.get(f"/karantaene/{entry.id}").text for entry in entries]
    assert all("Mette" not in address for address in client.addresses)
    assert all("Mette" not in page for page in (pages[0], *pages[2:]))
    assert all(word not in page for page in (pages[0], *pages[2:]) for word in ("<script>", "<b>", "<i>", "4002"))


def test_others_than_administrators_see_and_try_nothing(desk: Desk) -> None:
    desk.park(refused(2))
    for actor in ("anna.holm", "jens.dam"):
        client = desk.town.client(actor)
        assert client.get(f"/karantaene/{desk.entry()}").status_code == 403
        assert client.post(f"/karantaene/{desk.entry()}/proev").status_code == 403
        assert client.get("/api/karantaene").status_code == 403
    desk.work()
    assert desk.town.context.bus.lag("pipeline", RECORDS) == 0


def test_the_api_lists_tries_and_tells_the_same(desk: Desk) -> None:
    desk.park(refused(2), refused(3))
    client = desk.town.client("tine.skov")
    (fault,) = client.get("/api/karantaene").json()
    assert (fault["key"], fault["fault"]["payloads"]) == (desk.key(), 2)
    headers = {"X-CSRF-Token": client.token()}
    assert client.http.post(f"/api/karantaene/fejl/{fault['key']}/proev").status_code == 403, "no token"
    job = client.http.post(f"/api/karantaene/fejl/{fault['key']}/proev", headers=headers).json()
    assert job["state"] == "waiting"
    desk.work()
    assert client.get(f"/api/opgaver/{job['id']}").json()["result"] == {"published": 1, "next_run": 1}
    single = client.http.post(f"/api/karantaene/{desk.entry()}/proev", headers=headers).json()
    assert single["id"] != job["id"]
    assert client.get("/api/opgaver/999").status_code == 404
    assert client.http.post("/api/karantaene/999/proev", headers=headers).status_code == 409


class TestInABrowser:
    pytestmark = MARKS

    @pytest.mark.parametrize("width", WIDTHS)
    def test_a_group_is_looked_at_and_tried_again_by_keyboard(self, chromium: Browser, desk: Desk, width: str) -> None:
        desk.park(
            *(refused(number) for number in range(6)), refused(9, field="status", rule=RejectionRule.UNKNOWN_CODE)
        )
        page = enter(chromium, desk.town, "tine.skov", WIDTHS[width])
        page.goto("/karantaene")
        check_page(page, f"quarantine-{WIDTHS[width]}")
        page.get_by_role("link", name=re.compile("prøv igen.*startdato")).focus()
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Prøv alle igen").focus()
        page.keyboard.press("Enter")
        page.get_by_text("Venter på en arbejder").wait_for()
        check_page(page, f"quarantine-running-{WIDTHS[width]}")
        desk.work()
        page.get_by_text("3 kan læses nu og er på vej til borgerne").wait_for()
        page.reload()
        check_page(page, f"quarantine-done-{WIDTHS[width]}")
        page.get_by_role("link", name="Sag 10001, nøgle demo:1").click()
        check_page(page, f"quarantine-row-{WIDTHS[width]}")
        page.go_back()
        assert page.get_by_role("button", name="Prøv alle igen").is_visible()
        page.context.close()

    def test_without_scripts_a_link_shows_how_far_it_is(self, chromium: Browser, desk: Desk) -> None:
        desk.park(refused(1), refused(2))
        page = enter(chromium, desk.town, "tine.skov", scripts=False)
        page.goto(f"/karantaene/fejl/{desk.key()}")
        page.get_by_role("button", name="Prøv alle igen").click()
        desk.work()
        page.get_by_role("link", name="Se, hvor langt det er").click()
        assert page.get_by_text("1 kan læses nu").is_visible()
        page.context.close()
