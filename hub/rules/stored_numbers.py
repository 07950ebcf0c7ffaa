"""Pure: what each number is that Helhed keeps about a citizen, so that one that nobody knows is seen at once.

A score is a number about a citizen (GDPR art. 22; CJEU C-634/21). None is stored, and that is told by telling all
numbers that are: in the tables, in the overview, and in the index of the search.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from schemas.overview import Overview
from schemas.search import SearchDocument

MEANING: Mapping[str, str] = {
    "id": "løbenummer",
    "seq": "linjens nummer",
    "disclosure_id": "løbenummer på videregivelsen",
    "forgetting_id": "løbenummer på sletningen",
    "kept_out": "hvor mange oplysninger kilder har sendt om en, der er slettet, uden at de blev gemt",
    "version": "udgave",
    "previous_version": "udgave",
    "party_index": "hvilken plads i kildens oplysning personen står på",
    "result_count": "hvor mange en søgning fandt",
    "cost_before": "udgift i kroner om året, skrevet af en medarbejder",
    "cost_after": "udgift i kroner om året, skrevet af en medarbejder",
    "days": "dage med fravær, som skolen har oplyst",
    "school_days": "skoledage i kvartalet, som skolen har oplyst",
    "quarter": "hvilket kvartal fraværet er i",
    "year": "hvilket år fraværet er i",
}
"""Danish, by the name of the column or field. Names that would mean a score are not among them."""
_NUMERIC = {"integer", "number"}


class DocumentNumber(NamedTuple):
    """A field with numbers in a document about a citizen."""

    document: str
    field: str


def meaning_of(name: str) -> str | None:
    """What a number of that name is; None: nobody has said."""
    return MEANING.get(name)


def document_numbers() -> tuple[DocumentNumber, ...]:
    """Every field with numbers of the overview, and of what the index of the search holds."""
    numbers = {
        DocumentNumber(document, field)
        for document, schema in (
            ("overview", Overview.model_json_schema()),
            ("search", SearchDocument.model_json_schema()),
        )
        for part in (schema, *schema.get("$defs", {}).values())
        for field, described in part.get("properties", {}).items()
        if _NUMERIC & set(_types(described))
    }
    return tuple(sorted(numbers))


def _types(described: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(kind := described.get("type"), str):
        yield kind
    inner = [*described.get("anyOf", ()), *described.get("oneOf", ()), *described.get("prefixItems", ())]
    inner += [each for key in ("items", "additionalProperties") if isinstance(each := described.get(key), dict)]
    for each in inner:
        yield from _types(each)
