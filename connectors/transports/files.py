"""A drop folder: which files lie there, and what stands in them, within a size."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.errors import SourceRefused
from connectors.transports.json_reader import read_json
from schemas.record import Rejection, RejectionRule

MAX_BYTES = 20 * 1024 * 1024


@dataclass(frozen=True)
class JsonFile:
    """One file's content; ``size`` is in bytes."""

    name: str
    content: Any = field(repr=False)
    size: int


def list_files(folder: Path, pattern: str = "*.json") -> tuple[Path, ...]:
    """Files in *folder* and below, in order of their path. Hidden files and links are left alone.

    Raises:
        SourceRefused: the folder is missing or may not be read.
    """
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.X_OK):
        raise SourceRefused("the folder is missing or may not be read")
    paths = (path for path in folder.rglob(pattern) if path.is_file() and not path.is_symlink())
    return tuple(sorted(path for path in paths if not path.name.startswith(".")))


def read_json_files(folder: Path, *, max_bytes: int = MAX_BYTES) -> Iterator[JsonFile | Rejection]:
    """The content of every JSON file, or why it could not be read. A bad file never stops the others.

    Raises:
        SourceRefused: the folder is missing or may not be read.
    """
    for path in list_files(folder):
        yield read_json_file(path, max_bytes=max_bytes)


def read_json_file(path: Path, *, max_bytes: int = MAX_BYTES) -> JsonFile | Rejection:
    """The content of one JSON file, or why it could not be read. The name is not repeated: it may be personal."""
    try:
        with path.open("rb") as file:
            raw = file.read(max_bytes + 1)
    except OSError:
        return _rejected(RejectionRule.UNREADABLE)
    if len(raw) > max_bytes:
        return _rejected(RejectionRule.TOO_LARGE)
    try:
        return JsonFile(path.name, read_json(raw, strict=True), len(raw))
    except json.JSONDecodeError as error:
        # A fault at the very end means that the rest is missing.
        cut = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
        return _rejected(RejectionRule.TRUNCATED if cut else RejectionRule.UNREADABLE, raw)
    except ValueError:
        return _rejected(RejectionRule.UNREADABLE, raw)


def _rejected(rule: RejectionRule, raw: bytes | None = None) -> Rejection:
    return Rejection(record_type="file", field="(file)", rule=rule, raw=raw)
