"""SQL of the course, among it the access facts that the policy decides on.

The statements are plain SQL, because who may see whom is decided on their answer and a reviewer must be
able to read them. Of other rooms they read published views (docs/rooms.md): ``overview_facts``, ``citizen_units``,
``citizen_workers``, ``citizen_digests``, ``citizen_keys`` and ``employees``.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from hub import tracing
from hub.course.consented import read_consents
from hub.course.disclosure_facts_repository import STANDING_DISCLOSURES, disclosures_of
from hub.course.views import CourseView, EmployeeCourse, MinorOfMine, MyCitizen, TeamMember
from hub.db import ask_rows, fetch_rows
from hub.driver import Answer, Rows
from hub.sources.repository import source_areas
from schemas.access import AccessFacts, Actor
from schemas.course import TeamFunction
from schemas.search import AccessScope
from schemas.source import Area

_STANDS = """
    s.given_on <= :on AND (s.expires_on IS NULL OR :on < s.expires_on)
      AND (s.withdrawn_on IS NULL OR :on < s.withdrawn_on)
"""
"""Of a row of ``consents``: it holds on the day."""

_CONSENTS_TO_COURSE = f"""
    EXISTS (SELECT FROM consents s WHERE s.course_id = n.course_id AND s.citizen_id = n.citizen_id
              AND s.kind = 'course' AND {_STANDS})
"""
"""Of a row of ``course_citizens``: the citizen has consented to the course (gate C)."""

_COURSE_CITIZENS = "unrestricted_course_citizens"
_MEMBERSHIPS = f"""
    SELECT coalesce(k.merged_into, n.citizen_id) AS citizen_id, m.course_id, m.function, m.valid_from, c.title
    FROM team_memberships m
    JOIN courses c ON c.id = m.course_id AND c.started_on <= :on AND (c.ended_on IS NULL OR :on < c.ended_on)
    JOIN {_COURSE_CITIZENS} n
      ON n.course_id = c.id AND n.valid_from <= :on AND (n.valid_to IS NULL OR :on < n.valid_to)
    LEFT JOIN citizen_keys k ON k.id = n.citizen_id
    WHERE m.actor_id = :actor_id AND m.valid_from <= :on AND (m.valid_to IS NULL OR :on < m.valid_to)
      AND {_CONSENTS_TO_COURSE}
"""  # noqa: S608  put together from the constants above; every value is a parameter
"""Citizens on whose team the actor is on the day, with the course: course, consent to it, citizen and membership hold.

A citizen who turned out to be another (``merged_into``) is that other, here and below.
"""

_CONSENTED = f"""
    SELECT DISTINCT memberships.citizen_id, s.area, s.source || '/' || s.category AS cell
    FROM consents s
    LEFT JOIN citizen_keys k ON k.id = s.citizen_id
    JOIN memberships
      ON memberships.course_id = s.course_id AND memberships.citizen_id = coalesce(k.merged_into, s.citizen_id)
    WHERE s.kind <> 'course' AND {_STANDS}
"""  # noqa: S608  as above
"""What those citizens have consented to share with those teams, and that still stands (gates B and D)."""

_SELF = "EXISTS (SELECT FROM citizen_digests d WHERE d.digest = :own_digest AND d.citizen_id = o.citizen_id)"

_NOT_SELF = "o.citizen_id <> ALL(ARRAY(SELECT d.citizen_id FROM citizen_digests d WHERE d.digest = :own_digest))"
"""The opposite for lists: who the actor is is looked up once, and not joined to every citizen of the list."""

_NAMED = """
    w.worker_id = ANY(:worker_ids) AND w.area = :area
      AND (w.valid_from IS NULL OR w.valid_from <= :on) AND (w.valid_to IS NULL OR :on < w.valid_to)
"""
"""Of a row of ``citizen_workers``: a source of the actor's own area names the actor as responsible on the day."""

_COURSE_OF = f"""
    SELECT c.id, c.title, c.started_on
    FROM courses c
    JOIN unrestricted_course_citizens n
      ON n.course_id = c.id AND n.valid_from <= :on AND (n.valid_to IS NULL OR :on < n.valid_to)
    WHERE n.citizen_id IN (SELECT :citizen_id UNION ALL SELECT id FROM citizen_keys WHERE merged_into = :citizen_id)
      AND c.started_on <= :on AND (c.ended_on IS NULL OR :on < c.ended_on) AND {_CONSENTS_TO_COURSE}
    ORDER BY c.started_on DESC, c.id
    LIMIT 1
"""  # noqa: S608  as above
"""The citizen's course on that day, to which the citizen has consented; the newest, should there be two."""

_COURSE_MEMBERS = f"""
    SELECT DISTINCT coalesce(k.merged_into, n.citizen_id) AS citizen_id
    FROM ({_COURSE_OF}) course
    JOIN unrestricted_course_citizens n
      ON n.course_id = course.id AND n.valid_from <= :on AND (n.valid_to IS NULL OR :on < n.valid_to)
    LEFT JOIN citizen_keys k ON k.id = n.citizen_id
    WHERE {_CONSENTS_TO_COURSE}
"""  # noqa: S608  as above
"""All who are on that course and have consented to it."""


def _facts_of(citizens_query: str, *, with_numbers: bool = True) -> TextClause:
    """The facts of each of the citizens that *citizens_query* gives; only the key of one without an overview.

    The numbers complete the page that the index gives; a list opens none, and they must be taken out of the document.

    By ``MATERIALIZED`` and ``OFFSET 0`` the way begins at those citizens, and not at everybody whom the actor's
    memberships, unit or worker's ids reach.
    """
    asked_on_courses = f"""
        SELECT course_id, citizen_id, valid_from, valid_to FROM {_COURSE_CITIZENS}
        WHERE citizen_id IN (SELECT citizen_id FROM asked UNION ALL
                             SELECT k.id FROM asked JOIN citizen_keys k ON k.merged_into = asked.citizen_id)
    """  # noqa: S608  as above
    memberships = _MEMBERSHIPS.replace(_COURSE_CITIZENS, "asked_on_courses")
    return text(f"""
    WITH asked AS MATERIALIZED ({citizens_query}),
         asked_on_courses AS MATERIALIZED ({asked_on_courses}),
         memberships AS ({memberships} AND coalesce(k.merged_into, n.citizen_id) IN (SELECT citizen_id FROM asked)),
         consented AS ({_CONSENTED})
    SELECT asked.citizen_id,
           o.version AS overview_version,
           EXISTS (SELECT FROM memberships m WHERE m.citizen_id = o.citizen_id) AS on_team,
           EXISTS (SELECT FROM memberships m WHERE m.citizen_id = o.citizen_id AND m.function = 'lead_coordinator')
             AS is_lead_coordinator,
           EXISTS (
             SELECT FROM citizen_workers w
             WHERE w.citizen_id = o.citizen_id AND {_NAMED} OFFSET 0
           ) AS is_named_worker,
           unit.has_active_effort AS unit_has_active_effort,
           unit.effort_begins_in AS unit_effort_begins_in,
           unit.effort_ended_for AS unit_effort_ended_for,
           unit.holds_case AS unit_holds_case,
           {_SELF} AS is_self,
           o.name_address_protected,
           ARRAY(SELECT area || '/' || cell FROM consented WHERE consented.citizen_id = o.citizen_id) AS consents,
           {STANDING_DISCLOSURES} AS disclosures,
           o.sources,
           {"o.numbers::text AS numbers," if with_numbers else ""}
           o.not_updated_since
    FROM asked LEFT JOIN overview_facts(:on) o USING (citizen_id)
    CROSS JOIN LATERAL (
      SELECT coalesce(bool_or(u.is_ongoing) FILTER (WHERE u.relation = 'effort'), false) AS has_active_effort,
             min(u.valid_from - cast(:on AS date)) FILTER (WHERE u.relation = 'effort' AND :on < u.valid_from)
               AS effort_begins_in,
             min(cast(:on AS date) - u.valid_to) FILTER (WHERE u.relation = 'effort' AND u.valid_to <= :on)
               AS effort_ended_for,
             coalesce(bool_or(u.is_ongoing) FILTER (WHERE u.relation = 'case'), false) AS holds_case
      FROM (
        SELECT relation, valid_from, valid_to,
               (valid_from IS NULL OR valid_from <= :on) AND (valid_to IS NULL OR :on < valid_to) AS is_ongoing
        FROM citizen_units WHERE citizen_id = o.citizen_id AND unit_id = :unit_id
      ) u
    ) unit
    """)  # noqa: S608  as above


_FACTS_OF_MANY = _facts_of("SELECT unnest(cast(:citizen_ids AS uuid[])) AS citizen_id", with_numbers=False)

_FACTS = _facts_of("SELECT cast(:citizen_id AS uuid) AS citizen_id")

_FACTS_ON_COURSE = _facts_of(f"SELECT cast(:citizen_id AS uuid) AS citizen_id UNION ({_COURSE_MEMBERS})")

_TEAM_SCOPES = text(f"""
    WITH memberships AS ({_MEMBERSHIPS}), consented AS ({_CONSENTED})
    SELECT DISTINCT o.citizen_id,
           ARRAY(SELECT area || '/' || cell FROM consented WHERE consented.citizen_id = o.citizen_id) AS consents
    FROM overview_facts(:on) o JOIN memberships ON memberships.citizen_id = o.citizen_id
    WHERE {_NOT_SELF}
""")  # noqa: S608  as above

_NAMED_CITIZENS = text(f"""
    SELECT DISTINCT w.citizen_id
    FROM citizen_workers w JOIN overview_facts(:on) o ON o.citizen_id = w.citizen_id
    WHERE {_NAMED} AND {_NOT_SELF}
""")  # noqa: S608  as above

_TURNING_18 = text(f"""
    WITH memberships AS ({_MEMBERSHIPS})
    SELECT DISTINCT o.citizen_id, o.name, o.birth_date, o.name_address_protected AS protected
    FROM citizen_workers w JOIN overview_facts(:on) o ON o.citizen_id = w.citizen_id
    WHERE {_NAMED} AND {_NOT_SELF} AND o.citizen_id NOT IN (SELECT citizen_id FROM memberships)
      AND o.birth_date > cast(:on AS date) - interval '18 years'
      AND o.birth_date <= cast(:on AS date) - interval '17 years'
    ORDER BY o.birth_date, o.citizen_id
    LIMIT :size
""")  # noqa: S608  as above

_MY_CITIZENS = text(f"""
    WITH memberships AS ({_MEMBERSHIPS})
    SELECT DISTINCT ON (o.name, o.citizen_id)
           o.citizen_id, o.name, o.birth_date, o.name_address_protected AS protected,
           m.course_id, m.title AS course_title, m.function, m.valid_from AS since
    FROM overview_facts(:on) o JOIN memberships m ON m.citizen_id = o.citizen_id
    WHERE {_NOT_SELF}
    ORDER BY o.name, o.citizen_id, m.function = 'lead_coordinator' DESC, m.valid_from
""")  # noqa: S608  as above

_FUNCTIONS, _FUNCTIONS_AMONG = (
    text(f"""
    WITH memberships AS ({_MEMBERSHIPS} {among})
    SELECT DISTINCT ON (o.citizen_id) o.citizen_id, m.function
    FROM overview_facts(:on) o JOIN memberships m ON m.citizen_id = o.citizen_id
    WHERE {_NOT_SELF}
    ORDER BY o.citizen_id, m.function = 'lead_coordinator' DESC, m.valid_from
    """)  # noqa: S608  as above
    for among in ("", "AND coalesce(k.merged_into, n.citizen_id) = ANY(:citizen_ids)")
)

_COURSES = text(f"""
    SELECT asked.citizen_id, course.id AS course_id, course.title AS course_title, course.started_on,
           m.actor_id, coalesce(e.name, m.actor_id) AS name, coalesce(e.title, '') AS title,
           e.unit_id, e.unit_name, e.phone, e.area, m.function, m.valid_from AS since, m.reason,
           EXISTS (SELECT FROM active_actors a WHERE a.id = m.actor_id) AS is_active
    FROM unnest(cast(:citizen_ids AS uuid[])) AS asked (citizen_id)
    CROSS JOIN LATERAL ({_COURSE_OF.replace(":citizen_id", "asked.citizen_id")}) course
    LEFT JOIN team_memberships m
      ON m.course_id = course.id AND m.valid_from <= :on AND (m.valid_to IS NULL OR :on < m.valid_to)
    LEFT JOIN employees e ON e.id = m.actor_id
    ORDER BY m.function <> 'lead_coordinator', name, m.function
""")  # noqa: S608  as above
"""The course of each citizen, a row for each place on its team; one without employee where the team is empty."""

_COURSES_OF_EMPLOYEES = text(f"""
    SELECT m.actor_id, m.course_id, bool_or(m.function = 'lead_coordinator') AS leads,
           array_agg(DISTINCT coalesce(k.merged_into, n.citizen_id)) AS citizens
    FROM team_memberships m
    JOIN courses c ON c.id = m.course_id AND c.started_on <= :on AND (c.ended_on IS NULL OR :on < c.ended_on)
    JOIN unrestricted_course_citizens n
      ON n.course_id = c.id AND n.valid_from <= :on AND (n.valid_to IS NULL OR :on < n.valid_to)
    LEFT JOIN citizen_keys k ON k.id = n.citizen_id
    WHERE m.actor_id = ANY(:actor_ids) AND m.valid_from <= :on AND (m.valid_to IS NULL OR :on < m.valid_to)
      AND {_CONSENTS_TO_COURSE}
    GROUP BY m.actor_id, m.course_id
""")  # noqa: S608  as above

_ON_COURSE = text(f"{_COURSE_MEMBERS} ORDER BY citizen_id")


@tracing.spanned("facts")
def access_facts(session: Session, actor: Actor, citizen_id: UUID, on: date) -> AccessFacts | None:
    """What the policy must know of actor and citizen on that day, in one statement. None: no such citizen."""
    parameters = {**_facts_parameters(actor, on), "citizen_id": citizen_id}
    return _read_facts(session, fetch_rows(session, _FACTS, parameters)).get(citizen_id)


@tracing.spanned("facts")
def access_facts_of(session: Session, actor: Actor, citizen_ids: Collection[UUID], on: date) -> dict[UUID, AccessFacts]:
    """The same for the citizens of a list, still one statement, but without numbers.

    Citizens without an overview are left out.
    """
    parameters = {**_facts_parameters(actor, on), "citizen_ids": list(set(citizen_ids))}
    facts_by_citizen = _read_facts(session, fetch_rows(session, _FACTS_OF_MANY, parameters))
    return {citizen_id: facts for citizen_id, facts in facts_by_citizen.items() if facts is not None}


@tracing.spanned("facts")
def access_facts_on_course(
    session: Session, actor: Actor, citizen_id: UUID, on: date
) -> dict[UUID, AccessFacts | None]:
    """The same for the citizen and everybody on the citizen's course, still one statement; None: no overview."""
    parameters = {**_facts_parameters(actor, on), "citizen_id": citizen_id}
    return _read_facts(session, fetch_rows(session, _FACTS_ON_COURSE, parameters))


def access_scopes(session: Session, actor: Actor, on: date) -> tuple[AccessScope, ...]:
    """Whom the actor may find by name, and which areas each right opens: teams by consent, and named workers.

    The own area is always among them, unless the job function shows it in part: a hit does not look at KLE numbers. The
    actor's own page is left out.
    """
    own = frozenset({actor.whole_area} if actor.whole_area else ())
    citizens: dict[frozenset[Area], set[UUID]] = {}
    areas_by_source = tuple(source_areas(session).items())
    for citizen_id, consents in session.execute(_TEAM_SCOPES, _actor_parameters(actor, on)):
        # A hit shows lines of an area without asking for source and category, so all of the area must be shared.
        whole = read_consents(tuple(consents), areas_by_source).whole
        citizens.setdefault(own | whole, set()).add(citizen_id)
    scopes = [
        AccessScope(citizens=frozenset(members), areas=areas)
        for areas, members in sorted(citizens.items(), key=lambda item: sorted(item[0]))
    ]
    named = named_citizens(session, actor, on)
    scopes += [AccessScope(citizens=named, areas=own)] if named else []
    return tuple(scopes)


def my_citizens(session: Session, actor: Actor, on: date) -> tuple[MyCitizen, ...]:
    """Citizens on whose team the actor is, by name, each once; never the actor."""
    rows = fetch_rows(session, _MY_CITIZENS, _actor_parameters(actor, on))
    return tuple(MyCitizen.model_validate(row) for row in rows)


def functions_of(
    session: Session, actor: Actor, on: date, among: Collection[UUID] | None = None
) -> dict[UUID, TeamFunction]:
    """What the actor is on the team of each of those citizens, or of *among*; asks for no name and no protection."""
    statement, parameters = _FUNCTIONS, _actor_parameters(actor, on)
    if among is not None:
        statement, parameters = _FUNCTIONS_AMONG, {**parameters, "citizen_ids": list(among)}
    rows = fetch_rows(session, statement, parameters)
    return {row["citizen_id"]: TeamFunction(row["function"]) for row in rows}


def named_citizens(session: Session, actor: Actor, on: date) -> frozenset[UUID]:
    """Citizens for whom a source of the actor's own area names the actor as responsible; never the actor."""
    if not actor.worker_ids or actor.area is None:
        return frozenset()
    parameters = {**_actor_parameters(actor, on), **_worker_parameters(actor)}
    return frozenset(row["citizen_id"] for row in fetch_rows(session, _NAMED_CITIZENS, parameters))


def turning_18(session: Session, actor: Actor, on: date, size: int) -> tuple[MinorOfMine, ...]:
    """Citizens on none of the actor's teams who turn 18 within a year and for whom a source names the actor."""
    if not actor.worker_ids or actor.area is None:
        return ()
    parameters = {**_actor_parameters(actor, on), **_worker_parameters(actor), "size": size}
    rows = session.execute(_TURNING_18, parameters).mappings()
    return tuple(MinorOfMine.model_validate(dict(row)) for row in rows)


def course_of(session: Session, citizen_id: UUID, on: date) -> CourseView | None:
    """The citizen's course on that day (the newest, should there be two), with the team."""
    return ask_course_of(session, citizen_id, on)()


def ask_course_of(session: Session, citizen_id: UUID, on: date) -> Answer[CourseView | None]:
    """The same, without waiting for it."""
    rows = ask_rows(session, _COURSES, {"citizen_ids": [citizen_id], "on": on})
    return lambda: _courses(rows()).get(citizen_id)


def courses_of(session: Session, citizen_ids: Collection[UUID], on: date) -> dict[UUID, CourseView]:
    """The same for several citizens, in one statement; who is on no course is left out."""
    return _courses(fetch_rows(session, _COURSES, {"citizen_ids": list(citizen_ids), "on": on}))


def _courses(rows: Rows) -> dict[UUID, CourseView]:
    courses: dict[UUID, CourseView] = {}
    team: dict[UUID, list[TeamMember]] = defaultdict(list)
    for row in rows:
        citizen_id, title = row.pop("citizen_id"), row.pop("course_title")
        view = CourseView(course_id=row.pop("course_id"), title=title, started_on=row.pop("started_on"), team=())
        courses.setdefault(citizen_id, view)
        if row["actor_id"] is not None:
            team[citizen_id].append(TeamMember.model_validate(row))
    return {key: each.model_copy(update={"team": tuple(team[key])}) for key, each in courses.items()}


def courses_of_employees(session: Session, actor_ids: Collection[str], on: date) -> tuple[EmployeeCourse, ...]:
    """The active courses on whose teams these employees are on that day, to which somebody has consented."""
    rows = fetch_rows(session, _COURSES_OF_EMPLOYEES, {"actor_ids": list(actor_ids), "on": on})
    return tuple(EmployeeCourse.model_validate(row) for row in rows)


def on_course(session: Session, citizen_id: UUID, on: date) -> tuple[UUID, ...]:
    """Citizens on the same course as the citizen, who is one of them; none when there is no course."""
    rows = fetch_rows(session, _ON_COURSE, {"citizen_id": citizen_id, "on": on})
    return tuple(row["citizen_id"] for row in rows)


def _actor_parameters(actor: Actor, on: date) -> dict[str, Any]:
    return {"actor_id": actor.id, "on": on, "own_digest": actor.own_identifier_digest}


def _worker_parameters(actor: Actor) -> dict[str, Any]:
    return {"worker_ids": sorted(actor.worker_ids), "area": actor.area}


def _facts_parameters(actor: Actor, on: date) -> dict[str, Any]:
    return {**_actor_parameters(actor, on), **_worker_parameters(actor), "unit_id": actor.unit_id}


def _read_facts(session: Session, rows: Iterable[Mapping[str, Any]]) -> dict[UUID, AccessFacts | None]:
    areas = source_areas(session)
    return {row["citizen_id"]: None if row["overview_version"] is None else _facts_of_row(row, areas) for row in rows}


def _facts_of_row(row: Mapping[str, Any], areas: Mapping[str, Area]) -> AccessFacts:
    values = dict(row)
    consented = read_consents(tuple(values.pop("consents")), tuple(areas.items()))
    values["consented_areas"], values["consent_cells"] = consented.areas, consented.cells
    values["disclosures"] = disclosures_of(values["disclosures"], areas)
    return AccessFacts.model_validate(values)
