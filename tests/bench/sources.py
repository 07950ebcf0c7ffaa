"""One dead and one slow source: what they cost the others."""

from collections.abc import Iterator
from datetime import datetime
from threading import Event, Thread
from time import perf_counter

import httpx
from sqlalchemy import text

from deploy.demo import connectors_to
from deploy.sandbox.fagsystemer.process import Running
from deploy.sandbox.fagsystemer.process import start as start_fagsystemer
from hub.bus.base import RECORDS
from hub.clock import SystemClock
from hub.context import AppContext
from hub.pipeline import PIPELINE_GROUP
from hub.sources.health import RunOutcome
from hub.sources.stream_repository import source_states
from hub.worker.supervisor import run
from tests.bench.ground import DAY, Ground, Row
from tests.sources import replace_connectors

CITIZENS = 1000
MOST = 1.25
"""So much longer a source may take beside one that is out of order; half the machine is another thread's work."""
_STORED = text("""
    SELECT count(*) AS records, max(received_at) AS at FROM records r JOIN record_entities e ON e.id = r.entity_id
    WHERE e.source = 'social' AND r.received_at >= :since
""")
_DUE = text("SELECT count(*) FROM overview_due WHERE since <= :until")
FAULTS = {"a dead": "unavailable", "a slow": "slow"}


def beside_bad_sources(ground: Ground) -> Iterator[Row]:
    """The social source read and carried alone, then beside a health source that is dead, then one that is slow."""
    context = ground.embedded
    with start_fagsystemer(citizens=CITIZENS, today=DAY) as sandbox:
        _seconds(context, sandbox, "warm")
        before = _seconds(context, sandbox, "before")
        seconds_by_case = {}
        for what, kind in FAULTS.items():
            order = {"kind": kind, "path": "/r4", "times": 1000, "seconds": 2}
            base = sandbox.fhir_url.removesuffix("/r4")
            httpx.post(f"{base}/_faults", json=order).raise_for_status()
            seconds_by_case[what] = _seconds(context, sandbox, kind, health=True)
            httpx.delete(f"{base}/_faults").raise_for_status()
        # Alone before and after, for the store grows with each.
        alone = (before + _seconds(context, sandbox, "after")) / 2
    for what, took in seconds_by_case.items():
        ratio = took / alone
        name = f"a source's first load beside {what} one"
        yield Row(name, f"{took:.1f} s", f"{alone:.1f} s alone", ratio, f"≤ {MOST} ×", ratio <= MOST)


def _seconds(context: AppContext, sandbox: Running, mark: str, *, health: bool = False) -> float:
    """Until all the social source says is stored and whoever it speaks of shown; *mark* makes its rows new ones."""
    read = connectors_to(sandbox, SystemClock(), f"bench-{mark}")
    if not health:
        del read["health"]
    replace_connectors(context, read)
    stop = Event()
    began = perf_counter()
    started_at = context.clock.now()
    thread = Thread(target=run, args=(context,), kwargs={"stop": stop})
    thread.start()
    while not _is_in(context, started_at):
        Event().wait(0.05)
    took = perf_counter() - began
    stop.set()
    thread.join()
    return took


def _is_in(context: AppContext, since: datetime) -> bool:
    """The other source's records may wait behind them: they are not what is measured."""
    systems = context.catalogue.systems()
    with context.database.transaction() as session:
        states = source_states(session, systems, context.clock.now())
        state = next(state for state in states if state.source == "social")
        last = state.last_run
        if last is None or last.outcome is not RunOutcome.COMPLETE or last.started_at < since:
            return False
        stored = session.execute(_STORED, {"since": since}).one()
        waiting = session.scalar(_DUE, {"until": stored.at})
    return not waiting and (stored.records >= last.published or not context.bus.lag(PIPELINE_GROUP, RECORDS))
