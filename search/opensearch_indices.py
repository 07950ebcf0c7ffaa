"""The numbered indices behind one name: created, filled beside the one that serves, and put in its place."""

import re
from collections.abc import Sequence
from typing import Any

from schemas.search import PreparedDocument, SearchDocument
from search.base import PutResult
from search.opensearch_bulk import Writer
from search.opensearch_client import Cluster, IndexMoved, OpenSearchRefuses
from search.opensearch_mapping import MAPPINGS, settings

_SLOW_WITHIN = 60.0
_REFRESH, _NEVER = "1s", "-1"


class AlreadyThere(Exception):
    """Somebody else made the index just now."""


class Indices:
    """What stands behind the name. A number is never used again while an index has it.

    Args:
        cluster: the nodes.
        name: the alias of the index that serves. The shadow index has an alias too: whoever writes asks for an
            alias, so that OpenSearch never makes an index by itself, without our fields.
        shards: of a new index.
        replicas: further copies of each shard of a new index.
    """

    def __init__(self, cluster: Cluster, name: str, *, shards: int, replicas: int) -> None:
        self._cluster = cluster
        self._name = name
        self._shards, self._replicas = shards, replicas
        self._ours = re.compile(rf"{re.escape(name)}-(\d{{6,}})")
        self.shadow = f"{name}-shadow"

    def is_serving(self) -> bool:
        """Whether an index stands behind the name."""
        return any(self._name in aliases for aliases in self._all().values())

    def make(self, *, serving: bool) -> str:
        """Make an empty index with the next number, behind the name or as the shadow index, in one step.

        Raises:
            AlreadyThere: somebody else took the number.
        """
        number = max((int(index.rsplit("-", 1)[1]) for index in self._all()), default=0) + 1
        index = f"{self._name}-{number:06}"
        body = {
            "settings": settings(self._shards, self._replicas, _REFRESH if serving else _NEVER),
            "mappings": MAPPINGS,
            "aliases": {self._name if serving else self.shadow: {}},
        }
        try:
            self._cluster.ask("PUT", f"/{index}", body, within=_SLOW_WITHIN)
        except OpenSearchRefuses as error:
            if "resource_already_exists_exception" in str(error):
                raise AlreadyThere(index) from None
            raise
        return index

    def promote(self, index: str) -> None:
        """Move the name to *index* at once, then remove whatever else has a number."""
        self._cluster.ask("POST", f"/{index}/_refresh", within=_SLOW_WITHIN)
        self._cluster.ask("PUT", f"/{index}/_settings", {"index": {"refresh_interval": _REFRESH}})
        before = [other for other, aliases in self._all().items() if self._name in aliases]
        actions: list[dict[str, Any]] = [{"remove": {"index": other, "alias": self._name}} for other in before]
        actions += [
            {"remove": {"index": index, "alias": self.shadow}},
            {"add": {"index": index, "alias": self._name}},
        ]
        self._cluster.ask("POST", "/_aliases", {"actions": actions}, within=_SLOW_WITHIN)
        self.remove_others()

    def remove_others(self) -> None:
        """Remove every index with a number that does not serve."""
        for index, aliases in self._all().items():
            if self._name not in aliases:
                self.remove(index)

    def remove(self, index: str) -> None:
        """Remove an index; harmless when it is gone."""
        try:
            self._cluster.ask("DELETE", f"/{index}", within=_SLOW_WITHIN)
        except IndexMoved:
            return

    def _all(self) -> dict[str, set[str]]:
        """Our indices with their aliases, as they were at one instant."""
        answer = self._cluster.ask("GET", f"/{self._name}-*/_alias")
        return {index: set(state["aliases"]) for index, state in answer.items() if self._ours.fullmatch(index)}


class OpenSearchShadowIndex:
    """Implements ``search.base.ShadowIndex``.

    Args:
        cluster: the nodes.
        indices: what stands behind the name.
    """

    def __init__(self, cluster: Cluster, indices: Indices) -> None:
        self._indices = indices
        indices.remove_others()
        self._index = indices.make(serving=False)
        self._writer = Writer(cluster, indices.shadow)

    def put(self, documents: Sequence[SearchDocument | PreparedDocument]) -> PutResult:
        """Write documents, each only if newer than what is stored."""
        return self._writer.put(documents)

    def promote(self) -> None:
        """Take the place of the index that serves, at once, and remove that one."""
        self._writer.close()
        self._indices.promote(self._index)

    def discard(self) -> None:
        """Remove it; the index that serves was never touched."""
        self._writer.close()
        self._indices.remove(self._index)
