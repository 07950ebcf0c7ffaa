"""PostgreSQL: the engine, the one ``transaction()``, the declarative base and how constraints are named."""

import select
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, cast

import psycopg
from psycopg import Connection, sql
from psycopg.pq import TransactionStatus
from psycopg.types.array import ListBinaryDumper
from sqlalchemy import MetaData, TextClause, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine import Connection as PooledConnection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, SessionTransaction
from sqlalchemy.orm import Session as Session  # noqa: PLC0414  rooms without SQL name it from here
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from hub.driver import Answer, Driver, Rows, driver_of, wait_for_sent
from hub.errors import StoreUnavailable

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

OVERFLOW = 10
"""Connections opened above the pool's size while it is busy."""

_DRIVER = "driver"
"""In a session: the transaction, or the nested one, that used a driver last, and the driver of its connection."""

_BEGIN, _COMMIT = text("BEGIN"), text("COMMIT")

CONNECT_WITHIN = 5
"""Seconds a server may take to accept a connection; a silent one would otherwise block every page for ever."""


class Base(DeclarativeBase):
    """Root of all tables."""

    metadata = MetaData(naming_convention=NAMING)


class Database:
    """A connection pool to one PostgreSQL database."""

    def __init__(self, url: str | URL, *, pool_size: int = 10) -> None:
        self.url = with_driver(url)
        self._most = pool_size + OVERFLOW
        self.engine = create_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=OVERFLOW,
            isolation_level="AUTOCOMMIT",  # of the driver, which would begin each transaction in a trip of its own
            pool_use_lifo=True,  # the connection used last has its plans and the catalogue at hand
            hide_parameters=True,  # an error's text goes to the log, and parameters are personal data
            # Planning the access facts takes three times as long as reading them, and no plan here depends on a value:
            # so a connection keeps the plan of a statement that comes a second time, and not only of a sixth.
            connect_args={
                "options": "-c plan_cache_mode=force_generic_plan",
                "connect_timeout": CONNECT_WITHIN,
                "prepare_threshold": 1,
            },
        )
        event.listen(self.engine, "connect", _send_lists_binary)
        event.listen(self.engine, "checkout", self._ping_if_readable)
        event.listen(self.engine, "before_cursor_execute", wait_for_sent)
        event.listen(self.engine, "begin", _send_begin)
        event.listen(self.engine, "commit", _refuse_failed)
        event.listen(self.engine, "rollback", _forget_sent)
        event.listen(self.engine, "rollback_savepoint", _forget_sent)

    def _ping_if_readable(self, connection: DBAPIConnection, _record: ConnectionPoolEntry, _: object) -> None:
        """Ping a pooled connection if there is something to read from it.

        A server that ends a session sends a message and closes, so a silent connection is alive. A ping each time
        (``pool_pre_ping``) is a tenth of a look-up.
        """
        poller = select.poll()
        poller.register(connection.fileno(), select.POLLIN)
        if not poller.poll(0):
            return
        dialect = self.engine.dialect
        try:
            dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool opens another

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Raises:
            StoreUnavailable: PostgreSQL does not answer, or every connection stayed taken.
        """
        with _unavailable_when_silent(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session
            _send_commit(session)

    def look(self, statement: TextClause, parameters: Mapping[str, object]) -> Rows:
        """The rows of one statement that only reads, in no transaction: one trip to the server, and not three.

        For what is looked for every second and is nearly never there.

        Raises:
            StoreUnavailable: PostgreSQL does not answer, or every connection stayed taken.
        """
        with _unavailable_when_silent(), self.engine.connect() as connection:
            return driver_of(connection).fetch(statement, parameters)

    @contextmanager
    def leading(self, name: str) -> Iterator[bool]:
        """Whether this process alone holds *name*; held until the block ends or the process dies.

        Raises:
            StoreUnavailable: PostgreSQL does not answer.
        """
        with self._set_apart() as connection:
            try:
                key = {"name": f"helhed.{name}"}
                is_ours = connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))"), key)
            except OperationalError as error:
                raise StoreUnavailable from error
            yield bool(is_ours)

    @contextmanager
    def listening(self, channel: str) -> Iterator[Callable[[timedelta], None]]:
        """A wait of at most so long that ends sooner when somebody announces something on the channel.

        What is announced between two waits ends the next one at once.

        Raises:
            StoreUnavailable: PostgreSQL does not answer, or the connection was lost.
        """
        with self._set_apart() as connection:
            driver = cast("Connection[Any]", connection.connection.driver_connection)

            def wait(most: timedelta) -> None:
                try:
                    for _ in driver.notifies(timeout=most.total_seconds(), stop_after=1):
                        pass
                except psycopg.OperationalError as error:
                    raise StoreUnavailable from error

            try:
                driver.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            except psycopg.OperationalError as error:
                raise StoreUnavailable from error
            yield wait

    @contextmanager
    def _set_apart(self) -> Iterator[PooledConnection]:
        """A connection that never goes back into the pool: the next user would hold its lock or listen unknowingly."""
        try:
            connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        except OperationalError as error:
            raise StoreUnavailable from error
        try:
            yield connection
        finally:
            connection.invalidate()
            connection.close()

    def check(self) -> None:
        """Reach the server.

        Raises:
            StoreUnavailable: PostgreSQL does not answer, or does not let us in.
        """
        with self.transaction() as session:
            session.connection()

    def revision(self) -> str:
        """The migration that made the schema what it is; empty before the first.

        Raises:
            StoreUnavailable: PostgreSQL does not answer.
        """
        with self.transaction() as session:
            if session.scalar(text("SELECT to_regclass('alembic_version')")) is None:
                return ""
            return str(session.scalar(text("SELECT version_num FROM alembic_version")) or "")

    def connections(self) -> tuple[int, int]:
        """How many connections are lent out, and how many can be at most."""
        pool = self.engine.pool
        return (pool.checkedout() if isinstance(pool, QueuePool) else 0), self._most

    def close(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


def columns(table: type[Base], alias: str = "") -> str:
    """The table's columns by name, for a statement that reads them all.

    Never ``*``: a prepared statement that gives a column more since a migration is refused by PostgreSQL, and so the
    release that runs meanwhile would fail a page for each of its connections.
    """
    before = f"{alias}." if alias else ""
    return ", ".join(f'{before}"{column.name}"' for column in table.__table__.columns)


def fetch_rows(session: Session, statement: TextClause, parameters: Mapping[str, object]) -> Rows:
    """Give a statement to the driver as it is, in the session's transaction.

    For statements of every look-up and every batch, where SQLAlchemy takes twice the time of the driver.

    Returns:
        The rows by name; none when the statement gives none.

    Raises:
        DBAPIError: as any statement of the session, or of one that was sent before and not waited for.
    """
    return _driver(session).fetch(statement, parameters)


def ask_rows(session: Session, statement: TextClause, parameters: Mapping[str, object]) -> Answer[Rows]:
    """The same, without waiting: the server works while the caller goes on, and the answer gives the rows.

    What is sent one after the other costs one trip to the server and not one each, and is done in that order. The first
    answer that is needed waits for all of it, and so does every other statement of the session, and the commit. So a
    write may be sent whose answer nobody reads: if it fails, nothing is stored.
    """
    return _driver(session).ask(statement, parameters)


def run_batch(session: Session, statement: TextClause, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """As ``fetch_rows``, for what a batch reads and writes: each row as its values in their order."""
    return _driver(session).fetch_tuples(statement, parameters)


def _driver(session: Session) -> Driver:
    known, driver = session.info.get(_DRIVER, (None, None))
    if known is None or known is not _transaction(session):
        # By the session, which sets the savepoint of a nested transaction only when its connection is asked for.
        driver = driver_of(session.connection())
        session.info[_DRIVER] = (_transaction(session), driver)
    return cast("Driver", driver)


def _send_begin(connection: PooledConnection) -> None:
    """Begin a transaction in one trip with its first statement; one set apart for autocommit has none."""
    if "isolation_level" not in connection.get_execution_options():
        driver_of(connection).ask(_BEGIN, {})


def _send_commit(session: Session) -> None:
    """Send the commit behind what was sent and not waited for, in one trip; SQLAlchemy then finds nothing to commit.

    What fails fails here, where SQLAlchemy still takes the transaction back before it lends the connection on.
    """
    if session.in_transaction() and _DRIVER in session.info:
        session.flush()
        driver: Driver = session.info[_DRIVER][1]
        if driver.has_sent:
            driver.ask(_COMMIT, {})
            driver.wait()


def _refuse_failed(connection: PooledConnection) -> None:
    """PostgreSQL answers the commit of a failed transaction with a rollback, and the driver says nothing of it.

    Raises:
        PendingRollbackError: a statement failed, and whoever sent the next one passed over the error.
    """
    wait_for_sent(connection)
    if driver_of(connection).connection.info.transaction_status is TransactionStatus.INERROR:
        message = "A statement of this transaction failed, so nothing of it can be stored."
        raise PendingRollbackError(message)


def _transaction(session: Session) -> SessionTransaction | None:
    return session.get_nested_transaction() or session.get_transaction()


def announce(session: Session, channel: str) -> None:
    """Wake who listens on the channel, when the transaction is committed."""
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": channel})


def _send_lists_binary(connection: Connection, _: object) -> None:
    """As text the driver checks every element for characters to escape, which costs two to eighteen times as much."""
    connection.adapters.register_dumper(list, ListBinaryDumper)


def _forget_sent(connection: PooledConnection, *_: object) -> None:
    """What was sent is taken back with the rest; the error that led here is the one to tell."""
    with suppress(DBAPIError):
        wait_for_sent(connection)


@contextmanager
def _unavailable_when_silent() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if error.connection_invalidated or _is_silent(error):
            raise StoreUnavailable from error
        raise
    except PoolTimeout as error:
        raise StoreUnavailable from error


def _is_silent(error: OperationalError) -> bool:
    """Whether the server is unavailable: no SQLSTATE (the driver's own error), or class 08, 53 or 57P.

    https://www.postgresql.org/docs/current/errcodes-appendix.html
    """
    state = getattr(error.orig, "sqlstate", None)
    return state is None or state.startswith(("08", "53", "57P"))


def with_driver(url: str | URL) -> URL:
    """The address with psycopg 3 as its driver, however it was written."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg")
