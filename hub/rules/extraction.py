"""The facts that rules may read, out of an overview that is cut to its reader already. Pure."""

import hashlib
from collections.abc import Container, Iterator
from datetime import date, datetime, timedelta
from functools import cache

from hub.clock import danish_day
from hub.overview.efforts import effort_state
from hub.rules.deadlines import deadline_state, receipt_state
from hub.rules.facts import (
    AREAS_OF,
    AbsenceShare,
    Appointment,
    Birth,
    CourseState,
    Demand,
    EffortSpan,
    EnrolmentSpan,
    FactKind,
    GoalProgress,
    Move,
    MoveKind,
    NotificationReceived,
    RuleFact,
    RuleFacts,
    Unknowable,
    UnknownReason,
    WishStated,
)
from schemas.consent import category_of
from schemas.facts import (
    AbsenceFact,
    AuthorityFact,
    ConcernNotificationFact,
    ContactFact,
    ContactState,
    EffortFact,
    EnrolmentFact,
    GoalFact,
    GoalKind,
    NoAccessFact,
)
from schemas.overview import Entry, IdentityState, Overview, Section, SectionState
from schemas.people import LifeStatus
from schemas.source import Area

PARTICIPATION = ("15",)
"""KLE main groups whose efforts ask the citizen to take part; benefits (32) are none of them."""
PLACEMENTS = ("27.27",)
"""KLE groups of placements (anbringelse)."""
_FACT_KIND = {FactKind.ABSENCE: "absence", FactKind.ENROLMENT: "enrolment", FactKind.EFFORT: "effort",
              FactKind.NOTIFICATION: "concern_notification", FactKind.GOAL: "goal", FactKind.WISH: "goal",
              FactKind.MOVE: "authority", FactKind.APPOINTMENT: "contact"}  # fmt: skip


def extract_facts(
    overview: Overview,
    course: CourseState,
    now: datetime,
    *,
    own_area: Area | None,
    own_unit: str | None = None,
    kinds: Container[FactKind] = frozenset(FactKind),
) -> RuleFacts:
    """The facts of one citizen.

    Args:
        overview: cut to the reader's right, with the state of each area (``freshness.with_coverage``).
        course: whether there is a course, and who has the lead.
        now: the instant.
        own_area: the reader's; of notifications in it the clocks are the reader's to keep.
        own_unit: the reader's unit; where a notification names a unit, its clocks are that unit's.
        kinds: of lines that tell none of these, nothing is looked at.
    """
    today = danish_day(now)
    telling = {fact for kind, fact in _FACT_KIND.items() if kind in kinds}
    facts: list[RuleFact] = [course, *_person(overview)]
    for entry in overview.entries():
        if entry.fact.kind in telling:
            facts.extend(_of_entry(entry, now, today, own_area, own_unit))
    unknowable = tuple(each for section in overview.sections for each in _unknowable(section, kinds))
    return RuleFacts(citizen_id=overview.citizen_id, today=today, facts=tuple(facts), unknowable=unknowable)


def goal_key(words: str | None) -> str | None:
    """A key that is the same for the same words; the words cannot be read from it."""
    folded = " ".join((words or "").casefold().split()).rstrip(".")
    return hashlib.sha256(folded.encode()).hexdigest()[:16] if folded else None


def _person(overview: Overview) -> Iterator[RuleFact]:
    person = overview.header.person
    is_clear = overview.header.identity is not IdentityState.DISPUTED
    if person.birth_date and is_clear and person.life_status is not LifeStatus.DEAD:
        yield Birth(id="person", born=person.birth_date)
    if person.life_status is LifeStatus.MOVED_OUT:
        yield Move(id="person", on=None, move=MoveKind.MOVED_OUT)


def _of_entry(
    entry: Entry, now: datetime, today: date, own_area: Area | None, own_unit: str | None
) -> Iterator[RuleFact]:
    match entry.fact:
        case AbsenceFact() as fact:
            yield AbsenceShare(
                id=entry.id,
                area=entry.area,
                year=fact.year,
                quarter=fact.quarter,
                absence=fact.absence,
                percent=fact.percent,
            )
        case EffortFact() as fact:
            yield _effort(entry, fact, today)
        case ConcernNotificationFact() as fact:
            assessment, receipt = deadline_state(fact, now), receipt_state(fact, now)
            unit = fact.responsible.unit if fact.responsible else None
            yield NotificationReceived(
                id=entry.id,
                area=entry.area,
                received_on=danish_day(fact.received_at),
                assessment=assessment.state,
                assessment_due_at=assessment.due_at,
                receipt=receipt.state,
                receipt_due_at=receipt.due_at,
                is_own=entry.area is own_area and (unit is None or unit.id == own_unit),
            )
        case GoalFact(goal=GoalKind.CITIZEN_WISH) as fact if fact.text and not fact.is_closed:
            yield WishStated(id=entry.id, area=entry.area, stated_on=fact.assessed_on or entry.valid.start)
        case GoalFact(goal=GoalKind.GOAL | GoalKind.SUB_GOAL) as fact:
            yield GoalProgress(
                id=entry.id,
                area=entry.area,
                review_on=None,
                assessments=((fact.assessed_on, fact.progress),),
                is_closed=fact.is_closed,
            )
        case EnrolmentFact() as fact:
            yield EnrolmentSpan(
                id=entry.id,
                area=entry.area,
                start=entry.valid.start,
                end=entry.valid.end,
                grade=int(fact.grade) if fact.grade and fact.grade.isdecimal() else None,
                school_key=hashlib.sha256(fact.school.id.encode()).hexdigest()[:16],
            )
        case ContactFact() as fact if (appointment := _appointment(entry, fact)) is not None:
            yield appointment
        case AuthorityFact():
            yield Move(id=entry.id, area=entry.area, on=entry.valid.start, move=MoveKind.OTHER_AUTHORITY)


def _appointment(entry: Entry, contact: ContactFact) -> Appointment | None:
    """What is agreed on or lasts; None of what is over, and of a day on which nobody says that somebody must come."""
    day = danish_day(contact.starts_at) if contact.starts_at else entry.valid.start
    is_said = contact.starts_at is not None or contact.state is ContactState.PLANNED
    if contact.state is ContactState.ENDED or day is None or not is_said:
        return None
    return Appointment(id=entry.id, area=entry.area, day=day, starts_at=contact.starts_at, ends_at=contact.ends_at)


def _effort(entry: Entry, effort: EffortFact, today: date) -> EffortSpan:
    ends = [entry.valid.end] if entry.valid.end else []
    if effort.expected_end_on:
        ends.append(effort.expected_end_on + timedelta(days=1))
    kle = effort.kle_topic or ""
    demand = None
    if entry.area is Area.EMPLOYMENT and kle.split(".")[0] in PARTICIPATION:
        demand = Demand.PARTICIPATION
    elif entry.area is Area.HEALTH and effort.recommendation:
        demand = Demand.SPARED
    return EffortSpan(
        id=entry.id,
        area=entry.area,
        start=entry.valid.start,
        end=min(ends, default=None),
        state=effort_state(entry, effort, today),
        demand=demand,
        goal_key=goal_key(effort.purpose),
        is_placement=kle.startswith(PLACEMENTS),
    )


def _unknowable(section: Section, kinds: Container[FactKind]) -> Iterator[Unknowable]:
    for kind, areas in AREAS_OF.items():
        if kind in kinds and section.area in areas and (reason := _reason(section, kind)) is not None:
            yield _unknowable_of(kind, section.area, reason)


@cache
def _unknowable_of(kind: FactKind, area: Area, reason: UnknownReason) -> Unknowable:
    """One for all pages: there are a few, and each page has several."""
    return Unknowable(kind=kind, area=area, reason=reason)


def _reason(section: Section, kind: FactKind) -> UnknownReason | None:
    """Why facts of the kind may be missing from the section; None: all are there."""
    if kind is FactKind.INDICATOR:
        is_seen = section.state is not SectionState.WITHHELD and not section.is_in_part
        return None if is_seen else UnknownReason.WITHHELD
    if section.state is SectionState.NOT_COVERED:
        return UnknownReason.NOT_COVERED
    shared = section.shared_categories
    is_shared = shared is None or category_of(section.area, _FACT_KIND[kind]) in shared
    if section.state is SectionState.WITHHELD or not is_shared or section.kle is not None:
        return UnknownReason.WITHHELD
    is_hidden = any(isinstance(entry.fact, NoAccessFact) for entry in section.entries)
    if section.is_unread or section.is_loading or section.has_unreadable or section.troubles or is_hidden:
        return UnknownReason.NOT_READ
    return UnknownReason.NOT_READ if section.silent_since else None
