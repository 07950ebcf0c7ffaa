"""Both indices say the same of the same citizens: hits and their order, totals, facets, reasons, pages."""

from datetime import timedelta
from itertools import count, pairwise
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from schemas.period import Period
from schemas.search import (
    AccessFilter,
    AccessScope,
    AreaName,
    SearchDocument,
    SearchEntry,
    SearchPage,
    SearchQuery,
    UnitGrant,
)
from schemas.source import Area
from search.base import SearchIndex
from search.opensearch import OpenSearchIndex
from search.postgres import PostgresIndex
from tests.contracts.search_index import TODAY, citizen, make_entry

CITIZENS = range(1, 9)
NAMES = (
    "Maja",
    "Maj",
    "Majken",
    "Holm",
    "Søren",
    "Sørensen",
    "Sorensen",
    "Åse",
    "Aase",
    "Hans",
    "Ærø",
    "Bo-Ida",
    "Ø",
    "Christian",
    "Kristian",
    "Sophie",
    "Sofie",
    "Karl",
    "Mathilde",
    "Johannes",
    "Johanne",
    "Zoë",
)
WORDS = (
    "Familiebehandling", "familiebehandlingen", "behandlinger", "støtte", "Støtten", "stoette", "og", "i", "til",
    "hans", "børn", "barnets", "BØRNENE", "skole", "skolernes", "fravær", "Åse", "maja", "3", "2a", "§", "27.24.45",
    "æblegrød", "hjælp", "kontaktperson", "kontaktpersonordning", "ét", "über",
)  # fmt: skip
UNITS = ("Familiehuset", "PPR Nord", "Center for Misbrug")
GRANTED = ("social:100", "health:300")
TOPICS = ("27.24.45", "27.24", "17.03.00")
PARAGRAPHS = ("§ 32, stk. 1", "§ 11", "barnets lov § 32", "Serviceloven § 52, stk. 3, nr. 3")
ASKED = (
    "maj", "maja", "soeren", "SØR", "s", "holm", "aase", "å", "hans", "i", "og", "behandling", "familiebehandlinger",
    "støttede", "stotte", "børn", "barn", "skolen", "27.24", "27", "32", "lov", "ppr", "nord", "misbrug", "3", "2a",
    "kristian", "cristian", "johanes", "johansen", "matilde", "sofie", "carl", "sørn", "majkn", "zoe", "§ 32",
    "sel § 52", "barnets lovs § 32", "§ 52, stk. 3", "stk. 3", "æble", "æblegrøden", "hjælpe", "kontaktpersoner", "et",
    "uber", "bo-ida", "§",
)  # fmt: skip
VERSIONS = count(1)
"""Grows for ever, so every example's documents replace those of the one before."""

some_areas = st.frozensets(st.sampled_from(Area), max_size=3)
periods = st.sampled_from(
    [
        Period(),
        Period(start=TODAY),
        Period(end=TODAY),
        Period(start=TODAY, end=TODAY),
        Period(start=TODAY - timedelta(days=9), end=TODAY + timedelta(days=1)),
    ]
)
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4)
entries = st.builds(
    lambda words, mark, **given: make_entry(mark.join(words), **given),
    texts,
    st.sampled_from([" ", " · ", ", ", "; "]),
    area=st.sampled_from(Area),
    kind=st.sampled_from(["effort", "case", "plan"]),
    valid=periods,
    unit=st.none() | st.sampled_from(UNITS),
    kle_topic=st.none() | st.sampled_from(TOPICS),
    paragraph=st.none() | st.sampled_from(PARAGRAPHS),
)
area_names = st.builds(AreaName, area=st.sampled_from(Area), name=st.sampled_from(NAMES))
grants = st.builds(UnitGrant, unit_id=st.sampled_from(GRANTED), valid=periods)


@st.composite
def documents(draw: st.DrawFn) -> list[SearchDocument]:
    results = []
    for number in draw(st.lists(st.sampled_from(CITIZENS), min_size=3, unique=True)):
        result: list[SearchEntry] = draw(st.lists(entries, max_size=4))
        results.append(
            SearchDocument(
                citizen_id=citizen(number),
                version=1,
                name=" ".join(draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3))),
                area_names=tuple(draw(st.lists(area_names, max_size=2))),
                birth_date=draw(st.none() | st.dates()),
                identifier_digests=tuple(draw(st.lists(st.sampled_from(["a", "b"]), max_size=2))),
                protected=draw(st.booleans()),
                entries=tuple(one.model_copy(update={"entry_id": str(n)}) for n, one in enumerate(result)),
                unit_grants=tuple(draw(st.lists(grants, max_size=3))),
            )
        )
    return results


def seldom(drawn: st.SearchStrategy[Any], otherwise: object = frozenset()) -> st.SearchStrategy[Any]:
    """Mostly nothing: with every filter at once hardly anybody is found, and nothing is compared."""
    return st.one_of(st.just(otherwise), st.just(otherwise), st.just(otherwise), drawn)


scopes = st.builds(
    AccessScope,
    citizens=st.frozensets(st.sampled_from(CITIZENS).map(citizen), max_size=8),
    units=st.frozensets(st.sampled_from(GRANTED), max_size=1),
    areas=some_areas,
)
queries = st.builds(
    SearchQuery,
    text=st.lists(st.sampled_from(ASKED), max_size=2).map(" ".join),
    identifier_digests=seldom(st.sampled_from([("a",), ("b",), ("c", "a")]), otherwise=None),
    areas=seldom(some_areas),
    units=seldom(st.frozensets(st.sampled_from(UNITS), max_size=2)),
    kle_topics=seldom(st.frozensets(st.sampled_from(TOPICS), max_size=2)),
    paragraphs=seldom(st.frozensets(st.sampled_from(PARAGRAPHS), max_size=2)),
    ongoing_only=seldom(st.booleans(), otherwise=False),
    access=st.builds(
        AccessFilter,
        on=st.just(TODAY),
        scopes=st.lists(scopes, min_size=1, max_size=4).map(tuple),
        known_identifier=st.booleans(),
    ),
    size=st.sampled_from([1, 2, 100]),
)


def _fill(index: SearchIndex, corpus: list[SearchDocument], version: int) -> None:
    """The index with these documents alone; whoever was there before is deleted."""
    for gone in set(index.versions()) - {document.citizen_id for document in corpus}:
        index.delete(gone, version)
    index.put([document.model_copy(update={"version": version}) for document in corpus])
    index.refresh()


def _pages(index: SearchIndex, query: SearchQuery) -> list[SearchPage]:
    """Every page, without its keys: they are the index's own. Paging back gives the same pages."""
    pages: list[SearchPage] = []
    found: list[SearchPage] = []
    while True:
        page = index.find(query)
        found.append(page)
        facets = {
            name: tuple(sorted(values, key=lambda one: (-one.count, one.value))) for name, values in page.facets.items()
        }
        pages.append(page.model_copy(update={"before": None, "after": None, "facets": facets}))
        if page.after is None:
            break
        query = query.model_copy(update={"after": page.after})
    for earlier, later in pairwise(found):
        assert index.find(query.model_copy(update={"after": None, "before": later.before})) == earlier
    return pages


@settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.reuse, Phase.generate),  # shrinking asks two servers some thousand times
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(corpus=documents(), asked=st.lists(queries, min_size=4, max_size=8))
def test_both_find_the_same(
    postgres_index: PostgresIndex,
    opensearch_index: OpenSearchIndex,
    corpus: list[SearchDocument],
    asked: list[SearchQuery],
) -> None:
    version = next(VERSIONS)
    for index in (postgres_index, opensearch_index):
        _fill(index, corpus, version)
    assert opensearch_index.versions() == postgres_index.versions()
    for query in asked:
        assert _pages(opensearch_index, query) == _pages(postgres_index, query)
