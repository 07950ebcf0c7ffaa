"""SQL stands in repositories alone, and a repository reads only the tables of its own room."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from hub.db import Base
from hub.migrations.tables import ALL_TABLES

ROOT = Path(__file__).resolve().parents[2]
HUB = ROOT / "hub"
HOLDS_SQL = re.compile(r"hub/\w+/((\w+_)?repository|statements|tables)\.py|hub/db\.py|hub/migrations/.*|hub/bus/.*")
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


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _modules() -> list[Path]:
    return [path for path in sorted(HUB.rglob("*.py")) if "node_modules" not in path.parts]


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _texts(path: Path) -> Iterator[str]:
    """Every string of the module that is no docstring; an f-string with its values left out."""
    docstrings = {
        id(node.value)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                part.value for part in node.values if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


def _imports(path: Path) -> Iterator[tuple[str, str]]:
    """Module and name of everything imported; the name is empty where a module is."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)


@pytest.mark.parametrize("path", [path for path in _modules() if not HOLDS_SQL.fullmatch(_name(path))], ids=_name)
def test_no_sql_stands_outside_a_repository(path: Path) -> None:
    assert not [text for text in _texts(path) if SQL.search(text)]
    imported = {name for module, name in _imports(path) if re.fullmatch(r"sqlalchemy(\.(?!exc$|engine$)\w+)*", module)}
    assert imported <= FOR_A_TRANSACTION, imported


ROOMS = {path: path.relative_to(HUB).parts[0] for path in _modules() if len(path.relative_to(HUB).parts) > 1}


@pytest.mark.parametrize("path", [path for path, room in ROOMS.items() if room != "migrations"], ids=_name)
def test_a_room_reads_no_table_of_another(path: Path) -> None:
    others = sorted(table for table, room in OWNER.items() if room != ROOMS[path])
    read = re.compile(rf"\b(?:FROM|JOIN|INTO|UPDATE|USING|TABLE)\s+(?:ONLY\s+)?({'|'.join(others)})\b(?!\s*\()")
    tables = {name for text in _texts(path) for name in read.findall(text)}
    assert not tables, f"{_name(path)} reads {sorted(tables)}: use a function or a published view of their room"
    foreign = {
        module
        for module, _ in _imports(path)
        if re.fullmatch(r"hub\.\w+\.tables", module) and module.split(".")[1] != ROOMS[path]
    }
    assert not foreign, f"{_name(path)} imports {sorted(foreign)}"


def test_the_scan_sees_what_it_looks_for(tmp_path: Path) -> None:
    path = tmp_path / "seen.py"
    path.write_text(
        '"""SELECT a FROM docstrings."""\nfrom sqlalchemy import text\nQUERY = text(f"SELECT {1} FROM overviews o")\n',
        encoding="utf-8",
    )
    assert [text for text in _texts(path) if SQL.search(text)] == ["SELECT  FROM overviews o"]
    assert list(_imports(path)) == [("sqlalchemy", "text")]
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
        for path in _modules()
        if HOLDS_SQL.fullmatch(_name(path)) and "migrations" not in path.parts
        for statement in _texts(path)
        for table in _read_whole(statement)
        if table in OWNER or "{" in table
    }
    assert not whole, "name the columns: hub.db.columns"
