"""A document as the rows of its tables in PostgreSQL (``search.statements``)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg.types.range import Range

from schemas.period import Period
from schemas.search import SearchDocument, SearchEntry
from search import statements
from search.folding import sort_key, without_controls
from search.parsing import entry_words, name_words

SEPARATOR = "\x1f"
"""Between texts of a list that goes to PostgreSQL as one."""


def columns(documents: Sequence[SearchDocument]) -> list[list[Any]]:
    """The values of ``statements.PUT``."""
    return [
        [document.citizen_id for document in documents],
        [document.version for document in documents],
        [document.name for document in documents],
        [sort_key(document.name) for document in documents],
        [document.birth_date for document in documents],
        [document.protected for document in documents],
        [SEPARATOR.join(document.sources) for document in documents],
        [document.model_dump_json(exclude={"overview"}) for document in documents],
        [document.overview for document in documents],
    ]


def clear(connection: psycopg.Connection, citizen_ids: list[UUID]) -> None:
    """Delete what these citizens are found by."""
    connection.execute("DELETE FROM names WHERE citizen_id = ANY(%s)", [citizen_ids])
    connection.execute("DELETE FROM area_names WHERE citizen_id = ANY(%s)", [citizen_ids])
    connection.execute("DELETE FROM digests WHERE citizen_id = ANY(%s)", [citizen_ids])
    connection.execute("DELETE FROM entries WHERE citizen_id = ANY(%s)", [citizen_ids])
    connection.execute("DELETE FROM unit_grants WHERE citizen_id = ANY(%s)", [citizen_ids])


def copy_children(connection: psycopg.Connection, documents: Sequence[SearchDocument]) -> None:
    """Insert what these citizens are found by."""
    with connection.cursor() as cursor:
        _copy_names(cursor, documents)
        with cursor.copy("COPY digests (digest, citizen_id) FROM STDIN") as copy:
            for document in documents:
                for digest in dict.fromkeys(document.identifier_digests):
                    copy.write_row((digest, document.citizen_id))
        with cursor.copy(
            "COPY entries (citizen_id, entry_id, area, kind, text, words, valid, unit, kle_topic, paragraph) FROM STDIN"
        ) as copy:
            for document in documents:
                for entry in {entry.entry_id: entry for entry in document.entries}.values():
                    copy.write_row((document.citizen_id, *_entry_row(entry)))
        with cursor.copy("COPY unit_grants (citizen_id, unit_id, valid, tokens) FROM STDIN") as copy:
            for document in documents:
                tokens = _unit_names(document.name)
                for grant in document.unit_grants:
                    copy.write_row((document.citizen_id, grant.unit_id, _range(grant.valid), tokens))


def _copy_names(cursor: psycopg.Cursor, documents: Sequence[SearchDocument]) -> None:
    with cursor.copy("COPY names (citizen_id, token) FROM STDIN") as copy:
        for document in documents:
            for token in name_words(document.name):
                copy.write_row((document.citizen_id, token))
    with cursor.copy("COPY area_names (citizen_id, area, token) FROM STDIN") as copy:
        for document in documents:
            words = ((each.area.value, word) for each in document.area_names for word in name_words(each.name))
            for area, token in dict.fromkeys(words):
                copy.write_row((document.citizen_id, area, token))


def _unit_names(name: str) -> list[str] | None:
    tokens = name_words(name)
    is_short = sum(len(token.encode()) for token in tokens) <= statements.LONGEST_UNIT_NAMES
    return tokens if is_short else None


def _entry_row(entry: SearchEntry) -> tuple[Any, ...]:
    words, _ = entry_words(entry)
    text = without_controls(entry.text)
    valid = _range(entry.valid)
    return (
        entry.entry_id,
        entry.area.value,
        entry.kind,
        text,
        list(words),
        valid,
        entry.unit,
        entry.kle_topic,
        entry.paragraph,
    )


def _range(period: Period) -> Range[Any]:
    return Range(period.start, period.end, "[)")
