"""What all commands share: settings, sources, and an error as one line that says what to do."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError
from rich.console import Console

from connectors.base import Connector
from connectors.errors import ConnectorError
from connectors.registry import KindUnknown
from hub import log
from hub.clock import Clock, SystemClock
from hub.errors import HubError, SettingWrong
from hub.settings import Settings, load
from hub.wiring import connectors

_errors = Console(stderr=True, highlight=False)


@contextmanager
def fail() -> Iterator[None]:
    """Turn an expected error into one line on standard error and exit status 2; others keep their traceback."""
    try:
        yield
    except (HubError, ConnectorError, KindUnknown) as error:
        _errors.print(f"helhed: {log.mask(str(error)) or error.__class__.__name__}", markup=False)
        raise typer.Exit(2) from error
    except ValidationError as error:
        for fault in error.errors():
            place = "_".join(map(str, fault["loc"])).upper()
            _errors.print(f"helhed: HELHED_{place}: {fault['msg']}", markup=False)
        raise typer.Exit(2) from error


def configured(needed: str | None = None) -> tuple[Settings, Clock, dict[str, Connector]]:
    """Settings from the environment, the clock, and the configured sources; logging is set up.

    Raises:
        SettingWrong: *needed* is not among the sources.
    """
    settings = load()
    log.set_up(settings.log_level)
    clock = SystemClock()
    found = connectors(settings, clock)
    if needed is not None and needed not in found:
        known = ", ".join(sorted(found)) or "none; set HELHED_SOURCES_FILE (docs/connectors.md)"
        raise SettingWrong(f"no source called {needed}; configured: {known}")
    logging.getLogger("hub").debug("cli.configured", extra={"fields": {"sources": len(found)}})
    return settings, clock, found
