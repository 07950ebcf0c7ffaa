"""A contested line on the pages of the others whom it is about: marked, in words only where the words may be seen."""

from dataclasses import replace

from hub.web.citizen.page import EffortRow
from hub.web.citizen.present import family_page, overview_page
from hub.web.citizen.present_timeline import timeline_page
from schemas.overview import ContestMark, Overview
from tests.web import maja

OWN = ContestMark(since=maja.NOW, words="Det har jeg aldrig sagt ja til")
OF_OTHER = OWN.model_copy(update={"words": None})
WITH_WORDS = "siden 12. sep. 2023: «Det har jeg aldrig sagt ja til»"
WITHOUT = "Bestridt siden 12. sep. 2023 af en anden, som det også handler om"


def marked(page: Overview, mark: ContestMark, entry_id: str = maja.FAMILY_TREATMENT.id) -> Overview:
    """The page with the mark on that line."""
    sections = tuple(
        section.model_copy(
            update={
                "entries": tuple(
                    each.model_copy(update={"contested": mark}) if each.id == entry_id else each
                    for each in section.entries
                )
            }
        )
        for section in page.sections
    )
    return page.model_copy(update={"sections": sections})


def of_treatment(rows: tuple[EffortRow, ...]) -> str | None:
    """What stands by the treatment."""
    return next(row.source.contested for row in rows if row.title == maja.FAMILY_TREATMENT.fact.title)  # type: ignore[union-attr]


def test_each_column_and_the_common_table_mark_what_one_of_the_family_contests() -> None:
    ida, emil = maja.children()
    of_maja = marked(maja.maja(), OWN)
    page = family_page(replace(maja.page_data(), overview=of_maja, family=(marked(ida, OF_OTHER), emil)))
    maja_column, ida_column, _ = page.columns
    assert of_treatment(maja_column.efforts) == f"Bestridt af borgeren {WITH_WORDS}"
    assert of_treatment(ida_column.efforts) == f"Bestridt af Maja {WITH_WORDS}", "her own column stands beside"
    notes = {cell.contested for moment in page.moments for cell in moment.cells if cell}
    assert notes == {None, "Bestridt siden 12. sep. 2023"}


def test_where_the_page_of_who_contests_is_not_shown_the_mark_has_no_words() -> None:
    ida, _ = maja.children()
    for mark in (OF_OTHER, OF_OTHER.model_copy(update={"is_upheld": True})):
        data = replace(maja.page_data(), overview=marked(ida, mark), family=())
        told = of_treatment(overview_page(data).efforts)
        assert told
        assert ("har ret i, at det er forkert" in told) is mark.is_upheld
        assert mark.is_upheld or told == WITHOUT
        assert any(told in row.source for row in timeline_page(data).rows)
        assert "aldrig sagt ja" not in f"{overview_page(data)}{family_page(data)}{timeline_page(data)}"


def test_wishes_and_the_later_of_two_notifications_in_one_row_are_marked_too() -> None:
    wish = overview_page(replace(maja.page_data(), overview=marked(maja.maja(), OWN, maja.WISH.id), family=()))
    assert wish.strengths.wishes[0].contested == f"Bestridt af borgeren {WITH_WORDS}"
    _, emil = maja.children()
    data = replace(maja.page_data(), family=(maja.children()[0], marked(emil, OWN, maja.NOTIFICATIONS[4].id)))
    page = overview_page(data)
    rows = [row.source.contested for row in (*page.notifications, *page.older) if row.source.contested]
    assert rows == [f"Bestridt af Emil {WITH_WORDS}"]
