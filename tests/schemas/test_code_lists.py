"""The shipped code lists: complete, dated without contradiction, and read as of a day."""

from datetime import date
from itertools import combinations, groupby
from pathlib import Path

import pytest

from schemas.codes import (
    Code,
    Coded,
    CodeListUnknown,
    code_lists,
    codes_of,
    danish_label,
    lookup,
)
from schemas.facts import AbsenceKind, Outcome
from schemas.people import RelationKind

ROOT = Path(__file__).parents[2]
LAST_OF_2023 = date(2023, 12, 31)
FIRST_OF_2024 = date(2024, 1, 1)
ALL_LISTS = sorted(code_lists())


def by_code(code_list: str) -> dict[str, list[Code]]:
    rows = sorted(codes_of(code_list), key=lambda row: row.code)
    return {code: list(same) for code, same in groupby(rows, key=lambda row: row.code)}


def test_every_list_has_a_file_and_every_file_a_list() -> None:
    assert {path.stem for path in (ROOT / "schemas/code_lists").glob("*.csv")} == set(ALL_LISTS)


def test_the_page_about_code_lists_names_each_with_its_source() -> None:
    page = (ROOT / "docs/code-lists.md").read_text(encoding="utf-8")
    for info in code_lists().values():
        assert f"| `{info.name}` | {info.title} | {info.source} |" in page


@pytest.mark.parametrize("code_list", ALL_LISTS)
def test_a_code_means_one_thing_on_any_day(code_list: str) -> None:
    for rows in by_code(code_list).values():
        assert not any(one.valid.overlaps(other.valid) for one, other in combinations(rows, 2))


@pytest.mark.parametrize("code_list", ALL_LISTS)
def test_every_code_has_danish_and_english_words_and_a_known_parent(code_list: str) -> None:
    codes = by_code(code_list)
    for row in codes_of(code_list):
        assert row.danish == row.danish.strip() != ""
        assert row.english == row.english.strip() != ""
        assert not row.valid.is_empty
        assert row.parent is None or row.parent in codes


@pytest.mark.parametrize("code_list", ALL_LISTS)
def test_files_are_sorted_so_that_a_change_is_one_line(code_list: str) -> None:
    keys = [(row.code, row.valid.start or date.min) for row in codes_of(code_list)]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("code_list", "code", "before", "after"),
    [
        ("notifier_categories", "7", True, False),
        ("notifier_categories", "12", False, True),
        ("notifier_categories", "13", False, True),
        ("notifier_categories", "2", True, True),
        ("barnets_lov_32", "32.1.5", False, True),
        ("sel_children", "52.3.3", True, False),
        ("placements", "46", False, True),
        ("laws", "barnets_lov", False, True),
        ("laws", "serviceloven", True, True),
    ],
)
def test_the_law_of_2024_changes_codes_at_midnight(code_list: str, code: str, before: bool, after: bool) -> None:
    assert (lookup(code_list, code, LAST_OF_2023) is not None, lookup(code_list, code, FIRST_OF_2024) is not None) == (
        before,
        after,
    )


def test_employment_target_groups_changed_their_numbers_in_2020() -> None:
    assert lookup("lab_target_groups_old", "2.3", date(2019, 12, 31)) is not None
    assert lookup("lab_target_groups_old", "2.3", date(2020, 1, 1)) is None
    assert lookup("lab_target_groups", "lab6.3", date(2019, 12, 31)) is None
    assert lookup("lab_target_groups", "lab6.3", date(2020, 1, 1)) is not None


@pytest.mark.parametrize(
    ("code_list", "enum"),
    [("notification_outcomes", Outcome), ("absence_kinds", AbsenceKind), ("relation_roles", RelationKind)],
)
def test_our_own_enums_have_words_for_every_member(
    code_list: str, enum: type[Outcome | AbsenceKind | RelationKind]
) -> None:
    assert set(by_code(code_list)) == {str(member) for member in enum}


def test_an_unknown_list_is_an_error_and_an_unknown_code_is_none() -> None:
    with pytest.raises(CodeListUnknown):
        codes_of("no_such_list")
    assert lookup("laws", "no_such_law", FIRST_OF_2024) is None


def test_words_come_from_our_list_else_from_the_source_else_the_code_itself() -> None:
    known = Coded(code_list="notifier_categories", code="7", label="Familien")
    assert danish_label(known, LAST_OF_2023) == "Familie, barn selv eller bekendtskabskreds"
    assert danish_label(known, FIRST_OF_2024) == "Familien"
    assert danish_label(Coded(code_list="dubu:Ydelsestype", code="Y7"), FIRST_OF_2024) == "Y7"


def test_fsiii_tells_efforts_from_conditions_and_keeps_the_old_key() -> None:
    training = lookup("fsiii", "a07ffdd2-3c27-4a42-a860-58f6bb840d77", FIRST_OF_2024)
    assert training is not None
    assert training.danish == "Genoptræning"
    kinds = [(row.note or "").split("; ")[0] for row in codes_of("fsiii")]
    assert set(kinds) == {"kind=effort", "kind=condition", "kind=other"}
    assert all("legacy=" in (row.note or "") for row in codes_of("fsiii"))
