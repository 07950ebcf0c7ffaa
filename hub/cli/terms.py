"""What all commands share: settings, sources, and an error as one line that says what to do."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError

from connectors.base import Connector
from connectors.errors import ConnectorError
from connectors.registry import KindNotFound
from hub import log
from hub.bus.base import BusUnavailable
from hub.clock import Clock, SystemClock
from hub.errors import HubError, SettingWrong, StoreUnavailable
from hub.log import place_of, redact_cpr
from hub.services import connectors
from hub.settings import Settings, load
from search.base import SearchUnavailable


@contextmanager
def fail() -> Iterator[None]:
    """Turn an expected error into one line on standard error and exit status 2.

    Others end with status 1, by type and place only: the text of a foreign error may hold a secret or a person's data.
    """
    try:
        yield
    except (HubError, ConnectorError, KindNotFound) as error:
        _say(_DOWN.get(type(error)) or str(error) or type(error).__name__)
        raise typer.Exit(2) from None
    except (BusUnavailable, SearchUnavailable):
        _say(_DOWN[StoreUnavailable])
        raise typer.Exit(2) from None
    except ValidationError as error:
        for fault in error.errors(include_input=False):
            _say(f"HELHED_{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}")
        raise typer.Exit(2) from None
    except typer.Exit:
        raise
    except Exception as error:
        if type(getattr(error, "orig", error)).__name__ == "UndefinedTable":
            _say("the database has no tables yet; run: helhed migrate")
            raise typer.Exit(2) from None
        _say(f"unexpected {place_of(error)}; HELHED_LOG_LEVEL=DEBUG shows where it came from")
        logging.getLogger("hub").debug("cli.unexpected", exc_info=True)
        raise typer.Exit(1) from None


def _say(sentence: str) -> None:
    typer.echo(f"helhed: {redact_cpr(' '.join(sentence.split()))}", err=True)


_DOWN: dict[type[Exception], str] = {
    StoreUnavailable: "PostgreSQL does not answer, or does not let us in; see HELHED_DATABASE_URL",
}


def configured(source: str | None = None) -> tuple[Settings, Clock, dict[str, Connector]]:
    """Settings from the environment, the clock, and the configured sources; logging is set up.

    Raises:
        SettingWrong: *needed* is not among the sources.
    """
    settings = load()
    log.set_up(settings.log_level, settings.log_format)
    clock = SystemClock()
    by_name = connectors(settings, clock)
    if source is not None and source not in by_name:
        names = ", ".join(sorted(by_name)) or "none; set HELHED_SOURCES_FILE (docs/connectors.md)"
        raise SettingWrong(f"no source called {source}; configured: {names}")
    logging.getLogger("hub").debug("cli.configured", extra={"fields": {"sources": len(by_name)}})
    return settings, clock, by_name
