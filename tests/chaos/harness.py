"""Kill anything, at any moment, again and again; then see whether anything was lost, or came twice."""

import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from threading import Event
from time import monotonic

import httpx
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from deploy.sandbox.services.member import Member
from hub.alerts.service import ALERT_GROUP
from hub.bus.base import OVERVIEWS, RECORDS, BusUnavailable
from hub.clock import danish_day
from hub.context import AppContext
from hub.errors import StoreUnavailable
from hub.indexing.comparison import compare
from hub.indexing.writer import INDEX_GROUP
from hub.pipeline import PIPELINE_GROUP
from hub.services import build_services
from hub.settings import Settings
from schemas.base import Schema
from search.base import SearchUnavailable
from tests.chaos.looking import Looking
from tests.chaos.stage import Stage, staged
from tests.chaos.telling import Told, compare_told, happen, open_courses
from tests.fagsystemer import truth

PATIENCE = 300.0
"""Seconds without any progress after which something is stuck."""
LONGEST_PAUSE = 3.0
"""Seconds."""
_DOWN = (StoreUnavailable, SQLAlchemyError, BusUnavailable, SearchUnavailable, httpx.TransportError)
"""What a part says that is away, or is not ready yet."""


class Report(Schema):
    """What a run did and found."""

    seed: int
    brokers: int
    nodes: int
    citizens: int
    records: int
    """Entities the sources speak of."""
    kills: dict[str, int]
    """By what was killed."""
    seconds: float
    lost: int
    """Entities the sources speak of and the store does not have."""
    twice: int
    """Rows beyond one an entity."""
    invented: int
    """Entities in the store that no source speaks of."""
    differing: int
    """Citizens whose version differs between index and store."""
    repaired: int
    """Times the comparison had to repair something: a change got lost on its way to the index."""
    parked: int
    """Records in quarantine because storing them failed."""
    shown: int
    """Look-ups answered with a page, all the while."""
    without_line: int
    """Of these, without a line in the log."""
    told: int
    """Alerts of news of citizens on courses that are opened between the kills, and of what is let happen then."""
    untold: int
    told_twice: int
    told_wrongly: int
    """Of what is no news, or of citizens on no course."""
    notices: int
    out_of_order: int
    tracebacks: int
    """In the logs of workers and web servers: an error's text may hold a person's data."""

    @property
    def is_whole(self) -> bool:
        """Nothing lost, nothing twice, index equals store, every page has its line, all news was told once."""
        return not (
            self.lost
            or self.twice
            or self.invented
            or self.differing
            or self.repaired
            or self.parked
            or self.without_line
            or self.untold
            or self.told_twice
            or self.told_wrongly
            or self.tracebacks
        )


@dataclass
class _Killing:
    """Who may be killed, and what was."""

    stage: Stage
    chance: random.Random
    killed: Counter[str]

    def one(self) -> None:
        """Kill something that runs, and start again what an earlier kill left lying."""
        kinds: dict[str, Callable[[], None]] = {
            "worker": lambda: self._process(self.stage.workers),
            "web": lambda: self._process(self.stage.webs),
            "broker": lambda: self._server(self.stage.kafka.brokers, self.stage.kafka.wait),
            "OpenSearch node": lambda: self._server(self.stage.opensearch.nodes, self.stage.opensearch.wait),
            "database connections": self._connections,
            "database server": self._postgres,
        }
        weights = (6, 3, 3, 3, 4, 1)
        (kind,) = self.chance.choices(list(kinds), weights)
        kinds[kind]()
        self.killed[kind] += 1

    def _process(self, members: Sequence[Member]) -> None:
        one = self.chance.choice(members)
        one.kill()
        one.start()

    def _server(self, members: Sequence[Member], wait: Callable[[], None]) -> None:
        """One at a time: the one killed last is back before another of its kind goes."""
        one = self.chance.choice(members)
        one.kill()
        Event().wait(self.chance.random() * 3)
        one.start()
        wait()

    def _connections(self) -> None:
        """End some of the sessions of everybody but us, as a network fault would."""
        with suppress(*_DOWN), self.stage.database.transaction() as session:
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE"
                    " datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT :some) s"
                ),
                {"some": self.chance.randint(1, 8)},
            )

    def _postgres(self) -> None:
        """Kill -9 one backend: the server ends all sessions and recovers from its log."""
        with suppress(*_DOWN):
            with self.stage.database.transaction() as session:
                pid = session.scalar(
                    text(
                        "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
                        " AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
                    )
                )
            if pid is not None:
                os.kill(pid, signal.SIGKILL)


def run(
    *,
    kills: int,
    citizens: int,
    brokers: int,
    nodes: int,
    seed: int,
    told: Callable[[int, str], None] = lambda _number, _progress: None,
) -> Report:
    """Fill a Helhed while so many things are killed, wait until it is at rest, and look.

    Raises:
        ServiceMissing: Kafka or OpenSearch cannot be had here.
        AssertionError: it got stuck.
    """
    chance = random.Random(seed)  # noqa: S311  moments to fail at, not secrets
    began = monotonic()
    today = danish_day(datetime.now(UTC))
    with staged(citizens=citizens, seed=seed, brokers=brokers, nodes=nodes, day=today) as stage:
        expected = truth(stage.sources)
        for worker in stage.workers:
            worker.start()
        looking, stop = Looking(), Event()
        thread = looking.run(stage, random.Random(seed + 1), stop)  # noqa: S311  as above
        killing = _Killing(stage, chance, Counter())
        context = parts_of(stage)
        happened: set[Told] = set()

        def has_happened(version: int) -> bool:
            happened.update(happen(stage, version))
            return True

        try:
            for number in range(kills):
                _let_go_on(stage, chance.randrange(1, max(2, 2 * len(expected) // kills)), len(expected), chance)
                open_courses(stage, 1 + citizens // kills)
                wait_until(partial(has_happened, number + 1))
                killing.one()
                told(
                    number + 1,
                    f"{count_entities(stage):,} of {len(expected):,} records in, {len(looking.shown)} pages shown",
                )
            wait_until(lambda: is_at_rest(context, len(expected)))
        finally:
            stop.set()
            thread.join()
        wait_until(lambda: not compare(context.database, context.index).differences)
        report = report_of(stage, context, expected, looking, happened)
        context.close()
    return report.model_copy(
        update={
            "seed": seed,
            "brokers": brokers,
            "nodes": nodes,
            "citizens": stage.sources.citizens,
            "kills": dict(killing.killed),
            "seconds": round(monotonic() - began, 1),
        }
    )


def parts_of(stage: Stage) -> AppContext:
    """The stage's bus, index and store, for whoever looks at them; close them again."""
    environment = {name.removeprefix("HELHED_").lower(): value for name, value in stage.environment.items()}
    settings = Settings.model_validate(
        {name: value for name, value in environment.items() if name in Settings.model_fields}
    )
    return build_services(settings)


def count_entities(stage: Stage) -> int:
    """How many entities are in."""
    return _count(stage, "SELECT count(*) FROM record_entities")


def _count(stage: Stage, statement: str) -> int:
    """0 while the database is down: then there is no progress to see."""
    try:
        with stage.database.transaction() as session:
            return int(session.scalar(text(statement)) or 0)
    except _DOWN:
        return 0


def _let_go_on(stage: Stage, further: int, whole: int, chance: random.Random) -> None:
    """Wait until so many records more are in. Once all are, let the sources be read from the beginning again.

    So there is work under way at every kill, and what comes a second time must be recognised.
    """
    reached = count_entities(stage) + further
    if reached >= whole:
        with suppress(*_DOWN), stage.database.transaction() as session:
            session.execute(text("UPDATE source_streams SET cursor = '{}'"))
        Event().wait(chance.random() * 2)
        return
    wait_until(lambda: count_entities(stage) >= reached)


def wait_until(condition: Callable[[], object], progress: Callable[[], int] = lambda: 0) -> None:
    """Wait until it holds; whatever is down meanwhile comes back. What still gets on may take its time."""
    end, last = monotonic() + PATIENCE, 0
    while True:
        asked = monotonic()
        with suppress(*_DOWN):
            if condition():
                return
        if (now := progress()) != last:
            end, last = monotonic() + PATIENCE, now
        assert monotonic() < end, "it is stuck"
        _pause(monotonic() - asked)


def _pause(answered_in: float) -> None:
    """Wait before one asks again: nine times as long as the answer took, so that asking is no load of its own.

    The lag of three groups is a dozen requests to Kafka: ten times a second they cost more than what is waited for.
    """
    Event().wait(min(max(0.1, 9 * answered_in), LONGEST_PAUSE))


def is_at_rest(context: AppContext, whole: int) -> bool:
    """Whether every stream was read to its end, and nothing of so many entities is on its way any more."""
    with context.database.transaction() as session:
        entities = session.scalar(text("SELECT count(*) FROM record_entities")) or 0
        waiting = session.scalar(
            text("SELECT (SELECT count(*) FROM overview_due) + (SELECT count(*) FROM overview_outbox)")
        )
        unread = session.scalar(text("SELECT count(*) FROM source_streams WHERE last_success_at IS NULL"))
    if entities < whole or unread or waiting:
        return False
    lag = context.bus.lag(PIPELINE_GROUP, RECORDS)
    lag += context.bus.lag(INDEX_GROUP, OVERVIEWS) + context.bus.lag(ALERT_GROUP, OVERVIEWS)
    return not lag


def report_of(stage: Stage, context: AppContext, expected: set[str], looking: Looking, happened: set[Told]) -> Report:
    """What is stored and told beside what was to be, once all is at rest; what was done is for the caller to add."""
    with stage.database.transaction() as session:
        result = set(
            session.scalars(text("SELECT concat_ws('/', source, record_type, source_id) FROM record_entities"))
        )
        rows = session.scalar(text("SELECT count(DISTINCT (entity_id, digest)) FROM records")) or 0
        parked = session.scalar(text("SELECT count(*) FROM quarantine_entries WHERE rule = 'not_processed'")) or 0
        lines = set(
            session.scalars(
                text("SELECT request_id FROM audit_log WHERE action = 'open_overview' AND outcome = 'shown'")
            )
        )
    telling = compare_told(stage, happened)
    logs = [one.log.read_text(encoding="utf-8") for one in (*stage.workers, *stage.webs)]
    return Report(
        seed=0,
        brokers=0,
        nodes=0,
        citizens=0,
        kills={},
        seconds=0,
        records=len(expected),
        lost=len(expected - result),
        twice=rows - len(result),
        invented=len(result - expected),
        differing=len(compare(context.database, context.index).differences),
        repaired=sum(log.count("index.repaired") for log in logs),
        parked=parked,
        shown=len(looking.shown),
        without_line=len(set(looking.shown) - lines),
        told=telling.told,
        untold=telling.untold,
        told_twice=telling.twice,
        told_wrongly=telling.wrongly,
        notices=looking.notices,
        out_of_order=looking.out_of_order,
        tracebacks=sum(log.count("Traceback") for log in logs),
    )
