"""Every statement on the tables of this room."""

from collections.abc import Collection, Mapping

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.access.colleagues import Colleague
from hub.db import ask_rows, fetch_rows
from hub.driver import Answer
from schemas.access import EMPLOYEE_FIELDS, Actor
from schemas.job_function import JobFunction
from schemas.staff import EmployeeContact

_ACTIVE = f"SELECT {', '.join(EMPLOYEE_FIELDS)} FROM active_actors WHERE true"  # noqa: S608  field names of our own schema; every value is a parameter
_ALL = text(f"{_ACTIVE} ORDER BY name, id")
_BY_ID = text(f"{_ACTIVE} AND id = :id")
_NAMED = text(f"""
    {_ACTIVE} AND (lower(id) = ANY(:words) OR lower(name) = ANY(:words)) ORDER BY name, id
""")
_COLLEAGUES = text("""
    SELECT a.id, a.name, a.title, active.unit_name AS unit, a.area
    FROM actors a LEFT JOIN active_actors active ON active.id = a.id WHERE a.id = ANY(:ids)
""")
_IS_SAME_PERSON = text("SELECT EXISTS (SELECT FROM actors WHERE id = :id AND own_identifier_digest = :digest)")
_CONTACTS = text("""
    SELECT worker_id, min(name) AS name, min(title) AS title, min(phone) AS phone
    FROM active_actors CROSS JOIN LATERAL unnest(worker_ids) AS w (worker_id)
    WHERE worker_ids && :worker_ids AND worker_id = ANY(:worker_ids)
    GROUP BY worker_id HAVING count(*) = 1
""")

_STORE_LOGIN = text("""
    INSERT INTO actors AS a (id, name, title, roles, unit_id, unit_name, area, phone, worker_ids, own_identifier_digest,
                             subject, functions)
    VALUES (:id, :name, :title, :roles, :unit_id, :unit_name, :area, :phone, :worker_ids, :own_identifier_digest,
            :subject, CAST(:functions AS jsonb))
    ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, title = coalesce(nullif(excluded.title, ''), a.title), roles = excluded.roles,
        unit_id = coalesce(excluded.unit_id, a.unit_id),
        unit_name = CASE WHEN excluded.unit_id IS NULL THEN a.unit_name ELSE excluded.unit_name END,
        area = CASE WHEN excluded.unit_id IS NULL THEN coalesce(excluded.area, a.area) ELSE excluded.area END,
        phone = coalesce(excluded.phone, a.phone),
        worker_ids = CASE WHEN excluded.worker_ids = '{}' THEN a.worker_ids ELSE excluded.worker_ids END,
        own_identifier_digest = coalesce(excluded.own_identifier_digest, a.own_identifier_digest),
        subject = excluded.subject, functions = excluded.functions
    WHERE a.subject IS NULL OR a.subject = excluded.subject
    RETURNING a.active AND (a.active_until IS NULL OR (now() AT TIME ZONE 'Europe/Copenhagen')::date < a.active_until)
""")
_ORGANISATION_FUNCTIONS = text("SELECT unnest(organisation_functions) FROM actors WHERE id = :id")
_RENEW_OWN_DIGESTS = text("""
    UPDATE actors SET own_identifier_digest = made.digest
    FROM unnest(cast(:former AS text[]), cast(:digests AS text[])) AS made (former, digest)
    WHERE actors.own_identifier_digest = made.former
""")
_REMOVE_ROLES = text("UPDATE actors SET roles = '{}', functions = '[]' WHERE subject = :subject")


def store_login(
    session: Session, actor: Actor, *, subject: str, phone: str | None, functions: Collection[JobFunction]
) -> bool | None:
    """Store an employee as a login describes them. What the login does not say stays as it was, but for the roles.

    Returns:
        Whether the employee is active; None: the id belongs to another account, or the account to another id.
    """
    values = actor.model_dump(mode="json") | {
        "subject": subject,
        "phone": phone,
        "functions": f"[{','.join(function.model_dump_json() for function in functions)}]",
    }
    try:
        with session.begin_nested():
            is_active: bool | None = session.scalar(_STORE_LOGIN, values)
    except IntegrityError:
        return None
    return is_active


def remove_roles(session: Session, subject: str) -> None:
    """The account has no role any longer; harmless when nobody has it."""
    session.execute(_REMOVE_ROLES, {"subject": subject})


def list_organisation_functions(session: Session, actor_id: str) -> frozenset[str]:
    """The functions that the organisation gives the employee; none of somebody whom it does not know."""
    return frozenset(session.scalars(_ORGANISATION_FUNCTIONS, {"id": actor_id}))


def renew_own_digests(session: Session, renewals: Mapping[str, str]) -> None:
    """Let employees whose number was digested with a former key be known as themselves by the digest made now."""
    if renewals:
        session.execute(_RENEW_OWN_DIGESTS, {"former": list(renewals), "digests": list(renewals.values())})


def list_actors(session: Session) -> tuple[Actor, ...]:
    """Every employee who may log in, by name."""
    return tuple(Actor.model_validate(row) for row in fetch_rows(session, _ALL, {}))


def list_named(session: Session, words: Collection[str]) -> tuple[Actor, ...]:
    """The employees who may log in and have one of these as their id or their whole name, whatever the case."""
    folded = [word.strip().lower() for word in words]
    return tuple(Actor.model_validate(row) for row in fetch_rows(session, _NAMED, {"words": folded}))


def get_actor(session: Session, actor_id: str) -> Actor | None:
    """The employee with that id; None when there is none, or no longer."""
    rows = fetch_rows(session, _BY_ID, {"id": actor_id})
    return Actor.model_validate(rows[0]) if rows else None


def is_same_person(session: Session, actor: Actor, other_id: str) -> bool:
    """Whether that employee is the actor, by id or, where somebody has two logins, by the own national number."""
    parameters = {"id": other_id, "digest": actor.own_identifier_digest}
    return actor.id == other_id or bool(session.scalar(_IS_SAME_PERSON, parameters))


def list_colleagues(session: Session, actor_ids: Collection[str]) -> dict[str, Colleague]:
    """These employees, those who are no longer there too, but without a unit."""
    if not actor_ids:
        return {}
    rows = fetch_rows(session, _COLLEAGUES, {"ids": sorted(actor_ids)})
    return {row["id"]: Colleague(**{key: row[key] for key in ("name", "title", "unit", "area")}) for row in rows}


def ask_contacts(session: Session, worker_ids: Collection[str]) -> Answer[dict[str, EmployeeContact]]:
    """How to reach the employees whom sources name by these ids; ids that several employees have are left out."""
    if not worker_ids:
        return dict
    rows = ask_rows(session, _CONTACTS, {"worker_ids": sorted(worker_ids)})
    return lambda: {
        row["worker_id"]: EmployeeContact(name=row["name"], title=row["title"], phone=row["phone"]) for row in rows()
    }
