"""The only way to OpenSearch: one call a request, two errors, nothing of what was asked in either."""

import logging
import re
import ssl
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from opensearchpy import OpenSearch, OpenSearchException, TransportError
from urllib3 import Timeout

from search.base import SearchUnavailable, StoredOverview
from search.opensearch_documents import CONNECTIONS, Documents, stored_overview

_CONNECT_WITHIN = 1.0
_DOCUMENT_WITHIN = 1.0
"""Longer nobody waits for a citizen's page: the store has it, too."""
_NOT_FOUND, _REFUSED, _TOO_LARGE, _TOO_MANY, _FAULT = 404, (401, 403), 413, 429, 500
_KIND = re.compile(r"[a-z_]{1,80}")

# Given a handler it would write every request whole, with names and words searched for, whatever the level of others.
logging.getLogger("opensearchpy.trace").disabled = True


class OpenSearchRefuses(Exception):
    """OpenSearch does not take what was asked: a fault of ours. Says status and kind, never what was asked."""


class RequestTooLarge(OpenSearchRefuses):
    """The request has more bytes than OpenSearch, or a proxy before it, takes: send less."""


class IndexMoved(SearchUnavailable):
    """The index behind the name is not there, or a part of it: it was just replaced, or never made, or a node fell."""


class Cluster:
    """The nodes; one that does not answer is passed over.

    Args:
        urls: addresses of nodes.
        login: name and password.
        ca: PEM file with the authorities to trust; None: those the machine trusts.
        answer_within: seconds to wait for an answer before OpenSearch counts as unavailable.
    """

    def __init__(
        self, urls: Sequence[str], *, login: tuple[str, str] | None, ca: Path | None, answer_within: float
    ) -> None:
        self._answer_within = answer_within
        secure = any(url.startswith("https:") for url in urls)
        context = ssl.create_default_context(cafile=ca) if secure else None
        client = OpenSearch(
            list(urls),
            http_auth=login,
            ssl_context=context,
            timeout=self._patience(answer_within),
            max_retries=len(urls),  # everything asked here may be asked twice
            pool_maxsize=CONNECTIONS,
        )
        self._transport = client.transport
        self.documents = Documents(client.transport, context, (_CONNECT_WITHIN, _DOCUMENT_WITHIN), self._document)

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | str | None = None,
        *,
        params: Mapping[str, Any] | None = None,
        ignore: tuple[int, ...] = (),
        within: float | None = None,
    ) -> Any:
        """The answer, as JSON is read.

        Args:
            method: of HTTP.
            path: begins with a slash.
            body: JSON, or lines of it.
            params: of the address; nothing of a person.
            ignore: statuses that are answers too, beside that there is no such document.
            within: seconds to wait, if other than usual.

        Raises:
            SearchUnavailable: OpenSearch does not answer, or not now.
            OpenSearchRefuses: a fault of ours.
        """
        patience = None if within is None else self._patience(within)
        try:
            answer = self._transport.perform_request(
                method,
                path,
                params=dict(params or {}),
                body=body,
                ignore=(_NOT_FOUND, *ignore),
                timeout=patience,  # type: ignore[arg-type]  # handed to urllib3 as it is
            )
        except OpenSearchException as error:
            failure = _failure_of(error)
        else:
            if not isinstance(answer, dict) or answer.get("status") != _NOT_FOUND:
                return answer  # also that there is no such document
            failure = IndexMoved("OpenSearch has no such index")
        # Outside the block: what opensearch-py raised holds what was asked, and must not hang on what is raised here.
        raise failure

    def read(self, method: str, path: str, body: Mapping[str, Any] | None = None, **options: Any) -> Any:
        """As ``ask``, once more if the index was replaced between finding its name and reading it."""
        try:
            return self.ask(method, path, body, **options)
        except IndexMoved:
            return self.ask(method, path, body, **options)

    def close(self) -> None:
        """Let go of connections."""
        self.documents.close()
        self._transport.close()

    def _document(self, path: str) -> StoredOverview | None:
        return stored_overview(self.read("GET", path, within=_DOCUMENT_WITHIN))

    @staticmethod
    def _patience(seconds: float) -> Timeout:
        return Timeout(connect=min(_CONNECT_WITHIN, seconds), read=seconds)


def _failure_of(error: OpenSearchException) -> Exception:
    if not isinstance(error, TransportError):
        return SearchUnavailable("OpenSearch's answer is no JSON")
    status, kind = error.status_code, _kind(error)
    if not isinstance(status, int):
        return SearchUnavailable(f"OpenSearch does not answer ({type(error).__name__})")
    if status in _REFUSED:
        return SearchUnavailable(f"OpenSearch refuses our login ({status})")
    if status >= _FAULT:
        return IndexMoved(f"OpenSearch cannot answer now ({status} {kind})")
    if status == _TOO_MANY:
        return SearchUnavailable(f"OpenSearch is too busy ({status} {kind})")
    return (RequestTooLarge if status == _TOO_LARGE else OpenSearchRefuses)(f"{status} {kind}")


def _kind(error: TransportError) -> str:
    """The name OpenSearch has for the error; its text may repeat values."""
    kind = error.args[1] if len(error.args) > 1 else ""
    return kind if isinstance(kind, str) and _KIND.fullmatch(kind) else ""
