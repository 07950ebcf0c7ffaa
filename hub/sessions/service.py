"""Begin, read, store and end sessions, in the caller's transaction."""

import secrets
from datetime import timedelta

from sqlalchemy.orm import Session

from hub.sessions import repository
from hub.sessions.browsers import browser_name
from hub.sessions.views import NO_SESSION, LoginSession, ProviderSession, SessionLimits
from hub.settings import Settings


def limits_of(settings: Settings) -> SessionLimits:
    """How long sessions last here."""
    return SessionLimits(
        idle=timedelta(minutes=settings.session_minutes), absolute=timedelta(hours=settings.session_hours)
    )


def begin(
    session: Session, actor_id: str, *, user_agent: str, replaces: str | None, provider: ProviderSession | None = None
) -> str:
    """Begin a session under a new id, whatever the browser brought.

    Args:
        session: the caller's transaction.
        actor_id: who has logged in.
        user_agent: as the browser names itself.
        replaces: the id that the browser brought; that session ends.
        provider: where the login was at the municipality's provider.

    Returns:
        The id, for the cookie alone.
    """
    if replaces is not None:
        repository.delete_session(session, replaces)
    session_id = secrets.token_urlsafe(32)
    repository.insert_session(session, session_id, actor_id, browser_name(user_agent), provider)
    return session_id


def store(session: Session, login: LoginSession) -> None:
    """Store what the request has changed, and at most once a minute that the session was used; a machine has none."""
    if login.number == NO_SESSION:
        return
    changed, removed = login.changed, login.removed
    if changed or removed or login.is_stale:
        repository.update_session(session, login.number, changed, removed)
