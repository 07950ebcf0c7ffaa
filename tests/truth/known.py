"""Where the pages are known to differ from the truth, in one place, each with the sentence that says why.

Each is strict: a difference that no entry here names fails the truth test, and so does an entry that names nothing any
more. Who mends a page removes its entry.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.truth.facts import NOTHING
from tests.truth.walking import Found

CONFLICTS = frozenset({"Tove Iversen", "Zeynep Yılmaz"})


@dataclass(frozen=True)
class Known:
    """A kind of difference that is known."""

    key: str
    why: str
    """What the page should do."""
    is_meant: Callable[[Found], bool]


def _rule(found: Found, *rules: str) -> bool:
    return found.difference.rule in rules


def _is_other_person(found: Found) -> bool:
    rules = ("head.name", "head.age", "head.disagree", "api.name", "api.born", "column.name", "column.age")
    is_by_name = found.citizen == "Tove Iversen" and found.difference.rule.startswith(("column.", "api.", "moments."))
    return found.citizen in CONFLICTS and (is_by_name or _rule(found, *rules))


def _names_too_few(found: Found) -> bool:
    said, true = (set(words.split(" + ")) for words in (found.difference.page, found.difference.truth))
    return _rule(found, "notes.about", "rows.about", "lanes.point") and said < true


def _is_a_day_late(found: Found) -> bool:
    said, true = found.difference.page.split(" + "), found.difference.truth.split(" + ")
    if not _rule(found, "lanes.bar", "moments.effort", "rows.end", "course.ended.on") or len(said) != len(true):
        return False
    pairs = [(one, other) for one, other in zip(said, true, strict=True) if one != other]
    return all("i gang" not in pair and _day(pair[0]) - _day(pair[1]) == timedelta(days=1) for pair in pairs)


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return date.min


def _is_false_calm(found: Found) -> bool:
    one = found.difference
    return one.truth in {"yes", "withheld", "partly withheld"} and _rule(
        found, "notes.withheld", "column.notes", "strengths.none"
    )


def _is_locked_out(found: Found) -> bool:
    one = found.difference
    missing = one.rule in {"search.hit", "search.age", "search.right", "search.born"} and one.page == NOTHING
    fewer = one.rule == "search.count" and int(one.page) < int(one.truth)
    return (one.rule == "open" and one.page.startswith("asks for a reason: override")) or missing or fewer


def _is_said_twice(found: Found) -> bool:
    parts = found.difference.page.split(", ")
    return _rule(found, "now.responsible", "column.responsible") and len(parts) > len(set(parts))


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
        lambda found: _rule(found, "notes.about", "rows.about", "lanes.point") and "ufødte" in found.difference.truth,
    ),
    Known(
        "false calm",
        "A section that is partly withheld says so, without telling whether there is anything.",
        _is_false_calm,
    ),
    Known(
        "gap without a source",
        "An area to which no source is connected is not covered, whoever looks; it is not withheld.",
        lambda found: (
            _rule(found, "now.gap", "api.section")
            and (found.difference.page, found.difference.truth) == ("withheld", "not_covered")
        ),
    ),
    Known(
        "nothing followed",
        "What followed is said of the area that is known ('Socialforvaltningen satte ingen indsats i gang'), and"
        " where the half year has not passed, how old the notification is.",
        lambda found: (
            _rule(found, "notes.outcome", "moments.outcome", "rows.outcome", "notes.followed")
            and "of any area" in found.difference.page
        ),
    ),
    Known(
        "red for what is not late",
        "Only what is late, or about to be, is red.",
        lambda found: _rule(found, "notes.red") and found.difference.truth == NOTHING,
    ),
    Known(
        "named but locked out",
        "The responsible worker and the case-holding authority named by a source count as a working relation.",
        _is_locked_out,
    ),
    Known(
        "drawn on no page",
        "Contacts and plans are shown where they belong.",
        lambda found: _rule(found, "rows.other") and found.difference.page == NOTHING,
    ),
    Known(
        "last day",
        "An inclusive end is shown as the last day everywhere; pages show a day too many.",
        _is_a_day_late,
    ),
    Known(
        "two full stops",
        "No '30. aug..' at the end of a sentence.",
        lambda found: _rule(found, "dates.form") and ".." in found.difference.page,
    ),
    Known(
        "machine dates",
        "No ISO dates: a birth date on which sources disagree is said as other days are.",
        lambda found: _rule(found, "dates.form") and ".." not in found.difference.page,
    ),
    Known(
        "moved away",
        "An address from which a source says the citizen has moved away is not shown as the citizen's.",
        lambda found: _rule(found, "head.address") and found.difference.truth == NOTHING,
    ),
    Known(
        "which age",
        "When a source was read and how old its newest statement is are two different words.",
        lambda found: _rule(found, "sources.age") and found.difference.page.startswith("?"),
    ),
    Known(
        "twins",
        "Hits show what tells them apart: the birth date.",
        lambda found: _rule(found, "search.born"),
    ),
    Known(
        "whom the reason is for",
        "The page that asks for a reason names whom it is about.",
        lambda found: _rule(found, "reason.name"),
    ),
    Known(
        "nothing new",
        "'Intet nyt' is said only to those who have looked.",
        lambda found: _rule(found, "mine.news") and found.difference.page == "intet nyt",
    ),
    Known(
        "no courses",
        "'0 forløb med 0 borgere' is left out.",
        lambda found: _rule(found, "mine.count") and found.difference.page == "0 with 0",
    ),
    Known(
        "goals of every state",
        "Goals are shown at every state (unchanged, worse, better), not only when they are reached.",
        lambda found: _rule(found, "strengths.goal") and found.difference.page == NOTHING,
    ),
    Known(
        "said twice",
        "A unit that is also named as the worker is said once.",
        _is_said_twice,
    ),
    Known(
        "relative told by two sources",
        "A relative whom a shown area's source tells of is shown, also when the newest statement is another area's.",
        lambda found: _rule(found, "head.relative", "column.left_out") and found.difference.page == NOTHING,
    ),
)


def known_of(found: Found) -> Known | None:
    """The entry that names the difference; None: nobody knows of it."""
    return next((one for one in KNOWN if one.is_meant(found)), None)
