"""``OpenSearchIndex``: the ``SearchIndex`` port in OpenSearch (docs/decisions/0010)."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from schemas.search import FacetValue, FoundBy, PreparedDocument, SearchDocument, SearchHit, SearchPage, SearchQuery
from search import opensearch_query as asking
from search.base import IndexState, PutResult, SentFor, StoredOverview, Tallies, Tally
from search.opensearch_bulk import Writer
from search.opensearch_client import Cluster
from search.opensearch_indices import AlreadyThere, Indices, OpenSearchShadowIndex
from search.opensearch_mapping import from_body
from search.paging import Place, page_start, window
from search.reasons import Line, reasons

_ANSWER_WITHIN = 5.0
_SLOW_WITHIN = 60.0
"""Seconds for what concerns the whole index and nobody waits for."""
_SCAN = 10_000
_MOST_SOURCES = 200
_BUCKETS = 256
_MARKED = re.compile(r"\[(.*?)\]")
_WHOLE = {"allow_partial_search_results": "false"}
"""Half a list of hits is no list."""


class OpenSearchIndex:
    """Search in OpenSearch: one document a citizen with its entries nested, access in every query.

    Args:
        urls: addresses of nodes.
        name: of the index: an alias; the indices behind it have a number after it.
        login: name and password.
        ca: PEM file with the authorities to trust; None: those the machine trusts.
        shards: of a new index.
        replicas: further copies of each shard of a new index.
        answer_within: seconds to wait for an answer before the index counts as unavailable.
    """

    def __init__(  # noqa: PLR0913  each is a setting
        self,
        urls: Sequence[str],
        *,
        name: str,
        login: tuple[str, str] | None = None,
        ca: Path | None = None,
        shards: int = 1,
        replicas: int = 1,
        answer_within: float = _ANSWER_WITHIN,
    ) -> None:
        self._name = name
        self._cluster = Cluster(urls, login=login, ca=ca, answer_within=answer_within)
        self._indices = Indices(self._cluster, name, shards=shards, replicas=replicas)
        self._writer = Writer(self._cluster, name)

    def create(self) -> None:
        """Make the index if it is not there. Harmless when it is, and when two do it at once."""
        while not self._indices.is_serving():
            # Two who see no index choose the same number; the second is refused, and looks again.
            with suppress(AlreadyThere):
                self._indices.make(serving=True)

    def put(self, documents: Sequence[SearchDocument | PreparedDocument]) -> PutResult:
        """Write documents, each only if newer than what is stored."""
        return self._writer.put(documents)

    def delete(self, citizen_id: UUID, version: int) -> None:
        """Leave a document with nothing but the version: OpenSearch forgets versions of the deleted in a minute."""
        self._cluster.ask(
            "PUT",
            f"/{self._name}/_doc/{citizen_id}",
            {"deleted": True},
            params={"version": version, "version_type": "external_gte", "require_alias": "true"},
            ignore=(409,),
        )

    def get(self, citizen_id: UUID) -> SearchDocument | None:
        """The stored document."""
        answer = self._cluster.read("GET", self._path_of(citizen_id))
        return from_body(answer["_source"]) if answer["found"] else None

    def overview(self, citizen_id: UUID) -> StoredOverview | None:
        """The overview put last, by key alone. The whole document is sent: cutting one costs OpenSearch more."""
        return self._cluster.documents.get(self._path_of(citizen_id))

    def send_for_overview(self, citizen_id: UUID) -> SentFor | None:
        """The same, sent for over a connection that is open; None: there is none."""
        return self._cluster.documents.send_for(self._path_of(citizen_id))

    def find(self, query: SearchQuery) -> SearchPage:
        """One page of what the access filter lets the actor find.

        Raises:
            PageKeyWrong: ``after`` or ``before`` was not given out by a search.
            SearchUnavailable: OpenSearch does not answer.
        """
        start = page_start(query)
        body = asking.body(query, query.access, start)
        if body is None:
            return SearchPage(facets=dict.fromkeys(asking.FACETS, ()))
        answer = self._search(body)
        rows = answer["hits"]["hits"][:: -1 if start.backwards else 1]
        page = window([_place(row) for row in rows], start, query.size)
        parsed = asking.parse(query)
        return SearchPage(
            hits=tuple(_hit(row, parsed) for row in rows[page.rows]),
            total=answer["hits"]["total"]["value"],
            first=page.first,
            before=page.before,
            after=page.after,
            facets=_counted(answer.get("aggregations", {})),
        )

    def tally(self) -> Tallies:
        """Counts and sums of versions by source and bucket, deleted citizens left out."""
        self.refresh()
        versions = {"versions": {"sum": {"field": "version"}}}
        sources = {"sources": {"terms": {"field": "sources", "size": _MOST_SOURCES}, "aggs": versions}}
        by_bucket = {"terms": {"field": "bucket", "size": _BUCKETS}, "aggs": versions | sources}
        answer = self._search({"size": 0, "aggs": {"buckets": by_bucket}, "track_total_hits": False}, _SLOW_WITHIN)
        tallies: dict[str, dict[str, Tally]] = {"": {}}
        for bucket in answer["aggregations"]["buckets"]["buckets"]:
            tallies[""][bucket["key"]] = _tally(bucket)
            for source in bucket["sources"]["buckets"]:
                tallies.setdefault(source["key"], {})[bucket["key"]] = _tally(source)
        return tallies

    def versions(self, bucket: str | None = None) -> dict[UUID, int]:
        """Version of every stored citizen or of those in a bucket, deleted ones left out; all of one instant."""
        self.refresh()
        return dict(self._scan({"term": {"bucket": bucket}} if bucket else {"exists": {"field": "citizen_id"}}))

    def create_shadow_index(self) -> OpenSearchShadowIndex:
        """An empty index beside this one, with the next number."""
        return OpenSearchShadowIndex(self._cluster, self._indices)

    def refresh(self) -> None:
        """Make everything put so far findable."""
        self._cluster.read("POST", f"/{self._name}/_refresh", within=_SLOW_WITHIN)

    def state(self) -> IndexState:
        """Version, nodes, copies and disks of the cluster.

        Raises:
            SearchUnavailable: OpenSearch does not answer, or does not let us in.
        """
        health = self._cluster.ask("GET", "/_cluster/health")
        disks = self._cluster.ask("GET", "/_cluster/stats", params={"filter_path": "nodes.fs,nodes.versions"})["nodes"]
        total = disks["fs"].get("total_in_bytes")
        return IndexState(
            engine="OpenSearch",
            version=", ".join(sorted(disks["versions"])),
            nodes=health["number_of_data_nodes"],
            is_there=self._indices.is_serving(),
            copies_missing=health["unassigned_shards"],
            data_missing=health["status"] == "red",
            free_share=disks["fs"]["available_in_bytes"] / total if total else None,
        )

    def close(self) -> None:
        """Let go of connections."""
        self._writer.close()
        self._cluster.close()

    def _path_of(self, citizen_id: UUID) -> str:
        return f"/{self._name}/_doc/{citizen_id}"

    def _search(self, body: dict[str, Any], within: float | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = self._cluster.read(
            "POST", f"/{self._name}/_search", body, params=_WHOLE, within=within
        )
        return answer

    def _scan(self, condition: dict[str, Any]) -> Iterator[tuple[UUID, int]]:
        """Citizens and versions, page by page out of a view that stands still."""
        address, lifetime = f"/{self._name}/_search/point_in_time", {"keep_alive": "1m"}
        view = {"id": self._cluster.read("POST", address, params=lifetime)["pit_id"], **lifetime}
        body = {
            "pit": view,
            "query": {"bool": {"filter": [condition]}},
            "sort": [{"citizen_id": "asc"}, {"version": "asc"}],
            "size": _SCAN,
            "track_total_hits": False,
            "_source": False,
        }
        try:
            while True:
                answer = self._cluster.ask(
                    "POST", "/_search", body, params={**_WHOLE, "filter_path": "hits.hits.sort"}, within=_SLOW_WITHIN
                )
                rows = [hit["sort"] for hit in answer.get("hits", {}).get("hits", ())]
                yield from ((UUID(citizen_id), version) for citizen_id, version in rows)
                if len(rows) < _SCAN:
                    return
                body["search_after"] = rows[-1]
        finally:
            self._cluster.ask("DELETE", "/_search/point_in_time", {"pit_id": [view["id"]]})


def _place(row: dict[str, Any]) -> Place:
    rank, sort_name, citizen_id = row["sort"]
    return int(rank), sort_name, UUID(citizen_id)


def _hit(row: dict[str, Any], parsed: asking.ParsedQuery) -> SearchHit:
    by_number = (FoundBy(field="identifier", highlight=()),)
    source = row["_source"]
    return SearchHit(
        citizen_id=UUID(row["_id"]),
        name=source["name"],
        birth_date=source["birth_date"],
        protected=source["protected"],
        found_by=by_number
        if parsed.mode == "identifier"
        else tuple(reasons(source["name"], _open_names(row), list(_lines(row)), set(parsed.words))),
    )


def _lines(row: dict[str, Any]) -> Iterator[Line]:
    """The entries that hold a word, of those areas that OpenSearch says are open for this citizen."""
    opened = _open_areas(row)
    hits = row["inner_hits"][asking.LINES]["hits"]["hits"] if "inner_hits" in row else ()
    for hit in hits:
        entry = hit["_source"]
        if entry["area"] in opened:
            stems = " ".join(hit.get("highlight", {}).get("entries.stems", ()))
            yield Line(
                kind=entry["kind"],
                text=entry["text"],
                unit=entry["unit"],
                kle_topic=entry["kle_topic"],
                paragraph=entry["paragraph"],
                stemmed=frozenset(word.casefold() for word in _MARKED.findall(stems)),
            )


def _open_areas(row: dict[str, Any]) -> set[str]:
    return {area for group in row.get("matched_queries", ()) for area in group.split(",")}


def _open_names(row: dict[str, Any]) -> set[str]:
    """The names that only sources of open areas use."""
    opened = _open_areas(row)
    return {each["name"] for each in row["_source"].get("area_names", ()) if each["area"] in opened}


def _counted(parts: dict[str, Any]) -> dict[str, tuple[FacetValue, ...]]:
    """Facets, most citizens first; a citizen is in one part alone, so counts add up."""
    facets = {}
    for facet in asking.FACETS:
        counts: Counter[str] = Counter()
        for part in parts.values():
            for value in part["entries"]["shown"][facet]["buckets"]:
                counts[value["key"]] += value["citizens"]["doc_count"]
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        facets[facet] = tuple(FacetValue(value=value, count=count) for value, count in ordered)
    return facets


def _tally(bucket: dict[str, Any]) -> Tally:
    return Tally(citizens=bucket["doc_count"], versions=int(bucket["versions"]["value"]))
