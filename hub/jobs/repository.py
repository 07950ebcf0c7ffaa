"""Every statement about jobs. A worker that lost its lease saves nothing more."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import JsonValue
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from hub.db import Database
from hub.errors import LeaseLost
from hub.jobs.job import ATTEMPTS, Job, JobKind, JobLease, JobState
from hub.jobs.tables import JobRow

LEASE = timedelta(seconds=15)
"""So long after its last sign of life a worker counts as dead, and another one goes on."""

_REQUEST = text("""
    INSERT INTO jobs (kind, subject, parameters, state, done, result, attempts, requested_by, requested_at)
    VALUES (:kind, :subject, cast(:parameters AS jsonb), 'waiting', 0, '{}', 0, :by, :now)
    ON CONFLICT (kind, subject) WHERE state IN ('waiting', 'running') DO NOTHING
""")
_GIVE_UP = text("""
    UPDATE jobs SET state = 'failed', ended_at = :now, lease_owner = NULL, lease_until = NULL,
           fault = coalesce(fault, 'worker_ended')
    WHERE state IN ('waiting', 'running') AND attempts >= :most AND (lease_until IS NULL OR lease_until < now())
""")
_IS_WAITING = text("""
    SELECT true FROM jobs WHERE state IN ('waiting', 'running') AND (lease_until IS NULL OR lease_until < now()) LIMIT 1
""")
_TAKE = text("""
    WITH next AS (
        SELECT id FROM jobs
        WHERE state IN ('waiting', 'running') AND (lease_until IS NULL OR lease_until < now())
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE jobs SET state = 'running', attempts = attempts + 1, started_at = :now, fault = NULL,
           lease_owner = :owner, lease_until = now() + :lease
    FROM next WHERE jobs.id = next.id
    RETURNING jobs.id
""")
_SAVE = text("""
    UPDATE jobs SET done = :done, total = :total, result = cast(:result AS jsonb), lease_until = now() + :lease
    WHERE id = :id AND lease_owner = :owner
""")
_RENEW = text("UPDATE jobs SET lease_until = now() + :lease WHERE id = :id AND lease_owner = :owner")
_END = text("""
    UPDATE jobs SET state = :state, fault = :fault, ended_at = :now, lease_owner = NULL, lease_until = NULL
    WHERE id = :id AND lease_owner = :owner
""")
_GIVE_BACK = text("""
    UPDATE jobs SET state = 'waiting', fault = :fault, attempts = attempts - cast(:spare AS integer),
           lease_owner = NULL, lease_until = CASE WHEN :wait THEN now() + :lease END
    WHERE id = :id AND lease_owner = :owner
""")


def request_job(
    session: Session, kind: JobKind, subject: str, *, parameters: Mapping[str, JsonValue], by: str, now: datetime
) -> Job:
    """Let a worker do it. Where it waits or runs already, it is that one: asking twice does it once."""
    values = {"kind": kind.value, "subject": subject, "parameters": json.dumps(dict(parameters)), "by": by, "now": now}
    session.execute(_REQUEST, values)
    job = latest_job(session, kind, subject)
    if job is None:
        raise AssertionError  # it was just stored, or was there
    return job


def latest_job(session: Session, kind: JobKind, subject: str) -> Job | None:
    """The newest job of that kind about that subject, unfinished or not."""
    statement = select(JobRow).where(JobRow.kind == kind, JobRow.subject == subject)
    row = session.scalars(statement.order_by(JobRow.id.desc()).limit(1)).one_or_none()
    return None if row is None else _job(row)


def get_job(session: Session, job_id: int) -> Job | None:
    """The job with that number."""
    row = session.get(JobRow, job_id, populate_existing=True)
    return None if row is None else _job(row)


def is_any_waiting(database: Database) -> bool:
    """Whether there is a job that nobody does: what ``take_job`` would take, or end as it was begun too often."""
    return bool(database.look(_IS_WAITING, {}))


def take_job(session: Session, *, owner: str, now: datetime) -> JobLease | None:
    """The oldest job that nobody does, also one whose worker died; one that was begun too often has failed."""
    session.execute(_GIVE_UP, {"most": ATTEMPTS, "now": now})
    job_id = session.scalar(_TAKE, {"owner": owner, "now": now, "lease": LEASE})
    job = None if job_id is None else get_job(session, job_id)
    return None if job is None else JobLease(job=job, owner=owner)


def save_progress(
    session: Session, lease: JobLease, *, done: int, total: int | None, result: Mapping[str, int]
) -> None:
    """Keep how far it has come, and renew the lease.

    Raises:
        LeaseLost: another worker has the job.
    """
    values = {"done": done, "total": total, "result": json.dumps(dict(result)), "lease": LEASE}
    _hold(session.execute(_SAVE, {"id": lease.job.id, "owner": lease.owner, **values}).rowcount)  # type: ignore[attr-defined]  # an UPDATE has it


def renew_lease(session: Session, lease: JobLease) -> None:
    """Give a sign of life.

    Raises:
        LeaseLost: another worker has the job.
    """
    _hold(session.execute(_RENEW, {"id": lease.job.id, "owner": lease.owner, "lease": LEASE}).rowcount)  # type: ignore[attr-defined]  # as above


def end_job(session: Session, lease: JobLease, *, fault: str | None, now: datetime) -> None:
    """It is done, or has failed with that fault.

    Raises:
        LeaseLost: another worker has the job.
    """
    state = JobState.DONE if fault is None else JobState.FAILED
    values = {"id": lease.job.id, "owner": lease.owner, "state": state.value, "fault": fault, "now": now}
    _hold(session.execute(_END, values).rowcount)  # type: ignore[attr-defined]  # as above


def give_back(session: Session, lease: JobLease, *, fault: str | None) -> None:
    """Let a worker begin it again: at once and as if it had not been begun, or with a fault after a while."""
    waits = fault is not None
    values = {"id": lease.job.id, "owner": lease.owner, "fault": fault, "spare": 0 if waits else 1, "wait": waits}
    session.execute(_GIVE_BACK, {**values, "lease": LEASE})


def delete_ended(session: Session, before: datetime) -> int:
    """Forget the jobs that ended before that instant; how many there were."""
    return int(getattr(session.execute(delete(JobRow).where(JobRow.ended_at < before)), "rowcount", 0))


def _hold(rows: int) -> None:
    if rows == 0:
        raise LeaseLost


def _job(row: JobRow) -> Job:
    return Job(
        id=row.id,
        kind=JobKind(row.kind),
        subject=row.subject,
        parameters=row.parameters,
        state=JobState(row.state),
        done=row.done,
        total=row.total,
        result=row.result,
        fault=row.fault,
        attempts=row.attempts,
        requested_by=row.requested_by,
        requested_at=row.requested_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )
