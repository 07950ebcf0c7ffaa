"""Pure: hide what tells where a protected person lives, goes to school, or is helped.

Name and address protection (CPR-loven § 28) does not bind authorities, but the worst leaks happen inside
a case, to the other parent; even the name of an institution tells where somebody is. So these fields
are hidden until they are revealed by an act of its own, with a reason.
"""

import hashlib
import secrets
from collections.abc import Callable
from enum import StrEnum
from typing import Any
from uuid import UUID

from schemas.identifiers import Identifier
from schemas.overview import CitizenHeader, Disagreement, Entry, Overview, Provenance, Relative, Section
from schemas.people import Address, Responsible, Unit

MASK = "••••"
HOUSEHOLD_DISPUTE = "household"
"""Field of the disagreement on who lives together."""
_OF_RELATIVES = frozenset({"custody", HOUSEHOLD_DISPUTE})
"""Fields of disagreements that are about a relative."""
_KEY = secrets.token_bytes(32)
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


def mask_protected(
    overview: Overview,
    revealed: frozenset[ProtectedField] = frozenset(),
    guarded: frozenset[UUID] = frozenset(),
) -> Overview:
    """The overview with every protected field hidden but the revealed ones.

    A citizen who is protected only through the household is marked as protected too. On the page of anybody
    else, what also speaks of a guarded person (a shared notification, a relation) is masked and stays so:
    it is revealed on that person's own page alone.

    Args:
        overview: the whole page, or what of it is shown.
        revealed: what was revealed of the citizen.
        guarded: citizens who are protected or live with somebody who is, as far as the page speaks of them.
    """
    if not (overview.header.person.name_address_protected or overview.citizen_id in guarded):
        return _without_guarded(overview, guarded) if guarded else overview
    hidden = frozenset(ProtectedField) - revealed
    return overview.model_copy(
        update={
            "header": _header(overview, hidden),
            "sections": _sections(overview, lambda _: True, hidden),
            "disagreements": tuple(
                _disagreement(each, hidden)
                for each in overview.disagreements
                if not (ProtectedField.ADDRESS in hidden and each.field.startswith("address"))
            ),
        }
    )


def _without_guarded(overview: Overview, guarded: frozenset[UUID]) -> Overview:
    everything = frozenset(ProtectedField)
    relatives = tuple(
        _relative(relative, everything) if relative.citizen_id in guarded else relative
        for relative in overview.header.relatives
    )
    knows_guarded = any(relative.citizen_id in guarded for relative in relatives)
    return overview.model_copy(
        update={
            "header": overview.header.model_copy(update={"relatives": relatives}),
            "sections": _sections(
                overview, lambda entry: any(party.citizen_id in guarded for party in entry.parties), everything
            ),
            # A disagreement names no relative: where one is guarded, each that may be about that one is masked.
            "disagreements": tuple(
                _disagreement(each, everything) if knows_guarded and each.field in _OF_RELATIVES else each
                for each in overview.disagreements
                if not (knows_guarded and each.field == HOUSEHOLD_DISPUTE)
            ),
        }
    )


def _sections(
    overview: Overview, is_masked: Callable[[Entry], bool], hidden: frozenset[ProtectedField]
) -> tuple[Section, ...]:
    return tuple(
        section.model_copy(
            update={"entries": tuple(_entry(entry, hidden) if is_masked(entry) else entry for entry in section.entries)}
        )
        for section in overview.sections
    )


def _header(overview: Overview, hidden: frozenset[ProtectedField]) -> CitizenHeader:
    header = overview.header
    person: dict[str, Any] = {"name_address_protected": True}
    if ProtectedField.ADDRESS in hidden and header.person.address is not None:
        person["address"] = Address(street=MASK)
    update: dict[str, Any] = {"person": header.person.model_copy(update=person)}
    if ProtectedField.IDENTIFIER in hidden:
        update["identifiers"] = tuple(_identifier(identifier) for identifier in header.identifiers)
    update["relatives"] = tuple(_relative(relative, hidden) for relative in header.relatives)
    return header.model_copy(update=update)


def mask_numbers(overview: Overview) -> Overview:
    """The overview with national numbers cut to the birth date, also of somebody who is not protected.

    Pages and API show it so; a whole number is revealed by an act of its own (``hub.access.service.reveal``).
    """
    header = overview.header
    numbers = tuple(_identifier(each) if each.is_national else each for each in header.identifiers)
    person = header.person.model_copy(update={"replaces": tuple(map(_identifier, header.person.replaces))})
    return overview.model_copy(update={"header": header.model_copy(update={"identifiers": numbers, "person": person})})


def _identifier(identifier: Identifier) -> Identifier:
    birth_date = identifier.value[:_DATE_PART] if identifier.is_national else ""
    return identifier.model_copy(update={"value": birth_date + MASK})


def _entry(entry: Entry, hidden: frozenset[ProtectedField]) -> Entry:
    update: dict[str, Any] = {}
    if ProtectedField.UNIT in hidden:
        if isinstance(responsible := getattr(entry.fact, "responsible", None), Responsible):
            update["responsible"] = _responsible(responsible)
        if getattr(entry.fact, "performer", None) is not None:
            update["performer"] = _unit()
    provenance, entry_id = _provenance(entry.provenance, hidden), entry.id
    if ProtectedField.SCHOOL in hidden and getattr(entry.fact, "school", None) is not None:
        update["school"] = _unit()
        # A key of the school's own says which school it is.
        source_id = _opaque(provenance.source_id)
        provenance = provenance.model_copy(update={"source_id": source_id})
        entry_id = f"{provenance.source}/{provenance.record_type}/{source_id}"
    fact = entry.fact.model_copy(update=update)
    return entry.model_copy(update={"id": entry_id, "fact": fact, "provenance": provenance})


def _opaque(key: str) -> str:
    """The same for the same key as long as the process lives, and no way back."""
    return hashlib.blake2b(key.encode(), key=_KEY, digest_size=8).hexdigest()


def _relative(relative: Relative, hidden: frozenset[ProtectedField]) -> Relative:
    update: dict[str, Any] = {"provenance": _provenance(relative.provenance, hidden)}
    if ProtectedField.HOUSEHOLD in hidden:
        update["shares_household"] = None
    return relative.model_copy(update=update)


def _disagreement(disagreement: Disagreement, hidden: frozenset[ProtectedField]) -> Disagreement:
    """That there is one stays; with whom the citizen lives is hidden in it as everywhere."""
    is_hidden = ProtectedField.HOUSEHOLD in hidden and disagreement.field == HOUSEHOLD_DISPUTE
    values = tuple(
        value.model_copy(
            update={
                "provenance": _provenance(value.provenance, hidden),
                "value": MASK if is_hidden else value.value,
            }
        )
        for value in disagreement.values
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
