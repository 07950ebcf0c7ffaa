"""What the runs of a source's streams brought, and how the source is doing: pure judgement."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import Field

from schemas.base import Instant, Schema


class RunOutcome(StrEnum):
    """How a run ended."""

    COMPLETE = "complete"
    HELD = "held"
    """Read to its end; additions and changes apply, and deletions wait for a person. Counts neither as complete nor as
    data."""
    UNAVAILABLE = "unavailable"
    """Source or bus did not answer; the next run goes on from the saved cursor."""
    REFUSED = "refused"
    """A person must act."""
    FAILED = "failed"
    """A fault of ours."""
    TOO_MANY_REJECTED = "too_many_rejected"
    """More items were rejected than the limits allow; the cursor is where it was before the run."""
    STOPPED = "stopped"
    """Asked to stop: shutdown, pause, removal, or other settings. The next run goes on from the saved cursor."""


FAILED_OUTCOMES = frozenset(RunOutcome) - {RunOutcome.COMPLETE, RunOutcome.HELD, RunOutcome.STOPPED}
"""The run did not do what it should."""


class RunSummary(Schema):
    """One attempt at reading a stream (kørsel). Counts are of this attempt; attempts add up."""

    source: str
    stream: str
    number: int | None = None
    """Stands in the address of its page and on the messages it published. None: of a test."""
    started_at: Instant
    ended_at: Instant
    outcome: RunOutcome
    requested_by: str | None = None
    """Id of the actor who asked for it. None: its schedule did."""
    read: int = 0
    """Payloads: published, rejected and skipped."""
    published: int = 0
    rejected: int = 0
    skipped: dict[str, int] = Field(default_factory=dict)
    """How many payloads a declared rule left out, by ``<type>: <rule>``."""
    held: int = 0
    """Deletions that the run held back for a person."""
    message: str | None = None
    """English, without values from the source."""
    advice: str | None = None
    """Key of the Danish sentence with what to do."""
    hints: int = 0
    """How many citizens the run was confined to, because the source told of them. 0: it read everything."""


class SourceStatus(StrEnum):
    """How a source is doing, judged by the data that came, not by a process that says it runs."""

    FRESH = "fresh"
    LATE = "late"
    SILENT = "silent"
    FAILING = "failing"
    HELD = "held"
    """A stream was read to its end, but deletions wait for a person."""
    NEVER = "never"
    """A stream was never read to its end."""
    PAUSED = "paused"
    DISABLED = "disabled"
    """None of its streams is enabled, so nothing of it is read."""


class StreamHealth(Schema):
    """What is kept of how one stream went."""

    stream: str
    is_enabled: bool = True
    last_run: RunSummary | None = None
    """The last that was not stopped."""
    last_success_at: Instant | None = None
    """End of the last complete run."""
    last_data_at: Instant | None = None
    """When the last record came in a run that was not held."""
    due_at: Instant | None = None


class SourceState(Schema):
    """What the source page shows of one source: the worst of its streams."""

    source: str
    state: SourceStatus
    last_success_at: Instant | None = None
    """End of the last complete run of the stream whose is oldest; None while a stream was never read to its end."""
    last_data_at: Instant | None = None
    """When the last record of any stream came: how often it should is declared for the source, not for each stream."""
    silent_since: Instant | None = None
    """The same, when it is too long ago; also while the source fails or is paused."""
    last_run: RunSummary | None = None
    """Of the stream that decides the state."""
    next_due_at: Instant | None = None
    """When a stream is read next. None: paused, or no stream is enabled."""
    reason: str | None = None
    """The pause's reason, or the last run's ``advice`` key."""
    has_unreadable: bool = False
    """Whether rows of it lie in quarantine."""


_WORST_FIRST = (SourceStatus.FAILING, SourceStatus.HELD, SourceStatus.NEVER)


def judge_streams(
    source: str, streams: Sequence[StreamHealth], *, pause_reason: str | None, has_unreadable: bool
) -> SourceState:
    """How a source is doing but for the age of its data: paused comes first, then the worst stream.

    Streams that are not enabled say nothing, unless none is: then what was read of them earlier still stands. It stays
    the same until something is written about a stream.
    """
    enabled = [stream for stream in streams if stream.is_enabled]
    is_disabled = bool(streams) and not enabled
    streams = enabled or streams
    successes = [stream.last_success_at for stream in streams]
    decisive = _worst(streams)
    last_run = decisive.last_run if decisive else None
    status = SourceStatus.NEVER if decisive is None else _stream_status(decisive)
    if pause_reason is not None:
        status = SourceStatus.PAUSED
    elif is_disabled:
        status = SourceStatus.DISABLED
    return SourceState(
        source=source,
        state=status,
        last_success_at=min(success_times)
        if successes and len(success_times := [at for at in successes if at]) == len(successes)
        else None,
        last_data_at=max((stream.last_data_at for stream in streams if stream.last_data_at), default=None),
        last_run=last_run,
        next_due_at=_earliest(stream.due_at for stream in enabled) if pause_reason is None else None,
        reason=pause_reason or (last_run.advice if last_run else None),
        has_unreadable=has_unreadable,
    )


def judge_age(state: SourceState, *, cadence: timedelta, now: datetime) -> SourceState:
    """The state of ``judge_streams`` at an instant: of a source that does as it should the age of the newest data."""
    status, last_data_at = state.state, state.last_data_at
    if status is SourceStatus.FRESH:
        status = data_status(last_data_at, cadence=cadence, now=now)
    silent = last_data_at is not None and is_silent(last_data_at, cadence=cadence, now=now)
    if status is state.state and not silent:
        return state
    return state.model_copy(update={"state": status, "silent_since": last_data_at if silent else None})


def data_status(last_data_at: datetime | None, *, cadence: timedelta, now: datetime) -> SourceStatus:
    """By the age of the newest data: as old as the cadence is fresh, up to twice is late, beyond that is silent."""
    if last_data_at is None or is_silent(last_data_at, cadence=cadence, now=now):
        return SourceStatus.SILENT
    return SourceStatus.FRESH if now - last_data_at <= cadence else SourceStatus.LATE


def is_silent(last_data_at: datetime, *, cadence: timedelta, now: datetime) -> bool:
    """Whether data should have come since, long ago."""
    return now - last_data_at > 2 * cadence


def _worst(streams: Sequence[StreamHealth]) -> StreamHealth | None:
    """The stream with the worst state; among equals the one that was read last."""
    for status in _WORST_FIRST:
        candidates = [stream for stream in streams if _stream_status(stream) is status]
        if candidates:
            return max(candidates, key=_ended)
    return max(streams, key=_ended, default=None)


def _stream_status(stream: StreamHealth) -> SourceStatus:
    outcome = stream.last_run.outcome if stream.last_run else None
    if outcome is RunOutcome.HELD:
        return SourceStatus.HELD
    if outcome not in {None, RunOutcome.COMPLETE, RunOutcome.STOPPED}:
        return SourceStatus.FAILING
    return SourceStatus.NEVER if stream.last_success_at is None else SourceStatus.FRESH


def _ended(stream: StreamHealth) -> float:
    return stream.last_run.ended_at.timestamp() if stream.last_run else 0.0


def _earliest(instants: Iterable[datetime | None]) -> datetime | None:
    return min((instant for instant in instants if instant), default=None)
