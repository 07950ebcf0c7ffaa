"""Who is related to the citizen, seen from the citizen; custody as recorded, never guessed."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from hub.matching.linked_record import LinkedRecord
from hub.overview.current_records import parties_of, provenance_of
from hub.overview.header import disagreement
from schemas.overview import Disagreement, Relative, RelativeStatement
from schemas.people import CONTACT_PERSON, RelationFact, RelationKind
from schemas.record import Party, PartyRole

_SEEN_FROM_OTHER = {
    RelationKind.PARENT: RelationKind.CHILD,
    RelationKind.CHILD: RelationKind.PARENT,
    RelationKind.SIBLING: RelationKind.SIBLING,
    RelationKind.PARTNER: RelationKind.PARTNER,
    # Whose guardian the citizen is has no word among the kinds.
    RelationKind.GUARDIAN: RelationKind.OTHER,
    RelationKind.OTHER: RelationKind.OTHER,
}
_PersonKey = UUID | tuple[tuple[str, str], ...]


class Relations(NamedTuple):
    """What the relation records say together."""

    relatives: tuple[Relative, ...]
    disagreements: tuple[Disagreement, ...]


class _RelationStatement(NamedTuple):
    """What one record says of one relative."""

    person: _PersonKey
    relative: Relative
    linked: LinkedRecord


def merge_relations(citizen_id: UUID, counted: Sequence[LinkedRecord]) -> Relations:
    """One relative for each person, relation and time, whoever states it.

    *counted* is newest first: name and period are those of the newest statement. Where statements differ on
    custody, the relative has none; on the household, whoever says "together" counts, so that no mistake takes
    protection away. The disagreement lists each value with its source.
    """
    groups: list[list[_RelationStatement]] = []
    for statement in (statement for record in counted for statement in _statements(citizen_id, record)):
        group = next((group for group in groups if _is_same_relation(group[0], statement)), None)
        if group is None:
            groups.append([statement])
        else:
            group.append(statement)
    merged = [_merged(group) for group in groups]
    relatives = sorted((relative for relative, _ in merged), key=_order)
    return Relations(tuple(relatives), tuple(dispute for _, disputes in merged for dispute in disputes))


def _statements(citizen_id: UUID, linked: LinkedRecord) -> list[_RelationStatement]:
    fact = linked.record.fact
    if not isinstance(fact, RelationFact):
        return []
    is_primary = linked.role is PartyRole.PRIMARY
    if not is_primary and fact.role is not None and fact.role.code == CONTACT_PERSON:
        return []  # whose contact person somebody is tells nothing of their own family
    relation = fact.relation if is_primary else _SEEN_FROM_OTHER[fact.relation]
    other_role = PartyRole.OTHER if is_primary else PartyRole.PRIMARY
    return [
        _RelationStatement(
            person=citizen or _by_identifiers(party),
            relative=Relative(
                citizen_id=citizen,
                name=party.name,
                relation=relation,
                role=fact.role if is_primary else None,
                custody=fact.custody,
                shares_household=fact.shares_household,
                valid=linked.record.valid,
                provenance=provenance_of(linked),
            ),
            linked=linked,
        )
        for party, citizen in parties_of(linked)
        if party.role is other_role and citizen != citizen_id and not party.is_forgotten
    ]


def _is_same_relation(first: _RelationStatement, second: _RelationStatement) -> bool:
    return (
        first.person == second.person
        and first.relative.relation is second.relative.relation
        and first.relative.valid.overlaps(second.relative.valid)
    )


def _merged(group: Sequence[_RelationStatement]) -> tuple[Relative, tuple[Disagreement, ...]]:
    if len(group) == 1:
        return group[0].relative, ()
    statements = tuple(_statement(statement.relative) for statement in group)
    is_told_by_several = len({statement.provenance.source for statement in statements}) > 1
    household = _disagreement("household", [(each.relative.shares_household, each.linked) for each in group])
    relative = _combined(group[0].relative, statements).model_copy(
        update={"statements": statements if is_told_by_several or household else None}
    )
    custody = _disagreement("custody", [(each.relative.custody, each.linked) for each in group])
    return relative, tuple(dispute for dispute in (custody, household) if dispute is not None)


def _disagreement(field: str, values: Sequence[tuple[bool | None, LinkedRecord]]) -> Disagreement | None:
    return disagreement(field, [("yes" if value else "no", linked) for value, linked in values if value is not None])


def relative_of_sources(relative: Relative, sources: Collection[str]) -> Relative | None:
    """What these sources say of the relative; None: nothing."""
    statements = [each for each in relative.statements or (_statement(relative),) if each.provenance.source in sources]
    return _combined(relative, statements) if statements else None


def _statement(relative: Relative) -> RelativeStatement:
    return RelativeStatement(**{name: getattr(relative, name) for name in RelativeStatement.model_fields})


def _combined(relative: Relative, statements: Sequence[RelativeStatement]) -> Relative:
    """The relative as these statements, newest first, tell: period and origin are the newest's."""
    custody = {each.custody for each in statements if each.custody is not None}
    household = {each.shares_household for each in statements if each.shares_household is not None}
    return Relative(
        citizen_id=relative.citizen_id,
        relation=relative.relation,
        name=next((each.name for each in statements if each.name), None),
        role=next((each.role for each in statements if each.role), None),
        custody=custody.pop() if len(custody) == 1 else None,
        shares_household=any(household) if household else None,
        valid=statements[0].valid,
        provenance=statements[0].provenance,
    )


def _by_identifiers(party: Party) -> _PersonKey:
    return tuple(sorted((identifier.namespace, identifier.value) for identifier in party.identifiers))


def _order(relative: Relative) -> tuple[str, str, str, str]:
    start = relative.valid.start.isoformat() if relative.valid.start else ""
    origin = relative.provenance
    return (relative.relation, start, relative.name or "", f"{origin.source}/{origin.record_type}/{origin.source_id}")
