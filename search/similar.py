"""Names that are spelled almost alike. Pure, and the same for every implementation.

A typed word is similar to a name if a few edits make one of the other: a letter added, left out or replaced, or two
neighbours swapped. How many depends on the name's length. Both are also compared in a simpler spelling, so that
``Kristian`` and ``Christian``, ``Sofie`` and ``Sophie`` meet without an edit.
"""

from collections.abc import Iterable
from functools import lru_cache

ONE_EDIT_FROM = 5
TWO_EDITS_FROM = 8
"""Letters of the name."""
MOST_EDITS = 2
LONGEST = 30
"""Letters; of a longer name no edit is forgiven, since the number of its variants grows with the square."""
_SPELLINGS = (
    ("ch", "k"), ("ck", "k"), ("ph", "f"), ("th", "t"), ("kj", "k"), ("gj", "g"), ("ae", "e"),
    ("c", "k"), ("q", "k"), ("w", "v"), ("z", "s"), ("x", "ks"), ("y", "i"), ("j", "i"),
)  # fmt: skip
"""Spellings of the same sound in Danish names, in the order they are applied."""


def edits_forgiven(name: str) -> int:
    """How many edits away from the folded name a typed word may be."""
    if not ONE_EDIT_FROM <= len(name) <= LONGEST:
        return 0
    return 1 if len(name) < TWO_EDITS_FROM else MOST_EDITS


@lru_cache(maxsize=50_000)
def forms(folded: str) -> tuple[str, ...]:
    """The folded word, and its simpler spelling if that is another. Nothing of what has a sign that is no letter."""
    if not folded.isalpha():
        return ()
    simple = folded
    for spelling, simpler in _SPELLINGS:
        simple = simple.replace(spelling, simpler)
    simple = "".join(sign for sign, before in zip(simple, f" {simple}", strict=False) if sign != before)
    return (folded,) if simple == folded else (folded, simple)


def is_similar(typed: str, name: str) -> bool:
    """Whether the folded word *typed* may mean the folded *name*."""
    most = edits_forgiven(name)
    return any(_within(form, other, most) for form in forms(typed) for other in forms(name))


def variants(name: str) -> frozenset[str]:
    """What is stored of a name: a typed word that is similar shares a key with it (``keys``)."""
    most = edits_forgiven(name)
    return frozenset(variant for form in forms(name) for variant in _shortened(form, most))


def keys(typed: str) -> frozenset[str]:
    """What a typed word is looked up by; a name found that way need not be similar."""
    most = MOST_EDITS if len(typed) <= LONGEST + MOST_EDITS else 0
    return frozenset(key for form in forms(typed) for key in _shortened(form, most))


def _shortened(word: str, most: int) -> set[str]:
    """The word with at most so many letters left out."""
    words = {word}
    for _ in range(most):
        words |= {each[:place] + each[place + 1 :] for each in words for place in range(len(each))}
    return words


def _within(word: str, other: str, most: int) -> bool:
    """Whether the optimal string alignment distance is at most *most*."""
    if word == other:
        return True
    if most == 0 or abs(len(word) - len(other)) > most:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, sign in enumerate(word, start=1):
        earlier, before, row = before, row, [place]
        for column, letter in enumerate(other, start=1):
            cost = min(before[column] + 1, row[column - 1] + 1, before[column - 1] + (sign != letter))
            if place > 1 and column > 1 and sign == other[column - 2] and word[place - 2] == letter:
                cost = min(cost, earlier[column - 2] + 1)
            row.append(cost)
    return row[-1] <= most


def similar_names(typed: Iterable[str], names: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of a typed word and a name it is similar to."""
    candidates = list(names)
    return [(word, name) for word in typed for name in candidates if is_similar(word, name)]
