"""What somebody typed, and what a citizen is found by, as words: the same for every implementation. Pure."""

from collections.abc import Sequence
from functools import lru_cache

from schemas.search import SearchEntry
from search.citations import citation_keys, split_citations
from search.folding import fold, folded_words, kle_words, without_controls, words_of
from search.limits import word_key


def typed_words(text: str) -> dict[str, str]:
    """The words to look for: folded, to as written. A paragraph is one word, its key, and has nothing written."""
    citations, rest = split_citations(text)
    words = {folded: without_controls(word) for word in words_of(rest) if (folded := fold(word))}
    return dict.fromkeys(citations, "") | words


def name_words(name: str) -> list[str]:
    """The folded words of a name, as they are stored."""
    return list(dict.fromkeys(map(word_key, folded_words(name))))


def entry_words(entry: SearchEntry) -> tuple[Sequence[str], str]:
    """The folded words and the keys an entry is found by, and the words of its text as written, to be stemmed."""
    return _entry_words(entry.text, entry.unit, entry.paragraph, entry.kle_topic)


# Most lines are put together of a title out of a few hundred, a unit and a paragraph.
@lru_cache(maxsize=20_000)
def _entry_words(
    text: str, unit: str | None, paragraph: str | None, kle_topic: str | None
) -> tuple[tuple[str, ...], str]:
    words = folded_words(" ".join(filter(None, (text, unit, paragraph))))
    topics = kle_words(kle_topic) if kle_topic else []
    citations = citation_keys(" ; ".join(filter(None, (text, paragraph))))
    return (*words, *topics, *citations), " ".join(words_of(text))
