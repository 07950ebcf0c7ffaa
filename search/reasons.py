"""Why a citizen was found: names, codes and lines with the words searched for marked."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from schemas.search import FoundBy
from search.citations import citation_keys, citation_number
from search.folding import fold, kle_words, marked, words_of
from search.similar import is_similar

_MOST_LINES = 3


@dataclass(frozen=True)
class Line:
    """An entry, within the access filter, that holds a word searched for."""

    kind: str
    text: str
    unit: str | None
    kle_topic: str | None
    paragraph: str | None
    stemmed: frozenset[str]
    """Words of the text that match by their stem, casefolded."""


def reasons(
    name: str, area_names: Collection[str], lines: Sequence[Line], folded: Collection[str]
) -> Iterator[FoundBy]:
    """The names, the codes and a few lines, each if it holds one of the *folded* words searched for.

    *area_names* are those of areas that are open; a few of them are told.
    """
    yield from _by_name([name], folded)
    yield from islice(_by_name(sorted(set(area_names)), folded), _MOST_LINES)
    yield from _by_code(lines, folded)
    stems: dict[tuple[str, str], set[str]] = {}
    for line in lines:
        stems.setdefault((line.kind, line.text), set()).update(line.stemmed)
    matches = (
        FoundBy(field=kind, highlight=marked(text, lambda word: word.casefold() in words or fold(word) in exact))  # noqa: B023  called at once
        for (kind, text), words in stems.items()
        for exact in (_exact(text, folded),)
    )
    # A line found by its unit or its KLE number alone has no word marked; that reason stands above.
    yield from islice((match for match in matches if any(is_match for _, is_match in match.highlight)), _MOST_LINES)


def _by_name(names: Sequence[str], folded: Collection[str]) -> Iterator[FoundBy]:
    """The names that a word begins, and those that are similar to a word that begins none of them."""
    starts = tuple(folded)
    words = {fold(word) for name in names for word in words_of(name)}
    missing = [typed for typed in folded if not any(word.startswith(typed) for word in words)]
    for name in names:
        highlight = marked(name, lambda word: fold(word).startswith(starts))
        if any(is_match for _, is_match in highlight):
            yield FoundBy(field="name", highlight=highlight)
        almost = marked(name, lambda word: any(is_similar(typed, fold(word)) for typed in missing))
        if any(is_match for _, is_match in almost):
            yield FoundBy(field="similar_name", highlight=almost)


def _exact(text: str, folded: Collection[str]) -> set[str]:
    """The folded words to mark in the text: those searched for, and the numbers of its paragraphs searched for."""
    return {*folded, *(citation_number(key) for key in citation_keys(text) if key in folded)}


def _by_code(lines: Sequence[Line], folded: Collection[str]) -> Iterator[FoundBy]:
    """The units, paragraphs and KLE topics of the lines that hold a word searched for."""
    coded = {
        "unit": [line.unit for line in lines],
        "paragraph": [line.paragraph for line in lines],
    }
    for field, texts in coded.items():
        for text in dict.fromkeys(filter(None, texts)):
            exact = _exact(text, folded)
            highlight = marked(text, lambda word: fold(word) in exact)  # noqa: B023  called at once
            if any(is_match for _, is_match in highlight):
                yield FoundBy(field=field, highlight=highlight)
    for topic in dict.fromkeys(line.kle_topic for line in lines if line.kle_topic):
        if not set(folded).isdisjoint(kle_words(topic)):
            yield FoundBy(field="kle_topic", highlight=((topic, True),))
