"""Alembic migrations and the one function that applies them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL

from hub.db import with_driver

FOLDER = Path(__file__).parent


def config(url: str | URL) -> Config:
    """Alembic's configuration for the database at *url*, without an ini file."""
    configuration = Config()
    configuration.set_main_option("script_location", str(FOLDER))
    configuration.attributes["url"] = url
    return configuration


def migrate(url: str | URL, revision: str = "head") -> None:
    """Migrate the database to *revision*. Has no effect when it is there already."""
    command.upgrade(config(url), revision)


def let_time_be_simulated(url: str | URL) -> None:
    """Let the log take the time that its lines say: for the demo, the tests and measurements, whose clock is not today.

    Only the owner can; ``helhed check`` tells it, and outside the demo nothing is served so.
    """
    engine = create_engine(with_driver(url))
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER audit_log_timed"))
    engine.dispose()
