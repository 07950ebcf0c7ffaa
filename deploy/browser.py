"""Find a Chromium for the browser tests, or get one: Debian's package, else Playwright's own.

Best is one without windows, menus and extensions, the headless shell: it draws the same, and opens a page with a third
of the processor time (a new context and its first page: 0.3 s instead of 1.3 s).

Run by ``make test``. Without any, the browser tests are skipped and counted, never silently green.
"""

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

QUIET = (
    "--no-sandbox",  # as root there is none to be had, and every page is our own
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Arguments for a Chromium that shows our pages and asks nobody anything."""
SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE = 180
"""Seconds for one step of an installation."""
OWN = ("chromium_headless_shell-*/chrome-*/*headless?shell", "chromium-*/chrome-linux*/chrome")
"""Where Playwright keeps its own, within its folder."""


def find() -> Path | None:
    """The Chromium to use: ``CHROMIUM`` if set, else one on the path, else Playwright's own."""
    configured = os.environ.get("CHROMIUM")
    candidates = [configured] if configured else [shutil.which(name) for name in NAMES]
    for candidate in candidates:
        if candidate and Path(candidate).exists():
            return Path(candidate)
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    return next((path for pattern in OWN for path in sorted(cache.glob(pattern))), None)


def get() -> Path | None:
    """Find a Chromium; install one where that is allowed, also where there is one that costs more."""
    existing = find()
    if existing and (os.environ.get("CHROMIUM") or "shell" in existing.name):
        return existing
    return _debian() or _playwright()


def _debian() -> Path | None:
    apt = shutil.which("apt-get")
    if apt is None or os.name == "nt" or os.geteuid() != 0:
        return find()
    print("Installing Debian's Chromium for the browser tests (once)", flush=True)
    _run(apt, "update", "-qq")
    _run(apt, "install", "-y", "-qq", "--no-install-recommends", SHELL)
    if find() is None:
        _run(apt, "install", "-y", "-qq", "--no-install-recommends", "chromium")
    return find()


def _playwright() -> Path | None:
    print("Asking Playwright for its Chromium", flush=True)
    _run(sys.executable, "-m", "playwright", "install", "chromium")
    return find()


def _run(*command: str) -> None:
    """Try, quietly: whether it worked shows in what ``find`` finds."""
    with suppress(subprocess.TimeoutExpired):  # no way to the archive: what is there must do
        subprocess.run(  # noqa: S603  fixed
            command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=_PATIENCE
        )


if __name__ == "__main__":
    chromium = get()
    print(
        f"Chromium: {chromium}" if chromium else "No Chromium to be had: the browser tests will be SKIPPED", flush=True
    )
