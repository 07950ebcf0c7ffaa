"""SQL stands in repositories alone, and a repository reads only the tables of its own room."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from hub.db import Base
from hub.migrations.tables import ALL_TABLES

ROOT = Path(__file__).resolve().parents[2]
HUB = ROOT / "hub"
HOLDS_SQL = re.compile(
    r"hub/\w+/((\w+_)?repository|statements|tables)\.py|hub/(db|driver)\.py|hub/migrations/.*|hub/bus/.*"
)
"""``hub.bus`` is an adapter to PostgreSQL throughout: it has tables and no repository."""
SQL = re.compile(
    r"\bSELECT\b[\s\S]+\bFROM\b|\bINSERT\s+INTO\b|\bUPDATE\s+\w+\s+SET\b|\bDELETE\s+FROM\b|\b(CREATE|ALTER|DROP)\s+TABLE\b"
)
FOR_A_TRANSACTION = {"Session"}
"""What a service may import of SQLAlchemy: the transaction it is called in."""
OWNER = {
    mapper.local_table.name: mapper.class_.__module__.split(".")[1]
    for mapper in Base.registry.mappers
    if hasattr(mapper.local_table, "name")
}
"""The room of each table."""
assert ALL_TABLES
MANY = 300
"""Modules there are at least, or the scan looks in the wrong place."""
pytestmark = pytest.mark.xdist_group("sql")  # who reads the modules reads them for all


@dataclass(frozen=True)
class _Module:
    """What is read of one: its tree is large, and read once."""

    texts: tuple[str, ...]
    """Every string that is no docstring; an f-string with its values left out."""
    imports: tuple[tuple[str, str], ...]
    """Module and name of everything imported; the name is empty where a module is."""


@cache
def _modules() -> dict[Path, _Module]:
    return {path: _read(path) for path in sorted(HUB.rglob("*.py")) if "node_modules" not in path.parts}


def _read(path: Path) -> _Module:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    docstrings = {
        id(node.value) for node in nodes if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    texts: list[str] = []
    imports: list[tuple[str, str]] = []
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
            texts.append("".join(part for part in parts if isinstance(part, str)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            texts.append(node.value)
        elif isinstance(node, ast.ImportFrom) and node.module:
            imports += [(node.module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            imports += [(alias.name, "") for alias in node.names]
    return _Module(tuple(texts), tuple(imports))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _rooms() -> Iterator[tuple[Path, _Module, str]]:
    """Modules that lie in a room, with it."""
    for path, module in _modules().items():
        room, *rest = path.relative_to(HUB).parts
        if rest and room != "migrations":
            yield path, module, room


def test_no_sql_stands_outside_a_repository() -> None:
    faults: dict[str, list[str]] = {}
    for path, module in _modules().items():
        if not HOLDS_SQL.fullmatch(_name(path)):
            imported = {
                name for origin, name in module.imports if re.fullmatch(r"sqlalchemy(\.(?!exc$|engine$)\w+)*", origin)
            }
            faults[_name(path)] = [text for text in module.texts if SQL.search(text)]
            faults[_name(path)] += sorted(imported - FOR_A_TRANSACTION)
    assert len(faults) > MANY
    assert not {path: each for path, each in faults.items() if each}


@cache
def _reading_of_others(room: str) -> re.Pattern[str]:
    others = sorted(table for table, owner in OWNER.items() if owner != room)
    return re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE|USING|TABLE)\s+(?:ONLY\s+)?({'|'.join(others)})\b(?!\s*\()")


def test_a_room_reads_no_table_of_another() -> None:
    rooms = list(_rooms())
    faults = [
        f"{_name(path)} reads {table}: use a function or a published view of their room"
        for path, module, room in rooms
        for text in module.texts
        for table in _reading_of_others(room).findall(text)
    ]
    faults += [
        f"{_name(path)} imports {origin}"
        for path, module, room in rooms
        for origin, _ in module.imports
        if re.fullmatch(r"hub\.\w+\.tables", origin) and origin.split(".")[1] != room
    ]
    assert len(rooms) > MANY
    assert not faults, "\n".join(faults)


def test_the_scan_sees_what_it_looks_for(tmp_path: Path) -> None:
    path = tmp_path / "seen.py"
    path.write_text(
        '"""SELECT a FROM docstrings."""\nfrom sqlalchemy import text\nQUERY = text(f"SELECT {1} FROM overviews o")\n',
        encoding="utf-8",
    )
    module = _read(path)
    assert [text for text in module.texts if SQL.search(text)] == ["SELECT  FROM overviews o"]
    assert module.imports == (("sqlalchemy", "text"),)
    assert _reading_of_others("access").findall(module.texts[0]) == ["overviews"]
    assert not _reading_of_others("overview").findall(module.texts[0])
    assert OWNER["overviews"] == "overview"
    assert OWNER["actors"] == "access"


def _read_whole(statement: str) -> Iterator[str]:
    """Tables of which the statement itself gives every column, whichever they are; what it selects from may."""
    yield from re.findall(r"(?<!\()\s*\bSELECT \*\s+FROM (\w+)", re.sub(r"\(\s*SELECT \*", "(", statement))
    for alias in re.findall(r"\b(\w+)\.\*", statement):
        yield from re.findall(rf"\b(?:FROM|JOIN) ([\w{{}}]+) {alias}\b", statement)


def test_no_statement_gives_a_column_more_when_a_migration_adds_one() -> None:
    """PostgreSQL refuses a prepared one that does, and the release before is still serving then (0048)."""
    assert list(_read_whole("SELECT t.*, 1 FROM {table} t")) == ["{table}"]
    assert list(_read_whole("SELECT * FROM courses ORDER BY id")) == ["courses"]
    assert not list(_read_whole("SELECT v.id FROM x CROSS JOIN LATERAL (\n SELECT * FROM trial_versions t) v"))
    whole = {
        (_name(path), table)
        for path, module in _modules().items()
        if HOLDS_SQL.fullmatch(_name(path)) and "migrations" not in path.parts
        for statement in module.texts
        for table in _read_whole(statement)
        if table in OWNER or "{" in table
    }
    assert not whole, "name the columns: hub.db.columns"
