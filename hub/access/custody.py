"""Pure: whether a parent holds custody of a child on a day, as the sources tell it now; never guessed."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from schemas.overview import Overview, RelativeStatement
from schemas.people import RelationKind


def holds_custody(child: Overview, parent_id: UUID, on: date) -> bool:
    """Whether every source that says something of it on that day says yes, and at least one does.

    Where sources disagree, or none says anything, the answer is no: a parent without custody must not look.
    """
    stated = {statement.custody for statement in _statements(child, parent_id, on) if statement.custody is not None}
    return stated == {True}


def _statements(child: Overview, parent_id: UUID, on: date) -> Iterator[RelativeStatement]:
    for relative in child.header.relatives:
        if relative.citizen_id == parent_id and relative.relation is RelationKind.PARENT:
            yield from (each for each in relative.statements or (relative,) if each.valid.contains(on))


def children_of(parent: Overview, on: date) -> tuple[UUID, ...]:
    """The children whom the parent's own page names on that day; of each the child's page tells who has custody."""
    children = (
        relative.citizen_id
        for relative in parent.header.relatives
        if relative.relation is RelationKind.CHILD and relative.valid.contains(on)
    )
    return tuple(dict.fromkeys(child for child in children if child is not None))
