"""How much an index holds of one citizen, and documents cut to that. Pure, and the same for every implementation.

The engines have limits: OpenSearch takes 10,000 nested objects in a document, terms of 32,766 bytes and requests of
100 MB; PostgreSQL takes 2,704 bytes in a key of an index and 1 MB in a ``tsvector``. A document beyond them would be
refused whole, however often it is written. So it is cut before: the citizen is found by name, numbers and the newest
entries, and the page is served from the store where the overview itself is too large.
"""

from collections.abc import Sequence
from datetime import date

from schemas.search import AreaName, SearchDocument, SearchEntry, UnitGrant

MOST_ENTRIES = 8_000
MOST_GRANTS = 1_000
MOST_AREA_NAMES = 200
"""With the entries fewer than the nested objects OpenSearch takes by default."""
MOST_DIGESTS = 5_000
LONGEST_NAME = 300
LONGEST_LABEL = 500
"""Characters of a unit's name, a paragraph, a KLE topic."""
LONGEST_TEXT = 4_000
"""Characters of an entry's text."""
LONGEST_KEY = 500
"""Characters of an id or a digest. A longer one is left out: cut, it could be somebody else's."""
LONGEST_WORD = 250
"""Characters of a folded word of a name; folding can make a word several times longer."""
MOST_CHARACTERS = 4_000_000
"""Of all entries together; an index stores them about three times, as text, words and stems."""
LONGEST_OVERVIEW = 10_000_000
BARE_ENTRIES = BARE_GRANTS = 50


def cut(document: SearchDocument) -> SearchDocument:
    """The document itself if an index takes it whole, else as much of it as one takes, with ``is_cut`` set."""
    parts = {
        "name": _shortened(document.name, LONGEST_NAME),
        "area_names": _names(document.area_names),
        "identifier_digests": _digests(document.identifier_digests),
        "entries": _entries(document.entries),
        "unit_grants": _grants(document.unit_grants, MOST_GRANTS),
        "overview": document.overview if len(document.overview) <= LONGEST_OVERVIEW else "",
    }
    changed = {field: value for field, value in parts.items() if value is not getattr(document, field)}
    return document.model_copy(update={**changed, "is_cut": True}) if changed else document


def bare(document: SearchDocument) -> SearchDocument:
    """The least that makes a citizen findable; for an index that refused even the cut document."""
    fitting = cut(document)
    return fitting.model_copy(
        update={
            "area_names": fitting.area_names[:BARE_ENTRIES],
            "entries": _newest(fitting.entries, BARE_ENTRIES, MOST_CHARACTERS),
            "unit_grants": _grants(fitting.unit_grants, BARE_GRANTS),
            "overview": "",
            "is_cut": True,
        }
    )


def word_key(word: str) -> str:
    """A folded word as it is stored and searched as a key."""
    return word[:LONGEST_WORD]


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most]


def _names(names: tuple[AreaName, ...]) -> tuple[AreaName, ...]:
    if len(names) <= MOST_AREA_NAMES and all(len(each.name) <= LONGEST_NAME for each in names):
        return names
    return tuple(each.model_copy(update={"name": each.name[:LONGEST_NAME]}) for each in names[:MOST_AREA_NAMES])


def _digests(digests: tuple[str, ...]) -> tuple[str, ...]:
    if len(digests) <= MOST_DIGESTS and all(len(digest) <= LONGEST_KEY for digest in digests):
        return digests
    return tuple(digest for digest in digests if len(digest) <= LONGEST_KEY)[:MOST_DIGESTS]


def _entries(entries: tuple[SearchEntry, ...]) -> tuple[SearchEntry, ...]:
    fitting = entries
    if not all(map(_fits, entries)):
        fitting = tuple(_shortened_entry(entry) for entry in entries if len(entry.entry_id) <= LONGEST_KEY)
    if len(fitting) <= MOST_ENTRIES and sum(map(_characters, fitting)) <= MOST_CHARACTERS:
        return fitting
    return _newest(fitting, MOST_ENTRIES, MOST_CHARACTERS)


def _newest(entries: Sequence[SearchEntry], most: int, characters: int) -> tuple[SearchEntry, ...]:
    """The entries that end last, in their order: what is still going on comes before what is over."""
    chosen: set[int] = set()
    for index in sorted(range(len(entries)), key=lambda index: _recency(entries[index]), reverse=True):
        characters -= _characters(entries[index])
        if len(chosen) == most or characters < 0:
            break
        chosen.add(index)
    return tuple(entry for index, entry in enumerate(entries) if index in chosen)


def _grants(grants: tuple[UnitGrant, ...], most: int) -> tuple[UnitGrant, ...]:
    if len(grants) <= most and all(len(grant.unit_id) <= LONGEST_KEY for grant in grants):
        return grants
    fitting = [grant for grant in grants if len(grant.unit_id) <= LONGEST_KEY]
    return tuple(sorted(fitting, key=_recency, reverse=True)[:most])


def _recency(dated: SearchEntry | UnitGrant) -> tuple[date, date]:
    return dated.valid.end or date.max, dated.valid.start or date.min


def _fits(entry: SearchEntry) -> bool:
    labels = (entry.unit, entry.paragraph, entry.kle_topic)
    return (
        len(entry.text) <= LONGEST_TEXT
        and len(entry.entry_id) <= LONGEST_KEY
        and all(label is None or len(label) <= LONGEST_LABEL for label in labels)
    )


def _shortened_entry(entry: SearchEntry) -> SearchEntry:
    if _fits(entry):
        return entry
    labels = {"unit": entry.unit, "paragraph": entry.paragraph, "kle_topic": entry.kle_topic}
    shortened = {name: label and label[:LONGEST_LABEL] for name, label in labels.items()}
    return entry.model_copy(update={"text": entry.text[:LONGEST_TEXT], **shortened})


def _characters(entry: SearchEntry) -> int:
    return len(entry.text) + len(entry.unit or "") + len(entry.paragraph or "")
