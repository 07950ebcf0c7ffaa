"""Names spelled almost alike, and paragraphs as they are cited: the rules by themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.citations import citation_keys, split_citations
from search.folding import fold
from search.parsing import typed_words
from search.similar import LONGEST, edits_forgiven, forms, is_similar, keys, variants

WORDS = st.text("abcdehjkpst", min_size=1, max_size=12)
LETTERS = st.sampled_from("abcdehjkpstz")


def _edited(data: st.DataObject, word: str) -> str:
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(LETTERS)
    return data.draw(
        st.sampled_from(
            [
                word[:place] + letter + word[place:],
                word[:place] + letter + word[place + 1 :],
                word[:place] + word[place + 1 :],
                word[:place] + word[place : place + 2][::-1] + word[place + 2 :],
            ]
        )
    )


@given(name=WORDS, data=st.data())
def test_a_name_is_similar_to_itself_with_as_many_edits_as_are_forgiven(name: str, data: st.DataObject) -> None:
    typed = name
    # Edits of an edited place can undo each other or overlap; one is enough to see, two at most twice one.
    for _ in range(min(edits_forgiven(name), 1)):
        typed = _edited(data, typed)
    assert is_similar(typed, name)


@given(typed=WORDS, name=WORDS)
def test_whoever_is_similar_is_found_by_a_key(typed: str, name: str) -> None:
    if is_similar(typed, name):
        assert not keys(typed).isdisjoint(variants(name))


@given(name=WORDS, data=st.data())
def test_two_edits_of_a_long_name_are_found_by_a_key(name: str, data: st.DataObject) -> None:
    name = (name * 8)[:9]
    typed = _edited(data, _edited(data, name))
    if is_similar(typed, name):
        assert not keys(typed).isdisjoint(variants(name))


@pytest.mark.parametrize(("length", "edits"), [(4, 0), (5, 1), (7, 1), (8, 2), (LONGEST, 2), (LONGEST + 1, 0)])
def test_the_longer_a_name_the_more_is_forgiven(length: int, edits: int) -> None:
    assert edits_forgiven("a" * length) == edits


@pytest.mark.parametrize(
    ("one", "other"),
    [("Kristian", "Christian"), ("Sofie", "Sophie"), ("Carl", "Karl"), ("Viktor", "Victor"), ("Ellen", "Elen")],
)
def test_ways_to_spell_a_name_are_one(one: str, other: str) -> None:
    assert forms(fold(one))[-1] == forms(fold(other))[-1]


@pytest.mark.parametrize("word", ["27.24", "2a", "§serviceloven/52//", ""])
def test_what_is_no_word_of_letters_is_similar_to_nothing(word: str) -> None:
    assert not forms(word)
    assert not is_similar(word, word)


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_paragraphs(text: str) -> None:
    found, _ = split_citations(text)
    assert set(found) <= set(citation_keys(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("servicelovens § 52, stk. 3, nr. 3", ["§serviceloven/52/3/3"]),
        ("barnets lov § 32, stk. 1, nr. 5", ["§barnets_lov/32/1/5"]),
        ("Lov om social service § 85", ["§serviceloven/85//"]),
        ("SEL §107", ["§serviceloven/107//"]),
        ("§ 52 a, stk. 2", ["§/52a/2/"]),
        ("§ 52 i huset", ["§/52//", "i", "huset"]),
        ("§ 27.24", ["27.24"]),
        ("Maja § 11", ["§/11//", "maja"]),
        ("hansel 52", ["hansel", "52"]),
        ("serviceloven", ["serviceloven"]),
        ("stk. 3", ["stk", "3"]),
    ],
)
def test_a_cited_paragraph_is_one_word(text: str, words: list[str]) -> None:
    assert list(typed_words(text)) == words
