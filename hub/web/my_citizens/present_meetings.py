"""Today's meetings among my families. Pure."""

from collections.abc import Sequence

from hub.web.my_citizens import texts
from hub.web.my_citizens.families import Family
from hub.web.my_citizens.page import MeetingToday
from hub.web.shell.dates import clock_text, listed
from hub.web.shell.people import first_word
from schemas.meeting import Meeting, MeetingState

STATES = {MeetingState.PLANNED: "", MeetingState.HELD: "holdt", MeetingState.CANCELLED: "aflyst"}


def meetings_today(meetings: Sequence[Meeting], families: Sequence[Family]) -> tuple[MeetingToday, ...]:
    """In their order; people are named as in the list of my families, and those I cannot open are not."""
    names = {
        member.citizen.citizen_id: first_word(member.citizen.name) or texts.NAMELESS
        for family in families
        for member in family.members
    }
    return tuple(
        MeetingToday(
            when=f"kl. {clock_text(meeting.text.starts_at)}-{clock_text(meeting.text.ends_at)}",
            href=f"/moeder/{meeting.id}",
            names=listed([name for key, name in names.items() if key in meeting.text.citizen_ids]),
            state=STATES[meeting.text.state],
        )
        for meeting in meetings
    )
