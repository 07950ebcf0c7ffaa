"""Text as it is stored and compared: one normalisation for all rooms.

A text that enters is normalised once, by ``normalise_text``: NFC, plain blanks, and without signs that nobody sees or
that a database does not take. ``fold_text`` goes further, for comparing only: two texts that fold alike say the same.
"""

import re
import unicodedata

_LONGEST_ACCENTS = 30
"""So many combining marks may follow one letter (Unicode Standard Annex 15, stream-safe text); more are dropped."""

_BLANKS = re.compile(r"[\t-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # control characters that are no blank
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"  # soft hyphen, marks
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"  # fillers, variation selectors, byte order mark
    "\ufdd0-\ufdef\ufffe\uffff\U0001fffe\U0001ffff"  # no characters
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # format controls, tags
    "\ud800-\udfff]"  # half of a pair: no text can be written with it
)
_JOINERS = frozenset("\u200c\u200d")
_SELECTORS = frozenset(map(chr, range(0xFE00, 0xFE10)))
_KEYCAPS = frozenset("0123456789#*")
_PICTURES = re.compile("[\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")
_JOINED_SCRIPTS = re.compile("[\u0600-\u061b\u061d-\u109f\u1780-\u17b3\u17b6-\u180a\u1810-\u18af]")
"""Arabic, Syriac, Indic and related scripts: there a joiner decides which form a letter takes."""
_DASHES = re.compile("[\\-\u00ad\u02d7\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d]")
_LONG_RUN = re.compile(rf"[\u0300-\U0010ffff]{{{_LONGEST_ACCENTS},}}")
STORABLE = r"^[^\x00-\x1f\x7f-\x9f]*$"
"""``is_storable`` as a pattern of a field; what is half a pair is refused by every field with a pattern."""
_UNSTORABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_PLAIN_JSON = re.compile(r"[ -\[\]-~\xa1-\xac\xae-\u017f]*")


def normalise_text(text: str) -> str:
    """The text in NFC, with plain blanks and without invisible signs, control characters and lone surrogates.

    A joiner or a variation selector stays where it has meaning: between the parts of an emoji, and between letters
    of scripts that need it. Normalising twice changes nothing more.
    """
    if text.isprintable() and (text.isascii() or _is_latin(text)):
        return text
    normal = _composed(_BLANKS.sub(" ", text))
    while _INVISIBLE.search(normal):
        # Again where something was dropped, because its neighbours are neighbours of each other now.
        reduced = _composed(_INVISIBLE.sub(_replacement, normal))
        if reduced == normal:
            break
        normal = reduced
    return normal


def is_plain(json_text: str) -> bool:
    """Whether all texts in a JSON document are normal for certain: letters of Western Europe, and no escapes."""
    return _PLAIN_JSON.fullmatch(json_text) is not None


def loses_content(text: str) -> bool:
    """Whether normalising drops signs, rather than writing the same signs in another way."""
    if text.isprintable() and (text.isascii() or _is_latin(text)):
        return False
    return any(_replacement(match) == "" for match in _INVISIBLE.finditer(_BLANKS.sub(" ", text)))


def is_storable(text: str) -> bool:
    """Whether the text can be an id as it is: it has no control character and no lone surrogate."""
    return text.isprintable() or _UNSTORABLE.search(text) is None


def printable(text: str) -> str:
    """The text with a replacement character for each sign that cannot be stored or printed; for reports about it."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def fold_text(text: str) -> str:
    """For comparing: case, kinds of blank and hyphen, accents' encoding and invisible signs make no difference."""
    normal = normalise_text(text)
    if normal.isascii():
        return " ".join(_DASHES.sub(" ", normal.casefold()).split())
    bare = "".join(sign for sign in normal if sign not in _JOINERS and sign not in _SELECTORS)
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", bare).casefold())
    return " ".join(_DASHES.sub(" ", folded).split())


def without_separators(text: str) -> str:
    """An identifier's characters alone: blanks, hyphens, dashes and invisible signs of every kind are left out."""
    if text.isascii() and text.isalnum():
        return text
    return _DASHES.sub("", "".join(normalise_text(text).split()))


def _is_latin(text: str) -> bool:
    """Whether it has signs of Latin-1 only. If they are printable too, as in most texts, it is normal for certain."""
    return len(text.encode("latin-1", "ignore")) == len(text)


def _replacement(match: re.Match[str]) -> str:
    """What stays of a sign that is usually invisible: itself where its neighbours need it, else nothing."""
    sign, text, place = match.group(), match.string, match.start()
    before = text[place - 1] if place else ""
    after = text[place + 1] if place + 1 < len(text) else ""
    if sign in _SELECTORS:
        return sign if _PICTURES.match(before) or before in _KEYCAPS else ""
    if sign in _JOINERS and _is_needed(text, place, before, after):
        return sign
    return ""


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", _LONG_RUN.sub(_few_accents, text))


def _few_accents(match: re.Match[str]) -> str:
    """Without the marks beyond the limit: ordering a long run of them takes time that grows with its square."""
    signs, run = [], 0
    for sign in match.group():
        run = run + 1 if unicodedata.combining(sign) else 0
        if run <= _LONGEST_ACCENTS:
            signs.append(sign)
    return "".join(signs)


def _is_needed(text: str, place: int, before: str, after: str) -> bool:
    """Whether the joiner stands between two letters of a script with joiners, or between two parts of one emoji."""
    if _JOINED_SCRIPTS.match(before) and _JOINED_SCRIPTS.match(after):
        return True
    if before in _SELECTORS and place > 1:
        before = text[place - 2]
    return bool(_PICTURES.match(before) and _PICTURES.match(after))
