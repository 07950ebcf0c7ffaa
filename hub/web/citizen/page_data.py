"""What a page about a citizen is made of: loaded by ``loading``, turned into words by ``present_*``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID

from hub.access.rule_points import CitizenPoints
from hub.clock import danish_day, danish_midnight
from hub.indexing.serving import ServedFrom
from hub.overview.changes import Change
from hub.web.shell.people import FirstNames, first_word
from schemas.access import Actor, Basis, Decision, PageKind, Purpose
from schemas.course import TeamFunction
from schemas.meeting import Decision as MeetingDecision
from schemas.meeting import Meeting
from schemas.overview import Entry, Overview
from schemas.people import LifeStatus
from schemas.plan import CitizenPlan
from schemas.source import Area, AreaContact, SourceSystem
from schemas.staff import EmployeeContact
from schemas.trial_action import TrialAction


def end_of(day: date) -> datetime:
    """The last instant of the Danish day."""
    return danish_midnight(day + timedelta(days=1)) - timedelta(microseconds=1)


@dataclass(frozen=True)
class Teammate:
    """One member of the team around the citizen."""

    name: str | None
    """None: of an area that the reader does not see."""
    title: str
    function: str
    """``lead_coordinator | citizen_coordinator | member``."""
    unit: str | None = None
    phone: str | None = None
    area: Area | None = None


@dataclass(frozen=True)
class Team:
    """The course (sammenhængende borgerforløb) and its people."""

    started_on: date
    title: str
    members: tuple[Teammate, ...]
    course_id: UUID | None = None

    @property
    def lead(self) -> Teammate | None:
        """The lead coordinator (tovholder)."""
        return next((member for member in self.members if member.function == "lead_coordinator"), None)


@dataclass(frozen=True)
class SourceAge:
    """How a source is doing."""

    source: SourceSystem
    state: str
    """Key of ``texts.SOURCE_STATE``."""
    last_data_at: datetime | None
    """When something new last came."""
    last_read_at: datetime | None
    """When it was last read to its end."""
    paused_at: datetime | None = None
    """When it was switched off, while it is."""


@dataclass(frozen=True)
class Viewer:
    """Somebody who opened the page."""

    name: str | None
    """None: of an area that the reader does not see."""
    unit: str | None
    at: datetime


@dataclass(frozen=True)
class Changes:
    """What came since the actor last looked."""

    since: datetime
    changes: tuple[Change, ...]
    person_wiped: tuple[str, ...] = ()
    """What no source tells of the citizen's person any more."""


@dataclass(frozen=True)
class PageData:
    """Everything one page about a citizen may use; already cut to the decision."""

    overview: Overview
    decision: Decision
    actor: Actor
    purpose: Purpose
    now: datetime
    sources: Mapping[str, SourceSystem]
    family: tuple[Overview, ...] = ()
    """The others of the course whom the actor may open, each already cut to its own decision."""
    served_from: frozenset[ServedFrom] = frozenset()
    """Where the overviews came from; empty for an earlier day."""
    not_updated_since: datetime | None = None
    """Since when one of the overviews could not be built from what the sources say; the newest may be missing."""
    follow_ups: Mapping[str, tuple[Entry, ...]] = field(default_factory=dict)
    """Efforts that began within half a year after a notification, by the notification's entry id."""
    team: Team | None = None
    own_function: TeamFunction | None = None
    """The actor's function on the team today."""
    source_ages: tuple[SourceAge, ...] = ()
    override_until: datetime | None = None
    meeting_until: datetime | None = None
    """Until when what was disclosed for a meeting is open; None: nothing is."""
    may_disclose: bool = False
    """The actor may disclose data of the own area about the citizen."""
    judged_by_reader: frozenset[UUID] = frozenset()
    """Of whom of the page the actor may judge points and record indicators."""
    viewers: tuple[Viewer, ...] = ()
    changes: Changes | None = None
    as_known: date | None = None
    """Set when the page shows what was known on an earlier day."""
    page: PageKind = PageKind.OVERVIEW
    points: tuple[CitizenPoints, ...] = ()
    """What the approved rules say of the citizen and each of the family; none on pages that do not show it."""
    has_rules: bool = False
    """Whether the municipality has approved any rule."""
    contacts: Mapping[str, EmployeeContact] = field(default_factory=dict)
    """Employees whom the entries name, by ``columns.worker_key``; none for entries whose units are masked."""
    area_contacts: Mapping[Area, AreaContact] = field(default_factory=dict)
    plans: Mapping[UUID, CitizenPlan] = field(default_factory=dict)
    """The plans of the citizen and the family that the actor may read, as they were at ``moment``; on the timeline."""
    trials: tuple[TrialAction, ...] = ()
    """Their trial actions, likewise."""
    meetings: tuple[Meeting, ...] = ()
    """The team's meetings about them, likewise, each with its newest version of then first."""
    decisions: tuple[MeetingDecision, ...] = ()
    """What was decided about them at those meetings."""
    demo: bool = False
    """The sources are sandboxes on this machine: their links go there without TLS."""

    @property
    def moment(self) -> datetime:
        """The instant that the page is about: now, or the end of the earlier day."""
        return end_of(self.as_known) if self.as_known else self.now

    @property
    def today(self) -> date:
        """The Danish day the page is about."""
        return self.as_known or danish_day(self.now)

    @property
    def people(self) -> tuple[Overview, ...]:
        """The citizen first, then the family."""
        return (self.overview, *self.family)

    @property
    def team_meets(self) -> bool:
        """Whether the actor is on a team that can meet with the citizen."""
        is_alive = self.overview.header.person.life_status is not LifeStatus.DEAD
        return self.team is not None and self.decision.basis is Basis.TEAM and is_alive

    @cached_property
    def names(self) -> FirstNames:
        """First names of the citizen and the family, the oldest first, then of relatives who are not shown."""
        by_age = sorted(self.people, key=lambda person: person.header.person.birth_date or date.max)
        first_names = {person.citizen_id: first_word(person.header.person.given_name) for person in by_age}
        for relative in (relative for person in self.people for relative in person.header.relatives):
            if relative.citizen_id and relative.name:
                first_names.setdefault(relative.citizen_id, first_word(relative.name))
        return FirstNames(first_names, own=self.overview.citizen_id)
