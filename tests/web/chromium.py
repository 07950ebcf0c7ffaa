"""A real browser at the pages: who opens which, how wide, and when the tests are skipped."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from deploy.browser import find
from hub.web.shell.rendering import WEB
from tests.web.conftest import Town

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "artefacts"
AXE = WEB / "static/vendor/axe-core/axe.min.js"
WIDTHS = {"wide": 1440, "narrow": 390}
VIOLATIONS = """async () => { %s
    const result = await axe.run({resultTypes: ["violations"], preload: false});
    return result.violations.map(rule => [rule.id, rule.impact, rule.nodes[0].html, rule.nodes.length]); }"""
"""What passed is neither described by axe nor carried here: that took as long as the check itself."""
PAGES = {
    "anna.holm": [
        "/mine-borgere",
        "/soeg",
        "/overblik/{maja}",
        "/familien/{maja}",
        "/tidslinje/{maja}",
        "/mine-login",
        "/samtykker",
        "/samtykker/{maja}",
        "/videregivelser",
        "/videregivelser/ny/{maja}",
        "/forloeb",
        "/forloeb/{course}",
        "/findes-ikke",
    ],
    "ole.bruun": ["/overblik/{maja}", "/familien/{maja}", "/mine-borgere"],
    "tine.skov": ["/medarbejdere", "/medarbejdere/enheder", "/kilder"],
    "gitte.berg": ["/mine-enheder"],
    "jens.dam": [
        "/tilsyn",
        "/tilsyn/saerlige-grunde",
        "/tilsyn/regler",
        "/tilsyn/loggen",
        "/tilsyn/rettigheder",
        "/tilsyn/rettigheder/{maja}",
        "/tilsyn/rettigheder/{maja}/bestridt",
        "/tilsyn/sletning",
    ],
}


def marks(group: str = "browser") -> list[pytest.MarkDecorator]:
    """When tests with a real browser are skipped, and in which process they run; a long file has a group of its own."""
    return [
        pytest.mark.skipif(find() is None, reason="no Chromium: set CHROMIUM, or run make test"),
        pytest.mark.skipif(not AXE.exists(), reason="no page assets: run python -m hub.web.assets"),
        pytest.mark.xdist_group(group),
    ]


MARKS = marks()


def enter(chromium: Browser, town: Town, actor_id: str, width: int = 1440, *, scripts: bool = True) -> Page:
    """An empty page of that width, logged in as the actor."""
    context = chromium.new_context(
        base_url=town.address, viewport={"width": width, "height": 900}, locale="da-DK", java_script_enabled=scripts
    )
    # Not by the form: drawing its page, and the one it leads to, takes the longest of a short test.
    cookies = town.client(actor_id).http.cookies.jar
    context.add_cookies([{"name": each.name, "value": each.value or "", "url": town.address} for each in cookies])
    return context.new_page()


def take_picture(page: Page, name: str) -> None:
    """The whole page in ``artefacts``, to be looked at; with ``HELHED_TEST_PICTURES`` alone, a fifth of a visit."""
    if os.environ.get("HELHED_TEST_PICTURES"):
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def violations(page: Page) -> list[tuple[str, str, str, int]]:
    """What axe says of the page that is open: the rule, how serious it is, the first place and how many there are."""
    script = VIOLATIONS % AXE.read_text(encoding="utf-8")
    return [(rule, impact, html, places) for rule, impact, html, places in page.evaluate(script)]


def comes(place: Locator, words: str) -> None:
    """The words are there once the answer is, which a click does not wait for."""
    expect(place).to_contain_text(words, use_inner_text=True, timeout=60_000)
