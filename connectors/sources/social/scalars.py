"""Texts and ids as DUBU's answers hold them, made safe where they enter.

Whatever stands where a text or an id belongs fails the validation of its own item, and of no other.
"""

import math
import re
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from connectors.transports.json_reader import UnreadableValue
from schemas.text import normalise_text

LARGEST_ID = 2**63 - 1
"""Ids are Edm.Int64."""
LONGEST_TEXT = 100_000
"""Signs; the longest field that is read is a line of a few hundred."""
TOO_LONG = "too_long"
"""Type of the validation error for what is longer than any value."""
_ID = re.compile(r"[1-9][0-9]{0,18}")
_HALF_PAIR = re.compile("[\ud800-\udfff]")


def read_id(value: object) -> int | None:
    """An id, which may come as text (IEEE754Compatible); None when it is no usable one."""
    if isinstance(value, str) and _ID.fullmatch(value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_ID:
        return value
    return None


def _id(value: object) -> int:
    source_id = read_id(value)
    if source_id is None:
        raise PydanticCustomError("no_id", "no positive whole number of at most 63 bits")
    return source_id


def _line(value: object) -> object:
    if isinstance(value, UnreadableValue):
        raise PydanticCustomError(TOO_LONG, "a value that cannot be held")
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        raise PydanticCustomError("no_text", "no text")
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        return value
    if len(value) > LONGEST_TEXT:
        raise PydanticCustomError(TOO_LONG, "longer than any text of this kind")
    # No text can be written with half a pair; NUL stands for it, which the reading of lines drops and flags.
    return value if value.isascii() else _HALF_PAIR.sub("\0", value)


def _text(value: object) -> object:
    if type(value) is str and value.isascii() and value.isprintable() and len(value) <= LONGEST_TEXT:
        return value.strip()  # nothing to normalise, as in most values
    line = _line(value)
    return normalise_text(line).strip() if isinstance(line, str) else line


Id = Annotated[int, BeforeValidator(_id)]
Text = Annotated[str, BeforeValidator(_text)]
"""Normalised, so that a code or the words of a code are known however they are written."""
Line = Annotated[str, BeforeValidator(_line)]
"""Free text that ``Values.line`` reads, which cleans it and says so."""
