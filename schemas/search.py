"""Search documents, queries and results."""

from datetime import date
from uuid import UUID

from pydantic import Field

from schemas.base import Schema
from schemas.overview import IdentityState
from schemas.people import RelationKind
from schemas.period import Period
from schemas.source import Area


class UnitGrant(Schema):
    """A unit with an effort for the citizen or an open case, and when: such a unit's employees may find the citizen."""

    unit_id: str
    """In the index of the hub a keyed digest of unit and relation (``hub.digest.unit_digest``)."""
    valid: Period


class SearchEntry(Schema):
    """One findable line of a citizen's overview."""

    entry_id: str
    area: Area
    kind: str
    """Kind of the fact."""
    text: str
    """Title and labels, as people would search for them."""
    valid: Period
    unit: str | None = None
    """Name of the responsible unit."""
    kle_topic: str | None = None
    paragraph: str | None = None


class AreaName(Schema):
    """A name that only sources of some areas use for the citizen; who may not see the area does not find by it."""

    area: Area
    name: str


class SearchDocument(Schema):
    """What makes one citizen findable, with national numbers only as keyed digests; and the page to show then."""

    citizen_id: UUID
    version: int = Field(ge=0, lt=2**53)
    """The overview's version; an older document never replaces a newer. Sums of versions stay exact below the limit."""
    name: str
    area_names: tuple[AreaName, ...] = ()
    """Further names, each once for every area that uses it. They count in no facet and pass every filter."""
    birth_date: date | None = None
    identifier_digests: tuple[str, ...] = ()
    protected: bool
    synthetic: bool = False
    entries: tuple[SearchEntry, ...] = ()
    unit_grants: tuple[UnitGrant, ...] = ()
    is_cut: bool = False
    """Whether the index holds less than was given, since it takes no more (``search.limits``)."""
    sources: tuple[str, ...] = ()
    """Names of the sources that speak in the overview; to compare index and store source by source."""
    overview: str = Field(default="", repr=False)
    """The whole overview as JSON. Never searched: it is given out by key, to whom a decision opened the citizen."""


class PreparedDocument(Schema):
    """A ``SearchDocument`` as the text an index stores; ``search.prepared`` makes it."""

    citizen_id: UUID
    version: int
    body: str = Field(repr=False)
    """JSON."""


class AccessScope(Schema):
    """Citizens the actor may find with one and the same right, and the areas that right opens."""

    citizens: frozenset[UUID] = frozenset()
    """Named citizens: those on whose team the actor is, or for whom a source names the actor as responsible. Not stored
    in the index, so leaving a team closes at once."""
    units: frozenset[str] = frozenset()
    """Own units: citizens with a ``UnitGrant`` for one of them that holds on ``AccessFilter.on``."""
    lead_days: int = Field(default=0, ge=0)
    """So many days before a grant begins it counts already."""
    tail_days: int = Field(default=0, ge=0)
    """So many days after its end a grant still counts."""
    areas: frozenset[Area]
    """Entries of other areas neither match, nor count in facets, nor are shown as the reason."""


class AccessFilter(Schema):
    """Limits a search to what the actor may find. Always part of the query, never optional; no scope, no hit."""

    on: date
    """The day on which unit grants must hold."""
    scopes: tuple[AccessScope, ...] = ()
    excluded: frozenset[UUID] = frozenset()
    """Citizens who are never found, whatever else holds: the actor. Neither hit nor total nor facet counts them."""
    known_identifier: bool = False
    """True when the actor gave a whole national number: that one citizen may be found by it without a
    scope (name and birth date only), because opening asks for a reason anyway."""


class SearchQuery(Schema):
    """A search."""

    text: str = Field(default="", max_length=200)
    """Words: names in any spelling or almost, efforts, units, KLE numbers, paragraphs. Prefixes match names."""
    identifier_digests: tuple[str, ...] | None = None
    """Keyed digests of a whole national number, of which a citizen must have one: several while a key is replaced. Then
    ``text`` is ignored."""
    areas: frozenset[Area] = frozenset()
    units: frozenset[str] = frozenset()
    kle_topics: frozenset[str] = frozenset()
    paragraphs: frozenset[str] = frozenset()
    ongoing_only: bool = False
    access: AccessFilter
    after: str | None = None
    """Opaque key of the last hit of the page before (keyset paging)."""
    before: str | None = None
    """Opaque key of the first hit of the page after, to page back; then ``after`` is ignored."""
    size: int = Field(default=20, ge=1, le=100)

    @property
    def wanted_digests(self) -> list[str]:
        """Those of the digests that any document could have."""
        return [digest for digest in self.identifier_digests or () if digest.isascii() and digest.isalnum()]

    @property
    def narrowed(self) -> bool:
        """Whether anything but words limits what is found."""
        return bool(self.areas or self.units or self.kle_topics or self.paragraphs or self.ongoing_only)


class FoundBy(Schema):
    """Why a citizen was found: the field and the words, hits marked."""

    field: str
    """``name``, ``similar_name`` (spelled almost as was typed), ``identifier``, ``former_identifier`` (a number that
    the citizen had before; ``hub.access`` tells it, no index does), ``unit``, ``kle_topic``, ``paragraph``, or the kind
    of the entry that matched."""
    highlight: tuple[tuple[str, bool], ...]
    """Pieces of the text, each with whether it is a match."""


class HitRelative(Schema):
    """A relative of somebody who was found; tells people of one name apart."""

    name: str
    relation: RelationKind


class SearchHit(Schema):
    """One citizen that was found."""

    citizen_id: UUID
    name: str
    birth_date: date | None
    protected: bool
    found_by: tuple[FoundBy, ...]
    identity: IdentityState = IdentityState.AGREED
    """Whether it is clear who it is; the sources may name another person. Filled after the decision."""
    place: str | None = None
    """Postal code and town, where the actor may know it. Filled after the decision."""
    relatives: tuple[HitRelative, ...] = ()
    """Whom the citizen is related to, as far as the actor may know it. Filled after the decision."""


class FacetValue(Schema):
    """One value of a facet with how many of the found citizens have it."""

    value: str
    count: int


class SearchPage(Schema):
    """One page of hits."""

    hits: tuple[SearchHit, ...] = ()
    total: int = 0
    """How many citizens match in all, within the access filter."""
    first: int = 1
    """The number of the first hit on the page, the best hit of all being 1."""
    before: str | None = None
    """Give this back to get the page before; None on the first."""
    after: str | None = None
    """Give this back to get the next page; None on the last."""
    facets: dict[str, tuple[FacetValue, ...]] = Field(default_factory=dict)
    """Keys ``area``, ``unit``, ``kle_topic``, ``paragraph``."""
