"""Which requests are one act: a page with its reloads and the reason that opened it. Each request has its own line."""

from datetime import datetime, timedelta
from uuid import UUID

from hub.web.shell.request_context import RequestContext
from schemas.access import PageKind

ACT = "act"
"""In the session: the page that was asked for last, and the act that its lines belong to."""
ACT_LASTS = timedelta(minutes=10)
"""From the first request on; a reload after that is a look of its own."""


def act_of(context: RequestContext, citizen_id: UUID, page: PageKind) -> str:
    """The act of this request: the one before, if it asked for the same page about the same citizen just now."""
    session = context.request.session
    act: dict[str, str] = session.get(ACT) or {}
    same_page = act.get("citizen") == str(citizen_id) and act.get("page") == page.value
    if not same_page or not context.now - ACT_LASTS <= datetime.fromisoformat(act["started_at"]) <= context.now:
        act = {
            "id": context.request_id,
            "citizen": str(citizen_id),
            "page": page.value,
            "started_at": context.now.isoformat(),
        }
        session[ACT] = act
    return act["id"]
