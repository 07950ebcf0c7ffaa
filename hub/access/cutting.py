"""Pure: the overview cut to a decision. Never adds anything."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from hub.access.policy import may_see_entry
from hub.overview.relatives import relative_of_sources
from schemas.access import Decision, KleLimit
from schemas.consent import AREA_CATEGORIES, category_of, cell_of
from schemas.data_category import DataCategory
from schemas.overview import (
    CitizenHeader,
    Disagreement,
    EntryParty,
    Overview,
    Section,
    SectionState,
    StatedIdentity,
)
from schemas.people import PersonFact
from schemas.source import Area


def cut(overview: Overview, decision: Decision, areas: Mapping[str, Area]) -> Overview:
    """What of the overview the decision shows. Never adds anything.

    A withheld area says that it is withheld, and nothing of whether there is anything, unless the decision tells that
    much. Of an area that is shared in part, only what the consent names is left, and of the own area only what the job
    function reaches. What else its
    sources say (relatives, disagreements, local ids, who reports protection, another name) goes with it; the person's
    merged master data stay, and that the sources disagree on who it is. A person whom an entry names is named only to
    who may know of that person: the citizen, and the relatives that are left. A refusal shows nothing.

    Args:
        overview: the whole.
        decision: what is shown.
        areas: area of each source by name. A source that is neither here nor in a shown section is cut.
    """
    if not decision.allowed:
        return Overview(
            citizen_id=overview.citizen_id,
            version=overview.version,
            header=CitizenHeader(person=PersonFact()),
            sections=tuple(_withheld(section) for section in overview.sections),
            synthetic=overview.synthetic,
        )
    by_entry = {entry.provenance.source: entry.area for entry in overview.entries()}
    limits = {each.area: each.cells for each in decision.disclosures if each.cells is not None}
    sources_shown = frozenset(
        source
        for source, area in {**by_entry, **areas}.items()
        if area in decision.shown and (area not in limits or cell_of(source, DataCategory.PERSON) in limits[area])
    )
    header = overview.header
    visible_relatives = (relative_of_sources(relative, sources_shown) for relative in header.relatives)
    relatives = tuple(relative for relative in visible_relatives if relative is not None)
    known_ids = frozenset(person.citizen_id for person in relatives if person.citizen_id) | {overview.citizen_id}
    names = frozenset(person.name for person in relatives if person.name)
    return overview.model_copy(
        update={
            "sections": tuple(
                _with_known_names(
                    _of_kle(_limited(section, limits.get(section.area)), decision.kle_limit), known_ids, names
                )
                if section.area in decision.shown
                else _withheld(section, decision.existence)
                for section in overview.sections
            ),
            "header": header.model_copy(
                update={
                    "stated_identities": _identities(header.stated_identities, sources_shown),
                    "relatives": relatives,
                    "identifiers": tuple(
                        identifier
                        for identifier in header.identifiers
                        if identifier.is_national or identifier.namespace.partition(":")[0] in sources_shown
                    ),
                    "protection_sources": tuple(
                        source for source in header.protection_sources if source in sources_shown
                    ),
                }
            ),
            "disagreements": tuple(
                rest for each in overview.disagreements if (rest := _of_sources(each, sources_shown)) is not None
            ),
        }
    )


def _with_known_names(section: Section, known: frozenset[UUID], names: frozenset[str]) -> Section:
    """The section without the names of people whom the reader may not know of; that there are such people stays."""

    def is_known(party: EntryParty) -> bool:
        return party.name is None or (party.citizen_id in known if party.citizen_id else party.name in names)

    entries = tuple(
        entry
        if all(map(is_known, entry.parties))
        else entry.model_copy(
            update={
                "parties": tuple(
                    party if is_known(party) else party.model_copy(update={"name": None}) for party in entry.parties
                )
            }
        )
        for entry in section.entries
    )
    return section.model_copy(update={"entries": entries}) if entries != section.entries else section


def _limited(section: Section, cells: frozenset[str] | None) -> Section:
    """What of the section the consent names; where nothing is left it says only that nothing of that was found."""
    if cells is None or section.state is SectionState.NOT_COVERED:
        return section
    entries = tuple(
        entry
        for entry in section.entries
        if cell_of(entry.provenance.source, category_of(section.area, entry.fact.kind)) in cells
    )
    state = SectionState.ENTRIES if entries else SectionState.NONE_FOUND
    shared = tuple(
        category for category in AREA_CATEGORIES[section.area] if any(cell.endswith(f"/{category}") for cell in cells)
    )
    return section.model_copy(update={"entries": entries, "state": state, "shared_categories": shared})


def _of_kle(section: Section, limit: KleLimit | None) -> Section:
    """What of the own area has a KLE number that the job function reaches; it says that there may be more."""
    if limit is None or section.area is not limit.area or section.state is SectionState.NOT_COVERED:
        return section
    entries = tuple(entry for entry in section.entries if may_see_entry(limit, getattr(entry.fact, "kle_topic", None)))
    state = SectionState.ENTRIES if entries else SectionState.NONE_FOUND
    return section.model_copy(update={"entries": entries, "state": state, "kle": tuple(sorted(limit.numbers))})


def _withheld(section: Section, existence: frozenset[str] = frozenset()) -> Section:
    """Nothing of the section; of the sources in *existence* whether there is anything."""
    known_sources = frozenset(source for source in existence if source.startswith(f"{section.area}/"))
    exists = any(f"{section.area}/{entry.provenance.source}" in known_sources for entry in section.entries)
    if not known_sources:
        return Section(area=section.area, state=SectionState.WITHHELD)
    return Section(area=section.area, state=SectionState.WITHHELD, exists=exists)


def _of_sources(disagreement: Disagreement, sources_shown: frozenset[str]) -> Disagreement | None:
    values = tuple(value for value in disagreement.values if value.provenance.source in sources_shown)
    # One value alone is no disagreement, and would tell that somebody else said something else.
    return Disagreement(field=disagreement.field, values=values) if len(values) > 1 else None


def _identities(identities: Sequence[StatedIdentity], sources_shown: frozenset[str]) -> tuple[StatedIdentity, ...]:
    """That the sources disagree on who the citizen is everybody reads; what a withheld source says nobody.

    The headline's name and birth date are the citizen's master data and stay. Withheld sources are one other side,
    however many there are.
    """
    cut_identities = []
    for identity in identities:
        sources = tuple(source for source in identity.sources if source in sources_shown)
        if sources or identity.is_headline:
            cut_identities.append(identity.model_copy(update={"sources": sources}))
        else:
            cut_identities.append(StatedIdentity())
    return tuple(dict.fromkeys(cut_identities))
