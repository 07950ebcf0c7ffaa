"""What a citizen consents to: the course, and which data of which source its team may see (samtykke)."""

from collections.abc import Collection, Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field

from schemas.base import Instant, Schema
from schemas.data_category import DataCategory
from schemas.source import Area

_COMMON = (DataCategory.EFFORTS, DataCategory.PLANS, DataCategory.CONTACTS, DataCategory.PERSON)
AREA_CATEGORIES: Mapping[Area, tuple[DataCategory, ...]] = {
    Area.EMPLOYMENT: (*_COMMON[:2], DataCategory.WORK, *_COMMON[2:]),
    Area.SCHOOL: (*_COMMON[:2], DataCategory.SCHOOLING, DataCategory.NOTIFICATIONS, *_COMMON[2:]),
    Area.SOCIAL: (*_COMMON[:2], DataCategory.NOTIFICATIONS, *_COMMON[2:]),
    Area.HEALTH: _COMMON,
}
"""Categories of content that the sources of an area tell."""
_OF_KIND = {
    "plan": DataCategory.PLANS,
    "goal": DataCategory.PLANS,
    "concern_notification": DataCategory.NOTIFICATIONS,
    "enrolment": DataCategory.SCHOOLING,
    "absence": DataCategory.SCHOOLING,
    "target_group": DataCategory.WORK,
    "job_absence": DataCategory.WORK,
    "contact": DataCategory.CONTACTS,
    "deadline": DataCategory.CONTACTS,
}
WHOLE = "*"
"""In place of source and category: all of the area. Only consents from before the matrix have it."""
WHOLE_CELL = f"{WHOLE}/{WHOLE}"


def category_of(area: Area, kind: str) -> DataCategory:
    """The category of a fact of that kind in an area."""
    category = _OF_KIND.get(kind, DataCategory.EFFORTS)
    return category if category in AREA_CATEGORIES[area] else DataCategory.EFFORTS


def cell_of(source: str, category: DataCategory) -> str:
    """How facts and decisions name one cell of the matrix."""
    return f"{source}/{category}"


def whole_areas(cells: Mapping[Area, Collection[str]], areas: Mapping[str, Area]) -> frozenset[Area]:
    """The areas of which these cells open all that the sources (area of each by name) tell."""
    return frozenset(
        area
        for area, open_cells in cells.items()
        if WHOLE_CELL in open_cells or (area in areas.values() and _all_cells(area, areas) <= set(open_cells))
    )


def _all_cells(area: Area, areas: Mapping[str, Area]) -> frozenset[str]:
    """Every cell of content that the sources of the area have."""
    sources = (source for source, source_area in areas.items() if source_area is area)
    return frozenset(cell_of(source, category) for source in sources for category in AREA_CATEGORIES[area])


class ConsentKind(StrEnum):
    """Which of the gates a consent opens."""

    COURSE = "course"
    """To the course itself (gate C)."""
    SHARE = "share"
    """To fetch and share data of another area than health (gate B, retssikkerhedsloven § 11 a)."""
    HEALTH = "health"
    """To use health data outside treatment (gate D, sundhedsloven §§ 43 and 44)."""


class ConsentForm(StrEnum):
    """How a consent was given."""

    WRITTEN = "written"
    DIGITAL = "digital"
    """With a digital signature."""
    ORAL = "oral"
    CONVERTED = "converted"
    """Taken over from the time when no form was recorded."""


class ConsentGiver(StrEnum):
    """Who gave a consent."""

    CITIZEN = "citizen"
    CUSTODY_HOLDER = "custody_holder"
    GUARDIAN = "guardian"
    UNKNOWN = "unknown"
    """Taken over from the time when this was not recorded."""


class ConsentTerms(Schema):
    """How, when and by whom a consent was given, and until when it holds."""

    given_on: date
    expires_on: date | None = None
    """The first day on which it holds no longer. None: until it is withdrawn or the course ends."""
    form: ConsentForm
    given_by: ConsentGiver
    evidence: str = Field(max_length=300)
    """Where the proof is, as whoever recorded it wrote it."""


class ConsentCell(Schema):
    """One cell of the matrix."""

    area: Area
    source: str
    category: DataCategory | None
    """None: all of the area."""


class Consent(Schema):
    """A consent as it was recorded: to the course, or to one cell of the matrix."""

    id: int
    kind: ConsentKind
    cell: ConsentCell | None
    """None: to the course. """
    terms: ConsentTerms
    recorded_by: str
    """The employee's name; empty: taken over from the time when this was not recorded."""
    recorded_at: Instant | None
    withdrawn_on: date | None = None
    withdrawn_by: str | None = None

    def stands(self, on: date) -> bool:
        """Whether it holds on that day."""
        terms = self.terms
        return (
            terms.given_on <= on
            and (terms.expires_on is None or on < terms.expires_on)
            and (self.withdrawn_on is None or on < self.withdrawn_on)
        )


class CitizenConsents(Schema):
    """All consents of a citizen to one course, the newest first."""

    citizen_id: UUID
    course_id: UUID
    consents: tuple[Consent, ...]

    def standing(self, on: date) -> tuple[Consent, ...]:
        """Those that hold on that day."""
        return tuple(consent for consent in self.consents if consent.stands(on))


class TeamFacts(Schema):
    """What the policy must know of an actor and a course, whether or not the citizen has consented to it."""

    citizen_id: UUID
    course_id: UUID
    title: str
    on_team: bool
    is_lead_coordinator: bool
    is_citizen_coordinator: bool
    is_self: bool
    member_key: UUID
    """Under which key the citizen is on the course; another than the citizen's where two were one."""
