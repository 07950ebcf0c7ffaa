"""A person at the browser who sets sources up: the forms of the four fagsystemer, filled by hand."""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Locator, Page, expect

from deploy.sandbox.fagsystemer.process import STAR_ENTITIES, Running
from tests.web.chromium import take_picture, violations

SLOW = 60_000
"""Milliseconds that a check, a preview or a first load may take on a busy machine."""


@dataclass
class Hand:
    """A person at the browser, whose clicks are counted."""

    page: Page
    clicks: int = 0
    fields: int = 0

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def press(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def write(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=False).first.fill(text)
        self.fields += 1

    def write_field(self, name: str, text: str) -> None:
        self.page.locator(f'[name="field.{name}"]').fill(text)
        self.fields += 1

    def upload(self, name: str, content: str) -> None:
        control = self.page.locator(f'[name="field.{name}.file"]')
        control.set_input_files({"name": f"{name}.pem", "mimeType": "text/plain", "buffer": content.encode()})
        self.fields += 1

    def choose_kind(self, kind: str) -> None:
        self.page.goto("/kilder")
        self.click(self.page.get_by_role("link", name="Tilslut en ny kilde"))
        self.click(self.page.locator(f'button[value="{kind}"]'))

    def go_through(self) -> str:
        """From the filled form to a source that is read; its name."""
        page = self.page
        self.press("Gem, og tjek forbindelsen")
        expect(page.get_by_role("heading", name="Forbindelsen virker.")).to_be_visible(timeout=SLOW)
        assert page.locator(".check-steps .followed").count() >= 4
        self.click(page.get_by_role("link", name="Videre til felter og plan"))
        self.click(page.get_by_label("Felter, formål og hjemmel er gennemgået og godkendt"))
        self.press("Godkend, og se en prøve")
        expect(page.get_by_role("heading", name=re.compile("linjer?, sløret"))).to_be_visible(timeout=SLOW)
        assert page.locator(".preview-row").count() > 1
        name = page.locator("h1 + .sub code").inner_text()
        self.press("Start: læs kilden fra nu af")
        expect(page).to_have_url(re.compile("/kilder$"))
        return name


def log_in(chromium: Chromium, address: str, who: str, width: int = 1440, *, scripts: bool = True) -> Page:
    """A page of that width, logged in as the demo's person."""
    context = chromium.new_context(
        base_url=address,
        viewport={"width": width, "height": 900},
        locale="da-DK",
        java_script_enabled=scripts,
    )
    page = context.new_page()
    page.goto("/log-ind")
    page.locator(f'form:has(input[value="{who}"]) button').click()
    return page


def looked_at(page: Page, name: str) -> None:
    """Axe has nothing to say, and the page fits."""
    take_picture(page, f"connect-{name}")
    assert [f"{rule}: {html[:150]}" for rule, _, html, _ in violations(page)] == [], name
    too_wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not too_wide, name


def fill_social(hand: Hand, running: Running, *, secret: str | None = None) -> None:
    hand.write_field("base_url", running.odata_url)
    hand.write_field("environment", "demo")
    hand.write_field("token_url", running.odata_token_url)
    hand.write_field("client_id", running.client_id)
    hand.write_field("client_secret", running.client_secret if secret is None else secret)


def fill_health(hand: Hand, running: Running) -> None:
    hand.write_field("base_url", running.fhir_url)
    hand.write_field("token_url", running.fhir_token_url)
    hand.write_field("client_id", running.client_id)
    hand.write_field("client_secret", running.client_secret)


def fill_school(hand: Hand, running: Running) -> None:
    hand.write_field("host", running.sftp_host)
    hand.write_field("port", str(running.sftp_port))
    hand.write_field("user", "helhed")
    hand.upload("private_key", running.sftp_private_key)
    hand.upload("host_key", running.sftp_host_key)
    hand.click(hand.page.get_by_label("Eleverne er opdigtede"))


def fill_employment(hand: Hand, running: Running) -> None:
    folder = Path(running.certificates)
    hand.write_field("base_url", running.star_url)
    hand.upload("ca_certificates", (folder / "ca.pem").read_text())
    hand.upload("client_certificate", (folder / "helhed-certificate.pem").read_text())
    hand.upload("client_key", (folder / "helhed-key.pem").read_text())
    hand.write_field("municipality_code", "0999")
    hand.write_field("environment", "demo")
    hand.write_field("search_url", running.star_url)
    hand.write_field("search_token_url", f"{running.star_url}/token")
    hand.write_field("search_client_id", running.client_id)
    hand.write_field("search_client_secret", running.client_secret)
    for box in hand.page.locator('[name="field.entities"]').all():
        if box.get_attribute("value") not in STAR_ENTITIES:
            hand.click(box)
