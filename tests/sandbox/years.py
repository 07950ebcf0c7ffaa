"""A made-up municipality whose years pass: the clock is moved, a worker reads what changed, pages are opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from threading import Event, Thread
from time import monotonic

import httpx
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.engine import URL

from deploy.demo import AREA_CONTACTS, add_sources, listening, morning_of
from deploy.sandbox.fagsystemer.process import Running, control, events_waiting, start
from deploy.seed import Seeding
from hub.app import create_app
from hub.bus.base import OVERVIEWS, RECORDS
from hub.clock import ShiftedClock
from hub.context import AppContext
from hub.digest import keyed_digest
from hub.indexing.writer import INDEX_GROUP
from hub.matching.repository import citizen_of
from hub.pipeline import PIPELINE_GROUP
from hub.services import build_services
from hub.settings import Settings
from hub.sources.schedule import Schedule
from hub.worker.supervisor import run
from schemas.identifiers import Identifier
from tests.web.serving import browsing, serving

PATIENCE = 600.0
CITIZENS = 30
"""The named people alone."""
_UNREAD = text("""
    SELECT source, stream FROM source_streams s WHERE NOT EXISTS
    (SELECT FROM source_runs r WHERE r.source = s.source AND r.stream = s.stream AND r.started_at >= :since
     AND r.outcome IN ('complete', 'held'))
""")
_LAST_RUNS = text("SELECT source, stream, outcome, message FROM source_runs WHERE started_at >= :since")
_COUNTS = text("""
    SELECT (SELECT count(*) FROM overview_due), (SELECT count(*) FROM overview_outbox),
           (SELECT count(*) FROM inbox_events WHERE body IS NOT NULL)
""")


@dataclass
class Years:
    """The municipality on one day after another, and browsers of its employees."""

    context: AppContext
    running: Running
    clock: ShiftedClock
    address: str
    seeding: Seeding

    def stand_on(self, day: date) -> None:
        """Let it be the morning of that day, and wait until everything is read and shown."""
        control(self.running, "POST", "clock", {"day": day.isoformat()})
        self.clock.move_to(morning_of(day))
        self.wait_until_read(day)

    def wait_until_read(self, day: date) -> None:
        """Wait until everything of that morning is read and shown."""
        ends = monotonic() + PATIENCE
        while not self._is_settled(morning_of(day)):
            assert monotonic() < ends, f"{day}: not read: {self._what_waits(morning_of(day))}"
            Event().wait(0.05)

    def _what_waits(self, since: datetime) -> str:
        with self.context.database.transaction() as session:
            streams = session.execute(_UNREAD, {"since": since}).all()
            counts = session.execute(_COUNTS).one()
            runs = session.execute(_LAST_RUNS, {"since": since}).all()
        events = events_waiting(self.running)
        seeded = self.seeding.is_done()
        return f"{streams} of {runs}; due, outbox, inbox {tuple(counts)}; events {events}; seeded {seeded}"

    def page(self, employee: str, number: str, side: str = "overblik", **query: str) -> str:
        """The words of a citizen's page as an employee reads it, with a reason where one is asked for."""
        with browsing(self.address, employee) as browser, self.context.database.transaction() as session:
            key = citizen_of(session, keyed_digest(Identifier.national(number), self.context.digest_key))
            assert key is not None, f"nobody has {number}"
            browser.post(f"/overblik/{key}/grund", purpose="follow_up", reason="Forbereder mødet om familien")
            answer = browser.http.get(f"/{side}/{key}", params=query)
        assert answer.status_code == httpx.codes.OK, answer.text[:300]
        return words_of(answer.text)

    def _is_settled(self, since: datetime) -> bool:
        if events_waiting(self.running):
            return False
        with self.context.database.transaction() as session:
            if session.execute(_UNREAD, {"since": since}).first() or any(session.execute(_COUNTS).one()):
                return False
        bus = self.context.bus
        return not bus.lag(PIPELINE_GROUP, RECORDS) and not bus.lag(INDEX_GROUP, OVERVIEWS) and self.seeding.is_done()


@contextmanager
def passing_years(database: URL, first: date) -> Iterator[Years]:
    """A municipality of the named people that begins on *first*, read by a worker and served."""
    clock = ShiftedClock(morning_of(first))
    settings = Settings(
        demo=True,
        secure_cookies=False,
        municipality="Egelund Kommune",
        area_contacts=AREA_CONTACTS,
        database_url=SecretStr(database.render_as_string(hide_password=False)),
        session_key=SecretStr("only-for-tests-only-for-tests-only-session"),
    )
    with start(citizens=CITIZENS, seed=7, today=first) as running:
        context = build_services(settings, clock=clock)
        add_sources(context, running, Schedule(every=timedelta(days=1)))
        seeding, stop = Seeding(context), Event()
        seeding.staff()
        worker = Thread(target=run, args=(context,), kwargs={"stop": stop, "on_batch": seeding.what_is_there})
        with listening(context, running), serving(create_app(context)) as address:
            worker.start()
            try:
                yield Years(context, running, clock, address, seeding)
            finally:
                stop.set()
                worker.join()
                context.close()


class _Words(HTMLParser):
    """What a page says, a line for each block."""

    _BLOCKS = frozenset(["li", "p", "h1", "h2", "h3", "h4", "tr", "dt", "dd", "div", "section"])
    _UNREAD = frozenset(["script", "style", "svg"])

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  the base class's
        """Begin a block."""
        self._unread += tag in self._UNREAD
        if tag in self._BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End what is not read."""
        self._unread -= tag in self._UNREAD

    def handle_data(self, data: str) -> None:
        """Take the words."""
        if not self._unread:
            self.parts.append(data)


def words_of(page: str) -> str:
    """The page's words, blanks made one and empty lines left out."""
    parser = _Words()
    parser.feed(page)
    lines = (" ".join(line.split()) for line in "".join(parser.parts).split("\n"))
    return "\n".join(line for line in lines if line)
