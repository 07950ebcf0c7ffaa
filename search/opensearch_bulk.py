"""Documents into OpenSearch: many in one request, some requests at once, every item's answer read."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from uuid import UUID

from schemas.search import SearchDocument
from search.base import PutResult
from search.opensearch_client import Cluster
from search.opensearch_mapping import to_body

_MOST_SIGNS = 1_000_000
"""Of one request: some hundred documents. Small, so that several are under way at once."""
_AT_ONCE = 3
_WITHIN = 30.0
_CONFLICT = 409
_NEVER = 400
"""What is wrong lies in the document. All else passes: an index not made yet, a full queue, a lost shard."""
_NOT_WRITTEN = 300
_ACTION = '{"index":{"_id":"%s","version":%d,"version_type":"external"}}\n%s\n'
_ANSWERS = "items.index._id,items.index.status,items.index.error.type"
"""The error's reason is not among them: it repeats values."""


class Writer:
    """Writes to the index behind an alias. Harmless when repeated, for a version is written once.

    Args:
        cluster: the nodes.
        alias: of the index.
    """

    def __init__(self, cluster: Cluster, alias: str) -> None:
        self._cluster = cluster
        self._path = f"/{alias}/_bulk"
        self._senders = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="opensearch-bulk")

    def put(self, documents: Sequence[SearchDocument]) -> PutResult:
        """Write documents, each only if newer than what is stored.

        Raises:
            SearchUnavailable: OpenSearch does not answer; some documents may be written.
        """
        newest: dict[UUID, SearchDocument] = {}
        for document in documents:
            other = newest.get(document.citizen_id)
            if other is None or other.version < document.version:
                newest[document.citizen_id] = document
        failed: list[tuple[UUID, str]] = []
        refused: list[tuple[UUID, str]] = []
        written = 0
        for answer in self._answers(_requests(newest, refused)):
            if answer["status"] < _NOT_WRITTEN:
                written += 1
            elif answer["status"] != _CONFLICT:
                told = f"{answer['status']} {answer['error']['type']}"
                (refused if answer["status"] == _NEVER else failed).append((UUID(answer["_id"]), told))
        known = len(documents) - written - len(failed) - len(refused)
        return PutResult(written=written, already_newer=known, failed=tuple(failed), refused=tuple(refused))

    def close(self) -> None:
        """Let go of threads."""
        self._senders.shutdown()

    def _answers(self, requests: Iterator[str]) -> Iterator[dict[str, Any]]:
        """Send each request while the next ones are written; a few are under way at once, never all."""
        under_way: deque[Future[list[dict[str, Any]]]] = deque()
        for request in requests:
            under_way.append(self._senders.submit(self._send, request))
            if len(under_way) >= _AT_ONCE:
                yield from under_way.popleft().result()
        while under_way:
            yield from under_way.popleft().result()

    def _send(self, request: str) -> list[dict[str, Any]]:
        params = {"require_alias": "true", "filter_path": _ANSWERS}
        answer = self._cluster.ask("POST", self._path, request, params=params, within=_WITHIN)
        return [item["index"] for item in answer["items"]]


def _requests(documents: Mapping[UUID, SearchDocument], refused: list[tuple[UUID, str]]) -> Iterator[str]:
    """Requests of a bounded size. What cannot be stored goes to *refused*."""
    lines: list[str] = []
    size = 0
    for citizen_id, document in documents.items():
        body = to_body(document)
        if body is None:
            refused.append((citizen_id, "text holds a character that cannot be stored"))
            continue
        lines.append(_ACTION % (citizen_id, document.version, body))
        size += len(body)
        if size > _MOST_SIGNS:
            yield "".join(lines)
            lines, size = [], 0
    if lines:
        yield "".join(lines)
