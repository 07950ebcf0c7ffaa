"""The inputs a rule may have. What has no field here cannot be asked by any rule.

Every field is a day, an instant, a number, yes or no, one of our own closed lists, or a key that can be compared with
another key and read by nobody. There are no words: no titles, reasons, names, addresses or paragraphs. So ethnicity and
citizenship, religion, where somebody lives, a divorce, conditions and diagnoses, amounts, what the police suspects, and
people outside the course cannot decide anything; ``tests/hub/test_rule_inputs.py`` holds it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from hub.overview.efforts import EffortState
from hub.rules.deadlines import ClockState
from schemas.base import Instant, Schema
from schemas.facts import AbsenceKind, Progress
from schemas.source import Area


class FactKind(StrEnum):
    """What a rule may declare that it reads."""

    ABSENCE = "absence"
    EFFORT = "effort"
    NOTIFICATION = "notification"
    GOAL = "goal"
    WISH = "wish"
    INDICATOR = "indicator"
    COURSE = "course"
    BIRTH = "birth"
    ENROLMENT = "enrolment"
    MOVE = "move"
    APPOINTMENT = "appointment"


class Demand(StrEnum):
    """What an effort asks of the citizen, as its own source declares it."""

    PARTICIPATION = "participation"
    """Take part: an offer of the employment effort (KLE 15)."""
    SPARED = "spared"
    """Be asked of less: health has released a recommendation with the effort."""


class RuleFact(Schema):
    """One fact. Its id is the entry's on the page, so that a hit can name where it comes from."""

    id: str
    area: Area | None = None
    """None: it is no source's, but the course's, the plan's, a meeting's or the person's."""
    of_plan: bool = False
    """It stands in Borgerens plan, or is a meeting of the team: who may not read that gets no hit that rests on it."""


class AbsenceShare(RuleFact):
    """Absence of one kind in one quarter."""

    year: int
    quarter: int
    absence: AbsenceKind
    percent: float


class EffortSpan(RuleFact):
    """From when to when an effort runs."""

    start: date | None
    end: date | None
    """The first day without it, by its period or what its source expects; None: no end is known."""
    state: EffortState
    demand: Demand | None = None
    goal_key: str | None = None
    """The same for efforts and goals that state one goal."""
    is_placement: bool = False


class NotificationReceived(RuleFact):
    """That a concern notification came, and how its clocks stand."""

    received_on: date
    assessment: ClockState
    assessment_due_at: Instant | None
    receipt: ClockState
    receipt_due_at: Instant | None
    is_own: bool
    """Whether its clocks are kept by the reader's own authority."""


class GoalProgress(RuleFact):
    """How a goal goes, as people entered it; the assessments from old to new."""

    review_on: date | None
    """None: nobody has said when it is to be looked at."""
    assessments: tuple[tuple[date | None, Progress], ...] = ()
    is_closed: bool = False
    goal_key: str | None = None
    """Of a goal of the plan: the same for efforts that state this goal."""
    effort_ids: frozenset[str] = frozenset()
    """Of a goal of the plan: the efforts that serve it, by the ids of their facts."""


class WishStated(RuleFact):
    """That the citizen has said a wish; the words stand on the page."""

    stated_on: date | None


class IndicatorRecorded(RuleFact):
    """That a named professional has recorded an indicator of the local catalogue."""

    indicator: str
    """Key in the catalogue."""
    recorded_on: date
    valid_until: date


class CourseState(RuleFact):
    """Whether there is a course, and who has the lead."""

    has_course: bool
    has_lead: bool
    hides_meetings: bool = False
    """There is a course, and its meetings, if it has any, are not the reader's to see."""


class Birth(RuleFact):
    """When the citizen was born."""

    born: date


class EnrolmentSpan(RuleFact):
    """At which school, in which grade, from when to when."""

    start: date | None
    end: date | None
    grade: int | None
    school_key: str


class MoveKind(StrEnum):
    """What is known of a move; never where to."""

    MOVED_OUT = "moved_out"
    OTHER_AUTHORITY = "other_authority"


class Move(RuleFact):
    """That the citizen has left the municipality's care, or is about to."""

    on: date | None
    move: MoveKind


class Appointment(RuleFact):
    """When the citizen is to be somewhere: a contact that is agreed on or lasts, or a meeting of the team."""

    day: date
    """The first Danish day."""
    starts_at: Instant | None
    """None: the source tells a day alone."""
    ends_at: Instant | None = None
    """Later than ``starts_at``. None: nobody says how long it lasts."""


FACT_KINDS: Mapping[type[RuleFact], FactKind] = {
    AbsenceShare: FactKind.ABSENCE,
    EffortSpan: FactKind.EFFORT,
    NotificationReceived: FactKind.NOTIFICATION,
    GoalProgress: FactKind.GOAL,
    WishStated: FactKind.WISH,
    IndicatorRecorded: FactKind.INDICATOR,
    CourseState: FactKind.COURSE,
    Birth: FactKind.BIRTH,
    EnrolmentSpan: FactKind.ENROLMENT,
    Move: FactKind.MOVE,
    Appointment: FactKind.APPOINTMENT,
}
"""The allow-list: there is no other fact."""
AREAS_OF: Mapping[FactKind, frozenset[Area]] = {
    FactKind.ABSENCE: frozenset({Area.SCHOOL}),
    FactKind.ENROLMENT: frozenset({Area.SCHOOL}),
    FactKind.NOTIFICATION: frozenset({Area.SOCIAL}),
    FactKind.EFFORT: frozenset(Area),
    FactKind.GOAL: frozenset(Area),
    FactKind.WISH: frozenset(Area),
    FactKind.MOVE: frozenset({Area.EMPLOYMENT}),
    FactKind.INDICATOR: frozenset(Area),
    FactKind.APPOINTMENT: frozenset({Area.EMPLOYMENT, Area.HEALTH}),
}
"""Which areas tell facts of a kind; an indicator is of the area in which the professional works."""


class UnknownReason(StrEnum):
    """Why a rule cannot say, of an area."""

    WITHHELD = "withheld"
    """Not for the reader to see, or only a part is."""
    NOT_COVERED = "not_covered"
    NOT_READ = "not_read"
    """Not read to its end, not all readable, or silent."""
    NOT_STATED = "not_stated"
    """The source does not say what the rule asks."""
    NO_REVIEW_DAY = "no_review_day"
    """A goal of the plan has no day on which it is looked at again."""
    NO_HOURS = "no_hours"
    """Two things are on one day, and a source does not say when."""
    MAYBE_ONE = "maybe_one"
    """A meeting of the team and a contact have the same hours: they may be one, told twice."""
    MEETINGS_WITHHELD = "meetings_withheld"
    """The meetings of the course are not for the reader to see, whether there are any or not."""


class Unknowable(Schema):
    """An area of which something is, or may be, missing for one kind of fact."""

    kind: FactKind
    area: Area
    reason: UnknownReason


class UndeclaredInput(TypeError):
    """A rule asked for a kind of fact that it has not declared."""


F = TypeVar("F", bound=RuleFact)


class RuleFacts(Schema):
    """What the rules may know of one citizen, as one reader may see it, on one day."""

    citizen_id: UUID
    today: date
    facts: tuple[RuleFact, ...] = ()
    unknowable: tuple[Unknowable, ...] = ()
    """Where facts may be missing."""

    def with_facts(self, facts: Iterable[RuleFact]) -> "RuleFacts":
        """With more facts: of the plan, or what professionals have recorded."""
        return self.model_copy(update={"facts": (*self.facts, *facts)})

    def only(self, kinds: frozenset[FactKind]) -> "RuleInputs":
        """What a rule that declares these kinds gets to see."""
        return RuleInputs(self, kinds)


class RuleInputs:
    """The declared part of the facts. Asking for another kind is an error of the rule."""

    def __init__(self, facts: RuleFacts, kinds: frozenset[FactKind]) -> None:
        self._kinds = kinds
        declared = [fact for fact in facts.facts if FACT_KINDS[type(fact)] in kinds]
        are_one_each = len({fact.id for fact in declared}) == len(declared)
        self._facts = sorted(declared, key=_id if are_one_each else _order)
        self.today = facts.today
        self.unknowable = tuple(each for each in facts.unknowable if each.kind in kinds)

    def of(self, kind: type[F]) -> list[F]:
        """The facts of that kind, in one order whatever order they came in.

        Raises:
            UndeclaredInput: the rule has not declared it.
        """
        if FACT_KINDS[kind] not in self._kinds:
            raise UndeclaredInput(kind.__name__)
        return [fact for fact in self._facts if isinstance(fact, kind)]

    def missing(self, kind: FactKind, area: Area) -> UnknownReason | None:
        """Why not all facts of the kind are known of that area; None: they are."""
        return next((each.reason for each in self.unknowable if each.kind is kind and each.area is area), None)


def _id(fact: RuleFact) -> str:
    return fact.id


def _order(fact: RuleFact) -> tuple[str, str]:
    """To write a fact takes as long as to judge it, so only where several have one id."""
    return fact.id, fact.model_dump_json()
