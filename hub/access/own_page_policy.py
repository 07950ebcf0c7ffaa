"""Pure: what the policies say to a citizen on *Min side*."""

from collections.abc import Mapping
from enum import StrEnum

from hub.access.cedar import get_answers_to_citizen
from schemas.access import AuditAction, Purpose
from schemas.base import Schema

UNKNOWN_AGE = -1
_LONGEST = 400
"""Days within which a policy may hold a look-up back."""


class OwnFacts(Schema):
    """What the policies must know of who asks, and of whose page it is."""

    is_self: bool
    has_custody: bool
    """Who asks holds custody today, as the sources tell it."""
    age: int
    """Whole years on the day; ``UNKNOWN_AGE``: no source tells the birth date."""
    is_disputed: bool
    """The sources disagree on who the page is about, and nobody has decided."""
    is_protected: bool
    """Whose page it is, or somebody they live with, has a protected name and address."""


class OwnPart(StrEnum):
    """What *Min side* could show."""

    EFFORTS = "efforts"
    PLAN = "plan"
    MEETINGS = "meetings"
    CONSENTS = "consents"
    FREE_TEXT = "free_text"
    """Titles in the words of a source."""
    PLACES = "places"
    """Units, employees and telephone numbers."""


def may_use_page(action: AuditAction, facts: OwnFacts) -> bool:
    """Whether the citizen may do that with the page: read it, withdraw a consent, write."""
    context = {
        "is_self": facts.is_self,
        "has_custody": facts.has_custody,
        "age": facts.age,
        "is_disputed": facts.is_disputed,
    }
    return _allows(action.value, "Citizen", context)


def may_begin_login(action: AuditAction) -> bool:
    """Whether a citizen may log in, or out."""
    return _allows(action.value, "OwnPage", {})


def may_see_part(part: OwnPart, facts: OwnFacts) -> bool:
    """Whether the page shows that."""
    context = {"part": part.value, "is_self": facts.is_self, "is_protected": facts.is_protected}
    return _allows("see_own_part", "Citizen", context)


def _shown_after() -> dict[Purpose, int]:
    return {
        purpose: next(
            days
            for days in range(_LONGEST)
            if _allows("see_own_lookup", "Citizen", {"purpose": purpose.value, "days": days})
        )
        for purpose in Purpose
    }


def _allows(action: str, resource: str, context: Mapping[str, object]) -> bool:
    return get_answers_to_citizen(((action, resource, tuple(sorted(context.items()))),))[0].allowed


LOOKUP_SHOWN_AFTER = {purpose: days for purpose, days in _shown_after().items() if days}
"""After how many days a look-up for that purpose is shown to the citizen: as the policies have it, for the statement
that reads the log. Other purposes are shown at once."""
