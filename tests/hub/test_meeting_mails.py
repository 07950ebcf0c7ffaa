"""Which meetings a mail is sent before, once for each time at which they stand, and that it tells of nobody."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.alerts.meeting_mails import announced_until, is_announced, meeting_mail, meeting_occasion, stands_since
from hub.clock import danish_day
from schemas.meeting import Meeting, MeetingKind, MeetingState, MeetingText, MeetingVersion

NOW = datetime(2024, 10, 26, 5, 30, tzinfo=UTC)
"""The morning before the clocks are set back."""
STARTS = st.sampled_from([NOW + timedelta(hours=hours) for hours in range(-30, 80, 6)])
STATES = st.sampled_from(MeetingState)
PLACES = st.sampled_from(["", "hjemme hos Maja, Skovvej 3"])
WORDS = st.lists(st.tuples(STARTS, STATES, PLACES), min_size=1, max_size=6)


def a_meeting(texts: list[tuple[datetime, MeetingState, str]]) -> Meeting:
    """*texts*: of its versions, the first first."""
    versions = [
        MeetingVersion(
            version=number,
            text=MeetingText(
                kind=MeetingKind.TEAM,
                state=state,
                starts_at=start,
                ends_at=start + timedelta(hours=1),
                place=place,
                reason="Maja er syg",
            ),
            by_id="anna",
            by="Anna Holm",
            at=NOW,
        )
        for number, (start, state, place) in enumerate(texts, start=1)
    ]
    return Meeting(id=UUID(int=7), course_id=UUID(int=8), versions=tuple(reversed(versions)))


@given(WORDS)
def test_a_planned_meeting_of_today_and_tomorrow_is_announced(texts: list[tuple[datetime, MeetingState, str]]) -> None:
    meeting, (start, state, _) = a_meeting(texts), texts[-1]
    days = (danish_day(start) - danish_day(NOW)).days
    assert is_announced(meeting, NOW) == (state is MeetingState.PLANNED and start > NOW and days in {0, 1})
    assert (start < announced_until(NOW)) == (days <= 1), "a day of 25 hours is one day"


@given(WORDS, st.tuples(STARTS, STATES, PLACES))
def test_it_is_announced_again_when_it_is_moved_and_only_then(
    texts: list[tuple[datetime, MeetingState, str]], then: tuple[datetime, MeetingState, str]
) -> None:
    before, after = a_meeting(texts), a_meeting([*texts, then])
    is_moved = texts[-1][0] != then[0]
    assert (meeting_occasion(before) != meeting_occasion(after)) == is_moved, "also back to a time at which it was"
    assert stands_since(after.versions) == (len(texts) + 1 if is_moved else stands_since(before.versions))


@given(WORDS)
def test_the_mail_says_the_day_and_where_to_log_in_and_nothing_of_anybody(
    texts: list[tuple[datetime, MeetingState, str]],
) -> None:
    meeting = a_meeting(texts)
    if not is_announced(meeting, NOW):
        return
    subject, body = meeting_mail(meeting, "https://helhed.example/", NOW)
    is_today = danish_day(meeting.text.starts_at) == danish_day(NOW)
    assert subject == f"Helhed: Du har et møde {'i dag' if is_today else 'i morgen'}"
    assert f"https://helhed.example/moeder/{meeting.id}\n" in body
    assert not [words for words in ("Maja", "Skovvej", "Anna", "anna", "syg") if words in subject + body]
