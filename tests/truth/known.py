"""Where the pages are known to differ from the truth, in one place, each with the sentence that says why.

Each is strict: a difference that no entry here names fails the truth test, and so does an entry that names nothing any
more. Who mends a page removes its entry.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.truth.facts import NOTHING
from tests.truth.walking import PageDifference

CONFLICTS = frozenset({"Tove Iversen", "Zeynep Yılmaz"})


@dataclass(frozen=True)
class Known:
    """A kind of difference that is known."""

    key: str
    why: str
    """What the page should do."""
    is_meant: Callable[[PageDifference], bool]
    is_rare: bool = False
    """It occurs among many citizens at all dates only: the small walk need not meet it."""


def _rule(seen: PageDifference, *rules: str) -> bool:
    return seen.difference.rule in rules


def _is_other_person(seen: PageDifference) -> bool:
    rules = ("head.name", "head.age", "head.disagree", "api.name", "api.born", "column.name", "column.age")
    is_by_name = seen.citizen == "Tove Iversen" and seen.difference.rule.startswith(("column.", "api.", "moments."))
    return seen.citizen in CONFLICTS and (is_by_name or _rule(seen, *rules))


def _names_too_few(seen: PageDifference) -> bool:
    said, true = (set(words.split(" + ")) for words in (seen.difference.page, seen.difference.truth))
    return _rule(seen, "notes.about", "rows.about", "lanes.point") and said < true


def _is_a_day_late(seen: PageDifference) -> bool:
    said, true = seen.difference.page.split(" + "), seen.difference.truth.split(" + ")
    if not _rule(seen, "lanes.bar", "moments.effort", "rows.end", "course.ended.on") or len(said) != len(true):
        return False
    pairs = [(page, truth) for page, truth in zip(said, true, strict=True) if page != truth]
    return all("i gang" not in pair and _day(pair[0]) - _day(pair[1]) == timedelta(days=1) for pair in pairs)


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return date.min


def _is_false_calm(seen: PageDifference) -> bool:
    difference = seen.difference
    return difference.truth in {"yes", "withheld", "partly withheld"} and _rule(
        seen, "notes.withheld", "column.notes", "strengths.none"
    )


def _is_locked_out(seen: PageDifference) -> bool:
    difference = seen.difference
    missing = (
        difference.rule in {"search.hit", "search.age", "search.right", "search.born"} and difference.page == NOTHING
    )
    fewer = difference.rule == "search.count" and int(difference.page) < int(difference.truth)
    return (difference.rule == "open" and difference.page.startswith("asks for a reason: override")) or missing or fewer


KNOWN = (
    Known(
        "wrong person",
        "Where sources disagree on name or birth date under one number, every role that may open the page reads that"
        " they disagree, and the name that agrees with the number's birth date is the headline.",
        _is_other_person,
    ),
    Known(
        "about everybody",
        "Notifications name everyone they are about, on each one's page.",
        _names_too_few,
    ),
    Known(
        "unborn",
        "A notification about an expectant mother says that it is about her unborn child.",
        lambda seen: _rule(seen, "notes.about", "rows.about", "lanes.point") and "ufødte" in seen.difference.truth,
    ),
    Known(
        "false calm",
        "A section that is partly withheld says so, without telling whether there is anything.",
        _is_false_calm,
    ),
    Known(
        "gap without a source",
        "An area to which no source is connected is not covered, whoever looks; it is not withheld.",
        lambda seen: (
            _rule(seen, "now.gap", "api.section")
            and (seen.difference.page, seen.difference.truth) == ("withheld", "not_covered")
        ),
    ),
    Known(
        "nothing followed",
        "What followed is said of the area that is known ('Socialforvaltningen satte ingen indsats i gang'), and"
        " where the half year has not passed, how old the notification is.",
        lambda seen: (
            _rule(seen, "notes.outcome", "moments.outcome", "rows.outcome", "notes.followed")
            and "of any area" in seen.difference.page
        ),
    ),
    Known(
        "red for what is not late",
        "Only what is late, or about to be, is red.",
        lambda seen: _rule(seen, "notes.red") and seen.difference.truth == NOTHING,
    ),
    Known(
        "named but locked out",
        "The responsible worker and the case-holding authority named by a source count as a working relation.",
        _is_locked_out,
    ),
    Known(
        "drawn on no page",
        "Contacts and plans are shown where they belong.",
        lambda seen: _rule(seen, "rows.other") and seen.difference.page == NOTHING,
    ),
    Known(
        "last day",
        "An inclusive end is shown as the last day everywhere; pages show a day too many.",
        _is_a_day_late,
    ),
    Known(
        "two full stops",
        "No '30. aug..' at the end of a sentence.",
        lambda seen: _rule(seen, "dates.form") and ".." in seen.difference.page,
    ),
    Known(
        "machine dates",
        "No ISO dates: a birth date on which sources disagree is said as other days are.",
        lambda seen: _rule(seen, "dates.form") and ".." not in seen.difference.page,
    ),
    Known(
        "moved away",
        "An address from which a source says the citizen has moved away is not shown as the citizen's.",
        lambda seen: _rule(seen, "head.address") and seen.difference.truth == NOTHING,
    ),
    Known(
        "twins",
        "Hits show what tells them apart: the birth date.",
        lambda seen: _rule(seen, "search.born"),
    ),
    Known(
        "whom the reason is for",
        "The page that asks for a reason names whom it is about.",
        lambda seen: _rule(seen, "reason.name"),
    ),
    Known(
        "nothing new",
        "'Intet nyt' is said only to those who have looked.",
        lambda seen: _rule(seen, "mine.news") and seen.difference.page == "intet nyt",
    ),
    Known(
        "goals of every state",
        "Goals are shown at every state (unchanged, worse, better), not only when they are reached.",
        lambda seen: _rule(seen, "strengths.goal") and seen.difference.page == NOTHING,
    ),
    Known(
        "relative without a name",
        "A relative of whom only the other's record tells is named as on the relative's own page.",
        lambda seen: _rule(seen, "head.relative") and seen.difference.subject == "navn ikke oplyst",
        is_rare=True,
    ),
    Known(
        "relative told by two sources",
        "A relative whom a shown area's source tells of is shown, also when the newest statement is another area's.",
        lambda seen: _rule(seen, "head.relative", "column.left_out") and seen.difference.page == NOTHING,
    ),
)


def known_of(seen: PageDifference) -> Known | None:
    """The entry that names the difference; None: nobody knows of it."""
    return next((known for known in KNOWN if known.is_meant(seen)), None)
