"""Every act is an action of the policies: each route and each command asks for one, or says here why not."""

from collections.abc import Callable, Iterator
from typing import Any

import typer
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from hub.access.cedar import policy_texts
from hub.app import create_app
from hub.cli import app as commands
from hub.context import AppContext
from tests.web.asked_actions import asked_actions

POLICY = "\n".join(policy_texts().values())
BEFORE_LOGIN = {
    "/": "leads to the first page of one's role, or to the login",
    "/log-ind": "the login itself; its POST asks to log in",
    "/log-ind/start": "leads to the login provider",
    "/log-ud/videre": "leads on to the logout of the login provider",
    "/min-side/log-ind": "leads to the login of citizens; its POST asks to log in",
    "/min-side/log-ind/start": "leads to the login provider of citizens",
    "/min-side/log-ud/videre": "leads on to its logout",
}
"""Addresses for everybody, which show nothing of the store."""
BESIDE_THE_STORE = {
    "migrate": "makes the tables that lines are written to",
    "serve": "runs until it is stopped; every request asks",
    "worker": "runs until it is stopped; nobody asks it for anything",
    "listen": "runs until it is stopped; a source proves itself by its certificate",
    "settings": "prints the settings of this process",
    "connector kinds": "prints what this version knows",
    "connector spec": "prints what this version knows",
    "source new": "writes the files of a new kind of source, for programmers",
    "audit key": "makes a key in a file, and prints its public half",
    "audit public-key": "prints the public key of this process's settings",
    "audit verify": "reads an export in a file; asks nothing of the store",
    "backup key": "makes a key in a file",
    "keys make": "prints a key that it has drawn",
    "backup wal": "PostgreSQL itself runs it for each file of its log; encrypts, and reads nothing",
    "schema export": "prints what this version knows",
}
"""Commands that neither show nor change anything of the store."""


def routes(app: FastAPI) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    for route in iter_route_contexts(app.routes):
        if route.endpoint is not None and getattr(route, "methods", None):
            yield ", ".join(sorted(route.methods or ())), str(route.path), route.endpoint


def command_functions(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Callable[..., Any]]]:
    for word, inner in getattr(command, "commands", {}).items():
        yield from command_functions(inner, (*words, word))
    if not hasattr(command, "commands"):
        yield " ".join(words), command.callback


def is_policy_action(action: str) -> bool:
    return f'Action::"{action}"' in POLICY


def test_every_route_asks_the_policies_for_an_action(context: AppContext) -> None:
    app = create_app(context)
    listed = list(routes(app))
    assert len(listed) > 100, "the routes are read in vain"
    silent = []
    for methods, path, endpoint in listed:
        actions = {action for action in asked_actions(endpoint) if is_policy_action(action)}
        is_public = path in BEFORE_LOGIN and "POST" not in methods
        if not actions and not is_public:
            silent.append(f"{methods} {path}")
    assert not silent, "\n".join(silent)
    assert {path for _, path, _ in listed} >= set(BEFORE_LOGIN)


def test_every_command_asks_the_policies_for_an_action() -> None:
    listed = dict(command_functions(typer.main.get_command(commands)))
    assert len(listed) > 50, "the commands are read in vain"
    silent = [
        name
        for name, function in listed.items()
        if name not in BESIDE_THE_STORE and not any(map(is_policy_action, asked_actions(function)))
    ]
    assert not silent, "\n".join(silent)
    assert set(listed) >= set(BESIDE_THE_STORE), "a reason is given for a command that is no more"
