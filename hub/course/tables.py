"""Tables of this room (SQLAlchemy classes, no behaviour). All dates are Danish days, half-open."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from hub.db import Base


class CourseRow(Base):
    """One coordinated course (forløb), for one citizen or a family."""

    __tablename__ = "courses"
    __table_args__ = (CheckConstraint("ended_on >= started_on", name="period"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    started_on: Mapped[date]
    """The day on which it was offered; it opens nothing before a citizen consents."""
    ended_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(server_default="1")
    """Grows with each change of the course or its team."""
    offered_by: Mapped[str | None] = mapped_column(Text)
    """The employee's id, here and below; None: it was not recorded."""
    offer_reasons: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    indicators: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    offer_words: Mapped[str] = mapped_column(Text, server_default="")
    outcome: Mapped[str | None] = mapped_column(Text)
    follows: Mapped[str] = mapped_column(Text, server_default="")
    ended_by: Mapped[str | None] = mapped_column(Text)


class CourseCitizenRow(Base):
    """A citizen who is on a course, and when."""

    __tablename__ = "course_citizens"
    __table_args__ = (CheckConstraint("valid_to >= valid_from", name="period"),)

    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id"), primary_key=True)
    citizen_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]


class TeamMembershipRow(Base):
    """An employee who is on a course's team, in which function, when and why."""

    __tablename__ = "team_memberships"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("function IN ('lead_coordinator', 'citizen_coordinator', 'member')", name="function"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id"), index=True)
    actor_id: Mapped[str] = mapped_column(Text, index=True)
    function: Mapped[str] = mapped_column(Text)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text)
    unit_name: Mapped[str | None] = mapped_column(Text)
    """Of the employee when they joined."""
    authority: Mapped[str] = mapped_column(Text, server_default="")
    citizen_say: Mapped[str | None] = mapped_column(Text)
    citizen_words: Mapped[str] = mapped_column(Text, server_default="")
    added_by: Mapped[str | None] = mapped_column(Text)
    end_reason: Mapped[str] = mapped_column(Text, server_default="")
    end_say: Mapped[str | None] = mapped_column(Text)
    end_words: Mapped[str] = mapped_column(Text, server_default="")
    ended_by: Mapped[str | None] = mapped_column(Text)


class ConsentRow(Base):
    """A citizen's consent to a course, or that its team may see one category of data of one source.

    Consent to health is written and lapses at the latest a year after it was given (sundhedsloven § 44); the table
    holds no other. Only a consent from before the matrix is to a whole area.
    """

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("kind IN ('course', 'share', 'health')", name="kind"),
        CheckConstraint(
            "(kind = 'course') = (area IS NULL) AND (area IS NULL) = (source IS NULL)"
            " AND (area IS NULL) = (category IS NULL)",
            name="cell",
        ),
        CheckConstraint("(area = 'health') = (kind = 'health')", name="health_kind"),
        CheckConstraint(
            "kind <> 'health' OR (expires_on IS NOT NULL AND expires_on <= given_on + interval '1 year')",
            name="health_year",
        ),
        CheckConstraint("kind <> 'health' OR form IN ('written', 'digital', 'converted')", name="health_written"),
        CheckConstraint("source IS DISTINCT FROM '*' OR form = 'converted'", name="whole_area"),
        CheckConstraint("form IN ('written', 'digital', 'oral', 'converted')", name="form"),
        CheckConstraint("given_by IN ('citizen', 'custody_holder', 'guardian', 'unknown')", name="given_by"),
        CheckConstraint("(withdrawn_on IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
        CheckConstraint("area IN ('employment', 'school', 'social', 'health')", name="area"),
        Index("ix_consents_citizen_id", "citizen_id", "course_id"),
        Index("ix_consents_course_id", "course_id", "citizen_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id"))
    citizen_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    area: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    given_on: Mapped[date]
    expires_on: Mapped[date | None]
    form: Mapped[str] = mapped_column(Text)
    given_by: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str | None] = mapped_column(Text)
    """The employee's id; None: taken over."""
    recorded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_on: Mapped[date | None]
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
    """The employee's id; empty: withdrawn before that was recorded."""


class DisclosureRow(Base):
    """Data of an area that an employee of it let others see, on another basis than the citizen's consent."""

    __tablename__ = "disclosures"
    __table_args__ = (
        CheckConstraint("area IN ('employment', 'school', 'social', 'health')", name="area"),
        CheckConstraint(
            "basis IN ('statutory_duty', 'significant_importance', 'ssd_preventive', 'health_release')", name="basis"
        ),
        CheckConstraint("(course_id IS NULL) = (cardinality(receivers) > 0)", name="receivers"),
        CheckConstraint("(basis = 'ssd_preventive') = (meeting_on IS NOT NULL)", name="meeting"),
        CheckConstraint("basis <> 'ssd_preventive' OR course_id IS NULL", name="named"),
        CheckConstraint("basis <> 'health_release' OR (area = 'health' AND course_id IS NOT NULL)", name="health"),
        CheckConstraint("first_day <= last_day", name="period"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended"),
        Index("ix_disclosures_citizen_id", "citizen_id"),
        Index("ix_disclosures_course_id", "course_id"),
        Index("ix_disclosures_receivers", "receivers", postgresql_using="gin"),
        Index("ix_disclosures_stated_by", "stated_by"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    citizen_id: Mapped[UUID]
    area: Mapped[str] = mapped_column(Text)
    categories: Mapped[list[str]] = mapped_column(ARRAY(Text))
    cells: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """What of the area was disclosed, as ``source/category``; a source that comes later is not among them."""
    basis: Mapped[str] = mapped_column(Text)
    legal_basis: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    course_id: Mapped[UUID | None] = mapped_column(ForeignKey("courses.id"))
    """To whoever is on its team; None: to the receivers."""
    receivers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Ids of employees."""
    meeting: Mapped[str | None] = mapped_column(Text)
    meeting_on: Mapped[date | None]
    stated_by: Mapped[str] = mapped_column(Text)
    stated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    first_day: Mapped[date]
    last_day: Mapped[date]
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    ended_by: Mapped[str | None] = mapped_column(Text)


class DisclosureUseRow(Base):
    """A receiver who opened what was disclosed for a meeting; nobody does so twice."""

    __tablename__ = "disclosure_uses"

    disclosure_id: Mapped[int] = mapped_column(ForeignKey("disclosures.id"), primary_key=True)
    actor_id: Mapped[str] = mapped_column(Text, primary_key=True)
    used_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class MeetingRow(Base):
    """A meeting of a course; what is planned and recorded of it stands in its versions."""

    __tablename__ = "meetings"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id"), index=True)


class MeetingVersionRow(Base):
    """A meeting as somebody wrote it; rows are added and never changed. Nothing in it comes from a source."""

    __tablename__ = "meeting_versions"
    __table_args__ = (
        CheckConstraint("kind IN ('team', 'network')", name="kind"),
        CheckConstraint("state IN ('planned', 'held', 'cancelled')", name="state"),
        CheckConstraint("starts_at < ends_at", name="period"),
    )

    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    place: Mapped[str] = mapped_column(Text)
    minutes: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class MeetingParticipantRow(Base):
    """Somebody in a version of a meeting: whom it is about, who is invited and who came. Added and never changed."""

    __tablename__ = "meeting_participants"
    __table_args__ = (
        ForeignKeyConstraint(
            ["meeting_id", "version"],
            ["meeting_versions.meeting_id", "meeting_versions.version"],
            name="fk_meeting_participants_meeting_id_meeting_versions",
        ),
        CheckConstraint("role IN ('citizen', 'member', 'guest')", name="role"),
    )

    meeting_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    is_invited: Mapped[bool]
    is_present: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(Text)


class MeetingDecisionRow(Base):
    """A decision of a meeting. When the citizen agrees, the plan has an agreement of the same id."""

    __tablename__ = "meeting_decisions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    meeting_id: Mapped[UUID] = mapped_column(ForeignKey("meetings.id"), index=True)
    citizen_id: Mapped[UUID]
    goal_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_entries.id"))
    words: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date]
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PlanEntryRow(Base):
    """An entry of a citizen's plan; what it says stands in its versions."""

    __tablename__ = "plan_entries"
    __table_args__ = (
        CheckConstraint("kind IN ('wish', 'strength', 'concern', 'goal', 'sub_goal', 'agreement')", name="kind"),
        CheckConstraint("kind <> 'sub_goal' OR parent_id IS NOT NULL", name="sub_goal"),
        Index("ix_plan_entries_course_id", "course_id", "citizen_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id"))
    citizen_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan_entries.id"))


class PlanVersionRow(Base):
    """An entry as somebody wrote it; rows are added and never changed."""

    __tablename__ = "plan_versions"
    __table_args__ = (CheckConstraint("state IN ('open', 'done', 'dropped')", name="state"),)

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("plan_entries.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(Text)
    who: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date | None]
    goal_type: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PlanProgressRow(Base):
    """What somebody said of a goal on a day; rows are added and never changed."""

    __tablename__ = "plan_progress"
    __table_args__ = (CheckConstraint("progress IN ('reached', 'better', 'unchanged', 'worse')", name="progress"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("plan_entries.id"), index=True)
    progress: Mapped[str] = mapped_column(Text)
    on_day: Mapped[date]
    words: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PlanEffortRow(Base):
    """An effort of a source that serves a goal, by its key alone; what it is stands in the overview."""

    __tablename__ = "plan_efforts"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("plan_entries.id"), primary_key=True)
    effort_id: Mapped[str] = mapped_column(Text, primary_key=True)
    source: Mapped[str] = mapped_column(Text, index=True)
    added_by: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class TrialActionRow(Base):
    """A trial action of a citizen in a course; what it says stands in its versions."""

    __tablename__ = "trial_actions"
    __table_args__ = (Index("ix_trial_actions_citizen_id", "citizen_id", "course_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    course_id: Mapped[UUID] = mapped_column(ForeignKey("courses.id"))
    citizen_id: Mapped[UUID]


class TrialVersionRow(Base):
    """A trial action as somebody wrote it; rows are added and never changed. Amounts are whole kroner a year."""

    __tablename__ = "trial_versions"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="period"),
        CheckConstraint("first_day <= judge_on", name="judged"),
        CheckConstraint("cost_before >= 0 AND cost_after >= 0", name="costs"),
    )

    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trial_actions.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    what: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    decided_by: Mapped[str] = mapped_column(Text)
    cost_before: Mapped[int | None]
    cost_after: Mapped[int | None]
    judge_on: Mapped[date]
    withdrawn_because: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class TrialJudgementRow(Base):
    """What somebody said of a trial action on a day; rows are added and never changed."""

    __tablename__ = "trial_judgements"
    __table_args__ = (
        CheckConstraint("outcome IN ('continue', 'stop', 'make_permanent')", name="outcome"),
        CheckConstraint("(outcome = 'continue') = (judge_next_on IS NOT NULL)", name="next"),
        CheckConstraint("on_day < judge_next_on", name="later"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    trial_id: Mapped[UUID] = mapped_column(ForeignKey("trial_actions.id"), index=True)
    outcome: Mapped[str] = mapped_column(Text)
    on_day: Mapped[date]
    learned: Mapped[str] = mapped_column(Text)
    works: Mapped[bool]
    judge_next_on: Mapped[date | None]
    judged_by: Mapped[str] = mapped_column(Text)
    judged_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class OwnWordsRow(Base):
    """What a citizen wrote on *Min side* while there was no plan that it could go into."""

    __tablename__ = "own_words"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    citizen_id: Mapped[UUID] = mapped_column(index=True)
    words: Mapped[str] = mapped_column(Text)
    written_by: Mapped[str] = mapped_column(Text)
    """As in ``plan_versions``."""
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    taken_over_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it went into a plan; None: it waits."""
