"""Variables and parameters are named by the noun they hold, not by a word that could stand for anything."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRONOUN_LIKE = frozenset({"asked", "found", "kept", "made", "one", "told", "wanted"})
"""Attributes of classes are not compared: a page's template or a column may have the name."""


def _names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[tuple[int, str]]:
    nodes = list(ast.walk(function))
    variables = [(node.lineno, node.id) for node in nodes if isinstance(node, ast.Name)]
    return variables + [(node.lineno, node.arg) for node in nodes if isinstance(node, ast.arg)]


def test_no_variable_is_named_as_a_pronoun() -> None:
    faults = {
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for package in ("connectors", "deploy", "helhed_verify", "hub", "schemas", "search")
        for path in (ROOT / package).rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for line, name in _names(function)
        if name in PRONOUN_LIKE
    }
    assert not faults, "\n".join(sorted(faults))
