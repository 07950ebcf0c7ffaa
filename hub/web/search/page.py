"""What the search shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.view_models import IdentityNote


@dataclass(frozen=True)
class Hit:
    """One person that was found."""

    name: str
    age: str
    href: str
    relation: str
    needs_reason: bool
    reasons: tuple[tuple[str, tuple[tuple[str, bool], ...]], ...]
    """Field in words, and pieces of the text with whether each is what was searched for."""
    protected: bool
    details: tuple[str, ...]
    """What tells people of one name apart: birth date, where they live, whose relatives they are."""
    identity: IdentityNote | None
    """Set when the sources disagree on who it is."""


@dataclass(frozen=True)
class FacetChoice:
    """One value one may narrow to."""

    value: str
    text: str
    code: str | None
    """Stands small behind the name."""
    count: str
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """One group of choices that narrow the search."""

    name: str
    field: str
    choices: tuple[FacetChoice, ...]
    more: tuple[FacetChoice, ...]
    """Folded away; none of them is chosen."""


@dataclass(frozen=True)
class SearchResultPage:
    """Is it this person, and may I?"""

    template: ClassVar[str] = "search/templates/search.html"
    text: str
    has_result: bool
    summary: str
    ongoing_only: bool
    own_unit: bool
    unit: str | None
    """Name of the own unit; None: no such choice."""
    hits: tuple[Hit, ...]
    alike: str | None
    """Set when some of the names are alike, or may be alike with others that are not shown."""
    facets: tuple[Facet, ...]
    range: str | None
    """Which of the hits stand here, as in "21–40 af 45"; None: all of them."""
    before: str | None
    after: str | None
    advice: tuple[str, ...]
    """What was searched, what is not covered, what to do."""
