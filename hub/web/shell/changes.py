"""How a change is worded, on every page. Pure."""

from collections.abc import Iterable
from datetime import date, datetime

from hub.clock import danish_day
from hub.overview.changes import Change, ChangeKind
from hub.web.shell import texts
from hub.web.shell.dates import capital, listed, of_day, of_moment, within
from hub.web.shell.people import FirstNames, sender
from schemas.codes import danish_label
from schemas.facts import (
    AbsenceFact,
    AuthorityFact,
    CaseFact,
    ConcernNotificationFact,
    ContactFact,
    DeadlineFact,
    EffortFact,
    EnrolmentFact,
    GoalFact,
    GoalKind,
    JobAbsenceFact,
    PlanFact,
    Progress,
    TargetGroupFact,
)
from schemas.overview import Entry

STEPS = frozenset({GoalKind.GOAL, GoalKind.SUB_GOAL})
"""Goals, and steps on the way to one."""


def change_text(change: Change, names: FirstNames, now: datetime) -> str | None:
    """The change in words; None: nothing is said of such an entry.

    What a source tells no longer is said as that: silence is no new statement.
    """
    if change.kind is not ChangeKind.CHANGED or not change.wiped:
        return _statement_text(change, names, now)
    wiped = f"ikke længere oplyst af kilden: {wiped_text(change.wiped)}"
    rest = tuple(field for field in change.fields if field not in change.wiped)
    text = _statement_text(change.model_copy(update={"fields": rest}), names, now)
    if rest or text is None:
        return text and f"{text}; {wiped}"
    return capital(f"{wiped} · {entry_text(change.entry, names)}")


def _statement_text(change: Change, names: FirstNames, now: datetime) -> str | None:
    entry, description = change.entry, entry_text(change.entry, names)
    bare = entry_text(change.entry, names, labelled=False)
    match entry.fact:
        case ConcernNotificationFact() as fact:
            received = fact.received_at
            when = of_moment(received, now) if fact.received_has_time else of_day(danish_day(received))
            return f"{texts.NOTIFICATION_CHANGE[change.kind]} {description}, {when.text}"
        case GoalFact() as fact if change.kind is not ChangeKind.GONE:
            return f"{_goal_word(fact, change)}: {bare}"
        case EffortFact(status=status) if change.kind is ChangeKind.CHANGED:
            return f"Ændret: {description} ({texts.EFFORT_STATUS[status]})"
        case fact if description is not None:
            if change.kind is ChangeKind.NEW:
                return f"{texts.NEW[fact.kind]}: {bare}"
            return f"{texts.CHANGE[change.kind]}: {description}"
    return None


def _goal_word(goal: GoalFact, change: Change) -> str:
    if is_reached(goal):
        return "Mål nået"
    if change.fields and "text" not in change.fields:
        return texts.GOAL_NOTE_CHANGED[goal.goal]
    return texts.GOAL_CHANGE[goal.goal][change.kind is ChangeKind.NEW]


def wiped_text(fields: Iterable[str]) -> str:
    """The fields that a source tells no longer, in words; each word once."""
    return listed(list(dict.fromkeys(texts.FIELD.get(field, texts.FIELD_OTHER) for field in fields)))


def entry_text(entry: Entry, names: FirstNames, *, labelled: bool = True) -> str | None:
    """What the entry is, within a sentence: "familiebehandling for Ida"; None: nothing is said of such an entry.

    *labelled*: with what it is, where its words alone do not say it: "borgerens ord ”Jeg vil flytte” (Maria)".
    """
    match entry.fact:
        case ConcernNotificationFact() as fact:
            return f"underretning fra {within(sender(fact))} om {names.concerned(entry)}"
        case EffortFact(title=title) | PlanFact(title=title) | CaseFact(title=title) | ContactFact(title=title):
            return named(title, entry, names)
        case GoalFact(text=str(text)):
            person = names.subject(entry)
            words = f"{texts.GOAL[entry.fact.goal]} ”{text}”" if labelled else text
            return f"{words} ({person})" if person else words
        case EnrolmentFact(group=group, school=school):
            return named(f"{group} på {school.name}" if group else school.name, entry, names)
        case AbsenceFact(quarter=quarter, year=year):
            return named(f"fravær i {quarter}. kvartal {year}", entry, names)
    return _employment_text(entry, names, labelled=labelled)


def _employment_text(entry: Entry, names: FirstNames, *, labelled: bool) -> str | None:
    match entry.fact:
        case TargetGroupFact(target_group=coded) | JobAbsenceFact(absence=coded) as fact:
            words = within(coded.label or danish_label(coded, entry.valid.start or date.max))
            return named(f"{texts.LABEL[fact.kind]} ”{words}”" if labelled else words, entry, names)
        case DeadlineFact(title=title) as fact:
            return named(f"{texts.LABEL[fact.kind]} ”{within(title)}”" if labelled else title, entry, names)
        case AuthorityFact():
            return named("ikke længere vores borger", entry, names)
    return None


def named(title: str, entry: Entry, names: FirstNames) -> str:
    """The title within a sentence, and for whom when that is another than the one whose page it is."""
    person = names.subject(entry)
    return f"{within(title)} for {person}" if person else within(title)


def is_reached(goal: GoalFact) -> bool:
    """Whether it is a goal, or a step on the way to one, that was reached."""
    return goal.progress is Progress.REACHED and goal.goal in STEPS
