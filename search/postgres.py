"""``PostgresIndex``: the ``SearchIndex`` port in a schema of its own (docs/decisions/0002)."""

import select
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool, PoolTimeout

from schemas.search import FacetValue, PreparedDocument, SearchDocument, SearchPage, SearchQuery
from search import statements
from search.base import IndexState, PutResult, SearchUnavailable, StoredOverview, Tallies, tallies
from search.limits import bare, cut
from search.paging import page_start, window
from search.parsing import name_words
from search.postgres_query import hit, parameters, place_of
from search.postgres_rows import SEPARATOR, clear, columns, copy_children
from search.prepared import unfold
from search.similar import keys, similar_names, variants

_ANSWER_WITHIN = 5.0
_SCHEMA = "search"
_FACETS = ("area", "unit", "kle_topic", "paragraph")


class _BeyondLimitsError(Exception):
    """PostgreSQL does not take what is in a document; trying the same again is in vain."""


class PostgresIndex:
    """Search in PostgreSQL: names by folded prefix or almost, other text by Danish stems, access first.

    Filters narrow the entries; a citizen is found when an entry is left. Facets count citizens over the entries left.

    Args:
        url: ``postgresql://…`` address; the role must be allowed to make a schema.
        answer_within: seconds to wait for a connection before the index counts as unavailable.
        schema: where its tables stand.
    """

    def __init__(self, url: str, *, answer_within: float = _ANSWER_WITHIN, schema: str = _SCHEMA) -> None:
        self._url = url
        self._schema = schema
        self._pool = ConnectionPool(
            url,
            min_size=0,
            max_size=8,
            timeout=answer_within,
            check=_ping_if_readable,
            open=True,
            kwargs={"options": f"-c search_path={schema}", "autocommit": True},
        )

    def create(self) -> None:
        """Make the schema and its tables if they are not there. Harmless when they are."""
        schema = sql.SQL("CREATE SCHEMA IF NOT EXISTS {};").format(sql.Identifier(self._schema))
        # A transaction each: what takes a table from those who search is over before what takes long.
        self._create(schema + sql.SQL(statements.CREATE))
        self._create(statements.CREATE_ENTRY_WORDS)
        self._create(statements.CREATE_UNIT_NAMES)
        self._create(statements.DROP_UNUSED)

    def put(self, documents: Sequence[SearchDocument | PreparedDocument]) -> PutResult:
        """Write documents, each only if newer than what is stored; all in one transaction, cut where need be."""
        newest: dict[UUID, SearchDocument] = {}
        refused: list[tuple[UUID, str]] = []
        for document in map(unfold, documents):
            if not _storable(document):
                refused.append((document.citizen_id, "text holds a character that cannot be stored"))
            elif (other := newest.get(document.citizen_id)) is None or other.version < document.version:
                newest[document.citizen_id] = document
        fitting = [cut(newest[citizen_id]) for citizen_id in sorted(newest)]
        reduced = {document.citizen_id for document in fitting if document.is_cut}
        try:
            written = self._write(fitting)
        except _BeyondLimitsError:
            written = 0
            for document in fitting:
                try:
                    written += self._write_alone(document, reduced)
                except _BeyondLimitsError as error:
                    refused.append((document.citizen_id, str(error)))
        return PutResult(
            written=written,
            already_newer=len(documents) - len(refused) - written,
            refused=tuple(refused),
            cut=frozenset(reduced.difference(citizen_id for citizen_id, _ in refused)),
        )

    def delete(self, citizen_id: UUID, version: int) -> None:
        """Remove a citizen, remembering *version*; ignored when a newer version is stored."""
        with self._transaction() as connection:
            if connection.execute(statements.DELETE, [citizen_id, version]).fetchone():
                clear(connection, [citizen_id])

    def get(self, citizen_id: UUID) -> SearchDocument | None:
        """The stored document."""
        with self._transaction() as connection:
            row = connection.execute(statements.GET, [citizen_id]).fetchone()
        return SearchDocument.model_validate({**row[0], "overview": row[1]}) if row else None

    def overview(self, citizen_id: UUID) -> StoredOverview | None:
        """The overview put last, by key alone."""
        with self._connection() as connection:
            row = connection.execute(statements.OVERVIEW, [citizen_id]).fetchone()
        return StoredOverview(version=row[0], document=row[1]) if row else None

    def send_for_overview(self, _: UUID) -> None:
        """Its driver waits for what it sent."""

    def find(self, query: SearchQuery) -> SearchPage:
        """One page of what the access filter lets the actor find.

        Raises:
            PageKeyWrong: ``after`` or ``before`` was not given out by a search.
            SearchUnavailable: PostgreSQL does not answer.
        """
        start = page_start(query)
        values = parameters(query, start)
        if values["mode"] == "words" and not values["folded"]:
            return SearchPage(facets=dict.fromkeys(_FACETS, ()))  # signs only, no word
        try:
            total, facets, rows = self._found(statements.FIND, values)
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn):
            total, facets, rows = self._found(statements.FIND_BEFORE, values)
        page = window([place_of(row) for row in rows], start, query.size)
        return SearchPage(
            hits=tuple(hit(row, values) for row in rows[page.rows]),
            total=total,
            first=page.first,
            before=page.before,
            after=page.after,
            facets={
                name: tuple(
                    FacetValue(value=row["value"], count=row["count"]) for row in facets if row["facet"] == name
                )
                for name in _FACETS
            },
        )

    def _found(self, statement: str, values: dict[str, Any]) -> tuple[int, list[dict[str, Any]], list[dict[str, Any]]]:
        """How many, the facets' counts, and the rows of one page."""
        with self._transaction() as connection:
            values |= _similar(connection, values["folded"])
            return connection.execute(statement, values).fetchone() or (0, [], [])

    def tally(self) -> Tallies:
        """Counts and sums of versions by source and bucket, deleted citizens left out."""
        with self._transaction() as connection:
            return tallies(connection.execute(statements.TALLY))

    def versions(self, bucket: str | None = None) -> dict[UUID, int]:
        """Version of every stored citizen or of those in a bucket, deleted ones left out."""
        first, last = (None, None) if bucket is None else (bucket.ljust(32, "0"), bucket.ljust(32, "f"))
        with self._transaction() as connection:
            return dict(connection.execute(statements.VERSIONS, {"first": first, "last": last}).fetchall())

    def create_shadow_index(self) -> "PostgresShadowIndex":
        """An empty index beside this one, in a schema of its own."""
        return PostgresShadowIndex(self._url, self._schema)

    def refresh(self) -> None:
        """Nothing to do: what is committed is found."""

    def state(self) -> IndexState:
        """The server, and whether the tables of the index are there.

        Raises:
            SearchUnavailable: PostgreSQL does not answer.
        """
        with self._connection() as connection:
            row = connection.execute(
                "SELECT current_setting('server_version'), to_regnamespace(%s) IS NOT NULL", [self._schema]
            ).fetchone()
        version, is_there = row or ("", False)
        return IndexState(engine="PostgreSQL", version=version, is_there=is_there)

    def close(self) -> None:
        """Let go of connections."""
        self._pool.close()

    def run(self, *composed: sql.Composed) -> None:
        """Run statements on schemas in one transaction; for ``PostgresShadowIndex``."""
        with self._transaction() as connection:
            for statement in composed:
                connection.execute(statement)

    def _create(self, statement: str | sql.Composed) -> None:
        with self._transaction() as connection:
            # IF NOT EXISTS alone lets two who create at once collide.
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('search.create', 0))")
            connection.execute(statement)

    def _write_alone(self, document: SearchDocument, reduced: set[UUID]) -> int:
        try:
            return self._write([document])
        except _BeyondLimitsError:
            reduced.add(document.citizen_id)
            return self._write([bare(document)])

    def _write(self, documents: Sequence[SearchDocument]) -> int:
        if not documents:
            return 0
        names = (
            name for document in documents for name in (document.name, *(each.name for each in document.area_names))
        )
        self._put_words({word for name in names for word in name_words(name)})
        with self._transaction() as connection:
            try:
                rows = connection.execute(statements.PUT, columns(documents)).fetchall()
                newer = {citizen_id for (citizen_id,) in rows}
                clear(connection, list(newer))
                copy_children(connection, [document for document in documents if document.citizen_id in newer])
            except (psycopg.errors.ProgramLimitExceeded, psycopg.DataError) as error:
                raise _BeyondLimitsError(type(error).__name__) from None  # its text may hold values
        return len(newer)

    def _put_words(self, words: set[str]) -> None:
        """Before the documents, in a transaction of its own: nobody who writes waits for another's documents."""
        with self._transaction() as connection:
            stored_words = {word for (word,) in connection.execute(statements.KNOWN_WORDS, [list(words)])}
            new = sorted(
                (word, SEPARATOR.join(spellings)) for word in words - stored_words if (spellings := variants(word))
            )
            if new:
                connection.execute(statements.PUT_WORDS, [[word for word, _ in new], [text for _, text in new]])

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection]:
        """A connection on which every statement is a transaction of its own."""
        try:
            with self._pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as error:
            raise SearchUnavailable(type(error).__name__) from error

    @contextmanager
    def _transaction(self) -> Iterator[psycopg.Connection]:
        with self._connection() as connection, connection.transaction():
            yield connection


def _ping_if_readable(connection: psycopg.Connection) -> None:
    """Ping a pooled connection if there is something to read from it.

    A server that ends a session sends a message and closes, so a silent connection is alive, and a look-up is spared
    a round trip.
    """
    poller = select.poll()
    poller.register(connection.fileno(), select.POLLIN)
    if poller.poll(0):
        ConnectionPool.check_connection(connection)


class PostgresShadowIndex:
    """Implements ``search.base.ShadowIndex``: a schema that is filled, then takes the other's name.

    Args:
        url: as for ``PostgresIndex``.
        schema: the schema of the index that serves.
    """

    def __init__(self, url: str, schema: str) -> None:
        self._serving = sql.Identifier(schema)
        self._old = sql.Identifier(f"{schema}_old")
        self._name = sql.Identifier(f"{schema}_shadow")
        self._index = PostgresIndex(url, schema=f"{schema}_shadow")
        self._index.run(_drop(self._name))
        self._index.create()

    def put(self, documents: Sequence[SearchDocument | PreparedDocument]) -> PutResult:
        """Write documents, each only if newer than what is stored."""
        return self._index.put(documents)

    def promote(self) -> None:
        """Take the place of the index that serves, and remove that one.

        Renaming changes the catalogue alone and waits for nobody: a search under way ends in the old tables, the next
        one begins in the new.
        """
        rename = sql.SQL("ALTER SCHEMA {} RENAME TO {}")
        self._remove_old()
        self._index.run(rename.format(self._serving, self._old), rename.format(self._name, self._serving))
        self._remove_old()
        self._index.close()

    def discard(self) -> None:
        """Remove it; the index that serves was never touched."""
        self._index.run(_drop(self._name))
        self._index.close()

    def _remove_old(self) -> None:
        """A table in each transaction: whoever holds one and waits for another can meet a search that does the reverse.

        PostgreSQL would end one of the two, and it may be the search.
        """
        for table in statements.TABLES:
            statement = sql.SQL("DROP TABLE IF EXISTS {}.{}").format(self._old, sql.Identifier(table))
            self._index.run(statement)
        self._index.run(_drop(self._old))


def _drop(schema: sql.Identifier) -> sql.Composed:
    return sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema)


def _similar(connection: psycopg.Connection, typed: list[str]) -> dict[str, list[str]]:
    """The words of names, anybody's, that are similar to what was typed; whom they lead to is for the search to say."""
    looked_up = sorted(frozenset[str]().union(*map(keys, typed)))
    if not looked_up:
        return {}
    names = [name for (name,) in connection.execute(statements.SIMILAR_WORDS, [looked_up])]
    pairs = similar_names(typed, names)
    return {"similar_to": [word for word, _ in pairs], "similar": [name for _, name in pairs]}


def _storable(document: SearchDocument) -> bool:
    try:
        return "\\u0000" not in document.model_dump_json()
    except ValueError:  # a lone surrogate
        return False
