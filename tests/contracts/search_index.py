"""What every ``SearchIndex`` must keep, whatever it is made of.

A module that inherits ``SearchIndexSuite`` gives the empty, created index under test by a fixture ``index``.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Event
from typing import Any
from uuid import UUID

import pytest

from schemas.period import Period
from schemas.search import (
    AccessFilter,
    AccessScope,
    SearchDocument,
    SearchEntry,
    SearchPage,
    SearchQuery,
    UnitGrant,
)
from schemas.source import Area
from search.base import SearchIndex, StoredOverview, Tally
from search.paging import PageKeyWrong

TODAY = date(2023, 9, 12)
EVER = Period()
HOSTILE = (
    "'; DROP TABLE documents; --",
    '"', "'", "\\", "%", "_", "%_%", "a:* & !b | (c", "<-> & |", "!!", "()", "\x00", "a\x00b",
    "\x02\x03", "\ud800", "æ" * 200, "{}", "[1]", "AND OR NOT", "*", "?", "~", "\n\t", "🙂", "\u202e", "' OR 1=1 --",
)  # fmt: skip


def citizen(number: int) -> UUID:
    """The id of the citizen with that number."""
    return UUID(int=number)


def make_entry(text: str = "Familiebehandling", area: Area = Area.SOCIAL, **given: Any) -> SearchEntry:
    """An entry that holds for ever, unless told otherwise."""
    default = {"entry_id": f"{area}/{text}", "area": area, "kind": "effort", "text": text, "valid": EVER}
    return SearchEntry.model_validate(default | given)


def make_document(
    number: int = 1, name: str = "Maja Testborger", *entries: SearchEntry, **given: Any
) -> SearchDocument:
    """A document of the first version, unless told otherwise."""
    default = {"citizen_id": citizen(number), "version": 1, "name": name, "protected": False, "entries": entries}
    return SearchDocument.model_validate(default | given)


def make_query(text: str = "", *scopes: AccessScope, **given: Any) -> SearchQuery:
    """A query by somebody who may find citizens 1 to 99 with all areas, unless told otherwise."""
    everyone = AccessScope(citizens=frozenset(map(citizen, range(1, 100))), areas=frozenset(Area))
    known = given.pop("known_identifier", False)
    access = AccessFilter(on=TODAY, scopes=scopes or (everyone,), known_identifier=known)
    return SearchQuery.model_validate({"text": text, "access": access} | given)


def numbers(page: SearchPage) -> list[int]:
    """The numbers of the citizens found, in order."""
    return [hit.citizen_id.int for hit in page.hits]


class SearchIndexSuite:
    """The promises of ``search.base``."""

    @staticmethod
    def put(index: SearchIndex, documents: Sequence[SearchDocument]) -> None:
        result = index.put(documents)
        assert result.written == len(documents), result
        index.refresh()

    def test_what_was_put_is_got(self, index: SearchIndex) -> None:
        document = make_document(
            1, "Åse Sørensen", make_entry(), birth_date=date(1986, 7, 15), identifier_digests=("ab",)
        )
        self.put(index, [document])
        assert index.get(citizen(1)) == document
        assert index.get(citizen(2)) is None

    def test_creating_again_keeps_what_is_there(self, index: SearchIndex) -> None:
        self.put(index, [make_document()])
        index.create()
        assert index.versions() == {citizen(1): 1}

    def test_only_newer_wins(self, index: SearchIndex) -> None:
        self.put(index, [make_document(version=5, name="Ny")])
        for version in (4, 5):
            result = index.put([make_document(version=version, name="Gammel")])
            assert (result.written, result.already_newer, result.failed, result.refused) == (0, 1, (), ())
        index.refresh()
        assert numbers(index.find(make_query("Ny"))) == [1]
        assert numbers(index.find(make_query("Gammel"))) == []

    def test_the_newest_of_a_batch_wins(self, index: SearchIndex) -> None:
        result = index.put([make_document(version=2, name="To"), make_document(version=3, name="Tre"), make_document()])
        assert (result.written, result.already_newer) == (1, 2)
        assert index.versions() == {citizen(1): 3}

    def test_a_late_put_does_not_bring_the_deleted_back(self, index: SearchIndex) -> None:
        self.put(index, [make_document(version=2)])
        index.delete(citizen(1), 3)
        index.delete(citizen(2), 3)
        assert index.put([make_document(version=3), make_document(2, version=2)]).already_newer == 2
        index.refresh()
        assert index.find(make_query("Maja")).total == 0
        assert index.get(citizen(1)) is None
        assert index.versions() == {}
        self.put(index, [make_document(version=4)])
        assert numbers(index.find(make_query("Maja"))) == [1]

    def test_an_outdated_delete_is_ignored(self, index: SearchIndex) -> None:
        self.put(index, [make_document(version=5)])
        index.delete(citizen(1), 4)
        index.refresh()
        assert numbers(index.find(make_query("Maja"))) == [1]

    def test_a_replaced_document_is_found_by_nothing_old(self, index: SearchIndex) -> None:
        grant = UnitGrant(unit_id="social:100", valid=EVER)
        self.put(index, [make_document(1, "Maja", make_entry(), identifier_digests=("ab",), unit_grants=(grant,))])
        self.put(index, [make_document(1, "Ida", make_entry("Rådgivning"), version=2)])
        unit = AccessScope(units=frozenset({"social:100"}), areas=frozenset(Area))
        assert index.find(make_query("familiebehandling")).total == 0
        assert index.find(make_query("Maja")).total == 0
        assert index.find(make_query(identifier_digests=("ab",))).total == 0
        assert index.find(make_query("", unit)).total == 0

    @pytest.mark.parametrize("name", ["Sørensen", "Soerensen", "Sorensen", "SØRENSEN"])
    @pytest.mark.parametrize("asked", ["Sørensen", "soerensen", "Sorensen", "sø", "Soe", "so"])
    def test_a_name_is_found_in_any_spelling_and_by_its_beginning(
        self, index: SearchIndex, name: str, asked: str
    ) -> None:
        self.put(index, [make_document(1, f"Åse {name}"), make_document(2, "Jens Holm")])
        assert numbers(index.find(make_query(asked))) == [1]
        assert numbers(index.find(make_query(f"aase {asked}"))) == [1]

    @pytest.mark.parametrize(
        "asked",
        [
            "familiebehandling",
            "Familiebehandlingen",
            "behandlinger",
            "boern",
            "27.24",
            "27.24.45",
            "familiehuset",
            "32",
        ],
    )
    def test_an_entry_is_found_by_its_words(self, index: SearchIndex, asked: str) -> None:
        entry = make_entry(
            "Familiebehandling, behandling af børn", unit="Familiehuset", kle_topic="27.24.45", paragraph="§ 32, stk. 1"
        )
        self.put(index, [make_document(1, "Maja", entry), make_document(2, "Ida", make_entry("Rådgivning"))])
        assert numbers(index.find(make_query(asked))) == [1]

    def test_all_words_must_match_the_same_citizen(self, index: SearchIndex) -> None:
        self.put(
            index, [make_document(1, "Maja Holm", make_entry()), make_document(2, "Ida Holm", make_entry("Rådgivning"))]
        )
        assert numbers(index.find(make_query("holm familiebehandling"))) == [1]
        assert numbers(index.find(make_query("holm"))) == [2, 1]
        assert numbers(index.find(make_query("ida familiebehandling"))) == []

    def test_without_a_scope_nobody_is_found(self, index: SearchIndex) -> None:
        self.put(index, [make_document(1, "Maja", make_entry(), identifier_digests=("ab",))])
        none = AccessScope(areas=frozenset(Area))
        for query in (make_query("", none), make_query("Maja", none), make_query("", none, identifier_digests=("ab",))):
            assert index.find(query) == SearchPage(facets=index.find(query).facets)

    def test_a_known_number_finds_that_one_citizen_bare(self, index: SearchIndex) -> None:
        born = date(1986, 7, 15)
        self.put(
            index,
            [
                make_document(1, "Maja", make_entry(), identifier_digests=("ab", "cd"), birth_date=born),
                make_document(2),
            ],
        )
        none = AccessScope(areas=frozenset(Area))
        page = index.find(make_query("", none, identifier_digests=("cd",), known_identifier=True))
        (hit,) = page.hits
        assert (hit.citizen_id, hit.name, hit.birth_date) == (citizen(1), "Maja", born)
        assert [reason.field for reason in hit.found_by] == ["identifier"]
        assert page.total == 1
        assert not any(page.facets.values())
        assert index.find(make_query("Maja", none, known_identifier=True)).total == 0

    def test_a_known_number_opens_no_area_to_whom_the_scopes_do_not_reach(self, index: SearchIndex) -> None:
        self.put(index, [make_document(1, "Maja", make_entry(), identifier_digests=("ab",)), make_document(2)])
        other = AccessScope(citizens=frozenset({citizen(2)}), areas=frozenset(Area))
        page = index.find(make_query("", other, identifier_digests=("ab",), known_identifier=True))
        assert (numbers(page), any(page.facets.values())) == ([1], False)
        social = frozenset({Area.SOCIAL})
        by_area = make_query("", other, identifier_digests=("ab",), known_identifier=True, areas=social)
        assert index.find(by_area).total == 0

    def test_a_unit_finds_while_its_grant_holds(self, index: SearchIndex) -> None:
        spans = {1: EVER, 2: Period(start=TODAY), 3: Period(end=TODAY), 4: Period(start=TODAY, end=TODAY)}
        self.put(
            index,
            [make_document(n, unit_grants=(UnitGrant(unit_id="social:100", valid=span),)) for n, span in spans.items()],
        )
        unit = AccessScope(units=frozenset({"social:100"}), areas=frozenset())
        other = AccessScope(units=frozenset({"social:110"}), areas=frozenset())
        assert numbers(index.find(make_query("maja", unit))) == [1, 2]
        assert numbers(index.find(make_query("maja", other))) == []

    def test_entries_of_closed_areas_neither_match_nor_count_nor_show(self, index: SearchIndex) -> None:
        entries = (make_entry("Støtte"), make_entry("Støtte i sundhed", Area.HEALTH, unit="Center for Misbrug"))
        self.put(index, [make_document(1, "Maja", *entries)])
        scope = AccessScope(citizens=frozenset({citizen(1)}), areas=frozenset({Area.SOCIAL}))
        assert index.find(make_query("sundhed", scope)).total == 0
        assert index.find(make_query("misbrug", scope)).total == 0
        page = index.find(make_query("støtte", scope))
        assert [facet.value for facet in page.facets["area"]] == ["social"]
        assert page.facets["unit"] == ()
        assert [reason.highlight for reason in page.hits[0].found_by] == [(("Støtte", True),)]

    def test_the_reason_marks_the_words(self, index: SearchIndex) -> None:
        self.put(index, [make_document(1, "Maja Testborger", make_entry("Kontakt om behandlinger"))])
        (hit,) = index.find(make_query("test behandling")).hits
        assert {reason.field: reason.highlight for reason in hit.found_by} == {
            "name": (("Maja ", False), ("Testborger", True)),
            "effort": (("Kontakt om ", False), ("behandlinger", True)),
        }

    def test_filters_narrow_and_facets_count_citizens(self, index: SearchIndex) -> None:
        running = Period(start=date(2023, 1, 1))
        over = Period(end=date(2023, 1, 1))
        family: dict[str, Any] = {"unit": "Familiehuset", "kle_topic": "27.24.45", "paragraph": "§ 32"}
        self.put(
            index,
            [
                make_document(
                    1, "A", make_entry("X", valid=running, **family), make_entry("Y", valid=running, **family)
                ),
                make_document(2, "B", make_entry("X", valid=over, **family)),
                make_document(3, "C", make_entry("X", Area.SCHOOL, unit="PPR")),
            ],
        )
        page = index.find(make_query())
        assert {facet.value: facet.count for facet in page.facets["unit"]} == {"Familiehuset": 2, "PPR": 1}
        assert {facet.value: facet.count for facet in page.facets["area"]} == {"social": 2, "school": 1}
        assert numbers(index.find(make_query(areas=frozenset({Area.SCHOOL})))) == [3]
        assert numbers(index.find(make_query(units=frozenset({"Familiehuset"})))) == [1, 2]
        assert numbers(index.find(make_query(units=frozenset({"Familiehuset"}), ongoing_only=True))) == [1]
        assert numbers(index.find(make_query(kle_topics=frozenset({"27.24.45"})))) == [1, 2]
        assert numbers(index.find(make_query("x", paragraphs=frozenset({"§ 32"})))) == [1, 2]

    def test_hits_come_best_first_then_by_danish_name(self, index: SearchIndex) -> None:
        names = ["Åse Berg", "Ærø Berg", "Berg Bo", "Ørn Berg", "Zoe Berg", "Aage Berg", "Anna Bergsen"]
        self.put(index, [make_document(n, name) for n, name in enumerate(names, start=1)])
        results = [hit.name for hit in index.find(make_query("berg")).hits]
        assert results == ["Berg Bo", "Zoe Berg", "Ærø Berg", "Ørn Berg", "Aage Berg", "Åse Berg", "Anna Bergsen"]

    @pytest.mark.parametrize("text", ["", "maja"])
    def test_pages_give_each_hit_once(self, index: SearchIndex, text: str) -> None:
        self.put(index, [make_document(n, f"Maja {'Majasen' if n % 3 else 'Holm'} {n % 5}") for n in range(1, 24)])
        seen: list[int] = []
        after = None
        while True:
            page = index.find(make_query(text, size=5, after=after))
            assert page.total == 23
            seen += numbers(page)
            after = page.after
            if after is None:
                break
        assert sorted(seen) == list(range(1, 24))
        assert seen == numbers(index.find(make_query(text, size=100)))

    @pytest.mark.parametrize(
        "after",
        ["", "x", "bm90", "W10=", "æ", "WzEsICJcdTAwMDAiLCAiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAxIl0="],
    )
    def test_a_key_that_was_not_given_out_is_refused(self, index: SearchIndex, after: str) -> None:
        with pytest.raises(PageKeyWrong):
            index.find(make_query(after=after))

    @pytest.mark.parametrize("text", HOSTILE, ids=ascii)
    def test_no_text_breaks_a_search(self, index: SearchIndex, text: str) -> None:
        self.put(index, [make_document(1, "Maja", make_entry())])
        for given in ({"text": text}, {"text": "x", "units": {text}, "identifier_digests": (text,)}):
            index.find(SearchQuery.model_construct(**dict(make_query()) | given))
        assert index.versions() == {citizen(1): 1}

    def test_signs_alone_find_nobody(self, index: SearchIndex) -> None:
        self.put(index, [make_document()])
        for text in ("%", "_", "*", "!!", "' \" \\"):
            assert index.find(make_query(text)).total == 0

    def test_a_document_that_cannot_be_stored_fails_alone(self, index: SearchIndex) -> None:
        result = index.put([make_document(1, "Ma\x00ja"), make_document(2)])
        assert result.written == 1
        assert [refused for refused, _ in result.refused] == [citizen(1)]
        assert not result.failed, "trying again would be in vain"
        assert index.versions() == {citizen(2): 1}

    def test_an_overview_is_given_out_by_key_at_once(self, index: SearchIndex) -> None:
        index.put([make_document(1, version=7, overview='{"a": "æ"}'), make_document(2)])
        assert index.overview(citizen(1)) == StoredOverview(version=7, document='{"a": "æ"}')
        assert index.overview(citizen(2)) is None, "put without an overview"
        assert index.overview(citizen(3)) is None
        index.put([make_document(1, version=8, overview="{}"), make_document(1, version=6, overview="[]")])
        assert index.overview(citizen(1)) == StoredOverview(version=8, document="{}")
        index.delete(citizen(1), 9)
        assert index.overview(citizen(1)) is None

    def test_what_an_overview_says_is_never_searched(self, index: SearchIndex) -> None:
        self.put(index, [make_document(1, "Maja", overview='{"secret": "hemmelighed"}')])
        assert index.find(make_query("hemmelighed")).total == 0
        assert index.find(make_query("secret")).total == 0
        assert (response := index.get(citizen(1))) is not None
        assert response.overview == '{"secret": "hemmelighed"}'

    def test_the_tally_counts_citizens_and_versions_by_source_and_bucket(self, index: SearchIndex) -> None:
        high = UUID("ff" + "0" * 30)
        self.put(
            index,
            [
                make_document(1, version=2, sources=("social", "health")),
                make_document(2, version=3, sources=("social",)),
                make_document(3, citizen_id=high, version=5),
                make_document(4, sources=("social",)),
            ],
        )
        index.delete(citizen(4), 2)
        index.refresh()
        assert {source: dict(buckets) for source, buckets in index.tally().items()} == {
            "": {"00": Tally(citizens=2, versions=5), "ff": Tally(citizens=1, versions=5)},
            "social": {"00": Tally(citizens=2, versions=5)},
            "health": {"00": Tally(citizens=1, versions=2)},
        }
        assert index.versions("00") == {citizen(1): 2, citizen(2): 3}
        assert index.versions("ff") == {high: 5}
        assert index.versions("a0") == {}

    def test_an_empty_index_has_an_empty_tally(self, index: SearchIndex) -> None:
        assert index.tally() == {"": {}}

    def test_a_shadow_index_takes_the_place_of_the_one_that_serves(self, index: SearchIndex) -> None:
        self.put(index, [make_document(1, "Maja"), make_document(2, "Ida", overview="{}")])
        shadow = index.create_shadow_index()
        assert shadow.put([make_document(2, "Ida", version=3, overview="[]")]).written == 1
        self.put(index, [make_document(3, "Liv")])
        assert index.versions() == {citizen(1): 1, citizen(2): 1, citizen(3): 1}
        assert index.overview(citizen(2)) == StoredOverview(version=1, document="{}")
        shadow.promote()
        assert index.versions() == {citizen(2): 3}
        assert numbers(index.find(make_query("ida"))) == [2]
        assert index.find(make_query("maja")).total == 0
        assert index.overview(citizen(2)) == StoredOverview(version=3, document="[]")
        self.put(index, [make_document(1, "Maja")])
        index.create()
        assert index.versions() == {citizen(1): 1, citizen(2): 3}

    def test_a_shadow_index_can_be_given_up_and_begun_anew(self, index: SearchIndex) -> None:
        self.put(index, [make_document(1)])
        given_up = index.create_shadow_index()
        given_up.put([make_document(2)])
        given_up.discard()
        index.create_shadow_index().put([make_document(3)])  # as after a crash: nobody discarded it
        again = index.create_shadow_index()
        again.put([make_document(4)])
        assert index.versions() == {citizen(1): 1}
        again.promote()
        assert index.versions() == {citizen(4): 1}

    def test_who_reads_while_the_index_is_replaced_meets_no_gap(self, index: SearchIndex) -> None:
        self.put(index, [make_document(1, "Maja", overview="{}")])
        replaced = Event()

        def read() -> int:
            looks = 0
            while not replaced.is_set() or looks < 3:
                assert numbers(index.find(make_query("maja"))) == [1]
                assert index.overview(citizen(1)) is not None
                looks += 1
            return looks

        with ThreadPoolExecutor(2) as threads:
            reading = [threads.submit(read) for _ in range(2)]
            for version in (2, 3, 4):
                shadow = index.create_shadow_index()
                shadow.put([make_document(1, "Maja", version=version, overview="{}")])
                shadow.promote()
            replaced.set()
            assert all(each.result(timeout=60) >= 3 for each in reading)
        assert index.versions() == {citizen(1): 4}

    def test_it_says_what_it_is_and_how_it_stands(self, index: SearchIndex) -> None:
        state = index.state()
        assert (state.is_there, state.data_missing) == (True, False)
        assert int(state.version.split(".")[0]) >= 3
