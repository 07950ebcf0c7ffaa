"""Days on pages: the last day is shown as the last day everywhere, and nobody reads a date as machines write it."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from hub.overview.efforts import efforts_of
from hub.web.citizen.page_data import Changes, PageData, SourceAge
from hub.web.citizen.present import family_page, overview_page
from hub.web.citizen.present_efforts import effort_rows, recommendations
from hub.web.citizen.present_timeline import timeline_page
from hub.web.shell.dates import as_sentence
from schemas.facts import EffortFact
from schemas.overview import DisagreeingValue, Disagreement
from schemas.period import Period
from schemas.source import Area
from tests.web import maja
from tests.web.conftest import Town

WHOLE = maja.page_data()
LAST = date(2021, 4, 14)
"""Of ``maja.PLACED``, whose half-open period ends on the 15th."""


def test_the_last_day_is_the_same_in_lanes_table_and_family() -> None:
    drawing = overview_page(WHOLE).drawing
    assert drawing is not None
    (bar,) = [bar for lane in drawing.lanes for bar in lane.bars if bar.label == "Anbragt i netværket"]
    assert bar.full.endswith("til 14. apr. 2021")
    (row,) = [row for row in timeline_page(WHOLE).rows if row.text == "Anbragt i netværket"]
    assert row.end is not None
    assert row.end.iso == LAST.isoformat()
    cells = [cell for moment in family_page(WHOLE).moments for cell in moment.cells if cell]
    assert any(cell.title == "Anbragt i netværket" and cell.text.endswith("til 14. apr. 2021") for cell in cells)


def test_what_ended_since_the_course_began_ended_on_its_last_day() -> None:
    ended = maja.PLACED.model_copy(update={"valid": Period(start=date(2020, 8, 1), end=date(2023, 6, 1))})
    section = next(each for each in WHOLE.overview.sections if each.area is Area.SOCIAL)
    sections = (section.model_copy(update={"entries": (ended,)}),)
    data = replace(WHOLE, overview=WHOLE.overview.model_copy(update={"sections": sections}), family=())
    assert "(31. maj 2023)" in overview_page(data).since_course[0]


def test_an_old_date_of_the_source_and_a_fresh_reading_are_two_words() -> None:
    registered = maja.NOW - timedelta(days=3 * 365)
    provenance = maja.provenance("social", "effort", "10", registered)
    entry = maja.FAMILY_TREATMENT.model_copy(update={"provenance": provenance})
    ages = (SourceAge(maja.SOCIAL, "fresh", maja.NOW, maja.NOW - timedelta(minutes=1)),)
    (row,) = effort_rows(efforts_of([entry]), replace(WHOLE, source_ages=ages))
    assert (row.source.registered and row.source.registered.text, row.source.read and row.source.read.text) == (
        "12. sep. 2020",
        "for 1 minut siden",
    )
    (then,) = effort_rows(efforts_of([entry]), replace(WHOLE, source_ages=ages, as_known=date(2021, 1, 1)))
    assert then.source.read is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("sidst ændret 30. aug.", "Sidst ændret 30. aug."), ("i går", "I går."), ("Er det?", "Er det?")],
)
def test_a_sentence_has_one_full_stop(text: str, sentence: str) -> None:
    assert as_sentence(text) == sentence


def test_a_recommendation_with_a_full_stop_gets_no_other() -> None:
    fact = maja.TALKS.fact
    assert isinstance(fact, EffortFact)
    entry = maja.TALKS.model_copy(update={"fact": fact.model_copy(update={"recommendation": "Ring først."})})
    assert recommendations(efforts_of([entry]), WHOLE)[0][0] == "Ring først."


@pytest.mark.parametrize(
    ("field", "values", "words"),
    [
        ("birth_date", ("2010-01-12", "2010-12-01"), ("12. jan. 2010", "1. dec. 2010")),
        ("died_on", ("2023-07-20", "2023-07-21"), ("20. jul. 2023", "21. jul. 2023")),
        ("life_status", ("dead", "alive"), ("død", "bor i Danmark")),
        ("custody", ("yes", "no"), ("ja", "nej")),
    ],
)
def test_disputed_values_are_said_in_words(field: str, values: tuple[str, str], words: tuple[str, str]) -> None:
    origin = maja.provenance("social", "person", "1")
    statements = tuple(DisagreeingValue(value=value, provenance=origin) for value in values)
    disagreement = Disagreement(field=field, values=statements)
    data = replace(WHOLE, overview=WHOLE.overview.model_copy(update={"disagreements": (disagreement,)}))
    (line,) = overview_page(data).disagreements
    for value, word in zip(values, words, strict=True):
        assert f"«{word}»" in line
        assert f"«{value}»" not in line


def test_what_is_no_longer_told_is_said_as_that() -> None:
    def lines(data: PageData) -> tuple[str, ...]:
        return overview_page(data).changes

    wiped = replace(WHOLE, changes=Changes(maja.NOW - timedelta(days=9), (), ("address",)))
    assert lines(wiped) == ("Ikke længere oplyst af nogen kilde: adresse",)


def test_no_page_shows_a_machines_date_or_two_full_stops(town: Town) -> None:
    addresses = [f"/{side}/{town.ids[maja.MAJA]}" for side in ("overblik", "familien", "tidslinje")]
    pages = {address: town.client("anna.holm").get(address).text for address in ["/mine-borgere", *addresses]}
    pages |= {address: town.client("tine.skov").get(address).text for address in ["/kilder"]}
    for address, page in pages.items():
        text = re.sub(r"<[^>]*>", " ", page)
        assert not re.search(r"\b\d{4}-\d{2}-\d{2}\b", text), address
        assert not re.search(r"\w\.\.(?!\.)", text), address
