"""One search as the values of its statement in PostgreSQL, and a row of its answer as a hit. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from schemas.search import AccessFilter, FoundBy, SearchHit, SearchQuery
from schemas.source import Area
from search.folding import without_controls
from search.paging import PageStart, Place
from search.parsing import typed_words
from search.reasons import Line, reasons

_MARKED = re.compile("\x02(.*?)\x03", re.DOTALL)
_BITS = {area.value: 1 << place for place, area in enumerate(Area)}
_AREA_SETS = [" ".join(area for area, bit in _BITS.items() if number & bit) for number in range(1 << len(_BITS))]
"""Every set of areas at its number, which has the bits of the areas in it: numbers are quicker to unite than texts."""


def parameters(query: SearchQuery, start: PageStart) -> dict[str, Any]:
    """The values of ``statements.FIND``, similar names apart."""
    words = typed_words(query.text)
    mode = "identifier" if query.identifier_digests is not None else "words" if query.text.strip() else "all"
    rank, name, citizen_id = start.place or (None, None, None)
    filters = {
        "areas": sorted(area.value for area in query.areas) or None,
        "units": sorted(map(without_controls, query.units)) or None,
        "kle_topics": sorted(map(without_controls, query.kle_topics)) or None,
        "paragraphs": sorted(map(without_controls, query.paragraphs)) or None,
    }
    return {
        **_granted(query.access),
        **filters,
        "filtered": query.ongoing_only or any(filters.values()),
        "ongoing_only": query.ongoing_only,
        "on": query.access.on,
        "mode": mode,
        "written": list(words.values()) if mode == "words" else [],
        "folded": list(words) if mode == "words" else [],
        "digests": query.wanted_digests,
        "known": query.access.known_identifier,
        "similar_to": [],
        "similar": [],
        "backwards": start.backwards,
        "from_rank": rank,
        "from_name": name,
        "from_id": citizen_id,
        "size": query.size,
    }


def _granted(access: AccessFilter) -> dict[str, list[Any]]:
    """The scopes as lists side by side, areas as the number of their set; with none, one is found by name alone."""
    citizens: dict[UUID, int] = defaultdict(int)
    units: dict[tuple[str, int, int], int] = defaultdict(int)
    for scope in access.scopes:
        areas = sum(_BITS[area.value] for area in scope.areas)
        for citizen_id in scope.citizens - access.excluded:
            citizens[citizen_id] |= areas
        for unit_id in scope.units:
            units[without_controls(unit_id), scope.lead_days, scope.tail_days] |= areas
    return {
        "citizens": list(citizens),
        "citizen_areas": list(citizens.values()),
        "units_own": [unit_id for unit_id, *_ in units],
        "unit_areas": list(units.values()),
        "unit_leads": [lead for _, lead, _ in units],
        "unit_tails": [tail for *_, tail in units],
        "area_sets": _AREA_SETS,
        "excluded": list(access.excluded),
    }


def place_of(row: dict[str, Any]) -> Place:
    """Where a row stands in the order of hits."""
    return row["rank"], row["sort_name"], UUID(row["citizen_id"])


def hit(row: dict[str, Any], parameters: dict[str, Any]) -> SearchHit:
    """A row of the page, and why it was found."""
    return SearchHit(
        citizen_id=UUID(row["citizen_id"]),
        name=row["name"],
        birth_date=row["birth_date"],
        protected=row["protected"],
        found_by=tuple(_reasons(row, parameters)),
    )


def _reasons(row: dict[str, Any], parameters: dict[str, Any]) -> Iterator[FoundBy]:
    if parameters["mode"] == "identifier":
        return iter((FoundBy(field="identifier", highlight=()),))
    return reasons(
        row["name"], row["area_names"], [_line(entry) for entry in row["entries"]], set(parameters["folded"])
    )


def _line(entry: dict[str, Any]) -> Line:
    return Line(
        kind=entry["kind"],
        text=entry["text"],
        unit=entry["unit"],
        kle_topic=entry["kle_topic"],
        paragraph=entry["paragraph"],
        stemmed=frozenset(word.casefold() for word in _MARKED.findall(entry["marked"])),
    )
