"""No migration takes away or narrows what the release before uses: it runs on while the database is migrated (0048)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub import __version__
from hub.migrations import FOLDER
from hub.migrations.releases import BEFORE, LAST_BEFORE

TAKES_AWAY = re.compile(
    r"\b(DROP\s+(?:TABLE|COLUMN|VIEW|SCHEMA|TYPE)|RENAME\b|SET\s+NOT\s+NULL|ALTER\s+COLUMN\s+\w+\s+TYPE|TRUNCATE\s+TABLE)",
    re.IGNORECASE,
)
NARROWS = re.compile(r"\bADD\s+(?:CONSTRAINT|CHECK|UNIQUE)\b|\bREVOKE\s+(?!EXECUTE)", re.IGNORECASE)
OF_TABLE = re.compile(r"\b(?:TABLE|VIEW|ON|COLUMN)\s+(?:ONLY\s+|IF\s+EXISTS\s+)*(\w+)", re.IGNORECASE)
DROPPING = {"drop_table", "drop_column", "rename_table", "drop_table_comment"}
NARROWING = {"create_unique_constraint", "create_check_constraint", "create_foreign_key", "create_exclude_constraint"}


def faults(source: str, own: frozenset[str] = frozenset()) -> list[str]:
    """What a migration does that a release that knows nothing of it cannot live with; *own* tables it does not know."""
    upgrade = next(node for node in ast.parse(source).body if getattr(node, "name", "") == "upgrade")
    return [fault for call in ast.walk(upgrade) if isinstance(call, ast.Call) for fault in _faults(call, own)]


def _faults(call: ast.Call, own: frozenset[str]) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    words = [node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    table = words[1] if name in NARROWING and len(words) > 1 else words[0] if words else ""
    options = {option.arg: option.value for option in call.keywords}
    if name == "execute":
        yield from (fault for word in words for fault in _in_statements(word, own))
    elif table not in own:
        yield from _in_operation(name, table, options, call)


def _in_statements(statements: str, own: frozenset[str]) -> Iterator[str]:
    for statement in re.split(r";\s*\n|;$", statements):
        about = OF_TABLE.search(statement)
        if about is not None and about[1] in own:
            continue
        # A table whose name is put in is one of several that the migration has made: it narrows nobody.
        narrows = NARROWS.search(statement) if about is not None else None
        if match := TAKES_AWAY.search(statement) or narrows:
            yield f"{match[0]}: {' '.join(statement.split())[:80]}"


def _in_operation(name: str, table: str, options: dict[str | None, ast.expr], call: ast.Call) -> Iterator[str]:
    narrows = _is(options.get("nullable"), False) or not {"type_", "new_column_name"}.isdisjoint(options)
    if name in DROPPING or name in NARROWING or (name == "alter_column" and narrows):
        yield f"{name} {table}"
    elif name == "create_index" and _is(options.get("unique"), True):
        yield f"{name} unique {table}"
    elif name == "add_column":
        column = call.args[1]
        given = {option.arg: option.value for option in column.keywords} if isinstance(column, ast.Call) else {}
        if _is(given.get("nullable"), False) and "server_default" not in given:
            yield f"{name} {table}: a value is needed that the release before does not give"


def _is(node: ast.expr | None, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def later() -> list[Path]:
    return sorted(path for path in FOLDER.glob("versions/[0-9]*.py") if path.stem > LAST_BEFORE)


def made_by(sources: list[str]) -> frozenset[str]:
    """Tables that the release before does not have."""
    text = "\n".join(sources)
    return frozenset(re.findall(r"create_table\(\s*\"(\w+)\"", text) + re.findall(r"CREATE (?:TABLE|VIEW) (\w+)", text))


def contracts(source: str) -> str | None:
    """The release since which nothing uses what the migration takes away, as it says itself."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "unused_since":
            return str(ast.literal_eval(node.value))
    return None


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_what_the_release_before_uses_stays() -> None:
    sources = {path.stem: path.read_text(encoding="utf-8") for path in later()}
    own = made_by(list(sources.values()))
    judged = {stem: source for stem, source in sources.items() if not contracts(source)}
    assert {stem: told for stem, source in judged.items() if (told := faults(source, own))} == {}
    for stem, source in sources.items():
        since = contracts(source)
        if since is not None:
            assert numbers(since) <= numbers(BEFORE), f"{stem}: {BEFORE} still runs when it is applied"


def test_the_release_before_is_one_before() -> None:
    assert numbers(BEFORE) < numbers(__version__)
    assert (FOLDER / f"versions/{LAST_BEFORE}.py").exists()


@pytest.mark.parametrize(
    ("statement", "is_fault"),
    [
        ('op.drop_column("citizens", "created_at")', True),
        ('op.drop_table("citizens")', True),
        ('op.rename_table("citizens", "people")', True),
        ('op.alter_column("citizens", "merged_into", nullable=False)', True),
        ('op.alter_column("citizens", "merged_into", new_column_name="is_now")', True),
        ('op.alter_column("citizens", "merged_into", nullable=True)', False),
        ('op.add_column("citizens", sa.Column("x", sa.Text(), nullable=False))', True),
        ('op.add_column("citizens", sa.Column("x", sa.Text(), nullable=False, server_default=""))', False),
        ('op.add_column("citizens", sa.Column("x", sa.Text()))', False),
        ('op.create_check_constraint("x", "citizens", "true")', True),
        ('op.create_index("ix", "citizens", ["x"], unique=True)', True),
        ('op.create_index("ix", "citizens", ["x"])', False),
        ('op.execute("ALTER TABLE citizens DROP COLUMN created_at")', True),
        ('op.execute("ALTER TABLE citizens ALTER COLUMN x SET NOT NULL")', True),
        ('op.execute("REVOKE UPDATE ON citizens FROM helhed_application")', True),
        ('op.execute("REVOKE UPDATE ON own_words FROM helhed_application")', False),
        ('op.drop_column("own_words", "x")', False),
    ],
)
def test_the_rule_knows_what_takes_away(statement: str, is_fault: bool) -> None:
    assert bool(faults(f"def upgrade():\n    {statement}\n", frozenset({"own_words"}))) is is_fault
