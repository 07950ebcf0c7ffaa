"""What an installation consists of is written down, current, and of licences that a municipality may use."""

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.dependencies import PAGE, SBOM, Component, components, is_accepted, page, sbom

COMPONENTS = components()
STALE = "run: make lock"


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda component: component.name)
def test_a_municipality_may_use_every_component(component: Component) -> None:
    assert is_accepted(component.licence), f"{component.name}: {component.licence}"


def test_every_package_of_the_lock_files_is_there() -> None:
    names = {component.name for component in COMPONENTS}
    assert {"fastapi", "psycopg-binary", "sqlalchemy", "dkfds", "htmx.org"} <= names
    assert "axe-core" not in names  # only tests use it


@pytest.mark.parametrize("licence", ["AGPL-3.0-only", "GPL-2.0-or-later", "MIT AND SSPL-1.0", "BUSL-1.1", ""])
def test_other_licences_are_refused(licence: str) -> None:
    assert not is_accepted(licence)


def test_one_accepted_licence_of_several_is_enough() -> None:
    assert is_accepted("GPL-2.0-or-later OR EPL-2.0")


def test_the_list_and_the_bill_of_materials_are_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), STALE
    assert SBOM.read_text(encoding="utf-8") == sbom(), STALE


def test_the_bill_of_materials_is_cyclonedx() -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(sbom()) is None
