"""That a line is contested: in the citizen's words where they may be seen, else the mark alone. Pure."""

from collections.abc import Iterable

from hub.clock import danish_day
from hub.web.citizen import texts
from hub.web.citizen.page_data import PageData
from hub.web.shell import texts as shared
from hub.web.shell.dates import capital, day_text
from schemas.overview import Entry


def contest_words(entries: Iterable[Entry], data: PageData) -> str | None:
    """Who contests these lines, since when and with which words; None: nobody does.

    Of another citizen whom a line is about too the words are told only where that one's page is shown here as well.
    """
    sentences = dict.fromkeys(sentence for entry in entries if (sentence := _sentence(entry, data)))
    return " ".join(sentences) or None


def contest_note(entries: Iterable[Entry]) -> str | None:
    """The mark alone, where there is no room for words; the oldest of several."""
    marks = [entry.contested for entry in entries if entry.contested]
    if not marks:
        return None
    oldest = min(marks, key=lambda mark: mark.since)
    words = texts.CONTEST_NOTE_UPHELD if all(mark.is_upheld for mark in marks) else texts.CONTEST_NOTE
    return words.format(day=day_text(danish_day(oldest.since)))


def with_note(line: str, entry: Entry) -> str:
    """The line with the mark after it."""
    note = contest_note([entry])
    return f"{line}. {note}" if note else line


def _sentence(entry: Entry, data: PageData) -> str | None:
    if entry.contested is None:
        return None
    marked = next(
        (
            (person, each.contested)
            for person in data.people
            for each in person.entries()
            if each.id == entry.id and each.contested and each.contested.words is not None
        ),
        None,
    )
    if marked is None:
        words = texts.CONTEST_OF_OTHER_UPHELD if entry.contested.is_upheld else texts.CONTEST_OF_OTHER
        return words.format(day=day_text(danish_day(entry.contested.since)))
    person, mark = marked
    is_own = person.citizen_id == data.overview.citizen_id
    who = "borgeren" if is_own else data.names.of(person.citizen_id) or "en anden i familien"
    words = shared.CONTEST_UPHELD if mark.is_upheld else shared.CONTESTED
    day = day_text(danish_day(mark.since))
    return capital(words.format(who=who, day=day, words=mark.words))
