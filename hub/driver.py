"""Statements that go straight to the driver: one at a time, or several sent before the first is answered."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar, cast

import psycopg
from psycopg import Connection, RawCursor
from psycopg.rows import tuple_row
from sqlalchemy import TextClause
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import Connection as PooledConnection
from sqlalchemy.exc import DBAPIError, PendingRollbackError

T = TypeVar("T")
Answer: TypeAlias = Callable[[], T]
"""Gives what was asked for, and waits for it the first time."""
Rows: TypeAlias = list[dict[str, Any]]
Cursor: TypeAlias = RawCursor[tuple[Any, ...]]

CURSORS = 40
"""Kept with a connection, each with what it read last; a citizen's page takes twenty."""

_DRIVER = "helhed.driver"
"""Where each pooled connection keeps its ``Driver``."""

_NUMBERED = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # SQLAlchemy has no types for it
"""Writes parameters as ``$1``, as PostgreSQL does."""


@dataclass
class _DriverStatement:
    """A statement as the server takes it.

    The driver would look for parameters and name the columns in every call, as it keeps no statement of more than
    4,096 bytes.
    """

    text: TextClause
    query: bytes
    parameters: tuple[str, ...]
    """Names in the order of their numbers."""
    columns: tuple[str, ...] = ()
    """Names of what it gives; none before it gave something."""


@dataclass
class _Sent:
    """A statement that was sent, and its rows once they were waited for."""

    statement: _DriverStatement
    cursor: Cursor
    rows: Rows | None = None


@dataclass
class Driver:
    """A pooled connection as its driver has it."""

    connection: Connection[Any]
    _cursors: dict[bytes, Cursor] = field(default_factory=dict)
    """By statement, the one used last at the end: a cursor knows how to write and read what its last statement had."""
    _sent: list[_Sent] = field(default_factory=list)
    """Not answered yet."""
    _pipeline: ExitStack | None = None
    """Ends the driver's pipeline, in which statements are sent without waiting; None: it is in none."""

    @property
    def has_sent(self) -> bool:
        """Whether something was sent and not waited for."""
        return bool(self._sent)

    def fetch(self, statement: TextClause, parameters: Mapping[str, object]) -> Rows:
        """The rows by name; none when the statement gives none. What was sent before is waited for with it."""
        if self._pipeline is not None:
            return self.ask(statement, parameters)()
        driver_statement = _driver_statement(statement)
        cursor = self._cursor(driver_statement)
        with _as_of_sqlalchemy(driver_statement):
            _execute(cursor, driver_statement, parameters)
            return self._rows_by_name(cursor, driver_statement)

    def fetch_tuples(self, statement: TextClause, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """The same, each row as its values in their order."""
        self.wait()
        driver_statement = _driver_statement(statement)
        # Not kept, as the last rows of a batch would be, too.
        with _as_of_sqlalchemy(driver_statement), RawCursor(self.connection, row_factory=tuple_row) as cursor:
            _execute(cursor, driver_statement, parameters)
            return _rows(cursor)

    def ask(self, statement: TextClause, parameters: Mapping[str, object]) -> Answer[Rows]:
        """Send the statement and return at once; the answer gives the rows."""
        driver_statement = _driver_statement(statement)
        sent = _Sent(driver_statement, self._cursor(driver_statement))
        try:
            # All of them, as an earlier one may be known by now to have failed.
            with _as_of_sqlalchemy(*(each.statement for each in self._sent), driver_statement):
                if self._pipeline is None:
                    pipeline = ExitStack()
                    pipeline.enter_context(self.connection.pipeline())
                    self._pipeline = pipeline
                _execute(sent.cursor, driver_statement, parameters)
        except DBAPIError:
            with suppress(DBAPIError):  # the pipeline would tell of all that follows that it was aborted, and not why
                self.wait()
            raise
        self._sent.append(sent)

        def answer() -> Rows:
            if sent.rows is None:
                self.wait()
            if sent.rows is None:
                message = "This statement, or one sent before it, failed, and the transaction with it."
                raise PendingRollbackError(message)
            return sent.rows

        return answer

    def wait(self) -> None:
        """Wait for all that was sent.

        Raises:
            DBAPIError: of the first that failed.
        """
        if self._pipeline is None:
            return
        pipeline, sent = self._pipeline, self._sent
        self._pipeline, self._sent = None, []
        with _as_of_sqlalchemy(*(each.statement for each in sent)):
            try:
                pipeline.close()
            finally:
                for each in sent:
                    if each.cursor.pgresult is not None:  # it came before the one that failed
                        each.rows = self._rows_by_name(each.cursor, each.statement)

    def _cursor(self, statement: _DriverStatement) -> Cursor:
        return self._cursors.pop(statement.query, None) or RawCursor(self.connection, row_factory=tuple_row)

    def _rows_by_name(self, cursor: Cursor, statement: _DriverStatement) -> Rows:
        rows = _rows(cursor)
        if rows and not statement.columns:
            statement.columns = tuple(column.name for column in cursor.description or ())
        self._cursors[statement.query] = cursor
        if len(self._cursors) > CURSORS:
            del self._cursors[next(iter(self._cursors))]
        return [dict(zip(statement.columns, row, strict=True)) for row in rows]


def driver_of(connection: PooledConnection) -> Driver:
    """The driver of a pooled connection; the same as long as it is open."""
    pooled = connection.connection
    driver: Driver | None = pooled.info.get(_DRIVER)
    if driver is None or driver.connection is not pooled.driver_connection:
        driver = pooled.info[_DRIVER] = Driver(cast("Connection[Any]", pooled.driver_connection))
    return driver


def wait_for_sent(connection: PooledConnection, *_: object) -> None:
    """Let what was sent be answered before SQLAlchemy says something on the same connection.

    Raises:
        DBAPIError: of the first statement that failed.
    """
    driver: Driver | None = None if connection.invalidated else connection.info.get(_DRIVER)
    if driver is not None:
        driver.wait()


def _execute(cursor: Cursor, statement: _DriverStatement, parameters: Mapping[str, object]) -> None:
    cursor.execute(statement.query, [parameters[name] for name in statement.parameters])


def _rows(cursor: Cursor) -> list[tuple[Any, ...]]:
    # Not by ``description``, which describes every column first.
    return cursor.fetchall() if cursor.pgresult and cursor.pgresult.nfields else []


@contextmanager
def _as_of_sqlalchemy(*statements: _DriverStatement) -> Iterator[None]:
    """An error of the driver becomes SQLAlchemy's, as of any statement of the session."""
    try:
        yield
    except psycopg.Error as error:
        said = "; ".join(str(statement.text) for statement in statements)
        raise DBAPIError.instance(said, None, error, psycopg.Error, hide_parameters=True) from error


@lru_cache(maxsize=400)
def _driver_statement(statement: TextClause) -> _DriverStatement:
    compiled = statement.compile(dialect=_NUMBERED)
    return _DriverStatement(statement, str(compiled).encode(), tuple(compiled.positiontup or ()))
