"""What professionals say about the rules' hits, and what they record themselves."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from schemas.base import Instant, Schema
from schemas.source import Area


class Verdict(StrEnum):
    """What a professional judged of a hit (vurdering)."""

    RELEVANT = "relevant"
    NOT_RELEVANT = "not_relevant"
    CITIZEN_INFORMED = "citizen_informed"
    """The citizen has been told of it."""


class RuleAssessment(Schema):
    """A judgement of one hit; a later one is added, none is changed."""

    citizen_id: UUID
    rule: str
    version: int
    hit_key: str
    """Of the hit as its facts were then."""
    areas: frozenset[Area]
    """Areas whose sources told the facts."""
    of_plan: bool = False
    """The hit rests on Borgerens plan or a meeting, too: who may not read that does not read the judgement."""
    verdict: Verdict
    reason: str
    """In the words of the professional, without national numbers and without names of the family."""
    assessed_by_id: str
    """Empty where the name is none."""
    assessed_by: str | None
    """None: of an area that the reader does not see."""
    assessed_at: Instant


class ProfessionalIndicator(Schema):
    """An indicator that a named professional recorded (faglig indikator)."""

    id: int
    citizen_id: UUID
    indicator: str
    """Key in the local catalogue."""
    area: Area
    """Where the professional works."""
    recorded_by_id: str
    recorded_by: str
    recorded_on: date
    valid_until: date
