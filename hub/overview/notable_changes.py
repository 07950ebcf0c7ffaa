"""Which kinds of change lie between two versions of an overview: what the team of a citizen is told of. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from hub.clock import danish_day
from hub.overview.efforts import EffortState, effort_state
from hub.overview.point_in_time import ENDED_PLANS
from schemas.alert import AlertKind, NotableChange, record_key
from schemas.facts import (
    AbsenceFact,
    AbsenceKind,
    AuthorityFact,
    ConcernNotificationFact,
    ContactFact,
    ContactState,
    EffortFact,
    PlanFact,
)
from schemas.overview import Entry, Overview
from schemas.people import LifeStatus

NEWS_WITHIN = timedelta(days=31)
"""What happened longer ago is history that a source tells for the first time, and no news."""
SUCCEEDS_WITHIN = timedelta(days=30)
"""An effort of the same area that begins no longer before or after the end takes over from it; so say the rules too."""
ABSENCE_LINES = (10, 15)
"""Percent of unlawful absence in a quarter at which the school warns the parents, and notifies the municipality."""
_RUNS_OR_WILL = frozenset({EffortState.ONGOING, EffortState.PLANNED})
_OVER = frozenset({EffortState.ENDED, EffortState.CANCELLED})


def notable_changes(before: Overview | None, now: Overview, on: date) -> tuple[NotableChange, ...]:
    """The kinds of change, in one order whatever order the entries have.

    Args:
        before: the version before; None: there was none.
        now: the new version.
        on: today, in Denmark.
    """
    earlier = {entry.id: entry for entry in before.entries()} if before else {}
    entries = sorted(now.entries(), key=lambda entry: entry.id)
    changes = [
        *_of_entries(earlier, entries, on),
        *_of_absence(earlier.values(), entries, on),
        *_of_person(before, now),
    ]
    return tuple(sorted(changes, key=lambda change: (change.kind, change.subject, change.occasion)))


def passed_days(overview: Overview, since: date, until: date) -> tuple[NotableChange, ...]:
    """What the days from *since* to before *until* brought: no version says it.

    Efforts whose last day was one of them have ended: the same change as ``notable_changes`` would tell, so that it
    counts once. Efforts and plans that run were to be followed up on one of them.
    """
    entries = sorted(overview.entries(), key=lambda entry: entry.id)
    return tuple(change for entry in entries for change in _passed(entry, entries, since, until))


def _passed(entry: Entry, entries: Sequence[Entry], since: date, until: date) -> Iterator[NotableChange]:
    match entry.fact:
        case EffortFact() as effort:
            state = effort_state(entry, effort, until)
            if state is EffortState.ENDED and entry.valid.end is not None and since < entry.valid.end <= until:
                yield _ended(entry, entries, until)
            runs = state is EffortState.ONGOING
        case PlanFact(status=status):
            runs = entry.valid.contains(until) and status.code not in ENDED_PLANS
        case _:
            return
    review = entry.fact.next_follow_up_on
    if runs and review is not None and since <= review < until:
        yield _change(AlertKind.REVIEW_PASSED, entry, review.isoformat())


def is_succeeded(ending: Entry, efforts: Iterable[Entry], on: date) -> bool:
    """Whether another effort of the same area takes over from one that ended."""
    last = ending.valid.last_day or on
    return any(
        other.id != ending.id
        and other.area is ending.area
        and isinstance(other.fact, EffortFact)
        and effort_state(other, other.fact, on) in _RUNS_OR_WILL
        and other.valid.start is not None
        and last - SUCCEEDS_WITHIN <= other.valid.start <= last + SUCCEEDS_WITHIN
        for other in efforts
    )


def _of_entries(earlier: Mapping[str, Entry], entries: Iterable[Entry], on: date) -> Iterator[NotableChange]:
    entries = list(entries)
    for entry in entries:
        previous = earlier.get(entry.id)
        if previous is not None and (previous.fact, previous.valid) == (entry.fact, entry.valid):
            continue
        match entry.fact:
            case EffortFact() as effort:
                yield from _of_effort(previous, entry, effort, entries, on)
            case ConcernNotificationFact(received_at=received_at) if previous is None:
                if danish_day(received_at) >= on - NEWS_WITHIN:
                    yield _change(AlertKind.NOTIFICATION, entry)
            case ContactFact() if _is_admitted(entry, on) and not (previous and _is_admitted(previous, on)):
                yield _change(AlertKind.ADMISSION, entry, str(entry.valid.start or ""))
            case AuthorityFact() if previous is None and _is_recent(entry, on):
                yield _change(AlertKind.MOVED_AWAY, entry)
            case PlanFact() if previous is not None or _is_recent(entry, on):
                yield _change(AlertKind.PLAN_CHANGED, entry, entry.provenance.registration.registered_from.isoformat())


def _of_effort(
    previous: Entry | None, entry: Entry, effort: EffortFact, entries: Iterable[Entry], on: date
) -> Iterator[NotableChange]:
    is_over = effort_state(entry, effort, on) in _OVER
    was_over = (
        previous is not None
        and isinstance(previous.fact, EffortFact)
        and effort_state(previous, previous.fact, on) in _OVER
    )
    if previous is None and not is_over and _is_recent(entry, on):
        yield _change(AlertKind.EFFORT_BEGAN, entry)
    is_late = entry.valid.end is not None and entry.valid.end < on - NEWS_WITHIN
    if previous is not None and is_over and not was_over and not is_late:
        yield _ended(entry, entries, on)


def _ended(entry: Entry, entries: Iterable[Entry], on: date) -> NotableChange:
    change = _change(AlertKind.EFFORT_ENDED, entry, str(entry.valid.end or ""))
    return change.model_copy(update={"has_successor": is_succeeded(entry, entries, on)})


def _of_absence(earlier: Iterable[Entry], entries: Iterable[Entry], on: date) -> Iterator[NotableChange]:
    before = _unlawful(earlier)
    for quarter, (percent, entry) in sorted(_unlawful(entries).items()):
        crossed = [line for line in ABSENCE_LINES if before.get(quarter, (0.0, entry))[0] < line <= percent]
        year, number = quarter
        after = date(year + number // 4, 3 * number % 12 + 1, 1)
        if crossed and after > on - NEWS_WITHIN:
            yield _change(AlertKind.ABSENCE_LINE, entry, f"{year}-{number}/{crossed[-1]}")


def _unlawful(entries: Iterable[Entry]) -> dict[tuple[int, int], tuple[float, Entry]]:
    """By year and quarter: the largest share of unlawful absence in percent, and the entry that tells it."""
    shares: dict[tuple[int, int], tuple[float, Entry]] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        fact = entry.fact
        if isinstance(fact, AbsenceFact) and fact.absence is AbsenceKind.UNLAWFUL:
            quarter = (fact.year, fact.quarter)
            if quarter not in shares or fact.percent > shares[quarter][0]:
                shares[quarter] = (fact.percent, entry)
    return shares


def _of_person(before: Overview | None, now: Overview) -> Iterator[NotableChange]:
    """Leaving the country is news where it was known to us that the citizen lived here."""
    if before is None or before.header.person.life_status is LifeStatus.MOVED_OUT:
        return
    if now.header.person.life_status is LifeStatus.MOVED_OUT:
        yield NotableChange(kind=AlertKind.MOVED_AWAY, occasion=f"v{now.version}")


def _is_admitted(entry: Entry, on: date) -> bool:
    contact = entry.fact
    if not isinstance(contact, ContactFact) or not contact.is_stay or not _is_recent(entry, on):
        return False
    if contact.state is None:
        return entry.valid.start is not None and entry.valid.contains(on)
    return contact.state is ContactState.ONGOING


def _is_recent(entry: Entry, on: date) -> bool:
    """By when it began; where the source does not say, by when it registered it. Who says neither tells no news."""
    if entry.valid.start is not None:
        return entry.valid.start >= on - NEWS_WITHIN
    registered = danish_day(entry.provenance.registration.registered_from)
    return entry.provenance.states_time and registered >= on - NEWS_WITHIN


def _change(kind: AlertKind, entry: Entry, occasion: str = "") -> NotableChange:
    return NotableChange(kind=kind, area=entry.area, subject=record_key(entry.id), occasion=occasion)
