"""Loads a made-up municipality through the real path and serves it: sources, pipeline, index, staff, web server."""

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from threading import Event, Thread
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy.engine import URL

from connectors.sources.employment.client import NOT_OURS
from deploy.demo import AREA_CONTACTS, add_sources, follow, morning_of
from deploy.sandbox.fagsystemer.process import Running, ask, start
from deploy.sandbox.municipality.employment import clients_of
from deploy.sandbox.municipality.generate import generate
from deploy.sandbox.municipality.staff import staff
from deploy.sandbox.municipality.truth import Municipality, Person
from deploy.seed import Seeding
from hub.app import create_app
from hub.clock import DANISH_TIME, Clock, FixedClock
from hub.services import build_services
from hub.settings import Settings
from hub.sources.schedule import Schedule
from hub.worker.supervisor import run
from tests.web.serving import Browser, browsing, serving

SEED = 7


@dataclass
class Loaded:
    """A municipality that is served, and what is true of it."""

    address: str
    day: date
    now: datetime
    truth: Municipality
    citizens: int
    """How many people the whole history has."""
    not_ours: frozenset[int] = frozenset()
    """People of whom the job centre says that another municipality is their authority."""
    pages: dict[int, str] = field(default_factory=dict)
    """The key that the hub gave each person, by the person's number in the truth, as far as it was asked for."""

    def known_on(self, day: date) -> Municipality:
        """What was true on an earlier day."""
        return generate(self.citizens, SEED, day)

    def page_of(self, person: Person, finder: "Client") -> str | None:
        """The hub's key of the person, found by the whole national number; None: the search does not find it."""
        if person.id not in self.pages:
            hits = finder.search(person.cpr)["page"]["hits"]
            if len(hits) != 1:
                return None
            self.pages[person.id] = hits[0]["citizen_id"]
        return self.pages[person.id]


@dataclass
class Client:
    """An employee who is logged in, at pages and API."""

    browser: Browser
    token: str

    @property
    def http(self) -> httpx.Client:
        """The plain client."""
        return self.browser.http

    def search(self, text: str, size: int = 100) -> dict[str, Any]:
        """What the API finds."""
        body = {"text": text, "size": size}
        answer = self.http.post("/api/soeg", json=body, headers={"X-CSRF-Token": self.token})
        assert answer.status_code == httpx.codes.OK, answer.text[:500]
        found: dict[str, Any] = answer.json()
        return found


def end_of(day: date) -> datetime:
    """The last instant of a Danish day."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=DANISH_TIME) - timedelta(microseconds=1)


@contextmanager
def client(loaded: Loaded, employee: str) -> Iterator[Client]:
    """A client of one employee."""
    with browsing(loaded.address, employee) as browser:
        yield Client(browser, browser.token())


@contextmanager
def municipality(database: URL, day: date, citizens: int) -> Iterator[Loaded]:
    """The municipality as it was on the morning of *day*, everything read, carried, shown and findable.

    Args:
        database: address of an empty, migrated database.
        day: the day that the clock stands on.
        citizens: how many people the whole history has.
    """
    clock = FixedClock(morning_of(day))
    settings = Settings(
        demo=True,
        secure_cookies=False,
        municipality="Egelund Kommune",
        rate_limit_factor=1000,  # one employee looks at everybody
        area_contacts=AREA_CONTACTS,
        database_url=SecretStr(database.render_as_string(hide_password=False)),
        session_key=SecretStr("only-for-tests-only-for-tests-only-session"),
    )
    truth = generate(citizens, SEED, day)
    moved = _moved_to_another_authority(truth)
    with start(citizens=citizens, seed=SEED, today=day) as running:
        for person in moved:
            ask(running, "POST", "_codes", {"number": person.cpr, "code": NOT_OURS})
        try:
            _load(settings, clock, running)
        finally:
            _drop_connections()
        context = build_services(settings, clock=clock)
        try:
            with serving(create_app(context)) as address:
                not_ours = frozenset(person.id for person in moved)
                yield Loaded(address, day, clock.now(), truth, citizens, not_ours)
        finally:
            context.close()
            _drop_connections()


def _moved_to_another_authority(truth: Municipality) -> list[Person]:
    """Somebody whom the job centre lists: of a family that has a team, where there is one."""
    cprs = {cpr for course in staff().courses for cpr in course.cprs}
    active = [client.person for client in clients_of(truth) if client.is_active]
    return sorted(active, key=lambda person: (person.cpr in cprs, person.id))[-1:]


def _load(settings: Settings, clock: Clock, running: Running) -> None:
    """Let a worker read, process and index everything, then end it: while citizens are walked nothing changes."""
    context = build_services(settings, clock=clock)
    try:
        add_sources(context, running, Schedule(every=timedelta(hours=1)))
        seeding = Seeding(context)
        seeding.staff()
        stop = Event()
        options = {"stop": stop, "on_batch": seeding.what_is_there}
        thread = Thread(target=run, args=(context,), kwargs=options)
        thread.start()
        try:
            follow(context, seeding, running.citizens)
        finally:
            stop.set()
            thread.join()
        context.index.refresh()
    finally:
        context.close()


def _drop_connections() -> None:
    """Connectors keep their connections until nobody holds them, and cannot be closed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
