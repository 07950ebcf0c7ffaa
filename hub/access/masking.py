"""Pure: hide what tells where a protected person lives, goes to school, or is helped.

Name and address protection (CPR-loven § 28) does not bind authorities, but the worst leaks happen inside
a case, to the other parent; even the name of an institution tells where somebody is. So these fields
are hidden until they are revealed by an act of its own, with a reason.
"""

from enum import StrEnum
from typing import Any

from schemas.facts import Address, Responsible, Unit
from schemas.identifiers import Identifier
from schemas.overview import CitizenHeader, Disagreement, Entry, Overview, Provenance, Relative

MASK = "••••"
_DATE_PART = 6


class ProtectedField(StrEnum):
    """What is hidden of a protected citizen, and can be revealed."""

    ADDRESS = "address"
    IDENTIFIER = "identifier"
    """The last four of the national number, and local ids."""
    UNIT = "unit"
    """Responsible and performing units, workers' phones, acting authority, links into the fagsystem."""
    SCHOOL = "school"
    HOUSEHOLD = "household"
    """With whom the citizen lives."""


def mask_protected(overview: Overview, revealed: frozenset[ProtectedField] = frozenset()) -> Overview:
    """The overview of a protected citizen with every protected field hidden but the revealed ones.

    An overview of a citizen without protection comes back as it is.
    """
    if not overview.header.person.name_address_protected:
        return overview
    hidden = frozenset(ProtectedField) - revealed
    return overview.model_copy(
        update={
            "header": _header(overview, hidden),
            "sections": tuple(
                section.model_copy(update={"entries": tuple(_entry(entry, hidden) for entry in section.entries)})
                for section in overview.sections
            ),
            "disagreements": tuple(
                _disagreement(each, hidden)
                for each in overview.disagreements
                if not (ProtectedField.ADDRESS in hidden and each.field.startswith("address"))
            ),
        }
    )


def _header(overview: Overview, hidden: frozenset[ProtectedField]) -> CitizenHeader:
    header = overview.header
    update: dict[str, Any] = {}
    if ProtectedField.ADDRESS in hidden and header.person.address is not None:
        update["person"] = header.person.model_copy(update={"address": Address(street=MASK)})
    if ProtectedField.IDENTIFIER in hidden:
        update["identifiers"] = tuple(_identifier(identifier) for identifier in header.identifiers)
    update["relatives"] = tuple(_relative(relative, hidden) for relative in header.relatives)
    return header.model_copy(update=update)


def _identifier(identifier: Identifier) -> Identifier:
    kept = identifier.value[:_DATE_PART] if identifier.is_national else ""
    return identifier.model_copy(update={"value": kept + MASK})


def _entry(entry: Entry, hidden: frozenset[ProtectedField]) -> Entry:
    update: dict[str, Any] = {}
    if ProtectedField.UNIT in hidden:
        if isinstance(responsible := getattr(entry.fact, "responsible", None), Responsible):
            update["responsible"] = _responsible(responsible)
        if getattr(entry.fact, "performer", None) is not None:
            update["performer"] = _unit()
    if ProtectedField.SCHOOL in hidden and getattr(entry.fact, "school", None) is not None:
        update["school"] = _unit()
    masked = entry.model_copy(update={"fact": entry.fact.model_copy(update=update)})
    return masked.model_copy(update={"provenance": _provenance(entry.provenance, hidden)})


def _relative(relative: Relative, hidden: frozenset[ProtectedField]) -> Relative:
    update: dict[str, Any] = {"provenance": _provenance(relative.provenance, hidden)}
    if ProtectedField.HOUSEHOLD in hidden:
        update["shares_household"] = None
    return relative.model_copy(update=update)


def _disagreement(disagreement: Disagreement, hidden: frozenset[ProtectedField]) -> Disagreement:
    values = tuple(
        value.model_copy(update={"provenance": _provenance(value.provenance, hidden)}) for value in disagreement.values
    )
    return disagreement.model_copy(update={"values": values})


def _provenance(provenance: Provenance, hidden: frozenset[ProtectedField]) -> Provenance:
    if ProtectedField.UNIT not in hidden:
        return provenance
    return provenance.model_copy(update={"authority": None, "link": None})


def _responsible(responsible: Responsible) -> Responsible:
    worker = responsible.worker
    return Responsible(
        unit=None if responsible.unit is None else _unit(),
        worker=None if worker is None else worker.model_copy(update={"phone": None, "id": None}),
    )


def _unit() -> Unit:
    return Unit(id=MASK, name=MASK)
