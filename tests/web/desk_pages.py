"""What every page of an administrator must be in a real browser: fit, readable by axe, with a picture to look at."""

from playwright.sync_api import Page

from tests.web.chromium import PICTURES
from tests.web.test_browser import serious


def check_page(page: Page, name: str) -> None:
    """Nothing serious for axe, nothing wider than the screen; the picture is in ``artefacts``."""
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
