"""The metrics, as Prometheus reads them; every name is a literal here and explained in docs/operation.md.

Nothing here identifies a person: labels are names of sources, topics, loops, routes and outcomes, all of them few.
Counters are one process's own. Each process answers for itself at ``/metrics``; Prometheus adds them up.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from time import monotonic, time
from typing import NamedTuple, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client import disable_created_metrics as disable_created
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
MAX_AGE = 90.0
"""Seconds after which a gauge that was collected from outside is cleared: no value rather than an old one."""
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_LONG = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 1800, 7200)
METHODS = frozenset({"GET", "HEAD", "POST"})
OTHER = "other"
"""Stands for every method that nobody offers."""

Timed = TypeVar("Timed", bound=Callable[..., object])

disable_created()  # type: ignore[no-untyped-call]  # the library left its types out
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

# Pages and API. 5xx: read web.unexpected in the log by its place. Slow routes: check the database first.
HTTP_REQUESTS = Counter(
    "helhed_http_requests_total", "Requests answered.", ["route", "method", "status"], registry=REGISTRY
)
HTTP_SECONDS = Histogram(
    "helhed_http_request_seconds", "Time until the answer was sent.", ["route"], buckets=_QUICK, registry=REGISTRY
)

# Look-ups of a citizen with the family on the page, decisions and audit lines included. Slow: the database.
LOOKUP_SECONDS = Histogram(
    "helhed_lookup_seconds", "Time of a look-up of a citizen with the family.", buckets=_QUICK, registry=REGISTRY
)
# Where the overview came from. Much store_stale: the indexer lags. store_missing: drift. store_index_down: the index.
# store_unreadable: another release wrote the index; reindex.
OVERVIEWS_SERVED = Counter(
    "helhed_overviews_served_total", "Overviews served, by where they came from.", ["origin"], registry=REGISTRY
)
# Searches. Slow: the index.
SEARCH_SECONDS = Histogram("helhed_search_seconds", "Time of a search.", buckets=_QUICK, registry=REGISTRY)
# Hits of the index that the policy refused. A few are an index that lags; many mean that filter and policy disagree.
SEARCH_DROPPED = Counter(
    "helhed_search_dropped_hits_total", "Hits the index gave and the policy refused.", registry=REGISTRY
)
# Decisions about one citizen. A jump in override or in refusals: inform the DPO.
DECISIONS = Counter(
    "helhed_decisions_total",
    "Decisions about opening a citizen or revealing what is protected.",
    ["basis", "allowed"],
    registry=REGISTRY,
)
# Lines written to the audit log, those that were rolled back with their act included. failed: the act went wrong.
AUDIT_LINES = Counter("helhed_audit_lines_total", "Lines for the audit log.", ["action", "outcome"], registry=REGISTRY)
ANSWERS = Counter("helhed_answers_total", "Answers, and whether the log has a line.", ["line"], registry=REGISTRY)

# What sources deliver. rejected: see quarantine on the page Kilder. No published for long: see the source's age.
RECORDS = Counter(
    "helhed_source_records_total", "Items read, by what became of them.", ["source", "outcome"], registry=REGISTRY
)
# How runs ended. refused, too_many_rejected: a person must act. failed: a fault of ours. unavailable: wait, then ask
# the supplier.
RUNS = Counter("helhed_source_runs_total", "Runs of a source, by outcome.", ["source", "outcome"], registry=REGISTRY)
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

# Events that sources pushed. refused: certificate, header or address; inbox.refused in the log says which. unavailable:
# the sender was told to come again; check the database.
INBOX_EVENTS = Counter(
    "helhed_inbox_events_total",
    "Events pushed to us, by what became of them.",
    ["source", "outcome"],
    registry=REGISTRY,
)
# Events that wait to be looked up, and how long the first has waited. Growing: the source does not answer our look-ups.
INBOX_WAITING = Gauge("helhed_inbox_waiting_events", "Events not resolved yet.", ["source"], registry=REGISTRY)
INBOX_LONGEST = Gauge(
    "helhed_inbox_longest_wait_seconds", "How long the first of them has waited.", ["source"], registry=REGISTRY
)

# Records through the pipeline, each once. known: stored before; outdated: an older version came late; both harmless.
PIPELINE_RECORDS = Counter(
    "helhed_pipeline_records_total", "Records through the pipeline.", ["outcome"], registry=REGISTRY
)
# Time of one batch's transaction. Growing: the database, or citizens with very many records.
PIPELINE_SECONDS = Histogram(
    "helhed_pipeline_batch_seconds", "Time of one batch's transaction.", buckets=_QUICK, registry=REGISTRY
)
# Messages that could not be stored and lie in quarantine. Any: read pipeline.parked in the log; it is a fault of ours.
PARKED = Counter("helhed_pipeline_parked_messages_total", "Messages the pipeline put in quarantine.", registry=REGISTRY)
# Citizens whose overview is to be built from new records, and how long the first of them has waited. waiting, for more
# than minutes: no worker processes records, or too few do. failed: it could not be built and is tried again every five
# minutes; read pipeline.rebuild_failed in the log; it is a fault of ours.
DUE = Gauge("helhed_overviews_due", "Citizens whose overview is to be built.", ["state"], registry=REGISTRY)
DUE_LONGEST = Gauge(
    "helhed_overviews_due_longest_seconds", "How long the first of them has waited.", ["state"], registry=REGISTRY
)
# When the newest base backup was whole; 0: there is none. Older than 26 hours: read the log of helhed backup.
BACKUP = Gauge("helhed_backup_last_success_timestamp_seconds", "When the newest backup was whole.", registry=REGISTRY)
# Changes published from the outbox.
OUTBOX_PUBLISHED = Counter(
    "helhed_outbox_published_total", "Changes of overviews published from the outbox.", registry=REGISTRY
)
# Changes that are not published yet. Growing: the bus is down, or no worker publishes.
OUTBOX = Gauge("helhed_outbox_entries", "Changes not published yet.", ["topic"], registry=REGISTRY)
# Messages a group has not processed. Growing: too few workers, or one of its loops fails.
BUS_LAG = Gauge("helhed_bus_lag_messages", "Messages not processed yet.", ["group", "topic"], registry=REGISTRY)

# Documents by what the index did. already_newer: a repetition, harmless. failed: they are tried again; see the index.
# unreadable: messages that hold no change; somebody else writes to the topic; index.unreadable in the log says where.
INDEXED = Counter("helhed_indexed_documents_total", "Documents for the index.", ["outcome"], registry=REGISTRY)
INDEX_SECONDS = Histogram(
    "helhed_index_batch_seconds", "Time of writing one batch to the index.", buckets=_QUICK, registry=REGISTRY
)
# From the moment the hub registered a change to its place in the index. p99 over 2 s: see lag, then the index.
FRESHNESS = Histogram(
    "helhed_freshness_seconds", "Age of a change when the index had it.", buckets=_LONG, registry=REGISTRY
)
# Index against store, by the one worker that compares. Above zero twice in a row: what differs is repaired at once, so
# something prevents it; see the index.
DRIFT = Gauge("helhed_index_drift_citizens", "Citizens that stay different.", ["kind"], registry=REGISTRY)
# Both sides in numbers. A source that is far off in the index: reindex.
CITIZENS = Gauge("helhed_citizens", "Citizens by source, in store and index.", ["source", "side"], registry=REGISTRY)
# Long ago: no worker compares, or the indexer is far behind or stands still.
COMPARED = Gauge("helhed_index_compared_timestamp_seconds", "When index and store were compared.", registry=REGISTRY)
# Grows at all: changes were lost on their way to the index and were repaired. Late ones do not count. Find out why.
REPAIRED = Counter("helhed_index_repaired_citizens_total", "Citizens repaired in the index.", registry=REGISTRY)

# The worker's loops. No success for long, or failures that grow: read worker.waits and worker.failed in the log.
LOOP_SUCCESS = Gauge(
    "helhed_loop_last_success_timestamp_seconds", "When the loop last succeeded.", ["loop"], registry=REGISTRY
)
LOOP_FAILURES = Gauge(
    "helhed_loop_consecutive_failures", "Failures of the loop since it last succeeded.", ["loop"], registry=REGISTRY
)
# Connections checked out of this process's pool. At its maximum for long: pages wait for each other.
POOL_IN_USE = Gauge("helhed_database_connections_in_use", "Connections to PostgreSQL in use.", registry=REGISTRY)
POOL_MAX = Gauge("helhed_database_connections_max", "Connections this process may use.", registry=REGISTRY)


def lookup() -> Callable[[Timed], Timed]:
    """A decorator: the time of a look-up."""
    return LOOKUP_SECONDS.time()


def overview_served(origin: str) -> None:
    """An overview was served from there (``hub.indexing.serving.ServedFrom``)."""
    OVERVIEWS_SERVED.labels(origin).inc()


def search() -> Callable[[Timed], Timed]:
    """A decorator: the time of a search."""
    return SEARCH_SECONDS.time()


def hits_dropped(hits: int) -> None:
    """The policy refused so many hits the index gave."""
    SEARCH_DROPPED.inc(hits)


def count_decision(basis: str, *, allowed: bool) -> None:
    """A decision about opening a citizen, or about revealing what is protected."""
    DECISIONS.labels(basis, str(allowed).lower()).inc()


def audited(action: str, outcome: str) -> None:
    """A line for the audit log."""
    AUDIT_LINES.labels(action, outcome).inc()


def answered(answers: int, without_line: int) -> None:
    """So many answers about citizens were compared with the log."""
    ANSWERS.labels("present").inc(answers - without_line)
    ANSWERS.labels("missing").inc(without_line)


def observe_request(route: str, method: str, status: int, seconds: float) -> None:
    """A request was answered. *route* is the template, never the path; a method nobody offers counts as one."""
    HTTP_REQUESTS.labels(route, method if method in METHODS else OTHER, f"{status // 100}xx").inc()
    HTTP_SECONDS.labels(route).observe(seconds)


def collected(source: str, *, published: int, rejected: int, skipped: int) -> None:
    """A batch of a source was read."""
    for outcome, items in (("published", published), ("rejected", rejected), ("skipped", skipped)):
        RECORDS.labels(source, outcome).inc(items)


def event_received(source: str, outcome: str) -> None:
    """Count an event that was pushed to us; *source* is empty unless its sender is known."""
    INBOX_EVENTS.labels(source, outcome).inc()


def count_run(source: str, outcome: str) -> None:
    """A run of a source ended."""
    RUNS.labels(source, outcome).inc()


def storing() -> AbstractContextManager[object]:
    """The time of storing a batch."""
    return PIPELINE_SECONDS.time()


def stored(*, new: int, known: int, outdated: int) -> None:
    """A batch was committed. The outdated are among the new; here each record counts once."""
    for outcome, records in (("new", new - outdated), ("known", known), ("outdated", outdated)):
        PIPELINE_RECORDS.labels(outcome).inc(records)


def parked(messages: int) -> None:
    """So many messages could not be stored."""
    PARKED.inc(messages)


def outbox_published(changes: int) -> None:
    """So many changes were published from the outbox."""
    OUTBOX_PUBLISHED.inc(changes)


def indexing() -> AbstractContextManager[object]:
    """The time of writing a batch to the index."""
    return INDEX_SECONDS.time()


def indexed(*, written: int, already_newer: int, failed: int, refused: int, deleted: int, unreadable: int) -> None:
    """What the index did with a batch; *unreadable* are messages that hold no change."""
    outcomes = {
        "written": written,
        "already_newer": already_newer,
        "failed": failed,
        "refused": refused,
        "deleted": deleted,
        "unreadable": unreadable,
    }
    for outcome, documents in outcomes.items():
        INDEXED.labels(outcome).inc(documents)


def change_indexed(age: float) -> None:
    """A change is in the index, so many seconds after the hub registered it."""
    FRESHNESS.observe(max(age, 0.0))


def loop_succeeded(loop: str) -> None:
    """A loop succeeded."""
    LOOP_SUCCESS.labels(loop).set(time())
    LOOP_FAILURES.labels(loop).set(0)


def loop_failed(loop: str, failures: int) -> None:
    """A loop failed, so many times in a row."""
    LOOP_FAILURES.labels(loop).set(failures)


def set_connections(in_use: int, maximum: int) -> None:
    """How many connections of the pool are checked out, of how many."""
    POOL_IN_USE.set(in_use)
    POOL_MAX.set(maximum)


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
_OF_STORE = _GaugeGroup(*_OF_SOURCES, QUARANTINE, DUE, DUE_LONGEST, OUTBOX)
_OF_BUS = _GaugeGroup(BUS_LAG)
_OF_COMPARISON = _GaugeGroup(DRIFT, CITIZENS)


def set_store_metrics(
    sources: Mapping[str, SourceMetrics],
    quarantined: Mapping[str, int],
    due: Mapping[str, DueMetrics],
    outbox: Mapping[str, int],
) -> None:
    """Set the gauges from PostgreSQL.

    Args:
        sources: how each source is doing.
        quarantined: open entries in quarantine, by source.
        due: overviews to be built, by state.
        outbox: changes waiting for each topic.
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
