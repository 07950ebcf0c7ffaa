"""Logins of citizens to *Min side*: begun, read, stored and ended, in the caller's transaction.

They last shorter than those of employees: people log in on a telephone or a library's computer.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import fetch_rows
from hub.matching.repository import stands_for
from schemas.citizen_actor import CitizenActor

IDLE = timedelta(minutes=15)
"""Without a page."""
ABSOLUTE = timedelta(hours=1)
"""Whatever is done in it."""
_LIVE = "last_seen_at > now() - cast(:idle AS interval) AND created_at > now() - cast(:absolute AS interval)"
_INSERT = text("INSERT INTO citizen_sessions (id_digest, citizen_id) VALUES (:id_digest, :citizen_id)")
_USE = text(f"""
    UPDATE citizen_sessions s SET last_seen_at = now() WHERE s.id_digest = :id_digest AND {_LIVE}
    RETURNING s.citizen_id, s.data
""")  # noqa: S608  of the constant above; every value is a parameter
_STORE = text("UPDATE citizen_sessions SET data = cast(:data AS jsonb) WHERE id_digest = :id_digest")
_DELETE = text("DELETE FROM citizen_sessions WHERE id_digest = :id_digest")
_DELETE_EXPIRED = text(f"DELETE FROM citizen_sessions WHERE NOT ({_LIVE}) RETURNING id_digest")  # noqa: S608  as above
_LIMITS = {"idle": IDLE, "absolute": ABSOLUTE}


@dataclass
class CitizenSession:
    """The login of a request."""

    citizen: CitizenActor
    """As whom the citizen stands now, also where two turned out to be one."""
    data: dict[str, Any]
    """Changed freely during the request and stored at its end."""


def begin_citizen_session(session: Session, citizen: CitizenActor, replaces: str | None) -> str:
    """Begin one under a new id, whatever the browser brought; the id, for the cookie alone."""
    if replaces is not None:
        end_citizen_session(session, replaces)
    session_id = secrets.token_urlsafe(32)
    session.execute(_INSERT, {"id_digest": _digest(session_id), "citizen_id": citizen.citizen_id})
    return session_id


def use_citizen_session(session: Session, session_id: str) -> CitizenSession | None:
    """The login, which is then used; None: there is none, or it has run out."""
    rows = fetch_rows(session, _USE, {"id_digest": _digest(session_id), **_LIMITS})
    if not rows:
        return None
    citizen_id = rows[0]["citizen_id"]
    citizen = CitizenActor(citizen_id=stands_for(session, citizen_id) or citizen_id)
    return CitizenSession(citizen, dict(rows[0]["data"]))


def store_citizen_data(session: Session, session_id: str, data: dict[str, Any]) -> None:
    """Keep what the request has changed."""
    session.execute(_STORE, {"id_digest": _digest(session_id), "data": json.dumps(data)})


def end_citizen_session(session: Session, session_id: str) -> None:
    """End it; harmless when there is none."""
    session.execute(_DELETE, {"id_digest": _digest(session_id)})


def delete_expired_citizen_sessions(session: Session) -> int:
    """Remove those that have run out; how many."""
    return len(fetch_rows(session, _DELETE_EXPIRED, _LIMITS))


def _digest(session_id: str) -> bytes:
    """Of 256 random bits, so that a plain hash cannot be guessed back."""
    return hashlib.sha256(session_id.encode()).digest()
