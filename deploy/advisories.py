"""Does anything we install have a known weakness? The registries are asked of locked versions (``make advisories``).

pip-audit says "No known vulnerabilities weakness" also when the registry answered about nothing, so its summary is not
read: what was not answered is told by name, and never counts as clean.
"""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from hub.web.assets import ask_advisories

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("run", "dev")

ACCEPTED: dict[str, tuple[date, str]] = {}
"""Advisory → until when it is accepted, and why it does not reach us. After the day it counts again."""


class Answer(NamedTuple):
    """What a registry said of one lock file."""

    weak: tuple[str, ...] = ()
    """A line for each weakness: package, version, advisory, and the version that mends it."""
    silent: tuple[str, ...] = ()
    """Packages of which nothing was said."""
    asked: int = 0


def read_python(document: str, today: date) -> Answer:
    """pip-audit's JSON, as an answer.

    Raises ValueError when it is not that (pip-audit 2.10, ``--format json``).
    """
    packages = json.loads(document)["dependencies"]
    weak = [
        f"{package['name']} {package['version']}: {weakness['id']}, mended in {_versions(weakness['fix_versions'])}"
        for package in packages
        for weakness in package.get("vulns", ())
        if not _is_accepted({weakness["id"], *weakness["aliases"]}, today)
    ]
    return Answer(tuple(weak), tuple(each["name"] for each in packages if "skip_reason" in each), len(packages))


def read_pages(document: str, today: date) -> Answer:
    """``npm audit --json`` as an answer; its errors are silence.

    Raises ValueError when it is not that (npm 11).
    """
    read = json.loads(document)
    if "vulnerabilities" not in read:
        return Answer(silent=("the page assets",), asked=1)
    causes = [
        (name, cause)
        for name, package in read["vulnerabilities"].items()
        for cause in package["via"]
        if isinstance(cause, dict)
    ]
    weak = [
        f"{name}: {cause['url']}, {cause['range']} is weak"
        for name, cause in causes
        if not _is_accepted({cause["url"].rsplit("/", 1)[-1]}, today)
    ]
    return Answer(tuple(weak), (), max(1, read["metadata"]["dependencies"]["total"]))


def ask_python(lock: str, today: date) -> Answer:
    """What the registry says of the packages in ``requirements/{lock}.txt``."""
    options = ("--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json")
    command = [sys.executable, "-m", "pip_audit", "-r", f"requirements/{lock}.txt", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    if not done.stdout:
        return Answer(silent=(f"all of requirements/{lock}.txt",), asked=1)
    return read_python(done.stdout, today)


def ask_pages(today: date) -> Answer:
    """What the registry says of the packages that pages use."""
    return read_pages(ask_advisories() or "{}", today)


def _versions(versions: list[str]) -> str:
    return ", ".join(versions) or "no version"


def _is_accepted(names: set[str], today: date) -> bool:
    return any(name in ACCEPTED and today <= ACCEPTED[name][0] for name in names)


def main(today: Annotated[str, typer.Option(help="The day that accepted weaknesses are read on.")] = "") -> None:
    """Ask about everything that is installed; exit code 1 with a weakness, 2 when something was not answered."""
    day = date.fromisoformat(today) if today else date.today()  # noqa: DTZ011  a day of the calendar
    answers = {f"requirements/{lock}.txt": ask_python(lock, day) for lock in LOCKS} | {"hub/web": ask_pages(day)}
    for place, answer in answers.items():
        for line in answer.weak:
            print(f"{place}: {line}")
        if answer.silent:
            print(f"{place}: not answered of {len(answer.silent)} of {answer.asked}: {', '.join(answer.silent)}")
        elif not answer.weak:
            print(f"{place}: nothing known of {answer.asked} packages")
    if any(answer.weak for answer in answers.values()):
        raise typer.Exit(1)
    if any(answer.silent for answer in answers.values()):
        raise typer.Exit(2)


if __name__ == "__main__":
    typer.run(main)
