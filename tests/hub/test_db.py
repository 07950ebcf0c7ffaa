"""Migrations, tables and the transaction."""

from contextlib import ExitStack, suppress
from datetime import date, timedelta
from time import monotonic
from uuid import UUID

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.errors import DivisionByZero
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    DBAPIError,
    InvalidRequestError,
    ProgrammingError,
)
from sqlalchemy.pool import QueuePool

from hub.db import OVERFLOW, Base, Database, announce, ask_rows, fetch_rows, run_batch
from hub.errors import StoreUnavailable
from hub.migrations import config, migrate
from hub.migrations.tables import ALL_TABLES


def test_the_migrations_make_exactly_the_declared_tables(database: Database) -> None:
    assert ALL_TABLES
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_migration_goes_back_and_forth(database: Database) -> None:
    result = config(database.url)
    newest = ScriptDirectory.from_config(result).get_current_head()
    command.downgrade(result, "base")
    migrate(database.url)
    with database.engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == newest


def test_every_constraint_has_a_name() -> None:
    nameless = [
        f"{table.name}: {constraint}"
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert not nameless


def test_a_store_that_does_not_answer_is_one_clear_error(postgres: URL) -> None:
    gone = Database(postgres.set(database="no_such_database"))
    with pytest.raises(StoreUnavailable), gone.transaction() as session:
        session.connection()
    gone.close()


def test_a_url_may_be_written_with_any_driver(postgres: URL) -> None:
    plain = postgres.set(drivername="postgresql").render_as_string(hide_password=False)
    database = Database(plain)
    with database.transaction() as session:
        assert session.connection().dialect.driver == "psycopg"
    database.close()
    assert create_engine(database.url).dialect.driver == "psycopg"


def test_a_connection_that_died_at_rest_is_replaced_unseen(database: Database) -> None:
    with database.transaction() as session:
        backend = session.scalar(text("SELECT pg_backend_pid()"))
    other = Database(database.url)
    with other.transaction() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})
    other.close()
    with database.transaction() as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != backend


def test_when_every_connection_stays_taken_the_store_does_not_answer(database: Database) -> None:
    small = Database(database.url, pool_size=1)
    assert isinstance(small.engine.pool, QueuePool)
    small.engine.pool._timeout = 0.01
    with ExitStack() as taken:
        for _ in range(1 + OVERFLOW):
            taken.enter_context(small.transaction()).connection()
        assert small.connections() == (1 + OVERFLOW, 1 + OVERFLOW), "what HelhedConnectionsUsedUp asks for"
        with pytest.raises(StoreUnavailable), small.transaction() as session:
            session.connection()
    with small.transaction() as session:
        assert session.scalar(text("SELECT 1")) == 1
    small.close()


def test_a_statement_straight_to_the_driver_is_part_of_the_transaction(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        session.execute(text("CREATE TABLE kept (one int)"))
        assert fetch_rows(session, text("INSERT INTO kept VALUES (:one)"), {"one": 1}) == []
        assert fetch_rows(session, text("SELECT one FROM kept"), {}) == [{"one": 1}]
        assert run_batch(session, text("SELECT one, two FROM kept, (VALUES (2)) AS other (two)"), {}) == [(1, 2)]
        raise ZeroDivisionError
    with database.transaction() as session:
        assert fetch_rows(session, text("SELECT to_regclass('kept') AS there"), {}) == [{"there": None}]


def test_a_connection_keeps_the_plan_of_a_statement_that_comes_a_second_time(database: Database) -> None:
    kept = text("SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT 1 AS planned'")
    with database.transaction() as session:
        for times in (0, 1, 1):
            fetch_rows(session, text("SELECT 1 AS planned"), {})
            assert session.scalar(kept) == times


def test_what_goes_wrong_there_goes_wrong_as_anywhere(database: Database) -> None:
    with pytest.raises(ProgrammingError) as wrong, database.transaction() as session:
        fetch_rows(session, text("SELECT cast(:secret AS text) FROM no_such_table"), {"secret": "260650-6652"})
    assert "260650" not in str(wrong.value)
    with pytest.raises(StoreUnavailable), database.transaction() as session:
        fetch_rows(session, text("SELECT pg_terminate_backend(pg_backend_pid())"), {})
    with pytest.raises(StoreUnavailable), database.transaction() as session:
        fetch_rows(session, text("SELECT 1 AS one"), {})
        fetch_rows(session, text("SELECT pg_terminate_backend(pg_backend_pid())"), {})
    with database.transaction() as session:
        assert fetch_rows(session, text("SELECT 1 AS one"), {}) == [{"one": 1}]


def test_what_a_connection_keeps_to_read_rows_goes_on_after_an_error_and_with_other_types(database: Database) -> None:
    same = text("SELECT cast(:value AS uuid[]) AS value, cast(:day AS date) AS day")
    rows: list[dict[str, object]] = [{"value": [UUID(int=7)], "day": date(2023, 9, 12)}, {"value": [], "day": None}]
    for _ in range(2):
        with database.transaction() as session:
            assert [fetch_rows(session, same, row) for row in rows] == [[row] for row in rows]
            assert fetch_rows(session, text("SELECT '{1}'::int[] AS value"), {}) == [{"value": [1]}]
            with pytest.raises(ProgrammingError):
                fetch_rows(session, text("SELECT nothing"), {})
            session.rollback()
            with pytest.raises(InvalidRequestError):  # and not over a connection that others may have by now
                fetch_rows(session, same, rows[0])


def test_a_look_is_in_no_transaction_and_leaves_the_connection_to_transactions(database: Database) -> None:
    one, wrong = text("SELECT cast(:one AS int) AS one"), text("SELECT 1 / cast(:one AS int) AS one")
    assert database.look(one, {"one": 1}) == [{"one": 1}]
    with pytest.raises(DBAPIError) as error:
        database.look(wrong, {"one": 0})
    assert isinstance(error.value.orig, DivisionByZero)
    open_ones = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
    )
    with database.transaction() as session:
        assert session.scalar(open_ones) == 0
    with pytest.raises(ZeroDivisionError), database.transaction() as session:
        session.execute(text("CREATE TABLE looked (one int)"))
        raise ZeroDivisionError
    assert database.look(text("SELECT to_regclass('looked') AS there"), {}) == [{"there": None}], "as before"


def test_a_look_says_that_the_store_does_not_answer(database: Database, postgres: URL) -> None:
    gone = Database(postgres.set(database="no_such_database"))
    with pytest.raises(StoreUnavailable):
        gone.look(text("SELECT 1"), {})
    gone.close()
    with pytest.raises(StoreUnavailable):
        database.look(text("SELECT pg_terminate_backend(pg_backend_pid())"), {})
    assert database.look(text("SELECT 1 AS one"), {}) == [{"one": 1}], "another connection is opened"


def test_who_listens_is_woken_by_what_was_committed_and_not_before(database: Database) -> None:
    with database.listening("helhed_test") as wait:
        began = monotonic()
        with database.transaction() as session:
            announce(session, "helhed_test")
            wait(timedelta(milliseconds=50))
            assert monotonic() - began >= 0.05
        wait(timedelta(seconds=20))
        assert monotonic() - began < 10
        with database.transaction() as session:
            session.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"))
        with pytest.raises(StoreUnavailable):
            wait(timedelta(seconds=20))


def test_who_listens_to_a_store_that_does_not_answer_is_told(postgres: URL) -> None:
    gone = Database(postgres.set(database="no_such_database"))
    with pytest.raises(StoreUnavailable), gone.listening("helhed_test"):
        pass
    gone.close()


def test_a_nested_transaction_takes_back_what_went_straight_to_the_driver(database: Database) -> None:
    with database.transaction() as session:
        fetch_rows(session, text("CREATE TEMP TABLE numbers (one int PRIMARY KEY)"), {})
        for write in (fetch_rows, run_batch, ask_rows):
            for number in (1, "no number"):
                with suppress(DBAPIError), session.begin_nested() as inner:
                    write(
                        session,
                        text("INSERT INTO numbers VALUES (cast(cast(:number AS text) AS int))"),
                        {"number": str(number)},
                    )
                    inner.rollback()
        assert fetch_rows(session, text("SELECT one FROM numbers"), {}) == []
