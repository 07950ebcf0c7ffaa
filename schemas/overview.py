"""What a page shows of a citizen: header, sections, entries, each with where it came from."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from schemas.base import Instant, Schema
from schemas.codes import Coded
from schemas.data_category import DataCategory
from schemas.facts import Fact
from schemas.identifiers import Identifier
from schemas.people import PersonFact, RelationKind
from schemas.period import Period, Registration
from schemas.record import PartyRole, QualityFlag
from schemas.source import Area


class Provenance(Schema):
    """Where an entry came from (kilde) and how old it is."""

    source: str
    record_type: str
    source_id: str
    source_version: str | None = None
    registration: Registration
    observed_at: Instant
    authority: str | None = None
    link: str | None = None
    synthetic: bool = False

    @property
    def states_time(self) -> bool:
        """Whether the source says when it registered this. Else the registration counts from our reading."""
        return self.registration.registered_from != self.observed_at


class EntryParty(Schema):
    """A person an entry speaks of, by our key; the name only as the source gave it."""

    role: PartyRole
    citizen_id: UUID | None = None
    """None: we hold no citizen for this person."""
    name: str | None = None


class ContestMark(Schema):
    """That the citizen contests a line, and what the citizen says (bestridt; GDPR article 16)."""

    since: Instant
    words: str | None = None
    """None: the mark is another citizen's, whom the line is about too, and the words stand on that one's page alone."""
    is_upheld: bool = False
    """The DPO found that the citizen is right; the source has still to correct it."""


class Entry(Schema):
    """One line: a fact with its time, its source and whom it speaks of (linje)."""

    id: str
    """``source/type/id`` of the entity; stable over versions."""
    area: Area
    fact: Fact
    valid: Period
    provenance: Provenance
    parties: tuple[EntryParty, ...] = ()
    quality: tuple[QualityFlag, ...] = ()
    contested: ContestMark | None = None
    """The citizen says that it is wrong, and it is not settled. None: nobody does."""

    def is_ongoing(self, day: date) -> bool:
        """Whether the fact holds on *day* (its valid period; a status is the caller's to judge)."""
        return self.valid.contains(day)


class SectionState(StrEnum):
    """The four things an area can say. Never an empty box."""

    ENTRIES = "entries"
    NONE_FOUND = "none_found"
    """We looked, there is none."""
    NOT_COVERED = "not_covered"
    """No source is connected for this area."""
    WITHHELD = "withheld"
    """Not for this actor to see; says nothing about whether there is anything."""


class TroubleKind(StrEnum):
    """Why nothing new comes from a source for now."""

    FAILING = "failing"
    """The last run did not succeed."""
    SILENT = "silent"
    """Nothing new has come for far longer than was agreed."""
    PAUSED = "paused"
    """Somebody switched it off."""
    HELD = "held"
    """Deletions wait for a person, so what is shown may have been deleted at the source."""


class SourceTrouble(Schema):
    """A source of an area that is not read as it should be, and since when."""

    source: str
    kind: TroubleKind
    since: Instant | None = None
    """Failing or held: when it was last read to its end. Silent: when something last came. Paused: when it was switched
    off. None: that never was."""


class Section(Schema):
    """One area of the overview (afsnit)."""

    area: Area
    state: SectionState
    entries: tuple[Entry, ...] = ()
    shared_categories: tuple[DataCategory, ...] | None = None
    """What of the area is shared with the reader, where it is not all; then "none" is said of nothing else."""
    kle: tuple[str, ...] | None = None
    """KLE numbers of which alone the reader sees something here, by the job function; None: no such limit."""
    exists: bool | None = None
    """Of a withheld area: whether there is anything of the sources that the reader may know so much of; else None."""
    silent_since: Instant | None = None
    """Set when the page is read: the area's source should have answered, and last did at this time."""
    is_unread: bool | None = None
    """Set when the page is read: the area has a source that was never read to its end, so entries may be missing."""
    is_loading: bool | None = None
    """Set when the page is read: the area's source was read for the first time, and not all of it is here yet."""
    has_unreadable: bool | None = None
    """Set when the page is read: the area has a source with rows that could not be read, so entries may be missing."""
    troubles: tuple[SourceTrouble, ...] | None = None
    """Set when the page is read: the area's sources that are not read as they should be."""

    @property
    def is_in_part(self) -> bool:
        """Whether the reader sees only some of the area, so that "none" is said of nothing else."""
        return self.shared_categories is not None or self.kle is not None

    @property
    def is_read_through(self) -> bool:
        """Whether all that its sources have is here; until then "none" would be said of what was not read."""
        return not (self.is_unread or self.is_loading)


class DisagreeingValue(Schema):
    """One of several values that sources give for the same field."""

    value: str
    provenance: Provenance


class Disagreement(Schema):
    """Sources say different things; all are shown, none is guessed away (uenighed)."""

    field: str
    values: tuple[DisagreeingValue, ...] = Field(min_length=2)


class RelativeStatement(Schema):
    """What one record says of a relative."""

    name: str | None = None
    role: Coded | None = None
    """The exact relation, as far as a source tells it from the citizen's side: code list ``relationship_codes``."""
    custody: bool | None = None
    shares_household: bool | None = None
    valid: Period = Period()
    provenance: Provenance


class Relative(RelativeStatement):
    """A person related to the citizen, as far as records say (pårørende, familie)."""

    citizen_id: UUID | None = None
    relation: RelationKind
    """What the relative is to the citizen."""
    statements: tuple[RelativeStatement, ...] | None = None
    """What each record says, newest first, where several sources tell of the relation: a reader of some of them gets
    what those say. None: one source tells, or the overview is cut to a reader already."""


class StatedIdentity(Schema):
    """Who the citizen is according to some of the sources that use one national number."""

    name: str | None = None
    birth_date: date | None = None
    sources: tuple[str, ...] = ()
    """Which sources say so; none: other sources than those the reader may see, and then nothing of what they say."""
    is_headline: bool = False
    """Whether the page is about this person: the birth date is the one that the number tells."""


class IdentityState(StrEnum):
    """Whether it is clear whom the citizen's number belongs to."""

    AGREED = "agreed"
    """What the sources say of name and birth date can be one person."""
    DISPUTED = "disputed"
    """It cannot, and nobody has decided."""
    SETTLED = "settled"
    """It cannot, and a person has decided that it is one person."""


class CitizenHeader(Schema):
    """Who the page is about."""

    person: PersonFact
    """Merged over sources: newest registration wins field by field, strictest protection always. Where the sources
    disagree on who the citizen is, those of the headline's identity alone; without one neither name nor address."""
    stated_identities: tuple[StatedIdentity, ...] = ()
    """What the sources say when they disagree on name or birth date (uenighed om identitet); else empty."""
    identity_settled_at: Instant | None = None
    """When a person decided that all that the sources say of the citizen is one person; None: nobody did, or a source
    has said since what was not decided."""
    identifiers: tuple[Identifier, ...] = ()
    relatives: tuple[Relative, ...] = ()
    protection_sources: tuple[str, ...] = ()
    """Sources that say the citizen is protected."""

    @property
    def identity(self) -> IdentityState:
        """Whether it is clear who it is; every page asks here."""
        if not self.stated_identities:
            return IdentityState.AGREED
        return IdentityState.DISPUTED if self.identity_settled_at is None else IdentityState.SETTLED

    @property
    def display_name(self) -> str | None:
        """Given and family name in one, None if no source gave any."""
        parts = [part for part in (self.person.given_name, self.person.family_name) if part]
        return " ".join(parts) or None

    @property
    def national_number(self) -> Identifier | None:
        """The number that the citizen has now; one that was replaced only where no other is known."""
        national = [identifier for identifier in self.identifiers if identifier.is_national]
        return next((number for number in national if not self._is_replaced(number)), next(iter(national), None))

    @property
    def former_numbers(self) -> tuple[Identifier, ...]:
        """The numbers that the citizen had before (tidligere personnumre)."""
        now = self.national_number
        return tuple(
            each for each in self.identifiers if each.is_national and each is not now and self._is_replaced(each)
        )

    def _is_replaced(self, number: Identifier) -> bool:
        return any((each.namespace, each.value) == (number.namespace, number.value) for each in self.person.replaces)


class HeaderNumbers(Schema):
    """The numbers of a header, which the search index does not hold; the store tells them with the version."""

    identifiers: tuple[Identifier, ...] = ()
    replaces: tuple[Identifier, ...] = ()


class Overview(Schema):
    """Everything the sources say about one citizen. Does not depend on today; pages ask it "as of" a day."""

    citizen_id: UUID
    version: int = Field(ge=0)
    """Grows by one whenever the content changes."""
    header: CitizenHeader
    sections: tuple[Section, ...]
    disagreements: tuple[Disagreement, ...] = ()
    synthetic: bool = False
    """Whether any record behind the page is made up."""

    def with_numbers(self, numbers: HeaderNumbers) -> "Overview":
        """The page with these numbers in its header."""
        person = self.header.person.model_copy(update={"replaces": numbers.replaces})
        header = self.header.model_copy(update={"identifiers": numbers.identifiers, "person": person})
        return self.model_copy(update={"header": header})

    @property
    def people(self) -> frozenset[UUID]:
        """Citizens whom the page speaks of, the citizen among them."""
        relatives = {relative.citizen_id for relative in self.header.relatives}
        parties = {party.citizen_id for entry in self.entries() for party in entry.parties}
        return frozenset(person for person in relatives | parties if person is not None) | {self.citizen_id}

    def entries(self) -> tuple[Entry, ...]:
        """All entries of all sections."""
        return tuple(entry for section in self.sections for entry in section.entries)
