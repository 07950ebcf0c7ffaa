"""Tilbageholdt: what waits, what follows a decision, two people at once, and everything in the log."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from connectors.base import HeldDeletions, Stream
from connectors.sources.social import streams as social
from hub.audit.repository import Selection, list_entries
from hub.clock import FixedClock
from hub.sources import service
from hub.sources.definitions import HeldDeletion, HeldState
from hub.sources.held_repository import list_held, save_held
from hub.web.held_deletions import texts
from schemas.access import AuditAction, AuditOutcome
from tests.sources import GivenConnector, SilentSource, leased
from tests.web import maja
from tests.web.chromium import MARKS, WIDTHS, comes, enter
from tests.web.conftest import Town
from tests.web.page_checks import check_page
from tests.web.serving import without_keys

WHY = "Systemejeren siger, at de er slettet"
Hold = Callable[..., tuple[HeldDeletion, ...]]


class DubuSource(SilentSource):
    """Declares what DUBU declares."""

    def discover(self) -> tuple[Stream, ...]:
        return (Stream(name="all", danish_title="Alt", record_types=social.RECORD_TYPES),)


@pytest.fixture
def hold(town: Town, clock: FixedClock) -> Hold:
    """Lets a reading of DUBU hold deletions; gives what waits."""
    town.context.catalogue.builder.kinds["test_social"] = GivenConnector(DubuSource(maja.SOCIAL))
    town.context.catalogue.forget_connector("social")
    lease = leased(town.context.database, "social")

    def put(**missing: int) -> tuple[HeldDeletion, ...]:
        held = {
            name: HeldDeletions(record_type=name, missing=count, known=40, sample=("demo:1••", "demo:2••"))
            for name, count in missing.items()
        }
        with town.context.database.transaction() as session:
            save_held(session, lease, held, clock.now())
            return list_held(session)

    return put


def state_of(town: Town) -> dict[str, tuple[HeldState, int | None]]:
    with town.context.database.transaction() as session:
        return {entry.record_type: (entry.state, entry.ceiling) for entry in list_held(session)}


def lines(town: Town, action: AuditAction) -> list[AuditOutcome]:
    with town.context.database.transaction() as session:
        return [line.entry.outcome for line in list_entries(session, Selection()) if line.entry.action is action]


def test_without_any_the_page_says_what_would_stand_there(town: Town) -> None:
    page = town.client("tine.skov").get("/tilbageholdt").text
    assert texts.NOBODY_WAITS in page
    assert texts.EMPTY in page


def test_each_type_says_how_many_of_how_many_what_follows_and_what_a_decision_does(town: Town, hold: Hold) -> None:
    hold(Sag=12, **{"Sag.part": 30})
    page = town.client("tine.skov").get("/kilder/social/tilbageholdt").text
    assert "12 af 40 mangler i kilden" in page
    assert "demo:1••" in page
    assert "Kilden læses igen med det samme; højst 12 slettes." in page
    assert "(30); det gælder din afgørelse også." in page
    assert page.count("Slet også her") == 1, "the people of a case follow it"


def test_a_release_is_a_ceiling_with_a_reason_and_a_line_and_is_harmless_twice(town: Town, hold: Hold) -> None:
    (case, *_) = hold(Sag=12, **{"Sag.part": 30})
    client = town.client("tine.skov")
    form = {"reason": WHY, "seen": "held-12"}
    answer = client.post(f"/tilbageholdt/{case.id}/frigiv", **form)
    assert answer.url.path == "/tilbageholdt"
    assert "Frigivet. Kilden læses igen; højst 12 slettes." in answer.text
    assert f"«{WHY}» Tine Skov" in answer.text
    assert state_of(town) == {"Sag": (HeldState.RELEASED, 12), "Sag.part": (HeldState.RELEASED, 30)}
    client.post(f"/tilbageholdt/{case.id}/frigiv", **form)
    assert lines(town, AuditAction.RELEASE_DELETIONS) == [AuditOutcome.SHOWN, AuditOutcome.SHOWN], "one for each type"
    assert "Frigivet. Kilden" not in client.get("/tilbageholdt").text, "said once"


def test_who_changes_their_mind_refuses_what_was_released(town: Town, hold: Hold) -> None:
    (case,) = hold(Sag=12)
    client = town.client("tine.skov")
    client.post(f"/tilbageholdt/{case.id}/frigiv", reason=WHY, seen="held-12")
    answer = client.post(f"/tilbageholdt/{case.id}/afvis", reason="De er der alligevel", seen="released-12")
    assert "Afvist: de 12 bliver stående." in answer.text
    assert state_of(town) == {"Sag": (HeldState.REFUSED, None)}


@pytest.mark.parametrize("way", ["frigiv", "afvis"])
def test_without_a_reason_nothing_is_decided_and_what_was_typed_comes_back(town: Town, hold: Hold, way: str) -> None:
    (case,) = hold(Sag=12)
    page = town.client("tine.skov").post(f"/tilbageholdt/{case.id}/{way}", reason="Kort <b>", seen="held-12").text
    assert "Skriv med ord, hvorfor: mindst 10 tegn." in page
    assert "Kort &lt;b&gt;</textarea>" in page
    assert state_of(town) == {"Sag": (HeldState.HELD, None)}
    action = AuditAction.RELEASE_DELETIONS if way == "frigiv" else AuditAction.REFUSE_DELETIONS
    assert lines(town, action) == [AuditOutcome.REFUSED]


def test_two_at_once_are_told_that_the_other_has_decided_or_that_the_number_has_changed(town: Town, hold: Hold) -> None:
    (case,) = hold(Sag=12)
    first, second = town.client("tine.skov"), town.client("tine.skov")
    hold(Sag=15)
    changed = first.post(f"/tilbageholdt/{case.id}/frigiv", reason=WHY, seen="held-12").text
    assert texts.FAILED["shown_outdated"] in changed
    assert WHY in changed, "nothing that was typed is lost"
    assert state_of(town) == {"Sag": (HeldState.HELD, None)}
    first.post(f"/tilbageholdt/{case.id}/afvis", reason=WHY, seen="held-15")
    assert (
        texts.FAILED["shown_outdated"]
        in second.post(f"/tilbageholdt/{case.id}/frigiv", reason=WHY, seen="held-15").text
    )
    assert state_of(town) == {"Sag": (HeldState.REFUSED, None)}
    hold()
    gone = second.post(f"/tilbageholdt/{case.id}/frigiv", reason=WHY, seen="refused-15")
    assert texts.FAILED["already_decided"] in gone.text
    assert lines(town, AuditAction.RELEASE_DELETIONS).count(AuditOutcome.NOT_FOUND) == 1


def test_a_national_number_in_a_reason_is_kept_nowhere(town: Town, hold: Hold) -> None:
    (case,) = hold(Sag=12)
    page = town.client("tine.skov").post(
        f"/tilbageholdt/{case.id}/afvis", reason="Gælder 750786-4002, som er flyttet", seen="held-12"
    )
    assert "4002" not in without_keys(page.text)
    with town.context.database.transaction() as session:
        assert all("4002" not in (line.entry.override_reason or "") for line in list_entries(session, Selection()))


def test_the_api_decides_the_same(town: Town, hold: Hold) -> None:
    (case,) = hold(Sag=12)
    client = town.client("tine.skov")
    (entry,) = client.get("/api/tilbageholdt?kilde=social").json()
    assert (entry["entry"]["missing"], entry["seen"]) == (12, "held-12")
    address, headers = f"/api/tilbageholdt/{case.id}", {"X-CSRF-Token": client.token()}
    ask = {"decision": "release", "reason": "", "seen": entry["seen"]}
    assert client.http.post(address, json=ask, headers=headers).status_code == 422
    answer = client.http.post(address, json=ask | {"reason": WHY}, headers=headers)
    assert answer.json()[0]["entry"]["state"] == "released"
    stale = client.http.post(address, json=ask | {"reason": WHY, "decision": "refuse"}, headers=headers)
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:helhed:shown_outdated")
    assert client.http.get("/api/tilbageholdt?kilde=findes_ikke").status_code == 404
    assert lines(town, AuditAction.RELEASE_DELETIONS) == [AuditOutcome.SHOWN, AuditOutcome.REFUSED]


def test_others_than_administrators_see_and_decide_nothing(town: Town, hold: Hold) -> None:
    (case,) = hold(Sag=12)
    client = town.client("anna.holm")
    assert client.get("/kilder/social/tilbageholdt").status_code == 403
    assert client.post(f"/tilbageholdt/{case.id}/frigiv", reason=WHY, seen="held-12").status_code == 403
    assert state_of(town) == {"Sag": (HeldState.HELD, None)}


class TestInABrowser:
    pytestmark = MARKS

    @pytest.mark.parametrize("width", WIDTHS)
    def test_the_page_is_read_and_decided_by_keyboard(
        self, chromium: Browser, town: Town, hold: Hold, width: str
    ) -> None:
        (case, *_) = hold(Sag=12, Aktivitet=1, Ydelse=7, **{"Sag.part": 30})
        with town.context.database.transaction() as session:
            service.refuse_deletions(session, "social", ["Ydelse"], by="cli:root", reason=WHY, now=town.clock.now())
        page = enter(chromium, town, "tine.skov", WIDTHS[width])
        page.goto("/tilbageholdt")
        check_page(page, f"held-{WIDTHS[width]}")
        page.locator(f"#reason-{case.id}").focus()
        page.keyboard.type(WHY)
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.innerText") == "Slet også her"
        page.keyboard.press("Enter")
        page.get_by_role("status").get_by_text("Frigivet.").wait_for()
        check_page(page, f"held-decided-{WIDTHS[width]}")
        page.go_back()
        page.reload()
        assert state_of(town)["Sag"] == (HeldState.RELEASED, 12)
        page.context.close()

    def test_it_works_without_scripts(self, chromium: Browser, town: Town, hold: Hold) -> None:
        (case,) = hold(Sag=12)
        page = enter(chromium, town, "tine.skov", scripts=False)
        page.goto("/tilbageholdt")
        page.locator(f"#reason-{case.id}").fill(WHY)
        page.get_by_role("button", name="Behold her").click()
        comes(page.get_by_role("status"), "Afvist.")
        page.context.close()
