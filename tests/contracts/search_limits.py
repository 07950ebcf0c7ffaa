"""What every ``SearchIndex`` does with a document that is larger than it takes: it is cut, and found all the same."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from schemas.period import Period
from schemas.search import AccessScope, AreaName, SearchEntry, UnitGrant
from schemas.source import Area
from search import limits
from search.base import SearchIndex
from tests.contracts.search_index import TODAY, citizen, make_document, make_entry, make_query, numbers

VISITS_A_DAY = 5
DAYS = 6 * 365
HUGE = "x" * 40_000
"""Longer than the longest term and the longest key of any engine."""
MANY_WORDS = " ".join(f"ord{number}" for number in range(200_000))
TOO_LARGE: dict[str, Callable[[], dict[str, Any]]] = {
    "a long name": lambda: {"name": f"Maja {HUGE}"},
    "a long name of an area": lambda: {"area_names": (AreaName(area=Area.SOCIAL, name=HUGE),)},
    "many names of an area": lambda: {
        "area_names": tuple(AreaName(area=Area.SOCIAL, name=f"Navn{number}") for number in range(50_000))
    },
    "a long digest": lambda: {"identifier_digests": ("ab", HUGE)},
    "many digests": lambda: {"identifier_digests": ("ab", *(f"{number:064}" for number in range(20_000)))},
    "a long unit": lambda: {"unit_grants": (UnitGrant(unit_id=HUGE, valid=Period()),)},
    "many units": lambda: {"unit_grants": tuple(UnitGrant(unit_id=f"u{n}", valid=Period()) for n in range(12_000))},
    "a long text": lambda: {"entries": (make_entry(f"Samtale {HUGE}", entry_id="1"),)},
    "a long text of many words": lambda: {"entries": (make_entry(f"Samtale {MANY_WORDS}", entry_id="1"),)},
    "a long label": lambda: {"entries": (make_entry("Samtale", unit=HUGE, paragraph=HUGE, kle_topic=HUGE),)},
    "a long id": lambda: {"entries": (make_entry("Samtale", entry_id=HUGE), make_entry("Samtale", entry_id="1"))},
    "a long overview": lambda: {"overview": '{"a": "' + "æ" * limits.LONGEST_OVERVIEW + '"}'},
}
"""Made when a test needs it: one of them alone is 50,000 objects, and every process collects all tests."""


def visits() -> tuple[SearchEntry, ...]:
    """One entry a visit, five a day for six years, and one effort that goes on."""
    first = TODAY - timedelta(days=DAYS)
    return (
        make_entry("Hjemmesygepleje", Area.HEALTH, entry_id="effort", valid=Period(start=first)),
        *(
            make_entry(
                f"Besøg den {day.isoformat()}",
                Area.HEALTH,
                entry_id=f"{day}/{visit}",
                kind="contact",
                valid=Period(start=day, end=day + timedelta(days=1)),
            )
            for day in (first + timedelta(days=number) for number in range(DAYS))
            for visit in range(VISITS_A_DAY)
        ),
    )


class SearchLimitsSuite:
    """A module that inherits this gives the empty, created index under test by a fixture ``index``."""

    def test_a_citizen_with_more_entries_than_the_index_takes_is_found_with_the_newest(
        self, index: SearchIndex
    ) -> None:
        entries = visits()
        assert len(entries) > 10_000
        large = make_document(1, "Maja Testborger", *entries, identifier_digests=("ab",))
        result = index.put([large, make_document(2, "Ida Holm")])
        assert (result.written, result.refused, result.cut) == (2, (), frozenset({citizen(1)}))
        index.refresh()
        yesterday = TODAY - timedelta(days=1)
        for query in (
            make_query("maja"),
            make_query(identifier_digests=("ab",)),
            make_query(yesterday.isoformat()),
            make_query("hjemmesygepleje", ongoing_only=True),
        ):
            assert numbers(index.find(query)) == [1], query.text
        assert index.find(make_query(date(2017, 9, 20).isoformat())).total == 0, "the oldest were left out"
        stored = index.get(citizen(1))
        assert stored is not None
        assert stored == limits.cut(large)
        assert stored.is_cut
        other = index.get(citizen(2))
        assert other is not None
        assert not other.is_cut

    def test_a_cut_document_is_told_again_when_it_is_known_already(self, index: SearchIndex) -> None:
        large = make_document(1, HUGE)
        assert index.put([large]).cut == {citizen(1)}
        again = index.put([large])
        assert (again.already_newer, again.cut) == (1, frozenset({citizen(1)}))
        whole = index.put([make_document(1, version=2)])
        assert (whole.written, whole.cut) == (1, frozenset())

    @pytest.mark.parametrize("given", TOO_LARGE.values(), ids=TOO_LARGE.keys())
    def test_a_document_beyond_a_limit_is_cut_and_never_refused(
        self, index: SearchIndex, given: Callable[[], dict[str, Any]]
    ) -> None:
        document = make_document(1, **{"name": "Maja", "identifier_digests": ("ab",), **given()})
        result = index.put([document, make_document(2, "Ida")])
        assert (result.written, result.failed, result.refused, result.cut) == (2, (), (), frozenset({citizen(1)}))
        index.refresh()
        assert numbers(index.find(make_query("maja"))) == [1]
        assert numbers(index.find(make_query(identifier_digests=("ab",)))) == [1]
        if document.entries:
            assert numbers(index.find(make_query("samtale"))) == [1]
        assert index.get(citizen(1)) == limits.cut(document)

    def test_a_name_that_grows_when_it_is_folded_is_stored(self, index: SearchIndex) -> None:
        result = index.put([make_document(1, "Maja " + "\ufdfa" * (limits.LONGEST_NAME - 5))])
        assert (result.written, result.cut) == (1, frozenset())
        index.refresh()
        assert numbers(index.find(make_query("maja"))) == [1]

    def test_the_greatest_version_is_stored(self, index: SearchIndex) -> None:
        greatest = 2**53 - 1
        assert index.put([make_document(1, version=greatest)]).written == 1
        assert index.versions() == {citizen(1): greatest}
        assert index.tally()[""]["00"].versions == greatest
        with pytest.raises(ValueError, match="version"):
            make_document(1, version=greatest + 1)

    def test_somebody_who_may_find_very_many_citizens_finds_them(self, index: SearchIndex) -> None:
        index.put([make_document(1), make_document(80_000)])
        index.refresh()
        many = AccessScope(
            citizens=frozenset(map(citizen, range(1, 80_001))),
            units=frozenset(f"unit:{number}" for number in range(70_000)),
            areas=frozenset(Area),
        )
        assert numbers(index.find(make_query("maja", many))) == [1, 80_000]
