"""Alembic migrations and the one function that applies them."""

import time
from functools import partial
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from connectors.retry import Retryable, RetryPolicy, Sleep, with_retry
from hub.db import with_driver

FOLDER = Path(__file__).parent
_IN_THE_WAY = frozenset({"40P01", "55P03"})
"""PostgreSQL's codes of a deadlock, and of a lock that was not had in time."""


def config(url: str | URL) -> Config:
    """Alembic's configuration for the database at *url*, without an ini file."""
    configuration = Config()
    configuration.set_main_option("script_location", str(FOLDER))
    configuration.attributes["url"] = url
    return configuration


def migrate(url: str | URL, revision: str = "head", sleep: Sleep = time.sleep) -> None:
    """Migrate the database to *revision*. Has no effect when it is there already.

    Processes may work at the database meanwhile. Each migration is a transaction of its own and waits for locks for a
    shorter time than they do (``env.py``), so where the two are in each other's way it is the migration that gives way,
    and is tried again for about a minute.

    Raises:
        Retryable: others are in the way all the time; what was migrated until then stays.
    """
    with_retry(partial(_upgrade, url, revision), RetryPolicy.PATIENT, sleep)


def _upgrade(url: str | URL, revision: str) -> None:
    try:
        command.upgrade(config(url), revision)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) not in _IN_THE_WAY:
            raise
        message = "others work at a table that is to be changed; try again when less is going on"
        raise Retryable(message) from error


def let_time_be_simulated(url: str | URL) -> None:
    """Let the log take the time that its lines say: for the demo, the tests and measurements, whose clock is not today.

    Only the owner can; ``helhed check`` tells it, and outside the demo nothing is served so.
    """
    engine = create_engine(with_driver(url))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER audit_log_timed"))
    engine.dispose()
