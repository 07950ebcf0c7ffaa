"""Gauges of the state of things, which a worker collects beforehand, and all metrics as Prometheus reads them.

A group of gauges that cannot be collected, or is too old, is cleared: no value rather than an old one.
"""

from collections.abc import Mapping
from datetime import datetime
from time import monotonic
from typing import NamedTuple

from prometheus_client import Counter, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from hub.metrics import REGISTRY

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
MAX_AGE = 90.0
"""Seconds after which a gauge is too old."""

# Age of a source's newest data, against the cadence it promises. Older than twice that: it is silent.
SOURCE_LAST_DATA = Gauge(
    "helhed_source_last_data_timestamp_seconds", "When the source's newest data came.", ["source"], registry=REGISTRY
)
SOURCE_CADENCE = Gauge(
    "helhed_source_cadence_seconds", "How often the source should deliver data.", ["source"], registry=REGISTRY
)
SOURCE_PAUSED = Gauge(
    "helhed_source_paused", "1: an administrator switched the source off.", ["source"], registry=REGISTRY
)
# Entries nobody has resolved; a source that is not connected may have some too, from messages that could not be
# stored. Growing: a source changed its form; the page Kilder says which field.
QUARANTINE = Gauge("helhed_quarantine_open", "Open entries in quarantine.", ["source"], registry=REGISTRY)
# Events that wait to be looked up, and how long the first has waited. Growing: the source does not answer our look-ups.
INBOX_WAITING = Gauge("helhed_inbox_waiting_events", "Events not resolved yet.", ["source"], registry=REGISTRY)
INBOX_LONGEST = Gauge(
    "helhed_inbox_longest_wait_seconds", "How long the first of them has waited.", ["source"], registry=REGISTRY
)
# Citizens whose overview is to be built from new records, and how long the first of them has waited. waiting, for more
# than minutes: no worker processes records, or too few do. failed: it could not be built and is tried again every five
# minutes; read pipeline.rebuild_failed in the log; it is a fault of ours.
DUE = Gauge("helhed_overviews_due", "Citizens whose overview is to be built.", ["state"], registry=REGISTRY)
DUE_LONGEST = Gauge(
    "helhed_overviews_due_longest_seconds", "How long the first of them has waited.", ["state"], registry=REGISTRY
)
# When the newest base backup was whole; 0: there is none. Older than 26 hours: read the log of helhed backup.
BACKUP = Gauge("helhed_backup_last_success_timestamp_seconds", "When the newest backup was whole.", registry=REGISTRY)
# Signed lines of the log that the SIEM has not, and how long the first of them has waited. Growing: the receiver
# refuses or does not answer; the page Er loggen hel? says why. Without a receiver there is neither.
STREAM_WAITING = Gauge(
    "helhed_audit_stream_waiting_lines", "Lines that the receiver of the log has not.", ["form"], registry=REGISTRY
)
STREAM_LONGEST = Gauge(
    "helhed_audit_stream_longest_wait_seconds", "How long the first of them has waited.", ["form"], registry=REGISTRY
)
# Changes that are not published yet. Growing: the bus is down, or no worker publishes.
OUTBOX = Gauge("helhed_outbox_entries", "Changes not published yet.", ["topic"], registry=REGISTRY)
# Messages a group has not processed. Growing: too few workers, or one of its loops fails.
BUS_LAG = Gauge("helhed_bus_lag_messages", "Messages not processed yet.", ["group", "topic"], registry=REGISTRY)
# Index against store, by the one worker that compares. Above zero twice in a row: what differs is repaired at once, so
# something prevents it; see the index.
DRIFT = Gauge("helhed_index_drift_citizens", "Citizens that stay different.", ["kind"], registry=REGISTRY)
# Both sides in numbers. A source that is far off in the index: reindex.
CITIZENS = Gauge("helhed_citizens", "Citizens by source, in store and index.", ["source", "side"], registry=REGISTRY)
# Long ago: no worker compares, or the indexer is far behind or stands still.
COMPARED = Gauge("helhed_index_compared_timestamp_seconds", "When index and store were compared.", registry=REGISTRY)
# Grows at all: changes were lost on their way to the index and were repaired. Late ones do not count. Find out why.
REPAIRED = Counter("helhed_index_repaired_citizens_total", "Citizens repaired in the index.", registry=REGISTRY)


class SourceMetrics(NamedTuple):
    """State of a source."""

    last_data_at: datetime | None
    cadence: float
    paused: bool
    waiting: int = 0
    """Events that it pushed and that are not resolved."""
    longest_wait: float = 0


class DueMetrics(NamedTuple):
    """Overviews that are to be built."""

    citizens: int
    longest: float
    """Seconds the first of them has waited."""


class StreamMetrics(NamedTuple):
    """How far behind the receiver of the log is."""

    form: str
    waiting: int
    longest: float
    """Seconds the first line has waited."""


class _GaugeGroup:
    """Gauges that are collected together. They are cleared when they cannot be collected, or are too old."""

    def __init__(self, *gauges: Gauge) -> None:
        self._gauges = gauges
        self._read_at = monotonic()

    def touch(self) -> None:
        self._read_at = monotonic()

    def clear(self) -> None:
        for gauge in self._gauges:
            gauge.clear()

    def clear_if_old(self) -> None:
        if monotonic() - self._read_at > MAX_AGE:
            self.clear()


_OF_SOURCES = (SOURCE_LAST_DATA, SOURCE_CADENCE, SOURCE_PAUSED, INBOX_WAITING, INBOX_LONGEST)
_OF_STORE = _GaugeGroup(*_OF_SOURCES, QUARANTINE, DUE, DUE_LONGEST, OUTBOX, STREAM_WAITING, STREAM_LONGEST)
_OF_BUS = _GaugeGroup(BUS_LAG)
_OF_COMPARISON = _GaugeGroup(DRIFT, CITIZENS)


def set_store_metrics(
    sources: Mapping[str, SourceMetrics],
    quarantined: Mapping[str, int],
    due: Mapping[str, DueMetrics],
    outbox: Mapping[str, int],
    stream: StreamMetrics | None = None,
) -> None:
    """Set the gauges from PostgreSQL.

    Args:
        sources: how each source is doing.
        quarantined: open entries in quarantine, by source.
        due: overviews to be built, by state.
        outbox: changes waiting for each topic.
        stream: how the receiver of the log does. None: there is none.
    """
    _OF_STORE.clear()  # a source that was removed has no metrics any more
    for name, source in sources.items():
        if source.last_data_at is not None:
            SOURCE_LAST_DATA.labels(name).set(source.last_data_at.timestamp())
        SOURCE_CADENCE.labels(name).set(source.cadence)
        SOURCE_PAUSED.labels(name).set(source.paused)
        INBOX_WAITING.labels(name).set(source.waiting)
        INBOX_LONGEST.labels(name).set(source.longest_wait)
    for name, entries in quarantined.items():
        QUARANTINE.labels(name).set(entries)
    for state, figures in due.items():
        DUE.labels(state).set(figures.citizens)
        DUE_LONGEST.labels(state).set(figures.longest)
    for topic, waiting in outbox.items():
        OUTBOX.labels(topic).set(waiting)
    if stream is not None:
        STREAM_WAITING.labels(stream.form).set(stream.waiting)
        STREAM_LONGEST.labels(stream.form).set(stream.longest)
    _OF_STORE.touch()


def set_bus_metrics(lag: Mapping[tuple[str, str], int]) -> None:
    """Set the gauges from the bus: messages not processed, by group and topic."""
    for (group, topic), messages in lag.items():
        BUS_LAG.labels(group, topic).set(messages)
    _OF_BUS.touch()


def set_comparison(
    sources: Mapping[str, tuple[int, int]], drifted: Mapping[str, int], repaired: int, now: datetime
) -> None:
    """Index and store were compared.

    Args:
        sources: citizens in the store and in the index, by source; ``all`` for all together.
        drifted: citizens that stay different, by kind.
        repaired: how many of them were repaired.
        now: when.
    """
    for source, (in_store, in_index) in sources.items():
        CITIZENS.labels(source, "store").set(in_store)
        CITIZENS.labels(source, "index").set(in_index)
    for kind, citizens in drifted.items():
        DRIFT.labels(kind).set(citizens)
    REPAIRED.inc(repaired)
    COMPARED.set(now.timestamp())
    _OF_COMPARISON.touch()


def clear_store_metrics() -> None:
    """Clear the gauges from PostgreSQL, which does not answer."""
    _OF_STORE.clear()


def clear_bus_metrics() -> None:
    """Clear the gauges from the bus, which does not answer."""
    _OF_BUS.clear()


def exposition() -> bytes:
    """All metrics as Prometheus reads them. Makes no request, so it never waits."""
    _OF_STORE.clear_if_old()
    _OF_BUS.clear_if_old()
    _OF_COMPARISON.clear_if_old()
    return generate_latest(REGISTRY)
