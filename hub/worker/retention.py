"""The worker's loop that deletes each day what sources have said and what has been kept long enough."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from threading import Event

from pydantic import JsonValue

from hub.access.audit_entry import audit_entry
from hub.access.policy import may
from hub.audit.service import write
from hub.clock import danish_day
from hub.context import AppContext
from hub.errors import MissingRole
from hub.forgetting.retention import delete_lapsed
from hub.operation.loop_health import LoopHealth
from hub.rights.repository import list_counts
from hub.rights.stores import DeletionRule, Store
from hub.worker.loops import Loop, repeat
from hub.worker.staff import WORKER
from schemas.access import AccessRequest, AuditAction, AuditOutcome, Purpose

LOOK_EVERY = timedelta(hours=1)

log = logging.getLogger("hub.worker")


def retention_loops(context: AppContext) -> Sequence[Loop]:
    """Once a Danish day, by one worker for all."""
    return [Loop(name="retention", run=partial(_run, context), may_rest=True)]


def run_retention(context: AppContext) -> dict[str, int]:
    """Delete what has lapsed, with a line of the log; how much."""
    if not may(WORKER, AuditAction.RUN_RETENTION):
        raise MissingRole
    sources = {source.name: source.system for source in context.catalogue.known() if source.system}
    periods = {name: system.retention_days for name, system in sources.items()}
    counts = delete_lapsed(context.database, periods, digest_key=context.digest_key, clock=context.clock)
    details: dict[str, JsonValue] = {"deleted": {**counts}}
    request = AccessRequest(purpose=Purpose.OPERATIONS, request_id="worker")
    now = context.clock.now()
    with context.database.transaction() as session:
        write(session, audit_entry(
            WORKER, AuditAction.RUN_RETENTION, AuditOutcome.SHOWN, request, now, details=details
        ))  # fmt: skip
    return counts


def _run(context: AppContext, health: LoopHealth, stop: Event) -> None:
    def step() -> None:
        with context.database.leading("retention") as is_ours:
            if is_ours and not _has_run_today(context):
                log.info("retention.run", extra={"fields": run_retention(context)})

    repeat(step, health, stop, pause=LOOK_EVERY)


def _has_run_today(context: AppContext) -> bool:
    with context.database.transaction() as session:
        counts = list_counts(session, danish_day(context.clock.now()))
    return any(each.store is Store.RECORDS and each.rule is DeletionRule.RETENTION for each in counts)
