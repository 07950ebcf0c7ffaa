"""Which actions of the policies a route or a command asks for, read from its code and what it calls."""

import ast
import importlib
import inspect
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from hub.access.policy import decide, findable, is_reason, may_reveal
from hub.web.shell.request_context import open_request
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction

FOLLOWED = ("hub.web.", "hub.cli.", "hub.access.")
NOT_FOLLOWED = ("hub.web.shell.", "hub.web.middlewares.")
"""What every page and command shares: the menu asks for much that the page does not."""
ASKING = {decide: "open_overview", findable: "find", may_reveal: "reveal", is_reason: "state_reason"}
"""Functions that ask about single citizens, or of what is written about them."""


def asked_actions(function: Callable[..., Any]) -> frozenset[str]:
    """Every action that the function, or a function of ours that it calls, names when it asks."""
    return frozenset(_actions(inspect.unwrap(function), set()))


def _actions(function: Callable[..., Any], seen: set[object]) -> Iterator[str]:
    if function in seen:
        return
    seen.add(function)
    values, methods = _read(function)
    yield from (value.value for value in values if isinstance(value, AuditAction))
    yield from _of_request(values)
    for value in (*values, *methods):
        inner = inspect.unwrap(value) if inspect.isfunction(value) else None
        if inner is None:
            continue
        if inner in ASKING:
            yield ASKING[inner]
        elif "action" in inspect.signature(inner).parameters:
            continue  # its caller names the action
        elif inner.__module__.startswith(FOLLOWED) and not inner.__module__.startswith(NOT_FOLLOWED):
            yield from _actions(inner, seen)


@cache
def _read(function: Callable[..., Any]) -> tuple[list[Any], list[Any]]:
    """What the names in the function stand for, and the methods it calls. Many routes call the same functions."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    names = {**getattr(function, "__globals__", {}), **dict(_local_imports(tree))}
    values = [value for node in ast.walk(tree) if (value := _value(node, names)) is not None]
    return values, list(_methods(tree, values))


def _methods(tree: ast.AST, values: list[Any]) -> Iterator[Any]:
    """What the function calls of a class of the access rules that it makes an object of, and the private of that."""
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for value in values:
        if inspect.isclass(value) and value.__module__.startswith("hub.access."):
            own = {name for name in vars(value) if name.startswith("_") and not name.startswith("__")}
            yield from (vars(value)[name] for name in (attributes | own) & vars(value).keys())


def _of_request(values: list[Any]) -> Iterator[str]:
    """What opening a request asks: for the workspace, or for nothing but one's own login."""
    if any(value is open_request for value in values):
        workspaces = [value for value in values if isinstance(value, Workspace)]
        if not workspaces:
            yield AuditAction.USE_OWN_LOGIN.value
        for workspace in workspaces:
            if workspace.action is not None and not workspace.decided_per_citizen:
                yield workspace.action.value


def _local_imports(tree: ast.AST) -> Iterator[tuple[str, Any]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            module = importlib.import_module(node.module)
            yield from ((alias.asname or alias.name, getattr(module, alias.name, None)) for alias in node.names)


def _value(node: ast.AST, names: dict[str, Any]) -> Any:
    """What a name, or an attribute of a module or of ``AuditAction``, stands for."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        owner = names.get(node.value.id)
        return getattr(owner, node.attr, None) if inspect.ismodule(owner) or owner is AuditAction else None
    return None
