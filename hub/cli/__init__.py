"""The ``helhed`` command: one module a group of sub-commands. A root: nobody imports it."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from hub import __version__

_GROUPS = (
    "actor",
    "account",
    "webhook",
    "connector",
    "source",
    "index",
    "quarantine",
    "notice",
    "identity",
    "policy",
    "audit",
    "backup",
    "restore",
    "forgotten",
    "keys",
    "schema",
)
"""Each a module of this package with its sub-commands in ``app``."""

_SINGLE = {
    "test-data": ("test_data", "check_test_data"),
    "migrate": ("run", "migrate"),
    "check": ("check", "check"),
    "serve": ("run", "serve"),
    "worker": ("run", "worker"),
    "listen": ("run", "listen"),
    "collect": ("run", "collect"),
    "settings": ("run", "settings"),
}
"""The others: module and function."""


class _Commands(Mapping[str, Any]):
    """The commands by name. A module is imported when its command is asked for: all together take seconds."""

    def __getitem__(self, name: str) -> Any:
        if name not in _GROUPS and name not in _SINGLE:
            raise KeyError(name)
        return _load(name)

    def __iter__(self) -> Iterator[str]:
        return iter((*_GROUPS, *_SINGLE))

    def __len__(self) -> int:
        return len(_GROUPS) + len(_SINGLE)


class _Program(TyperGroup):
    def __init__(self, **attributes: Any) -> None:
        super().__init__(**{**attributes, "commands": _Commands()})


@cache
def _load(name: str) -> Any:
    part = typer.Typer(rich_markup_mode="rich", pretty_exceptions_enable=False)
    if name in _SINGLE:
        module, function = _SINGLE[name]
        part.command(name)(getattr(import_module(f"hub.cli.{module}"), function))
    else:
        part.add_typer(import_module(f"hub.cli.{name}").app, name=name)
    return typer.main.get_group(part).commands[name]


app = typer.Typer(
    name="helhed",
    cls=_Program,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="""
Shows all ongoing efforts and concern notifications of a citizen and family in one place.

[bold]First time?[/bold]  helhed connector kinds · helhed connector spec fhir · helhed source add · helhed settings

[bold]A day in production:[/bold]  helhed migrate, helhed check, then helhed serve and helhed worker side by side.
""",
)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"helhed {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass
