"""The copy of what is stored about a citizen, and of who looked (GDPR article 15)."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import JsonValue

from schemas.base import Instant, Schema
from schemas.source import Area


class WithheldRule(StrEnum):
    """Why something is not in the copy."""

    RELATIVES = "relatives"
    """Names and numbers of relatives: they are about others (article 15(4))."""
    OTHERS_ENTRIES = "others_entries"
    """Entries that are about somebody else and name the citizen."""
    OTHERS_NAMED = "others_named"
    """Other people whom an entry names."""
    NOTIFIER = "notifier"
    """Who sent a notification (databeskyttelsesloven § 22)."""
    ADDRESS = "address"
    """Where somebody protected lives: the citizen, or somebody in the household."""
    MINUTES = "minutes"
    """Minutes of meetings that are about others too; they cannot be split."""
    EMPLOYEE_NAMES = "employee_names"
    """Names of employees who looked (CJEU C-579/21)."""


class Withheld(Schema):
    """What is left out, and how much of it."""

    rule: WithheldRule
    count: int


class CopiedFact(Schema):
    """What a source says."""

    area: Area
    kind: str
    source: str
    valid_from: date | None
    valid_to: date | None
    as_of: Instant
    """When the hub read it last."""
    registered_at: Instant
    says: Mapping[str, JsonValue]
    """The fact's own fields, without those that are withheld."""
    contested: str | None = None
    """What the citizen says is wrong about it, while it is not settled."""


class CopiedEntry(Schema):
    """What employees and the citizen have written: a line of the plan, a consent, a meeting, a disclosure."""

    kind: str
    on: date | None
    says: Mapping[str, JsonValue]


class CopiedLook(Schema):
    """That somebody was shown something of the citizen."""

    at: Instant
    action: str
    role: str
    unit: str
    purpose: str
    areas: tuple[Area, ...]
    fields: tuple[str, ...] = ()
    """Hidden fields that were shown."""
    employee: str | None = None
    """Only by a decision of the DPO with a reason."""


class SubjectCopy(Schema):
    """All of it."""

    citizen_id: UUID
    made_at: Instant
    person: Mapping[str, JsonValue]
    numbers: tuple[str, ...]
    """National numbers, the present and former ones, in clear: it is the citizen's own copy."""
    facts: tuple[CopiedFact, ...]
    courses: tuple[CopiedEntry, ...]
    consents: tuple[CopiedEntry, ...]
    plan: tuple[CopiedEntry, ...]
    meetings: tuple[CopiedEntry, ...]
    disclosures: tuple[CopiedEntry, ...]
    looks: tuple[CopiedLook, ...]
    withheld: tuple[Withheld, ...]
