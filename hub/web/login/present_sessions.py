"""Where the employee is logged in. Pure."""

from collections.abc import Sequence
from datetime import datetime

from hub.sessions.views import LoginSession, OpenSession, SessionLimits
from hub.web.login import texts
from hub.web.login.page import SessionRow, SessionsPage
from hub.web.shell.dates import counted, of_moment

PAGE_SIZE = 20


def sessions_page(
    sessions: Sequence[OpenSession], this: LoginSession, limits: SessionLimits, now: datetime, *, before: int | None
) -> SessionsPage:
    """The sessions, newest first; *before* is the number that this page of them begins before."""
    minutes = counted(int(limits.idle.total_seconds()) // 60, "minut", "minutter")
    hours = counted(int(limits.absolute.total_seconds()) // 3600, "time", "timer")
    return SessionsPage(
        rows=tuple(
            SessionRow(
                number=session.number,
                browser=session.browser or texts.UNKNOWN_BROWSER,
                logged_in=of_moment(now - session.age, now),
                last_used=of_moment(now - session.unused_for, now),
                is_this_one=session.number == this.number,
            )
            for session in sessions
        ),
        limits=texts.LIMITS.format(minutes=minutes, hours=hours),
        has_others=before is not None or any(session.number != this.number for session in sessions),
        before=sessions[-1].number if len(sessions) == PAGE_SIZE else None,
    )
