"""Pure: a meeting as one reader may see it, and who of the team is invited to it."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from hub.clock import danish_day
from hub.course.meeting_rules import invited_places
from schemas.course import CourseDetails, TeamPlace
from schemas.meeting import Decision, Meeting, MeetingState, MeetingText, ParticipantRole

CutTeam = Callable[[Collection[TeamPlace]], tuple[TeamPlace, ...]]
"""Cuts places of the team to what the reader may know of colleagues, in the same order."""


class MeetingMember(NamedTuple):
    """Somebody of the team at a meeting, as the reader may know of them."""

    place: TeamPlace
    is_present: bool | None
    reason: str


class MeetingView(NamedTuple):
    """A meeting as the reader may see it."""

    meeting: Meeting
    course: CourseDetails
    members: tuple[MeetingMember, ...]
    """Who is invited of the team; of a meeting that was held, who was."""
    left_out: tuple[TeamPlace, ...]
    decisions: tuple[Decision, ...]
    """Of this meeting, about citizens who consent to the course."""
    open_proposals: tuple[Decision, ...]
    """Of other meetings: the citizen has not agreed to them."""
    is_content_hidden: bool
    """A citizen of the meeting does not consent to the course: what was said of all of them, the place and the guests
    are not shown, nor who it is."""
    is_place_hidden: bool
    """A citizen of the meeting is protected, and place and guests would tell whoever cannot move it where they are."""
    may_change: bool


class MeetingList(NamedTuple):
    """Meetings on a page of a list, as they stand, each cut by ``list_view``."""

    meetings: tuple[Meeting, ...]
    total: int


def consenting_citizens(course: CourseDetails | None) -> frozenset[UUID]:
    """The citizens of the course who have consented to it."""
    return frozenset(each.citizen_id for each in course.citizens if each.has_consented) if course else frozenset()


def hides_content(meeting: Meeting, course: CourseDetails | None) -> bool:
    """Whether what was said at the meeting is, or was written while it was, about somebody who does not consent."""
    return _hidden_versions(meeting, consenting_citizens(course))[0]


def _hidden_versions(meeting: Meeting, consenting: Collection[UUID]) -> tuple[bool, ...]:
    """Of each version whether what it says is hidden, the newest first.

    Minutes go on from version to version, so they may be about everybody whom the meeting was about since they began:
    to leave somebody out of the meeting does not tell what was said of them.
    """
    hidden, spoken_of = [], set[UUID]()
    for version in reversed(meeting.versions):
        citizens = {*version.text.citizen_ids}
        spoken_of = spoken_of | citizens if version.text.minutes else set()
        hidden.append(not spoken_of | citizens <= frozenset(consenting))
    return tuple(reversed(hidden))


def places_invited(text: MeetingText, course: CourseDetails, today: date) -> tuple[TeamPlace, ...]:
    """Who is invited of the team; of a meeting that was held, who was."""
    if text.state is MeetingState.HELD:
        invited = [each.key for each in text.of(ParticipantRole.MEMBER) if each.is_invited]
        return places_of(invited, course, today)
    return invited_places(course.team, danish_day(text.starts_at), text.left_out)


def places_of(actor_ids: Collection[str], course: CourseDetails, today: date) -> tuple[TeamPlace, ...]:
    """A place of each of these employees, the current one where there is one."""
    places: dict[str, TeamPlace] = {}
    for place in course.team:
        if place.actor_id in actor_ids and (place.actor_id not in places or place.holds(today)):
            places[place.actor_id] = place
    return tuple(places.values())


def view_meeting(  # noqa: PLR0913  keyword-only from the reader on
    meeting: Meeting,
    course: CourseDetails,
    decisions: Sequence[Decision],
    cut_team: CutTeam,
    *,
    reader: str,
    guarded: Collection[UUID],
    today: date,
    may_change: bool,
) -> MeetingView:
    """The meeting cut to its reader.

    Args:
        meeting: with all its versions.
        course: with its whole team.
        decisions: of all meetings of the course.
        cut_team: cuts colleagues.
        reader: the reader's own name, which is no secret.
        guarded: citizens of the meeting who are protected, or live with somebody who is.
        today: the Danish day.
        may_change: whether the reader may move or cancel it.
    """
    consenting = consenting_citizens(course)
    hidden = _hidden_versions(meeting, consenting)
    text, is_hidden = meeting.text, hidden[0]
    is_place_hidden = hides_place(meeting, guarded, may_change=may_change)
    team = cut_team(course.team)
    known = {reader, *(place.name for place in team)}
    known_ids = {place.actor_id for place in team if place.actor_id}
    invited = places_invited(text, course, today)
    places = cut_team([*invited, *places_of(text.left_out, course, today)])
    recorded = {each.key: each for each in text.of(ParticipantRole.MEMBER)}
    members = []
    for place, shown in zip(invited, places, strict=False):
        each = recorded.get(place.actor_id)
        reason = each.reason if each and shown.name and not is_hidden else ""
        members.append(MeetingMember(shown, each.is_present if each else None, reason))
    shown_decisions = [
        each.model_copy(update={"by": each.by if each.by in known else None})
        for each in decisions
        if each.citizen_id in consenting
    ]
    return MeetingView(
        meeting=_cut(meeting, consenting, known_ids, hidden, is_place_hidden=is_place_hidden),
        course=course.model_copy(update={"team": team}),
        members=tuple(members),
        left_out=places[len(invited) :],
        decisions=tuple(each for each in shown_decisions if each.meeting_id == meeting.id),
        open_proposals=tuple(each for each in shown_decisions if each.meeting_id != meeting.id and not each.is_agreed),
        is_content_hidden=is_hidden,
        is_place_hidden=is_place_hidden,
        may_change=may_change,
    )


def hides_place(meeting: Meeting, guarded: Collection[UUID], *, may_change: bool) -> bool:
    """Whether place and guests would tell somebody who cannot move the meeting where a protected citizen is."""
    return not may_change and not {*meeting.text.citizen_ids}.isdisjoint(guarded)


def list_view(meeting: Meeting, seen: Collection[UUID]) -> Meeting:
    """A line of a list: when, what sort of meeting, and about whom of *seen*; nothing else is told."""
    return _cut(meeting, seen, frozenset(), (True,) * len(meeting.versions), is_place_hidden=True)


def _cut(
    meeting: Meeting, seen: Collection[UUID], known: Collection[str], hidden: Sequence[bool], *, is_place_hidden: bool
) -> Meeting:
    """The one cut of a meeting for lists, page, paper, calendar and API.

    Without citizens who are not among *seen*, and without colleagues whom the reader does not know (*known*: ids; any
    other would name somebody). Where what was said is hidden, place and guests are too: an institution tells where
    somebody is. Why colleagues did not come stands with the members, cut by itself.
    """
    versions = []
    for version, is_hidden in zip(meeting.versions, hidden, strict=True):
        has_no_place = is_hidden or is_place_hidden
        people = []
        for each in version.text.participants:
            is_member = each.role is ParticipantRole.MEMBER
            if each.role is ParticipantRole.CITIZEN and UUID(each.key) not in seen:
                continue
            if each.role is ParticipantRole.GUEST and has_no_place:
                continue
            key = {"key": ""} if is_member and each.key not in known else {}
            reason = {"reason": ""} if is_member or is_hidden else {}
            people.append(each.model_copy(update={**key, **reason}))
        unsaid = {"minutes": "", "reason": ""} if is_hidden else {}
        unsaid |= {"place": ""} if has_no_place else {}
        text = version.text.model_copy(update={**unsaid, "participants": tuple(people)})
        author = {} if version.by_id in known else {"by": None, "by_id": ""}
        versions.append(version.model_copy(update={"text": text, **author}))
    return meeting.model_copy(update={"versions": tuple(versions)})
