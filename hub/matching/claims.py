"""What one current person record says of who somebody is. Pure."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from hub.matching.graphs import Key


@dataclass(frozen=True, slots=True)
class Claim:
    """What one current person record says of a person's identifiers, and of those that it replaced.

    A record that was merged into another says the same from the other end: there ``keys`` are the other's.
    """

    record_id: UUID
    keys: frozenset[Key]
    """All of them are one person."""
    replaces: frozenset[Key] = frozenset()
    """Earlier national numbers of that person, and local ids of records that were merged into the person's."""
    birth_date: date | None = None
    name: str | None = None

    @property
    def numbers(self) -> frozenset[Key]:
        """The national numbers that stand now."""
        return frozenset(key for key in self.keys if key.national) - self.replaces

    @property
    def locals(self) -> frozenset[Key]:
        """The local ids that stand now."""
        return frozenset(key for key in self.keys if not key.national)

    @property
    def old_numbers(self) -> frozenset[Key]:
        """The national numbers that were replaced."""
        return frozenset(key for key in self.replaces if key.national)

    @property
    def old_locals(self) -> frozenset[Key]:
        """The local ids of what was merged."""
        return frozenset(key for key in self.replaces if not key.national) - self.keys

    @property
    def merged_into(self) -> frozenset[Key]:
        """The one identifier that stands for the person to whom merged local ids belong."""
        return frozenset(sorted(self.locals)[:1] or sorted(self.numbers)[:1])
