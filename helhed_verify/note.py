"""Signed checkpoints: a signed note (C2SP signed-note) that says how long the log is and what its root is.

The text is that of C2SP tlog-checkpoint, with one extension line: ``time 2026-11-27T09:00:00Z``.

    helhed.egelund.dk/log
    1204118
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
    time 2026-11-27T09:00:00Z

    — helhed.egelund.dk/log Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ED25519 = b"\x01"
"""The kind of signature (C2SP signed-note); cosignatures of witnesses have others, and are left out here."""
DASH = "\N{EM DASH}"
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_DAY, _CLOCK = "[0-9]{4}-[0-9]{2}-[0-9]{2}", "[0-9]{2}:[0-9]{2}:[0-9]{2}"
_TEXT = re.compile(rf"([^\n]+)\n(0|[1-9][0-9]{{0,17}})\n([A-Za-z0-9+/]{{43}}=)\ntime ({_DAY}T{_CLOCK}Z)\n")
_NOTE = re.compile(rf"(?:[^\n]+\n)+\n(?:{DASH} [^\n]+\n)+")


class InvalidNote(Exception):
    """It is no checkpoint, or none of the keys has signed it. The text says which."""


class LogKey(NamedTuple):
    """A public key of a log."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that a signature names it by."""
        return _key_id(self)

    def __str__(self) -> str:
        """As it is handed out: ``name+id+key``."""
        return f"{self.name}+{self.id.hex()}+{_text(ED25519 + self.public)}"


class Checkpoint(NamedTuple):
    """What was signed."""

    log: str
    """Name of the log."""
    size: int
    """How many lines it had."""
    root: bytes
    time: datetime
    """When it was signed."""

    @property
    def text(self) -> str:
        """What the signature is over."""
        return f"{self.log}\n{self.size}\n{_text(self.root)}\ntime {self.time.astimezone(UTC):{_TIME}}\n"


def read_key(text: str) -> LogKey:
    """The key in ``name+id+key``.

    Raises:
        InvalidNote: it is something else.
    """
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    raw = _bytes(encoded)
    key = LogKey(name, raw[1:])
    if raw[:1] != ED25519 or len(key.public) != sha256().digest_size or key.id.hex() != key_id:
        raise InvalidNote("this is no public key of a log; it looks like name+1a2b3c4d+base64")
    return key


def read_keys(text: str) -> tuple[LogKey, ...]:
    """The keys in a file, one a line; lines that begin with ``#`` are comments.

    Raises:
        InvalidNote: a line is something else, or there is none.
    """
    keys = tuple(read_key(line) for line in text.splitlines() if line.strip() and not line.startswith("#"))
    if not keys:
        raise InvalidNote("the file has no key")
    return keys


def sign_checkpoint(checkpoint: Checkpoint, key: LogKey, sign: Callable[[bytes], bytes]) -> str:
    """The checkpoint as a signed note; *sign* makes the Ed25519 signature."""
    signature = sign(checkpoint.text.encode())
    return f"{checkpoint.text}\n{DASH} {key.name} {_text(key.id + signature)}\n"


def open_note(note: str, keys: Iterable[LogKey]) -> Checkpoint:
    """The checkpoint in a signed note.

    Raises:
        InvalidNote: it is no checkpoint, or none of the keys has signed it.
    """
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    checkpoint = _read(text)
    known = {(key.name, key.id): key for key in keys}
    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.rpartition(" ")
        raw = _bytes(encoded)
        key = known.get((name, raw[:4]))
        if dash != DASH or key is None:
            continue
        try:
            _public_key(key.public).verify(raw[4:], text.encode())
        except InvalidSignature:
            raise InvalidNote(f"the signature of {name} is wrong") from None
        if name == checkpoint.log:
            return checkpoint
    raise InvalidNote("none of the keys has signed it")


def split_notes(text: str) -> Iterator[str]:
    """The notes in a file that has several, one after the other, as a witness keeps them.

    Raises:
        InvalidNote: there is none.
    """
    notes = _NOTE.findall(text)
    if not notes:
        raise InvalidNote("the file has no checkpoint")
    yield from notes


def _read(text: str) -> Checkpoint:
    match = _TEXT.fullmatch(text)
    if match is None:
        raise InvalidNote("this is no checkpoint")
    log, size, root, time = match.groups()
    try:
        moment = datetime.fromisoformat(time)
    except ValueError:
        raise InvalidNote("this is no checkpoint: its time is none") from None
    return Checkpoint(log, int(size), _bytes(root), moment)


@cache
def _key_id(key: LogKey) -> bytes:
    return sha256(f"{key.name}\n".encode() + ED25519 + key.public).digest()[:4]


@cache
def _public_key(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _bytes(text: str) -> bytes:
    """What the base64 stands for; nothing when it is none, or could be written otherwise."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if _text(raw) == text else b""
