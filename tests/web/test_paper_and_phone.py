"""In a real browser: where things stand on a screen of 1440 and of 390 px, and what stands on paper."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from hub.quarantine import service as quarantine
from schemas.record import Rejection, RejectionRule
from tests.web import maja
from tests.web.chromium import PICTURES, WIDTHS, enter, marks
from tests.web.conftest import Town

pytestmark = marks("paper")
A4 = 718
"""Pixels between the margins of a sheet."""
NEAR = re.compile(r"\b(?:i dag|i går|i nat|i morgen|lige nu|for \d+ \w+ siden|om \d+ dage|gammel)\b")
BOXES = """selector => [...document.querySelectorAll(selector)].filter(node => node.checkVisibility()).map(node => {
    const box = node.getBoundingClientRect();
    return {left: box.left, top: box.top, right: box.right, bottom: box.bottom, text: node.textContent.trim()};
}).filter(box => box.right > box.left)"""
PRINTED = """() => [...document.querySelectorAll("[data-paper]")].filter(node => node.checkVisibility())
    .map(node => [node.innerText.trim(), getComputedStyle(node, "::after").content, node.dataset.paper])"""
LINES_OF_WORDS = """cells => cells.flatMap(cell => [...cell.firstChild.data.matchAll(/\\S+/g)].map(word => {
    const range = document.createRange();
    range.setStart(cell.firstChild, word.index);
    range.setEnd(cell.firstChild, word.index + word[0].length);
    return [word[0], range.getClientRects().length];
}))"""
FONTS = """() => [...new Set([...document.querySelectorAll("body *")].filter(node => node.checkVisibility())
    .map(node => getComputedStyle(node).fontFamily))]"""


def visit(page: Page, town: Town, address: str) -> None:
    """Open it and wait until it stands."""
    page.goto(address.format(maja=town.ids[maja.MAJA], course=town.course_id))


@pytest.mark.parametrize("width", WIDTHS)
def test_the_way_into_the_fagsystem_says_what_it_opens(chromium: Browser, town: Town, width: str) -> None:
    page = enter(chromium, town, "anna.holm", WIDTHS[width])
    visit(page, town, "/overblik/{maja}")
    names = page.locator("main a[href^='https://fagsystem.example']").evaluate_all(
        "nodes => nodes.map(node => node.textContent.trim())"
    )
    assert "åbn Familiebehandling i DUBU for Ida fra 14. sep. 2019" in names
    assert len(names) == len(set(names)) > len(maja.NOTIFICATIONS) - 3


@pytest.mark.parametrize("width", WIDTHS)
def test_navigation_shows_where_one_is_and_stands_outside_the_line_of_the_log(
    chromium: Browser, town: Town, width: str
) -> None:
    page = enter(chromium, town, "anna.holm", WIDTHS[width])
    visit(page, town, "/")
    assert page.locator("nav.menu [aria-current=page]").inner_text() == "Mine borgere"
    for side, title in (("overblik", "Overblik"), ("familien", "Hele familien"), ("tidslinje", "Tidslinje")):
        visit(page, town, f"/{side}/{{maja}}")
        current = page.get_by_label("Sider om borgeren").locator("[aria-current=page]")
        assert current.inner_text() == title
        assert current.evaluate("node => parseFloat(getComputedStyle(node).borderBottomWidth)") >= 2
        assert page.locator(".why nav, .why .js-print").count() == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_what_opens_stays_on_the_screen(chromium: Browser, town: Town, width: str) -> None:
    page = enter(chromium, town, "anna.holm", WIDTHS[width])
    for address in ("/overblik/{maja}", "/mine-borgere"):
        visit(page, town, address)
        panels = page.locator("details.inline")
        for at in range(panels.count()):
            panels.nth(at).locator("summary").click()
            box = panels.nth(at).locator(".pop").bounding_box()
            assert box is not None
            assert box["x"] >= 0, address
            assert box["x"] + box["width"] <= WIDTHS[width], address
            page.keyboard.press("Escape")
    assert panels.count() > 0


def test_what_is_open_stays_on_the_screen_when_the_window_becomes_narrow(chromium: Browser, town: Town) -> None:
    page = enter(chromium, town, "anna.holm", 1440)
    visit(page, town, "/overblik/{maja}")
    panels = page.locator("details.inline")
    for at in range(panels.count()):
        panels.nth(at).locator("summary").click()
        for width in (390, 1440, 700):
            page.set_viewport_size({"width": width, "height": 900})
            page.evaluate("() => new Promise(requestAnimationFrame)")
            box = panels.nth(at).locator(".pop").bounding_box()
            assert box is not None
            assert box["x"] >= 0, (at, width)
            assert box["x"] + box["width"] <= width, (at, width)
        page.set_viewport_size({"width": 1440, "height": 900})
        page.keyboard.press("Escape")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_that_is_written_in_the_lanes_covers_anything_else(chromium: Browser, town: Town, width: str) -> None:
    page = enter(chromium, town, "anna.holm", WIDTHS[width])
    for address in ("/overblik/{maja}", "/familien/{maja}", "/tidslinje/{maja}", "/tidslinje/{maja}?aar=2019"):
        visit(page, town, address)
        names = page.evaluate(BOXES, ".lane-name")
        words = [*names, *page.evaluate(BOXES, ".lanes .beside, .axis text")]
        for at, one in enumerate(words):
            assert one["left"] >= 0, one
            assert one["right"] <= WIDTHS[width], one
            assert [other["text"] for other in words[at + 1 :] if overlaps(one, other)] == [], one
        lanes = page.evaluate(BOXES, ".lane")
        assert [name["text"] for name in names for lane in lanes if overlaps(name, lane)] == []


def overlaps(one: dict[str, float], other: dict[str, float]) -> bool:
    """Whether two boxes have more in common than an edge."""
    return (
        min(one["right"], other["right"]) - max(one["left"], other["left"]) > 1
        and min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > 1
    )


def test_on_a_phone_what_is_new_comes_second(chromium: Browser, town: Town) -> None:
    page = enter(chromium, town, "anna.holm", WIDTHS["narrow"])
    visit(page, town, "/overblik/{maja}")
    town.clock.move(timedelta(days=1))
    visit(page, town, "/overblik/{maja}")
    tops = {
        name: page.locator(f"[aria-labelledby={name}]").evaluate("node => node.getBoundingClientRect().top")
        for name in ("now", "since", "came-in", "works", "sources")
    }
    assert list(tops) == sorted(tops, key=lambda name: tops[name])


def test_on_a_phone_a_table_is_rows_below_each_other_with_what_each_line_is(chromium: Browser, town: Town) -> None:
    rejection = Rejection(
        record_type="Ydelse", source_id="demo:1", field="startdato", rule=RejectionRule.BAD_DATE, raw=b'{"sagId": 1}'
    )
    with town.context.database.transaction() as session:
        quarantine.add(session, "social", [rejection], cipher=town.context.payload_cipher, now=town.clock.now())
    for actor_id, address in (
        ("anna.holm", "/tidslinje/{maja}"),
        ("anna.holm", "/familien/{maja}"),
        ("tine.skov", "/kilder"),
        ("jens.dam", "/tilsyn"),
    ):
        page = enter(chromium, town, actor_id, WIDTHS["narrow"])
        visit(page, town, address)
        tops = page.locator("table.rows tbody tr").evaluate_all(
            """rows => rows.map(row => [...row.cells].filter(cell => cell.checkVisibility() && cell.innerText)
                .map(cell => Math.round(cell.getBoundingClientRect().top)))"""
        )
        assert all(row == sorted(set(row)) for row in tops), f"{address}: cells stand beside each other"
        unnamed = page.locator("table.rows:not(.together) td[data-label]").evaluate_all(
            "cells => cells.filter(cell => getComputedStyle(cell, '::before').content === 'none').length"
        )
        assert unnamed == 0
        wide = page.evaluate(BOXES, "main *")
        assert [box["text"][:40] for box in wide if box["right"] > WIDTHS["narrow"]] == [], address
        page.context.close()


@pytest.mark.parametrize("side", ["overblik", "familien", "tidslinje"])
def test_paper_has_everything_with_dates_in_the_same_typeface(chromium: Browser, town: Town, side: str) -> None:
    page = enter(chromium, town, "anna.holm")
    visit(page, town, f"/{side}/{{maja}}")
    on_screen = set(page.evaluate(FONTS))
    page.set_viewport_size({"width": A4, "height": 1000})
    page.emulate_media(media="print")
    text = page.locator("body").inner_text()
    assert NEAR.findall(text) == []
    for hidden, written, paper in page.evaluate(PRINTED):
        assert (hidden, written) == ("", f'"{paper}"')
        assert not NEAR.search(paper)
    assert set(page.evaluate(FONTS)) <= on_screen
    assert all(font.startswith(('"IBM Plex Sans"', "IBM Plex Sans")) for font in page.evaluate(FONTS))
    for name in ("Lene Friis, familiebehandler, Familiehuset", "Anna Holm, tovholder, Familieafdelingen"):
        assert name in re.sub(r"\s*\n\s*", " ", text)
    assert not page.locator("nav:visible, summary:visible:not(details.panel > summary)").count()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    PICTURES.mkdir(exist_ok=True)
    page.pdf(path=PICTURES / f"{side}-paper.pdf", format="A4")


def test_no_word_of_a_lane_is_broken_on_paper(chromium: Browser, town: Town) -> None:
    page = enter(chromium, town, "anna.holm")
    visit(page, town, "/tidslinje/{maja}")
    page.set_viewport_size({"width": A4, "height": 1000})
    page.emulate_media(media="print")
    lines = page.locator("#timeline-rows td:nth-child(3)").evaluate_all(LINES_OF_WORDS)
    assert ["Underretninger", 1] in lines
    assert [word for word, count in lines if count > 1] == []


def test_paper_has_the_notifications_that_are_folded_away_on_the_screen(chromium: Browser, town: Town) -> None:
    page = enter(chromium, town, "anna.holm")
    visit(page, town, "/overblik/{maja}")
    rows = page.locator(".came-in > li")
    shown = page.locator(".came-in > li:visible").count()
    assert shown < rows.count()
    page.emulate_media(media="print")
    assert all(box["height"] > 10 for at in range(rows.count()) if (box := rows.nth(at).bounding_box()))
    assert page.locator(".came-in > li:visible").count() == rows.count()
