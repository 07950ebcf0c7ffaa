"""Who the citizen is, merged over sources: newest registration field by field, strictest protection always."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hub.matching.linked_record import LinkedRecord
from hub.overview.current_records import provenance_of
from schemas.facts import PersonFact
from schemas.overview import DisagreeingValue, Disagreement
from schemas.record import PartyRole
from schemas.text import fold_text


class Persons(NamedTuple):
    """What the person records say together."""

    person: PersonFact
    protection_sources: tuple[str, ...]
    disagreements: tuple[Disagreement, ...]


_Told = tuple[PersonFact, LinkedRecord]

_COMPARED: dict[str, Callable[[PersonFact], str | None]] = {
    "given_name": lambda person: person.given_name,
    "family_name": lambda person: person.family_name,
    "birth_date": lambda person: person.birth_date.isoformat() if person.birth_date else None,
    "life_status": lambda person: person.life_status.value if person.life_status else None,
    "died_on": lambda person: person.died_on.isoformat() if person.died_on else None,
}


def merge_persons(counted: Sequence[LinkedRecord]) -> Persons:
    """Merge the person records among *counted* (newest first, as ``standing`` gives them)."""
    told = [
        (one.record.fact, one)
        for one in counted
        if isinstance(one.record.fact, PersonFact) and one.role is PartyRole.PRIMARY
    ]
    found = (disagreement(field, _values(told, read)) for field, read in _COMPARED.items())
    return Persons(
        person=_merged([person for person, _ in told]),
        protection_sources=tuple(sorted({one.record.source for person, one in told if person.name_address_protected})),
        disagreements=tuple(one for one in found if one is not None),
    )


def disagreement(field: str, values: Sequence[tuple[str, LinkedRecord]]) -> Disagreement | None:
    """All values with who says them, if they differ by more than their writing (``fold_text``); else None."""
    if len({fold_text(value) for value, _ in values}) < len(("one", "other")):
        return None
    return Disagreement(
        field=field,
        values=tuple(DisagreeingValue(value=value, provenance=provenance_of(one)) for value, one in values),
    )


def _values(told: Sequence[_Told], read: Callable[[PersonFact], str | None]) -> list[tuple[str, LinkedRecord]]:
    return [(value, one) for person, one in told if (value := read(person)) is not None]


def _merged(persons: Sequence[PersonFact]) -> PersonFact:
    status = next((one.life_status for one in persons if one.life_status), None)
    return PersonFact(
        given_name=next((one.given_name for one in persons if one.given_name), None),
        family_name=next((one.family_name for one in persons if one.family_name), None),
        birth_date=next((one.birth_date for one in persons if one.birth_date), None),
        life_status=status,
        # Only with the status it belongs to: a date of death beside "alive" would be nobody's statement.
        died_on=next((one.died_on for one in persons if one.died_on and one.life_status is status), None),
        name_address_protected=any(one.name_address_protected for one in persons),
        address=next((one.address for one in persons if one.address), None),
        replaces=tuple(
            sorted(
                {number for one in persons for number in one.replaces},
                key=lambda number: (number.namespace, number.value),
            )
        ),
    )
