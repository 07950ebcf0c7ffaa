"""What the page of reasons and the revealed details show."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.view_models import Choice, Person


@dataclass(frozen=True)
class ReasonPage:
    """May I, and why do I need to?"""

    template: ClassVar[str] = "citizen/templates/reason.html"
    citizen_id: str
    warning: str
    about: str | None
    """Whom it is about, as far as the actor knows that already; None on the actor's own page."""
    refused: bool
    """No reason opens it (own page, or a role that never sees citizens)."""
    purposes: tuple[Choice, ...]
    side: str
    """Which page to open afterwards: ``overblik``, ``familien`` or ``tidslinje``."""
    reason: str
    error: str | None


@dataclass(frozen=True)
class Revealed:
    """What was hidden, shown in place after a stated reason."""

    template: ClassVar[str] = "citizen/templates/_revealed.html"
    cpr: str | None
    address: str | None
    note: str
    contacts: tuple[tuple[str, Person], ...] = ()
    """Whom to call: what about, and who; only where it was hidden."""


@dataclass(frozen=True)
class RevealedPage:
    """The same on a page of its own, without a script."""

    template: ClassVar[str] = "citizen/templates/revealed.html"
    revealed: Revealed
    back: str
