"""Pages about a citizen, as the log names them."""

from enum import StrEnum


class PageKind(StrEnum):
    """Which page about a citizen is opened."""

    OVERVIEW = "overview"
    FAMILY = "family"
    TIMELINE = "timeline"
    POINTS = "points"
    """What the rules found worth talking about."""
