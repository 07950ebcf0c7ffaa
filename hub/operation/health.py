"""Whether this process is well: each thing it needs is asked, and nobody waits for the answer longer than bounded.

PostgreSQL is the truth; without it, or with a schema that is older than this program, nothing can be answered. The
index and the bus may be away: pages are then served from the store, changes wait. That is told, and is no outage.
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
KEPT = 1.0
"""Seconds an answer is given again, so that no number of askers loads what is asked."""
SCHEMA = max(path.stem for path in (Path(hub.__file__).parent / "migrations/versions").glob("[0-9]*.py"))
"""The newest migration this program knows; their numbers sort as text."""
_NOBODY = UUID(int=0)
_BAD = frozenset({State.FAILING, State.STUCK, State.ENDED})

log = logging.getLogger("hub.health")


class Status(StrEnum):
    """The whole in one word."""

    READY = "ready"
    DEGRADED = "degraded"
    """It answers, with something missing."""
    NOT_READY = "not_ready"


class Readiness(Schema):
    """What is told: names and states, neither addresses nor texts of errors."""

    status: Status
    components: Mapping[str, State]


class Health:
    """Asks everything a process needs.

    Args:
        context: the live context.
        registry: health of a worker's loops; None in the web server.
    """

    def __init__(self, context: AppContext, registry: LoopHealthRegistry | None = None) -> None:
        self._registry = registry
        self._needed = {"postgresql": _Check(lambda: _store(context))}
        self._optional = {
            "index": _Check(lambda: _answers(context.index.get(_NOBODY))),
            # Any group will do: what counts is whether the bus answers.
            "bus": _Check(lambda: _answers(context.bus.lag("health", OVERVIEWS))),
        }

    def ready(self) -> Readiness:
        """How everything is doing now; answers within ``LONGEST``."""
        questions = {name: check.ask() for name, check in {**self._needed, **self._optional}.items()}
        states = {name: question.state() for name, question in questions.items()}
        loops = self._registry.states() if self._registry else {}
        components = {**states, **{f"loop.{name}": state for name, state in loops.items()}}
        return Readiness(status=self._status(states, loops), components=components)

    def _status(self, states: Mapping[str, State], loops: Mapping[str, State]) -> Status:
        needed = [states[name] for name in self._needed]
        if any(state is not State.OK for state in needed) or _BAD.intersection(loops.values()):
            return Status.NOT_READY
        if self._registry and set(loops.values()) <= {State.STARTING}:
            return Status.NOT_READY
        return Status.READY if all(states[name] is State.OK for name in self._optional) else Status.DEGRADED


class _Check:
    """Something outside that is asked. Asked again only when the last answer is in, so that no threads pile up."""

    def __init__(self, question: Callable[[], State]) -> None:
        self._question = question
        self._lock = Lock()
        self._under_way: _Question | None = None

    def ask(self) -> "_Question":
        with self._lock:
            if self._under_way is None or self._under_way.is_over():
                self._under_way = _Question(self._question)
            return self._under_way


class _Question:
    """A question under way in a thread of its own: clients of databases do not all know how to give up."""

    def __init__(self, question: Callable[[], State]) -> None:
        self._state = State.SILENT
        self._at = monotonic()
        self._answered = Event()
        Thread(target=self._run, args=(question,), name="health", daemon=True).start()

    def is_over(self) -> bool:
        return self._answered.is_set() and monotonic() - self._at > KEPT

    def state(self) -> State:
        """The answer; silent when there is none in time, also while an earlier asker waits for the same."""
        self._answered.wait(max(0.0, self._at + LONGEST - monotonic()))
        return self._state

    def _run(self, question: Callable[[], State]) -> None:
        try:
            self._state = question()
        except Exception as error:  # noqa: BLE001  whatever its client says, it does not answer as it should
            log.warning("health.silent", extra={"fields": {"error": place_of(error)}})
        finally:
            self._answered.set()


def _store(context: AppContext) -> State:
    """A schema that is newer is well: the database is migrated before the programs are renewed."""
    try:
        return State.OK if context.database.revision() >= SCHEMA else State.BEHIND
    except StoreUnavailable:
        return State.SILENT


def _answers(_: object) -> State:
    return State.OK
