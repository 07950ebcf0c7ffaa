"""When to try again, and for how long. The only import of tenacity.

A call that may be tried again says so by raising ``Retryable``; everything else passes through untouched.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import tenacity

T = TypeVar("T")
Sleep = Callable[[float], None]


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


def attempt(call: Callable[[], T], patience: RetryPolicy, sleep: Sleep = time.sleep) -> T:
    """The result of *call*, tried again as often as the policy allows while it raises ``Retryable``.

    Raises:
        Retryable: the last attempt failed too, or the source asked for a longer wait than the policy allows.
    """
    policy = POLICIES[patience]
    backoff = tenacity.wait_exponential_jitter(multiplier=policy.first, max=policy.longest, jitter=policy.first)

    def wait(state: tenacity.RetryCallState) -> float:
        return max(backoff(state), _asked(state))

    def stop(state: tenacity.RetryCallState) -> bool:
        return state.attempt_number >= policy.attempts or _asked(state) > policy.longest_asked

    retrying = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Retryable),
        stop=stop,
        wait=wait,
        sleep=sleep,
        reraise=True,
    )
    return retrying(call)


def _asked(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome is not None else None
    return (error.retry_after or 0) if isinstance(error, Retryable) else 0
