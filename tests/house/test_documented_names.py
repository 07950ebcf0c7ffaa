"""Every module, path and name that the map of the code gives exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = ("docs/rooms.md", "docs/architecture.md", "CONTRIBUTING.md")
PAGES_OF_PATHS = (*PAGES, "docs/attacks.md", "docs/runbook.md", "docs/security.md")
PACKAGES = ("helhed_verify", "hub", "schemas", "search", "connectors", "deploy", "tests")
_CODE = re.compile(r"`([^`\n]+)`")
_DOTTED = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:\.\w+)+")
_PATH = re.compile(rf"(?:{'|'.join(PACKAGES)})(?:/[\w-]+)+(?:\.\w+)?")
_NAME = re.compile(r"[A-Za-z_]\w*")
_HEADING = re.compile(r"^## (.*)$", re.MULTILINE)


@cache
def _defined_names(room: str) -> frozenset[str]:
    """Every name in the modules of a room: classes, functions, variables, fields, and SQL names in strings."""
    folder = ROOT / room.replace(".", "/")
    files = [folder.with_suffix(".py")] if folder.with_suffix(".py").exists() else sorted(folder.rglob("*.py"))
    names = {path.stem for path in files} | {path.parent.name for path in files}
    return frozenset(names).union(*map(_names_in, files))


@cache
def _names_in(path: Path) -> frozenset[str]:
    """Those of one module; a room is read with all rooms within it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                names.add(node.name)
            case ast.Name():
                names.add(node.id)
            case ast.arg():
                names.add(node.arg)
            case ast.Attribute():
                names.add(node.attr)
            case ast.Constant(value=str(text)):
                names |= set(_NAME.findall(text))
    return frozenset(names)


def _exists(dotted: str) -> bool:
    """Whether a dotted name is a package, a module, or a name in one; pages name workspaces from ``hub.web`` on."""
    return _is_below("", dotted) or _is_below("hub.web.", dotted)


def _is_below(package: str, dotted: str) -> bool:
    parts = f"{package}{dotted}".split(".")
    for length in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:length])
        if place.with_suffix(".py").exists() or place.is_dir():
            room = ".".join(parts[:length])
            return all(name in _defined_names(room) for name in parts[length:])
    return False


@pytest.mark.parametrize("page", PAGES_OF_PATHS)
def test_every_path_that_a_page_gives_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    paths = [path for code in _CODE.findall(text) for path in _PATH.findall(code) if "*" not in code]
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_module_that_a_page_gives_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [dotted for dotted in _DOTTED.findall(text) if not dotted.endswith(".md") and not _exists(dotted)] == []


def test_every_function_that_a_room_is_said_to_offer_exists() -> None:
    text = (ROOT / "docs/rooms.md").read_text(encoding="utf-8")
    headings = list(_HEADING.finditer(text))
    missing = []
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        rooms = [room.strip() for room in heading[1].split(",") if room.strip().split(".")[0] in PACKAGES]
        section = text[heading.end() : following.start() if following else len(text)]
        for code in _CODE.findall(section):
            name = code.partition("(")[0].partition(" ")[0]
            parts = name.split(".")
            if rooms and "(" in code and all(map(_NAME.fullmatch, parts)) and parts[0] not in PACKAGES:
                known = frozenset[str]().union(*map(_defined_names, rooms))
                missing += [f"{heading[1]}: {name}" for part in parts if part not in known]
    assert not missing, missing


def test_each_decision_has_a_number_of_its_own_and_stands_in_the_list() -> None:
    files = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in files]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    listed = (ROOT / "docs/README.md").read_text(encoding="utf-8")
    assert [path.name for path in files if path.name not in listed] == []
