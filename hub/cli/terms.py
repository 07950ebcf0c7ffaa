"""What all commands share: settings, sources, and an error as one line that says what to do."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from pydantic import ValidationError

from connectors.base import Connector
from connectors.errors import ConnectorError
from connectors.registry import KindNotFound
from connectors.retry import Retryable
from hub import log
from hub.audit.guard import log_faults
from hub.bus.base import BusRefused, BusUnavailable
from hub.cli.source_record import record_act, require_right
from hub.clock import SystemClock
from hub.context import AppContext
from hub.db import Database
from hub.errors import (
    HeldDeletionNotFound,
    HubError,
    InvalidSetting,
    SourceChanged,
    SourceNotFound,
    StoreUnavailable,
)
from hub.log import place_of, redact_cpr
from hub.operation.health import SCHEMA
from hub.rights.errors import CitizenRestricted
from hub.services import build_services, connector_builder, database_url
from hub.settings import Settings, load
from hub.sources.catalogue import SourceCatalogue
from hub.sources.definitions import SourceLifecycle
from hub.sources.source_file import read_source_file
from schemas.access import AuditAction
from search.base import LoginNotChanged, SearchUnavailable

AsJson = Annotated[bool, typer.Option("--json", help="JSON, for other programs.")]
NO_TABLES = "the database has no tables yet; run: helhed migrate"


@contextmanager
def fail() -> Iterator[None]:
    """Turn an expected error into one line on standard error and exit status 2.

    Others end with status 1, by type and place only: the text of a foreign error may hold a secret or a person's data.
    An unanswered question is no error; the terminal says "Aborted".
    """
    try:
        yield
    except (HubError, ConnectorError, KindNotFound, Retryable) as error:
        _say(_SENTENCES.get(type(error)) or str(error) or type(error).__name__)
        raise typer.Exit(2) from None
    except (BusRefused, LoginNotChanged) as error:
        _say(str(error))
        raise typer.Exit(2) from None
    except BusUnavailable:
        _say("the bus does not answer: Kafka where HELHED_KAFKA_SERVERS names it, else HELHED_DATABASE_URL")
        raise typer.Exit(2) from None
    except SearchUnavailable as error:
        _say(f"the index does not answer: {error}; see HELHED_OPENSEARCH_URLS, else HELHED_DATABASE_URL")
        raise typer.Exit(2) from None
    except ValidationError as error:
        for fault in error.errors(include_input=False):
            _say(f"HELHED_{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}")
        raise typer.Exit(2) from None
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        if type(getattr(error, "orig", error)).__name__ == "UndefinedTable":
            _say(NO_TABLES)
            raise typer.Exit(2) from None
        _say(f"unexpected {place_of(error)}; HELHED_LOG_LEVEL=DEBUG shows where it came from")
        logging.getLogger("hub").debug("cli.unexpected", exc_info=True)
        raise typer.Exit(1) from None


def _say(sentence: str) -> None:
    typer.echo(f"helhed: {redact_cpr(' '.join(sentence.split()))}", err=True)


_SENTENCES: dict[type[Exception], str] = {
    SourceNotFound: "there is no such source; see: helhed source list",
    SourceChanged: "somebody else has changed the source meanwhile; look at it again and repeat",
    HeldDeletionNotFound: "no deletions of that type wait; see: helhed source held",
    CitizenRestricted: "the processing of the citizen's data is restricted (GDPR article 18); nothing is shown of them",
    StoreUnavailable: "PostgreSQL does not answer, or does not let us in; see HELHED_DATABASE_URL",
}


def load_settings() -> Settings:
    """Settings from the environment; logging is set up."""
    settings = load()
    log.set_up(settings.log_level, settings.log_format)
    return settings


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[AppContext]:
    """The live context, with the sources file read; closed at the end.

    Raises:
        InvalidSetting: a setting, the tables, or the sources file, are not as they must be.
    """
    with open_services(settings) as context:
        context.catalogue.synchronise()
        yield context


@contextmanager
def open_services(settings: Settings | None = None) -> Iterator[AppContext]:
    """The live context without the sources file, over tables as this program needs them; closed at the end.

    Raises:
        InvalidSetting: a setting is not as it must be, or the tables are missing or older than this program.
    """
    context = build_services(settings or load_settings())
    try:
        _check_tables(context.database)
        yield context
    finally:
        context.close()


def _check_tables(database: Database) -> None:
    try:
        revision = database.revision()
    except StoreUnavailable:
        return  # server and worker wait for the database; the other commands say so at their first statement
    if not revision:
        raise InvalidSetting(NO_TABLES)
    if revision < SCHEMA:
        raise InvalidSetting("the tables of the database are older than this program; run: helhed migrate")


def require_guarded_log(settings: Settings, database: Database) -> None:
    """Outside the demo nobody serves who could change the log.

    Raises:
        InvalidSetting: the role could, or the log's triggers are off.
    """
    if settings.demo:
        return
    try:
        with database.transaction() as session:
            faults = log_faults(session)
    except StoreUnavailable:
        return  # server and worker wait for the database
    if faults:
        advice = "let HELHED_DATABASE_URL be a login of the role helhed_application (docs/database.md)"
        raise InvalidSetting(f"{'; '.join(faults)}; {advice}")


def connector_named(name: str) -> Connector:
    """A connector of a source, which the caller closes: of the sources file without any database, else of a stored one.

    Raises:
        InvalidSetting: there is no such source, or its settings or secrets are not as needed.
    """
    require_right(AuditAction.READ_SOURCES)
    settings = load_settings()
    builder = connector_builder(settings, SystemClock())
    file_sources = read_source_file(settings.sources_file, builder.kinds) if settings.sources_file else ()
    for source in file_sources:
        if source.definition.name == name:
            builder.file_secrets = {name: source.secrets}
            return builder.build(source.definition, {})
    in_file = [source.definition.name for source in file_sources]
    if settings.database_url is None and not (settings.data_dir / "postgres").exists():
        raise no_source(name, in_file)
    database = Database(database_url(settings))
    catalogue = SourceCatalogue(database, builder)
    try:
        if not database.revision():
            raise no_source(name, in_file)
        connector = catalogue.open_connector(name, drafts=True)
        with database.transaction() as session:
            record_act(session, AuditAction.READ_SOURCES, name)
    except SourceNotFound:
        there = [
            source.name for source in catalogue.known() if source.definition.lifecycle is not SourceLifecycle.REMOVED
        ]
        raise no_source(name, there) from None
    else:
        return connector
    finally:
        database.close()


def no_source(name: str, known: Sequence[str]) -> InvalidSetting:
    """The error that says which sources there are."""
    none = "none; set HELHED_SOURCES_FILE, or see: helhed source add --help"
    return InvalidSetting(f"no source called {name}; there are: {', '.join(known) or none}")
