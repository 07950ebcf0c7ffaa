"""An overview as a document of the search index: what makes the citizen findable, and the page to show then. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from uuid import UUID

from hub.digest import keyed_digest, text_digest, unit_digest
from hub.overview.columns import sources_of, units_of
from hub.overview.service import Preparing
from schemas.codes import Coded, danish_label
from schemas.facts import (
    AssignmentFact,
    CaseFact,
    ConcernNotificationFact,
    ContactFact,
    EffortFact,
    GoalFact,
    LegalBasis,
    PlanFact,
)
from schemas.overview import Entry, Overview
from schemas.people import Responsible, Unit
from schemas.period import Period
from schemas.record import PartyRole
from schemas.search import AreaName, SearchDocument, SearchEntry, UnitGrant
from schemas.source import Area
from search.prepared import prepare

SHAPE = 1
"""Raise it with whatever changes the document of an overview, words of code lists among it: documents kept with the
overviews are then made anew. ``tests/hub/test_prepared_documents.py`` notices that it was forgotten."""
NOTIFICATION = "underretning"
_NAMES = frozenset({"given_name", "family_name"})
_BY_OFFICE = frozenset({"1", "2", "3", "4", "5", "6", "9", "10"})
"""Codes of ``notifier_categories`` whose notifiers act by office; all others may be private persons."""


def to_document(
    overview: Overview,
    digests: Sequence[str],
    *,
    digest_key: bytes,
    guarded: Collection[UUID],
    areas: Mapping[str, Area],
) -> SearchDocument:
    """The search document of an overview.

    Args:
        overview: the citizen's whole overview.
        digests: keyed digests of the citizen's identifiers.
        digest_key: keys the digests of units.
        guarded: citizens who are protected or live with somebody who is, as far as the page speaks of them. Of them no
            unit is named, wherever it stands: even the name of an institution discloses a place.
        areas: area of each source by name. What a source that is not here calls the citizen is left out.
    """
    document = _findable(overview, digests, digest_key=digest_key, guarded=guarded, areas=areas)
    is_shown = not document.protected and overview.people.isdisjoint(guarded)
    return document.model_copy(update={"overview": page_of(overview) if is_shown else ""})


def prepare_document(overview: Overview, digest_key: bytes) -> str | None:
    """The document of an overview as text without its page, to be kept beside it (``search.prepared``).

    It holds as long as nobody whom the page speaks of is guarded. None: the document depends on more than the overview
    and is made when it is sent. It depends on who is protected that day, or on the area of a source that has another
    name for the citizen.
    """
    header = overview.header
    if header.person.name_address_protected or header.stated_identities or _has_disputed_name(overview):
        return None
    digests = [keyed_digest(identifier, digest_key) for identifier in header.identifiers]
    return prepare(_findable(overview, digests, digest_key=digest_key, guarded=(), areas={}))


def preparing_with(digest_key: bytes) -> Preparing:
    """How documents are made now. The mark of their shape names the key as well: with another they are made anew."""
    mark = f"{SHAPE}.{text_digest('shape', digest_key)[:16]}"
    return Preparing(mark, partial(prepare_document, digest_key=digest_key))


def _findable(
    overview: Overview,
    digests: Sequence[str],
    *,
    digest_key: bytes,
    guarded: Collection[UUID],
    areas: Mapping[str, Area],
) -> SearchDocument:
    is_guarded = overview.citizen_id in guarded or overview.header.person.name_address_protected
    header = overview.header
    # Where nobody can tell whom of two the number names, no source's name stands for the citizen.
    spare_names = () if header.stated_identities else _party_names(overview)
    name = header.display_name or next(iter(spare_names), "")
    entries = [
        _search_entry(
            entry, name_unit=not is_guarded and not any(party.citizen_id in guarded for party in entry.parties)
        )
        for entry in overview.entries()
    ]
    return SearchDocument(
        citizen_id=overview.citizen_id,
        version=overview.version,
        name=name,
        area_names=_area_names(overview, name, areas),
        birth_date=header.person.birth_date,
        identifier_digests=tuple(sorted(set(digests))),
        protected=is_guarded,
        synthetic=overview.synthetic,
        entries=tuple(entry for entry in entries if entry is not None),
        unit_grants=unit_grants(overview, digest_key),
        sources=sources_of(overview),
    )


def page_of(overview: Overview) -> str:
    """The page to serve by key, as JSON without national numbers and local ids: the store tells them with the version.

    A page that speaks of anybody guarded is not in the index at all, and is served from the store.
    """
    person = overview.header.person.model_copy(update={"replaces": ()})
    header = overview.header.model_copy(update={"identifiers": (), "person": person})
    return overview.model_copy(update={"header": header}).model_dump_json(exclude_none=True)


def unit_grants(overview: Overview, digest_key: bytes) -> tuple[UnitGrant, ...]:
    """Which units may find the citizen, by digests, and when; a unit's periods that overlap or meet are one.

    A daily visit for years would otherwise give thousands of grants, more than an index takes.
    """
    periods: dict[str, list[Period]] = {}
    for unit in units_of(overview):
        periods.setdefault(unit_digest(unit.unit_id, unit.relation, digest_key), []).append(unit.valid)
    return tuple(UnitGrant(unit_id=unit_id, valid=valid) for unit_id in periods for valid in merged(periods[unit_id]))


def merged(periods: Iterable[Period]) -> list[Period]:
    """The fewest periods that hold on the same days, in order."""
    result: list[Period] = []
    for period in sorted(periods, key=lambda period: period.start or date.min):
        if period.is_empty:
            continue
        last = result[-1] if result else None
        if last is None or (last.end is not None and (period.start or date.min) > last.end):
            result.append(period)
        elif last.end is not None and (period.end is None or period.end > last.end):
            result[-1] = Period(start=last.start, end=period.end)
    return result


def _has_disputed_name(overview: Overview) -> bool:
    return any(dispute.field in _NAMES for dispute in overview.disagreements)


def _area_names(overview: Overview, name: str, areas: Mapping[str, Area]) -> tuple[AreaName, ...]:
    """What the sources call the citizen beside *name*, each with the area of who says so, since others may not know."""
    disputed = [dispute for dispute in overview.disagreements if dispute.field in _NAMES]
    stated = {(value.provenance.source, value.value) for dispute in disputed for value in dispute.values}
    stated |= {
        (source, identity.name)
        for identity in overview.header.stated_identities
        if identity.name
        for source in identity.sources
    }
    pairs = {(areas[source], value) for source, value in stated if source in areas and value not in name}
    return tuple(AreaName(area=area, name=value) for area, value in sorted(pairs))


def _party_names(overview: Overview) -> Iterable[str]:
    """Names of the citizen in entries, newest first, for citizens without a person record."""
    own = [
        (entry.provenance.registration.registered_from, entry.id, party.name)
        for entry in overview.entries()
        for party in entry.parties
        if party.citizen_id == overview.citizen_id and party.role is not PartyRole.OTHER and party.name
    ]
    return (name for _, _, name in sorted(own, reverse=True))


def _search_entry(entry: Entry, *, name_unit: bool) -> SearchEntry | None:
    day = entry.valid.start or entry.provenance.registration.registered_from.date()
    words: tuple[str | None, ...]
    unit: Unit | None = None
    kle_topic: str | None = None
    paragraph: str | None = None
    match entry.fact:
        case EffortFact() as fact:
            words = (fact.title, _label(fact.code, day), fact.purpose, _kle(fact.kle_topic, day))
            unit, kle_topic = fact.performer or _unit(fact.responsible), fact.kle_topic
            paragraph = _paragraph(fact.legal_basis, day)
        case ConcernNotificationFact() as fact:
            words = (NOTIFICATION, _notifier(fact, day))
            unit, paragraph = _unit(fact.responsible), _paragraph(fact.legal_basis, day)
        case CaseFact() as fact:
            words = (fact.title, _label(fact.case_type, day), _kle(fact.kle_topic, day))
            unit, kle_topic = _unit(fact.responsible), fact.kle_topic
        case PlanFact() | ContactFact() as fact:
            words, unit = (fact.title, _label(fact.code, day)), _unit(fact.responsible)
        case AssignmentFact() as fact:
            words, unit = (_label(fact.role, day),), _unit(fact.responsible)
        case GoalFact() as fact:
            words = (fact.text,)
        case _:
            # Absence has no searchable text; person and relation are no entries.
            return None
    return SearchEntry(
        entry_id=entry.id,
        area=entry.area,
        kind=entry.fact.kind,
        text=" · ".join(dict.fromkeys(word for word in words if word)),
        valid=entry.valid,
        unit=unit.name if unit and name_unit else None,
        kle_topic=kle_topic,
        paragraph=paragraph,
    )


def _notifier(fact: ConcernNotificationFact, day: date) -> str:
    """The notifier's category, and the title only of those who notify by office: never a private person's name."""
    label = danish_label(fact.notifier, day)
    by_office = fact.notifier.code_list == "notifier_categories" and fact.notifier.code in _BY_OFFICE
    return f"{label} · {fact.notifier_title}" if by_office and fact.notifier_title else label


def _label(coded: Coded | None, day: date) -> str | None:
    return danish_label(coded, day) if coded else None


def _kle(topic: str | None, day: date) -> str | None:
    if topic is None:
        return None
    label = danish_label(Coded(code_list="kle", code=topic), day)
    return label if label != topic else None


def _paragraph(basis: LegalBasis | None, day: date) -> str | None:
    return f"{danish_label(Coded(code_list='laws', code=basis.law), day)} {basis.section}" if basis else None


def _unit(responsible: Responsible | None) -> Unit | None:
    return responsible.unit if responsible else None
