"""Pure: what people type, made fit to keep: no national number is logged or sent to the index, no sign is unseen."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from schemas.identifiers import Identifier
from search.folding import fold, words_of

_DASH = r"\-\u2010\u2011\u2012\u2013\u2014\u2212"
_GAP = rf"[\s{_DASH}]"
_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])(?:(?:[0-9]{_GAP}{{0,3}}){{9}}[0-9]|[0-9]{{6}}{_GAP}{{0,3}}[0-9][0-9A-Za-z]{{3}}"
    rf"|[0-9]{{6}}[{_DASH}]?[0-9A-Za-z]{{4}})(?![0-9A-Za-z])"
)
_DOTTED = re.compile(rf"(?<![0-9.])[0-9]{{2}}[./][0-9]{{2}}[./][0-9]{{2}}{_GAP}*[0-9]{{4}}(?![0-9])")
_SIGNS = re.compile(rf"{_GAP}+|[./]")

_SEPARATOR = r"[^0-9A-Za-zÆØÅæøåÀ-ÿ]"
_SMALL = rf"{_SEPARATOR}{{0,12}}"
_YEAR = "(?:19|20)[0-9]{2}"
_DATE_WITH_YEAR = re.compile(
    rf"(?<![0-9])(?<![0-9][\s{_DASH}])"
    rf"(?:[0-3]?[0-9][./][01]?[0-9][./]{_YEAR}|{_YEAR}-[01][0-9]-[0-3][0-9]|{_YEAR}[-/–]{_YEAR})"
    rf"(?![0-9])(?!{_SMALL}[0-9A-Za-z]{{4}}(?![0-9A-Za-z]))"
)
"""A day with its century, or two years: no part of a number unless four signs follow."""
_SIX = rf"[0-9]{_SMALL}[0-9]{_SMALL}[0-9]{_SMALL}[0-9]{_SMALL}[0-9]{_SMALL}[0-9]"
_DIGIT_WORD = r"(?:nul|en|et|to|tre|fire|fem|seks|syv|otte|ni)"
_LIKE_DIGIT = "[0-9OoIl]"
_SPELLINGS = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        # Ten digits or more, whatever stands between them.
        (rf"[0-9](?:{_SMALL}[0-9]){{9,}}", 0),
        # Six digits, and four signs of which some are digits, as in replacement numbers.
        (rf"(?<![0-9]){_SIX}{_SMALL}(?=[A-Za-z]{{0,3}}[0-9])[0-9A-Za-z]{{4}}(?![0-9A-Za-z])", 0),
        (rf"(?<![0-9]){_SIX}(?:{_SEPARATOR}?[{_DASH}]{_SEPARATOR}?)?[A-Za-z]{{4}}(?![0-9A-Za-z])", 0),
        # Letters that look like digits.
        (rf"(?<![0-9A-Za-z])(?:{_LIKE_DIGIT}{_SMALL}){{9}}{_LIKE_DIGIT}(?![0-9A-Za-z])", 0),
        # Digits as words.
        (rf"(?<!\w)(?:(?:{_DIGIT_WORD}|[0-9]){_SMALL}){{9,}}(?:{_DIGIT_WORD}|[0-9])(?!\w)", re.IGNORECASE),
        # Six digits or more: a number that was mistyped.
        (rf"[0-9](?:[0-9]|{_GAP}){{4,}}[0-9](?:[{_DASH}][0-9A-Za-z]{{1,4}})?", 0),
    )
)
_APART = re.compile(
    rf"(?<![0-9])(?P<date>[0-9]{{2}}{_SMALL}[0-9]{{2}}{_SMALL}[0-9]{{2}})(?![0-9])[^0-9]{{1,60}}"
    rf"(?P<serial>[0-9]{{2}}{_SMALL}[0-9]{{2}}|[0-9][0-9A-Za-z]{{3}})(?![0-9A-Za-z])"
)
"""The birth date and the last four with words between."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f")
"""Signs that are no white space, and show nothing."""
_MARKS = frozenset({"Mn", "Me", "Mc"})
HIDDEN = "••••"
_WORD = re.compile(r"[^\W\d_]{2,}")


def plain(text: str) -> str:
    """One line of visible signs: digits of any script as 0-9, white space folded, controls and invisibles gone."""
    visible = (sign for sign in text if sign.isspace() or not _is_unseen(sign))
    digits = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in visible)
    return " ".join(digits.split())


def national_in(text: str) -> Identifier | None:
    """The first whole national number in *text*, None when there is none."""
    words = plain(text)
    for match in (*_NUMBER.finditer(words), *_DOTTED.finditer(words)):
        try:
            return Identifier.national(_SIGNS.sub("", match.group()))
        except ValueError:
            continue
    return None


def redact_identifiers(text: str) -> str:
    """*text* as ``plain``, and everything hidden that may be a national number, however it is spelled.

    That is: ten digits with anything but words between; a birth date and the last four with words between; digits of
    any kind, as words, or as letters that look like them; letters among the last four; six digits or more, which may
    be a number that was mistyped. When in doubt it is hidden.
    """
    words = plain(text)
    signs, places = _folded(words)
    shown = [True] * len(words)
    for start, end in _identifiers(signs):
        for place in range(places[start], places[end - 1] + 1):
            shown[place] = False
    return "".join(_with_hidden(words, shown))


def hidden_in(text: str) -> str:
    """What ``redact_identifiers`` hides of the text, without what stands between; empty when it hides nothing."""
    signs, _ = _folded(plain(text))
    hidden = sorted({place for start, end in _identifiers(signs) for place in range(start, end)})
    return "".join(signs[place] for place in hidden if signs[place].isalnum()).upper()


def redact_names(text: str, names: Iterable[str]) -> str:
    """The text with every word hidden that is a word of one of the names, also in the genitive."""
    words = {fold(word) for name in names for word in words_of(name)}
    words = {*words, *(f"{word}s" for word in words)}
    return _WORD.sub(lambda match: HIDDEN if fold(match.group()) in words else match.group(), text)


def redact_key(key: str) -> str:
    """A key of ours, which may hold many digits, as ``plain``; hidden when a national number was typed for it."""
    return HIDDEN if national_in(key) else plain(key)


def _is_unseen(sign: str) -> bool:
    return sign in _BLANK or unicodedata.category(sign) in _UNSEEN


def _folded(text: str) -> tuple[str, list[int]]:
    """The text as its signs are meant (full-width, superscript or circled digits as 0-9, no marks), and from where."""
    signs: list[str] = []
    places: list[int] = []
    for place, sign in enumerate(text):
        for meant in unicodedata.normalize("NFKC", sign):
            if unicodedata.category(meant) in _MARKS:
                continue
            digit = unicodedata.digit(meant, None)
            signs.append(meant if digit is None else str(digit))
            places.append(place)
    return "".join(signs), places


def _identifiers(signs: str) -> Iterator[tuple[int, int]]:
    """From where to where something may be a national number."""
    without_days = _DATE_WITH_YEAR.sub(lambda match: "x" * len(match.group()), signs)
    for spelling in _SPELLINGS:
        yield from (match.span() for match in spelling.finditer(without_days))
    for match in _APART.finditer(without_days):
        yield match.span("date")
        yield match.span("serial")


def _with_hidden(text: str, shown: Iterable[bool]) -> Iterator[str]:
    was_shown = True
    for sign, is_shown in zip(text, shown, strict=True):
        if is_shown:
            yield sign
        elif was_shown:
            yield HIDDEN
        was_shown = is_shown
