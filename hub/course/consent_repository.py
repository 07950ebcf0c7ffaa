"""SQL of consents: what a citizen consented to in a course, recorded and withdrawn."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.course.consent_rules import kind_of
from hub.course.tables import ConsentRow
from hub.course.writers import writer_name
from hub.db import columns, fetch_rows
from schemas.access import Actor
from schemas.consent import WHOLE, CitizenConsents, Consent, ConsentCell, ConsentTerms, TeamFacts
from schemas.data_category import DataCategory
from schemas.source import Area

_KEYS = "SELECT cast(:citizen_id AS uuid) UNION ALL SELECT id FROM citizen_keys WHERE merged_into = :citizen_id"

_ON_COURSE = """
    JOIN unrestricted_course_citizens n
      ON n.course_id = c.id AND n.valid_from <= :on AND (n.valid_to IS NULL OR :on < n.valid_to)
    LEFT JOIN citizen_keys k ON k.id = n.citizen_id
"""
"""Citizens on a course ``c`` on the day; ``merged_into`` where two turned out to be one."""

_OPEN = "c.started_on <= :on AND (c.ended_on IS NULL OR :on < c.ended_on)"

_TEAM_FACTS = f"""
    SELECT coalesce(k.merged_into, n.citizen_id) AS citizen_id, c.id AS course_id, c.title, n.citizen_id AS member_key,
           bool_or(m.function IS NOT NULL) AS on_team,
           coalesce(bool_or(m.function = 'lead_coordinator'), false) AS is_lead_coordinator,
           coalesce(bool_or(m.function = 'citizen_coordinator'), false) AS is_citizen_coordinator,
           EXISTS (SELECT FROM citizen_digests d
                   WHERE d.digest = :own_digest AND d.citizen_id = coalesce(k.merged_into, n.citizen_id)) AS is_self
    FROM courses c {_ON_COURSE}
    LEFT JOIN team_memberships m
      ON m.course_id = c.id AND m.actor_id = :actor_id
     AND m.valid_from <= :on AND (m.valid_to IS NULL OR :on < m.valid_to)
"""  # noqa: S608  put together from the constants above; every value is a parameter

_FACTS_OF_CITIZEN = text(f"""
    {_TEAM_FACTS}
    WHERE n.citizen_id IN ({_KEYS}) AND {_OPEN}
    GROUP BY c.id, c.title, n.citizen_id, k.merged_into, c.started_on
    ORDER BY on_team DESC, c.started_on DESC, c.id
    LIMIT 1
""")

_FACTS_OF_TEAMS = text(f"""
    {_TEAM_FACTS}
    WHERE m.actor_id IS NOT NULL AND {_OPEN}
    GROUP BY c.id, c.title, n.citizen_id, k.merged_into, c.started_on
    ORDER BY c.started_on DESC, c.id
""")

_RESTRICTED = text(f"""
    SELECT count(DISTINCT coalesce(k.merged_into, n.citizen_id))
    FROM courses c JOIN course_citizens n
      ON n.course_id = c.id AND n.valid_from <= :on AND (n.valid_to IS NULL OR :on < n.valid_to)
    JOIN restricted_citizens r ON r.citizen_id = n.citizen_id LEFT JOIN citizen_keys k ON k.id = n.citizen_id
    JOIN team_memberships m
      ON m.course_id = c.id AND m.actor_id = :actor_id
     AND m.valid_from <= :on AND (m.valid_to IS NULL OR :on < m.valid_to)
    WHERE {_OPEN}
""")  # noqa: S608  as above

_COURSE_OF_CITIZEN = text(f"""
    SELECT c.id AS course_id, n.citizen_id AS member_key,
           EXISTS (
             SELECT FROM consents s
             WHERE s.course_id = c.id AND s.citizen_id IN ({_KEYS}) AND s.kind = 'course' AND s.given_on <= :on
               AND (s.expires_on IS NULL OR :on < s.expires_on) AND (s.withdrawn_on IS NULL OR :on < s.withdrawn_on)
           ) AS has_consent
    FROM courses c {_ON_COURSE}
    WHERE n.citizen_id IN ({_KEYS}) AND {_OPEN}
    ORDER BY c.started_on DESC, c.id
    LIMIT 1
""")  # noqa: S608  as above

_CONSENTS = text(f"""
    SELECT {columns(ConsentRow, "s")}, coalesce(k.merged_into, s.citizen_id) AS stands_for,
           coalesce(r.name, s.recorded_by) AS recorded_name, coalesce(w.name, s.withdrawn_by) AS withdrawn_name
    FROM consents s
    LEFT JOIN employees r ON r.id = s.recorded_by LEFT JOIN employees w ON w.id = s.withdrawn_by
    LEFT JOIN citizen_keys k ON k.id = s.citizen_id
    WHERE s.course_id = ANY(:course_ids) AND coalesce(k.merged_into, s.citizen_id) = ANY(:citizen_ids)
    ORDER BY s.given_on DESC, s.id
""")  # noqa: S608  names of our own columns; every value is a parameter

_WITHDRAW = text(f"""
    UPDATE consents SET withdrawn_on = greatest(cast(:on AS date), given_on), withdrawn_by = :by
    WHERE course_id = :course_id AND citizen_id IN ({_KEYS}) AND id = ANY(:ids) AND withdrawn_on IS NULL
    RETURNING id
""")  # noqa: S608  as above


def team_facts(session: Session, actor: Actor, citizen_id: UUID, on: date) -> TeamFacts | None:
    """The citizen's open course and the actor's place on its team, whatever is consented to; None: on no course.

    Of several courses the one on whose team the actor is, then the newest.
    """
    rows = fetch_rows(session, _FACTS_OF_CITIZEN, {**_parameters(actor, on), "citizen_id": citizen_id})
    return TeamFacts.model_validate(rows[0]) if rows else None


def count_restricted(session: Session, actor: Actor, on: date) -> int:
    """How many citizens on the actor's courses are left out, because the processing of their data is restricted."""
    return session.scalar(_RESTRICTED, _parameters(actor, on)) or 0


class CitizenPlace(NamedTuple):
    """A citizen's place on their open course."""

    course_id: UUID
    member_key: UUID
    """Under which key the citizen is on the course; another than the citizen's where two were one."""
    has_consent: bool
    """The citizen has consented to the course."""


def course_of_citizen(session: Session, citizen_id: UUID, on: date) -> CitizenPlace | None:
    """The citizen's open course, the newest, whoever asks; None: there is none."""
    rows = fetch_rows(session, _COURSE_OF_CITIZEN, {"citizen_id": citizen_id, "on": on})
    return CitizenPlace(**rows[0]) if rows else None


def facts_of_teams(session: Session, actor: Actor, on: date) -> tuple[TeamFacts, ...]:
    """The same for each citizen of the courses on whose team the actor is; each citizen once."""
    rows = fetch_rows(session, _FACTS_OF_TEAMS, _parameters(actor, on))
    newest_last = {row["citizen_id"]: TeamFacts.model_validate(row) for row in reversed(rows)}
    return tuple(newest_last.values())


def list_consents(session: Session, course_id: UUID, citizen_id: UUID) -> CitizenConsents:
    """Every consent of the citizen to the course, also under a former key, the newest first."""
    return CitizenConsents(
        citizen_id=citizen_id,
        course_id=course_id,
        consents=list_consents_of(session, {citizen_id: course_id})[citizen_id],
    )


def list_consents_of(session: Session, courses: Mapping[UUID, UUID]) -> dict[UUID, tuple[Consent, ...]]:
    """The same for the course of each of these citizens, in one statement."""
    parameters = {"course_ids": list(set(courses.values())), "citizen_ids": list(courses)}
    consents: dict[UUID, list[Consent]] = {citizen_id: [] for citizen_id in courses}
    for row in fetch_rows(session, _CONSENTS, parameters):
        if courses[row["stands_for"]] == row["course_id"]:
            consents[row["stands_for"]].append(_consent(row))
    return {citizen_id: tuple(of_citizen) for citizen_id, of_citizen in consents.items()}


def add_consents(  # noqa: PLR0913  keyword-only from the employee on
    session: Session,
    course_id: UUID,
    member_key: UUID,
    cells: Collection[ConsentCell | None],
    terms: ConsentTerms,
    *,
    recorded_by: str,
    now: datetime,
) -> None:
    """Store a consent to each cell; None: to the course."""
    session.add_all(
        ConsentRow(
            course_id=course_id,
            citizen_id=member_key,
            kind=kind_of(cell).value,
            area=cell.area.value if cell else None,
            source=cell.source if cell else None,
            category=(cell.category.value if cell.category else WHOLE) if cell else None,
            recorded_by=recorded_by,
            recorded_at=now,
            **terms.model_dump(mode="python"),
        )
        for cell in cells
    )
    session.flush()


def withdraw_consents(
    session: Session, course_id: UUID, citizen_id: UUID, ids: Collection[int], *, on: date, by: str
) -> tuple[int, ...]:
    """Store the withdrawal of those of the citizen's consents that are not withdrawn; which they were."""
    parameters = {"course_id": course_id, "citizen_id": citizen_id, "ids": sorted(ids), "on": on, "by": by}
    return tuple(row["id"] for row in fetch_rows(session, _WITHDRAW, parameters))


def _parameters(actor: Actor, on: date) -> dict[str, Any]:
    return {"actor_id": actor.id, "own_digest": actor.own_identifier_digest, "on": on}


def _consent(row: Mapping[str, Any]) -> Consent:
    category = row["category"]
    cell = None
    if row["area"] is not None:
        cell = ConsentCell(
            area=Area(row["area"]),
            source=row["source"],
            category=None if category == WHOLE else DataCategory(category),
        )
    return Consent(
        id=row["id"],
        kind=row["kind"],
        cell=cell,
        terms=ConsentTerms.model_validate({name: row[name] for name in ConsentTerms.model_fields}),
        recorded_by=row["recorded_name"] or "",
        recorded_at=row["recorded_at"],
        withdrawn_on=row["withdrawn_on"],
        withdrawn_by=row["withdrawn_name"] and writer_name(row["withdrawn_name"]),
    )
