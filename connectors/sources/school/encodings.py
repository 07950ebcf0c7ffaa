"""In which encoding a file is written: certain, or refused. Pure, but for reading the file.

A byte order mark decides. Without one, a text that is UTF-8 from beginning to end is UTF-8; anything else is
Windows-1252, if every byte has a meaning there and the text does not look like another encoding that was read so.
"""

import codecs
import re
from typing import IO

from connectors.kit import InvalidValue
from schemas.record import RejectionRule

FIELD = "(encoding)"
_CHUNK = 256 * 1024
_MARKS = (
    (codecs.BOM_UTF32_LE, None),
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks, the longer ones first; None: an encoding that no school system writes."""
_CONTINUATION = "".join(
    bytes([byte]).decode("cp1252") for byte in range(0x80, 0xC0) if byte not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
)
_TWICE_ENCODED = re.compile(f"[ÂÃ][\x80-\x9f{re.escape(_CONTINUATION)}]")
"""Letters of UTF-8 that were read as Windows-1252: ``Ã¦`` for ``æ``, ``Â¤`` for ``¤``."""
_OTHER_CODE_PAGE = re.compile("[A-Za-z][†‘›¾¿Œ®¯][a-z]|[\x00-\x08\x0e-\x1f]")
"""``æ``, ``ø``, ``å`` of DOS (code pages 850, 865) and of the Macintosh, read as Windows-1252; control characters."""
_MANY = 0.2
"""Text in UTF-16 has a zero in this share of its bytes at least."""
_FEW = 0.02
"""Text in other encodings has none, but where a program left one."""


def recognise(content: IO[bytes]) -> str:
    """Name of the encoding, as Python knows it; the file stands at its beginning afterwards.

    Raises:
        InvalidValue: ``wrong_encoding``: it cannot be told for certain.
    """
    content.seek(0)
    head = content.read(4096)
    encoding = _by_mark(head)
    if encoding is None:
        encoding = _by_zeros(head)
    candidates = [encoding] if encoding else ["utf-8", "cp1252"]
    for candidate in candidates:
        if _is_written_in(content, candidate):
            content.seek(0)
            return candidate
    content.seek(0)
    raise InvalidValue(FIELD, RejectionRule.WRONG_ENCODING)


def _by_mark(head: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            if encoding is None:
                raise InvalidValue(FIELD, RejectionRule.WRONG_ENCODING)
            return encoding
    return None


def _by_zeros(head: bytes) -> str | None:
    """UTF-16 without a mark: every second byte of plain text is zero."""
    if head.count(0) <= _FEW * len(head):
        return None  # a stray one costs the row it stands in
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > _MANY * len(head) and not even:
        return "utf-16-le"
    if even > _MANY * len(head) and not odd:
        return "utf-16-be"
    raise InvalidValue(FIELD, RejectionRule.WRONG_ENCODING)


def _is_written_in(content: IO[bytes], encoding: str) -> bool:
    content.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    before = ""
    try:
        while chunk := content.read(_CHUNK):
            text = before[-2:] + decoder.decode(chunk)
            if _TWICE_ENCODED.search(text) or (encoding == "cp1252" and _OTHER_CODE_PAGE.search(text)):
                return False
            before = text
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
