"""What only employment tells: target group, next interview, absence, deadlines, who is no longer ours. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from hub.web.citizen import texts
from hub.web.shell.dates import capital, day_text, within
from schemas.codes import Coded, danish_label
from schemas.facts import AuthorityFact, ContactFact, DeadlineFact, JobAbsenceFact, TargetGroupFact
from schemas.overview import Entry
from schemas.record import PartyRole
from schemas.source import Area

OVERDUE_FOR = timedelta(days=30)
"""So long a deadline that has passed and was not said to be met stays on the overview."""


class Subject(NamedTuple):
    """A citizen, as one source speaks of them."""

    source: str
    citizen_id: UUID | None


def subject_of(entry: Entry) -> Subject:
    """Whom an entry is about, by its source."""
    party = next((party for party in entry.parties if party.role is PartyRole.PRIMARY), None)
    return Subject(entry.provenance.source, party.citizen_id if party else None)


def not_ours(entries: Iterable[Entry], today: date) -> frozenset[Subject]:
    """Of whom which source says that they are no longer ours."""
    return frozenset(
        subject_of(entry) for entry in entries if isinstance(entry.fact, AuthorityFact) and entry.valid.contains(today)
    )


def remarks(entries: Iterable[Entry], today: date) -> Mapping[Subject, str]:
    """Target group and next interview of each citizen, in one line."""
    groups: dict[Subject, str] = {}
    interviews: dict[Subject, date] = {}
    for entry in entries:
        subject, start = subject_of(entry), entry.valid.start
        if isinstance(entry.fact, TargetGroupFact) and entry.valid.contains(today):
            groups[subject] = f"Målgruppe: {within(_words(entry.fact.target_group, today))}"
        elif isinstance(entry.fact, ContactFact) and entry.area is Area.EMPLOYMENT and start and start >= today:
            interviews[subject] = min(interviews.get(subject, start), start)
    next_interviews = {subject: f"Næste samtale: {day_text(day)}" for subject, day in interviews.items()}
    subjects = [*groups, *(subject for subject in next_interviews if subject not in groups)]
    return {
        subject: " · ".join(part for part in (groups.get(subject), next_interviews.get(subject)) if part)
        for subject in subjects
    }


def employment_text(entry: Entry, today: date) -> tuple[str, str] | None:
    """Title and state of what is no effort, contact or plan; None of anything else."""
    start = entry.valid.start
    match entry.fact:
        case TargetGroupFact() as fact:
            since = f"siden {day_text(start)}" if start else "siden hvornår er ikke oplyst"
            return f"Målgruppe: {within(_words(fact.target_group, today))}", since
        case JobAbsenceFact() as fact:
            last = entry.valid.last_day
            until = f" til {day_text(last)}" if last else ""
            word = "fra" if last else "siden"
            when = f"{word} {day_text(start)}{until}" if start else "tiden er ikke oplyst"
            return f"Fravær: {within(_words(fact.absence, today))}", when
        case DeadlineFact() as fact:
            return f"Frist: {within(fact.title)}", _deadline_text(fact, start, today)
        case AuthorityFact():
            return texts.NOT_OURS, f"oplyst {day_text(start)}. {texts.NOT_OURS_KEPT}" if start else texts.NOT_OURS_KEPT
    return None


def is_current(entry: Entry, today: date) -> bool:
    """Whether it stands on the overview: what holds today, and a deadline until it was met or is long past."""
    if not isinstance(entry.fact, DeadlineFact):
        return entry.valid.contains(today)
    day = entry.valid.start
    if day is None or entry.fact.is_met:
        return False
    return today - OVERDUE_FOR <= day


def _deadline_text(fact: DeadlineFact, day: date | None, today: date) -> str:
    if day is None:
        return "dagen er ikke oplyst"
    if fact.is_met:
        return f"{day_text(day)}, overholdt"
    if day >= today:
        return f"senest {day_text(day)}"
    if fact.is_met is False:
        return f"var {day_text(day)}, ikke overholdt"
    return f"var {day_text(day)}; kilden siger ikke, om den blev overholdt"


def _words(coded: Coded, today: date) -> str:
    return capital(coded.label or danish_label(coded, today))
