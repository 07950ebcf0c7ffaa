"""When to try again, for how long, and how a run that waits is stopped. The only import of tenacity.

A call that may be tried again says so by raising ``Retryable``; everything else passes through untouched.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from dataclasses import dataclass
from enum import StrEnum
from threading import Thread
from typing import TypeVar

import tenacity

T = TypeVar("T")
Sleep = Callable[[float], None]
STOP_POLL_SECONDS = 0.25
"""How often a run that waits asks whether it should stop."""


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
    timing = POLICIES[policy]
    backoff = tenacity.wait_exponential_jitter(multiplier=timing.first, max=timing.longest, jitter=timing.first)

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
    return retrying(call)


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
    """The result of *call*, which runs in a thread of its own so that a silent source cannot hold up a shutdown.

    Raises:
        Stopped: the run was asked to stop meanwhile. The call is left to end by itself, and its result is dropped.
    """
    if should_stop():
        raise Stopped
    outcome: Future[T] = Future()

    def work() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:  # noqa: BLE001  it is raised again where the result is asked for
            outcome.set_exception(error)

    # A daemon: an abandoned call must not keep the process from ending.
    Thread(target=copy_context().run, args=(work,), name="source-call", daemon=True).start()
    while True:
        try:
            return outcome.result(STOP_POLL_SECONDS)
        except TimeoutError:
            if outcome.done():  # the call's own
                raise
            if should_stop():
                raise Stopped from None


def _retry_after(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    return (error.retry_after or 0) if isinstance(error, Retryable) else 0
