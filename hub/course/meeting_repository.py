"""SQL of meetings: every version of them, who takes part, and what was decided.

Of other rooms it reads the published views ``employees`` and ``citizen_keys``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.course.tables import MeetingDecisionRow, MeetingParticipantRow, MeetingRow, MeetingVersionRow
from hub.db import columns, fetch_rows
from schemas.meeting import Decision, Meeting, MeetingText, MeetingVersion, NewDecision, Participant

_VERSIONS = text(f"""
    SELECT m.course_id, {columns(MeetingVersionRow, "v")}, coalesce(e.name, v.changed_by) AS changed_name
    FROM meetings m JOIN meeting_versions v ON v.meeting_id = m.id LEFT JOIN employees e ON e.id = v.changed_by
    WHERE m.id = ANY(cast(:meeting_ids AS uuid[])) ORDER BY m.id, v.version DESC
""")  # noqa: S608  names of our own columns; every value is a parameter

_OF_COURSE = text(f"""
    SELECT m.course_id, {columns(MeetingVersionRow, "v")}, coalesce(e.name, v.changed_by) AS changed_name
    FROM meetings m JOIN meeting_versions v ON v.meeting_id = m.id LEFT JOIN employees e ON e.id = v.changed_by
    WHERE m.course_id = :course_id ORDER BY m.id, v.version DESC
""")  # noqa: S608  as above

_NEWEST = f"""
    WITH newest AS (
      SELECT DISTINCT ON (m.id) m.course_id, {columns(MeetingVersionRow, "v")}
      FROM meetings m JOIN meeting_versions v ON v.meeting_id = m.id
      WHERE m.course_id = ANY(cast(:course_ids AS uuid[]))
      ORDER BY m.id, v.version DESC
    )
"""  # noqa: S608  as above
"""Each meeting of these courses as it stands."""

_WITHIN = """
    EXISTS (
      SELECT FROM meeting_participants p
      LEFT JOIN citizen_keys k ON k.id = CASE WHEN p.role = 'citizen' THEN cast(p.key AS uuid) END
      JOIN unnest(cast(:seen_on AS uuid[]), cast(:seen AS uuid[])) AS told (course_id, citizen_id)
        ON told.course_id = n.course_id AND cast(told.citizen_id AS text) = coalesce(cast(k.merged_into AS text), p.key)
      WHERE p.meeting_id = n.meeting_id AND p.version = n.version AND p.role = 'citizen'
    )
    AND (cast(:first AS timestamptz) IS NULL OR n.starts_at >= :first)
    AND (cast(:until AS timestamptz) IS NULL OR n.starts_at < :until)
    AND (cast(:state AS text) IS NULL OR n.state = :state)
"""

_LIST = f"""
    {_NEWEST}
    SELECT n.*, coalesce(e.name, n.changed_by) AS changed_name
    FROM newest n LEFT JOIN employees e ON e.id = n.changed_by
    WHERE {_WITHIN}
"""  # noqa: S608  put together from the constants above; every value is a parameter

_NEWEST_FIRST = text(f"{_LIST} ORDER BY n.starts_at DESC, n.meeting_id LIMIT :size OFFSET :offset")
_NEXT_FIRST = text(f"{_LIST} ORDER BY n.starts_at, n.meeting_id LIMIT :size OFFSET :offset")
_COUNT = text(f"{_NEWEST} SELECT count(*) AS number FROM newest n WHERE {_WITHIN}")  # noqa: S608  as above

_PARTICIPANTS = text("""
    SELECT p.meeting_id, p.version, p.role, coalesce(cast(k.merged_into AS text), p.key) AS key, p.is_invited,
           p.is_present, p.reason
    FROM meeting_participants p
    LEFT JOIN citizen_keys k ON k.id = CASE WHEN p.role = 'citizen' THEN cast(p.key AS uuid) END
    WHERE p.meeting_id = ANY(cast(:meeting_ids AS uuid[]))
    ORDER BY p.role, p.key
""")

_DECISIONS = text("""
    SELECT d.id, d.meeting_id, coalesce(k.merged_into, d.citizen_id) AS citizen_id, d.goal_id, d.words, d.who,
           d.due_on, d.recorded_at AS at, coalesce(e.name, d.recorded_by) AS by,
           EXISTS (SELECT FROM plan_entries p WHERE p.id = d.id) AS is_agreed
    FROM meeting_decisions d JOIN meetings m ON m.id = d.meeting_id
    LEFT JOIN citizen_keys k ON k.id = d.citizen_id LEFT JOIN employees e ON e.id = d.recorded_by
    WHERE m.course_id = :course_id
    ORDER BY d.recorded_at, d.id
""")

_COURSES_OF_ACTOR = text("""
    SELECT DISTINCT c.id FROM courses c JOIN team_memberships m ON m.course_id = c.id
    WHERE m.actor_id = :actor_id AND m.valid_from <= :on AND (m.valid_to IS NULL OR :on < m.valid_to)
      AND c.started_on <= :on AND (c.ended_on IS NULL OR :on < c.ended_on)
""")


def add_meeting(
    session: Session, course_id: UUID, meeting_id: UUID, said: MeetingText, *, by: str, now: datetime
) -> bool:
    """Store a meeting with its first version; False: there is one of that key already."""
    statement = insert(MeetingRow).values(id=meeting_id, course_id=course_id).on_conflict_do_nothing()
    is_new = session.scalar(statement.returning(MeetingRow.id)) is not None
    return is_new and add_version(session, meeting_id, 1, said, by=by, now=now)


def add_version(session: Session, meeting_id: UUID, version: int, said: MeetingText, *, by: str, now: datetime) -> bool:
    """Store the meeting as it is now; False: somebody else stored that version before."""
    values = {"changed_by": by, "changed_at": now, **said.model_dump(exclude={"participants"})}
    statement = insert(MeetingVersionRow).values(meeting_id=meeting_id, version=version, **values)
    added = session.scalar(statement.on_conflict_do_nothing().returning(MeetingVersionRow.version))
    if added is None:
        return False
    session.add_all(
        MeetingParticipantRow(meeting_id=meeting_id, version=version, **participant.model_dump())
        for participant in said.participants
    )
    session.flush()
    return True


def course_of_meeting(session: Session, meeting_id: UUID) -> UUID | None:
    """The course of that meeting; None: there is no such meeting."""
    return session.scalar(select(MeetingRow.course_id).where(MeetingRow.id == meeting_id))


def read_meeting(session: Session, meeting_id: UUID) -> Meeting | None:
    """The meeting with all its versions; None: there is none."""
    return read_meetings_by_id(session, [meeting_id]).get(meeting_id)


def read_meetings_by_id(session: Session, meeting_ids: Collection[UUID]) -> dict[UUID, Meeting]:
    """These meetings with all their versions, in as many statements as one takes."""
    rows = fetch_rows(session, _VERSIONS, {"meeting_ids": list(meeting_ids)})
    return {meeting.id: meeting for meeting in _meetings(session, rows)}


def read_meetings(session: Session, course_id: UUID) -> tuple[Meeting, ...]:
    """All meetings of the course, each with all its versions."""
    return tuple(_meetings(session, fetch_rows(session, _OF_COURSE, {"course_id": course_id})))


def list_meetings(  # noqa: PLR0913  keyword-only from the moments on
    session: Session,
    seen: Mapping[UUID, Collection[UUID]],
    *,
    first: datetime | None = None,
    until: datetime | None = None,
    state: str | None = None,
    next_first: bool = False,
    size: int,
    offset: int = 0,
) -> tuple[Meeting, ...]:
    """Meetings as they stand that begin from *first* on and before *until*; the latest first.

    *seen*: of each course the citizens of whom may be told; a meeting that is about none of them is not listed.
    """
    parameters = _parameters(seen, first, until, state)
    statement = _NEXT_FIRST if next_first else _NEWEST_FIRST
    return tuple(_meetings(session, fetch_rows(session, statement, {**parameters, "size": size, "offset": offset})))


def count_meetings(
    session: Session,
    seen: Mapping[UUID, Collection[UUID]],
    *,
    first: datetime | None = None,
    until: datetime | None = None,
) -> int:
    """How many there are, of those that are listed."""
    (row,) = fetch_rows(session, _COUNT, _parameters(seen, first, until, None))
    return int(row["number"])


def courses_of(session: Session, actor_id: str, on: date) -> frozenset[UUID]:
    """The open courses on whose team the employee is."""
    return frozenset(row["id"] for row in fetch_rows(session, _COURSES_OF_ACTOR, {"actor_id": actor_id, "on": on}))


def add_decision(session: Session, meeting_id: UUID, decision: NewDecision, *, by: str, now: datetime) -> bool:
    """Store a decision; False: there is one of that key already."""
    values = {
        **decision.model_dump(exclude={"is_agreed"}),
        "meeting_id": meeting_id,
        "recorded_by": by,
        "recorded_at": now,
    }
    statement = insert(MeetingDecisionRow).values(**values).on_conflict_do_nothing()
    return session.scalar(statement.returning(MeetingDecisionRow.id)) is not None


def list_decisions(session: Session, course_id: UUID) -> tuple[Decision, ...]:
    """What was decided at the meetings of the course, in the order in which it was recorded."""
    return tuple(map(Decision.model_validate, fetch_rows(session, _DECISIONS, {"course_id": course_id})))


def _parameters(
    seen: Mapping[UUID, Collection[UUID]], first: datetime | None, until: datetime | None, state: str | None
) -> dict[str, Any]:
    pairs = [(course_id, citizen_id) for course_id, citizens in seen.items() for citizen_id in citizens]
    return {
        "course_ids": list(seen),
        "seen_on": [course_id for course_id, _ in pairs],
        "seen": [citizen_id for _, citizen_id in pairs],
        "first": first,
        "until": until,
        "state": state,
    }


def _meetings(session: Session, rows: Iterable[Mapping[str, Any]]) -> list[Meeting]:
    """One meeting for each id, in the order of the rows, with those of its versions that were read."""
    stored = list(rows)
    if not stored:
        return []
    participants: dict[tuple[UUID, int], list[Participant]] = defaultdict(list)
    parameters = {"meeting_ids": list({row["meeting_id"] for row in stored})}
    for person in fetch_rows(session, _PARTICIPANTS, parameters):
        participant = Participant.model_validate({name: person[name] for name in Participant.model_fields})
        participants[person["meeting_id"], person["version"]].append(participant)
    versions: dict[UUID, list[MeetingVersion]] = defaultdict(list)
    courses: dict[UUID, UUID] = {}
    for row in stored:
        key = row["meeting_id"]
        said = {name: row[name] for name in MeetingText.model_fields if name != "participants"}
        meeting_text = MeetingText(**said, participants=tuple(participants[key, row["version"]]))
        courses[key] = row["course_id"]
        versions[key].append(
            MeetingVersion(
                version=row["version"],
                text=meeting_text,
                by_id=row["changed_by"],
                by=row["changed_name"],
                at=row["changed_at"],
            )
        )
    return [Meeting(id=key, course_id=courses[key], versions=tuple(each)) for key, each in versions.items()]
