"""Whether this process is healthy: checks each dependency within a bounded time.

PostgreSQL is the system of record; without it, or with a schema older than this program, nothing can be answered. The
index and the bus may be down: pages are then served from the store, and changes wait. That is degraded, not an outage.
"""

import logging
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from uuid import UUID

import hub
from hub.bus.base import OVERVIEWS
from hub.context import AppContext
from hub.errors import StoreUnavailable
from hub.log import place_of
from hub.operation.loop_health import LoopHealthRegistry, State
from schemas.base import Schema

LONGEST = 2.0
"""Seconds an answer may take."""
CACHED = 1.0
"""Seconds an answer is reused, so that no number of probes loads what is asked."""
SCHEMA = max(path.stem for path in (Path(hub.__file__).parent / "migrations/versions").glob("[0-9]*.py"))
"""The newest migration this program knows; their numbers sort as text."""
_NOBODY = UUID(int=0)
_BAD = frozenset({State.FAILING, State.STUCK, State.ENDED})

log = logging.getLogger("hub.health")


class Status(StrEnum):
    """The process as a whole."""

    READY = "ready"
    DEGRADED = "degraded"
    """It answers, with something missing."""
    NOT_READY = "not_ready"


class Readiness(Schema):
    """The answer: names and states, neither addresses nor texts of errors."""

    status: Status
    components: Mapping[str, State]


class Health:
    """Asks everything a process depends on.

    Args:
        context: the live context.
        loops: of a worker; None in the web server.
    """

    def __init__(self, context: AppContext, loops: LoopHealthRegistry | None = None) -> None:
        self._loops = loops
        self._required = {"postgresql": _Check(lambda: _store(context))}
        self._optional = {
            "index": _Check(lambda: _answers(context.index.get(_NOBODY))),
            # Any group serves: the check is whether the bus answers.
            "bus": _Check(lambda: _answers(context.bus.lag("health", OVERVIEWS))),
        }

    def ready(self) -> Readiness:
        """The state of the process and its dependencies; answers within ``LONGEST``."""
        probes = {name: check.ask() for name, check in {**self._required, **self._optional}.items()}
        states = {name: probe.state() for name, probe in probes.items()}
        loops = self._loops.states() if self._loops else {}
        components = {**states, **{f"loop.{name}": state for name, state in loops.items()}}
        return Readiness(status=self._status(states, loops), components=components)

    def _status(self, states: Mapping[str, State], loops: Mapping[str, State]) -> Status:
        required = [states[name] for name in self._required]
        if any(state is not State.OK for state in required) or _BAD.intersection(loops.values()):
            return Status.NOT_READY
        if self._loops and set(loops.values()) <= {State.STARTING}:
            return Status.NOT_READY
        return Status.READY if all(states[name] is State.OK for name in self._optional) else Status.DEGRADED


class _Check:
    """Something outside that is asked. Asked again only when the last answer is in, so that no threads pile up."""

    def __init__(self, question: Callable[[], State]) -> None:
        self._question = question
        self._lock = Lock()
        self._probe: _Probe | None = None

    def ask(self) -> "_Probe":
        with self._lock:
            if self._probe is None or self._probe.is_over():
                self._probe = _Probe(self._question)
            return self._probe


class _Probe:
    """A check in a thread of its own, because not every database client has a time-out."""

    def __init__(self, question: Callable[[], State]) -> None:
        self._state = State.SILENT
        self._at = monotonic()
        self._answered = Event()
        Thread(target=self._run, args=(question,), name="health", daemon=True).start()

    def is_over(self) -> bool:
        return self._answered.is_set() and monotonic() - self._at > CACHED

    def state(self) -> State:
        """The answer; silent when there is none in time, also while an earlier asker waits for the same."""
        self._answered.wait(max(0.0, self._at + LONGEST - monotonic()))
        return self._state

    def _run(self, question: Callable[[], State]) -> None:
        try:
            self._state = question()
        except Exception as error:  # noqa: BLE001  any error means that the dependency is unavailable
            log.warning("health.silent", extra={"fields": {"error": place_of(error)}})
        finally:
            self._answered.set()


def _store(context: AppContext) -> State:
    """A newer schema is healthy: the database is migrated before the programs are upgraded."""
    try:
        return State.OK if context.database.revision() >= SCHEMA else State.BEHIND
    except StoreUnavailable:
        return State.SILENT


def _answers(_: object) -> State:
    return State.OK
