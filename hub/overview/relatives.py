"""Who is related to the citizen, seen from the citizen; custody as recorded, never guessed."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from hub.matching.linked_record import LinkedRecord
from hub.overview.current_records import parties_of, provenance_of
from hub.overview.header import disagreement
from schemas.facts import RelationFact, RelationKind
from schemas.overview import Disagreement, Relative
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
_Who = UUID | tuple[tuple[str, str], ...]


class Relations(NamedTuple):
    """What the relation records say together."""

    relatives: tuple[Relative, ...]
    disagreements: tuple[Disagreement, ...]


class _Told(NamedTuple):
    who: _Who
    relative: Relative
    linked: LinkedRecord


def merge_relations(citizen_id: UUID, counted: Sequence[LinkedRecord]) -> Relations:
    """One relative for each person, relation and time, whoever states it.

    *counted* is newest first: name and period are those of the newest statement. Where statements differ on
    custody the relative says nothing, and the disagreement says who says what.
    """
    groups: list[list[_Told]] = []
    for told in (found for one in counted for found in _told(citizen_id, one)):
        same = next((group for group in groups if _same(group[0], told)), None)
        if same is None:
            groups.append([told])
        else:
            same.append(told)
    merged = [_merged(group) for group in groups]
    relatives = sorted((relative for relative, _ in merged), key=_order)
    return Relations(tuple(relatives), tuple(found for _, found in merged if found is not None))


def _told(citizen_id: UUID, linked: LinkedRecord) -> list[_Told]:
    fact = linked.record.fact
    if not isinstance(fact, RelationFact):
        return []
    is_primary = linked.role is PartyRole.PRIMARY
    relation = fact.relation if is_primary else _SEEN_FROM_OTHER[fact.relation]
    wanted = PartyRole.OTHER if is_primary else PartyRole.PRIMARY
    return [
        _Told(
            who=citizen or _by_identifiers(party),
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
        if party.role is wanted and citizen != citizen_id
    ]


def _same(one: _Told, other: _Told) -> bool:
    return (
        one.who == other.who
        and one.relative.relation is other.relative.relation
        and one.relative.valid.overlaps(other.relative.valid)
    )


def _merged(group: Sequence[_Told]) -> tuple[Relative, Disagreement | None]:
    newest = group[0].relative
    custody = [(told.relative.custody, told.linked) for told in group if told.relative.custody is not None]
    said = {value for value, _ in custody}
    relative = newest.model_copy(
        update={
            "name": next((told.relative.name for told in group if told.relative.name), None),
            "role": next((told.relative.role for told in group if told.relative.role), None),
            "custody": said.pop() if len(said) == 1 else None,
            "shares_household": next(
                (told.relative.shares_household for told in group if told.relative.shares_household is not None), None
            ),
        }
    )
    return relative, disagreement("custody", [("yes" if value else "no", one) for value, one in custody])


def _by_identifiers(party: Party) -> _Who:
    return tuple(sorted((identifier.namespace, identifier.value) for identifier in party.identifiers))


def _order(relative: Relative) -> tuple[str, str, str, str]:
    start = relative.valid.start.isoformat() if relative.valid.start else ""
    origin = relative.provenance
    return (relative.relation, start, relative.name or "", f"{origin.source}/{origin.record_type}/{origin.source_id}")
