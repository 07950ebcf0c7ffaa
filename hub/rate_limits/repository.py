"""Every statement on the table of this room. The time is the database's, the same for every web server."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.rate_limits.limits import Limit, Limited

_TAKE = text("""
    INSERT INTO rate_limits AS r (limited, subject, used_until)
    VALUES (:limited, :subject, now() + CAST(:every AS interval))
    ON CONFLICT (limited, subject) DO UPDATE
    SET used_until = greatest(r.used_until, now()) + CAST(:every AS interval)
    WHERE greatest(r.used_until, now()) + CAST(:every AS interval) <= now() + CAST(:window AS interval)
    RETURNING true
""")
_WAIT = text("""
    SELECT used_until + CAST(:every AS interval) - CAST(:window AS interval) - now() FROM rate_limits
    WHERE limited = :limited AND subject = :subject
""")
_TELL = text("""
    UPDATE rate_limits SET told_at = now()
    WHERE limited = :limited AND subject = :subject
      AND (told_at IS NULL OR told_at < now() - CAST(:window AS interval))
    RETURNING true
""")
_DELETE_UNUSED = text("DELETE FROM rate_limits WHERE used_until < now() - interval '1 day'")


def take(session: Session, limited: Limited, subject: bytes, limit: Limit) -> timedelta | None:
    """Count one more; how long to wait where that is too many, and it is not counted. None: it may be done."""
    values = {"limited": limited.value, "subject": subject, "every": limit.every, "window": limit.window}
    if session.scalar(_TAKE, values):
        return None
    wait: timedelta = session.scalar(_WAIT, values) or limit.every
    return max(wait, timedelta(seconds=1))


def is_news(session: Session, limited: Limited, subject: bytes, limit: Limit) -> bool:
    """Whether it is to be told that the limit is reached: once in a window."""
    values = {"limited": limited.value, "subject": subject, "window": limit.window}
    return bool(session.scalar(_TELL, values))


def delete_unused(session: Session) -> None:
    """Remove what nobody has used for a day."""
    session.execute(_DELETE_UNUSED)
