"""What a rule says of one citizen: a hit with its facts, or that it cannot say. Never a number that sums hits."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from pydantic import computed_field

from hub.rules.facts import UnknownReason
from schemas.base import Schema
from schemas.source import Area

Value = int | float | str | None


class Hit(Schema):
    """A condition that is met: the facts, and what a sentence about it says."""

    rule: str
    version: int = 0
    citizen_id: UUID
    evidence: tuple[str, ...]
    """Ids of the facts: of entries of the page, of goals of the plan, of what was recorded here."""
    areas: frozenset[Area] = frozenset()
    """Areas whose sources told the facts. Who sees fewer does not get the hit."""
    of_plan: bool = False
    """It rests on something of Borgerens plan or on a meeting of the team, too."""
    values: Mapping[str, Value] = {}
    """Numbers, days (ISO) and keys for the sentence, among them the limit."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def key(self) -> str:
        """Names the hit as long as its facts are these; other facts make another key, so that it is judged anew."""
        content = [self.rule, self.version, str(self.citizen_id), sorted(self.evidence), sorted(self.values.items())]
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:32]


class Unknown(Schema):
    """A rule that cannot say whether its condition is met, and why."""

    rule: str
    citizen_id: UUID
    reason: UnknownReason
    areas: frozenset[Area] = frozenset()


class Findings(Schema):
    """What the rules say of one citizen, in the order of the register."""

    hits: tuple[Hit, ...] = ()
    unknowns: tuple[Unknown, ...] = ()


def day_value(day: date | None) -> str | None:
    """A day as a hit carries it."""
    return day.isoformat() if day else None
