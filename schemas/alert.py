"""What somebody who works with a citizen is told of: the kinds, and what makes each of them happen once."""

from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from schemas.base import Instant, Schema
from schemas.source import Area


class AlertKind(StrEnum):
    """What happened (besked)."""

    EFFORT_BEGAN = "effort_began"
    EFFORT_ENDED = "effort_ended"
    """With or without one that takes over: ``NotableChange.has_successor``."""
    NOTIFICATION = "notification"
    """A concern notification (underretning) came in."""
    CLOCK_PASSED = "clock_passed"
    """24 hours without an assessment of a notification, or 6 working days without a receipt, have passed."""
    ABSENCE_LINE = "absence_line"
    """Unlawful absence from school reached a line of the law."""
    REVIEW_PASSED = "review_passed"
    """The day on which a goal, an effort or a plan was to be looked at has passed."""
    PLAN_CHANGED = "plan_changed"
    """Borgerens plan, or a plan that a source delivers."""
    MEMBER_JOINED = "member_joined"
    """Somebody joined the team of the course."""
    ADMISSION = "admission"
    """The citizen was admitted to a hospital."""
    MOVED_AWAY = "moved_away"
    """Another municipality is the citizen's authority, or the citizen has left the country."""


class NotableChange(Schema):
    """One kind of change between two versions of an overview, and which entry it is about. It has no words.

    ``kind``, ``subject`` and ``occasion`` together happen to a citizen once, however often they are told.
    """

    kind: AlertKind
    area: Area | None = None
    """None: it is about the person, or the course."""
    subject: str = ""
    """``record_key`` of the entry; empty: the person."""
    occasion: str = ""
    """What tells it from the same kind of change of the same subject at another time."""
    has_successor: bool | None = None
    """Of an effort that ended: whether another of the same area takes over, as far as the sources say."""


def record_key(entry_id: str) -> str:
    """The key of an entry where its own must not stand: a source may put a person's number into its ids.

    Args:
        entry_id: ``Entry.id``, ``source/type/id``.
    """
    source, _, _ = entry_id.partition("/")
    return f"{source}/{sha256(entry_id.encode()).hexdigest()[:32]}"


class Relation(StrEnum):
    """What somebody is to the citizen, by which the kinds that are told without being asked for differ."""

    LEAD_COORDINATOR = "lead_coordinator"
    CITIZEN_COORDINATOR = "citizen_coordinator"
    MEMBER = "member"
    NAMED_WORKER = "named_worker"
    """A source names the employee as responsible for something that is ongoing."""
    UNIT_LEADER = "unit_leader"
    """Leads a unit that works with the citizen, and is told nothing of whom."""


class AlertAct(StrEnum):
    """What somebody does about an alert."""

    TAKE = "take"
    HAND_OVER = "hand_over"
    CLOSE = "close"


class AlertActLine(Schema):
    """What was done about an alert, and by whom."""

    act: AlertAct
    actor_id: str
    receiver: str | None = None
    words: str = ""
    acted_at: Instant


class Alert(Schema):
    """Something that happened to a citizen. What it says is found out when it is shown."""

    id: UUID
    citizen_id: UUID
    kind: AlertKind
    area: Area | None
    subject: str
    occasion: str
    version: int | None
    caused_by: str | None
    happened_at: Instant
    is_read: bool
    """By whoever asks."""
    acts: tuple[AlertActLine, ...] = ()
    """Newest first."""

    @property
    def is_closed(self) -> bool:
        """Whether nobody needs to see to it any more."""
        return bool(self.acts) and self.acts[0].act is AlertAct.CLOSE

    @property
    def keeper(self) -> str | None:
        """Who sees to it: whoever took it, or to whom it was handed over. None: nobody does."""
        if not self.acts or self.is_closed:
            return None
        return self.acts[0].receiver or self.acts[0].actor_id
