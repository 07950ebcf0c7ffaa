"""What the pages of the login show."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When


@dataclass(frozen=True)
class DemoCard:
    """One person to be in the demo."""

    id: str
    name: str
    title: str
    unit: str
    sentence: str
    """What they can see."""
    team: str


@dataclass(frozen=True)
class LoginPage:
    """Who am I here?"""

    template: ClassVar[str] = "login/templates/login.html"
    demo: bool
    cards: tuple[DemoCard, ...]


@dataclass(frozen=True)
class SessionRow:
    """One place where the employee is logged in."""

    number: int
    browser: str
    logged_in: When
    last_used: When
    is_this_one: bool


@dataclass(frozen=True)
class SessionsPage:
    """Where am I logged in, and is that all me?"""

    template: ClassVar[str] = "login/templates/sessions.html"
    rows: tuple[SessionRow, ...]
    limits: str
    has_others: bool
    before: int | None
    """Number of the last row, where there may be older ones."""
