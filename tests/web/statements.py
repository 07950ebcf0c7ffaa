"""Statements counted at the driver: a page takes as many however long its lists are."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from psycopg import Cursor
from psycopg.abc import Query

AROUND = (b"BEGIN", b"COMMIT")
"""Sent with the first and the last statement."""


@contextmanager
def counted() -> Iterator[list[str]]:
    """Statements that reach the driver while a page is read, also those that pass by SQLAlchemy."""
    statements: list[str] = []
    execute = Cursor.execute

    def counting(cursor: Cursor[Any], query: Query, *arguments: Any, **options: Any) -> Cursor[Any]:
        # How old the catalogue of sources is, is asked by time and not by page.
        if "source_catalogue" not in str(query) and query not in AROUND:
            statements.append(str(query))
        return execute(cursor, query, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Cursor, "execute", counting)
        yield statements


def assert_no_more(few: Sequence[str], many: Sequence[str]) -> None:
    """That as many statements were made for much as for little; else which were made again."""
    assert len(many) == len(few), (Counter(many) - Counter(few), Counter(few) - Counter(many))
