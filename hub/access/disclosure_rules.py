"""Pure: what an employee states when disclosing data of an area, and what must be corrected in it first."""

from datetime import date
from enum import StrEnum

from hub.access.policy import is_reason
from schemas.base import Schema
from schemas.data_category import DataCategory
from schemas.disclosure import STATED_BASES, DisclosureBasis


class DisclosureFault(StrEnum):
    """What must be corrected before a disclosure is stored."""

    BASIS_MISSING = "basis_missing"
    CATEGORIES_MISSING = "categories_missing"
    WORDS_MISSING = "words_missing"
    LEGAL_BASIS_MISSING = "legal_basis_missing"
    RECEIVERS_MISSING = "receivers_missing"
    RECEIVER_UNKNOWN = "receiver_unknown"
    """Nobody works with citizens under that id or name, several do, or it is the actor."""
    NO_TEAM = "no_team"
    """The citizen is on no course that they have consented to."""
    TEAM_ONLY = "team_only"
    """Health data is released to the team of a course."""
    NAMED_ONLY = "named_only"
    """What is for a meeting is for its participants by name."""
    MEETING_MISSING = "meeting_missing"
    DAY_PAST = "day_past"
    TOO_LONG = "too_long"
    """Longer than the policies allow."""
    AREA_OUTSIDE = "area_outside"
    """A participant of a preventive meeting is of no area that takes part in such."""


class StatedDisclosure(Schema):
    """What an employee discloses, to whom, why and until when."""

    basis: DisclosureBasis | None
    categories: tuple[DataCategory, ...]
    reason: str
    legal_basis: str = ""
    to_team: bool = False
    receivers: tuple[str, ...] = ()
    """Ids or names of employees."""
    meeting: str = ""
    meeting_on: date | None = None
    last_day: date | None = None

    @property
    def is_for_meeting(self) -> bool:
        """Whether it is bound to one meeting."""
        return self.basis is DisclosureBasis.SSD_PREVENTIVE


def faults_of(stated: StatedDisclosure, today: date, *, known: int, has_team: bool) -> tuple[DisclosureFault, ...]:
    """What must be corrected whatever the policies say; *known* is how many of the receivers there are. Pure."""
    is_meeting = stated.is_for_meeting
    last_day = stated.meeting_on if is_meeting else stated.last_day
    is_named = not stated.to_team
    faults = {
        DisclosureFault.BASIS_MISSING: stated.basis not in STATED_BASES,
        DisclosureFault.CATEGORIES_MISSING: not stated.categories,
        DisclosureFault.WORDS_MISSING: not is_reason(stated.reason),
        DisclosureFault.LEGAL_BASIS_MISSING: stated.basis is DisclosureBasis.STATUTORY_DUTY
        and not stated.legal_basis.strip(),
        DisclosureFault.TEAM_ONLY: stated.basis is DisclosureBasis.HEALTH_RELEASE and is_named,
        DisclosureFault.NAMED_ONLY: is_meeting and stated.to_team,
        DisclosureFault.NO_TEAM: stated.to_team and not is_meeting and not has_team,
        DisclosureFault.RECEIVERS_MISSING: is_named
        and not stated.receivers
        and stated.basis is not DisclosureBasis.HEALTH_RELEASE,
        DisclosureFault.RECEIVER_UNKNOWN: is_named and known < len(set(stated.receivers)),
        DisclosureFault.MEETING_MISSING: is_meeting and (stated.meeting_on is None or not stated.meeting.strip()),
        DisclosureFault.DAY_PAST: (last_day is not None and last_day < today) or (not is_meeting and last_day is None),
    }
    return tuple(fault for fault, is_present in faults.items() if is_present)
