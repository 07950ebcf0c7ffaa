"""A paragraph is a name first; the same lists name it on the citizen's page and in the search."""

from datetime import date

import pytest

from hub.web.shell.paragraphs import cited, section_name
from schemas.facts import LegalBasis

DAY = date(2023, 9, 12)


@pytest.mark.parametrize(
    ("law", "section", "name"),
    [
        ("serviceloven", "§ 85", "Socialpædagogisk støtte"),
        ("serviceloven", "§ 83 a", "Rehabiliteringsforløb"),
        ("sundhedsloven", "§ 138", None),
        ("a_law_nobody_lists", "§ 1", None),
    ],
)
def test_a_section_has_the_name_its_list_gives_it(law: str, section: str, name: str | None) -> None:
    assert section_name(law, section, DAY) == name


def test_an_older_day_names_what_the_law_no_longer_holds() -> None:
    assert section_name("serviceloven", "§ 52, stk. 3, nr. 3", date(2025, 5, 20)) is None
    assert section_name("serviceloven", "§ 52, stk. 3, nr. 3", date(2025, 5, 20), DAY) is not None


def test_a_citation_names_law_and_section() -> None:
    basis = LegalBasis(law="serviceloven", section="§ 85")
    assert cited(basis, DAY) == "servicelovens § 85 (socialpædagogisk støtte)"
