"""What oracle and pages are compared by: small facts, each with the rule that makes it true."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

NOTHING = "(intet)"


@dataclass(frozen=True, order=True)
class Fact:
    """One thing that a page says or should say."""

    rule: str
    """What kind of statement it is, as in ``now.responsible``."""
    subject: str
    """Of what, as in the title of an effort and the day it began."""
    value: str
    optional: bool = False
    """Only of the truth: a page need not say it, but what it says must agree."""


@dataclass(frozen=True, order=True)
class Difference:
    """A page and the truth disagree."""

    rule: str
    subject: str
    page: str
    truth: str

    def __str__(self) -> str:
        return f"{self.rule} [{self.subject}]: siden siger «{self.page}», sandt er «{self.truth}»"


def differences(said: Iterable[Fact], true: Iterable[Fact]) -> list[Difference]:
    """Where the page says something else, something more or something less than is true."""
    said_values, true_values = _grouped(said), _grouped(true)
    needed = {(fact.rule, fact.subject) for fact in true if not fact.optional}
    found = []
    for key in sorted(said_values.keys() | needed):
        page, truth = said_values.get(key, []), true_values.get(key, [])
        if not _agree(page, truth):
            found.append(Difference(*key, " + ".join(page) or NOTHING, " + ".join(truth) or NOTHING))
    return found


def _grouped(facts: Iterable[Fact]) -> dict[tuple[str, str], list[str]]:
    values: dict[tuple[str, str], list[str]] = defaultdict(list)
    for fact in sorted(facts):
        values[fact.rule, fact.subject].append(fact.value)
    return values


def _agree(page: list[str], truth: list[str]) -> bool:
    """Whether they say the same; where the truth has alternatives (``a | b``), one of them is enough."""
    if len(page) != len(truth):
        return False
    return all(value in true.split(" | ") for value, true in zip(page, truth, strict=True))
