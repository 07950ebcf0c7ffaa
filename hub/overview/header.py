"""Who the citizen is, merged over sources: newest registration field by field, strictest protection always."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hub.matching.linked_record import LinkedRecord
from hub.overview.current_records import provenance_of
from hub.overview.stated_identities import (
    PersonGroup,
    PersonStatement,
    birth_dates_of,
    group_statements,
    headline_group,
    stated_identities,
)
from schemas.identifiers import Identifier
from schemas.overview import DisagreeingValue, Disagreement, StatedIdentity
from schemas.people import Address, PersonFact
from schemas.record import PartyRole
from schemas.text import fold_text


class Persons(NamedTuple):
    """What the person records say together."""

    person: PersonFact
    stated_identities: tuple[StatedIdentity, ...]
    protection_sources: tuple[str, ...]
    disagreements: tuple[Disagreement, ...]


_COMPARED: dict[str, Callable[[PersonFact], str | None]] = {
    "given_name": lambda person: person.given_name,
    "family_name": lambda person: person.family_name,
    "birth_date": lambda person: person.birth_date.isoformat() if person.birth_date else None,
    "life_status": lambda person: person.life_status.value if person.life_status else None,
    "died_on": lambda person: person.died_on.isoformat() if person.died_on else None,
}


def merge_persons(
    counted: Sequence[LinkedRecord],
    numbers: Sequence[Identifier] = (),
    superseded: Sequence[LinkedRecord] = (),
    former: Sequence[Identifier] = (),
) -> Persons:
    """Merge the person records among *counted* (newest first, as ``current_records`` gives them).

    Args:
        counted: the statements that stand.
        numbers: the citizen's identifiers; they decide whom the page is about where the sources disagree.
        superseded: earlier statements of the same entities, newest first. Silence does not take back that somebody
            died or moved out, so their status holds until the source says another one.
        former: numbers for which another of the citizen's stands by now, whoever says so.
    """
    records = [
        record for record in counted if isinstance(record.record.fact, PersonFact) and record.role is PartyRole.PRIMARY
    ]
    statements = [_statement(record, superseded) for record in records]
    replaces = {number for statement in statements for number in statement.person.replaces} | set(former)
    groups = group_statements(statements)
    headline = headline_group(groups, birth_dates_of([each for each in numbers if each.is_national], replaces))
    persons = [(statement.person, record) for statement, record in zip(statements, records, strict=True)]
    fields = _COMPARED.items() if len(persons) > 1 else ()
    compared = (disagreement(field, _values(persons, read)) for field, read in fields)
    agreed = {
        "name_address_protected": any(statement.person.name_address_protected for statement in statements),
        "replaces": _in_order(replaces),
    }
    return Persons(
        person=_merged(statements, groups, headline).model_copy(update=agreed),
        stated_identities=stated_identities(groups, headline),
        protection_sources=tuple(
            sorted({record.record.source for person, record in persons if person.name_address_protected})
        ),
        disagreements=tuple(each for each in compared if each is not None),
    )


def disagreement(field: str, values: Sequence[tuple[str, LinkedRecord]]) -> Disagreement | None:
    """All values with who says them, if they differ by more than their writing (``fold_text``); else None."""
    if len(values) < len(("one", "other")) or len({fold_text(value) for value, _ in values}) == 1:
        return None
    return Disagreement(
        field=field,
        values=tuple(DisagreeingValue(value=value, provenance=provenance_of(record)) for value, record in values),
    )


def _values(
    persons: Sequence[tuple[PersonFact, LinkedRecord]], read: Callable[[PersonFact], str | None]
) -> list[tuple[str, LinkedRecord]]:
    return [(value, record) for person, record in persons if (value := read(person)) is not None]


def _statement(record: LinkedRecord, superseded: Sequence[LinkedRecord]) -> PersonStatement:
    """The record's statement, with the life status that the same entity told last where it tells none any more."""
    source, person = record.record.source, record.record.fact
    if not isinstance(person, PersonFact):
        raise TypeError(record.record.entity)
    if person.life_status is None:
        for earlier in superseded:
            fact = earlier.record.fact
            if earlier.record.key == record.record.key and isinstance(fact, PersonFact) and fact.life_status:
                statement = person.model_copy(update={"life_status": fact.life_status, "died_on": fact.died_on})
                return PersonStatement(source, statement, earlier.record.registered_at)
    return PersonStatement(source, person, record.record.registered_at)


def _merged(
    statements: Sequence[PersonStatement], groups: Sequence[PersonGroup], headline: PersonGroup | None
) -> PersonFact:
    """One person as the headline's side tells, or as all do; without protection and numbers, which everybody tells."""
    if headline is None and groups:
        return _undecided(statements, groups)
    others = {id(each) for group in groups if group is not headline for each in group.statements}
    return _newest([statement for statement in statements if id(statement) not in others])


def _in_order(identifiers: set[Identifier]) -> tuple[Identifier, ...]:
    return tuple(sorted(identifiers, key=lambda identifier: (identifier.namespace, identifier.value)))


def _undecided(statements: Sequence[PersonStatement], groups: Sequence[PersonGroup]) -> PersonFact:
    """What is the same whoever of them the citizen is."""
    dates = {group.birth_date for group in groups}
    status = {statement.person.life_status for statement in statements if statement.person.life_status}
    return PersonFact(
        birth_date=dates.pop() if len(dates) == 1 else None,
        life_status=status.pop() if len(status) == 1 else None,
    )


def _address(persons: Sequence[PersonFact]) -> Address | None:
    """The newest address, unless another source says that the person has moved away from it."""
    for person in persons:
        left = (address for other in persons if other is not person for address in other.left_addresses or ())
        if person.address and not any(_is_same_address(person.address, address) for address in left):
            return person.address
    return None


def _is_same_address(address: Address, other: Address) -> bool:
    """Whether both tell one street, and the same postal code as far as both tell any."""
    if not address.street or not other.street or fold_text(address.street) != fold_text(other.street):
        return False
    return not address.postal_code or not other.postal_code or address.postal_code == other.postal_code


def _newest(statements: Sequence[PersonStatement]) -> PersonFact:
    persons = [statement.person for statement in statements]
    telling = [statement for statement in statements if statement.person.life_status]
    by_status = [each.person for each in sorted(telling, key=lambda each: each.status_at, reverse=True)]
    status = by_status[0].life_status if by_status else None
    return PersonFact(
        given_name=next((person.given_name for person in persons if person.given_name), None),
        family_name=next((person.family_name for person in persons if person.family_name), None),
        birth_date=next((person.birth_date for person in persons if person.birth_date), None),
        life_status=status,
        # Only with the status it belongs to: a date of death beside "alive" would be nobody's statement.
        died_on=next((person.died_on for person in by_status if person.died_on and person.life_status is status), None),
        address=_address(persons),
    )
