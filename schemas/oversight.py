"""What a data protection officer asks of the whole installation, and how an answer is told."""

from enum import StrEnum

from schemas.base import Schema


class Question(StrEnum):
    """A question that has a page of its own under Tilsyn; the value stands in the log."""

    RIGHTS = "rights"
    """Rights that nobody uses, or that somebody kept."""
    CONSENTS = "consents"
    """Consents, and what was looked at after they ended."""
    FIELDS = "fields"
    """What is read of each source, why, and who approved it."""
    SEARCHES = "searches"
    REVEALS = "reveals"
    """Hidden fields that were shown."""
    QUALITY = "quality"
    """Whether the data are fresh, and of the right people."""
    PROCESSING = "processing"
    """The record of processing activities (GDPR art. 30)."""
    RULES = "rules"
    """The rules of the register, and that no score is stored."""
    TEST_DATA = "test_data"
    """Whether a test installation holds real national numbers."""


class TableAnswer(Schema):
    """A table of an answer, in Danish as on the page."""

    key: str
    """Names the table in addresses."""
    title: str
    note: str
    """What the table tells, and what it does not."""
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    following: int | None
    """Where the next page goes on; None: there is none."""


class OversightAnswer(Schema):
    """The answer to one question."""

    question: Question
    headline: str
    is_trouble: bool
    """Whether somebody should act on it."""
    tables: tuple[TableAnswer, ...]
    gaps: tuple[str, ...]
    """What Helhed cannot know, in sentences."""
