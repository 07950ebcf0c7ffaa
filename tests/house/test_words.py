"""Tests that read the words: documentation and Danish texts follow the program."""

from pathlib import Path

import pytest

from hub.errors import HubError
from hub.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert f"`HELHED_{name.upper()}`" in page, name
        assert field.description, name
        assert " ".join(field.description.split()) in " ".join(page.split()), name


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for piece in page.read_text(encoding="utf-8").split("](")[1:]:
        target = piece.split(")")[0].split("#")[0]
        if target and "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_error_has_its_own_key() -> None:
    def below(kind: type[HubError]) -> list[type[HubError]]:
        return [kind, *(deeper for child in kind.__subclasses__() for deeper in below(child))]

    keys = [kind.key for kind in below(HubError)]
    assert len(keys) == len(set(keys))


def test_every_command_in_the_makefile_is_explained() -> None:
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    explained = {line.split(":")[0] for line in lines if ": " in line and "## " in line and not line.startswith("\t")}
    phony = next(line for line in lines if line.startswith(".PHONY:")).removeprefix(".PHONY:").split()
    assert set(phony) == explained
