"""The ``helhed`` command: one module a group of sub-commands. A root: nobody imports it."""

from typing import Annotated

import typer

from hub import __version__
from hub.cli import (
    account,
    actor,
    audit,
    backup,
    check,
    connector,
    forgotten,
    identity,
    index,
    keys,
    notice,
    policy,
    quarantine,
    restore,
    run,
    schema,
    source,
    test_data,
    webhook,
)

app = typer.Typer(
    name="helhed",
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


app.add_typer(actor.app, name="actor")
app.add_typer(account.app, name="account")
app.add_typer(webhook.app, name="webhook")
app.add_typer(connector.app, name="connector")
app.add_typer(source.app, name="source")
app.add_typer(index.app, name="index")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(notice.app, name="notice")
app.add_typer(identity.app, name="identity")
app.add_typer(policy.app, name="policy")
app.add_typer(audit.app, name="audit")
app.add_typer(backup.app, name="backup")
app.add_typer(restore.app, name="restore")
app.add_typer(forgotten.app, name="forgotten")
app.add_typer(keys.app, name="keys")
app.add_typer(schema.app, name="schema")
app.command("test-data")(test_data.check_test_data)
app.command()(run.migrate)
app.command()(check.check)
app.command()(run.serve)
app.command()(run.worker)
app.command()(run.listen)
app.command()(run.collect)
app.command()(run.settings)
