"""The one search of citizens, as OpenSearch's query language has it. Pure; ``body`` is the only door.

The access filter is resolved to ``Reach`` first, and every clause that touches an entry goes through it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, combinations
from typing import Any

from schemas.search import AccessFilter, SearchQuery
from schemas.source import Area
from search.folding import without_controls
from search.opensearch_mapping import SIMILAR
from search.paging import PageStart
from search.parsing import typed_words
from search.similar import forms

Clause = dict[str, Any]
FACETS = ("area", "unit", "kle_topic", "paragraph")
LINES = "lines"
MOST_WORDS = 10
"""OpenSearch takes 1,024 clauses; with every filter and four areas open to different citizens, this many words fit."""
_MOST_LINES = 100
_MOST_TERMS = 50_000
"""Of one clause; OpenSearch takes 65,536."""
_MOST_VALUES = 10_000
"""Values of one facet; above it counts would be guesses. A municipality has some hundred units."""
_ENTRIES = "entries"
_AREA_NAMES = "area_names"
_MARKS = ("[", "]")
"""Words alone stand in the marked field, so brackets are never part of them."""


UnitDays = tuple[str, str, str]
"""A unit, and the first and the last day of which one must be a day of its grant."""


@dataclass(frozen=True)
class Holders:
    """Citizens by name, and by the units with a grant."""

    citizens: frozenset[str]
    units: frozenset[UnitDays]

    def __bool__(self) -> bool:
        """Whether there is anybody to find."""
        return bool(self.citizens or self.units)

    def clause(self) -> Clause:
        """Matches the citizens."""
        either: list[Clause] = []
        if self.citizens:
            either += _terms("citizen_id", self.citizens)
        by_days: dict[tuple[str, str], set[str]] = {}
        for unit_id, first, last in self.units:
            by_days.setdefault((first, last), set()).add(unit_id)
        for (first, last), units in sorted(by_days.items()):
            span = {"gte": first, "lte": last, "relation": "intersects"}
            held = [_either(_terms("unit_grants.unit_id", units)), {"range": {"unit_grants.span": span}}]
            either.append(_nested("unit_grants", held))
        return _either(either)


@dataclass(frozen=True)
class Reach:
    """Whom an access filter lets be found, and with which areas."""

    anyone: Holders
    groups: Mapping[tuple[str, ...], Holders]
    """Areas that the same citizens are found with."""

    def within(self) -> Clause:
        """Matches whoever may be found; tells by name which groups the citizen is of."""
        named = [
            {"bool": {"filter": [holders.clause()], "_name": ",".join(areas)}} for areas, holders in self.groups.items()
        ]
        bare = [] if self.anyone in self.groups.values() else [self.anyone.clause()]
        return _any([*named, *bare])

    def opened(self, areas: tuple[str, ...]) -> Clause:
        """Matches the citizens for whom these areas are open."""
        return self.groups[areas].clause()

    def parts(self) -> Iterator[tuple[frozenset[str], Clause]]:
        """Those within, each in one part: the areas open for its citizens, and the clause that matches just them."""
        for size in range(1, len(self.groups) + 1):
            for opened in combinations(self.groups, size):
                closed = [areas for areas in self.groups if areas not in opened]
                if all(self.groups[areas] != self.anyone for areas in closed):
                    part = {"filter": [*map(self.opened, opened)], "must_not": [*map(self.opened, closed)]}
                    yield frozenset(chain(*opened)), {"bool": part}


@dataclass(frozen=True)
class ParsedQuery:
    """What a query asks for, cleaned as what is stored is."""

    mode: str
    """``identifier``, ``words`` or ``all``."""
    words: Mapping[str, str]
    """Folded to as written."""
    filters: tuple[Clause, ...]
    """On entries, areas apart."""
    areas: frozenset[str]
    filtered: bool


def reach(access: AccessFilter) -> Reach | None:
    """Whom the filter lets be found; None when it is nobody."""
    by_area = {area.value: _holders(access, area) for area in Area}
    groups: dict[tuple[str, ...], Holders] = {}
    for holders in dict.fromkeys(filter(None, by_area.values())):
        groups[tuple(sorted(area for area, held in by_area.items() if held == holders))] = holders
    reachable = Reach(_holders(access, None), groups)
    return reachable if reachable.anyone else None


def parse(query: SearchQuery) -> ParsedQuery:
    """What the query asks for."""
    mode = "identifier" if query.identifier_digests is not None else "words" if query.text.strip() else "all"
    words = typed_words(query.text)
    criteria = {"unit": query.units, "kle_topic": query.kle_topics, "paragraph": query.paragraphs}
    filters: list[Clause] = [
        {"terms": {f"entries.{field}": sorted(map(without_controls, values))}}
        for field, values in criteria.items()
        if values
    ]
    if query.ongoing_only:
        filters.append({"term": {"entries.span": query.access.on.isoformat()}})
    areas = frozenset(area.value for area in query.areas)
    return ParsedQuery(
        mode, words if mode == "words" else {}, tuple(filters), areas or _ALL_AREAS, bool(filters or areas)
    )


def body(query: SearchQuery, access: AccessFilter, start: PageStart) -> Clause | None:
    """The whole request for one page, last hit first when paging back; None when there is nobody to find."""
    place = start.place
    order, reverse = ("asc", "desc") if not start.backwards else ("desc", "asc")
    within, parsed = reach(access), parse(query)
    by_number = parsed.mode == "identifier" and access.known_identifier
    signs_only = parsed.mode == "words" and not parsed.words
    if (within is None and not by_number) or signs_only or len(parsed.words) > MOST_WORDS:
        return None
    if within is None:
        within = Reach(Holders(frozenset(), frozenset()), {})
    return {
        "query": {
            "bool": {
                "filter": [
                    *([] if by_number else [within.within()]),
                    *_digest(query, parsed),
                    *([_any(_shown_at_all(within, parsed))] if parsed.filtered else []),
                    *([_lines(within, parsed)] if parsed.words and within.groups else []),
                ],
                "must": [_word(folded, written, within, parsed) for folded, written in parsed.words.items()],
                **({"must_not": _terms("citizen_id", map(str, access.excluded))} if access.excluded else {}),
            }
        },
        "sort": [{"_score": reverse}, {"sort_name": order}, {"citizen_id": order}],
        **({"search_after": [place[0], place[1], str(place[2])]} if place else {}),
        "size": query.size + 1,
        "track_total_hits": True,
        "_source": ["name", "birth_date", "protected", "area_names.area", "area_names.name"],
        "aggs": _facets(within, parsed),
    }


def _holders(access: AccessFilter, area: Area | None) -> Holders:
    scopes = [scope for scope in access.scopes if area is None or area in scope.areas]
    citizens = {str(citizen_id) for scope in scopes for citizen_id in scope.citizens - access.excluded}
    units = {
        (
            without_controls(unit_id),
            (access.on - timedelta(days=scope.tail_days)).isoformat(),
            (access.on + timedelta(days=scope.lead_days)).isoformat(),
        )
        for scope in scopes
        for unit_id in scope.units
    }
    return Holders(frozenset(citizens), frozenset(units))


def _terms(field: str, values: Iterable[str]) -> list[Clause]:
    """Clauses of which one matches each value: OpenSearch takes only so many in one."""
    ordered = sorted(values)
    return [{"terms": {field: ordered[start : start + _MOST_TERMS]}} for start in range(0, len(ordered), _MOST_TERMS)]


def _either(clauses: Sequence[Clause]) -> Clause:
    return clauses[0] if len(clauses) == 1 else _any(clauses)


def _any(clauses: Sequence[Clause]) -> Clause:
    """One of the clauses; of none, nothing."""
    return {"bool": {"should": clauses, "minimum_should_match": 1}} if clauses else {"match_none": {}}


def _digest(query: SearchQuery, parsed: ParsedQuery) -> list[Clause]:
    if parsed.mode != "identifier":
        return []
    return [{"terms": {"identifier_digests": query.wanted_digests}}]


def _entry(areas: Iterable[str], parsed: ParsedQuery, *more: Clause) -> list[Clause]:
    """An entry of these areas that the filters let through: the conditions, on the entry itself."""
    return [{"terms": {"entries.area": sorted(parsed.areas.intersection(areas))}}, *parsed.filters, *more]


def _nested(path: str, conditions: list[Clause]) -> Clause:
    return {"nested": {"path": path, "query": {"bool": {"filter": conditions}}, "score_mode": "none"}}


def _shown(within: Reach, areas: tuple[str, ...], parsed: ParsedQuery, *more: Clause) -> Clause:
    """Matches citizens with such an entry, if its area is open for them."""
    return {"bool": {"filter": [within.opened(areas), _nested(_ENTRIES, _entry(areas, parsed, *more))]}}


def _shown_at_all(within: Reach, parsed: ParsedQuery) -> list[Clause]:
    return [_shown(within, areas, parsed) for areas in within.groups]


def _holds(folded: str, written: str) -> Clause:
    """On an entry: it holds the word whole, or one with its stem."""
    whole = {"term": {"entries.words": folded}}
    return _any([whole, {"match": {"entries.stems": written}}]) if written else whole


def _word(folded: str, written: str, within: Reach, parsed: ParsedQuery) -> Clause:
    """Matches citizens with the word, by the best of: a name (4), its start (3), an entry (2), a similar name (1)."""
    best = list(_named(folded))
    for areas in within.groups:
        entry = _nested(_ENTRIES, _entry(areas, parsed, _holds(folded, written)))
        either = {"dis_max": {"queries": [_scored(entry, 2), _area_name(areas, folded)]}}
        best.append({"bool": {"filter": [within.opened(areas)], "must": [either]}})
    return {"dis_max": {"queries": best}}


def _named(folded: str, path: str = "") -> Iterator[Clause]:
    """Match a name by the word whole, by its start, and where it is similar (``search.similar``)."""
    yield _scored({"term": {f"{path}names": folded}}, 4)
    yield _scored({"prefix": {f"{path}names": folded}}, 3)
    for form in forms(folded):
        for edits, field in enumerate(SIMILAR):
            # Rewritten so, every similar name counts; by default only the first fifty do.
            fuzzy = {"value": form, "fuzziness": edits, "rewrite": "constant_score"}
            yield _scored({"fuzzy": {path + field: fuzzy}} if edits else {"term": {path + field: form}}, 1)


def _area_name(areas: Iterable[str], folded: str) -> Clause:
    """Matches citizens with a name that only sources of these areas use; filters on entries do not touch it."""
    named = {"dis_max": {"queries": list(_named(folded, f"{_AREA_NAMES}."))}}
    query = {"bool": {"filter": [{"terms": {f"{_AREA_NAMES}.area": sorted(areas)}}], "must": [named]}}
    # An index that was made before there were such names answers all the same.
    return {"nested": {"path": _AREA_NAMES, "query": query, "score_mode": "max", "ignore_unmapped": True}}


def _scored(clause: Clause, score: int) -> Clause:
    return {"constant_score": {"filter": clause, "boost": score}}


def _lines(within: Reach, parsed: ParsedQuery) -> Clause:
    """Lets everything through, and brings the entries that hold a word. The caller keeps those of open areas."""
    areas = {area for group in within.groups for area in group}
    holds = _any([_holds(folded, written) for folded, written in parsed.words.items()])
    lines = _nested(_ENTRIES, _entry(areas, parsed, holds))
    lines["nested"]["inner_hits"] = {
        "name": LINES,
        "size": _MOST_LINES,
        "sort": [{"entries.entry_id": "asc"}],
        "_source": [f"entries.{field}" for field in ("area", "kind", "text", "unit", "kle_topic", "paragraph")],
        "highlight": {
            "fields": {"entries.stems": {}},
            "number_of_fragments": 0,
            "pre_tags": [_MARKS[0]],
            "post_tags": [_MARKS[1]],
        },
    }
    return _any([{"match_all": {}}, lines])


def _facets(within: Reach, parsed: ParsedQuery) -> Clause:
    """Counts citizens, each once: they are parted by what is open for them, and counted part by part."""
    parts: Clause = {}
    for opened, part in within.parts():
        entries_shown = {"bool": {"filter": _entry(opened, parsed)}}
        values = {
            facet: {
                "terms": {"field": f"entries.{facet}", "size": _MOST_VALUES},
                "aggs": {"citizens": {"reverse_nested": {}}},
            }
            for facet in FACETS
        }
        parts[",".join(sorted(opened))] = {
            "filter": part,
            "aggs": {
                _ENTRIES: {"nested": {"path": _ENTRIES}, "aggs": {"shown": {"filter": entries_shown, "aggs": values}}}
            },
        }
    return parts


_ALL_AREAS = frozenset(area.value for area in Area)
