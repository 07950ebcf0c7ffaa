"""Statements on service accounts."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.access.service_accounts import ServiceAccount
from schemas.access import Actor

_FIELDS = ", ".join(ServiceAccount.model_fields)
_LIST = text(f"""
    SELECT {_FIELDS} FROM service_accounts
    ORDER BY revoked_at IS NOT NULL, name, client_id LIMIT :size OFFSET :start
""")  # noqa: S608  field names of our own schema; every value is a parameter
_LIST_ALL = text(f"SELECT {_FIELDS} FROM service_accounts ORDER BY name, client_id")  # noqa: S608  as above
_GET = text(f"SELECT {_FIELDS} FROM service_accounts WHERE client_id = :client_id")  # noqa: S608  as above
_STORE = text("""
    INSERT INTO service_accounts AS a
        (client_id, name, purpose, description, scopes, for_employees, unit_id, area, added_by)
    VALUES (:client_id, :name, :purpose, :description, :scopes, :for_employees, :unit_id, :area, :added_by)
    ON CONFLICT (client_id) DO UPDATE SET
        name = excluded.name, purpose = excluded.purpose, description = excluded.description,
        scopes = excluded.scopes, for_employees = excluded.for_employees, unit_id = excluded.unit_id,
        area = excluded.area, added_by = excluded.added_by, added_at = now(), revoked_by = NULL, revoked_at = NULL,
        used_at = NULL
    WHERE a.revoked_at IS NOT NULL
    RETURNING a.client_id
""")
_REVOKE = text("""
    UPDATE service_accounts SET revoked_by = :revoked_by, revoked_at = now()
    WHERE client_id = :client_id AND revoked_at IS NULL RETURNING client_id
""")
_MARK_USED = text("""
    UPDATE service_accounts SET used_at = now()
    WHERE client_id = :client_id AND (used_at IS NULL OR used_at < now() - interval '1 hour')
""")


def list_accounts(session: Session, *, start: int, size: int) -> tuple[ServiceAccount, ...]:
    """The accounts by name, those that are revoked last."""
    rows = session.execute(_LIST, {"start": start, "size": size}).mappings()
    return tuple(ServiceAccount.model_validate(dict(row)) for row in rows)


def list_machines(session: Session) -> tuple[Actor, ...]:
    """Every machine that ever had an account, as the log names it."""
    rows = session.execute(_LIST_ALL).mappings()
    return tuple(ServiceAccount.model_validate(dict(row)).actor(frozenset()) for row in rows)


def get_account(session: Session, client_id: str) -> ServiceAccount | None:
    """The account, also a revoked one; None: there never was one."""
    row = session.execute(_GET, {"client_id": client_id}).mappings().one_or_none()
    return None if row is None else ServiceAccount.model_validate(dict(row))


def store_account(session: Session, account: ServiceAccount) -> bool:
    """Store a new account, also in place of a revoked one; False: there is one in use, which stays as it is."""
    values = {**account.model_dump(mode="json"), "scopes": sorted(account.scopes)}
    return session.scalar(_STORE, values) is not None


def revoke(session: Session, client_id: str, revoked_by: str) -> bool:
    """The account opens nothing from now on; False: there is none in use."""
    return session.scalar(_REVOKE, {"client_id": client_id, "revoked_by": revoked_by}) is not None


def mark_used(session: Session, client_id: str) -> None:
    """Note that it was used, at most once an hour."""
    session.execute(_MARK_USED, {"client_id": client_id})
