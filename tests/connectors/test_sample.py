"""The sample source: healthy, slow and hostile, read as any other source is."""

import pytest

from connectors.base import Batch, ReadContext
from connectors.errors import SourceUnavailable
from connectors.sources.sample.connector import HEALTHY, HOSTILE, SLOW, SampleConnector, SampleSettings
from connectors.sources.sample.payloads import SPOILERS
from hub.bus.base import RECORDS
from hub.bus.postgres import PostgresBus
from hub.clock import FixedClock
from hub.collect.service import RunServices, collect
from hub.db import Database
from hub.quarantine.rules import RejectLimits
from hub.secrets import PayloadCipher
from hub.sources.health import RunOutcome
from schemas.record import Cursor
from tests.sources import add_connector, leased, make_catalogue

HEALTHY_SHARE = 2 / 3


def made(clock: FixedClock, **settings: object) -> SampleConnector:
    return SampleConnector("sample", SampleSettings.model_validate(settings), clock=clock.now)


def read(connector: SampleConnector, stream: str, cursor: Cursor | None = None) -> list[Batch]:
    return list(connector.read(stream, cursor or Cursor(), ReadContext()))


def test_the_healthy_stream_gives_everybody_once_and_the_same_for_the_same_seed(clock: FixedClock) -> None:
    first = [record for batch in read(made(clock, count=120), HEALTHY) for record in batch.records]
    second = [record for batch in read(made(clock, count=120), HEALTHY) for record in batch.records]
    assert len({record.source_id for record in first}) == 120
    assert first == second
    assert all(record.synthetic and int(record.parties[0].identifiers[0].value[:2]) > 60 for record in first)


def test_a_second_run_has_nothing_new_and_another_seed_has(clock: FixedClock) -> None:
    cursor = read(made(clock), HEALTHY)[-1].cursor
    assert not any(batch.records for batch in read(made(clock), HEALTHY, cursor))
    assert any(batch.records for batch in read(made(clock, seed=8), HEALTHY, cursor))


def test_the_slow_stream_waits_and_can_be_stopped_while_it_waits(clock: FixedClock) -> None:
    slept: list[float] = []
    connector = SampleConnector("sample", SampleSettings(count=2, page_size=1), clock=clock.now, sleep=slept.append)
    assert len(read(connector, SLOW)) == 3
    assert sum(slept) == pytest.approx(2.0)
    assert not list(connector.read(SLOW, Cursor(), ReadContext(should_stop=lambda: True)))


def test_the_hostile_stream_spoils_its_items_and_no_other(clock: FixedClock) -> None:
    count = 3 * len(SPOILERS)
    batches = read(made(clock, count=count), HOSTILE)
    records = [record for batch in batches for record in batch.records]
    rejected = [rejection for batch in batches for rejection in batch.rejected]
    assert len(records) + len(rejected) == count
    healthy = {f"hostile:sample-{place}" for place in range(1, count + 1) if place % 3}
    assert healthy <= {record.source_id for record in records}
    assert len(rejected) >= len(SPOILERS) // 2
    assert len({(rejection.field, rejection.rule) for rejection in rejected}) > 5


def test_the_hostile_stream_breaks_when_told_to(clock: FixedClock) -> None:
    with pytest.raises(SourceUnavailable, match="breaks after 1"):
        read(made(clock, count=4, page_size=2, breaks_after=1), HOSTILE)


def test_a_run_of_the_hostile_stream_publishes_what_is_sound_and_parks_the_rest(
    database: Database, clock: FixedClock, digest_key: bytes, cipher: PayloadCipher, limits: RejectLimits
) -> None:
    connector = made(clock, count=90)
    add_connector(database, make_catalogue(database, clock), connector)
    bus = PostgresBus(database.url)
    bus.create({RECORDS: 1})
    services = RunServices(
        bus=bus,
        database=database,
        clock=clock,
        digest_key=digest_key,
        cipher=cipher,
        limits=limits,
    )
    run = collect(lambda: connector, leased(database, "sample", HOSTILE), services)
    bus.close()
    assert run.outcome is RunOutcome.COMPLETE
    assert run.published + run.rejected == 90
    assert run.published >= 90 * HEALTHY_SHARE
    assert run.rejected
