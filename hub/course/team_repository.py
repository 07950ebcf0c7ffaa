"""SQL of a course as its team runs it: the course with its places, who may join, changes and the end.

Of other rooms it reads published views: ``citizen_digests``, ``citizen_keys``, ``employees`` and ``active_actors``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import TextClause, func, select, text, update
from sqlalchemy.orm import Session

from hub.course.tables import CourseCitizenRow, CourseRow, TeamMembershipRow
from hub.course.views import Membership
from hub.db import columns, fetch_rows
from schemas.access import Actor
from schemas.course import (
    Candidate,
    CourseCitizen,
    CourseDetails,
    CourseEnding,
    CourseFacts,
    CourseLine,
    CourseOffer,
    Leaving,
    TeamFunction,
    TeamPlace,
)

_HOLDS = "m.valid_from <= :on AND (m.valid_to IS NULL OR :on < m.valid_to)"
_OPEN = "c.started_on <= :on AND (c.ended_on IS NULL OR :on < c.ended_on)"
_OF_COURSE = """
    SELECT coalesce(k.merged_into, n.citizen_id) AS citizen_id,
           bool_or(EXISTS (
             SELECT FROM consents s
             WHERE s.course_id = n.course_id AND s.citizen_id = n.citizen_id AND s.kind = 'course'
               AND s.given_on <= :on AND (s.expires_on IS NULL OR :on < s.expires_on)
               AND (s.withdrawn_on IS NULL OR :on < s.withdrawn_on)
           )) AS has_consented
    FROM unrestricted_course_citizens n LEFT JOIN citizen_keys k ON k.id = n.citizen_id
    WHERE n.course_id = c.id AND n.valid_from <= :on AND (n.valid_to IS NULL OR :on < n.valid_to)
    GROUP BY 1
"""
"""Citizens on a course ``c`` on the day, and whether each has consented to it."""

_HELD_TO_THE_END = "m.valid_from < c.ended_on AND (m.valid_to IS NULL OR c.ended_on <= m.valid_to)"
"""Of a closed course: the place held on its last day."""


_OPEN_NOW = (_OPEN, _HOLDS)
_CLOSED_NOW = ("c.ended_on <= :on", _HELD_TO_THE_END)
"""Which courses, and which places on their teams count."""


def add_course(  # noqa: PLR0913  keyword-only from the key on
    session: Session,
    title: str,
    citizens: Iterable[UUID],
    started_on: date,
    *,
    course_id: UUID | None = None,
    offer: CourseOffer | None = None,
    offered_by: str | None = None,
) -> UUID:
    """Store a course with its citizens; returns its key."""
    course_id = course_id or uuid4()
    row = CourseRow(id=course_id, title=title, started_on=started_on, offered_by=offered_by)
    if offer is not None:
        row.offer_reasons, row.indicators = sorted(offer.reasons), list(offer.indicators)
        row.offer_words = offer.words
    session.add(row)
    session.flush()
    session.add_all(
        CourseCitizenRow(course_id=course_id, citizen_id=citizen_id, valid_from=started_on) for citizen_id in citizens
    )
    session.flush()
    return course_id


def add_membership(session: Session, course_id: UUID, membership: Membership, since: date) -> None:
    """Store an employee's place on the team."""
    session.add(TeamMembershipRow(course_id=course_id, valid_from=since, **membership.model_dump()))
    session.flush()


def _facts(which: str, holds: str) -> TextClause:
    """The places of an employee on courses that are open, or were when they closed."""
    return text(f"""
    SELECT c.id AS course_id, c.title, c.version,
           coalesce(bool_or(m.actor_id = :actor_id), false) AS on_team,
           coalesce(bool_or(m.actor_id = :actor_id AND m.function = 'lead_coordinator'), false) AS is_lead_coordinator,
           coalesce(bool_or(m.actor_id = :actor_id AND m.function = 'citizen_coordinator'), false)
             AS is_citizen_coordinator,
           coalesce(bool_or(m.function = 'lead_coordinator'
                            AND EXISTS (SELECT FROM active_actors a WHERE a.id = m.actor_id)), false) AS has_lead,
           ARRAY(SELECT citizen_id FROM ({_OF_COURSE}) each_citizen ORDER BY 1) AS citizen_ids,
           EXISTS (SELECT FROM ({_OF_COURSE}) each_citizen
                   JOIN citizen_digests d ON d.citizen_id = each_citizen.citizen_id AND d.digest = :own_digest)
             AS is_self,
           cast(:on AS date) - c.ended_on AS ended_for
    FROM courses c LEFT JOIN team_memberships m ON m.course_id = c.id AND {holds}
    WHERE c.id = ANY(cast(:course_ids AS uuid[])) AND {which}
    GROUP BY c.id, c.title, c.version
""")  # noqa: S608  put together from the constants above; every value is a parameter


def _lines(which: str, holds: str) -> TextClause:
    """Lines of the list of courses that are open, or closed."""
    return text(f"""
    SELECT c.id AS course_id, c.title, c.started_on, c.ended_on AS ends_on, c.outcome,
           min(m.function) FILTER (WHERE m.actor_id = :actor_id) AS function,
           bool_or(m.actor_id = :actor_id AND m.function = 'lead_coordinator') AS leads,
           min(coalesce(e.name, m.actor_id)) FILTER (WHERE m.function = 'lead_coordinator') AS lead,
           min(e.area) FILTER (WHERE m.function = 'lead_coordinator') AS lead_area,
           count(DISTINCT m.actor_id) AS team_size, citizens.number AS citizens, citizens.waiting
    FROM courses c
    JOIN team_memberships m ON m.course_id = c.id AND {holds}
    LEFT JOIN employees e ON e.id = m.actor_id
    CROSS JOIN LATERAL (
      SELECT count(*) AS number, count(*) FILTER (WHERE NOT has_consented) AS waiting FROM ({_OF_COURSE}) each_citizen
    ) citizens
    WHERE {which} AND c.id IN (SELECT course_id FROM team_memberships m WHERE m.actor_id = :actor_id AND {holds})
    GROUP BY c.id, citizens.number, citizens.waiting
    ORDER BY c.started_on DESC, c.id
""")  # noqa: S608  as above


_FACTS, _CLOSED_FACTS = _facts(*_OPEN_NOW), _facts(*_CLOSED_NOW)
_LINES, _CLOSED_LINES = _lines(*_OPEN_NOW), _lines(*_CLOSED_NOW)

_CITIZENS = text(f"""
    SELECT c.id AS course_id, each_citizen.citizen_id, each_citizen.has_consented
    FROM courses c CROSS JOIN LATERAL ({_OF_COURSE}) each_citizen
    WHERE c.id = ANY(cast(:course_ids AS uuid[]))
""")  # noqa: S608  as above

_LAPSED = text(f"""
    SELECT c.id AS course_id
    FROM courses c
    WHERE EXISTS (
      SELECT FROM ({_OF_COURSE}) each_citizen
      JOIN consents s ON s.course_id = c.id AND s.kind = 'course' AND s.expires_on <= :on
      LEFT JOIN citizen_keys k ON k.id = s.citizen_id
      WHERE NOT each_citizen.has_consented AND coalesce(k.merged_into, s.citizen_id) = each_citizen.citizen_id)
    ORDER BY c.id
""")  # noqa: S608  as above

_PLACES = text("""
    SELECT m.course_id, m.id, m.actor_id, coalesce(e.name, m.actor_id) AS name, coalesce(e.title, '') AS title,
           coalesce(m.unit_name, e.unit_name) AS unit_name, e.phone, e.area, m.function, m.valid_from, m.valid_to,
           m.reason, m.authority, m.citizen_say, m.citizen_words, coalesce(a.name, m.added_by) AS added_by,
           coalesce(z.name, m.ended_by) AS ended_by, m.end_reason, m.end_say
    FROM team_memberships m
    LEFT JOIN employees e ON e.id = m.actor_id
    LEFT JOIN employees a ON a.id = m.added_by LEFT JOIN employees z ON z.id = m.ended_by
    WHERE m.course_id = ANY(cast(:course_ids AS uuid[]))
    ORDER BY m.function <> 'lead_coordinator', m.function <> 'citizen_coordinator', name, m.valid_from DESC, m.id
""")

_COURSES = text(f"""
    SELECT {columns(CourseRow, "c")}, coalesce(e.name, c.offered_by) AS offered_name, e.area AS offered_area
    FROM courses c LEFT JOIN employees e ON e.id = c.offered_by WHERE c.id = ANY(cast(:course_ids AS uuid[]))
""")  # noqa: S608  names of our own columns; every value is a parameter

_CANDIDATES = text("""
    SELECT a.id AS actor_id, a.name, a.title, a.unit_name, a.area
    FROM active_actors a
    WHERE 'team_member' = ANY(a.roles)
      AND (strpos(lower(a.name), lower(:words)) > 0 OR a.id = :words)
      AND NOT EXISTS (
        SELECT FROM citizen_digests d JOIN course_citizens n ON n.course_id = :course_id
        LEFT JOIN citizen_keys k ON k.id = n.citizen_id
        WHERE d.digest = a.own_identifier_digest AND d.citizen_id = coalesce(k.merged_into, n.citizen_id)
      )
    ORDER BY a.id <> :words, a.name, a.id
    LIMIT :size
""")

_LOCK_CITIZENS = text("""
    SELECT pg_advisory_xact_lock(hashtextextended('course of ' || citizen_id, 0))
    FROM (SELECT unnest(cast(:citizen_ids AS uuid[])) AS citizen_id ORDER BY 1) citizens
""")

_ON_OPEN_COURSE = text(f"""
    SELECT DISTINCT coalesce(k.merged_into, n.citizen_id) AS citizen_id
    FROM unrestricted_course_citizens n JOIN courses c ON c.id = n.course_id AND {_OPEN}
    LEFT JOIN citizen_keys k ON k.id = n.citizen_id
    WHERE coalesce(k.merged_into, n.citizen_id) = ANY(:citizen_ids) AND (n.valid_to IS NULL OR :on < n.valid_to)
""")  # noqa: S608  as above

_ALL_ON_OPEN_COURSES = text(f"""
    SELECT DISTINCT coalesce(k.merged_into, n.citizen_id) AS citizen_id
    FROM unrestricted_course_citizens n JOIN courses c ON c.id = n.course_id AND {_OPEN}
    LEFT JOIN citizen_keys k ON k.id = n.citizen_id
    WHERE n.valid_from <= :on AND (n.valid_to IS NULL OR :on < n.valid_to)
    ORDER BY 1
""")  # noqa: S608  as above


def course_facts(session: Session, actor: Actor, course_id: UUID, on: date) -> CourseFacts | None:
    """The actor's place on the course, whatever is consented to. None: there is no such course that is open."""
    return course_facts_of(session, actor, [course_id], on).get(course_id)


def course_facts_of(
    session: Session, actor: Actor, course_ids: Collection[UUID], on: date, *, is_open: bool = True
) -> dict[UUID, CourseFacts]:
    """The same for the courses of a list, in one statement: those that are open, or those that are closed."""
    parameters = {
        "actor_id": actor.id,
        "own_digest": actor.own_identifier_digest,
        "course_ids": list(course_ids),
        "on": on,
    }
    rows = fetch_rows(session, _FACTS if is_open else _CLOSED_FACTS, parameters)
    return {row["course_id"]: _facts_of_row(row, is_open=is_open) for row in rows}


def list_courses(session: Session, actor: Actor, on: date, *, is_open: bool = True) -> tuple[CourseLine, ...]:
    """The courses, open or closed, on whose team the actor is, or was when they closed; the newest first."""
    lines = []
    for row in fetch_rows(session, _LINES if is_open else _CLOSED_LINES, {"actor_id": actor.id, "on": on}):
        leads = row.pop("leads")
        lines.append(CourseLine.model_validate(row | ({"function": TeamFunction.LEAD_COORDINATOR} if leads else {})))
    return tuple(lines)


def read_course(session: Session, course_id: UUID, on: date) -> CourseDetails:
    """The course with all places that were and are on its team."""
    return read_courses(session, [course_id], on)[course_id]


def read_courses(session: Session, course_ids: Collection[UUID], on: date) -> dict[UUID, CourseDetails]:
    """The same for several, in as many statements as for one."""
    parameters = {"course_ids": list(course_ids)}
    citizens: dict[UUID, list[CourseCitizen]] = defaultdict(list)
    for row in fetch_rows(session, _CITIZENS, parameters | {"on": on}):
        each = CourseCitizen(citizen_id=row["citizen_id"], has_consented=row["has_consented"])
        citizens[row["course_id"]].append(each)
    team: dict[UUID, list[TeamPlace]] = defaultdict(list)
    for row in fetch_rows(session, _PLACES, parameters):
        team[row.pop("course_id")].append(TeamPlace.model_validate(row))
    return {
        course["id"]: CourseDetails(
            course_id=course["id"],
            title=course["title"],
            version=course["version"],
            started_on=course["started_on"],
            ends_on=course["ended_on"],
            outcome=course["outcome"],
            follows=course["follows"],
            reasons=course["offer_reasons"],
            indicators=course["indicators"],
            words=course["offer_words"],
            offered_by=course["offered_name"],
            offered_by_area=course["offered_area"],
            citizens=tuple(citizens[course["id"]]),
            team=tuple(team[course["id"]]),
        )
        for course in fetch_rows(session, _COURSES, parameters)
    }


def consenting_of(session: Session, course_ids: Collection[UUID], on: date) -> dict[UUID, frozenset[UUID]]:
    """Of each of these courses the citizens on it who consent to it that day, in one statement; none: left out."""
    consenting: dict[UUID, set[UUID]] = defaultdict(set)
    for row in fetch_rows(session, _CITIZENS, {"course_ids": list(course_ids), "on": on}):
        if row["has_consented"]:
            consenting[row["course_id"]].add(row["citizen_id"])
    return {course_id: frozenset(citizens) for course_id, citizens in consenting.items()}


def list_lapsed(session: Session, on: date) -> tuple[UUID, ...]:
    """Courses with a citizen whose consent to the course has expired, and who has given no other since."""
    return tuple(row["course_id"] for row in fetch_rows(session, _LAPSED, {"on": on}))


def list_candidates(session: Session, course_id: UUID, words: str, size: int) -> tuple[Candidate, ...]:
    """Employees who may log in, with these words in their name; none of them is a citizen of the course."""
    rows = fetch_rows(session, _CANDIDATES, {"course_id": course_id, "words": words, "size": size})
    return tuple(Candidate.model_validate(row) for row in rows)


def lock_citizens(session: Session, citizen_ids: Collection[UUID], on: date) -> frozenset[UUID]:
    """Let nobody else offer these citizens a course until the transaction ends; which of them are on one already."""
    parameters = {"citizen_ids": list(citizen_ids), "on": on}
    fetch_rows(session, _LOCK_CITIZENS, {"citizen_ids": list(citizen_ids)})
    return frozenset(row["citizen_id"] for row in fetch_rows(session, _ON_OPEN_COURSE, parameters))


def on_open_courses(session: Session, citizen_ids: Collection[UUID], on: date) -> frozenset[UUID]:
    """Which of these citizens are on a course, whether they have consented to it yet or not."""
    rows = fetch_rows(session, _ON_OPEN_COURSE, {"citizen_ids": list(citizen_ids), "on": on})
    return frozenset(row["citizen_id"] for row in rows)


def list_on_open_courses(session: Session, on: date) -> tuple[UUID, ...]:
    """All citizens who are on a course, in the order of their keys."""
    rows = fetch_rows(session, _ALL_ON_OPEN_COURSES, {"on": on})
    return tuple(row["citizen_id"] for row in rows)


def offered_by(session: Session, course_id: UUID) -> tuple[str | None, frozenset[UUID]] | None:
    """Who offered that course, and its citizens; None: there is no such course."""
    row = session.get(CourseRow, course_id)
    if row is None:
        return None
    citizens = select(CourseCitizenRow.citizen_id).where(CourseCitizenRow.course_id == course_id)
    return row.offered_by, frozenset(session.scalars(citizens))


def lock_course(session: Session, course_id: UUID) -> int:
    """Let nobody else change the course until the transaction ends; its version."""
    version = session.scalar(select(CourseRow.version).where(CourseRow.id == course_id).with_for_update())
    return version or 0


def raise_version(session: Session, course_id: UUID) -> None:
    """Store that the course or its team was changed."""
    session.execute(update(CourseRow).where(CourseRow.id == course_id).values(version=CourseRow.version + 1))


def end_course(session: Session, course_id: UUID, on: date, ending: CourseEnding | None, by: str | None) -> None:
    """Store the day on which the course ends, how, and what follows."""
    said = {} if ending is None else {"outcome": ending.outcome.value, "follows": ending.follows}
    session.execute(update(CourseRow).where(CourseRow.id == course_id).values(ended_on=on, ended_by=by, **said))


def cancel_end(session: Session, course_id: UUID) -> None:
    """The course has no end any more."""
    said = {"ended_on": None, "ended_by": None, "outcome": None, "follows": ""}
    session.execute(update(CourseRow).where(CourseRow.id == course_id).values(**said))


def add_citizen(session: Session, course_id: UUID, citizen_id: UUID, since: date) -> None:
    """Store that somebody more is on the course; it opens nothing of theirs before they consent."""
    session.add(CourseCitizenRow(course_id=course_id, citizen_id=citizen_id, valid_from=since))
    session.flush()


def rename_course(session: Session, course_id: UUID, title: str) -> None:
    """Store what the course is called."""
    session.execute(update(CourseRow).where(CourseRow.id == course_id).values(title=title))


def ended_by(session: Session, course_id: UUID) -> str | None:
    """Who closed the course; None: nobody did."""
    return session.scalar(select(CourseRow.ended_by).where(CourseRow.id == course_id))


def end_memberships(  # noqa: PLR0913  keyword-only from the reason on
    session: Session,
    course_id: UUID,
    actor_id: str,
    on: date,
    *,
    leaving: Leaving | None = None,
    by: str | None = None,
    function: TeamFunction | None = None,
) -> None:
    """End every place that the employee has on the team, also those to come; *function*: those in it alone."""
    said: dict[str, Any] = {"ended_by": by}
    if leaving is not None:
        said |= {"end_reason": leaving.reason, "end_say": leaving.citizen_say, "end_words": leaving.citizen_words}
    statement = update(TeamMembershipRow).where(
        TeamMembershipRow.course_id == course_id,
        TeamMembershipRow.actor_id == actor_id,
        TeamMembershipRow.valid_to.is_(None) | (TeamMembershipRow.valid_to > on),
    )
    if function is not None:
        statement = statement.where(TeamMembershipRow.function == function)
    session.execute(statement.values(valid_to=func.greatest(on, TeamMembershipRow.valid_from), **said))


def _facts_of_row(row: Mapping[str, Any], *, is_open: bool) -> CourseFacts:
    values = dict(row)
    ended_for = values.pop("ended_for")
    if not is_open:
        places = ("on_team", "is_lead_coordinator", "is_citizen_coordinator", "has_lead")
        values |= {"was_on_team": values["on_team"], "closed_for": ended_for, **dict.fromkeys(places, False)}
    return CourseFacts.model_validate(values)
