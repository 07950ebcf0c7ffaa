"""Stop who searches, looks up or overrides too often: a line for the DPO, and when to come back."""

import math

from hub.access.audit_entry import audit_entry
from hub.audit.service import write
from hub.errors import TooMany
from hub.rate_limits.limits import Limited
from hub.web.shell.limit_counting import take_limit
from hub.web.shell.request_context import RequestContext
from schemas.access import AuditAction, AuditOutcome


def limit_actor(context: RequestContext, limited: Limited) -> None:
    """Count an act of the actor, or of the machine that asks, and of the address it comes from.

    Raises:
        TooMany: it is one too many. Once in a window that is a line of the log, which the DPO's page counts.
    """
    wait, is_told = take_limit(context.request, limited, context.actor.caller_id)
    if wait is None:
        return
    if is_told:
        entry = audit_entry(
            context.actor,
            AuditAction.REACH_LIMIT,
            AuditOutcome.REFUSED,
            context.access(),
            context.now,
            details={"limit": limited.value},
        )
        write(context.session, entry)
    raise TooMany(math.ceil(wait.total_seconds()))
