"""Pure: what people type, made fit to keep: no national number is logged or sent to the index, no sign is unseen."""

import re
import unicodedata

from schemas.identifiers import Identifier

_DASH = r"\-\u2010\u2011\u2012\u2013\u2014\u2212"
_GAP = rf"[\s{_DASH}]"
_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z])(?:(?:[0-9]{_GAP}{{0,3}}){{9}}[0-9]|[0-9]{{6}}{_GAP}{{0,3}}[0-9][0-9A-Za-z]{{3}}"
    rf"|[0-9]{{6}}[{_DASH}]?[0-9A-Za-z]{{4}})(?![0-9A-Za-z])"
)
_DOTTED = re.compile(rf"(?<![0-9.])[0-9]{{2}}[./][0-9]{{2}}[./][0-9]{{2}}{_GAP}*[0-9]{{4}}(?![0-9])")
_MANY_DIGITS = re.compile(rf"[0-9](?:[0-9]|{_GAP}){{4,}}[0-9](?:[{_DASH}][0-9A-Za-z]{{1,4}})?")
_SIGNS = re.compile(rf"{_GAP}+|[./]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})
HIDDEN = "••••"


def plain(text: str) -> str:
    """One line of visible signs: digits of any script as 0-9, white space folded, controls and invisibles gone."""
    visible = (sign for sign in text if sign.isspace() or unicodedata.category(sign) not in _UNSEEN)
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
    """*text* as ``plain``, and everything hidden that is a national number, or a mistyped one: six digits or more."""
    return _MANY_DIGITS.sub(HIDDEN, _DOTTED.sub(HIDDEN, _NUMBER.sub(HIDDEN, plain(text))))


def redact_key(key: str) -> str:
    """A key of ours, which may hold many digits, as ``plain``; hidden when a national number was typed for it."""
    return HIDDEN if national_in(key) else plain(key)
