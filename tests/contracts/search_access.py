"""What every ``SearchIndex`` must keep of an access filter's days, and of who is never found."""

from datetime import date, timedelta

from schemas.period import Period
from schemas.search import AccessScope, UnitGrant
from schemas.source import Area
from search.base import SearchIndex
from tests.contracts.search_index import EVER, TODAY, citizen, make_document, make_entry, make_query, numbers


class SearchAccessSuite:
    """Inherited beside ``SearchIndexSuite``; the same fixture ``index``."""

    def test_a_grant_counts_within_the_lead_and_the_tail_of_its_scope(self, index: SearchIndex) -> None:
        def days(number: int) -> date:
            return TODAY + timedelta(days=number)

        spans = {
            1: Period(start=days(3)),
            2: Period(start=days(4)),
            3: Period(end=days(-4)),
            4: Period(end=days(-5)),
            5: Period(start=days(1), end=days(1)),
        }
        index.put(
            [make_document(n, unit_grants=(UnitGrant(unit_id="social:100", valid=span),)) for n, span in spans.items()]
        )
        index.refresh()
        unit = AccessScope(units=frozenset({"social:100"}), areas=frozenset(), lead_days=3, tail_days=5)
        assert numbers(index.find(make_query("maja", unit))) == [1, 3]

    def test_who_is_excluded_is_neither_found_nor_counted(self, index: SearchIndex) -> None:
        grant = UnitGrant(unit_id="social:100", valid=EVER)
        entry = make_entry("Støtte", unit="Familiehuset")
        index.put(
            [make_document(n, "Maja", entry, identifier_digests=(f"d{n}",), unit_grants=(grant,)) for n in (1, 2)]
        )
        index.refresh()
        unit = AccessScope(units=frozenset({"social:100"}), areas=frozenset(Area))
        named = AccessScope(citizens=frozenset({citizen(1), citizen(2)}), areas=frozenset(Area))
        for scopes in ((unit,), (named,), (unit, named)):
            for text in ("maja", "støtte", ""):
                query = make_query(text, *scopes)
                access = query.access.model_copy(update={"excluded": frozenset({citizen(2)})})
                page = index.find(query.model_copy(update={"access": access}))
                assert (numbers(page), page.total) == ([1], 1)
                assert [facet.count for facet in page.facets["unit"]] == [1]
                known = access.model_copy(update={"known_identifier": True})
                by_number = {"identifier_digests": ("d2",), "access": known}
                assert index.find(query.model_copy(update=by_number)).total == 0
