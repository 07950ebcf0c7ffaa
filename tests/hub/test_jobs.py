"""Jobs: asked for once, done under a lease, survive the worker that dies, and give up after some attempts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from hub.clock import FixedClock
from hub.db import Database
from hub.errors import LeaseLost
from hub.jobs import repository
from hub.jobs.job import ATTEMPTS, Job, JobKind, JobLease, JobState, estimated_end

NOW = datetime(2026, 9, 12, 9, tzinfo=UTC)


def ask(database: Database, subject: str = "a", kind: JobKind = JobKind.REPLAY) -> Job:
    with database.transaction() as session:
        return repository.request_job(session, kind, subject, parameters={"entry": 7}, by="tine.skov", now=NOW)


def take(database: Database, owner: str = "one") -> JobLease | None:
    with database.transaction() as session:
        return repository.take_job(session, owner=owner, now=NOW)


def taken(database: Database, owner: str = "one") -> JobLease:
    lease = take(database, owner)
    assert lease is not None
    return lease


def get(database: Database, job: Job) -> Job:
    with database.transaction() as session:
        found = repository.get_job(session, job.id)
    assert found is not None
    return found


def let_lease_run_out(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("UPDATE jobs SET lease_until = now() - interval '1 second'"))


def test_asked_twice_it_is_done_once_and_again_only_when_it_is_over(database: Database) -> None:
    first = ask(database)
    assert ask(database).id == first.id
    assert ask(database, "b").id != first.id
    lease = taken(database)
    assert lease.job.id == first.id, "the oldest first"
    assert ask(database).id == first.id, "while it runs it is the same"
    with database.transaction() as session:
        repository.end_job(session, lease, fault=None, now=NOW)
    assert get(database, first).state is JobState.DONE
    assert ask(database).id != first.id


def test_two_workers_never_have_the_same_job(database: Database) -> None:
    ask(database)
    assert taken(database).job.parameters == {"entry": 7}
    assert take(database, "two") is None


def test_a_worker_that_died_is_followed_by_another_and_saves_nothing_more(database: Database) -> None:
    job = ask(database)
    dead = taken(database)
    with database.transaction() as session:
        repository.save_progress(session, dead, done=3, total=9, result={"published": 3})
    let_lease_run_out(database)
    alive = taken(database, "two")
    assert (alive.job.id, alive.job.attempts, alive.job.done) == (job.id, 2, 3)
    with pytest.raises(LeaseLost), database.transaction() as session:
        repository.save_progress(session, dead, done=4, total=9, result={})
    with pytest.raises(LeaseLost), database.transaction() as session:
        repository.renew_lease(session, dead)
    with pytest.raises(LeaseLost), database.transaction() as session:
        repository.end_job(session, dead, fault=None, now=NOW)
    assert get(database, job).state is JobState.RUNNING


def test_what_is_begun_again_and_again_has_failed_and_says_why(database: Database) -> None:
    job = ask(database)
    for _ in range(ATTEMPTS - 1):
        taken(database)
        let_lease_run_out(database)
    with database.transaction() as session:
        repository.give_back(session, taken(database), fault="search_down")
    assert get(database, job).fault == "search_down"
    let_lease_run_out(database)
    assert take(database) is None
    failed = get(database, job)
    assert (failed.state, failed.fault, failed.ended_at) == (JobState.FAILED, "search_down", NOW)


def test_a_worker_that_ends_in_order_spends_no_attempt(database: Database) -> None:
    job = ask(database)
    for _ in range(ATTEMPTS + 2):
        with database.transaction() as session:
            repository.give_back(session, taken(database), fault=None)
    assert get(database, job).state is JobState.WAITING


def test_old_results_are_forgotten_and_others_stay(database: Database, clock: FixedClock) -> None:
    old, waiting = ask(database), ask(database, "b")
    with database.transaction() as session:
        repository.end_job(session, taken(database), fault=None, now=clock.now())
        repository.delete_ended(session, clock.now() + timedelta(days=1))
        assert repository.get_job(session, old.id) is None
        assert repository.get_job(session, waiting.id) is not None


@given(done=st.integers(0, 1000), total=st.integers(0, 1000), seconds=st.integers(0, 10_000))
def test_the_end_is_never_before_now_and_follows_the_pace(done: int, total: int, seconds: int) -> None:
    job = Job(
        id=1,
        kind=JobKind.REINDEX,
        subject="",
        state=JobState.RUNNING,
        done=done,
        total=total,
        requested_by="x",
        requested_at=NOW,
        started_at=NOW,
    )
    now = NOW + timedelta(seconds=seconds)
    end = estimated_end(job, now)
    if end is not None:
        assert 0 < done < total
        assert end >= now
        assert abs((end - NOW) * done - (now - NOW) * total) < timedelta(seconds=1)
    assert estimated_end(job.model_copy(update={"state": JobState.DONE}), now) is None
