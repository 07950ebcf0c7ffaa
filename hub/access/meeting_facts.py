"""Pure: what the rules may read of the team's meetings, for a reader who may read the meetings themselves."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from hub.clock import danish_day
from hub.rules.facts import Appointment
from schemas.meeting import Meeting, MeetingKind, MeetingState, ParticipantRole


def meeting_facts(meetings: Iterable[Meeting], citizen_id: UUID) -> Iterator[Appointment]:
    """The planned meetings to which that citizen is invited: one that is held without them asks nothing of them."""
    for meeting in meetings:
        text = meeting.text
        invited = {each.key for each in text.of(ParticipantRole.CITIZEN) if each.is_invited}
        if text.state is MeetingState.PLANNED and str(citizen_id) in invited:
            yield Appointment(
                id=meeting_fact_id(meeting),
                of_plan=True,
                day=danish_day(text.starts_at),
                starts_at=text.starts_at,
                ends_at=text.ends_at if text.ends_at > text.starts_at else None,
            )


def meeting_kinds(meetings: Iterable[Meeting]) -> dict[str, MeetingKind]:
    """What each is called, by the ids of these facts."""
    return {meeting_fact_id(meeting): meeting.text.kind for meeting in meetings}


def meeting_fact_id(meeting: Meeting) -> str:
    """The id of a meeting among the facts of the rules."""
    return f"meeting/{meeting.id}"
