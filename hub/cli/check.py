"""``helhed check``: everything that an installation needs before it serves, one line each with what to do."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape

from hub import log
from hub.cli.log_check import check_log
from hub.cli.source_record import record_act
from hub.cli.terms import AsJson, fail
from hub.context import AppContext
from hub.errors import InvalidSetting
from hub.log import redact_cpr
from hub.preflight import rules
from hub.preflight.rules import Finding, Status
from hub.preflight.service import check_installation, check_secret_files
from hub.services import build_services, citizen_login, municipal_login
from hub.settings import load
from schemas.access import AuditAction

console = Console(soft_wrap=True)
_SIGNS = {
    Status.OK: "[green]ok     [/green]",
    Status.WARNING: "[yellow]warning[/yellow]",
    Status.FAILED: "[red]failed [/red]",
}


def check(
    as_json: AsJson = False,
    with_sources: Annotated[bool, typer.Option("--sources/--no-sources", help="Also reach each source.")] = True,
) -> None:
    """Check settings, database, bus, index, certificates, clock, disk, keys, login and sources before serving.

    Ends with 1 if something is wrong with which nobody should serve; what should only be seen to is a warning.
    """
    with fail():
        has_failed = False
        for finding in _findings(with_sources=with_sources):
            has_failed = has_failed or finding.status is Status.FAILED
            _print(finding, as_json=as_json)
        raise typer.Exit(1 if has_failed else 0)


def _findings(*, with_sources: bool) -> Iterator[Finding]:
    folder = os.environ.get("HELHED_SECRETS_DIR")
    if folder:
        yield from check_secret_files(Path(folder))
    try:
        settings = load()
    except ValidationError as error:
        for fault in error.errors(include_input=False):
            name = f"HELHED_{'_'.join(map(str, fault['loc'])).upper()}" if fault["loc"] else "settings"
            yield rules.failed("settings", f"{name}: {fault['msg']}", "correct it (docs/settings.md)")
        return
    log.set_up(settings.log_level, settings.log_format)
    try:
        services = build_services(settings)
    except InvalidSetting as error:
        yield rules.failed("settings", str(error), "correct it (docs/settings.md)")
        return
    with closing(services):
        try:
            login = municipal_login(settings, session_key=services.session_key, digest_key=services.digest_key)
        except InvalidSetting as error:
            yield rules.failed("login", str(error), "correct it (docs/login.md)")
            login = None
        try:
            citizens = citizen_login(settings, session_key=services.session_key, digest_key=services.digest_key)
        except InvalidSetting as error:
            yield rules.failed("login", str(error), "correct it (docs/login.md)")
            citizens = None
        context = replace(services, login=login, citizen_login=citizens)
        yield from check_installation(context, note_reading=partial(_note_reading, services) if with_sources else None)
        yield from check_log(settings)
        if login is not None:
            login.provider.close()
        if citizens is not None:
            citizens.provider.close()


def _note_reading(services: AppContext) -> None:
    """The line of the log, as every command has it that reaches a source."""
    with services.database.transaction() as session:
        record_act(session, AuditAction.READ_SOURCES)


def _print(finding: Finding, *, as_json: bool) -> None:
    message = redact_cpr(" ".join(finding.message.split()))
    if as_json:
        line = finding.model_copy(update={"message": message})
        typer.echo(json.dumps(line.model_dump(mode="json"), ensure_ascii=False))
        return
    advice = f" [bold]→ {escape(finding.advice)}[/bold]" if finding.advice else ""
    console.print(f"{_SIGNS[finding.status]} {finding.check:<12}{escape(message)}{advice}", highlight=False)
