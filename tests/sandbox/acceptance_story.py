"""``make story``: Maja's family on the movable clock from 2015 to 2025.

Every sentence that ``docs/brug/maja.md`` quotes must stand on the page of whom it is told, on that day, opened without
a stated reason; the page's pictures are taken anew.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, sync_playwright

from deploy.browser import QUIET, find
from deploy.sandbox.municipality.generate import cohorts
from deploy.sandbox.municipality.staff import cpr_of
from hub.db import Database
from hub.digest import keyed_digest
from hub.matching.repository import citizen_of
from schemas.identifiers import Identifier
from tests.sandbox.told_story import PICTURES, Sight, Step, read_story
from tests.sandbox.years import Years, passing_years, words_of
from tests.web.serving import browsing

WIDTH, HEIGHT = 1100, 1000
QUALITY = 55
"""Of the pictures, which are JPEG: readable, and small enough to lie in the repository."""


def _address(years: Years, sight: Sight) -> str:
    number = Identifier.national(cpr_of(cohorts(), sight.person, "Testborger"))
    with years.context.database.transaction() as session:
        return f"/{sight.side}/{citizen_of(session, keyed_digest(number, years.context.digest_key))}"


@contextmanager
def _camera() -> Iterator[Page | None]:
    """A browser's page; None where there is no browser."""
    chromium = find()
    if chromium is None:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="da-DK")
        browser.close()


def _take_picture(camera: Page, years: Years, step: Step) -> None:
    first = step.sights[0]
    camera.goto(f"{years.address}/log-ind")
    camera.locator(f'form:has(input[value="{first.employee}"]) button').click()
    camera.goto(f"{years.address}{_address(years, first)}")
    PICTURES.mkdir(parents=True, exist_ok=True)
    camera.screenshot(path=PICTURES / step.picture, type="jpeg", quality=QUALITY)
    camera.context.clear_cookies()


@pytest.mark.parametrize("steps", [read_story()], ids=["2015-2025"])
def test_what_the_page_tells_is_what_the_pages_say(database: Database, steps: list[Step]) -> None:
    missing = []
    with passing_years(database.url, steps[0].day) as years, _camera() as camera:
        for number, step in enumerate(steps):
            if number:
                years.stand_on(step.day)
            else:
                years.wait_until_read(step.day)
            for sight in step.sights:
                with browsing(years.address, sight.employee) as browser:
                    words = words_of(browser.http.get(_address(years, sight)).text)
                missing += [f"{step.day} {sight}: {said}" for said in sight.sentences if said not in words]
            if camera is not None and step.picture:
                _take_picture(camera, years, step)
    assert missing == []
