"""When to try again, for how long, and how a run that waits is stopped. The only import of tenacity.

A call that may be tried again says so by raising ``Retryable``; everything else passes through untouched.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

import tenacity

T = TypeVar("T")
_Task = tuple[Callable[[], Any], Future[Any]]
Sleep = Callable[[float], None]
STOP_POLL_SECONDS = 0.25
"""How often a run that waits asks whether it should stop."""
_IDLE_SECONDS = 10.0
"""So long a thread for calls waits for the next one before it ends."""


class Stopped(Exception):
    """The run was asked to stop while it waited. A connector catches this and ends its ``read`` without a cursor."""


class Retryable(Exception):
    """This attempt failed in a way that may pass.

    Attributes:
        retry_after: seconds the source asked us to wait; None when it did not say.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True)
class RetryTiming:
    """How often and how long. Waits double from *first*, spread at random so that clients do not march in step."""

    attempts: int
    first: float
    """Seconds before the second attempt."""
    longest: float
    """No wait of ours is longer, in seconds."""
    longest_asked: float
    """A source that asks for a longer wait than this is left alone until the next run."""


class RetryPolicy(StrEnum):
    """Names of the policies, as settings spell them."""

    PATIENT = "patient"
    """A long first load that should not start over: about a minute of waiting."""
    BRISK = "brisk"
    """The usual: a second or two, since the next run comes anyway."""
    NEVER = "never"


POLICIES = {
    RetryPolicy.PATIENT: RetryTiming(attempts=6, first=1, longest=60, longest_asked=120),
    RetryPolicy.BRISK: RetryTiming(attempts=3, first=0.2, longest=5, longest_asked=30),
    RetryPolicy.NEVER: RetryTiming(attempts=1, first=0, longest=0, longest_asked=0),
}


def with_retry(call: Callable[[], T], policy: RetryPolicy, sleep: Sleep = time.sleep) -> T:
    """The result of *call*, tried again as often as the policy allows while it raises ``Retryable``.

    Raises:
        Retryable: the last attempt failed too, or the source asked for a longer wait than the policy allows.
    """
    try:
        return call()
    except Retryable as error:
        first = error
    timing = POLICIES[policy]
    backoff = tenacity.wait_exponential_jitter(multiplier=timing.first, max=timing.longest, jitter=timing.first)
    attempts_made = [first]  # tenacity plans the further attempts; most calls need none

    def attempt() -> T:
        if attempts_made:
            raise attempts_made.pop()
        return call()

    def wait(state: tenacity.RetryCallState) -> float:
        return max(backoff(state), _retry_after(state))

    def stop(state: tenacity.RetryCallState) -> bool:
        return state.attempt_number >= timing.attempts or _retry_after(state) > timing.longest_asked

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Retryable),
        stop=stop,
        wait=wait,
        sleep=sleep,
        reraise=True,
    )
    return retrying(attempt)


def sleep_unless_stopped(seconds: float, should_stop: Callable[[], bool], sleep: Sleep = time.sleep) -> None:
    """Wait *seconds*, in steps.

    Raises:
        Stopped: the run was asked to stop meanwhile.
    """
    remaining = seconds
    while not should_stop():
        if remaining <= 0:
            return
        step = min(STOP_POLL_SECONDS, remaining)
        sleep(step)
        remaining -= step
    raise Stopped


def call_unless_stopped(call: Callable[[], T], should_stop: Callable[[], bool]) -> T:
    """The result of *call*, which runs in another thread so that a silent source cannot hold up a shutdown.

    Raises:
        Stopped: the run was asked to stop meanwhile. The call is left to end by itself, and its result is dropped.
    """
    if should_stop():
        raise Stopped
    outcome: Future[T] = Future()

    _hand_over(partial(copy_context().run, call), outcome)
    while True:
        try:
            return outcome.result(STOP_POLL_SECONDS)
        except TimeoutError:
            if outcome.done():  # the call's own
                raise
            if should_stop():
                raise Stopped from None


_idle_threads: list[SimpleQueue[_Task]] = []
"""What each thread that waits for a call is given it by. Lists change in one step, so that no lock is needed."""


def _hand_over(call: Callable[[], Any], outcome: Future[Any]) -> None:
    """Let a thread that waits, or a new one, make the call."""
    try:
        tasks = _idle_threads.pop()
    except IndexError:
        tasks = SimpleQueue()
        # A daemon: an abandoned call must not keep the process from ending.
        Thread(target=_make_calls, args=(tasks,), name="source-call", daemon=True).start()
    tasks.put((call, outcome))


def _make_calls(tasks: SimpleQueue[_Task]) -> None:
    """Make one call after the other, until none has come for a while."""
    while True:
        try:
            call, outcome = tasks.get(timeout=_IDLE_SECONDS)
        except Empty:
            try:
                _idle_threads.remove(tasks)
            except ValueError:  # somebody has taken it at this moment
                continue
            return
        _make_call(tasks, call, outcome)
        del call, outcome  # what they hold is freed while this waits


def _make_call(tasks: SimpleQueue[_Task], call: Callable[[], Any], outcome: Future[Any]) -> None:
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001  it is raised again where the result is asked for
        _idle_threads.append(tasks)
        outcome.set_exception(error)
    else:
        # Before the result is given out, so that the next call finds this thread waiting.
        _idle_threads.append(tasks)
        outcome.set_result(result)


def _retry_after(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    return (error.retry_after or 0) if isinstance(error, Retryable) else 0
