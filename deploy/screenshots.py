"""``make screenshots``: the pictures in the README and in the guides, taken from a running demo in a real browser.

Those of *Tilsyn* are taken as its DPO: one of each question that it answers, and one of a page of evidence.
"""

import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typst
from playwright.sync_api import Browser, Page, sync_playwright

from deploy.browser import QUIET, get
from hub.web.oversight.texts import QUESTIONS

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs/pictures"
WIDTH, MOST_HEIGHT = 1440, 1600
QUESTION_WIDTH, QUESTION_HEIGHT = 1200, 1000
PHONE_WIDTH, PHONE_HEIGHT = 390, 2400
FURTHER = {1: "borger ", 4: "Stikprøve "}
"""Questions whose answer lies one step on: the first link that begins so."""
LOG, VERIFIED, LOOKS = 9, "Loggen er hel", 40
"""The log is verified a minute after it was sealed for the first time."""
CITIZEN = "Maria Testborg"
_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def main() -> None:
    """Start a small demo and take all pictures."""
    chromium = get()
    if chromium is None:
        raise SystemExit("helhed: no Chromium to be had, so no pictures")
    with _demo() as address, sync_playwright() as playwright:
        # Fields for dates are in the browser's own language, where it knows it.
        danish: dict[str, str | float | bool] = {"LANG": "da_DK.UTF-8", "LANGUAGE": "da"}
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET), env=danish)
        _take_overview(_open(browser, f"{address}/log-ind", "Anna Holm", WIDTH))
        _take_own_page(_open(browser, f"{address}/min-side", f"Log ind som borgeren {CITIZEN}", PHONE_WIDTH))
        _take_questions(_open(browser, f"{address}/log-ind", "Jens Dam", QUESTION_WIDTH), address)
        browser.close()


def _open(browser: Browser, address: str, button: str, width: int) -> Page:
    """A browser of its own, logged in by that button."""
    page = browser.new_context(viewport={"width": width, "height": 900}, locale="da-DK").new_page()
    page.goto(address)
    page.get_by_role("button", name=button).first.click()
    return page


def _take_overview(page: Page) -> None:
    page.get_by_role("link", name="Maja Testborger").first.click()
    _take(page, "overblik", MOST_HEIGHT)
    page.get_by_role("link", name="Hele familien").click()
    _take(page, "familien", MOST_HEIGHT)


def _take_own_page(page: Page) -> None:
    _take(page, "min-side/390", PHONE_HEIGHT)


def _take_questions(page: Page, address: str) -> None:
    for number, question in enumerate(QUESTIONS, 1):
        page.goto(address + question.answers[0].href)
        if number in FURTHER:
            page.get_by_role("link", name=re.compile(f"^{FURTHER[number]}")).first.click()
        for _ in range(LOOKS if number == LOG else 0):
            if page.get_by_text(VERIFIED).count():
                break
            page.wait_for_timeout(5000)
            page.reload()
        _take(page, f"tilsyn/{number:02}", QUESTION_HEIGHT)
        if question.answers[0].href.endswith("stikproever"):
            file = page.request.get(f"{page.url}/bevis.pdf").body()
            _write("tilsyn/bevis", _first_page(file))


def _take(page: Page, name: str, most_height: int) -> None:
    page.wait_for_load_state("networkidle")
    size = page.viewport_size or {"width": WIDTH, "height": 900}
    height = min(int(page.evaluate("document.documentElement.scrollHeight")), most_height)
    page.set_viewport_size({"width": size["width"], "height": height})
    _write(name, page.screenshot())
    page.set_viewport_size(size)


def _first_page(file: bytes) -> bytes:
    """The first page of a PDF as a picture."""
    folder = PICTURES / "tilsyn"
    paper = folder / "bevis.pdf"
    paper.write_bytes(file)
    try:
        source = b'#set page(width: 148mm, height: auto, margin: 0mm)\n#image("bevis.pdf", width: 100%)'
        wrapper = folder / "bevis.typ"
        wrapper.write_bytes(source)
        picture: bytes = typst.compile(wrapper, format="png", ppi=140)
        wrapper.unlink()
    finally:
        paper.unlink()
    return picture


def _write(name: str, picture: bytes) -> None:
    path = PICTURES / f"{name}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_smaller(picture))
    print(f"docs/pictures/{name}.png ({path.stat().st_size // 1024} kB)", flush=True)


def _smaller(picture: bytes) -> bytes:
    """The same PNG, compressed as far as it goes."""
    chunks, at = [], len(_SIGNATURE)
    while at < len(picture):
        length, kind = struct.unpack(">I4s", picture[at : at + 8])
        chunks.append((kind, picture[at + 8 : at + 8 + length]))
        at += 12 + length
    data = zlib.compress(zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT")), 9)
    first, *_ = chunks
    smaller = (first, (b"IDAT", data), (b"IEND", b""))
    return _SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in smaller
    )


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
