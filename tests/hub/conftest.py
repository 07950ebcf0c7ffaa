"""The bus with the topics of the pipeline, and the index; the embedded ones, each test its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.bus.base import OVERVIEWS, RECORDS
from hub.bus.postgres import PostgresBus
from hub.db import Database
from hub.notices.senders import MailServer
from search.postgres import PostgresIndex
from tests.receivers import Mailbox, mail_server


@pytest.fixture
def bus(database: Database) -> Iterator[PostgresBus]:
    """One partition each, so all come in order."""
    postgres_bus = PostgresBus(database.url)
    postgres_bus.create({RECORDS: 1, OVERVIEWS: 1})
    yield postgres_bus
    postgres_bus.close()


@pytest.fixture
def index(postgres_index: PostgresIndex) -> PostgresIndex:
    """Empty."""
    return postgres_index


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[tuple[Mailbox, MailServer]]:
    """A mail server that insists on STARTTLS and a login, and how to reach it."""
    with mail_server(tmp_path) as running:
        yield running
