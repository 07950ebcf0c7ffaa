"""What several pages have: links, people, choices, the frame around a page, and the page of an error."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from hub.web.shell import texts
from hub.web.shell.dates import capital
from schemas.access import Purpose


class Page(Protocol):
    """What a template shows: a frozen class that names the template."""

    template: ClassVar[str]
    """Path below ``hub/web``."""


@dataclass(frozen=True)
class Link:
    """A link in words."""

    text: str
    href: str
    detail: str = ""
    """Said after the text to those who only hear it, where several links of a page have the same words."""
    current: bool = False
    """It leads to the page that one is on."""


@dataclass(frozen=True)
class IdentityNote:
    """What stands beside the name of somebody of whom sources name different people."""

    text: str
    is_open: bool
    """Nobody has decided who it is."""


@dataclass(frozen=True)
class Phone:
    """A number to call."""

    text: str
    href: str


@dataclass(frozen=True)
class Person:
    """Who to call."""

    text: str
    """Name and unit in one line; "Ikke oplyst af kilden" when the source names nobody."""
    phone: Phone | None = None


@dataclass(frozen=True)
class Outcome:
    """What came of the last form."""

    text: str
    is_error: bool


@dataclass(frozen=True)
class Choice:
    """One option of a select or radio."""

    value: str
    text: str
    chosen: bool = False


def purpose_choices(chosen: Purpose | None) -> tuple[Choice, ...]:
    """The purposes one may open a citizen for."""
    return tuple(
        Choice(purpose, capital(texts.PURPOSE[purpose]), purpose is chosen) for purpose in texts.CHOOSABLE_PURPOSES
    )


@dataclass(frozen=True)
class Frame:
    """What every page has around it."""

    title: str
    name: str | None
    """Of the actor; None when nobody is logged in."""
    role: str
    unit: str
    menu: tuple[Link, ...]
    can_search: bool
    csrf: str
    demo: bool
    municipality: str
    notice: str | None = None
    """What is out of order, and what it means for this page."""
    home: str = "/"
    """Where the name at the top leads."""


@dataclass(frozen=True)
class ErrorPage:
    """What happened, and what now?"""

    template: ClassVar[str] = "shell/templates/error.html"

    headline: str
    advice: str
    saved: str
    reference: str
    way_on: Link
