"""Where the pages are known to differ from the truth, in one place, each with the sentence that says why.

Each is strict: a difference that no entry here names fails the truth test, and so does an entry that names nothing any
more. Who mends a page removes its entry.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.truth.walking import PageDifference


@dataclass(frozen=True)
class Known:
    """A kind of difference that is known."""

    key: str
    why: str
    """What the page should do."""
    is_meant: Callable[[PageDifference], bool]
    is_rare: bool = False
    """It occurs among many citizens at all dates only: the small walk need not meet it."""


def _rule(seen: PageDifference, *rules: str) -> bool:
    return seen.difference.rule in rules


KNOWN: tuple[Known, ...] = ()


def known_of(seen: PageDifference) -> Known | None:
    """The entry that names the difference; None: nobody knows of it."""
    return next((known for known in KNOWN if known.is_meant(seen)), None)
