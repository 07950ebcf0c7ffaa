"""What a verification finds."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from helhed_verify.note import Checkpoint


class FindingKind(StrEnum):
    """What is wrong."""

    EDITED = "edited"
    """The line is another than the one whose commitment was sealed."""
    MISSING = "missing"
    """The line, or what it said, is gone before its time."""
    ORDER = "order"
    """A line stands at another place than its own."""
    CHANGED = "changed"
    """Lines are not those that were signed: one was edited, removed, inserted or moved, and sealed anew."""
    REWRITTEN = "rewritten"
    """The log contradicts a checkpoint that somebody else has."""
    TRUNCATED = "truncated"
    """The log ends before a checkpoint that somebody else has, or before its own end."""
    BACK_DATED = "back_dated"
    """The line says another time than when it was sealed."""
    UNSIGNED = "unsigned"
    """A checkpoint has no valid signature, or lines have no checkpoint."""
    UNSEALED = "unsealed"
    """Lines were written and not sealed for long."""
    FORMAT = "format"
    """The file cannot be read there."""


class Finding(NamedTuple):
    """Something that is wrong, with the lines it is about: places in the log from 0, the first and the last."""

    kind: FindingKind
    text: str
    first: int | None = None
    last: int | None = None

    def __str__(self) -> str:
        """As a sentence."""
        if self.first is None:
            return f"{self.kind}: {self.text}"
        place = f"line {self.first}" if self.last in {None, self.first} else f"lines {self.first} to {self.last}"
        return f"{self.kind}: {place}: {self.text}"


@dataclass
class Report:
    """What came of a verification."""

    log: str = ""
    lines: int = 0
    erased: int = 0
    """Lines whose content was erased at the end of its retention; their commitments are verified."""
    checkpoints: int = 0
    newest: Checkpoint | None = None
    compared: int = 0
    """Checkpoints of somebody else that the log agrees with."""
    unsealed: int = 0
    """Lines that were written and not sealed when the export was made."""
    is_key_from_export: bool = False
    """Whether the key was taken from the export, since none was given."""
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    def add(self, kind: FindingKind, text: str, first: int | None = None, last: int | None = None) -> None:
        """Add a finding."""
        self.findings.append(Finding(kind, text, first, last))
