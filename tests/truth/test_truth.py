"""The truth test: what pages say, sentence by sentence, against what the made-up municipality truly holds.

One municipality for each day is loaded through the real path (simulated fagsystemer, connectors, bus, pipeline, index,
seeded staff) and served; then every employee of the demo logs in, reads *Mine borgere*, searches, and opens citizens
of each kind: on the team, with a working relation, with neither.

========================  ==============================================================================================
``loading``               makes such a municipality, and clients for it
``markup``, ``reading``,  a page as a tree, and its sentences as facts; a sentence that no pattern reads is a fact, too,
``reading_pages``         and agrees with nothing, so that no new sentence escapes the comparison
``oracle``                who may see what, from truth, staff and ``docs/access.md``; uses no code of the hub
``oracle_head``,          what each page must say; ``wording`` says names, ages and days
``oracle_pages``,
``oracle_contacts``,
``oracle_school``,
``oracle_employment``
``plan_reading``,         the plan on the timeline: what lanes and table say, and what they must say
``plan_lines``
``api``,                  the JSON twin, *Mine borgere* and *Søg*: what they say and what they must say
``my_citizens``,
``still_lines``,
``searching``
``walking``               walks, compares, collects
``paper``                 the same pages as they are printed: every day in full, nothing near
``facts``                 what is compared by what
========================  ==============================================================================================

In the suite it is small. ``make truth`` walks several hundred citizens at four dates, or what ``CITIZENS``, ``SAMPLE``
(citizens of each kind for each employee) and ``DATES`` say.
"""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL

from tests.truth.facts import NOTHING, Difference, Fact, differences
from tests.truth.loading import municipality
from tests.truth.paper import read_paper
from tests.truth.reading_pages import PageReader
from tests.truth.walking import PageDifference, Walk

CITIZENS = int(os.environ.get("HELHED_TEST_TRUTH_CITIZENS", "120"))
SAMPLE = int(os.environ.get("HELHED_TEST_TRUTH_SAMPLE", "3"))
DATES = os.environ.get("HELHED_TEST_TRUTH_DATES", "2023-09-12 2025-05-20").split()
LINES_OF_A_FAILURE = 60
"""So many differences a failure tells in full."""
pytestmark = pytest.mark.xdist_group("truth")


@pytest.fixture(scope="session")
def walked(template: URL, postgres: URL) -> list[PageDifference]:
    """Every difference between pages and truth, on all days."""
    return [seen for day in DATES for seen in _walk(template, postgres, date.fromisoformat(day))]


def _walk(template: URL, postgres: URL, day: date) -> Iterator[PageDifference]:
    name = f"truth_{day:%Y%m%d}"
    engine = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template.database}"))
        with municipality(postgres.set(database=name), day, CITIZENS) as loaded:
            walk = Walk(loaded, SAMPLE)
            walk.everybody()
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()
    assert walk.pages > len(walk.oracle.staff.employees), "nobody walked"
    yield from walk.differences


def test_pages_say_what_is_true(walked: list[PageDifference]) -> None:
    counts = Counter(seen.difference.rule for seen in walked).most_common()
    rules = ", ".join(f"{rule} ×{count}" for rule, count in counts)
    lines = "\n".join(map(str, _some_of_each_rule(walked)))
    assert not walked, f"{len(walked)} sentences differ from the truth ({rules}):\n{lines}"


def _some_of_each_rule(walked: list[PageDifference]) -> list[PageDifference]:
    """The first of every rule, then the second, and so on."""
    seen: Counter[str] = Counter()
    ranked = []
    for each in walked:
        ranked.append((seen[each.difference.rule], each))
        seen[each.difference.rule] += 1
    return [each for _, each in sorted(ranked, key=lambda pair: pair[0])][:LINES_OF_A_FAILURE]


def test_a_sentence_that_nobody_can_read_is_a_difference() -> None:
    page = '<main><section><h2>Lige nu</h2><p class="sub">Noget helt nyt.</p><ul></ul></section></main>'
    facts = PageReader(date(2023, 9, 12)).overview(page)
    unread = [difference.page for difference in differences(facts, []) if difference.rule == "unread"]
    assert any("Noget helt nyt." in words for words in unread)


def test_a_day_on_paper_that_is_near_has_no_year_or_is_another_is_a_difference() -> None:
    page = (
        '<body><p>passeret for 9 dage siden</p><p class="on-screen">i dag</p><p data-paper="3. sep. 2023">i går</p>'
        '<p>den 4. maj</p><time datetime="2023-09-12" data-paper="11. sep. 2023"><span>i dag</span></time></body>'
    )
    rules = [fact.rule for fact in read_paper(page, date(2023, 9, 12))]
    assert rules == ["paper.words", "paper.near", "paper.year"]


def test_a_fact_that_a_page_leaves_out_or_makes_up_is_a_difference() -> None:
    true = [Fact("now.effort", "Mentor", "social"), Fact("head.relative.age", "Ida", "14 år", optional=True)]
    made_up, wrong_age = Fact("talk", "Pas på", "recommended"), Fact("head.relative.age", "Ida", "13 år")
    assert differences([], true) == [Difference("now.effort", "Mentor", NOTHING, "social")]
    assert differences([*true, made_up], true) == [Difference("talk", "Pas på", "recommended", NOTHING)]
    assert differences([true[0], wrong_age], true) == [Difference("head.relative.age", "Ida", "13 år", "14 år")]
    assert not differences([Fact("notes.outcome", "x", "b")], [Fact("notes.outcome", "x", "a | b")])
