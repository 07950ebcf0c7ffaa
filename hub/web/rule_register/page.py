"""What Regelregister shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.view_models import Outcome


@dataclass(frozen=True)
class RuleRow:
    """One rule in the version of today."""

    id: str
    version: int
    heading: str
    text: str
    state: str
    is_on: bool
    decisions: tuple[str, ...]
    """Who decided what when, the newest first."""
    limit: str | None
    """None: it has none that one could change."""
    limit_value: str
    """In the form, of a local rule; empty: the law or a principle sets it."""
    origin: str
    source: str
    inputs: tuple[str, ...]
    assessed: str
    typed_reason: str


@dataclass(frozen=True)
class RegisterPage:
    """Which rules point at facts of a citizen, who approved them, and what do they read?"""

    template: ClassVar[str] = "rule_register/templates/register.html"
    summary: str
    rows: tuple[RuleRow, ...]
    may_decide: bool
    result: Outcome | None
