"""What is wrong now with the sources and the index. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from hub.clock import danish_day
from hub.settings import Settings
from hub.sources.definitions import StreamDetails
from hub.sources.health import RunOutcome, SourceState, SourceStatus
from hub.sources.secret_expiry import days_left
from schemas.base import Schema

FAILURES = frozenset({RunOutcome.UNAVAILABLE, RunOutcome.REFUSED, RunOutcome.FAILED})
DRIFT_MAY_LAST = timedelta(minutes=10)
"""What changes is always on its way to the index; and what was lost is repaired within a minute, or some."""
WITNESS_MAY_BE_BEHIND = timedelta(minutes=10)
"""After an hour in which nothing was written every witness is, until it has the next checkpoint."""


class NoticeKind(StrEnum):
    """What is wrong."""

    LATE = "late"
    SILENT = "silent"
    FAILING = "failing"
    HELD_DELETIONS = "held_deletions"
    TOO_MANY_REJECTED = "too_many_rejected"
    CERTIFICATE_EXPIRING = "certificate_expiring"
    SECRET_EXPIRING = "secret_expiring"  # noqa: S105  a kind of notice
    SENDER_REFUSED = "sender_refused"
    INDEX_DRIFT = "index_drift"
    WEBHOOK_DISABLED = "webhook_disabled"
    WITNESS_BEHIND = "witness_behind"
    STREAM_BEHIND = "stream_behind"
    SAMPLE_OVERDUE = "sample_overdue"
    """No sample of look-ups was drawn for longer than the declared rhythm."""


UNCOUNTED = frozenset({NoticeKind.INDEX_DRIFT, NoticeKind.SAMPLE_OVERDUE})
"""Kinds that are or are not; their number says nothing."""
EVERYTHING = ""
"""Stands for the source where the matter is no single source's."""
Key = tuple[NoticeKind, str]
"""Kind and source. There is at most one notice of each at a time."""


class Condition(Schema):
    """Something that is wrong now."""

    kind: NoticeKind
    source: str = EVERYTHING
    number: int | None = None
    """Failed runs in a row, deletions that wait, refusals, or days until an end. Never anything personal.

    Of a secret it is negative once the last day is over.
    """

    @property
    def key(self) -> Key:
        """What makes it the same from one look to the next."""
        return self.kind, self.source


class SourceLook(Schema):
    """What is looked at of one source."""

    state: SourceState
    streams: tuple[StreamDetails, ...] = ()
    failures_in_a_row: int = 0
    """Of the stream that has most."""
    is_rejecting: bool = False
    """Whether the last run of a stream stopped because too much was rejected."""
    held: int = 0
    """Deletions that nobody has decided about."""
    certificate_ends: datetime | None = None
    """When the first of its certificates is no longer valid."""
    secret_ends: date | None = None
    """The last day of the first of its secrets to end."""

    refused: int = 0
    """How often somebody who showed a certificate was refused since yesterday."""


@dataclass(frozen=True)
class Limits:
    """When something is worth a notice."""

    failures: int
    """Runs in a row that failed; also how often a sender must be refused."""
    expiry: timedelta
    """So long before a certificate or a secret ends."""
    sample_months: int = 3
    """So long after a sample of look-ups the next is due."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As they are set."""
        return cls(settings.notice_failures, timedelta(days=settings.notice_certificate_days), settings.sample_months)


def present_conditions(
    looks: Iterable[SourceLook], *, limits: Limits, now: datetime, counts: Mapping[NoticeKind, int]
) -> dict[Key, Condition]:
    """All that is wrong now, by key. Of a paused source only what its pause does not explain.

    *counts*: of what is no single source's: how many of each kind there are.
    """
    conditions = [condition for look in looks for condition in source_conditions(look, limits, now)]
    for kind, number in counts.items():
        if number:
            conditions.append(Condition(kind=kind, number=number if kind not in UNCOUNTED else None))
    return {condition.key: condition for condition in conditions}


def paused_sources(looks: Iterable[SourceLook]) -> frozenset[str]:
    """Sources of which nothing can be judged: their notices neither begin nor end."""
    return frozenset(look.state.source for look in looks if look.state.state is SourceStatus.PAUSED)


def consecutive_failures(outcomes: Iterable[RunOutcome]) -> int:
    """How many of the newest runs of a stream failed in a row. Stopped ones say nothing; *outcomes*: newest first."""
    count = 0
    for outcome in outcomes:
        if outcome is RunOutcome.STOPPED:
            continue
        if outcome not in FAILURES:
            break
        count += 1
    return count


def source_conditions(look: SourceLook, limits: Limits, now: datetime) -> Iterable[Condition]:
    """What is wrong now with one source."""
    source = look.state.source
    if look.certificate_ends is not None and look.certificate_ends - now <= limits.expiry:
        days = max((look.certificate_ends - now).days, 0)
        yield Condition(kind=NoticeKind.CERTIFICATE_EXPIRING, source=source, number=days)
    if look.secret_ends is not None and (left := days_left(look.secret_ends, danish_day(now))) <= limits.expiry.days:
        yield Condition(kind=NoticeKind.SECRET_EXPIRING, source=source, number=left)
    if look.state.state is SourceStatus.PAUSED:
        return
    if look.refused >= limits.failures:
        yield Condition(kind=NoticeKind.SENDER_REFUSED, source=source, number=look.refused)
    if look.held:
        yield Condition(kind=NoticeKind.HELD_DELETIONS, source=source, number=look.held)
    if look.is_rejecting:
        yield Condition(kind=NoticeKind.TOO_MANY_REJECTED, source=source)
    if look.failures_in_a_row >= limits.failures:
        yield Condition(kind=NoticeKind.FAILING, source=source, number=look.failures_in_a_row)
    if look.state.silent_since is not None:
        yield Condition(kind=NoticeKind.SILENT, source=source)
    elif look.state.state is SourceStatus.LATE:
        yield Condition(kind=NoticeKind.LATE, source=source)


MATURES_AFTER: Mapping[NoticeKind, timedelta] = {
    NoticeKind.INDEX_DRIFT: DRIFT_MAY_LAST,
    NoticeKind.WITNESS_BEHIND: WITNESS_MAY_BE_BEHIND,
}
"""So long a condition must last before it is told; at once where nothing stands here."""
GROWS_INTO: Mapping[NoticeKind, NoticeKind] = {NoticeKind.LATE: NoticeKind.SILENT}
"""A notice that grows into another is not told to be over."""
