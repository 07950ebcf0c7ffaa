"""Reads a piece of an export and judges what can be judged of it alone, wherever in the log it stands."""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from io import BytesIO
from typing import NamedTuple

from helhed_verify.lines import read_columns, read_json
from helhed_verify.merkle import Subtree, subtrees
from helhed_verify.note import Checkpoint, InvalidNote, LogKey, open_note

_CHECKPOINT = re.compile(rb'^\{"checkpoint":.*\n?', re.MULTILINE)
_NEXT_CHECKPOINT = b'\n{"checkpoint":'


class Run(NamedTuple):
    """Lines of the log that follow each other, each of them the line that its commitment seals."""

    first: int
    """The place of the first one in the log, as it says."""
    size: int
    subtrees: list[Subtree]
    """The roots of the tree over them, from left to right."""
    times: bytes
    """When each of them says that it was written, one a line; empty: erased."""
    begin: int
    end: int
    """Where they stand in the piece, in bytes."""


class Doubtful(NamedTuple):
    """Lines that are judged one by one: something is not as it should be, or they are not of the log."""

    begin: int
    end: int


class Note(NamedTuple):
    """A checkpoint, and what is wrong with it if something is."""

    checkpoint: Checkpoint | None
    fault: str = ""


Part = Run | Doubtful | Note


def read_parts(piece: bytes, keys: Sequence[LogKey]) -> Sequence[Part]:
    """What the lines of a piece are, in order; a piece is any number of whole lines."""
    parts: list[Part] = []
    place = 0
    while place < len(piece):
        if (match := _CHECKPOINT.match(piece, place)) is not None:
            note = read_json(match.group()).get("checkpoint")
            parts.append(read_note(note, keys) if isinstance(note, str) else Doubtful(*match.span()))
            place = match.end()
            continue
        end = piece.find(_NEXT_CHECKPOINT, place) + 1 or len(piece)
        parts.append(_run(piece, place, end) or Doubtful(place, end))
        place = end
    return parts


def read_note(note: str, keys: Sequence[LogKey]) -> Note:
    """The checkpoint, whose signature is verified."""
    try:
        return Note(open_note(note, keys))
    except InvalidNote as error:
        return Note(None, str(error))


def split_lines(lines: bytes) -> Iterator[bytes]:
    """The lines one by one, each with its end."""
    return iter(BytesIO(lines))


def _run(piece: bytes, begin: int, end: int) -> Run | None:
    columns = read_columns(piece[begin:end])
    if columns is None:
        return None
    leaves, sealed, salts, entries, times = columns
    first, size = leaves[0], len(leaves)
    if leaves != [*range(first, first + size)]:
        return None
    computed = [sha256(salt + entry).digest() for salt, entry in zip(salts, entries, strict=True)]
    if computed != sealed and any(
        entry and commitment != of_entry for commitment, of_entry, entry in zip(sealed, computed, entries, strict=True)
    ):
        return None
    return Run(first, size, subtrees(first, sealed), b"\n".join(times), begin, end)
