"""Every statement of the course, among them the one that the access policy lives on.

The statements are plain SQL, because who may see whom is decided on their answer and a reviewer must be
able to read them. They read ``overviews``, ``overview_units`` and ``overview_due`` (hub.overview),
``citizen_identifiers`` (hub.matching), and ``actors``, a table of the room above, for the names of the team.
"""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub import tracing
from hub.course.views import CourseView, MyCitizen, TeamMember
from hub.db import fetch_rows
from hub.overview.repository import GUARDED
from schemas.access import AccessFacts, Actor
from schemas.search import AccessScope
from schemas.source import Area

_MEMBERSHIPS = """
    SELECT coalesce(k.merged_into, n.citizen_id) AS citizen_id, m.course_id, m.function, m.valid_from, c.title
    FROM team_memberships m
    JOIN courses c ON c.id = m.course_id AND c.started_on <= :on AND (c.ended_on IS NULL OR :on < c.ended_on)
    JOIN course_citizens n
      ON n.course_id = c.id AND n.valid_from <= :on AND (n.valid_to IS NULL OR :on < n.valid_to)
    LEFT JOIN citizens k ON k.id = n.citizen_id
    WHERE m.actor_id = :actor_id AND m.valid_from <= :on AND (m.valid_to IS NULL OR :on < m.valid_to)
"""
"""Citizens on whose team the actor is on the day, with the course: course, citizen and membership all hold.

A citizen who turned out to be another (``merged_into``) is that other, here and below.
"""

_CONSENTED = """
    SELECT DISTINCT mine.citizen_id, s.area
    FROM consents s
    LEFT JOIN citizens k ON k.id = s.citizen_id
    JOIN mine ON mine.course_id = s.course_id AND mine.citizen_id = coalesce(k.merged_into, s.citizen_id)
    WHERE s.given_on <= :on
      AND (s.expires_on IS NULL OR :on < s.expires_on)
      AND (s.withdrawn_on IS NULL OR :on < s.withdrawn_on)
"""
"""Areas that those citizens have consented to share with those teams, and that still stand."""

_SELF = """
    EXISTS (
      SELECT 1 FROM citizen_identifiers i LEFT JOIN citizens k ON k.id = i.citizen_id
      WHERE i.digest = :own_digest AND coalesce(k.merged_into, i.citizen_id) = o.citizen_id
    )
"""

_FACTS = text(f"""
    WITH mine AS ({_MEMBERSHIPS} AND coalesce(k.merged_into, n.citizen_id) = ANY(:citizen_ids)
                  AND n.citizen_id IN (SELECT unnest(cast(:citizen_ids AS uuid[]))
                                       UNION ALL SELECT id FROM citizens WHERE merged_into = ANY(:citizen_ids))),
         consented AS ({_CONSENTED})
    SELECT o.citizen_id,
           o.version AS overview_version,
           EXISTS (SELECT 1 FROM mine WHERE mine.citizen_id = o.citizen_id) AS on_team,
           EXISTS (SELECT 1 FROM mine WHERE mine.citizen_id = o.citizen_id AND mine.function = 'lead_coordinator')
             AS is_lead_coordinator,
           EXISTS (
             SELECT 1 FROM overview_units u
             WHERE u.citizen_id = o.citizen_id AND u.unit_id = :unit_id
               AND (u.valid_from IS NULL OR u.valid_from <= :on) AND (u.valid_to IS NULL OR :on < u.valid_to)
           ) AS unit_has_active_effort,
           {_SELF} AS is_self,
           {GUARDED} AS name_address_protected,
           ARRAY(SELECT area FROM consented WHERE consented.citizen_id = o.citizen_id) AS consented_areas,
           (SELECT d.failed_since FROM overview_due d WHERE d.citizen_id = o.citizen_id) AS not_updated_since
    FROM overviews o
    WHERE o.citizen_id = ANY(:citizen_ids)
""")  # noqa: S608  put together from the constants above; every value is a parameter
"""The second condition on ``n`` follows from the first: by it the way begins at the citizen, not at all memberships."""

_TEAM_SCOPES = text(f"""
    WITH mine AS ({_MEMBERSHIPS}), consented AS ({_CONSENTED})
    SELECT DISTINCT o.citizen_id,
           ARRAY(SELECT area FROM consented WHERE consented.citizen_id = o.citizen_id ORDER BY area) AS areas
    FROM overviews o JOIN mine ON mine.citizen_id = o.citizen_id
    WHERE NOT {_SELF}
""")  # noqa: S608  as above

_MINE = text(f"""
    WITH mine AS ({_MEMBERSHIPS})
    SELECT DISTINCT ON (name, o.citizen_id)
           o.citizen_id,
           nullif(concat_ws(' ', o.document #>> '{{header,person,given_name}}',
                                 o.document #>> '{{header,person,family_name}}'), '') AS name,
           (o.document #>> '{{header,person,birth_date}}')::date AS birth_date,
           {GUARDED} AS protected,
           mine.course_id, mine.title AS course_title, mine.function, mine.valid_from AS since
    FROM overviews o JOIN mine ON mine.citizen_id = o.citizen_id
    WHERE NOT {_SELF}
    ORDER BY name, o.citizen_id, mine.function = 'lead_coordinator' DESC, mine.valid_from
""")  # noqa: S608  as above

_NEWEST = """
    SELECT c.id, c.title, c.started_on
    FROM courses c
    JOIN course_citizens n
      ON n.course_id = c.id AND n.valid_from <= :on AND (n.valid_to IS NULL OR :on < n.valid_to)
    WHERE n.citizen_id IN (SELECT :citizen_id UNION ALL SELECT id FROM citizens WHERE merged_into = :citizen_id)
      AND c.started_on <= :on AND (c.ended_on IS NULL OR :on < c.ended_on)
    ORDER BY c.started_on DESC, c.id
    LIMIT 1
"""
"""The citizen's course on that day; the newest, should there be two."""

_COURSE = text(_NEWEST)

_TEAM = text("""
    SELECT m.actor_id, coalesce(a.name, m.actor_id) AS name, coalesce(a.title, '') AS title,
           a.unit_id, a.unit_name, a.phone, a.area, m.function, m.valid_from AS since, m.reason
    FROM team_memberships m LEFT JOIN actors a ON a.id = m.actor_id
    WHERE m.course_id = :course_id AND m.valid_from <= :on AND (m.valid_to IS NULL OR :on < m.valid_to)
    ORDER BY m.function <> 'lead_coordinator', name, m.function
""")

_ON_COURSE = text(f"""
    SELECT DISTINCT coalesce(k.merged_into, n.citizen_id) AS citizen_id
    FROM ({_NEWEST}) course
    JOIN course_citizens n
      ON n.course_id = course.id AND n.valid_from <= :on AND (n.valid_to IS NULL OR :on < n.valid_to)
    LEFT JOIN citizens k ON k.id = n.citizen_id
    ORDER BY citizen_id
""")  # noqa: S608  as above


def access_facts(session: Session, actor: Actor, citizen_id: UUID, on: date) -> AccessFacts | None:
    """What the policy must know of actor and citizen on that day, in one statement. None: no such citizen."""
    return access_facts_of(session, actor, (citizen_id,), on).get(citizen_id)


@tracing.spanned("facts")
def access_facts_of(session: Session, actor: Actor, citizen_ids: Collection[UUID], on: date) -> dict[UUID, AccessFacts]:
    """The same for many citizens, still one statement. Citizens without an overview are left out."""
    given = {**_who(actor, on), "citizen_ids": list(citizen_ids), "unit_id": actor.unit_id}
    return {row["citizen_id"]: AccessFacts.model_validate(row) for row in fetch_rows(session, _FACTS, given)}


def access_scopes(session: Session, actor: Actor, on: date) -> tuple[AccessScope, ...]:
    """Whom the actor may find, and which areas each right opens: teams by consent, and the own unit.

    The own area is always among them. The actor's own page is left out of the teams.
    """
    own = frozenset({actor.area} if actor.area else ())
    citizens: dict[frozenset[Area], set[UUID]] = {}
    for citizen_id, areas in session.execute(_TEAM_SCOPES, _who(actor, on)):
        citizens.setdefault(own | {Area(area) for area in areas}, set()).add(citizen_id)
    scopes = [
        AccessScope(citizens=frozenset(found), areas=areas)
        for areas, found in sorted(citizens.items(), key=lambda item: sorted(item[0]))
    ]
    if actor.unit_id is not None:
        scopes.append(AccessScope(units=frozenset({actor.unit_id}), areas=own))
    return tuple(scopes)


def my_citizens(session: Session, actor: Actor, on: date) -> tuple[MyCitizen, ...]:
    """Citizens on whose team the actor is, by name, each once; never the actor."""
    rows = session.execute(_MINE, _who(actor, on)).mappings()
    return tuple(MyCitizen.model_validate(dict(row)) for row in rows)


def course_of(session: Session, citizen_id: UUID, on: date) -> CourseView | None:
    """The citizen's course on that day (the newest, should there be two), with the team."""
    course = session.execute(_COURSE, {"citizen_id": citizen_id, "on": on}).one_or_none()
    if course is None:
        return None
    team = session.execute(_TEAM, {"course_id": course.id, "on": on}).mappings()
    return CourseView(
        course_id=course.id,
        title=course.title,
        started_on=course.started_on,
        team=tuple(TeamMember.model_validate(dict(row)) for row in team),
    )


def on_course(session: Session, citizen_id: UUID, on: date) -> tuple[UUID, ...]:
    """Citizens on the same course as the citizen, who is one of them; none when there is no course."""
    rows = fetch_rows(session, _ON_COURSE, {"citizen_id": citizen_id, "on": on})
    return tuple(row["citizen_id"] for row in rows)


def _who(actor: Actor, on: date) -> dict[str, Any]:
    return {"actor_id": actor.id, "on": on, "own_digest": actor.own_identifier_digest}
