"""What a witness has seen of the log against what was restored of it. Pure."""

from collections.abc import Sequence
from datetime import datetime

from helhed_verify.note import Checkpoint
from schemas.base import Instant, Schema


class LostLines(Schema):
    """Lines of the log that somebody has witnessed and that are not in the restored database."""

    lines: int
    """At least so many."""
    after: Instant | None
    """When the last line that is there was written; None: none is."""
    until: Instant
    """When the checkpoint was signed that proves they were there."""


def lost_lines(restored: int, last_line: datetime | None, witnessed: Sequence[Checkpoint]) -> LostLines | None:
    """How many lines are lost; None: none that a witness knows of.

    Args:
        restored: lines that are there, sealed or waiting for their seal.
        last_line: when the newest of them was written.
        witnessed: checkpoints that witnesses have, each signed by the log's own key.
    """
    newest = max(witnessed, key=lambda checkpoint: checkpoint.size, default=None)
    if newest is None or newest.size <= restored:
        return None
    return LostLines(lines=newest.size - restored, after=last_line, until=newest.time)


def within(size: int, witnessed: Sequence[Checkpoint]) -> list[Checkpoint]:
    """The checkpoints that the restored tree must agree with."""
    return [checkpoint for checkpoint in witnessed if checkpoint.size <= size]
