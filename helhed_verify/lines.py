"""The lines of an export, as bytes: what is committed to is the entry as it stands in the file."""

import json
import re
from binascii import unhexlify
from hashlib import sha256
from typing import Any, NamedTuple

FORMAT = "helhed-audit-export/1"
BEGINNING = b'{"leaf":'
"""With it a line of the log begins, and nothing else in an export."""
_LINE = re.compile(
    rb'^\{"leaf":(0|[1-9][0-9]{0,17}+),"commitment":"(.{64})"'
    rb'(?:,"salt":"(.{32})","entry":(\{"seq":[0-9]++,"recorded_at":"(.{26}Z)",.*\}))?\}\n',
    re.MULTILINE,
)
_HEX, _TIME = b"0123456789abcdef", b"0123456789T:.-Z"


class Columns(NamedTuple):
    """What lines say, column by column. Where the content of an entry was erased, salt, entry and time are empty."""

    leaves: list[int]
    commitments: list[bytes]
    salts: list[bytes]
    entries: tuple[bytes, ...]
    times: tuple[bytes, ...]


def read_columns(lines: bytes) -> Columns | None:
    """What lines of the log say, all at once: a million of them one by one take seconds longer.

    None: there are none, or at least one cannot be read.
    """
    rows = _LINE.findall(lines)
    if not rows or len(rows) != lines.count(b"\n") or not lines.endswith(b"\n"):
        return None
    places, sealed, salts, entries, times = zip(*rows, strict=True)
    if b"".join(sealed + salts).translate(None, _HEX) or b"".join(times).translate(None, _TIME):
        return None
    return Columns([*map(int, places)], [*map(unhexlify, sealed)], [*map(unhexlify, salts)], entries, times)


def commitment_to(salt: bytes, entry: bytes) -> bytes:
    """What the log commits to: says nothing of the entry to who has not the salt."""
    return sha256(salt + entry).digest()


def export_line(leaf: int, commitment: bytes, payload: tuple[bytes, bytes] | None) -> bytes:
    """A line of an export; *payload* is salt and entry, None where they were erased."""
    head = f'{{"leaf":{leaf},"commitment":"{commitment.hex()}"'.encode()
    if payload is None:
        return head + b"}\n"
    salt, entry = payload
    return b'%s,"salt":"%s","entry":%s}\n' % (head, salt.hex().encode(), entry)


def json_line(**fields: object) -> bytes:
    """Another line of an export: its head, a checkpoint, or what was not sealed."""
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read_json(line: bytes) -> dict[str, Any]:
    """The fields of such a line; none when it is something else."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}
