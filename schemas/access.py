"""Who looks, why, what was decided, and the line that is written about it."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import Field, Json, JsonValue

from schemas.audit_object import AuditObject as AuditObject  # noqa: PLC0414  part of the words of access
from schemas.audit_object import ObjectKind as ObjectKind  # noqa: PLC0414  as above
from schemas.base import Instant, Schema
from schemas.disclosure import SectionDisclosure, StandingDisclosure
from schemas.machine import Machine
from schemas.overview import HeaderNumbers
from schemas.page_kind import PageKind as PageKind  # noqa: PLC0414  as above
from schemas.purpose import Purpose as Purpose  # noqa: PLC0414  as above
from schemas.source import Area


class Role(StrEnum):
    """What an employee may do at all (rolle)."""

    TEAM_MEMBER = "team_member"
    """tovholder, team member, borgerkoordinator, case worker."""
    ADMINISTRATOR = "administrator"
    """Configures sources; never reads citizens."""
    DPO = "dpo"
    """databeskyttelsesrådgiver: reads the log, never citizens."""
    MANAGER = "manager"
    """leder: sees how much the own units have to do, never citizens; reviews stated reasons of employees."""


class Actor(Schema):
    """Who asks (aktør): an employee who is logged in, or a machine."""

    id: str
    name: str
    title: str
    """Danish job title, e.g. "tovholder"."""
    roles: frozenset[Role]
    unit_id: str | None = None
    """Own unit, as in ``Unit.id``."""
    unit_name: str | None = None
    area: Area | None = None
    """The area the own unit belongs to."""
    worker_ids: frozenset[str] = frozenset()
    """Under which ids the sources name the employee, as ``<source>:<id>``. The municipality declares them; they are
    never guessed from a name, which two employees may share."""
    own_identifier_digest: str | None = None
    """Keyed digest of the actor's own national number: nobody opens their own page here."""
    kle: frozenset[str] | None = None
    """KLE numbers that the job functions limit the work with citizens to, ``27`` or ``27.24``; None: no limit."""
    machine: Machine | None = None
    """The service account that asks: by itself, or on behalf of this employee. None: the employee does."""

    @property
    def whole_area(self) -> Area | None:
        """The own area, where all of it is the actor's to see; None: a part, or there is none."""
        return self.area if self.kle is None else None

    @property
    def caller_id(self) -> str:
        """Whose the line of the log is: the machine's, where one asks."""
        return self.machine.actor_id if self.machine else self.id

    @property
    def caller_name(self) -> str:
        """Likewise the name."""
        return self.machine.name if self.machine else self.name


EMPLOYEE_FIELDS = tuple(name for name in Actor.model_fields if name != "machine")
"""What the store knows of an employee."""


class Basis(StrEnum):
    """With which right a citizen was opened (adgangsgrundlag)."""

    TEAM = "team"
    NAMED_WORKER = "named_worker"
    """A source names the actor as responsible for something that is ongoing."""
    OWN_UNIT = "own_unit"
    CASE_UNIT = "case_unit"
    """The own unit holds an open case of the citizen (sagsførende myndighed)."""
    OVERRIDE = "override"
    """None of these relations, but a stated reason (værdispring); always reviewed."""
    DISCLOSED = "disclosed"
    """None of these relations, but an employee of the area that has the data has disclosed it to the actor."""
    NONE = "none"


class AccessFacts(Schema):
    """What the policy is asked about, read from the store in one statement."""

    citizen_id: UUID
    overview_version: int
    on_team: bool
    is_lead_coordinator: bool
    is_named_worker: bool
    """A source of the actor's own area names the actor as responsible for an ongoing effort, case or assignment."""
    unit_has_active_effort: bool
    """The actor's unit has an effort that is ongoing on the day."""
    unit_effort_begins_in: int | None = None
    """Days until the next effort of the actor's unit begins; the policy says how early that counts. None: no such."""
    unit_effort_ended_for: int | None = None
    """Days since an effort of the actor's unit ended, the first day without it being 0; likewise."""
    unit_holds_case: bool
    """The actor's unit is named as responsible for an open case."""
    is_self: bool
    name_address_protected: bool
    """The citizen is protected, or lives with somebody who is: then the one's address is the other's."""
    consented_areas: frozenset[Area]
    """Areas of which the citizen has consented to share something with the team, and that still stands."""
    consent_cells: frozenset[str] = frozenset()
    """What of these areas, as ``area/source/category`` (``schemas.consent``); an area without cells is shared whole.
    A cell of the category ``existence`` tells only whether there is anything, and makes no area consented to."""
    disclosures: tuple[StandingDisclosure, ...] = ()
    """What others have disclosed to the actor; one for a meeting is among them from when the actor opens it."""
    sources: frozenset[str] = frozenset()
    """Sources that have a line in the overview. No policy asks; the log tells areas with and without lines apart."""
    numbers: Json[HeaderNumbers] = Field(default=HeaderNumbers(), repr=False)
    """The numbers of the overview's header, from JSON. No policy asks; they complete the page that the index gives."""
    not_updated_since: Instant | None
    """Since when the overview cannot be built from what the sources say; None: it can.

    No policy asks; the page must tell it.
    """


class AccessRequest(Schema):
    """What the actor asks for."""

    purpose: Purpose
    override_reason: str | None = Field(default=None, max_length=1000)
    """Set when the actor uses the override; the text goes into the log."""
    override_id: str | None = None
    """Joins all that one stated reason opens: given when the reason is."""
    disclosure_id: int | None = None
    """The disclosure for a meeting that the actor has opened, while that lasts."""
    on_behalf_of: str | None = Field(default=None, max_length=200)
    request_id: str
    act_id: str | None = None
    """What joins the lines of one act that took several requests; None: the request is the act."""
    page: PageKind | None = None
    """Which page is opened."""
    as_known: date | None = None
    """The earlier day that the page shows."""
    shown_on: UUID | None = None
    """The citizen on whose page this one is shown as one of the family."""


class KleLimit(Schema):
    """Of the own area only what has one of these KLE numbers is shown."""

    area: Area
    numbers: frozenset[str]
    """``27``, ``27.24`` or ``27.24.45``; a shorter one covers those that begin with it."""


class Decision(Schema):
    """What the policy said. A refusal is a decision too, and is logged like any other."""

    allowed: bool
    basis: Basis
    shown: frozenset[Area] = frozenset()
    withheld: frozenset[Area] = frozenset()
    disclosures: tuple[SectionDisclosure, ...] = ()
    """Of the areas that are shown by another right than that it is the actor's own."""
    kle_limit: KleLimit | None = None
    """Set where the actor's job functions show the own area in part."""
    existence: frozenset[str] = frozenset()
    """Of withheld areas: of which sources, as ``area/source``, the actor may know whether there is anything."""
    may_reveal: bool = False
    """Whether masked protected fields may be revealed by a separate, logged act."""
    policies: tuple[str, ...] = ()
    """Ids of the policies that decided."""
    policy_version: str


class AuditAction(StrEnum):
    """What was done (handling)."""

    OPEN_OVERVIEW = "open_overview"
    END_OVERRIDE = "end_override"
    """Somebody gave up a reason before its time; it opens the citizen no longer."""
    REVIEW_OVERRIDE = "review_override"
    """Somebody else judged a stated reason; what they wrote stands in ``override_reason``."""
    READ_OVERRIDES = "read_overrides"
    """Somebody who reviews stated reasons looked at them."""
    DRAW_SAMPLE = "draw_sample"
    READ_SAMPLES = "read_samples"
    SEND_SAMPLE_LINE = "send_sample_line"
    ASK_EXPLANATION = "ask_explanation"
    REVIEW_SAMPLE = "review_sample"
    EXPORT_SAMPLE = "export_sample"
    READ_DISCLOSURES = "read_disclosures"
    """Somebody looked at what was disclosed to them and by them, or at whom they could disclose to."""
    DISCLOSE = "disclose"
    """An employee of an area let others see data of it; ``details`` say what, to whom and until when."""
    END_DISCLOSURE = "end_disclosure"
    USE_DISCLOSURE = "use_disclosure"
    """A participant of the meeting opened a preventive disclosure, which uses it up."""
    READ_COMMITTEE_FIGURES = "read_committee_figures"
    """Somebody looked at what the Sammenhængsudvalg is told in numbers."""
    READ_OWN_UNITS = "read_own_units"
    """A manager looked at how much the own units have to do; ``details`` say which."""
    ASSESS_RULE = "assess_rule"
    """Somebody judged a hit of a rule; what they wrote stands in ``override_reason``, the rule in ``details``."""
    RECORD_INDICATOR = "record_indicator"
    """Somebody recorded a professional indicator, or withdrew one; which stands in ``details``."""
    READ_RULES = "read_rules"
    DECIDE_RULE = "decide_rule"
    """An administrator switched a rule on or off; the reason stands in ``override_reason``."""
    SEARCH = "search"
    REVEAL = "reveal"
    PRINT = "print"
    READ_LOG = "read_log"
    READ_ANSWER = "read_answer"
    """Somebody looked at the answer to a DPO's question (``schemas.oversight``), or took it as a file."""
    CHECK_TEST_DATA = "check_test_data"
    """Somebody had the national numbers counted that do not belong in a test installation."""
    READ_INTEGRITY = "read_integrity"
    EXPORT_LOG = "export_log"
    EXPORT_EVENTS = "export_events"
    """Somebody fetched the log as events with pseudonyms, for a system that watches; ``details`` say of which time."""
    DECIDE_EVENT_NAMES = "decide_event_names"
    """The DPO let such events name people for a time, or ended that; the reason stands in ``override_reason``."""
    ERASE_LOG = "erase_log"
    LOG_IN = "log_in"
    LOG_OUT = "log_out"
    USE_OWN_LOGIN = "use_own_login"
    """Who one is, one's purpose and logins, and what the API offers; a line only where a machine asks."""
    LIST_CITIZENS = "list_citizens"
    REACH_LIMIT = "reach_limit"
    """Somebody searched, looked up, logged in or overrode more often than the limit in ``details`` lets them."""
    READ_SOURCES = "read_sources"
    CONFIGURE_SOURCE = "configure_source"
    FORGET_SOURCE = "forget_source"
    """An administrator had all deleted that a removed source has said; a second line tells how much that was."""
    PAUSE_SOURCE = "pause_source"
    """An administrator switched a source off; the reason stands in ``override_reason``."""
    RESUME_SOURCE = "resume_source"
    RUN_SOURCE = "run_source"
    """Somebody let a source be read now, from where it is, from a day, or from the start."""
    STOP_RUN = "stop_run"
    """Somebody let a run end before its end."""
    RELEASE_DELETIONS = "release_deletions"
    """An administrator let held deletions of a source take effect; the reason stands in ``override_reason``."""
    REFUSE_DELETIONS = "refuse_deletions"
    READ_STAFF = "read_staff"
    UPDATE_STAFF = "update_staff"
    CHANGE_ACCOUNT = "change_account"
    """An administrator added or revoked a service account; ``details`` say which, with its scopes."""
    CHANGE_WEBHOOK = "change_webhook"
    """An administrator listed, added, enabled or removed a webhook of alerts; ``details`` say what."""
    READ_QUARANTINE = "read_quarantine"
    REPLAY_QUARANTINE = "replay_quarantine"
    """An administrator had what could not be read tried again; one entry, or all with the same fault."""
    REPAIR_INDEX = "repair_index"
    """An administrator had the index written anew where it differs from the store."""
    REBUILD_INDEX = "rebuild_index"
    BACK_UP = "back_up"
    """An administrator took a backup, or set how the log of the database is archived."""
    RESTORE_BACKUP = "restore_backup"
    """An administrator made a restored database fit for use; ``details`` say what was lost and forgotten again."""
    CHANGE_KEYS = "change_keys"
    """An administrator replaced a key, or a login to the database; ``details`` say which."""
    READ_IDENTITIES = "read_identities"
    LINK_IDENTITY = "link_identity"
    """An administrator decided that claims are about one person; reasons of all these stand in ``override_reason``."""
    KEEP_APART = "keep_apart"
    MERGE_CITIZENS = "merge_citizens"
    CONFIRM_MERGE = "confirm_merge"
    UNMERGE_CITIZENS = "unmerge_citizens"
    WITHDRAW_DECISION = "withdraw_decision"
    READ_CONSENTS = "read_consents"
    """Somebody on the team looked at what a citizen has consented to."""
    GIVE_CONSENT = "give_consent"
    """A lead coordinator recorded a citizen's consent."""
    WITHDRAW_CONSENT = "withdraw_consent"
    PRINT_CONSENTS = "print_consents"
    OFFER_COURSE = "offer_course"
    """Somebody who works with a citizen offered a course, or opened the form for it."""
    READ_COURSE = "read_course"
    ADD_TEAM_MEMBER = "add_team_member"
    """Somebody was put on the team of a course; who leads it is changed so, too."""
    REMOVE_TEAM_MEMBER = "remove_team_member"
    ADD_COURSE_CITIZEN = "add_course_citizen"
    """Somebody of the family was taken into a course that runs, or the form for it was opened."""
    END_COURSE = "end_course"
    READ_PLAN = "read_plan"
    PRINT_PLAN = "print_plan"
    CHANGE_PLAN = "change_plan"
    ENTER_PROGRESS = "enter_progress"
    CHANGE_TRIAL_ACTION = "change_trial_action"
    """Somebody wrote of a trial action (prøvehandling) what is tried, or took it back."""
    JUDGE_TRIAL_ACTION = "judge_trial_action"
    MAKE_LINK = "make_link"
    """Another system asked for an address that leads to the citizen."""
    OPEN_LINK = "open_link"
    READ_ALERTS = "read_alerts"
    """Somebody looked at what happened to the citizens with whom they work, or marked it as read."""
    TAKE_ALERT = "take_alert"
    """Somebody sees to an alert; which stands in ``details``, here and below."""
    HAND_OVER_ALERT = "hand_over_alert"
    CLOSE_ALERT = "close_alert"
    CHANGE_SUBSCRIPTIONS = "change_subscriptions"
    """Somebody chose of what they are told."""
    READ_MEETING = "read_meeting"
    """Somebody on the team looked at meetings, at the agenda of one, or took its calendar file."""
    PRINT_MEETING = "print_meeting"
    PLAN_MEETING = "plan_meeting"
    CHANGE_MEETING = "change_meeting"
    """A planned meeting was moved, or is about or with others."""
    CANCEL_MEETING = "cancel_meeting"
    RECORD_ATTENDANCE = "record_attendance"
    """Who came to a meeting and who did not, the citizen among them, and what was said."""
    RECORD_DECISION = "record_decision"
    """A meeting decided; what the citizen agrees to becomes an agreement of the plan, with a line of its own."""
    CLOSE_MEETING = "close_meeting"
    READ_RIGHTS = "read_rights"
    READ_DELETIONS = "read_deletions"
    PLACE_HOLD = "place_hold"
    RELEASE_HOLD = "release_hold"
    FORGET_CITIZEN = "forget_citizen"
    LIFT_FORGETTING = "lift_forgetting"
    RESTRICT_CITIZEN = "restrict_citizen"
    LIFT_RESTRICTION = "lift_restriction"
    CONTEST_FACT = "contest_fact"
    """A citizen says that something is wrong; the DPO has marked it."""
    DECIDE_CONTEST = "decide_contest"
    EXPORT_DATA = "export_data"
    NAME_EMPLOYEES = "name_employees"
    FORGET_AGAIN = "forget_again"
    RUN_RETENTION = "run_retention"
    LOG_IN_CITIZEN = "log_in_citizen"
    LOG_OUT_CITIZEN = "log_out_citizen"
    OPEN_OWN_PAGE = "open_own_page"
    """A citizen looked at *Min side*, their own or that of a child in their custody; likewise below."""
    READ_OWN_LOG = "read_own_log"
    PRINT_OWN_AGREEMENTS = "print_own_agreements"
    WITHDRAW_OWN_CONSENT = "withdraw_own_consent"
    WRITE_OWN_WORDS = "write_own_words"
    READ_POLICY = "read_policy"
    EXPLAIN_POLICY = "explain_policy"
    """Somebody asked why the policies answer as they do about an employee and a citizen."""


class AuditOutcome(StrEnum):
    """How it ended (udfald)."""

    SHOWN = "shown"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    FAILED = "failed"


class AuditEntry(Schema):
    """One line of the audit log (logoplysning). Identifiers and results only by our own keys."""

    recorded_at: Instant
    action: AuditAction
    outcome: AuditOutcome
    actor_id: str
    actor_name: str
    role: Role | None = None
    unit_id: str | None = None
    on_behalf_of: str | None = None
    purpose: Purpose | None = None
    basis: Basis | None = None
    override_reason: str | None = None
    citizen_id: UUID | None = None
    sections_shown: frozenset[Area] = frozenset()
    """Areas of which lines were shown."""
    sections_withheld: frozenset[Area] = frozenset()
    """Areas that have a source and were not shown; says nothing about whether there is anything."""
    fields_revealed: tuple[str, ...] = ()
    object_kind: ObjectKind | None = None
    object_id: str | None = None
    """What the act was done to when it was not a citizen; a national number is kept as its keyed digest only."""
    details: dict[str, JsonValue] = Field(default_factory=dict)
    """More about the act: ``text`` (the words that were searched for), ``page`` (a ``PageKind``), ``as_known`` (the
    earlier day that was shown), ``shown_on`` (the citizen on whose page this one was shown), ``none_found`` and
    ``not_covered`` (areas without lines, and without a source), ``disclosed`` (with which right each area of another
    administration was shown), ``override`` (which stated reason opened it, or was reviewed), ``relation`` (what the
    employee otherwise was to the citizen), ``review`` (its outcome), ``consent`` (the cells that were given or
    withdrawn, and how), ``course`` (which course, and what was done to it), ``plan`` (which entry or trial action,
    and what was done to it), ``meeting`` (which meeting, and what was done to it), ``alert`` (which alert, its kind,
    and who is to see to it), ``decisions`` (numbers of decisions on who is who),
    ``state`` (what came of such a decision), ``rule`` (why it was not taken),
    ``record_type`` and ``missing`` (which deletions were decided about, and how many), ``units`` (whose figures were
    shown), ``disclosure`` (what was disclosed), ``disclosures`` (ids of those that showed an area), ``fault`` or
    ``entry`` (what was tried again), ``job``, ``deleted`` (how much, by store), ``period`` (of look-ups that were read)
    and ``sample`` (which sample and line, to whom it was sent, and its outcome)."""
    result_count: int | None = None
    policy_version: str
    request_id: str
    act_id: str | None = None
    """Joins the lines of one act: a page with the family's overviews, its reloads, the reason that opened it."""
