"""What a source has sent that is not resolved yet, since when and why. Counts and times; never an event."""

from sqlalchemy.orm import Session

from hub.inbox.repository import get_backlog
from hub.sources import hint_repository, stream_repository
from hub.sources.health import RunSummary
from schemas.base import Instant, Schema

RUNS_LOOKED_AT = 100


class InboxBacklog(Schema):
    """What waits of one source."""

    source: str
    is_pushed: bool = False
    """Whether the source can send anything at all."""
    events: int = 0
    since: Instant | None = None
    """When the oldest came. None: nothing waits."""
    tried: int = 0
    """How many of them were tried and failed."""
    next_attempt_at: Instant | None = None
    last_run: RunSummary | None = None
    """The last that resolved what the source sent: why events that were tried still wait."""
    hints: int = 0
    """Citizens that the source told of and who are read next."""


def read_backlog(session: Session, source: str) -> InboxBacklog:
    """What waits of the source; it exists."""
    pushed = {stream.stream for stream in stream_repository.list_streams(session, source) if stream.is_pushed}
    backlog = get_backlog(session, source)
    return InboxBacklog(
        source=source,
        is_pushed=bool(pushed),
        **(backlog._asdict() if backlog else {}),
        last_run=next(
            (run for run in stream_repository.runs(session, source, RUNS_LOOKED_AT) if run.stream in pushed), None
        ),
        hints=hint_repository.count_hinted(session, source),
    )
