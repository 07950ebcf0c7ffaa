"""What every ``SearchIndex`` keeps of names that only sources of some areas use: nobody else finds by them."""

import pytest

from schemas.search import AccessScope, AreaName
from schemas.source import Area
from search.base import SearchIndex
from tests.contracts.search_index import SearchIndexSuite, citizen, make_document, make_entry, make_query, numbers


class SearchAreaNamesSuite:
    """A module that inherits this gives the empty, created index under test by a fixture ``index``."""

    @pytest.mark.parametrize("typed", ["nielsen", "nielsen maja", "NIEL", "nielzen", "nilsen testborger"])
    def test_a_name_of_an_area_finds_as_any_name_does_to_whom_the_area_is_open(
        self, index: SearchIndex, typed: str
    ) -> None:
        names = (AreaName(area=Area.SOCIAL, name="Maja Nielsen"), AreaName(area=Area.SCHOOL, name="Maja Holm"))
        SearchIndexSuite.put(
            index, [make_document(1, "Maja Testborger", make_entry(area=Area.HEALTH), area_names=names)]
        )
        for area in Area:
            page = index.find(make_query(typed, AccessScope(citizens=frozenset({citizen(1)}), areas=frozenset({area}))))
            assert numbers(page) == ([1] if area is Area.SOCIAL else []), area
            reasons = "".join(piece for hit in page.hits for reason in hit.found_by for piece, _ in reason.highlight)
            assert ("Nielsen" in reasons) == (area is Area.SOCIAL)
            assert "Holm" not in reasons

    def test_a_name_of_an_area_is_open_only_for_whom_the_area_is(self, index: SearchIndex) -> None:
        names = (AreaName(area=Area.SOCIAL, name="Maja Nielsen"),)
        SearchIndexSuite.put(index, [make_document(number, "Maja Testborger", area_names=names) for number in (1, 2)])
        scopes = (
            AccessScope(citizens=frozenset({citizen(1)}), areas=frozenset({Area.SOCIAL})),
            AccessScope(citizens=frozenset({citizen(2)}), areas=frozenset({Area.HEALTH})),
        )
        assert numbers(index.find(make_query("maja", *scopes))) == [1, 2]
        assert numbers(index.find(make_query("nielsen", *scopes))) == [1]
        (other,) = [hit for hit in index.find(make_query("maja", *scopes)).hits if hit.citizen_id == citizen(2)]
        assert [reason.highlight for reason in other.found_by] == [(("Maja", True), (" Testborger", False))]

    def test_a_name_of_an_area_is_in_no_facet_and_passes_every_filter(self, index: SearchIndex) -> None:
        names = (AreaName(area=Area.SOCIAL, name="Maja Nielsen"),)
        entry = make_entry(area=Area.HEALTH, unit="Hjemmeplejen")
        SearchIndexSuite.put(
            index, [make_document(1, "Maja Testborger", entry, area_names=names), make_document(2, "Ida Nielsen")]
        )
        page = index.find(make_query("nielsen", units=frozenset({"Hjemmeplejen"}), areas=frozenset({Area.HEALTH})))
        assert numbers(page) == [1]
        assert [facet.value for facet in page.facets["area"]] == ["health"]
        assert index.find(make_query("nielsen", areas=frozenset({Area.SOCIAL}))).total == 0, "it is no entry"
