"""Statements about logins of the application. They take no parameters in PostgreSQL, so it quotes what is put in."""

from sqlalchemy import text
from sqlalchemy.orm import Session

APPLICATION = "helhed_application"
_IS_LOGIN = text("""
    SELECT EXISTS (SELECT FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
                   JOIN pg_roles g ON g.oid = m.roleid
                   WHERE r.rolname = :name AND g.rolname = :application AND r.rolcanlogin)
""")
_EXISTS = text("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = :name)")
_PUT = text("""
    SELECT format('%s ROLE %I LOGIN PASSWORD %L', cast(:verb AS text), cast(:name AS text), cast(:pw AS text))
""")
_GRANT = text("SELECT format('GRANT %I TO %I', cast(:application AS text), cast(:name AS text))")
_SET = text("SELECT format('ALTER ROLE %I SET role TO %I', cast(:name AS text), cast(:application AS text))")
_DROP = text("SELECT format('DROP ROLE %I', cast(:name AS text))")
_CONNECTIONS = text("SELECT count(*) FROM pg_stat_activity WHERE usename = :name")


def is_login(session: Session, name: str) -> bool:
    """Whether it is a login that has the application's rights."""
    return bool(session.scalar(_IS_LOGIN, {"name": name, "application": APPLICATION}))


def put_login(session: Session, name: str, password: str) -> None:
    """Make a login with the application's rights, or give it another password."""
    verb = "ALTER" if session.scalar(_EXISTS, {"name": name}) else "CREATE"
    values = {"name": name, "application": APPLICATION, "verb": verb, "pw": password}
    for statement in (_PUT, _GRANT, _SET):
        session.execute(text(str(session.scalar(statement, values)).replace(":", r"\:")))


def connections_of(session: Session, name: str) -> int:
    """How many connections are open with it."""
    return int(session.scalar(_CONNECTIONS, {"name": name}) or 0)


def drop_login(session: Session, name: str) -> None:
    """Remove it."""
    session.execute(text(str(session.scalar(_DROP, {"name": name})).replace(":", r"\:")))
