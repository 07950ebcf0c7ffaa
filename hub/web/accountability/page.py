"""What a page with the answer to a DPO's question shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.view_models import Link, Outcome


@dataclass(frozen=True)
class AnswerRow:
    """A line of a table."""

    cells: tuple[str, ...]
    is_trouble: bool = False


@dataclass(frozen=True)
class AnswerGroup:
    """Lines of a table that are shown, or folded away, together."""

    heading: str
    """What is said of them where they are folded; empty: they are not."""
    is_heading: bool
    """Whether that is the first cell of each of them, which they then lack."""
    count: str
    is_trouble: bool
    is_open: bool
    columns: tuple[str, ...]
    rows: tuple[AnswerRow, ...]


@dataclass(frozen=True)
class AnswerTable:
    """A table of the answer."""

    key: str
    heading: str
    note: str
    groups: tuple[AnswerGroup, ...]
    empty: str
    """Said where there are no rows."""
    more: str
    """Address of the next page; empty: there is none."""
    csv: str
    """Address of the whole table as a file."""


@dataclass(frozen=True)
class PeriodForm:
    """Which days are asked for, as they were typed."""

    since: str
    until: str
    fault: str
    """What must be corrected; the page then shows the days it would have shown unasked."""


@dataclass(frozen=True)
class AnswerPage:
    """What is the answer, what does it rest on, and what does it not tell?"""

    template: ClassVar[str] = "accountability/templates/answer.html"

    path: str
    heading: str
    lead: str
    headline: str
    is_trouble: bool
    period: PeriodForm | None
    """None: the question is of now."""
    contents: tuple[Link, ...]
    """Where on the page which table is, with how many lines; empty where nothing is folded."""
    tables: tuple[AnswerTable, ...]
    gaps: tuple[str, ...]
    files: tuple[Link, ...]
    whole: str
    """Address of the whole answer, where one table of it is shown; else empty."""
    result: Outcome | None


@dataclass(frozen=True)
class QuestionsPage:
    """Which questions have a page here?"""

    template: ClassVar[str] = "accountability/templates/questions.html"

    questions: tuple[Link, ...]
