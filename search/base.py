"""The ``SearchIndex`` port.

Promises every implementation makes, and the contract suite checks:

* *Only newer wins.* A document replaces the stored one only if its version is greater (external
  versions in OpenSearch); an older or equal one is ignored and counted as success. A deleted citizen's
  version is remembered: a late put of an older version does not bring it back.
* *Nothing outside the access filter.* Neither as a hit, nor in ``total``, nor in a facet, nor as a
  reason. A filter without scopes finds nothing, except the one citizen whose whole number was given
  when ``known_identifier`` is set.
* *Words.* Names match in any spelling (``æ/ae``, ``ø/oe``, ``å/aa``, case, accents) and by prefix; other
  text is matched with Danish stemming. All words of the query must match the same citizen.
* *Order.* Best first, then name, then citizen id; ``after`` continues exactly where the page ended.
* *Visible after ``refresh``.* Before it, a put may or may not be seen.
"""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from schemas.base import Schema
from schemas.search import SearchDocument, SearchPage, SearchQuery


class SearchUnavailable(Exception):
    """The index does not answer; overviews are still served from the store."""


class PutResult(Schema):
    """What became of a batch of documents, item by item."""

    written: int = 0
    already_newer: int = 0
    """The index had this version or a newer one: success."""
    failed: tuple[tuple[UUID, str], ...] = ()
    """Citizen and reason; to be tried again."""


class SearchIndex(Protocol):
    """Documents in, pages of hits out."""

    def create(self) -> None:
        """Make the index if it is not there. Harmless when it is."""

    def put(self, documents: Sequence[SearchDocument]) -> PutResult:
        """Write documents, each only if newer than what is stored."""

    def delete(self, citizen_id: UUID, version: int) -> None:
        """Remove a citizen, remembering *version* so that a late put does not bring them back."""

    def get(self, citizen_id: UUID) -> SearchDocument | None:
        """The stored document."""

    def find(self, query: SearchQuery) -> SearchPage:
        """One page of what the access filter lets the actor find."""

    def versions(self) -> dict[UUID, int]:
        """Version of every stored citizen; to compare index and store."""

    def refresh(self) -> None:
        """Make everything put so far findable."""

    def close(self) -> None:
        """Let go of connections."""
