"""What Videregivelser shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.view_models import Choice, Link, Outcome


@dataclass(frozen=True)
class DisclosureRow:
    """One disclosure."""

    id: int
    citizen: str
    href: str | None
    """The citizen's page; None: it is not open to the reader now."""
    what: str
    to: str
    basis: str
    reason: str
    who: str
    when: When
    until: str
    stands: bool
    may_use: bool
    may_end: bool


@dataclass(frozen=True)
class DisclosuresPage:
    """What was disclosed to me, and what have I disclosed?"""

    template: ClassVar[str] = "disclosures/templates/disclosures.html"
    to_me: tuple[DisclosureRow, ...]
    by_me: tuple[DisclosureRow, ...]
    earlier: Link | None
    later: Link | None
    result: Outcome | None


@dataclass(frozen=True)
class DisclosureFormPage:
    """What do I let others see, why, who and until when?"""

    template: ClassVar[str] = "disclosures/templates/new.html"
    citizen_id: str
    name: str
    area: str
    bases: tuple[Choice, ...]
    categories: tuple[Choice, ...]
    has_team: bool
    to_team: bool
    receivers: str
    legal_basis: str
    reason: str
    meeting: str
    meeting_on: str
    last_day: str
    has_duty: bool
    has_meeting: bool
    result: Outcome | None
