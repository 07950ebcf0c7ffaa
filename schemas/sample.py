"""A sample (stikprøve) of look-ups: how it was drawn, which lines it has, and what came of reviewing each."""

from datetime import date
from enum import StrEnum

from pydantic import Field

from schemas.base import Instant, Schema
from schemas.lookup import Lookup


class Stratum(StrEnum):
    """Why a look-up may be drawn."""

    RANDOM = "random"
    """A share of all look-ups, whatever they are."""
    NO_RELATION = "no_relation"
    PROTECTED = "protected"
    """The citizen has name and address protection, or lives with somebody who has."""
    SAME_SURNAME = "same_surname"
    SAME_ADDRESS = "same_address"
    OWN_OR_COLLEAGUE = "own_or_colleague"
    """The citizen is the employee, or another employee."""
    OUT_OF_HOURS = "out_of_hours"
    BURST = "burst"
    """Many different citizens in a short time."""
    ON_BEHALF = "on_behalf"
    """Made on behalf of somebody else."""


TARGETED = tuple(stratum for stratum in Stratum if stratum is not Stratum.RANDOM)
LONGEST_PERIOD = 92
"""Days of a sample: use that is recent enough for an employee to explain."""


class SampleParameters(Schema):
    """What a sample is drawn by; with the seed they give its lines."""

    first_day: date
    last_day: date
    percent: int = Field(default=2, ge=1, le=20)
    """Of all look-ups, drawn at random."""
    most_random: int = Field(default=200, ge=1, le=500)
    most_whole: int = Field(default=100, ge=1, le=300)
    """Of those without a relation, and of those about protected citizens, which are drawn all."""
    most_targeted: int = Field(default=20, ge=1, le=100)
    """Of each other targeted stratum."""
    opens: int = Field(default=7, ge=0, le=23)
    """Working hours on weekdays that are no holidays, Danish time: from this hour ..."""
    closes: int = Field(default=18, ge=1, le=24)
    """... to this."""
    burst_citizens: int = Field(default=20, ge=2, le=500)
    """So many different citizens within the next are a burst."""
    burst_minutes: int = Field(default=60, ge=1, le=480)


class StratumCount(Schema):
    """What a stratum has and what was drawn of it."""

    stratum: Stratum
    eligible: int
    drawn: int
    sorted_out: int = 0
    """Look-ups that were not considered, since a source or a team names the employee for the citizen."""
    unchecked: int = 0
    """Look-ups of which it cannot be told whether they belong here."""

    @property
    def is_capped(self) -> bool:
        """More were eligible than were drawn."""
        return self.stratum is not Stratum.RANDOM and self.drawn < self.eligible


class SampleOutcome(StrEnum):
    """What reviewing a look-up came to."""

    WORK_RELATED = "work_related"
    NOT_WORK_RELATED = "not_work_related"
    FOLLOW_UP = "follow_up"
    """Something must be found out or done first."""
    UNSETTLED = "unsettled"
    """It could not be settled."""


class SampleEventKind(StrEnum):
    """What was done about a line of a sample."""

    SENT = "sent"
    """To somebody who is to review it."""
    ASKED = "asked"
    """The employee was asked for an explanation."""
    REVIEWED = "reviewed"


class SampleEvent(Schema):
    """One of it; it is never changed, a later one is added."""

    number: int
    """1 is the first of the line."""
    at: Instant
    by_id: str
    by_name: str
    kind: SampleEventKind
    receiver_id: str | None = None
    """Who is to review it, or who was asked."""
    receiver_name: str | None = None
    outcome: SampleOutcome | None = None
    words: str = ""
    """Without national numbers and without names of the citizen and the relatives."""


class LineState(StrEnum):
    """Where a line is on its way, by its latest review."""

    WAITING = "waiting"
    FOLLOW_UP = "follow_up"
    REVIEWED = "reviewed"


class SampleLine(Schema):
    """A look-up that was drawn."""

    number: int
    seq: int
    """Of the look-up's first line of the log."""
    strata: tuple[Stratum, ...]
    lookup: Lookup | None = None
    """None: the log has erased it at the end of its retention."""
    events: tuple[SampleEvent, ...] = ()

    @property
    def reviews(self) -> tuple[SampleEvent, ...]:
        """The reviews, in order."""
        return tuple(event for event in self.events if event.kind is SampleEventKind.REVIEWED)

    @property
    def sent_to(self) -> SampleEvent | None:
        """To whom it was sent last."""
        return next((event for event in reversed(self.events) if event.kind is SampleEventKind.SENT), None)

    @property
    def state(self) -> LineState:
        """By the latest review."""
        if not self.reviews:
            return LineState.WAITING
        needs_more = self.reviews[-1].outcome is SampleOutcome.FOLLOW_UP
        return LineState.FOLLOW_UP if needs_more else LineState.REVIEWED


class Sample(Schema):
    """How a sample was drawn."""

    id: int
    drawn_at: Instant
    drawn_by: str
    drawn_by_name: str
    seed: str
    """32 random bytes as hex, drawn when the sample was."""
    parameters: SampleParameters
    until: Instant
    """Look-ups up to this instant were considered; the latest minutes were still being written."""
    last_seq: int
    """The last line of the log that was considered."""
    population: int
    """Look-ups that were considered."""
    population_digest: str
    """SHA-256 over their numbers: whether they are all still there."""
    strata: tuple[StratumCount, ...]
    eligible: dict[Stratum, tuple[int, ...]] = Field(default_factory=dict, repr=False)
    """Of each targeted stratum: look-ups that belonged to it at the draw. Names and addresses change later."""
    checkpoint: str | None = None
    """The signed checkpoint of the log at the draw; None: nothing was sealed yet."""
    checkpoint_size: int | None = None


class RedrawState(StrEnum):
    """What came of drawing a sample again by its seed."""

    SAME = "same"
    OTHER = "other"
    """Other lines: what is stored is not what was drawn."""
    POPULATION_CHANGED = "population_changed"
    """Look-ups that were considered are no longer in the log, so the random part cannot be drawn again."""


class Redraw(Schema):
    """The same with numbers."""

    state: RedrawState
    remaining: int
    """Look-ups of those that were considered which are still in the log."""
