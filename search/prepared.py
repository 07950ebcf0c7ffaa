"""A document put into its final text when its overview is built, so that an index writer only moves it.

What the text lacks is added when it is sent: whose it is, the version, and the page, which is stored once, elsewhere.
"""

import json
from uuid import UUID

from pydantic_core import to_json

from schemas.search import PreparedDocument, SearchDocument
from search.base import BUCKET
from search.limits import LONGEST_OVERVIEW, cut
from search.opensearch_mapping import to_body, to_document

_ADDED = frozenset({"citizen_id", "version", "bucket", "overview"})


def prepare(document: SearchDocument) -> str | None:
    """The text of a document, without the page; None if an index would cut or refuse it."""
    without_page = document.model_copy(update={"overview": ""})
    return to_body(without_page, _ADDED) if cut(without_page) is without_page else None


def complete(citizen_id: UUID, version: int, prepared: str, page: str) -> PreparedDocument | None:
    """The document to send; None if an index would cut it for the length of the page."""
    if len(page) > LONGEST_OVERVIEW:
        return None
    added = f'{{"citizen_id":"{citizen_id}","version":{version},"bucket":"{citizen_id.hex[:BUCKET]}","overview":'
    body = f"{added}{to_json(page).decode()},{prepared[1:]}"
    return PreparedDocument(citizen_id=citizen_id, version=version, body=body)


def unfold(document: SearchDocument | PreparedDocument) -> SearchDocument:
    """The document that a text was made of."""
    return document if isinstance(document, SearchDocument) else to_document(json.loads(document.body))
