"""``helhed migrate | serve | worker | listen | collect | settings``: what runs in production."""

import signal
from contextlib import suppress
from dataclasses import replace
from threading import Event
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from hub import tracing
from hub.cli.source_record import record
from hub.cli.terms import fail, load_settings, no_source, opened, require_guarded_log
from hub.clock import DANISH_TIME
from hub.collect.service import take_stream
from hub.context import AppContext
from hub.db import Database
from hub.errors import InvalidSetting, SourceNotFound
from hub.services import citizen_login, municipal_login, owner_database_url
from hub.settings import Settings, load
from hub.sources.health import RunOutcome
from hub.sources.lease_repository import lease_holder, new_owner
from hub.sources.repository import pause_reason
from hub.sources.stream_repository import list_streams
from schemas.access import AuditAction

console = Console()


def migrate() -> None:
    """Make or update the tables. Harmless to repeat; run it before a new version starts."""
    from hub.migrations import migrate as bring_to_head  # noqa: PLC0415  a command loads only what it needs

    with fail():
        url = owner_database_url(load())
        database = Database(url)
        database.check()
        database.close()
        bring_to_head(url)
        console.print("The database is up to date.")


def serve() -> None:
    """Serve the pages and the API (HELHED_HOST, HELHED_PORT). Run as many as you need."""
    from hub.app import create_app  # noqa: PLC0415  as above
    from hub.cli.http_server import RestingServer, server_config  # noqa: PLC0415  as above
    from hub.web.middlewares.answer_count import comparison  # noqa: PLC0415  as above

    with fail():
        settings = load_settings()
        tracing.set_up(settings.otlp_endpoint, "web")
        # The server ends what it is at and then raises the signal again: by default that would end us on the spot.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with opened(settings) as services:
            require_guarded_log(settings, services.database)
            login = municipal_login(settings, session_key=services.session_key, digest_key=services.digest_key)
            citizens = citizen_login(settings, session_key=services.session_key, digest_key=services.digest_key)
            context = replace(services, login=login, citizen_login=citizens)
            app = create_app(context)
            server = RestingServer(server_config(app, settings.host, settings.port))
            with suppress(KeyboardInterrupt):  # it has ended what it was at, and passes the signal on
                server.run()
            comparison(context, app.state.answers)()


def worker(
    collecting: Annotated[bool, typer.Option("--collect/--no-collect", help="Also read the sources.")] = True,
) -> None:
    """Read the sources that are due, process the records, keep the index. Ends cleanly on SIGTERM.

    Several workers share the work, also that of reading. When a source is due: [bold]helhed source schedule[/bold]
    """
    from hub.worker.supervisor import run  # noqa: PLC0415  as above

    with fail():
        settings = load_settings()
        tracing.set_up(settings.otlp_endpoint, "worker")
        stop = Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        with opened(settings) as context:
            require_guarded_log(settings, context.database)
            run(context, stop=stop, collecting=collecting)


def listen() -> None:
    """Take what sources push, over HTTPS with mutual TLS (HELHED_LISTEN_…). Run as many as you need.

    An event is stored and answered at once; a worker looks up what it is about. Ends cleanly on SIGTERM.
    """
    from hub.inbox.listener import ListenerSettings, serve_in_background  # noqa: PLC0415  as above
    from hub.inbox.service import Inbox  # noqa: PLC0415  as above

    with fail():
        settings = load_settings()
        if settings.listen_certificate is None or settings.listen_ca is None:
            raise InvalidSetting(
                "HELHED_LISTEN_CERTIFICATE and HELHED_LISTEN_CA are needed: nobody is taken without TLS"
            )
        stop = Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        with opened(settings) as context:
            inbox = Inbox(
                database=context.database,
                catalogue=context.catalogue,
                cipher=context.payload_cipher,
                clock=context.clock,
            )
            where = ListenerSettings(
                host=settings.listen_host,
                port=settings.listen_port,
                certificate=settings.listen_certificate,
                authorities=settings.listen_ca,
                proxy_fingerprint=settings.listen_proxy_fingerprint,
            )
            with serve_in_background(inbox, where) as port:
                console.print(f"Listening on https://{settings.listen_host}:{port}/webhooks/")
                stop.wait()


def collect(
    name: Annotated[str, typer.Argument(help="The source's name; see: helhed source list")],
    stream: Annotated[str | None, typer.Option(help="Only this stream; see: helhed source show NAME")] = None,
) -> None:
    """Read one source now, from where the last run ended, and put what it says on the bus.

    Each of its streams is read in turn. A stream that a worker reads is left to it, and the answer says who has it.
    """
    from hub.worker.upkeep import create_topics  # noqa: PLC0415  as above

    with fail():
        settings = load_settings()
        tracing.set_up(settings.otlp_endpoint, "worker")
        with opened(settings) as context:
            with context.database.transaction() as session:
                record(session, AuditAction.RUN_SOURCE, name, None, context.clock.now())
            create_topics(context)
            complete = [_collect_stream(context, name, part) for part in _streams_to_read(context, name, stream)]
        raise typer.Exit(0 if all(complete) else 1)


def _streams_to_read(context: AppContext, name: str, stream: str | None) -> list[str]:
    try:
        # Its settings are wrong here, and not once for each stream.
        context.catalogue.open_connector(name).close()
    except SourceNotFound:
        raise no_source(name, [source.name for source in context.catalogue.current()]) from None
    with context.database.transaction() as session:
        reason = pause_reason(session, name)
        streams = list_streams(session, name)
    if reason is not None:
        raise InvalidSetting(f"source {name} is paused: {reason}; run: helhed source resume {name}")
    if stream is not None and stream not in {state.stream for state in streams}:
        names = ", ".join(state.stream for state in streams)
        raise InvalidSetting(f"source {name} has no stream {stream}; there are: {names}")
    return [stream] if stream is not None else [state.stream for state in streams if state.is_enabled]


def _collect_stream(context: AppContext, name: str, stream: str) -> bool:
    """Read one stream and say how it went; whether it was read to its end."""
    lease = take_stream(context.database, name, owner=new_owner(), stream=stream)
    if lease is None:
        with context.database.transaction() as session:
            holder = lease_holder(session, name, stream)
        why = (
            f"{holder[1]} reads it since {holder[2].astimezone(DANISH_TIME):%H:%M:%S}" if holder else "it is not there"
        )
        console.print(f"{stream}: not read: {why}")
        return False
    from hub.worker.collecting import collect_stream  # noqa: PLC0415  a command loads only what it needs

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"{name} {stream}", total=None)
        done = collect_stream(
            context,
            lease,
            should_stop=lambda: False,
            progress=lambda at: progress.update(task, completed=at.read, total=at.total),
        )
    counts = f"{done.read} read, {done.published} published, {done.rejected} in quarantine"
    console.print(f"{stream}: {done.outcome}: {counts}")
    if done.message:
        console.print(done.message)
    return done.outcome is RunOutcome.COMPLETE


def settings() -> None:
    """List every setting with its meaning and default; values are not shown."""
    table = Table("Variable", "Meaning", "Default", show_lines=True)
    for name, field in Settings.model_fields.items():
        value = field.get_default(call_default_factory=True)
        default = "" if value is None else str(value)
        table.add_row(f"HELHED_{name.upper()}", field.description or "", default)
    console.print(table)
