"""The program uses every function that it offers: what only tests call is removed."""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ("hub", "search", "connectors", "schemas", "helhed_verify", "deploy")
"""``deploy`` (demo, sandbox, set-up) is a user; its own functions are not judged."""
REASONS = {
    "FixedClock": "the clock of the tests, also for those who test a connector of their own",
    "move": "of FixedClock",
    "trial_actions_due": "what waits for its judgement, for Mine borgere and the agenda of a meeting",
    "policy_texts": "the tests compare the policy as a DPO reads it with what decides",
    "receipt_state": "the state of a receipt, for the page of notifications",
    "birth_date_of": "the birth date in a national number, for the page of a citizen",
    "percent": "of the common schema: absence as people state it",
    "is_ongoing": "of the common schema: whether a fact holds on a day",
    "area_of": "the area of one source, for the pages of sources",
    "read_folder_summary": "the counts of a folder, for those who test deliveries of files",
}
"""What may be unused for now, and why."""
CALLED_FROM_OUTSIDE = {
    "on_partitions_assigned": "kafka-python",
    "on_partitions_lost": "kafka-python",
    "on_partitions_revoked": "kafka-python",
    "do_GET": "http.server",
    "do_POST": "http.server",
    "handle_error": "http.server",
    "log_message": "http.server",
    "service_actions": "http.server",
    "version_string": "http.server",
}


def _modules(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "node_modules" not in path.parts:
                yield path, ast.parse(path.read_text(encoding="utf-8"))


def _used_names(modules: Iterable[ast.Module]) -> set[str]:
    """Names that the program or a template refers to."""
    names: set[str] = set()
    for module in modules:
        for node in ast.walk(module):
            match node:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    names.add(name)
                case ast.alias(name=name, asname=str()):
                    names.add(name)  # imported under another name, by which it is then used
                case ast.Constant(value=str(text)) if text.isidentifier():
                    names.add(text)
    for template in (ROOT / "hub/web").rglob("templates/**/*.html"):
        names |= set(re.findall(r"\w+", template.read_text(encoding="utf-8")))
    return names


def _offered(module: ast.Module) -> Iterator[ast.FunctionDef]:
    """Public functions and methods. What a decorator registers elsewhere (a route, a command) is used by that."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            registered = any(not isinstance(decorator, ast.Name) for decorator in node.decorator_list)
            if not registered:
                yield node


def test_no_function_is_there_for_tests_alone() -> None:
    modules = dict(_modules(*PROGRAM))
    used = _used_names(modules.values()) | REASONS.keys() | CALLED_FROM_OUTSIDE.keys()
    unused = [
        f"{path.relative_to(ROOT)}:{function.lineno} {function.name}"
        for path, module in modules.items()
        if "migrations" not in path.parts and not path.is_relative_to(ROOT / "deploy")
        for function in _offered(module)
        if function.name not in used
    ]
    assert unused == []
