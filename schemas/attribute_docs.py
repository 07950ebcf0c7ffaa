"""What stands below each attribute of a schema, for its JSON schema, and read only when that is asked for.

Pydantic's ``use_attribute_docstrings`` reads the source of each class when it is made, which took a seventh of the
start of every process, and hardly any process is asked for a JSON schema.
"""

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from functools import cache


def attribute_docs(cls: type) -> dict[str, str]:
    """The docstring below each attribute of the class and of those it inherits from; none where there is no source."""
    docs: dict[str, str] = {}
    for each in reversed(cls.__mro__):
        docs |= _in_module(each.__module__).get(each.__qualname__, {})
    return docs


@cache
def _in_module(name: str) -> Mapping[str, dict[str, str]]:
    """The same of every class of a module."""
    try:
        source = inspect.getsource(sys.modules[name])
    except (KeyError, OSError, TypeError):
        return {}
    return dict(_classes(ast.parse(source), ""))


def _classes(parent: ast.AST, prefix: str) -> Iterator[tuple[str, dict[str, str]]]:
    for node in ast.iter_child_nodes(parent):
        match node:
            case ast.ClassDef(name=name):
                yield f"{prefix}{name}", dict(_documented(node))
                yield from _classes(node, f"{prefix}{name}.")
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield from _classes(node, f"{prefix}{name}.<locals>.")
            case _:
                yield from _classes(node, prefix)


def _documented(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for attribute, below in zip(node.body, node.body[1:], strict=False):
        match attribute, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)
