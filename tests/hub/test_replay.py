"""Replay: what can be read now is published once and leaves quarantine; everything else stays and says why."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import text

from connectors.base import Batch, ReadContext, RejectedPayload
from connectors.errors import SourceUnavailable
from hub.bus.base import RECORDS, BusUnavailable, Message
from hub.bus.postgres import PostgresBus
from hub.clock import FixedClock
from hub.collect.replay import ReplayOutcome, ReplayServices, replay_entry, replay_group, replay_parameters
from hub.context import AppContext
from hub.db import Database
from hub.errors import LeaseLost
from hub.jobs import repository as jobs
from hub.jobs.job import JobKind, JobState
from hub.quarantine import service as quarantine
from hub.quarantine.repository import list_groups
from hub.quarantine.rules import PayloadState, QuarantineEntry, QuarantineGroup
from hub.secrets import PayloadCipher, derived_keys
from hub.settings import Settings
from hub.worker.jobs import do_next_job
from schemas.record import Rejection, RejectionRule, SourceRecord
from search.postgres import PostgresIndex
from tests.factories import make_record
from tests.sources import SilentSource, add_connector, make_catalogue
from tests.web import maja

Answer = Batch | Exception | None


class RepairedSource(SilentSource):
    """Answers what it is told to; counts who asked."""

    def __init__(self) -> None:
        super().__init__(maja.SOCIAL)
        self.answers: dict[str | None, Answer] = {}
        self.asked: list[RejectedPayload] = []

    def replay(self, payload: RejectedPayload, context: ReadContext) -> Batch | None:  # noqa: ARG002  it waits for nothing
        self.asked.append(payload)
        answer = self.answers.get(payload.source_id)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def context(
    database: Database, bus: PostgresBus, index: PostgresIndex, clock: FixedClock, digest_key: bytes
) -> AppContext:
    return AppContext(
        settings=Settings(demo=True),
        database=database,
        bus=bus,
        index=index,
        clock=clock,
        catalogue=make_catalogue(database, clock),
        digest_key=digest_key,
        session_key=digest_key,
        payload_cipher=PayloadCipher(derived_keys(digest_key)),
    )


@pytest.fixture
def source(context: AppContext) -> RepairedSource:
    source = RepairedSource()
    add_connector(context.database, context.catalogue, source)
    return source


def rejection(source_id: str | None, **more: object) -> Rejection:
    fields = {
        "record_type": "Sag",
        "source_id": source_id,
        "field": "start",
        "rule": RejectionRule.BAD_DATE,
        "raw": f'{{"id": "{source_id}"}}'.encode(),
    }
    return Rejection.model_validate(fields | more)


def readable(source_id: str) -> SourceRecord:
    return make_record(source=maja.SOCIAL.name, record_type="Sag", source_id=source_id)


def park(context: AppContext, *rejections: Rejection) -> tuple[QuarantineEntry, ...]:
    with context.database.transaction() as session:
        quarantine.add(session, maja.SOCIAL.name, rejections, cipher=context.payload_cipher, now=context.clock.now())
    return entries(context)


def entries(context: AppContext) -> tuple[QuarantineEntry, ...]:
    with context.database.transaction() as session:
        return quarantine.list_entries(session, maja.SOCIAL.name)


def group_of(context: AppContext) -> QuarantineGroup:
    with context.database.transaction() as session:
        (group,) = list_groups(session)
    return group


def ignore(_done: int, _total: int | None, _counts: Mapping[str, int]) -> None:
    pass


@pytest.mark.parametrize(
    ("answer", "outcome", "stays"),
    [
        (Batch(records=(readable("1"),)), ReplayOutcome.PUBLISHED, False),
        (Batch(skipped={"Sag: other_kind": 1}), ReplayOutcome.LEFT_OUT, False),
        (Batch(rejected=(rejection("1"),)), ReplayOutcome.STILL_REJECTED, True),
        (Batch(rejected=(rejection("1", field="end"),)), ReplayOutcome.STILL_REJECTED, True),
        (Batch(), ReplayOutcome.STILL_REJECTED, True),
        (None, ReplayOutcome.NEXT_RUN, True),
        (SourceUnavailable("down"), ReplayOutcome.NO_ANSWER, True),
    ],
)
def test_each_entry_comes_to_what_the_source_says_of_it_today(
    context: AppContext, source: RepairedSource, answer: Answer, outcome: ReplayOutcome, stays: bool
) -> None:
    (entry,) = park(context, rejection("1"))
    source.answers["1"] = answer
    assert replay_entry(context.replay_services, entry.id) is outcome
    assert bool(entries(context)) is stays
    assert context.bus.lag("pipeline", RECORDS) == (outcome is ReplayOutcome.PUBLISHED)
    assert source.asked[0].raw == b'{"id": "1"}', "the payload is opened for the source only"


def test_what_is_still_faulty_keeps_its_payload_and_its_time_limit(
    context: AppContext, source: RepairedSource, clock: FixedClock
) -> None:
    (entry,) = park(context, rejection("1"))
    source.answers["1"] = Batch(rejected=(rejection("1"),))
    clock.move(timedelta(days=20))
    replay_entry(context.replay_services, entry.id)
    assert entries(context) == (entry,)
    clock.move(timedelta(days=11))
    with context.database.transaction() as session:
        assert quarantine.delete_expired(session, clock.now(), timedelta(days=30)) == 1
    assert replay_entry(context.replay_services, entry.id) is ReplayOutcome.STILL_REJECTED
    assert source.asked[-1].raw is None
    source.answers["1"] = None
    assert replay_entry(context.replay_services, entry.id) is ReplayOutcome.NO_PAYLOAD
    assert entries(context)[0].payload_state is PayloadState.DELETED


def test_the_stored_payload_is_encrypted_and_gone_once_it_is_published(
    context: AppContext, source: RepairedSource
) -> None:
    (entry,) = park(context, rejection("1", raw=b'{"navn": "Maja Testborger"}'))
    with context.database.transaction() as session:
        assert b"Maja" not in bytes(session.scalar(text("SELECT payload FROM quarantine_entries")) or b"")
    source.answers["1"] = Batch(records=(readable("1"),))
    replay_entry(context.replay_services, entry.id)
    with context.database.transaction() as session:
        assert session.scalar(text("SELECT payload FROM quarantine_entries")) is None
    assert replay_entry(context.replay_services, entry.id) is ReplayOutcome.GONE


def test_what_could_not_be_stored_is_published_as_it_was(context: AppContext, source: RepairedSource) -> None:
    message = readable("1").model_dump_json().encode()
    first, second = park(
        context,
        rejection("1", rule=RejectionRule.NOT_PROCESSED, raw=message),
        rejection("2", rule=RejectionRule.NOT_PROCESSED, raw=b"no record"),
    )
    assert replay_entry(context.replay_services, first.id) is ReplayOutcome.PUBLISHED
    assert replay_entry(context.replay_services, second.id) is ReplayOutcome.STILL_REJECTED
    assert not source.asked


def test_a_source_that_is_gone_or_cannot_do_it_says_so(context: AppContext, source: RepairedSource) -> None:
    with context.database.transaction() as session:
        quarantine.add(session, "forgotten", [rejection("1")], cipher=context.payload_cipher, now=context.clock.now())
        entry = quarantine.list_entries(session, "forgotten")[0]
    assert replay_entry(context.replay_services, entry.id) is ReplayOutcome.SOURCE_GONE
    add_connector(context.database, context.catalogue, SilentSource(maja.HEALTH))
    with context.database.transaction() as session:
        quarantine.add(session, "health", [rejection("1")], cipher=context.payload_cipher, now=context.clock.now())
        entry = quarantine.list_entries(session, "health")[0]
    assert replay_entry(context.replay_services, entry.id) is ReplayOutcome.NEXT_RUN
    assert not source.asked


def test_a_bus_that_is_down_leaves_the_entry_open(context: AppContext, source: RepairedSource) -> None:
    class DownBus(PostgresBus):
        def publish(self, topic: str, messages: object) -> None:  # noqa: ARG002  it is down
            raise BusUnavailable

    (entry,) = park(context, rejection("1"))
    source.answers["1"] = Batch(records=(readable("1"),))
    down = DownBus(context.database.url)
    services = ReplayServices(
        database=context.database,
        bus=down,
        catalogue=context.catalogue,
        cipher=context.payload_cipher,
        digest_key=context.digest_key,
        clock=context.clock,
    )
    with pytest.raises(BusUnavailable):
        replay_entry(services, entry.id)
    down.close()
    assert entries(context) == (entry,)


def test_a_group_is_tried_entry_by_entry_and_an_interrupted_one_goes_on(
    context: AppContext, source: RepairedSource
) -> None:
    park(context, *(rejection(str(number)) for number in range(5)))
    source.answers = {str(number): Batch(records=(readable(str(number)),)) for number in range(4)}
    parameters = replay_parameters(group_of(context))

    def stop_after_two(done: int, _total: int | None, _counts: Mapping[str, int]) -> None:
        if done == 2:
            raise LeaseLost

    with pytest.raises(LeaseLost):
        replay_group(context.replay_services, parameters, stop_after_two)
    assert len(entries(context)) == 3
    counts = replay_group(context.replay_services, parameters, ignore)
    assert counts == Counter({"published": 2, "next_run": 1})
    assert context.bus.lag("pipeline", RECORDS) == 4, "nothing twice"


def ask(context: AppContext) -> int:
    with context.database.transaction() as session:
        group = list_groups(session)[0]
        return jobs.request_job(
            session,
            JobKind.REPLAY,
            group.key,
            parameters=replay_parameters(group),
            by="tine.skov",
            now=context.clock.now(),
        ).id


def test_a_worker_does_it_and_keeps_the_result(context: AppContext, source: RepairedSource) -> None:
    park(context, rejection("1"), rejection("2"))
    source.answers["1"] = Batch(records=(readable("1"),))
    number = ask(context)
    assert do_next_job(context, "worker", Event())
    assert not do_next_job(context, "worker", Event())
    with context.database.transaction() as session:
        job = jobs.get_job(session, number)
    assert job is not None
    assert (job.state, job.done, job.total) == (JobState.DONE, 2, 2)
    assert job.result == {"published": 1, "next_run": 1}


@pytest.mark.parametrize("fault", [BusUnavailable(), RuntimeError("Maja Testborger")])
def test_a_job_that_cannot_go_on_waits_or_has_failed_and_says_why(
    context: AppContext,
    source: RepairedSource,
    fault: Exception,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    park(context, rejection("1"))
    source.answers["1"] = Batch(records=(readable("1"),))
    number = ask(context)

    def fails(_topic: str, _messages: list[Message]) -> None:
        raise fault

    monkeypatch.setattr(context.bus, "publish", fails)
    do_next_job(context, "worker", Event())
    with context.database.transaction() as session:
        job = jobs.get_job(session, number)
    assert job is not None
    expected = (
        (JobState.WAITING, "bus_unavailable") if isinstance(fault, BusUnavailable) else (JobState.FAILED, "unexpected")
    )
    assert (job.state, job.fault) == expected
    assert "Maja" not in caplog.text
    assert len(entries(context)) == 1


def test_a_worker_that_shall_end_gives_the_job_back(context: AppContext, source: RepairedSource) -> None:
    park(context, rejection("1"))
    number, stop = ask(context), Event()
    stop.set()
    do_next_job(context, "worker", stop)
    with context.database.transaction() as session:
        job = jobs.get_job(session, number)
    assert job is not None
    assert (job.state, job.attempts, job.fault) == (JobState.WAITING, 0, None)
    assert not source.asked
