"""What *Værd at tale om* shows on a page of its own; in brief it stands on the overview."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.citizen.page import CitizenHead
from hub.web.citizen.page_point_rows import PointRow
from hub.web.shell.view_models import Choice, Outcome


@dataclass(frozen=True)
class UnknownRow:
    """A rule that cannot say."""

    title: str
    why: str


@dataclass(frozen=True)
class IndicatorRow:
    """A professional indicator that is recorded."""

    title: str
    by: str
    number: int | None
    """To withdraw it; None: it is of another area than the reader's."""


@dataclass(frozen=True)
class IndicatorPart:
    """The indicators of one of the family."""

    citizen_id: str
    name: str
    rows: tuple[IndicatorRow, ...]
    choices: tuple[Choice, ...]
    """What can be recorded; none where the reader may not."""


@dataclass(frozen=True)
class PointsPage:
    """What is worth talking about, by which rule, and what have we made of it?"""

    template: ClassVar[str] = "citizen/templates/points.html"
    head: CitizenHead
    rows: tuple[PointRow, ...]
    empty: str | None
    dismissed: tuple[PointRow, ...]
    unknown: tuple[UnknownRow, ...]
    indicators: tuple[IndicatorPart, ...]
    verdicts: tuple[Choice, ...]
    typed_key: str
    """Of the form that came back with a fault; empty: none did."""
    typed_words: str
    result: Outcome | None
