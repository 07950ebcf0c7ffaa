"""What the page of the login shows."""

from dataclasses import dataclass
from typing import ClassVar


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
