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
    provider: bool
    """The municipality's login is connected."""


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


@dataclass(frozen=True)
class LoginRefusedPage:
    """Why did I not get in, and whom do I ask?"""

    template: ClassVar[str] = "login/templates/refused.html"
    headline: str
    advice: str
    contact: str
    """Whom to ask; empty where nobody else can help."""
    reference: str
    another: bool
    """Logging in as somebody else, or better, may help."""


@dataclass(frozen=True)
class LogoutPage:
    """The way to the provider, where the session ends too."""

    template: ClassVar[str] = "login/templates/logout.html"
    address: str
