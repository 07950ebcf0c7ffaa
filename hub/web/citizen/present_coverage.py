"""What a page does not show, and why: not the reader's to see, not covered, not read, or not readable. Pure.

Nobody reads "none" where the answer is another; and what is withheld is not told by how the sentence is put.
"""

from collections.abc import Iterable, Sequence

from hub.web.citizen import texts
from hub.web.citizen.page_data import PageData
from hub.web.shell import texts as shared
from hub.web.shell.dates import listed
from schemas.data_category import DataCategory
from schemas.overview import Overview, Section, SectionState
from schemas.people import RelationKind
from schemas.source import Area

NOT_READ = frozenset({SectionState.WITHHELD, SectionState.NOT_COVERED})
_CHILDREN = frozenset({RelationKind.CHILD, RelationKind.SIBLING})
"""Notifications are about children: of these relatives there may be some."""


def social(person: Overview) -> Section | None:
    """The area from which concern notifications come."""
    return next((section for section in person.sections if section.area is Area.SOCIAL), None)


def with_notifications(people: Iterable[Overview]) -> tuple[Overview, ...]:
    """Those whose notifications the reader may see."""
    return tuple(person for person in people if (section := social(person)) and _shares_notifications(section))


def _shares_notifications(section: Section) -> bool:
    shared = section.shared_categories
    # A notification has no KLE number, so a job function that is limited to some does not reach it.
    is_reached = section.kle is None and (shared is None or DataCategory.NOTIFICATIONS in shared)
    return section.state not in NOT_READ and is_reached


def shows_part_of_family(data: PageData) -> bool:
    """Whether notifications about some of the family cannot be seen here, whether or not there are any."""
    covered_ids = {person.citizen_id for person in with_notifications(data.people)}
    relatives = {relative.citizen_id for relative in data.overview.header.relatives if relative.relation in _CHILDREN}
    return bool((relatives | {person.citizen_id for person in data.people}) - covered_ids)


def names_of(people: Sequence[Overview], data: PageData) -> str:
    """Their first names, the oldest first."""
    ids = {person.citizen_id for person in people}
    names = [name for citizen_id, name in data.names.by_citizen.items() if citizen_id in ids and name]
    return listed(names) or "borgeren"


def notification_gaps(data: PageData, *, is_empty: bool = False) -> tuple[str, ...]:
    """What may be missing from the notifications, as sentences; the first of them when none can be seen at all.

    *is_empty*: whether the sentences follow the one that none were found, which names those whom it is about.
    """
    people = with_notifications(data.people)
    if not people:
        is_covered = any(section.state is not SectionState.NOT_COVERED for p in data.people if (section := social(p)))
        return (texts.NOTIFICATIONS_WITHHELD if is_covered else texts.NOTIFICATIONS_NOT_COVERED,)
    lines = []
    if shows_part_of_family(data):
        if not is_empty:
            lines.append(texts.NOTIFICATIONS_OF_SOME.format(names=names_of(people, data)))
        lines.append(texts.NOTIFICATIONS_OF_OTHERS)
    sections = [section for person in people if (section := social(person))]
    if any(section.is_unread for section in sections):
        lines.append(texts.UNREAD_NOTIFICATIONS)
    if any(section.is_loading for section in sections):
        lines.append(texts.LOADING_NOTIFICATIONS)
    if any(section.has_unreadable for section in sections):
        lines.append(texts.UNREADABLE_NOTIFICATIONS)
    if any(section.troubles or section.silent_since for section in sections):
        lines.append(texts.OLD_NOTIFICATIONS)
    return tuple(lines)


def has_all_notifications(people: Sequence[Overview]) -> bool:
    """Whether the newest are here of those whose notifications the reader may see, so that "none since" can be said."""
    sections = [section for person in with_notifications(people) if (section := social(person))]
    return all(
        section.is_read_through and not (section.has_unreadable or section.troubles or section.silent_since)
        for section in sections
    )


def not_included(people: Sequence[Overview]) -> str | None:
    """The areas from which something is or may be missing, each with why; None: all was read and is shown.

    As in "Ikke alt er med: Beskæftigelse og Skole (ikke dækket her); Sundhed (ikke for dig at se)."
    """
    by_reason: dict[str, list[str]] = {}
    for area, name in shared.AREA.items():
        sections = [section for person in people for section in person.sections if section.area is area]
        for reason in _reasons(sections):
            by_reason.setdefault(reason, []).append(name)
    if not by_reason:
        return None
    parts = [f"{listed(names)} ({reason})" for reason, names in by_reason.items()]
    return f"Ikke alt er med: {'; '.join(parts)}."


def _reasons(sections: Sequence[Section]) -> list[str]:
    states = {section.state for section in sections}
    reasons = []
    if SectionState.NOT_COVERED in states:
        reasons.append(texts.SECTION_STATE[SectionState.NOT_COVERED][0])
    if SectionState.WITHHELD in states:
        of_some = "" if states == {SectionState.WITHHELD} else " for alle"
        reasons.append(f"ikke for dig at se{of_some}")
    if any(section.shared_categories is not None for section in sections):
        reasons.append(texts.SHARED_IN_PART[0])
    if any(section.kle is not None for section in sections):
        reasons.append(texts.LIMITED_BY_KLE[0])
    read = [section for section in sections if section.state not in NOT_READ]
    if any(section.is_unread for section in read):
        reasons.append(texts.UNREAD[0])
    if any(section.is_loading for section in read):
        reasons.append(texts.LOADING[0])
    if any(section.has_unreadable for section in read):
        reasons.append(texts.UNREADABLE[0])
    if any(section.troubles or section.silent_since for section in read):
        reasons.append("kilden leverer ikke nyt")
    return reasons


def withheld_of_some(data: PageData) -> tuple[str, ...]:
    """A sentence for each area that is shown of some of the family and withheld of others."""
    lines = []
    for area, name in shared.AREA.items():
        withheld = [
            person
            for person in data.people
            for section in person.sections
            if section.area is area and section.state is SectionState.WITHHELD
        ]
        if 0 < len(withheld) < len(data.people):
            lines.append(texts.WITHHELD_OF_SOME.format(area=name, names=names_of(withheld, data)))
    return tuple(lines)
