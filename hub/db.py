"""PostgreSQL: the engine, the one ``transaction()``, the declarative base and how constraints are named."""

import select
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any, TypeAlias, cast

import psycopg
from psycopg import Connection, RawCursor, sql
from psycopg.rows import tuple_row
from psycopg.types.array import ListBinaryDumper
from sqlalchemy import MetaData, TextClause, create_engine, event, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine import Connection as PooledConnection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Session as Session  # noqa: PLC0414  rooms without SQL name it from here
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from hub.errors import StoreUnavailable

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


Cursor: TypeAlias = RawCursor[tuple[Any, ...]]

OVERFLOW = 10
"""Connections opened above the pool's size while it is busy."""

_NUMBERED = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
"""Writes parameters as ``$1``, as PostgreSQL does."""

_KEPT_CURSOR = "helhed.cursor"
"""With each pooled connection: a cursor knows how to write and read types it has met, a new one must find out anew."""

CONNECT_WITHIN = 5
"""Seconds a server may take to accept a connection; a silent one would otherwise block every page for ever."""


class Base(DeclarativeBase):
    """Root of all tables."""

    metadata = MetaData(naming_convention=NAMING)


@dataclass
class _DriverStatement:
    """A statement as the server takes it.

    The driver would look for parameters and name the columns in every call, as it keeps no statement of more than
    4,096 bytes.
    """

    query: bytes
    parameters: tuple[str, ...]
    """Names in the order of their numbers."""
    columns: tuple[str, ...] = ()
    """Names of what it gives; none before it gave something."""


class Database:
    """A connection pool to one PostgreSQL database."""

    def __init__(self, url: str | URL, *, pool_size: int = 10) -> None:
        self.url = with_driver(url)
        self._most = pool_size + OVERFLOW
        self.engine = create_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=OVERFLOW,
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

    def look(self, statement: TextClause, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        """The rows of one statement that only reads, in no transaction: one trip to the server, and not three.

        For what is looked for every second and is nearly never there.

        Raises:
            StoreUnavailable: PostgreSQL does not answer, or every connection stayed taken.
        """
        with _unavailable_when_silent(), self.engine.connect() as connection:
            driver = cast("Connection[Any]", connection.connection.driver_connection)
            driver.autocommit = True
            try:
                return _fetch_by_name(_kept_cursor(connection), statement, parameters)
            finally:
                if not driver.closed:
                    driver.autocommit = False

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


def fetch_rows(session: Session, statement: TextClause, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
    """Give a statement to the driver as it is, in the session's transaction.

    For statements of every look-up and every batch, where SQLAlchemy takes twice the time of the driver.

    Returns:
        The rows by name; none when the statement gives none.

    Raises:
        DBAPIError: as any statement of the session.
    """
    cursor: Cursor | None = session.info.get(_KEPT_CURSOR) if session.in_transaction() else None
    if cursor is None:  # once a transaction, of which a session has one
        cursor = session.info[_KEPT_CURSOR] = _kept_cursor(session.connection())
    return _fetch_by_name(cursor, statement, parameters)


def run_batch(session: Session, statement: TextClause, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """The same for what a batch reads and writes: each row as its values in their order."""
    connection = cast("Connection[Any]", session.connection().connection.driver_connection)
    with RawCursor(connection, row_factory=tuple_row) as cursor:  # not kept, as its last rows would be, too
        return _fetch(cursor, statement, _driver_statement(statement), parameters)


def _kept_cursor(connection: PooledConnection) -> Cursor:
    pooled = connection.connection
    cursor: Cursor | None = pooled.info.get(_KEPT_CURSOR)
    if cursor is None or cursor.connection is not pooled.driver_connection:
        cursor = RawCursor(cast("Connection[Any]", pooled.driver_connection), row_factory=tuple_row)
        pooled.info[_KEPT_CURSOR] = cursor
    return cursor


def _fetch_by_name(cursor: Cursor, statement: TextClause, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
    driver_statement = _driver_statement(statement)
    rows = _fetch(cursor, statement, driver_statement, parameters)
    names = driver_statement.columns
    return [dict(zip(names, row, strict=True)) for row in rows]


def _fetch(
    cursor: Cursor, statement: TextClause, driver_statement: _DriverStatement, parameters: Mapping[str, object]
) -> list[tuple[Any, ...]]:
    try:
        cursor.execute(driver_statement.query, [parameters[name] for name in driver_statement.parameters])
        # Not by ``description``, which describes every column first.
        if not (cursor.pgresult and cursor.pgresult.nfields):
            return []
        if not driver_statement.columns:
            driver_statement.columns = tuple(column.name for column in cursor.description or ())
        return cursor.fetchall()
    except psycopg.Error as error:
        raise DBAPIError.instance(str(statement), None, error, psycopg.Error, hide_parameters=True) from error


def announce(session: Session, channel: str) -> None:
    """Wake who listens on the channel, when the transaction is committed."""
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": channel})


def _send_lists_binary(connection: Connection, _: object) -> None:
    """As text the driver checks every element for characters to escape, which costs two to eighteen times as much."""
    connection.adapters.register_dumper(list, ListBinaryDumper)


@lru_cache(maxsize=400)
def _driver_statement(statement: TextClause) -> _DriverStatement:
    compiled = statement.compile(dialect=_NUMBERED)
    return _DriverStatement(str(compiled).encode(), tuple(compiled.positiontup or ()))


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
