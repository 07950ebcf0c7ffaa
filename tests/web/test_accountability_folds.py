"""Long answers are folded on the screen, and nothing of them is left out: page, table and file say the same."""

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from hub.web.accountability.present import answer_page, csv_text
from hub.web.accountability.window import Answer, Fold, Row, Table, Window
from schemas.oversight import Question
from tests.sources import know_connector
from tests.web import maja
from tests.web.accountability import ROOT, ReadingSource, table_of
from tests.web.conftest import Town

WINDOW = Window(maja.NOW.date(), maja.NOW.date())
rows = st.lists(
    st.builds(Row, st.tuples(st.sampled_from("ab"), st.sampled_from("cd"), st.sampled_from("ef")), st.booleans()),
    max_size=8,
)


def cells(table: Table, window: Window = WINDOW) -> list[tuple[str, ...]]:
    """What the page says of the table, line by line, what stands over a group with each line of it."""
    page = answer_page(Question.FIELDS, Answer("", False, (table,)), window=window, period=None)
    return [
        ((group.heading,) if group.is_heading else ()) + row.cells
        for group in page.tables[0].groups
        for row in group.rows
    ]


@given(rows, st.sampled_from(Fold))
def test_no_line_is_lost_in_a_fold_and_what_somebody_should_look_at_stands_open(
    lines: Sequence[Row], fold: Fold
) -> None:
    table = Table("felter", "Felter", ("Kilde", "Slags", "Felt"), tuple(lines), fold=fold)
    assert cells(table) == [row.cells for row in lines]
    assert len(table_of(csv_text(table).encode())) == len(lines) + 1
    page = answer_page(Question.FIELDS, Answer("", False, (table,)), window=WINDOW, period=None)
    for group in page.tables[0].groups:
        assert group.is_trouble <= group.is_open
        assert bool(group.heading) is (fold is not Fold.NOTHING)
    asked = answer_page(
        Question.FIELDS, Answer("", False, (table,)), window=Window(WINDOW.first_day, WINDOW.last_day, "felter"),
        period=None,
    )  # fmt: skip
    assert all(group.is_open for group in asked.tables[0].groups), "who asked for the table alone sees it"


def test_fields_and_the_record_have_a_list_of_contents_and_every_line_of_their_files(town: Town) -> None:
    know_connector(town.context.catalogue, ReadingSource(maja.SOCIAL))
    town.context.catalogue.expire()
    jens = town.client("jens.dam")
    for slug in ("felter", "fortegnelse"):
        page = jens.get(f"{ROOT}/{slug}").text
        assert page.count('<details class="fold') >= 3
        for key in re.findall(r'<li><a href="#([a-z]+)">', page):
            assert f'id="{key}"' in page
        plain = re.sub(r"\s+", " ", page)
        for key in re.findall(r"tal\.csv\?tabel=([a-z]+)", page):
            for line in table_of(jens.get(f"{ROOT}/{slug}/tal.csv?tabel={key}").content)[:40]:
                for cell in line:
                    assert re.sub(r"\s+", " ", cell.replace("&", "&amp;")) in plain, f"{slug} {key}: {cell}"
