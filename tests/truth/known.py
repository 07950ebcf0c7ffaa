"""Where the pages are known to differ from the truth, in one place, each with the sentence that says why.

Each is strict: a difference that no entry here names fails the truth test, and so does an entry that names nothing any
more. Who mends a page removes its entry.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.truth.facts import NOTHING
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


KNOWN = (
    Known(
        "moved away",
        "An address from which a source says the citizen has moved away is not shown as the citizen's.",
        lambda seen: _rule(seen, "head.address") and seen.difference.truth == NOTHING,
    ),
    Known(
        "relative without a name",
        "A relative of whom only the other's record tells is named as on the relative's own page.",
        lambda seen: _rule(seen, "head.relative") and seen.difference.subject == "navn ikke oplyst",
        is_rare=True,
    ),
    Known(
        "relative told by two sources",
        "A relative whom a shown area's source tells of is shown, also when the newest statement is another area's; "
        "and so is said that notifications about that relative are not to be seen.",
        lambda seen: (
            _rule(seen, "head.relative", "column.left_out", "notes.withheld") and seen.difference.page == NOTHING
        ),
    ),
)


def known_of(seen: PageDifference) -> Known | None:
    """The entry that names the difference; None: nobody knows of it."""
    return next((known for known in KNOWN if known.is_meant(seen)), None)
