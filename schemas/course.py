"""The coordinated course as people run it: offered, accepted, with a team, and closed (sammenhængende borgerforløb)."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from schemas.base import Schema
from schemas.source import Area

Words = Annotated[str, Field(max_length=600)]
"""What people write in a sentence or a few."""


class TeamFunction(StrEnum):
    """Function on the team of a course; not a job title."""

    LEAD_COORDINATOR = "lead_coordinator"
    """tovholder: has authority, closest to the citizen."""
    CITIZEN_COORDINATOR = "citizen_coordinator"
    """borgerkoordinator: added when progression is missing."""
    MEMBER = "member"


class OfferReason(StrEnum):
    """Why a course is offered."""

    HIGH_ABSENCE = "high_absence"
    """School absence, the high-risk indicator."""
    PROFESSIONAL_INDICATORS = "professional_indicators"
    """At least three professional indicators of risk (faglige indikatorer)."""
    NO_PROGRESSION = "no_progression"
    CITIZEN_WISH = "citizen_wish"
    """The citizen's own wish and need."""


class CitizenSay(StrEnum):
    """What the citizen says to somebody joining or leaving the team."""

    WANTS = "wants"
    ACCEPTS = "accepts"
    AGAINST = "against"
    NOT_ASKED = "not_asked"


class CourseOutcome(StrEnum):
    """How a course ended."""

    GOALS_REACHED = "goals_reached"
    PARTLY_REACHED = "partly_reached"
    OTHER_HELP = "other_help"
    CITIZEN_STOPPED = "citizen_stopped"
    DECLINED = "declined"
    """The citizen said no to the offer."""
    MOVED_AWAY = "moved_away"


class CourseOffer(Schema):
    """What is written when a course is offered."""

    reasons: frozenset[OfferReason]
    indicators: tuple[Annotated[str, Field(max_length=200)], ...] = Field(default=(), max_length=20)
    """The professional indicators, one each."""
    words: Words
    """Why, and what the citizen says to it."""
    authority: Words
    """What the lead coordinator, who is the one that offers, may decide."""


class NewMember(Schema):
    """Somebody who joins the team."""

    actor_id: str = Field(max_length=200)
    function: TeamFunction = TeamFunction.MEMBER
    valid_from: date
    valid_to: date | None = None
    """The first day on which the employee is on the team no longer; None: no end is planned."""
    reason: Words
    """Why the work needs it; of a citizen coordinator, which progression is missing."""
    authority: Words = ""
    """Of a lead coordinator: what they may decide."""
    citizen_say: CitizenSay
    citizen_words: Words = ""


class Leaving(Schema):
    """Why somebody leaves the team."""

    reason: Words
    citizen_say: CitizenSay
    citizen_words: Words = ""


class CourseEnding(Schema):
    """How a course ends, and what follows."""

    ends_on: date
    """The first day on which it is open no longer; today: it closes at once."""
    outcome: CourseOutcome
    follows: Words
    """What comes after it, and who does it."""


class TeamPlace(Schema):
    """Somebody's place on a team, now, earlier or to come."""

    id: int
    actor_id: str
    name: str
    title: str
    unit_name: str | None
    """When they joined; of older places, now."""
    phone: str | None
    area: Area | None
    function: TeamFunction
    valid_from: date
    valid_to: date | None
    reason: str
    authority: str
    citizen_say: CitizenSay | None
    """None: it was not recorded."""
    citizen_words: str
    added_by: str | None
    ended_by: str | None
    end_reason: str
    end_say: CitizenSay | None

    def holds(self, on: date) -> bool:
        """Whether it opens anything on that day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


class CourseCitizen(Schema):
    """A citizen of a course."""

    citizen_id: UUID
    has_consented: bool
    """To the course; until then it opens nothing."""
    own_words: tuple[str, ...] = ()
    """What the citizen wrote on *Min side* and waits for the plan; for who leads the course alone."""


class CourseDetails(Schema):
    """A course with its team, and what the reader may do."""

    course_id: UUID
    title: str
    version: int
    """Of the course with its team; who changes it says which they saw."""
    started_on: date
    ends_on: date | None
    outcome: CourseOutcome | None
    follows: str
    reasons: tuple[OfferReason, ...]
    indicators: tuple[str, ...]
    words: str
    offered_by: str | None
    """Who offered it; None: nobody knows, or it is somebody of an area that the reader does not see."""
    offered_by_area: Area | None = None
    """None: the course is from before offers were recorded."""
    citizens: tuple[CourseCitizen, ...]
    team: tuple[TeamPlace, ...]
    joins_as: tuple[TeamFunction, ...] = ()
    """As what the reader may let somebody join; empty: not at all."""
    may_remove: bool = False
    """Somebody from the team."""
    may_end: bool = False
    is_closed: bool = False
    may_add_citizen: bool = False
    """Somebody of the family to the course."""


class CourseLine(Schema):
    """A course on somebody's list."""

    course_id: UUID
    title: str
    started_on: date
    ends_on: date | None
    outcome: CourseOutcome | None = None
    function: TeamFunction
    lead: str | None
    """Name of the lead coordinator; None: there is none, or it is somebody of an area that the reader does not see."""
    lead_area: Area | None = None
    is_lead_hidden: bool = False
    """There is a lead coordinator, but of an area that the reader does not see."""
    team_size: int
    citizens: int
    waiting: int
    """Of the citizens, those who have not consented."""


class CourseFacts(Schema):
    """Somebody's place on a course that is open, whatever is consented to."""

    course_id: UUID
    title: str
    version: int
    citizen_ids: tuple[UUID, ...]
    on_team: bool
    is_lead_coordinator: bool
    is_citizen_coordinator: bool
    has_lead: bool
    """Somebody who may still log in leads it."""
    is_self: bool
    """The employee is one of its citizens."""
    was_on_team: bool = False
    """Of a closed course: the employee was on its team on the last day."""
    closed_for: int | None = None
    """Days since the course was closed, the first day without it being 0; None: it is open."""


class Candidate(Schema):
    """An employee who could join a team."""

    actor_id: str
    name: str
    title: str
    unit_name: str | None
    area: Area | None
