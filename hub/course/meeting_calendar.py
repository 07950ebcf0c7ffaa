"""Pure: a meeting as an iCalendar file (RFC 5545, 5546) that tells of nobody. The only module that knows icalendar.

A file lies in mailboxes and calendars outside Helhed's reach, so it holds when, and where to log in: no name, no place,
no reason, no guest. Its title is the same for every meeting.
"""

from datetime import date, datetime

from hub.clock import DANISH_TIME
from schemas.meeting import Meeting, MeetingState

TITLE = "Møde i Helhed"
DESCRIPTION = "Log ind i Helhed for at se, hvad mødet handler om, hvor det er, og hvem der er med: {address}"
CANCELLED = "Mødet er aflyst. Log ind i Helhed for at se hvorfor: {address}"
NO_SENDER = "noreply@helhed.invalid"
"""Where the installation has no address to send from; the domain can belong to nobody (RFC 2606)."""


def meeting_address(public_url: str, meeting: Meeting) -> str:
    """Where the meeting is read, behind the login."""
    return f"{public_url.rstrip('/')}/moeder/{meeting.id}"


def write_calendar(meeting: Meeting, *, public_url: str, sender: str = "", recipient: str = "") -> bytes:
    """The invitation to the meeting as it stands, or that it is cancelled (``METHOD:REQUEST`` or ``CANCEL``).

    The same meeting has the same ``UID`` for ever, and a later version a higher ``SEQUENCE``, so that a calendar moves
    the entry that it has.

    Args:
        meeting: as it stands.
        public_url: of the installation, under which one logs in.
        sender: the installation's own e-mail address, the organiser.
        recipient: to whom it is sent as e-mail; in a file to download nobody is named.
    """
    from icalendar import Calendar, Event  # noqa: PLC0415  a worker that invites nobody does without

    text, version = meeting.text, meeting.versions[0]
    is_cancelled = text.state is MeetingState.CANCELLED
    address = meeting_address(public_url, meeting)
    event = Event()
    event.add("uid", str(meeting.id))
    event.add("sequence", version.version - 1)
    event.add("dtstamp", version.at)
    event.add("last-modified", version.at)
    event.add("dtstart", _local(text.starts_at))
    event.add("dtend", _local(text.ends_at))
    event.add("summary", TITLE)
    event.add("description", (CANCELLED if is_cancelled else DESCRIPTION).format(address=address))
    event.add("url", address)
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    event.add("organizer", f"mailto:{sender or NO_SENDER}")
    if recipient:
        event.add("attendee", f"mailto:{recipient}")
    calendar = Calendar()
    calendar.add("prodid", "-//Helhed//Moeder//DA")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if is_cancelled else "REQUEST")
    calendar.add_component(event)
    year = text.starts_at.year
    calendar.add_missing_timezones(date(year, 1, 1), date(year + 1, 12, 31))
    document: bytes = calendar.to_ical()
    return document


def _local(moment: datetime) -> datetime:
    """In the Danish time zone, so that the meeting stays at its hour whatever zone a calendar is in."""
    return moment.astimezone(DANISH_TIME)
