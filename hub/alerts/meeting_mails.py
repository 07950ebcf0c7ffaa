"""Which mail is sent before a meeting, once for each time at which it stands, and what it says of nobody. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from hub.clock import danish_day, danish_midnight
from hub.course.meeting_calendar import meeting_address
from schemas.meeting import Meeting, MeetingState, MeetingVersion

DAYS = ("i dag", "i morgen")
"""A mail is sent on the morning of the meeting's day, or on that of the day before."""
OCCASION = "meeting/"
"""How the occasion of such a mail begins in the outbox."""


def announced_until(now: datetime) -> datetime:
    """The midnight before which a meeting begins that is told of now."""
    return danish_midnight(danish_day(now) + timedelta(days=len(DAYS)))


def is_announced(meeting: Meeting, now: datetime) -> bool:
    """Whether it is planned and lies ahead, today or tomorrow in Denmark."""
    text = meeting.text
    return text.state is MeetingState.PLANNED and now < text.starts_at < announced_until(now)


def stands_since(versions: Sequence[MeetingVersion]) -> int:
    """The version that moved the meeting to where it stands; *versions* newest first.

    Another place or guest is no other meeting to who was told; a time that was left and is returned to is.
    """
    moment = versions[0].text.starts_at
    return list(takewhile(lambda version: version.text.starts_at == moment, versions))[-1].version


def meeting_occasion(meeting: Meeting) -> str:
    """Makes the mail one in the outbox: the meeting where it stands."""
    return f"{OCCASION}{meeting.id}/{stands_since(meeting.versions)}"


def meeting_mail(meeting: Meeting, public_url: str, now: datetime) -> tuple[str, str]:
    """Subject and body: that there is a meeting, on which day, and its agenda behind the login."""
    day = DAYS[(danish_day(meeting.text.starts_at) - danish_day(now)).days]
    lines = [
        f"Du har et møde {day}.",
        "",
        "Dagsordenen viser det, du må se: hvad der er nyt siden sidst,",
        "hvad der skal følges op, og hvad der står stille.",
        "",
        f"Log ind og se den: {meeting_address(public_url, meeting)}",
        "",
        "Mailen siger ikke, hvem mødet handler om. Du kan slå den fra under Vælg dine adviser.",
    ]
    return f"Helhed: Du har et møde {day}", "\n".join(lines) + "\n"
