"""Pure: what a meeting must say to be stored, who is invited to it, and what of the plan belongs on its agenda."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from hub.clock import danish_day
from hub.course.plan_rules import GOALS, still_since
from schemas.course import TeamPlace
from schemas.meeting import (
    Meeting,
    MeetingPlan,
    MeetingRecord,
    MeetingState,
    MeetingText,
    NewDecision,
    Participant,
    ParticipantRole,
)
from schemas.plan import CitizenPlan, GoalProgress, PlanEntry, PlanKind, PlanState

LONGEST = timedelta(hours=12)
FARTHEST = timedelta(days=366)
"""So far ahead a meeting is planned at most."""
DUE_WITHIN = timedelta(days=30)
"""So far ahead something is on the agenda as due."""
SHORTEST_WORDS = 5


class MeetingFault(StrEnum):
    """Why a meeting is not planned, changed, cancelled or closed."""

    NO_CITIZEN = "no_citizen"
    """A meeting is about at least one citizen of the course who has consented to it."""
    WITHOUT_CITIZEN = "without_citizen"
    """A meeting about the citizen without the citizen needs a reason."""
    NOBODY_INVITED = "nobody_invited"
    ENDS_TOO_EARLY = "ends_too_early"
    TOO_LONG = "too_long"
    BEFORE_COURSE = "before_course"
    TOO_FAR = "too_far"
    NO_REASON = "no_reason"
    ABSENT_WITHOUT_REASON = "absent_without_reason"
    """Whoever has a duty to attend and does not come says why."""
    PRESENT_AHEAD = "present_ahead"
    CLOSED_AHEAD = "closed_ahead"
    MEMBER_NOT_RECORDED = "member_not_recorded"
    CITIZEN_NOT_RECORDED = "citizen_not_recorded"
    NO_MINUTES = "no_minutes"
    DECISION_INCOMPLETE = "decision_incomplete"
    """A decision says what, who, by when, and for whom."""
    IS_OVER = "is_over"
    MEETING_UNKNOWN = "meeting_unknown"
    CHANGED_MEANWHILE = "changed_meanwhile"
    """Somebody else changed the meeting after it was shown."""


MeetingFaults = tuple[MeetingFault, ...]
"""What must be corrected first; empty: it is done."""


def invited_places(places: Iterable[TeamPlace], on: date, left_out: Collection[str]) -> tuple[TeamPlace, ...]:
    """The team of that day but for those who are left out, each employee once, in the order of the places.

    A place on the team is the duty to attend: who joins is invited from then on, who leaves is not.
    """
    invited: dict[str, TeamPlace] = {}
    for place in places:
        if place.holds(on) and place.actor_id not in left_out:
            invited.setdefault(place.actor_id, place)
    return tuple(invited.values())


def plan_faults(
    plan: MeetingPlan, *, citizens: Collection[UUID], invited: int, today: date, started_on: date
) -> MeetingFaults:
    """What must be corrected before the meeting can be planned.

    Args:
        plan: what was written.
        citizens: those of the course who have consented to it.
        invited: how many of the team are.
        today: the Danish day.
        started_on: the first day of the course; a meeting that was held already can be written down, too.
    """
    day = danish_day(plan.starts_at)
    is_whole = bool(plan.citizens) and {each.citizen_id for each in plan.citizens} <= frozenset(citizens)
    faults = {
        MeetingFault.NO_CITIZEN: not is_whole,
        MeetingFault.WITHOUT_CITIZEN: any(not (each.is_invited or _says(each.reason)) for each in plan.citizens),
        MeetingFault.NOBODY_INVITED: not invited,
        MeetingFault.ENDS_TOO_EARLY: plan.ends_at <= plan.starts_at,
        MeetingFault.TOO_LONG: plan.ends_at - plan.starts_at > LONGEST,
        MeetingFault.BEFORE_COURSE: day < started_on,
        MeetingFault.TOO_FAR: day > today + FARTHEST,
    }
    return tuple(fault for fault, is_present in faults.items() if is_present)


def cancel_faults(text: MeetingText, reason: str) -> MeetingFaults:
    """What must be corrected before the meeting can be cancelled."""
    if text.state is not MeetingState.PLANNED:
        return (MeetingFault.IS_OVER,)
    return () if _says(reason) else (MeetingFault.NO_REASON,)


def planned_text(plan: MeetingPlan, left_out: Collection[str]) -> MeetingText:
    """The meeting as it is planned; *left_out*: ids of the employees who are not invited."""
    citizens = [
        Participant(
            role=ParticipantRole.CITIZEN,
            key=str(each.citizen_id),
            is_invited=each.is_invited,
            reason="" if each.is_invited else each.reason,
        )
        for each in plan.citizens
    ]
    members = [Participant(role=ParticipantRole.MEMBER, key=key, is_invited=False) for key in sorted(left_out)]
    guests = [Participant(role=ParticipantRole.GUEST, key=guest) for guest in dict.fromkeys(plan.guests)]
    return MeetingText(
        kind=plan.kind,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        place=plan.place,
        reason=plan.reason,
        participants=tuple({(each.role, each.key): each for each in (*citizens, *members, *guests)}.values()),
    )


def changed_text(text: MeetingText, plan: MeetingPlan, left_out: Collection[str]) -> MeetingText:
    """The planned meeting as it is changed; what was recorded of it stays, of another day only the minutes do."""
    changed = planned_text(plan, left_out).model_copy(update={"minutes": text.minutes})
    if danish_day(changed.starts_at) != danish_day(text.starts_at):
        return changed
    recorded = {(each.role, each.key): each for each in text.participants if each.is_present is not None}
    planned = {(each.role, each.key): each for each in changed.participants}
    members = {key: each for key, each in recorded.items() if key[0] is ParticipantRole.MEMBER}
    same = {key: recorded.get(key, each) for key, each in planned.items() if each.is_invited}
    return changed.model_copy(update={"participants": tuple((members | planned | same).values())})


def recorded_text(text: MeetingText, record: MeetingRecord, invited: Sequence[TeamPlace]) -> MeetingText:
    """The meeting with what was written at it; of people who are not invited nothing is taken over."""
    members = {each.place_id: each for each in record.members}
    citizens = {str(each.citizen_id): each for each in record.citizens}
    present = frozenset(record.guests)
    participants: list[Participant] = []
    for each in text.of(ParticipantRole.CITIZEN):
        said = citizens.get(each.key)
        update = {"is_present": said.is_present, "reason": "" if said.is_present else said.reason} if said else {}
        participants.append(each.model_copy(update=update))
    for place in invited:
        member = members.get(place.id)
        participants.append(
            Participant(
                role=ParticipantRole.MEMBER,
                key=place.actor_id,
                is_present=member.is_present if member else None,
                reason=member.reason if member and not member.is_present else "",
            )
        )
    participants += [each for each in text.of(ParticipantRole.MEMBER) if not each.is_invited]
    known = [each.key for each in text.of(ParticipantRole.GUEST)]
    for guest in dict.fromkeys([*known, *record.guests]):
        is_invited = guest in known
        participants.append(
            Participant(
                role=ParticipantRole.GUEST, key=guest, is_invited=is_invited, is_present=guest in present or None
            )
        )
    state = MeetingState.HELD if record.is_closing else text.state
    return text.model_copy(
        update={"participants": tuple(participants), "minutes": record.minutes, "state": state, "reason": text.reason}
    )


def record_faults(text: MeetingText, decisions: Sequence[NewDecision], today: date) -> MeetingFaults:
    """What must be corrected before what was written at the meeting is stored; *text*: as it would be."""
    return tuple(_of_record(text, decisions, today))


def _of_record(text: MeetingText, decisions: Sequence[NewDecision], today: date) -> Iterator[MeetingFault]:
    members = [each for each in text.of(ParticipantRole.MEMBER) if each.is_invited]
    citizens, is_ahead = text.of(ParticipantRole.CITIZEN), danish_day(text.starts_at) > today
    if any(each.is_present is False and not _says(each.reason) for each in members):
        yield MeetingFault.ABSENT_WITHOUT_REASON
    if any(each.is_present is False and not _says(each.reason) for each in citizens):
        yield MeetingFault.WITHOUT_CITIZEN
    if is_ahead and any(each.is_present for each in text.participants):
        yield MeetingFault.PRESENT_AHEAD
    if any(not (each.words.strip() and each.who.strip() and each.due_on) for each in decisions) or any(
        each.citizen_id not in text.citizen_ids for each in decisions
    ):
        yield MeetingFault.DECISION_INCOMPLETE
    if text.state is not MeetingState.HELD:
        return
    if is_ahead:
        yield MeetingFault.CLOSED_AHEAD
    if any(each.is_present is None for each in members):
        yield MeetingFault.MEMBER_NOT_RECORDED
    if any(each.is_present is None for each in citizens):
        yield MeetingFault.CITIZEN_NOT_RECORDED
    if not _says(text.minutes):
        yield MeetingFault.NO_MINUTES


def meeting_on(meeting: Meeting, moment: datetime) -> Meeting | None:
    """The meeting as it was written at that instant; None: nobody had planned it."""
    versions = tuple(version for version in meeting.versions if version.at <= moment)
    return meeting.model_copy(update={"versions": versions}) if versions else None


def due_entries(plan: CitizenPlan, today: date) -> tuple[PlanEntry, ...]:
    """Agreements and goals whose day has passed or comes within the limit, the earliest first.

    A goal that is reached needs no second look.
    """
    due = [
        entry
        for entry in plan.entries
        if entry.kind in {*GOALS, PlanKind.AGREEMENT}
        and entry.text.state is PlanState.OPEN
        and entry.text.due_on is not None
        and entry.text.due_on <= today + DUE_WITHIN
        and not _is_reached(entry)
    ]
    return tuple(sorted(due, key=lambda entry: (entry.text.due_on or today, str(entry.id))))


def still_entries(plan: CitizenPlan, today: date) -> tuple[tuple[PlanEntry, date], ...]:
    """Goals that stand still, each with since when, the longest first."""
    still = [(entry, since) for entry in plan.entries if (since := still_since(entry, today)) is not None]
    return tuple(sorted(still, key=lambda pair: (pair[1], str(pair[0].id))))


def new_entries(plan: CitizenPlan, since: datetime) -> tuple[PlanEntry, ...]:
    """Entries that were written, or in which progress was entered, after that moment, the newest first."""
    news = [(max(_moments(entry)), entry) for entry in plan.entries if max(_moments(entry)) > since]
    return tuple(entry for _, entry in sorted(news, key=lambda pair: (pair[0], str(pair[1].id)), reverse=True))


def _moments(entry: PlanEntry) -> Iterator[datetime]:
    yield entry.versions[0].at
    yield from (progress.at for progress in entry.progress)


def _is_reached(entry: PlanEntry) -> bool:
    return bool(entry.progress) and entry.progress[0].progress is GoalProgress.REACHED


def _says(words: str) -> bool:
    return len("".join(words.split())) >= SHORTEST_WORDS
