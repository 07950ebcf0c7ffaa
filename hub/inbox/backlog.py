"""What a source has sent that is not resolved yet, since when and why. Counts and times; never an event."""

from sqlalchemy.orm import Session

from hub.inbox.repository import get_backlog, list_refusals
from hub.sources import hint_repository, stream_repository
from hub.sources.health import RunSummary
from schemas.base import Instant, Schema

RUNS_LOOKED_AT = 100


class RefusalCount(Schema):
    """How often senders were refused for one reason."""

    reason: str
    """One of ``hub.inbox.refusals.REFUSALS``."""
    times: int
    first_at: Instant
    """Of those that followed each other within a day."""
    last_at: Instant
    is_of_source: bool
    """Whether they wanted to send for this source; else nobody can tell for which."""


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
    refusals: tuple[RefusalCount, ...] = ()
    """Who was refused in the last fortnight; never what they sent."""


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
        refusals=tuple(
            RefusalCount(
                reason=refusal.reason,
                times=refusal.times,
                first_at=refusal.first_at,
                last_at=refusal.last_at,
                is_of_source=refusal.source == source,
            )
            for refusal in list_refusals(session, source)
            if pushed
        ),
    )
