"""Records in, overview out: pure, so that the same records always make the same page."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from hub.matching.linked_record import LinkedRecord
from hub.matching.repository import CitizenNumber
from hub.overview.current_records import current_records, entry_of, parties_of, superseded_records
from hub.overview.header import merge_persons
from hub.overview.relatives import merge_relations
from schemas.facts import AuthorityFact, EffortFact, EffortStatus, GoalFact
from schemas.identifiers import Identifier
from schemas.overview import CitizenHeader, Entry, Overview, Section, SectionState
from schemas.people import PersonFact, RelationFact
from schemas.record import PartyRole, SourceRecord
from schemas.source import Area


def build(  # noqa: PLR0913  keyword-only from the areas on
    citizen_id: UUID,
    linked: Sequence[LinkedRecord],
    *,
    areas: Mapping[str, Area],
    numbers: Sequence[CitizenNumber] | None = None,
    version: int = 0,
    as_known: datetime | None = None,
    settled_at: datetime | None = None,
) -> Overview:
    """Everything the records say about one citizen.

    Args:
        citizen_id: whom the page is about.
        linked: the citizen's records, in any order; repeated and replaced ones do no harm.
        areas: area of each source. A source that is not named here has been taken away: it still counts
            for who the citizen is (protection above all), but has no entries.
        numbers: the citizen's national numbers. A number that a record names beside, but that is somebody else's, is
            left out. None: whatever the records name.
        version: version the overview gets.
        as_known: build what the page would have shown at this instant.
        settled_at: when a person decided that all that the sources say of the citizen is one person.
    """
    counted = current_records(linked, as_known)
    superseded = superseded_records(linked, counted, as_known)
    identifiers = _identifiers(citizen_id, counted, numbers)
    former = [number.identifier for number in numbers or () if number.is_former]
    persons = merge_persons(counted, identifiers, superseded, former)
    if any(linked_record.names_hidden_protected for linked_record in counted):
        # Whoever is guarded with somebody of whom nothing is shown stays guarded: an address or a unit would tell it.
        person = persons.person.model_copy(update={"name_address_protected": True})
        persons = persons._replace(person=person)
    relations = merge_relations(citizen_id, counted)
    return Overview(
        citizen_id=citizen_id,
        version=version,
        header=CitizenHeader(
            person=persons.person,
            stated_identities=persons.stated_identities,
            identity_settled_at=settled_at if persons.stated_identities and _is_by(settled_at, as_known) else None,
            identifiers=identifiers,
            relatives=relations.relatives,
            protection_sources=persons.protection_sources,
        ),
        sections=_sections(_with_content(counted, superseded), areas),
        disagreements=persons.disagreements + relations.disagreements,
        synthetic=any(linked_record.record.synthetic for linked_record in counted),
    )


def _is_by(moment: datetime | None, as_known: datetime | None) -> bool:
    return moment is not None and (as_known is None or moment <= as_known)


def _with_content(counted: Sequence[LinkedRecord], superseded: Sequence[LinkedRecord]) -> list[LinkedRecord]:
    """The records without those that are no line of a page.

    These are goals that never had words, and requests that led to an effort: that effort is the line.
    """
    had_words = {
        earlier.record.key
        for earlier in superseded
        if isinstance(earlier.record.fact, GoalFact) and earlier.record.fact.text
    }
    requests = {
        f"{record.record.source}/{request}"
        for record in counted
        if isinstance(record.record.fact, EffortFact) and record.record.fact.status is not EffortStatus.CANCELLED
        for request in record.record.fact.requests
    }

    def has_content(record: SourceRecord) -> bool:
        if isinstance(record.fact, GoalFact) and not record.fact.text:
            return record.key in had_words
        return record.entity not in requests

    return [linked for linked in counted if has_content(linked.record)]


def _sections(counted: Sequence[LinkedRecord], areas: Mapping[str, Area]) -> tuple[Section, ...]:
    entries: dict[Area, list[Entry]] = {area: [] for area in Area}
    for linked in counted:
        area = areas.get(linked.record.source)
        if area is None or linked.role is PartyRole.OTHER or isinstance(linked.record.fact, PersonFact | RelationFact):
            continue
        entry = entry_of(linked, area)
        if entry is not None:
            entries[area].append(entry)
    entries = {area: _without_outdated_authority(of_area) for area, of_area in entries.items()}
    return tuple(
        Section(
            area=area,
            state=SectionState.ENTRIES if of_area else SectionState.NONE_FOUND,
            entries=tuple(sorted(of_area, key=lambda entry: (entry.valid.start or date.min, entry.id))),
        )
        for area, of_area in entries.items()
    )


def _without_outdated_authority(entries: list[Entry]) -> list[Entry]:
    """Without statements that the citizen is no longer ours, save the newest of each source.

    That one goes, too, once the same source has told something newer of the citizen: then they are ours again. What was
    read in the same moment is not newer.
    """
    if not any(isinstance(entry.fact, AuthorityFact) for entry in entries):
        return entries
    newest_at: dict[str, datetime] = {}
    latest: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda each: (each.provenance.registration.registered_from, each.id)):
        newest_at[entry.provenance.source] = entry.provenance.registration.registered_from
        if isinstance(entry.fact, AuthorityFact):
            latest[entry.provenance.source] = entry
    return [
        entry
        for entry in entries
        if not isinstance(entry.fact, AuthorityFact)
        or (
            latest[entry.provenance.source] is entry
            and entry.provenance.registration.registered_from == newest_at[entry.provenance.source]
        )
    ]


def _identifiers(
    citizen_id: UUID, counted: Sequence[LinkedRecord], numbers: Sequence[CitizenNumber] | None
) -> tuple[Identifier, ...]:
    """Every identifier by which a standing record names the citizen, and the former numbers; national numbers first."""
    identifiers: set[Identifier] = set()
    for linked in counted:
        own = [party for party, citizen in parties_of(linked) if citizen == citizen_id]
        identifiers.update(identifier for party in own for identifier in party.identifiers)
        if isinstance(linked.record.fact, PersonFact) and linked.role is PartyRole.PRIMARY:
            identifiers.update(linked.record.fact.replaces)
    if numbers is not None:
        own_keys = {(number.namespace, number.value) for number in numbers}
        identifiers = {each for each in identifiers if not each.is_national or (each.namespace, each.value) in own_keys}
        named = {(each.namespace, each.value) for each in identifiers}
        identifiers |= {
            number.identifier
            for number in numbers
            if number.is_former and counted and (number.namespace, number.value) not in named
        }
    return tuple(sorted(identifiers, key=lambda each: (not each.is_national, each.namespace, each.kind, each.value)))
