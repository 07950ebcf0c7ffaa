"""Pure: whether somebody can read a reason in what was written."""

import unicodedata
from itertools import groupby

from hub.access.redaction import redact_identifiers

LETTERS_OF_A_WORD = 3
"""One word at least has so many different letters, ..."""
DIFFERENT_LETTERS = 4
"""... all words together so many, ..."""
LARGEST_SHARE = 0.5
"""... and no letter is more than this share of them."""


def has_words(text: str) -> bool:
    """Whether there are words in it: not signs that show nothing, numbers alone, or one letter again and again.

    What the words mean no rule can tell; a person reads them when the log is reviewed.
    """
    words = _words(text)
    letters = "".join(words)
    return (
        any(len(set(word)) >= LETTERS_OF_A_WORD for word in words)
        and len(set(letters)) >= DIFFERENT_LETTERS
        and max(map(letters.count, set(letters))) <= LARGEST_SHARE * len(letters)
    )


def length_of(text: str) -> int:
    """Visible signs of what will be kept of it: without national numbers."""
    return len(redact_identifiers(text))


def _words(text: str) -> list[str]:
    """What stands between other signs, in small letters without marks."""
    decomposed = unicodedata.normalize("NFKD", redact_identifiers(text)).casefold()
    signs = [sign for sign in decomposed if not unicodedata.category(sign).startswith("M")]
    return ["".join(run) for is_letter, run in groupby(signs, str.isalpha) if is_letter]
