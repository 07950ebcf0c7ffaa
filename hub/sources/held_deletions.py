"""What a reading that holds deletions does to what a person has decided. Pure."""

from collections.abc import Iterable
from enum import Enum, auto

from connectors.base import Stream
from hub.sources.definitions import HeldDeletion, HeldState


class Step(Enum):
    """What becomes of the open entry of a type that a reading holds."""

    KEEP = auto()
    """It stays as it is: refused and no more are missing, or released after the reading began."""
    UPDATE = auto()
    """Still nobody has decided: it shows the newest numbers."""
    ASK_ANEW = auto()
    """It is over and a new one begins: more are missing than were refused, or than the release allowed."""


def next_step(entry: HeldDeletion, missing: int, *, was_used: bool) -> Step:
    """What becomes of an open entry when a reading found so many missing.

    Args:
        entry: the open entry.
        missing: how many the reading found missing.
        was_used: whether the reading was given the entry's release.
    """
    if entry.state is HeldState.HELD:
        return Step.UPDATE
    if entry.state is HeldState.REFUSED:
        return Step.ASK_ANEW if missing > entry.missing else Step.KEEP
    return Step.ASK_ANEW if was_used else Step.KEEP


def with_parts(streams: Iterable[Stream], record_type: str) -> tuple[str, ...]:
    """The type, and after it those whose entities are parts of its own."""
    parts = [info.name for stream in streams for info in stream.record_types if info.part_of == record_type]
    return (record_type, *dict.fromkeys(parts))
