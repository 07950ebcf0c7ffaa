"""What every ``SearchIndex`` makes of typing errors, other spellings cited paragraphs, and pages turned both ways."""

from datetime import date

import pytest

from schemas.search import AccessScope, SearchPage, SearchQuery
from schemas.source import Area
from search.base import SearchIndex
from tests.contracts.search_index import citizen, make_document, make_entry, make_query, numbers


class SearchTypingSuite:
    """The promises of ``search.base`` about how people type, and about paging."""

    @pytest.mark.parametrize(
        ("name", "typed"),
        [
            ("Sofie", "Sofei"),
            ("Sofie", "Sfie"),
            ("Sofie", "Safie"),
            ("Sofie", "Soffie"),
            ("Sofie", "Xofie"),
            ("Sofie", "Sophie"),
            ("Sophie", "Sofie"),
            ("Søren", "Soern"),
            ("Åse-Marie", "Mairie"),
            ("Sørensen", "Sørnsne"),
            ("Sørensen", "Soerenssn"),
            ("Christian", "Kristian"),
            ("Kristian", "Christian"),
            ("Kristian", "Khristain"),
            ("Karl", "Carl"),
            ("Mathias", "Matias"),
            ("Kjær", "Kær"),
            ("Vestergaard", "Westergård"),
        ],
    )
    def test_a_name_is_found_in_spite_of_a_typing_error_or_another_spelling(
        self, index: SearchIndex, name: str, typed: str
    ) -> None:
        index.put([make_document(1, f"{name} Holm"), make_document(2, "Bo Lund")])
        index.refresh()
        page = index.find(make_query(typed))
        assert numbers(page) == [1]
        assert [reason.field for reason in page.hits[0].found_by] == ["similar_name"]
        assert ("".join(text for text, is_match in page.hits[0].found_by[0].highlight if is_match)) in name
        assert numbers(index.find(make_query(f"{typed} holm"))) == [1]
        assert numbers(index.find(make_query(f"{typed} lund"))) == []

    @pytest.mark.parametrize(
        ("name", "typed"),
        [
            ("Maja", "Mjaa"),
            ("Holm", "Holn"),
            ("Sofie", "Sfei"),
            ("Sørensen", "Srnsn"),
            ("Bodil", "2odil"),
            ("A1234", "A1235"),
        ],
    )
    def test_too_many_errors_find_nobody(self, index: SearchIndex, name: str, typed: str) -> None:
        index.put([make_document(1, name)])
        index.refresh()
        assert index.find(make_query(typed)).total == 0

    def test_who_is_spelled_as_typed_comes_first(self, index: SearchIndex) -> None:
        names = ["Anna Jansen", "Berit Jensen", "Carl Jensens", "Dan Jenssen", "Eva Jensby"]
        index.put([make_document(n, name) for n, name in enumerate(names, start=1)])
        index.refresh()
        assert numbers(index.find(make_query("jensen"))) == [2, 3, 1, 4]

    def test_a_similar_name_is_found_within_the_access_filter_alone(self, index: SearchIndex) -> None:
        index.put([make_document(1, "Kristian Holm"), make_document(2, "Christian Holm")])
        index.refresh()
        mine = AccessScope(citizens=frozenset({citizen(1)}), areas=frozenset(Area))
        page = index.find(make_query("kristain", mine))
        assert (numbers(page), page.total) == ([1], 1)
        assert index.find(make_query("kristain", AccessScope(areas=frozenset(Area)))).total == 0

    def test_a_name_that_changed_is_similar_to_nothing_any_more(self, index: SearchIndex) -> None:
        index.put([make_document(1, "Kristian Holm")])
        index.put([make_document(1, "Bo Holm", version=2)])
        index.refresh()
        assert index.find(make_query("kristain")).total == 0

    @pytest.mark.parametrize(
        "typed",
        [
            "servicelovens § 52",
            "Serviceloven § 52",
            "SEL § 52",
            "sel §52",
            "sel 52",
            "servicelovens paragraf 52",
            "§ 52",
            "§52",
            "§ 52, stk. 3",
            "serviceloven §52 stk 3 nr 3",
            "servicelovens § 52, stk. 3, nr. 3 (familiebehandling)",
            "maja servicelovens § 52",
            "støtte § 52",
        ],
    )
    def test_a_paragraph_is_found_as_people_cite_it(self, index: SearchIndex, typed: str) -> None:
        cited = make_entry("Støtte", paragraph="Serviceloven § 52, stk. 3, nr. 3")
        others = [
            make_entry("Støtte", entry_id=str(number), paragraph=paragraph)
            for number, paragraph in enumerate(
                ["Serviceloven § 11, stk. 52", "Serviceloven § 152", "Serviceloven § 52 a", "Serviceloven § 3, nr. 52"]
            )
        ]
        index.put([make_document(1, "Maja", cited), make_document(2, "Maja", *others)])
        index.refresh()
        page = index.find(make_query(typed))
        assert numbers(page) == [1]
        reasons = {reason.field: reason.highlight for reason in page.hits[0].found_by}
        assert ("52", True) in reasons["paragraph"]

    @pytest.mark.parametrize(
        "typed", ["barnets lov § 52", "§ 52, stk. 1", "§ 52, stk. 3, nr. 4", "§ 5", "§ 52 b", "lab § 52"]
    )
    def test_another_paragraph_is_not_found(self, index: SearchIndex, typed: str) -> None:
        index.put([make_document(1, "Maja", make_entry(paragraph="Serviceloven § 52, stk. 3, nr. 3"))])
        index.refresh()
        assert index.find(make_query(typed)).total == 0

    def test_the_new_law_is_found_by_law_section_and_number(self, index: SearchIndex) -> None:
        index.put([make_document(1, "Maja", make_entry(paragraph="Barnets lov § 32, stk. 1, nr. 5"))])
        index.refresh()
        for typed in ("barnets lov § 32, stk. 1, nr. 5", "barnets lovs § 32", "Barnets lov § 32, nr. 5"):
            assert numbers(index.find(make_query(typed))) == [1]

    def test_a_paragraph_of_a_closed_area_is_not_found(self, index: SearchIndex) -> None:
        index.put([make_document(1, "Maja", make_entry(area=Area.HEALTH, paragraph="Serviceloven § 52"))])
        index.refresh()
        social = AccessScope(citizens=frozenset({citizen(1)}), areas=frozenset({Area.SOCIAL}))
        assert index.find(make_query("sel § 52", social)).total == 0

    @pytest.mark.parametrize("text", ["", "maja"])
    def test_pages_are_the_same_both_ways(self, index: SearchIndex, text: str) -> None:
        index.put([make_document(n, f"Maja {'Majasen' if n % 3 else 'Holm'} {n % 5}") for n in range(1, 24)])
        index.refresh()
        forwards = list(_turned(index, make_query(text, size=5), "after"))
        assert [page.first for page in forwards] == [1, 6, 11, 16, 21]
        assert forwards[0].before is None
        last = make_query(text, size=5, before=forwards[-1].before)
        backwards = [forwards[-1], *_turned(index, last, "before")]
        assert backwards == forwards[::-1]

    def test_who_is_new_before_a_page_shifts_no_hit_of_the_pages_back(self, index: SearchIndex) -> None:
        index.put([make_document(n, f"Maja {chr(64 + n)}") for n in range(2, 9)])
        index.refresh()
        first = index.find(make_query("maja", size=3))
        second = index.find(make_query("maja", size=3, after=first.after))
        index.put([make_document(1, "Maja A", birth_date=date(2010, 1, 1))])
        index.refresh()
        back = index.find(make_query("maja", size=3, before=second.before))
        assert numbers(back) == numbers(first)
        assert numbers(index.find(make_query("maja", size=3, before=back.before))) == [1]


def _turned(index: SearchIndex, query: SearchQuery, key: str) -> list[SearchPage]:
    pages = [index.find(query)]
    while (following := getattr(pages[-1], key)) is not None:
        pages.append(index.find(query.model_copy(update={"after": None, "before": None, key: following})))
    return pages
