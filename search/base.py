"""The ``SearchIndex`` port.

Promises every implementation makes, and the contract suite checks:

* *Only newer wins.* A document replaces the stored one only if its version is greater (external
  versions in OpenSearch); an older or equal one is ignored and counted as success. A deleted citizen's
  version is remembered: a late put of an older version does not bring it back.
* *Nothing outside the access filter.* Neither as a hit, nor in ``total``, nor in a facet, nor as a
  reason. A name that only sources of some areas use finds those for whom such an area is open, as any name does, and
  is told to nobody else. A filter without scopes finds nothing, except the one citizen whose whole number was given
  when ``known_identifier`` is set.
* *Words.* Names match in any spelling (``æ/ae``, ``ø/oe``, ``å/aa``, case, accents) and by prefix; other
  text is matched with Danish stemming. All words of the query must match the same citizen. A name is also found with a
  typing error or in another spelling (``search.similar``), and an entry by its paragraph, however it is cited
  (``search.citations``).
* *Order.* Best first, then name, then citizen id; ``after`` continues exactly where the page ended, ``before`` goes
  back from where it began.
* *Cut rather than refused.* Of a document that is larger than an index takes, the newest entries are stored with names
  and numbers, and the result names the citizen (``search.limits``).
* *Found after ``refresh``.* Before it, a put may or may not be found. ``get`` and ``overview`` see it at once.
* *Reindexed without a gap.* A shadow index is filled while this one serves, and then takes its place.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from pydantic import Field

from schemas.base import Schema
from schemas.search import PreparedDocument, SearchDocument, SearchPage, SearchQuery


class SearchUnavailable(Exception):
    """The index does not answer; overviews are still served from the store."""


class LoginNotChanged(Exception):
    """The index does not make or remove a login; says why and what to do."""


class IndexState(Schema):
    """What the index is and how it stands, for operators."""

    engine: str
    version: str
    nodes: int = 1
    is_there: bool
    """Whether an index stands behind the name; the worker makes it."""
    copies_missing: int = 0
    """Copies of parts of indices that no node holds."""
    data_missing: bool = False
    """A part of some index is on no node."""
    free_share: float | None = None
    """Of the disks of all nodes; None: it is not known."""


class PutResult(Schema):
    """What became of a batch of documents, item by item."""

    written: int = 0
    already_newer: int = 0
    """The index had this version or a newer one: success."""
    failed: tuple[tuple[UUID, str], ...] = ()
    """Citizen and reason; to be tried again."""
    refused: tuple[tuple[UUID, str], ...] = ()
    """Citizen and reason; trying the same again is in vain, so it must hold up nobody."""
    cut: frozenset[UUID] = frozenset()
    """Citizens whose document was cut to what the index takes, whether it was written or known already."""


class StoredOverview(Schema):
    """An overview as the index holds it."""

    version: int
    document: str = Field(repr=False)
    """JSON."""


class Tally(Schema):
    """How many citizens there are, and the sum of their versions: equal on both sides, nothing has drifted."""

    citizens: int
    versions: int


BUCKET = 2
"""Hexadecimal digits of a citizen's id that make a bucket: 256 of them."""

ALL_SOURCES = ""
"""Stands for all sources together."""
Tallies = Mapping[str, Mapping[str, Tally]]
"""By source, and ``ALL_SOURCES``; then by bucket. Empty buckets are left out."""


def tallies(rows: Iterable[tuple[int, Sequence[str], int, int]]) -> Tallies:
    """Tallies from how many citizens, and what sum of versions, each first byte of an id and set of sources have.

    Few rows, 256 times the sets of sources that occur, so that a database groups what it stores as it stands.
    """
    sums: dict[str, dict[str, tuple[int, int]]] = {ALL_SOURCES: {}}
    for byte, sources, citizens, versions in rows:
        bucket = f"{byte:0{BUCKET}x}"
        for source in (ALL_SOURCES, *sources):
            so_far = sums.setdefault(source, {}).get(bucket, (0, 0))
            sums[source][bucket] = (so_far[0] + citizens, so_far[1] + versions)
    return {
        source: {bucket: Tally(citizens=citizens, versions=versions) for bucket, (citizens, versions) in each.items()}
        for source, each in sums.items()
    }


class ShadowIndex(Protocol):
    """An index that is being built beside the one that serves. Used by one at a time."""

    def put(self, documents: Sequence[SearchDocument | PreparedDocument]) -> PutResult:
        """Write documents, each only if newer than what is stored."""

    def promote(self) -> None:
        """Take the place of the index that serves, at once, and remove that one.

        What was put into the old one meanwhile is not in the new one: put it again.
        """

    def discard(self) -> None:
        """Remove it; the index that serves was never touched."""


class SentFor(Protocol):
    """An overview on its way; it has what a future has."""

    def result(self, timeout: float) -> StoredOverview | None:
        """The overview, as ``SearchIndex.overview``.

        Raises:
            SearchUnavailable: nothing comes for *timeout* seconds, or the index does not answer.
        """

    def cancel(self) -> object:
        """Nobody reads it. Harmless when it was read."""


class SearchIndex(Protocol):
    """Documents in, pages of hits out."""

    def create(self) -> None:
        """Make the index if it is not there. Harmless when it is."""

    def put(self, documents: Sequence[SearchDocument | PreparedDocument]) -> PutResult:
        """Write documents, each only if newer than what is stored."""

    def delete(self, citizen_id: UUID, version: int) -> None:
        """Remove a citizen, remembering *version* so that a late put does not bring them back."""

    def get(self, citizen_id: UUID) -> SearchDocument | None:
        """The stored document."""

    def find(self, query: SearchQuery) -> SearchPage:
        """One page of what the access filter lets the actor find."""

    def overview(self, citizen_id: UUID) -> StoredOverview | None:
        """The overview put last, at once and by key alone: for whom a decision opened the citizen.

        None when the citizen is not there, was deleted, or was put without an overview.
        """

    def send_for_overview(self, citizen_id: UUID) -> SentFor | None:
        """The same, to be read later without a thread that waits; None: it can only be waited for."""

    def tally(self) -> Tallies:
        """Counts and sums of versions, deleted citizens left out; to see whether index and store drifted."""

    def versions(self, bucket: str | None = None) -> dict[UUID, int]:
        """Version of every stored citizen, or of those in a bucket; to see which ones drifted."""

    def create_shadow_index(self) -> ShadowIndex:
        """An empty index beside this one. A shadow index that another had begun is removed."""

    def refresh(self) -> None:
        """Make everything put so far findable."""

    def state(self) -> IndexState:
        """What the index is and how it stands.

        Raises:
            SearchUnavailable: it does not answer.
        """

    def close(self) -> None:
        """Let go of connections."""
