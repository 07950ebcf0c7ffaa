"""``make screenshots``: the two pictures in the README, taken from a running demo in a real browser."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from deploy.browser import QUIET, get

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs/pictures"
WIDTH, MOST_HEIGHT = 1440, 1600
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


def main() -> None:
    """Start a small demo, log in as Anna Holm, open Maja, and take the pictures."""
    chromium = get()
    if chromium is None:
        raise SystemExit("helhed: no Chromium to be had, so no pictures")
    PICTURES.mkdir(exist_ok=True)
    with _demo() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        page = browser.new_page(viewport={"width": WIDTH, "height": 900}, locale="da-DK")
        page.goto(f"{address}/log-ind")
        page.get_by_role("button", name="Anna Holm").click()
        page.get_by_role("link", name="Maja Testborger").first.click()
        _take(page, "overblik")
        page.get_by_role("link", name="Hele familien").click()
        _take(page, "familien")
        browser.close()


def _take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    height = min(int(page.evaluate("document.documentElement.scrollHeight")), MOST_HEIGHT)
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.screenshot(path=PICTURES / f"{name}.png")
    print(f"docs/pictures/{name}.png")


@contextmanager
def _demo() -> Iterator[str]:
    command = [sys.executable, "-m", "deploy.demo", "--citizens", "200", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  our own module
        try:
            address = ""
            for line in process.stdout or ():
                match = _ADDRESS.search(line)
                address = match.group() if match else address
                if "All are in" in line:
                    break
            yield address
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
