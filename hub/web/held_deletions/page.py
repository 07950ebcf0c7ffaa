"""What Tilbageholdt shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.view_models import Link, Outcome


@dataclass(frozen=True)
class DecisionForm:
    """Release or refuse, with one reason."""

    entry: int
    """Number of the entry; part of the address."""
    seen: str
    """Version of the entry on the page."""
    release: str
    """What follows a release."""
    refuse: str | None
    """What follows a refusal; None: it is refused already."""
    may_release: bool
    reason: str
    """What was typed before, where the form came back."""
    error: str | None


@dataclass(frozen=True)
class HeldRow:
    """Deletions of one type of a source that wait, or were decided and are not over."""

    entry: int
    what: str
    """Source and type."""
    area: str
    missing: str
    since: When
    seen: When
    sample: tuple[str, ...]
    """Masked keys of a few of them."""
    parts: str | None
    """What follows the type: its people, its activities."""
    decided: str | None
    """What was decided; None: nobody has."""
    decided_by: str
    decided_at: When | None
    reason: str
    form: DecisionForm


@dataclass(frozen=True)
class HeldDeletionsPage:
    """What is missing in a source, and is it gone?"""

    template: ClassVar[str] = "held_deletions/templates/held_deletions.html"

    summary: str
    result: Outcome | None
    waiting: tuple[HeldRow, ...]
    decided: tuple[HeldRow, ...]
    whole: Link | None
    """To the page of all sources, where this one shows one source."""
    more: Link | None
