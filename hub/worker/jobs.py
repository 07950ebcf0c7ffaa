"""The loop that does what people have asked for: replay of quarantine, repair of the index, reindex."""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from threading import Event, Thread

from pydantic import JsonValue

from hub.access.service import change_source
from hub.bus.base import BusRefused, BusUnavailable
from hub.collect.replay import replay_group
from hub.context import AppContext
from hub.errors import LeaseLost, StoreUnavailable
from hub.forgetting.service import forget_source
from hub.indexing.comparison import compare, repair
from hub.indexing.reindex import Progress, reindex
from hub.jobs import repository
from hub.jobs.job import JobKind, JobLease
from hub.log import place_of
from hub.operation.loop_health import LoopHealth
from hub.pipeline import rebuild_due
from hub.sources.forgetting_repository import end_forgetting
from hub.sources.lease_repository import RENEW_EVERY, new_owner
from hub.worker.loops import Loop, repeat
from schemas.access import AccessRequest, Actor, AuditAction, Purpose, Role
from search.base import SearchUnavailable

_LATER = {StoreUnavailable: "store_unavailable", BusUnavailable: "bus_unavailable", SearchUnavailable: "search_down"}
"""Faults that pass: the job is begun again after a while."""

REBUILT_AT_ONCE = 200
LOOK_EVERY = timedelta(seconds=3)
"""So long until a job that somebody asks for is begun; each look is a transaction."""

log = logging.getLogger("hub.worker")


class JobStopped(Exception):
    """The worker ends; another one goes on with the job."""


class JobRun:
    """A job while it is done: keeps progress, and sees that the worker ends or that the lease is lost."""

    def __init__(self, context: AppContext, lease: JobLease, stop: Event) -> None:
        self.lease = lease
        self._context = context
        self._stop = stop
        self._is_lost = Event()

    def report(self, done: int, total: int | None, result: Mapping[str, int]) -> None:
        """Keep how far it has come; called between two steps, it is where a job stops.

        Raises:
            JobStopped: the worker ends.
            LeaseLost: another worker has the job.
        """
        if self._stop.is_set():
            raise JobStopped
        if self._is_lost.is_set():
            raise LeaseLost
        with self._context.database.transaction() as session:
            repository.save_progress(session, self.lease, done=done, total=total, result=result)

    def keep_alive(self, has_ended: Event) -> None:
        """Renew the lease until the job has ended: a step may take longer than the lease."""
        while not has_ended.wait(RENEW_EVERY.total_seconds()):
            try:
                with self._context.database.transaction() as session:
                    repository.renew_lease(session, self.lease)
            except StoreUnavailable:
                continue  # the lease may outlast it; if not, the next report sees that it is lost
            except LeaseLost:
                self._is_lost.set()
                return


def job_loop(context: AppContext) -> Loop:
    """Do job after job, the oldest first."""
    return Loop(name="jobs", run=partial(_do_jobs, context), may_rest=True)


def do_next_job(context: AppContext, owner: str, stop: Event) -> bool:
    """Do the oldest job that nobody does; whether there was one."""
    if not repository.is_any_waiting(context.database):
        return False
    with context.database.transaction() as session:
        lease = repository.take_job(session, owner=owner, now=context.clock.now())
    if lease is None:
        return False
    run, has_ended = JobRun(context, lease, stop), Event()
    heartbeat = Thread(target=run.keep_alive, args=(has_ended,), name="jobs.lease", daemon=True)
    heartbeat.start()
    try:
        _JOBS[lease.job.kind](context, run)
    except LeaseLost:
        return True
    except JobStopped:
        _give_back(context, lease, None)
    except tuple(_LATER) as error:
        _give_back(context, lease, _LATER[type(error)])
    except BusRefused:
        _end(context, lease, "bus_refused")
    except Exception as error:  # noqa: BLE001  by type and place only: its text may hold values
        fields = {"job": lease.job.id, "kind": lease.job.kind.value, "error": place_of(error)}
        log.error("job.failed", extra={"fields": fields})  # noqa: TRY400  as above
        _end(context, lease, "unexpected")
    else:
        _end(context, lease, None)
    finally:
        has_ended.set()
        heartbeat.join()
    return True


def _do_jobs(context: AppContext, health: LoopHealth, stop: Event) -> None:
    owner = new_owner()

    def step() -> None:
        if not do_next_job(context, owner, stop):
            stop.wait(LOOK_EVERY.total_seconds())

    repeat(step, health, stop)


def _replay(context: AppContext, run: JobRun) -> None:
    replay_group(context.replay_services, run.lease.job.parameters, run.report)


def _repair_index(context: AppContext, run: JobRun) -> None:
    comparison = compare(context.database, context.index)
    total = len(comparison.differences)
    run.report(0, total, {"repaired": 0})
    repair(context.database, context.index, comparison.differences, digest_key=context.digest_key, clock=context.clock)
    run.report(total, total, {"repaired": total})


def _reindex(context: AppContext, run: JobRun) -> None:
    def report(progress: Progress) -> None:
        run.report(progress.done, progress.total, {"written": progress.done})

    context.index.create()
    written = reindex(
        context.database, context.index, digest_key=context.digest_key, clock=context.clock, progress=report
    )
    run.report(written, written, {"written": written})


def _forget_source(context: AppContext, run: JobRun) -> None:
    job = run.lease.job
    counts = forget_source(
        context.database,
        job.subject,
        digest_key=context.digest_key,
        clock=context.clock,
        report=run.report,
        counts=job.result,
    )
    built = REBUILT_AT_ONCE
    while built == REBUILT_AT_ONCE:
        run.report(counts["records"], counts["records"], counts)
        now = context.clock.now()
        built = rebuild_due(
            context.database, digest_key=context.digest_key, until=now, now=now, limit=REBUILT_AT_ONCE
        ).taken
    citizens = job.parameters.get("citizens")
    counts["citizens"] = citizens if isinstance(citizens, int) else 0
    run.report(counts["records"], counts["records"], counts)
    with context.database.transaction() as session:
        end_forgetting(session, job.subject, context.clock.now())
        actor = Actor(id=job.requested_by, name=job.requested_by, title="-", roles=frozenset({Role.ADMINISTRATOR}))
        request = AccessRequest(purpose=Purpose.OPERATIONS, request_id=f"job:{job.id}")
        details: dict[str, JsonValue] = {"job": job.id, **counts}
        change_source(
            session, actor, AuditAction.FORGET_SOURCE, job.subject, request, now=context.clock.now(), details=details
        )


_JOBS: Mapping[JobKind, Callable[[AppContext, JobRun], None]] = {
    JobKind.REPLAY: _replay,
    JobKind.INDEX_REPAIR: _repair_index,
    JobKind.REINDEX: _reindex,
    JobKind.FORGET_SOURCE: _forget_source,
}


def _give_back(context: AppContext, lease: JobLease, fault: str | None) -> None:
    with context.database.transaction() as session:
        repository.give_back(session, lease, fault=fault)


def _end(context: AppContext, lease: JobLease, fault: str | None) -> None:
    with context.database.transaction() as session:
        repository.end_job(session, lease, fault=fault, now=context.clock.now())
