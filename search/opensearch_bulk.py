"""Documents into OpenSearch: many in one request, some requests at once, every item's answer read."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple
from uuid import UUID

from schemas.search import PreparedDocument, SearchDocument
from search.base import PutResult
from search.limits import bare, cut
from search.opensearch_client import Cluster, RequestTooLarge
from search.opensearch_mapping import to_body
from search.prepared import unfold

_REQUEST_CHARACTERS = 1_000_000
"""Of one request: some hundred documents. Small, so that several are under way at once."""
_CONCURRENT_REQUESTS = 3
_WITHIN = 30.0
_CONFLICT = 409
_IN_VAIN = (400, 413)
"""What is wrong lies in the document. All else passes: an index not created yet, a full queue, a lost shard."""
_NOT_WRITTEN = 300
_ACTION = '{"index":{"_id":"%s","version":%d,"version_type":"external"}}\n%s\n'
_ANSWERS = "items.index._id,items.index.status,items.index.error.type"
"""The error's reason is not among them: it repeats values."""


class _Item(NamedTuple):
    citizen_id: UUID
    lines: str


class _Answer(NamedTuple):
    citizen_id: UUID
    status: int
    reason: str


class Writer:
    """Writes to the index behind an alias. Harmless when repeated, for a version is written once.

    Args:
        cluster: the nodes.
        alias: of the index.
    """

    def __init__(self, cluster: Cluster, alias: str) -> None:
        self._cluster = cluster
        self._path = f"/{alias}/_bulk"
        self._senders = ThreadPoolExecutor(_CONCURRENT_REQUESTS, thread_name_prefix="opensearch-bulk")

    def put(self, documents: Sequence[SearchDocument | PreparedDocument]) -> PutResult:
        """Write documents, each only if newer than what is stored; cut where the index takes no more.

        Raises:
            SearchUnavailable: OpenSearch does not answer; some documents may be written.
        """
        newest: dict[UUID, SearchDocument | PreparedDocument] = {}
        for document in documents:
            other = newest.get(document.citizen_id)
            if other is None or other.version < document.version:
                newest[document.citizen_id] = document
        fitting = [each if isinstance(each, PreparedDocument) else cut(each) for each in newest.values()]
        reduced = {each.citizen_id for each in fitting if isinstance(each, SearchDocument) and each.is_cut}
        refused: dict[UUID, str] = {}
        answers = self._write(fitting, refused)
        # An index may be set to take less than usual: what it refused is written once more with the least there is.
        in_vain = [answer.citizen_id for answer in answers if answer.status in _IN_VAIN]
        if in_vain:
            reduced.update(in_vain)
            answers = [answer for answer in answers if answer.status not in _IN_VAIN]
            answers += self._write([bare(unfold(newest[citizen_id])) for citizen_id in in_vain], refused)
        failed: list[tuple[UUID, str]] = []
        written = 0
        for answer in answers:
            if answer.status < _NOT_WRITTEN:
                written += 1
            elif answer.status in _IN_VAIN:
                refused[answer.citizen_id] = f"{answer.status} {answer.reason}"
            elif answer.status != _CONFLICT:
                failed.append((answer.citizen_id, f"{answer.status} {answer.reason}"))
        already_newer = len(documents) - written - len(failed) - len(refused)
        return PutResult(
            written=written,
            already_newer=already_newer,
            failed=tuple(failed),
            refused=tuple(refused.items()),
            cut=frozenset(reduced - refused.keys()),
        )

    def close(self) -> None:
        """Let go of threads."""
        self._senders.shutdown()

    def _write(self, documents: Iterable[SearchDocument | PreparedDocument], refused: dict[UUID, str]) -> list[_Answer]:
        """Send each request while the next ones are put together; a few are under way at once, never all."""
        answers: list[_Answer] = []
        under_way: deque[Future[list[_Answer]]] = deque()
        for items in _requests(documents, refused):
            under_way.append(self._senders.submit(self._send, items))
            if len(under_way) >= _CONCURRENT_REQUESTS:
                answers += under_way.popleft().result()
        for request in under_way:
            answers += request.result()
        return answers

    def _send(self, items: Sequence[_Item]) -> list[_Answer]:
        params = {"require_alias": "true", "filter_path": _ANSWERS}
        body = "".join(item.lines for item in items)
        try:
            answer = self._cluster.ask("POST", self._path, body, params=params, within=_WITHIN)
        except RequestTooLarge:
            if len(items) == 1:
                return [_Answer(items[0].citizen_id, 413, "request too large")]
            half = len(items) // 2
            return self._send(items[:half]) + self._send(items[half:])
        return [_answer(item["index"]) for item in answer["items"]]


def _answer(item: dict[str, Any]) -> _Answer:
    return _Answer(UUID(item["_id"]), item["status"], item.get("error", {}).get("type", ""))


def _requests(
    documents: Iterable[SearchDocument | PreparedDocument], refused: dict[UUID, str]
) -> Iterator[list[_Item]]:
    """Requests of a bounded size. What cannot be stored goes to *refused*."""
    items: list[_Item] = []
    size = 0
    for document in documents:
        body = document.body if isinstance(document, PreparedDocument) else to_body(document)
        if body is None:
            refused[document.citizen_id] = "text holds a character that cannot be stored"
            continue
        items.append(_Item(document.citizen_id, _ACTION % (document.citizen_id, document.version, body)))
        size += len(body)
        if size > _REQUEST_CHARACTERS:
            yield items
            items, size = [], 0
    if items:
        yield items
