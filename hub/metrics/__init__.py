"""The metrics, as Prometheus reads them; every name is a literal here and explained in docs/operation.md.

What a process counts is here; what a worker collects beforehand of the state of things in ``hub.metrics.gauges``.
Nothing here identifies a person: labels are names of sources, topics, loops, routes and outcomes, all of them few.
Counters are one process's own. Each process answers for itself at ``/metrics``; Prometheus adds them up.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from time import time
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client import disable_created_metrics as disable_created

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

# Events that sources pushed. refused: certificate, header or address; inbox.refused in the log says which. unavailable:
# the sender was told to come again; check the database.
INBOX_EVENTS = Counter(
    "helhed_inbox_events_total",
    "Events pushed to us, by what became of them.",
    ["source", "outcome"],
    registry=REGISTRY,
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
# Changes published from the outbox.
OUTBOX_PUBLISHED = Counter(
    "helhed_outbox_published_total", "Changes of overviews published from the outbox.", registry=REGISTRY
)

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
