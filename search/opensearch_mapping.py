"""How a citizen lies in OpenSearch: settings, fields, and a document's body (docs/decisions/0010)."""

import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from pydantic_core import to_json

from schemas.period import Period
from schemas.search import SearchDocument, SearchEntry
from search.base import BUCKET
from search.folding import sort_key
from search.parsing import entry_words, name_words
from search.similar import MOST_EDITS, edits_forgiven, forms

_LONGEST = 8191
"""Signs of a keyword that is indexed: four bytes each still fit in Lucene's greatest term."""
_LONGEST_SORT = 1000
_KEYWORD = {"type": "keyword", "ignore_above": _LONGEST}
_ONLY_SORTED = {"type": "keyword", "index": False}
SIMILAR = tuple(f"similar_{edits}" for edits in range(MOST_EDITS + 1))
"""Words of names by how many edits are forgiven."""
_DERIVED = frozenset({"names", "sort_name", "bucket", *SIMILAR})
_DERIVED_OF_NESTED = frozenset({"words", "stems", "span", "names", *SIMILAR})
_NAME_FIELDS = {"names": _KEYWORD, **{field: {**_KEYWORD, "doc_values": False} for field in SIMILAR}}

MAPPINGS: dict[str, Any] = {
    # What is not named here (the overview above all) is kept and given out, never searched.
    "dynamic": False,
    "properties": {
        # A deleted citizen's document has its version alone: without citizen_id nothing finds it.
        "citizen_id": {"type": "keyword"},
        "version": {"type": "long"},
        "bucket": {"type": "keyword"},
        "sources": _KEYWORD,
        **_NAME_FIELDS,
        "area_names": {"type": "nested", "dynamic": False, "properties": {"area": {"type": "keyword"}, **_NAME_FIELDS}},
        "sort_name": _ONLY_SORTED,
        "identifier_digests": _KEYWORD,
        "entries": {
            "type": "nested",
            "dynamic": False,
            "properties": {
                "entry_id": _KEYWORD,
                "area": {"type": "keyword"},
                "words": {**_KEYWORD, "doc_values": False},
                "stems": {"type": "text", "analyzer": "danish_words", "norms": False, "index_options": "docs"},
                "span": {"type": "date_range", "format": "strict_date"},
                "unit": _KEYWORD,
                "kle_topic": _KEYWORD,
                "paragraph": _KEYWORD,
            },
        },
        "unit_grants": {
            "type": "nested",
            "dynamic": False,
            "properties": {
                "unit_id": {**_KEYWORD, "doc_values": False},
                "span": {"type": "date_range", "format": "strict_date"},
            },
        },
    },
}


def settings(shards: int, replicas: int, refresh: str) -> dict[str, Any]:
    """Settings of a new index: words are cut in Python, as in PostgreSQL; the engine stems them."""
    return {
        "number_of_shards": shards,
        "number_of_replicas": replicas,
        "refresh_interval": refresh,  # said out loud, or an index nobody searched for a while stops refreshing
        "analysis": {
            "filter": {
                "danish_stop": {"type": "stop", "stopwords": "_danish_"},
                "danish_stem": {"type": "stemmer", "language": "danish"},
            },
            "analyzer": {
                "danish_words": {
                    "type": "custom",
                    "tokenizer": "whitespace",
                    "filter": ["lowercase", "danish_stop", "danish_stem"],
                }
            },
        },
    }


def to_body(document: SearchDocument, without: Collection[str] = ()) -> str | None:
    """The document as OpenSearch stores it, in one line of JSON; None if a text holds what cannot be stored.

    *without*: fields to leave out.
    """
    fields = {
        **vars(document),
        **_name_fields(document.name),
        "area_names": [{**vars(each), **_name_fields(each.name)} for each in document.area_names],
        "sort_name": sort_key(document.name)[:_LONGEST_SORT],
        "bucket": document.citizen_id.hex[:BUCKET],
        "entries": [{**vars(entry), **_words(entry), **_span(entry.valid)} for entry in document.entries],
        "unit_grants": [{**vars(grant), **_span(grant.valid)} for grant in document.unit_grants],
    }
    try:
        line = to_json({name: value for name, value in fields.items() if name not in without})
    except ValueError:  # a lone surrogate
        return None
    return None if b"\\u0000" in line else line.decode()


def from_body(body: dict[str, Any]) -> SearchDocument | None:
    """The document that was stored; None if what is stored says that it was deleted."""
    if "citizen_id" not in body:
        return None
    return to_document(body)


def to_document(body: dict[str, Any]) -> SearchDocument:
    """The document that a body was made of."""
    own = {key: value for key, value in body.items() if key not in _DERIVED}
    for nested in ("area_names", "entries", "unit_grants"):
        own[nested] = [{key: item[key] for key in item if key not in _DERIVED_OF_NESTED} for item in own[nested]]
    return SearchDocument.model_validate_json(json.dumps(own))


def _name_fields(name: str) -> dict[str, list[str]]:
    words = name_words(name)
    similar = {
        field: [form for word in words if edits_forgiven(word) == edits for form in forms(word)]
        for edits, field in enumerate(SIMILAR)
    }
    return {"names": words, **similar}


def _words(entry: SearchEntry) -> dict[str, Sequence[str]]:
    words, stems = entry_words(entry)
    return {"words": words, "stems": stems}


def _span(period: Period) -> dict[str, dict[str, date]]:
    """Nothing for a period that holds on no day: OpenSearch refuses it."""
    if period.is_empty:
        return {}
    bounds = {"gte": period.start, "lt": period.end}
    return {"span": {bound: day for bound, day in bounds.items() if day is not None}}
