"""In a real browser: no serious finding of axe, nothing against the content policy; keyboard.

Needs Chromium (``make test`` gets one) and the fetched page assets; without them the tests are skipped, with a reason.
"""

import re

import pytest
from playwright.sync_api import Browser, ConsoleMessage

from tests.web import maja
from tests.web.chromium import PAGES, WIDTHS, enter, marks
from tests.web.conftest import Town
from tests.web.page_checks import faults_of, skip_link_faults

pytestmark = marks("pages")


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_has_a_fault_and_the_content_policy_is_kept(chromium: Browser, town: Town, width: str) -> None:
    console: list[str] = []
    faults: list[str] = []
    for actor_id, addresses in PAGES.items():
        page = enter(chromium, town, actor_id, WIDTHS[width])
        page.on(
            "console",
            lambda message: console.append(f"{message.location['url']}: {message.text}") if _is_bad(message) else None,
        )
        page.on("pageerror", lambda error: console.append(str(error)))
        for address in addresses:
            page.goto(address.format(maja=town.ids[maja.MAJA], course=town.course_id))
            name = re.sub(r"\W+", "-", re.sub(r"{\w+}", "", address)).strip("-")
            faults += faults_of(page, f"{name}-{actor_id.split('.')[0]}-{WIDTHS[width]}")
            faults += skip_link_faults(page)
        page.context.close()
    assert not faults
    assert not console


def _is_bad(message: ConsoleMessage) -> bool:
    expected = ("403", "404")
    return message.type == "error" and not any(f"status of {code}" in message.text for code in expected)


def test_the_answer_stands_in_the_first_screenful(chromium: Browser, town: Town) -> None:
    page = enter(chromium, town, "anna.holm")
    page.goto(f"/overblik/{town.ids[maja.MAJA]}")
    for words in ("Ida: Familiebehandling", "44 77 30 02", "passeret for 9 dage siden", "Tovholder"):
        box = page.get_by_text(words).first.bounding_box()
        assert box is not None
        assert box["y"] < 600, words


def test_slash_goes_to_search_and_a_number_is_revealed_in_place(chromium: Browser, town: Town) -> None:
    page = enter(chromium, town, "anna.holm")
    page.goto(f"/overblik/{town.ids[maja.MAJA]}")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.locator("summary", has_text="vis").first.click()
    page.get_by_label("Hvorfor skal du se det skjulte?").fill("Skal skrives på en ansøgning")
    page.get_by_role("button", name="Vis cpr").click()
    page.get_by_text("750786-4002").wait_for()
    assert page.url.endswith(f"/overblik/{town.ids[maja.MAJA]}")


def test_the_page_reads_without_scripts(chromium: Browser, town: Town) -> None:
    page = enter(chromium, town, "anna.holm", scripts=False)
    page.goto(f"/tidslinje/{town.ids[maja.MAJA]}")
    assert page.locator("svg.lane").count() >= 3
    assert page.locator("#timeline-rows tbody tr").count() == 12


def test_the_timeline_is_zoomed_by_keyboard(chromium: Browser, town: Town) -> None:
    page = enter(chromium, town, "anna.holm")
    page.goto(f"/tidslinje/{town.ids[maja.MAJA]}")
    page.get_by_label("Udsnit af tidslinjen").get_by_role("link", name="2019").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**aar=2019*")
    assert page.get_by_label("Udsnit af tidslinjen").locator("[aria-current]").inner_text() == "2019"
    assert page.locator("svg.axis text").first.text_content() == "jan."
    page.get_by_label("Kvartaler").get_by_role("link", name="2. kvartal").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**aar=2019&kvartal=2*")
    assert page.locator("svg.axis text").first.text_content() == "1. apr."


def test_paper_says_who_printed_and_leaves_the_bars_out(chromium: Browser, town: Town) -> None:
    page = enter(chromium, town, "anna.holm")
    page.goto(f"/overblik/{town.ids[maja.MAJA]}")
    assert not page.locator(".printed").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".printed").inner_text().startswith("Udskrevet af Anna Holm, ")
    assert not page.locator(".bar").is_visible()
