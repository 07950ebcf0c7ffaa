"""The lines of an export, as bytes: what is committed to is the entry as it stands in the file."""

import json
import re
from hashlib import sha256
from typing import Any

FORMAT = "helhed-audit-export/1"
LINE = re.compile(
    rb'\{"leaf":(0|[1-9][0-9]*+),"commitment":"([0-9a-f]{64}+)"'
    rb'(?:,"salt":"([0-9a-f]{32}+)","entry":(\{"seq":[0-9]++,"recorded_at":"([0-9T:.-]{26}+Z)",.*\}))?\}\n'
)
"""Place, commitment, salt, entry, time. Without the last three the content of the entry was erased."""


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
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}
