"""The register of rules: dated, versioned data with source and limit (``register.toml``). Pure.

A rule does nothing before somebody of the municipality has approved this version of it, by name and date
(``hub.rules.repository``).
"""

import tomllib
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files

from hub.rules.facts import FactKind
from schemas.base import Instant, Schema
from schemas.period import Period


class RuleOrigin(StrEnum):
    """Whose the limit is."""

    LAW = "law"
    """A law sets it; nobody changes it here."""
    LOCAL = "local"
    """The municipality's own; it is set when the rule is approved."""
    PRINCIPLE = "principle"
    """From the principles of the coordinated course."""


class RuleDefinition(Schema):
    """One version of one rule."""

    id: str
    code: str
    """As people cite it: ``R1a``, ``O1``."""
    version: int
    valid: Period
    title: str
    """Danish."""
    text: str
    """Danish: when the rule is met."""
    english: str
    inputs: frozenset[FactKind]
    limit: float
    unit: str
    """Danish, after the limit; empty: the rule has none that one could change."""
    origin: RuleOrigin
    source: str
    """Danish: law or local decision."""


class RuleApproval(Schema):
    """That somebody switched a version of a rule on or off."""

    rule: str
    version: int
    is_on: bool
    limit: float
    reason: str
    decided_by: str
    """Name of the employee."""
    decided_at: Instant


class ActiveRule(Schema):
    """A rule that is approved, with the limit that holds."""

    definition: RuleDefinition
    limit: float


@cache
def rule_definitions() -> tuple[RuleDefinition, ...]:
    """Every version of every rule, in the order in which pages show them."""
    rows = tomllib.loads((files("hub.rules") / "register.toml").read_text(encoding="utf-8"))["rule"]
    return tuple(
        RuleDefinition.model_validate(
            {key: value for key, value in row.items() if key not in {"valid_from", "valid_to"}}
            | {"valid": {"start": row.get("valid_from"), "end": row.get("valid_to")}}
        )
        for row in rows
    )


def definitions_on(day: date) -> tuple[RuleDefinition, ...]:
    """The versions that may be used on that day, of each rule one."""
    return tuple(definition for definition in rule_definitions() if definition.valid.contains(day))


def law_limit(rule: str) -> float:
    """The limit that the law sets, by the newest version of the rule."""
    return next(definition.limit for definition in reversed(rule_definitions()) if definition.id == rule)


def active_rules(day: date, approvals: dict[str, RuleApproval]) -> tuple[ActiveRule, ...]:
    """The rules that are approved in the version of that day.

    Args:
        day: on which a citizen is opened.
        approvals: the latest decision on each rule.
    """
    active = []
    for definition in definitions_on(day):
        approval = approvals.get(definition.id)
        if approval is not None and approval.is_on and approval.version == definition.version:
            limit = approval.limit if definition.origin is RuleOrigin.LOCAL else definition.limit
            active.append(ActiveRule(definition=definition, limit=limit))
    return tuple(active)
