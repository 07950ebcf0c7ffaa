"""A migration gives way to those who work at the database, and is tried again."""

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL

from connectors.retry import Retryable
from hub.migrations import migrate
from hub.migrations.releases import LAST_BEFORE

NAME = "test_migration_locks"


def test_a_migration_waits_for_nobody_goes_on_where_it_was_and_says_who_is_in_the_way(
    postgres: URL, administrator: Connection
) -> None:
    administrator.execute(text(f"CREATE DATABASE {NAME}"))
    url = postgres.set(database=NAME)
    migrate(url, LAST_BEFORE)
    engine = create_engine(url)
    waits: list[float] = []
    with engine.connect() as working:
        working.execute(text("LOCK TABLE audit_log IN ROW EXCLUSIVE MODE"))
        with pytest.raises(Retryable, match="others work at a table"):
            migrate(url, sleep=waits.append)
        assert len(waits) == 5
        migrate(url, sleep=lambda _: working.rollback())
        assert working.scalar(text("SELECT count(*) FROM citizen_restrictions")) == 0
    engine.dispose()
    administrator.execute(text(f"DROP DATABASE {NAME}"))
