"""Meetings of a course: planned, moved, held or cancelled; who is invited and came, and what was decided."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from schemas.base import Instant, Schema
from schemas.course import Words
from schemas.plan import PlanWords

Minutes = Annotated[str, Field(max_length=4000)]
Place = Annotated[str, Field(max_length=200)]
PlaceId = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""Number of a place on the team."""
GuestRole = Annotated[str, Field(max_length=120)]
"""A guest by role or unit, as in "moster" or "PPR"; a guest gets no access."""


class MeetingKind(StrEnum):
    """What a meeting is called; it has no other title, so that no title tells whom it is about."""

    TEAM = "team"
    NETWORK = "network"
    """With people of the citizen's own network."""


class MeetingState(StrEnum):
    """Where a meeting is. What was held or cancelled is changed no more."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class ParticipantRole(StrEnum):
    """As what somebody takes part."""

    CITIZEN = "citizen"
    """The meeting is about them."""
    MEMBER = "member"
    """Of the team; a place on it is the duty to attend."""
    GUEST = "guest"


class Participant(Schema):
    """Somebody whom the meeting is about, who is invited, or who came."""

    role: ParticipantRole
    key: str
    """A citizen's key, an employee's id, or what the guest is."""
    is_invited: bool = True
    """Of a planned meeting the employees who are not invited are stored, and nobody else of the team."""
    is_present: bool | None = None
    """None: it is not recorded."""
    reason: Words = ""
    """Why they are not invited or did not come."""


class MeetingText(Schema):
    """Everything about a meeting that people can change."""

    kind: MeetingKind
    state: MeetingState = MeetingState.PLANNED
    starts_at: Instant
    ends_at: Instant
    place: Place = ""
    participants: tuple[Participant, ...] = ()
    minutes: Minutes = ""
    reason: Words = ""
    """Why it was moved or cancelled."""

    def of(self, role: ParticipantRole) -> tuple[Participant, ...]:
        """Those who take part as that."""
        return tuple(participant for participant in self.participants if participant.role is role)

    @property
    def citizen_ids(self) -> tuple[UUID, ...]:
        """Whom the meeting is about."""
        return tuple(UUID(participant.key) for participant in self.of(ParticipantRole.CITIZEN))

    @property
    def left_out(self) -> frozenset[str]:
        """Ids of the employees on the team who are not invited."""
        return frozenset(each.key for each in self.of(ParticipantRole.MEMBER) if not each.is_invited)


class MeetingVersion(Schema):
    """A meeting as somebody wrote it."""

    version: int
    text: MeetingText
    by_id: str
    by: str | None
    """Name of the employee; None: somebody whom the reader is not told of."""
    at: Instant


class Meeting(Schema):
    """A meeting of a course."""

    id: UUID
    course_id: UUID
    versions: tuple[MeetingVersion, ...] = Field(min_length=1)
    """The newest first; in a list the newest alone."""

    @property
    def text(self) -> MeetingText:
        """As it stands."""
        return self.versions[0].text

    @property
    def version(self) -> int:
        """Of the meeting as it stands; who changes it says which they saw."""
        return self.versions[0].version


class PlannedCitizen(Schema):
    """A citizen whom the meeting is to be about."""

    citizen_id: UUID
    is_invited: bool = True
    reason: Words = ""
    """Why the meeting is held without the citizen."""


class MeetingPlan(Schema):
    """What is written when a meeting is planned or moved."""

    kind: MeetingKind
    starts_at: Instant
    ends_at: Instant
    place: Place = ""
    citizens: tuple[PlannedCitizen, ...] = Field(max_length=20)
    left_out: tuple[PlaceId, ...] = Field(default=(), max_length=100)
    """The places on the team that are not invited; everybody else on the team is."""
    guests: tuple[GuestRole, ...] = Field(default=(), max_length=20)
    reason: Words = ""
    """Why it is moved."""


class MemberRecord(Schema):
    """Whether somebody of the team came."""

    place_id: PlaceId
    is_present: bool
    reason: Words = ""
    """Why not."""


class CitizenRecord(Schema):
    """Whether a citizen was present at the meeting about them."""

    citizen_id: UUID
    is_present: bool
    reason: Words = ""


class NewDecision(Schema):
    """What was decided: it becomes an agreement of the citizen's plan when the citizen agrees."""

    id: UUID
    """Names it, so that a form sent twice records it once; the agreement in the plan has the same id."""
    citizen_id: UUID
    goal_id: UUID | None = None
    words: PlanWords
    who: Annotated[str, Field(max_length=200)]
    due_on: date | None
    is_agreed: bool
    """The citizen agrees. Else it is a proposal, and stands in the minutes alone."""


class MeetingRecord(Schema):
    """What is written at the meeting."""

    members: tuple[MemberRecord, ...] = Field(default=(), max_length=100)
    citizens: tuple[CitizenRecord, ...] = Field(default=(), max_length=20)
    guests: tuple[GuestRole, ...] = Field(default=(), max_length=20)
    """Those who came."""
    minutes: Minutes = ""
    decisions: tuple[NewDecision, ...] = Field(default=(), max_length=20)
    is_closing: bool
    """The meeting is over: nothing of it is changed from now on. Else what is written is kept, and one goes on."""


class Decision(Schema):
    """A decision of a meeting."""

    id: UUID
    meeting_id: UUID
    citizen_id: UUID
    goal_id: UUID | None
    words: str
    who: str
    due_on: date
    is_agreed: bool
    """It stands in the citizen's plan."""
    by: str | None
    at: Instant
