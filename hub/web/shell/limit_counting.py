"""Count what has a limit, of an actor and of the address it comes from."""

import hmac
import logging
import math
from datetime import timedelta

from fastapi import Request

from hub.context import AppContext
from hub.errors import TooMany
from hub.rate_limits.limits import OF_ACTOR, OF_ADDRESS, Limit, Limited
from hub.rate_limits.repository import is_news, take

_PURPOSE = b"rate limit\x1f"

log = logging.getLogger("hub.web")


def limit_address(request: Request, limited: Limited, actor_id: str | None = None) -> None:
    """The same where nobody is logged in yet: there is a line in the log of the process and none in the audit log.

    Raises:
        TooMany: it is one too many.
    """
    wait, _ = take_limit(request, limited, actor_id)
    if wait is not None:
        raise TooMany(math.ceil(wait.total_seconds()))


def take_limit(request: Request, limited: Limited, actor_id: str | None) -> tuple[timedelta | None, bool]:
    """How long to wait (None: not at all), and whether it is the first time in a window.

    It is counted in a transaction of its own, so that what fails afterwards counts too.
    """
    app: AppContext = request.app.state.context
    address = request.client.host if request.client else ""
    subjects: list[tuple[str, Limit]] = [(f"address {address}", OF_ADDRESS[limited])]
    if actor_id is not None:
        subjects.append((f"actor {actor_id}", OF_ACTOR[limited]))
    with app.database.transaction() as session:
        for name, limit in subjects:
            subject = hmac.digest(app.session_key, _PURPOSE + name.encode(), "sha256")
            wait = take(session, limited, subject, limit.times(app.settings.rate_limit_factor))
            if wait is not None:
                is_told = is_news(session, limited, subject, limit)
                if is_told:
                    whose = name.partition(" ")[0]
                    log.warning("web.limit_reached", extra={"fields": {"limit": limited.value, "of": whose}})
                return wait, is_told
    return None, False
