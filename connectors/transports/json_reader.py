"""JSON from outside: what one value holds does not make the whole answer unreadable."""

import codecs
import json
import re
import sys
from contextlib import suppress
from typing import Any, NoReturn

from pydantic_core import from_json

DEEPEST = 100
"""Levels of nesting that are read; what lies deeper becomes one ``UnreadableValue``."""
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{\]}]', re.DOTALL)
_CUT = "Infinity"
"""Stands for what was cut out. Python's reader knows the word, JSON does not, so no value has it."""


class UnreadableValue(str):
    """Stands for a value that cannot be held: a number of thousands of digits, nesting too deep, or no number at all.

    The text says which. Whoever validates the item rejects it for that; elsewhere it is harmless.
    """

    __slots__ = ()


def read_json(raw: bytes, charset: str | None = None, *, strict: bool = False) -> Any:
    """The JSON in *raw*.

    Numbers and nesting beyond what Python holds become an ``UnreadableValue`` in their place. Control characters are
    accepted in texts. Bytes that are no text become lone surrogates, which the text's validation then meets.

    Args:
        raw: the bytes of the answer. A byte order mark is accepted, and outranks *charset*.
        charset: as the source states it; None or an unknown one means that it is detected (UTF-8, -16 or -32).
        strict: nothing but UTF-8, and no bytes that are no text.

    Raises:
        ValueError: it is no JSON, or was cut off; ``json.JSONDecodeError`` where the place is known.
    """
    encoding = charset if charset and _is_known(charset) else None
    if encoding is None or codecs.lookup(encoding).name == "utf-8":
        with suppress(ValueError):
            # Three times as fast, and stricter: what it reads, Python's reader reads alike.
            return from_json(raw, allow_inf_nan=True)
    text = _decoded(raw, encoding, strict=strict)
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError:
        raise
    except (ValueError, RecursionError):  # a number of too many digits, or nesting too deep
        return _read_tolerantly(text)


def _decoded(raw: bytes, charset: str | None, *, strict: bool) -> str:
    if strict:
        return raw.decode("utf-8-sig")
    detected = json.detect_encoding(raw)
    if detected == "utf-8" and charset is not None and codecs.lookup(charset).name != "utf-8":
        return raw.decode(charset, "replace")
    return raw.decode(detected, "surrogateescape" if detected.startswith("utf-8") else "replace")


def _is_known(charset: str) -> bool:
    try:
        b"a".decode(charset)
    except (LookupError, ValueError):
        return False
    return True


def _read_tolerantly(text: str) -> Any:
    try:
        return json.loads(_without_depths(text), strict=False, parse_int=_whole_number, parse_constant=_no_number)
    except RecursionError:
        _refuse()


def _without_depths(text: str) -> str:
    """*text* with everything deeper than ``DEEPEST`` replaced."""
    pieces: list[str] = []
    depth = kept_from = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth == DEEPEST + 1:
                pieces += (text[kept_from : token.start()], _CUT)
        elif token[0] in "]}":
            if depth == DEEPEST + 1:
                kept_from = token.end()
            depth -= 1
    if depth > DEEPEST:
        _refuse()
    return "".join((*pieces, text[kept_from:]))


def _whole_number(text: str) -> int | UnreadableValue:
    limit = sys.get_int_max_str_digits()
    return int(text) if len(text) <= limit else UnreadableValue(f"a number of {len(text)} digits")


def _no_number(text: str) -> UnreadableValue:
    return UnreadableValue("nested too deeply" if text == _CUT else "no number")


def _refuse() -> NoReturn:
    raise ValueError("the nesting does not end")
