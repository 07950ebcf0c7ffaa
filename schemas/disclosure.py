"""With which right data goes from one area to another (videregivelse, forvaltningsloven § 28)."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from schemas.base import Instant, Schema
from schemas.data_category import DataCategory
from schemas.source import Area


class DisclosureBasis(StrEnum):
    """With which right data goes from one area to another (videregivelsesgrundlag, forvaltningsloven § 28)."""

    CONSENT = "consent"
    OVERRIDE = "override"
    """A stated reason (værdispring)."""
    STATUTORY_DUTY = "statutory_duty"
    """A law demands it (lovbestemt pligt); which one is stated."""
    SIGNIFICANT_IMPORTANCE = "significant_importance"
    """Of significant importance for the receiver's work or decision (væsentlig betydning)."""
    SSD_PREVENTIVE = "ssd_preventive"
    """Early and preventive work about a child (SSD): for one meeting, once."""
    HEALTH_RELEASE = "health_release"
    """A health professional releases health data to the team of a course (sundhedsloven § 43)."""


STATED_BASES = (
    DisclosureBasis.STATUTORY_DUTY,
    DisclosureBasis.SIGNIFICANT_IMPORTANCE,
    DisclosureBasis.SSD_PREVENTIVE,
    DisclosureBasis.HEALTH_RELEASE,
)
"""Those that an employee of the area that has the data states."""


class StandingDisclosure(Schema):
    """A disclosure that stands for an employee today."""

    id: int
    area: Area
    basis: DisclosureBasis
    cells: frozenset[str] | None
    """What of the area, as ``source/category``; None: all of it."""
    stated_by: str
    """The employee's name."""
    last_day: date


class SectionDisclosure(Schema):
    """With which right an area other than the actor's own is shown, and what of it."""

    area: Area
    basis: DisclosureBasis
    cells: frozenset[str] | None = None
    """What of the area, as ``source/category``; None: all of it."""
    stated: tuple[StandingDisclosure, ...] = ()
    """The disclosures that employees of the area stated, where they show it."""


class Meeting(Schema):
    """The meeting that a preventive disclosure is bound to."""

    title: str
    held_on: date


class Receiver(Schema):
    """An employee to whom data is disclosed."""

    actor_id: str
    name: str
    has_opened: bool = False
    """Of a preventive disclosure: the employee has used it up."""


class Disclosure(Schema):
    """A disclosure as it was stated."""

    id: int
    citizen_id: UUID
    area: Area
    categories: tuple[DataCategory, ...]
    basis: DisclosureBasis
    legal_basis: str = ""
    """The provision that demands it, of a statutory duty."""
    reason: str
    to_team: bool
    """To whoever is on the team of the citizen's course; else to the receivers."""
    receivers: tuple[Receiver, ...] = ()
    meeting: Meeting | None = None
    stated_by: str
    """The employee's name."""
    stated_by_id: str
    stated_at: Instant
    last_day: date
    ended_at: Instant | None = None
    ended_by: str | None = None

    def stands(self, on: date) -> bool:
        """Whether it holds on that day."""
        return self.ended_at is None and on <= self.last_day
