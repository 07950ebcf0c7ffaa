"""Plans that run, as the pages count them. Pure."""

from collections.abc import Iterable
from datetime import date

from schemas.facts import PlanFact
from schemas.overview import Entry

CLOSED_PLANS = frozenset({"completed", "revoked", "entered-in-error"})
Plan = tuple[Entry, PlanFact]


def running_plans(entries: Iterable[Entry], today: date) -> list[Plan]:
    """The plans among the entries that are neither closed nor over."""
    return [
        (entry, entry.fact)
        for entry in entries
        if isinstance(entry.fact, PlanFact) and entry.fact.status.code not in CLOSED_PLANS and entry.is_ongoing(today)
    ]
