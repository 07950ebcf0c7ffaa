"""A point worth talking about, as the overview and the page of its own show it. Words are final here."""

from dataclasses import dataclass

from hub.web.shell.view_models import Link


@dataclass(frozen=True)
class PointRow:
    """A hit of a rule."""

    key: str
    citizen_id: str
    may_judge: bool
    """The reader may say what they make of it."""
    sentence: str
    """With its facts and limit."""
    origin: str
    """Where the facts come from, and how old they are."""
    rule: Link
    """The rule in the register."""
    law: str
    """Law or principle behind the rule."""
    judged: str | None
    """What was judged of it, by whom and when; None: nobody has, with these facts."""
    judged_words: str
    before: str | None
    """What was judged when the facts were others."""


@dataclass(frozen=True)
class Points:
    """The points, briefly, as the overview has them."""

    rows: tuple[PointRow, ...]
    """Those that nobody has judged not relevant."""
    dismissed: str | None
    """How many were judged not relevant; None: none was."""
    empty: str | None
    """What is said when there are no rows."""
    href: str
