"""Do the sources speak of one person under one number? If not: who says whom, and whom the number tells."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from schemas.identifiers import Identifier, birth_date_of
from schemas.overview import StatedIdentity
from schemas.people import PersonFact
from schemas.text import fold_text


@dataclass(frozen=True)
class PersonStatement:
    """What one source says of who the citizen is."""

    source: str
    person: PersonFact
    status_at: datetime
    """When the source registered the life status; earlier than the statement where the source is silent on it now."""

    @property
    def says_who(self) -> bool:
        """Whether there is a name or a birth date in it."""
        return bool(self.person.given_name or self.person.family_name or self.person.birth_date)


@dataclass
class PersonGroup:
    """Statements that can be about one and the same person."""

    statements: list[PersonStatement] = field(default_factory=list)
    """Newest first."""

    @property
    def given_name(self) -> str | None:
        """The newest given name."""
        return next((each.person.given_name for each in self.statements if each.person.given_name), None)

    @property
    def family_name(self) -> str | None:
        """The newest family name."""
        return next((each.person.family_name for each in self.statements if each.person.family_name), None)

    @property
    def birth_date(self) -> date | None:
        """The birth date; the statements of a group do not differ on it."""
        return next((each.person.birth_date for each in self.statements if each.person.birth_date), None)

    def admits(self, person: PersonFact) -> bool:
        """Whether the person can be the one of all these statements."""
        return all(is_same_person(person, each.person) for each in self.statements)


def is_same_person(person: PersonFact, other: PersonFact) -> bool:
    """Whether two statements can be about one person: what both say of birth date and names agrees.

    Names agree when they differ by no more than their writing (``fold_text``) or by names left out in one of them.
    """
    if person.birth_date and other.birth_date and person.birth_date != other.birth_date:
        return False
    return _agree(person.given_name, other.given_name) and _agree(person.family_name, other.family_name)


def birth_dates_of(numbers: Collection[Identifier], replaced: Collection[Identifier]) -> frozenset[date]:
    """The birth dates that the citizen's national numbers tell; of replaced numbers only where there is no other."""
    replaced_values = {number.value for number in replaced}
    current = [number for number in numbers if number.value not in replaced_values]
    for candidates in (current, numbers):
        dates = frozenset(born for number in candidates if (born := birth_date_of(number)) is not None)
        if dates:
            return dates
    return frozenset()


def group_statements(statements: Sequence[PersonStatement]) -> list[PersonGroup]:
    """The statements by person, whole ones first, since a statement that lacks something can fit several.

    *statements* is newest first. What says nothing of who it is belongs to no group.
    """
    groups: list[PersonGroup] = []
    for statement in sorted((each for each in statements if each.says_who), key=_missing):
        group = next((group for group in groups if group.admits(statement.person)), None)
        if group is None:
            groups.append(group := PersonGroup())
        group.statements.append(statement)
    order = {id(statement): at for at, statement in enumerate(statements)}
    for group in groups:
        group.statements.sort(key=lambda statement: order[id(statement)])
    return sorted(groups, key=lambda group: order[id(group.statements[0])])


def headline_group(groups: Sequence[PersonGroup], born: Collection[date]) -> PersonGroup | None:
    """Whom the page is about: the person whose birth date is the number's.

    Of several with that date (a new family name) the newest, if they have one given name; twins can be mixed up, and
    then the number decides nothing. None: nobody can tell.
    """
    if len(groups) == 1:
        return groups[0]
    agreeing = [group for group in groups if group.birth_date in born]
    if not agreeing or not all(_agree(agreeing[0].given_name, group.given_name) for group in agreeing):
        return None
    return agreeing[0]


def stated_identities(groups: Sequence[PersonGroup], headline: PersonGroup | None) -> tuple[StatedIdentity, ...]:
    """Who says whom, the headline first; empty where all speak of one person."""
    if len(groups) == 1 or not groups:
        return ()
    ordered = sorted(groups, key=lambda group: group is not headline)
    return tuple(
        StatedIdentity(
            name=" ".join(part for part in (group.given_name, group.family_name) if part) or None,
            birth_date=group.birth_date,
            sources=tuple(sorted({statement.source for statement in group.statements})),
            is_headline=group is headline,
        )
        for group in ordered
    )


def _missing(statement: PersonStatement) -> int:
    person = statement.person
    return [person.given_name, person.family_name, person.birth_date].count(None)


def _agree(name: str | None, other: str | None) -> bool:
    if name is None or other is None:
        return True
    words, other_words = set(fold_text(name).split()), set(fold_text(other).split())
    return words <= other_words or other_words <= words
