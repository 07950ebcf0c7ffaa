"""Reindexing, and searching within one's reach."""

from collections.abc import Iterator
from functools import partial
from uuid import UUID

from opensearchpy import OpenSearch
from opensearchpy.helpers import parallel_bulk
from sqlalchemy import text

from hub.context import AppContext
from hub.digest import unit_digest
from hub.indexing.reindex import reindex
from hub.indexing.writer import build_documents
from hub.overview import repository
from hub.overview.columns import UnitRelation
from schemas.search import AccessFilter, AccessScope, SearchQuery
from schemas.source import Area
from search.opensearch_mapping import to_body
from tests.bench.ground import DAY, Ground, Row, milliseconds, p50, p99, seconds_of, times_of

SEARCHES = 60
BARE = 100_000
"""Documents of a bare load at most. A few thousand would not do: what makes a longer load slower, they do not meet."""
TEAM, UNIT = 30, 500
ASKED = {"a name's beginning": "ma", "an effort": "familiebehandling", "no word": ""}


def reindexing(ground: Ground, size: int) -> Iterator[Row]:
    """``helhed index reindex`` against a bare bulk load of such documents, ready made, and of as many up to a point."""
    context = ground.distributed
    bodies = _bodies(context)
    copies = max(1, min(size, BARE) // len(bodies))
    settings = context.settings
    client = OpenSearch(settings.opensearch_urls.split(","), timeout=60)
    bare = seconds_of(partial(_bulk, client, bodies, copies)) / copies
    client.indices.delete(index="bare")
    client.close()

    def anew() -> None:
        reindex(context.database, context.index, digest_key=context.digest_key, clock=context.clock)

    ours = seconds_of(anew)
    share = bare / ours * (size / len(bodies))
    yield Row(
        f"reindex of {size:,} citizens, documents/s",
        f"{size / ours:,.0f}",
        f"{len(bodies) / bare:,.0f}",
        share,
        "≥ 0.7 ×",
        share >= 0.7,
    )


def _bodies(context: AppContext) -> list[tuple[str, str]]:
    with context.database.transaction() as session:
        stored = repository.stored(session, repository.next_citizens(session, UUID(int=0), 5000)).values()
        documents = build_documents(session, [one.document for one in stored if one.document], context.digest_key, DAY)
    return [(str(one.citizen_id), body) for one in documents if (body := to_body(one)) is not None]


def _bulk(client: OpenSearch, bodies: list[tuple[str, str]], copies: int) -> None:
    """The same mapping, no alias, no versions; two threads, as the machine has cores."""
    settings = client.indices.get(index="helhed-citizens")
    (numbers,) = settings.values()
    index = {"number_of_shards": 1, "number_of_replicas": 0, "analysis": numbers["settings"]["index"]["analysis"]}
    client.indices.create(index="bare", body={"settings": {"index": index}, "mappings": numbers["mappings"]})
    actions = (
        {"_index": "bare", "_id": f"{key}/{copy}", "_source": body} for copy in range(copies) for key, body in bodies
    )
    for is_written, answer in parallel_bulk(client, actions, thread_count=2, chunk_size=500):
        assert is_written, answer


def searching(ground: Ground, size: int) -> Iterator[Row]:
    """A team of thirty and the unit that is nearest to five hundred, on both indices."""
    with ground.embedded.database.transaction() as session:
        team = frozenset(
            session.scalars(text("SELECT citizen_id FROM overviews ORDER BY citizen_id LIMIT :n"), {"n": TEAM})
        )
        unit, reach = session.execute(
            text(
                "SELECT unit_id, count(DISTINCT citizen_id) FROM overview_units GROUP BY 1"
                " ORDER BY abs(count(DISTINCT citizen_id) - :n) LIMIT 1"
            ),
            {"n": UNIT},
        ).one()
    access = AccessFilter(
        on=DAY,
        scopes=(
            AccessScope(citizens=team, areas=frozenset(Area)),
            AccessScope(
                units=frozenset({unit_digest(unit, UnitRelation.EFFORT, ground.embedded.digest_key)}),
                areas=frozenset({Area.SOCIAL}),
            ),
        ),
    )
    for name, context in (("OpenSearch", ground.distributed), ("PostgreSQL", ground.embedded)):
        for what, words in ASKED.items():
            query = SearchQuery(text=words, access=access)
            result = times_of([partial(context.index.find, query) for _ in range(SEARCHES)])[5:]
            outcome = f"{milliseconds(p50(result))}, p99 {milliseconds(p99(result))}"
            yield Row(f"search by {what}, {size:,} citizens, a unit with {reach:,}, {name}", outcome)
