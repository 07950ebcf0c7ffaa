"""A second login of the application in PostgreSQL, so that its password is replaced while all runs."""

import re
import secrets

from sqlalchemy.engine import URL

from hub.db import Database
from hub.errors import InvalidSetting
from hub.rekeying import repository

_NUMBERED = re.compile(r"(?P<name>.*?)(?:_(?P<number>[0-9]{1,4}))?")


def next_login(name: str) -> str:
    """The name of the login after this one: after ``helhed_web`` comes ``helhed_web_2``, then ``helhed_web_3``."""
    parts = _NUMBERED.fullmatch(name)
    if parts is None:
        raise InvalidSetting("the login in HELHED_DATABASE_URL has no name")
    return f"{parts['name']}_{int(parts['number'] or 1) + 1}"


def add_login(owner: Database, address: URL) -> URL:
    """Make the login after that of *address*, with a new password, and log in with it; its address.

    Repeated, because it was stopped before the address was stored, it gives the same login another password.

    Raises:
        InvalidSetting: the owner may not make logins, or the new one is not let in.
    """
    if not address.username:
        raise InvalidSetting("HELHED_DATABASE_URL names no login; the embedded PostgreSQL needs no password")
    new = address.set(username=next_login(address.username), password=secrets.token_urlsafe(32))
    with owner.transaction() as session:
        repository.put_login(session, str(new.username), str(new.password))
    trial = Database(new, pool_size=1)
    try:
        trial.check()
    except Exception as error:
        message = f"PostgreSQL does not let {new.username} in: see pg_hba.conf"
        raise InvalidSetting(message) from error
    finally:
        trial.close()
    return new


def retire_login(owner: Database, name: str, current: str | None) -> None:
    """Remove a login that nothing uses any more.

    Raises:
        InvalidSetting: it is in use, the current one, or no login of the application.
    """
    if name == current:
        raise InvalidSetting(f"{name} is the login in HELHED_DATABASE_URL")
    with owner.transaction() as session:
        if not repository.is_login(session, name):
            raise InvalidSetting(f"{name} is no login of the application")
        if in_use := repository.connections_of(session, name):
            raise InvalidSetting(f"{in_use} connections use {name} still; restart the processes that hold them first")
        repository.drop_login(session, name)
