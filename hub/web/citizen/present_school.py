"""School and class, and absence per quarter with the lines of the law. Pure.

A quarter is told with its facts: days, share and line. No sum over quarters, no order by share.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from hub.rules.register import law_limit
from hub.web.citizen.page import ContactRow
from hub.web.citizen.page_data import PageData
from hub.web.citizen.present_contest import contest_words, with_note
from hub.web.citizen.present_efforts import person, source_line
from hub.web.shell import texts as shared
from hub.web.shell.dates import capital, listed
from schemas.facts import AbsenceFact, AbsenceKind, EnrolmentFact
from schemas.overview import Entry

LINES = tuple(int(law_limit(rule)) for rule in ("absence_unlawful_15", "absence_unlawful_10"))
"""Percent of unlawful absence in a quarter from which the school notifies the municipality, and warns the parents."""
QUARTERS_SHOWN = 4
"""Latest quarters of each child; the timeline has all."""
_WORDS = {
    AbsenceKind.UNLAWFUL: "ulovligt fravær",
    AbsenceKind.SICK: "sygefravær",
    AbsenceKind.PERMITTED: "fravær med tilladelse",
    AbsenceKind.LATE: "for sent fremmøde",
}
Quarter = tuple[int, int]


def class_rows(entries: Sequence[Entry], data: PageData) -> tuple[ContactRow, ...]:
    """Each child's school and class today."""
    return tuple(
        _row(entry, enrolment_title(entry.fact), enrolment_text(entry.fact), data)
        for entry in entries
        if isinstance(entry.fact, EnrolmentFact) and entry.valid.contains(data.today)
    )


def class_lines(entries: Sequence[Entry], today: date) -> tuple[str, ...]:
    """The same of one person, as sentences."""
    return tuple(
        with_note(f"{enrolment_title(entry.fact)}, {enrolment_text(entry.fact)}", entry)
        for entry in entries
        if isinstance(entry.fact, EnrolmentFact) and entry.valid.contains(today)
    )


def absence_rows(entries: Sequence[Entry], data: PageData) -> tuple[ContactRow, ...]:
    """Each child's latest quarters of absence."""
    rows = []
    for child in dict.fromkeys(_subject(entry) for entry in entries if isinstance(entry.fact, AbsenceFact)):
        quarters = _by_quarter(entries, child)[:QUARTERS_SHOWN]
        lines = tuple(f"{quarter_text(*quarter)}: {absence_text(own, data.today)}" for quarter, own in quarters)
        row = _row(quarters[0][1][0], "Fravær", "", data)
        contested = contest_words((entry for _, own in quarters for entry in own), data)
        rows.append(replace(row, lines=lines, source=replace(row.source, contested=contested)))
    return tuple(rows)


def quarter_text(year: int, quarter: int) -> str:
    """As people say it."""
    return f"{quarter}. kvartal {year}"


def enrolment_title(fact: EnrolmentFact) -> str:
    """Class and school."""
    return capital(f"{fact.group} på {fact.school.name}" if fact.group else fact.school.name)


def enrolment_text(fact: EnrolmentFact) -> str:
    """Grade and school year."""
    grade = {None: "", "0": "børnehaveklasse"}.get(fact.grade, f"{fact.grade}. klasse")
    year = f"skoleåret {fact.school_year}" if fact.school_year else ""
    return " i ".join(part for part in (grade, year) if part) or "går på skolen"


def absence_text(entries: Sequence[Entry], today: date) -> str:
    """One child's absence in one quarter, the unlawful first, with the line that it has reached."""
    facts = sorted(
        ((entry, entry.fact) for entry in entries if isinstance(entry.fact, AbsenceFact)),
        key=lambda each: list(_WORDS).index(each[1].absence),
    )
    parts = [absence_share(fact) for _, fact in facts]
    until_now = "indtil nu " if any(entry.valid.contains(today) for entry, _ in facts) else ""
    is_partial = any(flag.rule == "quarter_incomplete" for entry, _ in facts for flag in entry.quality)
    partial = "; vi har ikke læst hele kvartalet" if is_partial else ""
    return f"{until_now}{listed(parts)}{partial}"


def absence_share(fact: AbsenceFact) -> str:
    """Kind, days and share, and the line of the law that it has reached."""
    days = f"{fact.days:g}".replace(".", ",")
    text = f"{_WORDS[fact.absence]} {percent_text(fact.percent)} % ({days} af {fact.school_days:g} skoledage)"
    line = next((line for line in LINES if fact.percent >= line), None)
    if fact.absence is not AbsenceKind.UNLAWFUL or line is None:
        return text
    where = "lige på" if fact.percent == line else "over"
    return f"{text}, {where} grænsen på {line} %"


def percent_text(percent: float) -> str:
    """As people write it, with at most one decimal."""
    tenths = int(10 * percent + 1e-9)  # cut, not rounded: 14,96 is not 15
    return f"{tenths // 10},{tenths % 10}".removesuffix(",0")


def school_words(entry: Entry, today: date) -> tuple[str, str] | None:
    """Title and state of a class or of absence, for the timeline; None of anything else."""
    match entry.fact:
        case EnrolmentFact() as fact:
            return enrolment_title(fact), enrolment_text(fact)
        case AbsenceFact() as fact:
            return f"Fravær i {quarter_text(fact.year, fact.quarter)}", absence_text([entry], today)
    return None


def crosses_line(entry: Entry) -> bool:
    """Whether it is unlawful absence from a line of the law on."""
    fact = entry.fact
    return isinstance(fact, AbsenceFact) and fact.absence is AbsenceKind.UNLAWFUL and fact.percent >= min(LINES)


def _by_quarter(entries: Iterable[Entry], child: object) -> list[tuple[Quarter, list[Entry]]]:
    """The quarters of one child, newest first."""
    quarters: dict[Quarter, list[Entry]] = {}
    for entry in entries:
        if isinstance(entry.fact, AbsenceFact) and _subject(entry) == child:
            quarters.setdefault((entry.fact.year, entry.fact.quarter), []).append(entry)
    return sorted(quarters.items(), key=lambda each: each[0], reverse=True)


def _subject(entry: Entry) -> object:
    return entry.parties[0].citizen_id if entry.parties else None


def _row(entry: Entry, title: str, text: str, data: PageData) -> ContactRow:
    responsible = entry.fact.responsible if isinstance(entry.fact, EnrolmentFact) else None
    return ContactRow(
        area=entry.area,
        area_name=shared.AREA[entry.area],
        title=title,
        about=data.names.subject(entry),
        text=text,
        who=person(responsible) if responsible and (responsible.unit or responsible.worker) else None,
        source=source_line(entry, data),
    )
