"""Alembic migrations and the one function that applies them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy.engine import URL

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
