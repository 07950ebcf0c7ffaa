"""``helhed source remove`` and ``forget``: read a source no more, and keep or forget what it has said."""

from typing import Annotated

import typer
from rich.console import Console

from hub.cli.source_reading import Name
from hub.cli.source_record import actor_id, record
from hub.cli.terms import fail, opened
from hub.context import AppContext
from hub.errors import InvalidSetting, RemovalFirst
from hub.forgetting.service import count_data, request_forget
from hub.jobs.job import JobKind
from hub.jobs.repository import latest_job
from hub.sources import service
from schemas.access import AuditAction

console = Console()
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")]


def remove(
    name: Name,
    forget_data: Annotated[
        bool, typer.Option("--forget/--keep", help="Whether what it has said is forgotten, or stays.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Read a source no more and forget its secrets. What it has said stays, or is forgotten: --forget."""
    with fail():
        if not yes and not typer.confirm(f"Read {name} no more, and forget its secrets?"):
            raise typer.Exit(1)
        with opened() as context:
            if forget_data and not yes:
                _confirm(context, name)
            with context.database.transaction() as session:
                service.remove_source(session, context.catalogue.builder, name, by=actor_id())
                record(session, AuditAction.CONFIGURE_SOURCE, name, "removed", context.clock.now())
            console.print(f"{name} is removed.")
            if forget_data:
                _request(context, name)


def forget(name: Name, yes: Yes = False) -> None:
    """Forget what a removed source has said: a worker deletes it and builds the overviews anew.

    Repeated, it tells how far that is.
    """
    with fail(), opened() as context:
        with context.database.transaction() as session:
            job = latest_job(session, JobKind.FORGET_SOURCE, name)
        if job is not None and not job.is_over:
            console.print(f"{name}: {job.state}, {job.done:,} of {job.total or '?'} records forgotten.")
            return
        if not yes:
            _confirm(context, name)
        _request(context, name)


def _confirm(context: AppContext, name: str) -> None:
    with context.database.transaction() as session:
        data = count_data(session, name)
    amounts = f"{data.records:,} records about {data.citizens:,} citizens, {data.quarantined:,} entries in quarantine"
    if not typer.confirm(f"Forget {amounts} and {data.events:,} events? It cannot be undone."):
        raise typer.Exit(1)


def _request(context: AppContext, name: str) -> None:
    with context.database.transaction() as session:
        record(session, AuditAction.FORGET_SOURCE, name, None, context.clock.now())
        try:
            request_forget(session, name, by=actor_id(), now=context.clock.now())
        except RemovalFirst:
            raise InvalidSetting(f"{name} is still read; remove it first: helhed source remove {name}") from None
    console.print(f"A worker begins within seconds; see: helhed source forget {name}")
