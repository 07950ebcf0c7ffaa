"""Every statement on the tables of this room. The time is the database's, the same for every process that serves."""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import ask_rows, fetch_rows
from hub.sessions.views import LoginSession, OpenSession, ProviderSession, SessionLimits
from schemas.access import EMPLOYEE_FIELDS, Actor

_ACTOR = ", ".join(f"a.{field}" for field in EMPLOYEE_FIELDS)
_LIVE = "s.last_seen_at > now() - CAST(:idle AS interval) AND s.created_at > now() - CAST(:absolute AS interval)"
_GET = text(f"""
    SELECT s.number AS session_number, s.data, s.last_seen_at < now() - interval '1 minute' AS is_stale,
           s.renew_at < now() AS needs_renewal, {_ACTOR}
    FROM login_sessions s JOIN active_actors a ON a.id = s.actor_id
    WHERE s.id_digest = :id_digest AND {_LIVE}
""")  # noqa: S608  field names of our own schema; every value is a parameter
_INSERT = text("""
    INSERT INTO login_sessions (id_digest, actor_id, browser, subject, provider_session, tokens, renew_at)
    VALUES (:id_digest, :actor_id, :browser, :subject, :session, :tokens, now() + CAST(:renew_after AS interval))
""")
_GET_TOKENS = text("SELECT subject, tokens FROM login_sessions WHERE number = :number AND tokens IS NOT NULL")
_LIST_TOKENS = text("""
    SELECT number, tokens FROM login_sessions WHERE tokens IS NOT NULL AND number > :after ORDER BY number LIMIT :size
""")
_REPLACE_TOKENS = text("UPDATE login_sessions SET tokens = :sealed WHERE number = :number AND tokens = :former")
_TAKE_RENEWAL = text("""
    UPDATE login_sessions SET renew_at = now() + CAST(:lease AS interval)
    WHERE number = :number AND renew_at < now() RETURNING subject, tokens
""")
_STORE_RENEWAL = text("""
    UPDATE login_sessions SET tokens = :tokens, renew_at = now() + CAST(:renew_after AS interval) WHERE number = :number
""")
_DELETE_NUMBER = text("DELETE FROM login_sessions WHERE number = :number")
_DELETE_OF_PROVIDER = text("""
    DELETE FROM login_sessions
    WHERE provider_session = :session OR CAST(:session AS text) IS NULL AND subject = :subject
    RETURNING actor_id
""")
_UPDATE = text("""
    UPDATE login_sessions SET last_seen_at = now(), data = (data - CAST(:removed AS text[])) || CAST(:changed AS jsonb)
    WHERE number = :number
""")
_DELETE = text("DELETE FROM login_sessions WHERE id_digest = :id_digest")
_DELETE_ALL = text("DELETE FROM login_sessions RETURNING number")
_DELETE_OWN = text("DELETE FROM login_sessions WHERE actor_id = :actor_id AND number = :number RETURNING number")
_DELETE_OTHERS = text("DELETE FROM login_sessions WHERE actor_id = :actor_id AND number <> :number RETURNING number")
_LIST_OWN = text(f"""
    SELECT s.number, s.browser, now() - s.created_at AS age, now() - s.last_seen_at AS unused_for FROM login_sessions s
    WHERE s.actor_id = :actor_id AND {_LIVE} AND (CAST(:before AS bigint) IS NULL OR s.number < :before)
    ORDER BY s.number DESC LIMIT :size
""")  # noqa: S608  as above
_IS_LOGGED_IN = text(f"""
    SELECT EXISTS (SELECT FROM login_sessions s WHERE s.actor_id = :actor_id AND {_LIVE})
""")  # noqa: S608  as above
_DELETE_EXPIRED = text(f"""
    DELETE FROM login_sessions s
    WHERE NOT ({_LIVE}) OR NOT EXISTS (SELECT FROM active_actors a WHERE a.id = s.actor_id) RETURNING s.number
""")  # noqa: S608  as above
_DELETE_OF_ACTORS = text("DELETE FROM login_sessions WHERE actor_id = ANY(:actor_ids) RETURNING number")


def get_session(session: Session, session_id: str, limits: SessionLimits) -> LoginSession | None:
    """The session with its employee; None: there is none, it has run out, or the employee is no longer active."""
    rows = fetch_rows(session, _GET, {"id_digest": _digest(session_id), **_parameters(limits)})
    if not rows:
        return None
    row = rows[0]
    number, data, is_stale = row.pop("session_number"), row.pop("data"), row.pop("is_stale")
    needs_renewal = bool(row.pop("needs_renewal"))
    actor = Actor.model_validate(row)
    return LoginSession(number=number, actor=actor, data=data, is_stale=is_stale, needs_renewal=needs_renewal)


def insert_session(
    session: Session, session_id: str, actor_id: str, browser: str, provider: ProviderSession | None
) -> None:
    """Begin a session."""
    values = {
        "id_digest": _digest(session_id),
        "actor_id": actor_id,
        "browser": browser,
        "subject": provider.subject if provider else None,
        "session": provider.session if provider else None,
        "tokens": provider.tokens if provider else None,
        "renew_after": provider.renew_after if provider else None,
    }
    session.execute(_INSERT, values)


def get_tokens(session: Session, number: int) -> tuple[str, bytes] | None:
    """Account and encrypted tokens of the session; None: it is not of the provider, or no longer there."""
    row = session.execute(_GET_TOKENS, {"number": number}).one_or_none()
    return None if row is None else (row.subject, row.tokens)


def list_tokens(session: Session, after: int, size: int) -> list[tuple[int, bytes]]:
    """The encrypted tokens of sessions by the sessions' numbers, in their order."""
    return [(row.number, row.tokens) for row in session.execute(_LIST_TOKENS, {"after": after, "size": size})]


def replace_tokens(session: Session, number: int, former: bytes, sealed: bytes) -> None:
    """Put the same tokens, sealed anew, in the place of *former*; nothing where a renewal has replaced them."""
    session.execute(_REPLACE_TOKENS, {"number": number, "former": former, "sealed": sealed})


def take_renewal(session: Session, number: int, lease: timedelta) -> tuple[str, bytes] | None:
    """The same of a session whose claims are due; for so long nobody else gets them. None: somebody has them."""
    row = session.execute(_TAKE_RENEWAL, {"number": number, "lease": lease}).one_or_none()
    return None if row is None else (row.subject, row.tokens)


def store_renewal(session: Session, number: int, tokens: bytes, renew_after: timedelta | None) -> None:
    """Keep the tokens that the provider gave anew."""
    session.execute(_STORE_RENEWAL, {"number": number, "tokens": tokens, "renew_after": renew_after})


def delete_number(session: Session, number: int) -> None:
    """End the session with that number."""
    session.execute(_DELETE_NUMBER, {"number": number})


def delete_of_provider(session: Session, provider_session: str | None, subject: str | None) -> tuple[str, ...]:
    """End the session that the provider names, or all of the account where it names none.

    Returns:
        Whose they were, once for each session.
    """
    return tuple(session.scalars(_DELETE_OF_PROVIDER, {"session": provider_session, "subject": subject}))


def update_session(session: Session, number: int, changed: Mapping[str, Any], removed: Collection[str]) -> None:
    """Note that the session was used, and what of its data has changed; stored when the transaction is."""
    ask_rows(session, _UPDATE, {"number": number, "changed": json.dumps(dict(changed)), "removed": sorted(removed)})


def delete_session(session: Session, session_id: str) -> None:
    """End the session with that id; harmless when there is none."""
    session.execute(_DELETE, {"id_digest": _digest(session_id)})


def delete_own(session: Session, actor_id: str, number: int) -> tuple[int, ...]:
    """End one of the employee's sessions; its number, or nothing when it is another's or no longer there."""
    return tuple(session.scalars(_DELETE_OWN, {"actor_id": actor_id, "number": number}))


def delete_others(session: Session, actor_id: str, number: int) -> tuple[int, ...]:
    """End all of the employee's sessions but this one; their numbers."""
    return tuple(session.scalars(_DELETE_OTHERS, {"actor_id": actor_id, "number": number}))


def list_own(
    session: Session, actor_id: str, limits: SessionLimits, *, before: int | None, size: int
) -> tuple[OpenSession, ...]:
    """The employee's sessions, newest first; those before that number."""
    values = {"actor_id": actor_id, "before": before, "size": size, **_parameters(limits)}
    return tuple(OpenSession(**row) for row in fetch_rows(session, _LIST_OWN, values))


def is_logged_in(session: Session, actor_id: str, limits: SessionLimits) -> bool:
    """Whether the employee has a session now, in whichever browser."""
    return bool(session.scalar(_IS_LOGGED_IN, {"actor_id": actor_id, **_parameters(limits)}))


def delete_expired_sessions(session: Session, limits: SessionLimits) -> int:
    """Remove the sessions that have run out, and those of employees who have left; how many."""
    return len(session.scalars(_DELETE_EXPIRED, _parameters(limits)).all())


def delete_of_actors(session: Session, actor_ids: Collection[str]) -> int:
    """End every session of these employees; how many."""
    return len(session.scalars(_DELETE_OF_ACTORS, {"actor_ids": sorted(actor_ids)}).all())


def delete_all_sessions(session: Session) -> int:
    """End every session; how many."""
    return len(session.scalars(_DELETE_ALL).all())


def _digest(session_id: str) -> bytes:
    """The id has 256 random bits, so that a plain hash cannot be guessed back."""
    return hashlib.sha256(session_id.encode()).digest()


def _parameters(limits: SessionLimits) -> dict[str, object]:
    return {"idle": limits.idle, "absolute": limits.absolute}
