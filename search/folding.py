"""Words as people type them, folded so that every spelling of a name meets."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from schemas.text import fold_text, normalise_text

_DANISH = str.maketrans({"æ": "ae", "ä": "ae", "ø": "oe", "ö": "oe", "å": "aa"})
_STROKED = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h", "ı": "i"})
_LONG_A = re.compile("a{2,}")
_LONG_O = re.compile("oe+")
_WORD = re.compile(r"[0-9]+(?:\.[0-9]+)+|[^\W_]+")
_DANISH_LAST = str.maketrans({"æ": "{", "ä": "{", "ø": "|", "ö": "|", "å": "}"})


# The same words come again and again, in every overview: folding was the dearest part of writing to an index.
@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """The text without case, accents and spelling habits: ``Sørensen``, ``Soerensen`` and ``Sorensen`` become one.

    ``å``, ``aa`` and ``a`` meet, as do ``ø``, ``oe`` and ``o``, and ``æ`` and ``ae``. The folded beginning of a word
    is a beginning of the folded word, so prefixes still match.
    """
    lowered = fold_text(text).translate(_DANISH)
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(sign))
    return _LONG_O.sub("o", _LONG_A.sub("a", bare.casefold().translate(_STROKED)))


def words_of(text: str) -> list[str]:
    """The words of a text in their order, as written; a number with dots (``27.24.45``) is one word."""
    return _WORD.findall(normalise_text(text))


def folded_words(text: str) -> list[str]:
    """The folded words of a text, each once, in their order."""
    return list(dict.fromkeys(folded for word in words_of(text) if (folded := fold(word))))


def sort_key(name: str) -> str:
    """Compared character by character, gives the Danish order of names: ``æ ø å`` last, ``aa`` as ``å``."""
    lowered = fold_text(name).replace("aa", "å")
    return lowered.translate(_DANISH_LAST)


def kle_words(topic: str) -> list[str]:
    """A KLE number by itself and by its beginnings: ``27.24.45``, ``27.24``, ``27``."""
    parts = topic.split(".")
    return [".".join(parts[:end]) for end in range(len(parts), 0, -1)]


def without_controls(text: str) -> str:
    """The text with control characters and lone surrogates as blanks: PostgreSQL and pages take neither."""
    return normalise_text("".join(" " if unicodedata.category(sign) in {"Cc", "Cs"} else sign for sign in text))


def marked(text: str, matches: Callable[[str], bool]) -> tuple[tuple[str, bool], ...]:
    """The text in pieces, each with whether it is a word that *matches*."""
    pieces: list[tuple[str, bool]] = []
    end = 0
    text = normalise_text(text)
    for word in _WORD.finditer(text):
        if matches(word.group()):
            pieces += [(text[end : word.start()], False), (word.group(), True)]
            end = word.end()
    pieces.append((text[end:], False))
    return tuple(piece for piece in pieces if piece[0])
