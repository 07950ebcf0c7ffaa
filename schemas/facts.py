"""What a record can say: one small class per kind of fact, told apart by ``kind``.

Field docs give the Danish term and, where there is one, the name in KL's national model (FKI) or in
the OIO standards. Free text of journals, diagnoses and amounts have no field here, on purpose.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Instant, Schema
from schemas.codes import Coded
from schemas.people import Line, PersonFact, RelationFact, Responsible, Unit


class LegalBasis(Schema):
    """A paragraph (hjemmel; SF1470: HjemmelSpecifikation)."""

    law: str
    """Code in the list ``laws``, e.g. ``barnets_lov``."""
    section: str
    """As written: ``§ 32, stk. 1, nr. 5``."""


class CaseFact(Schema):
    """A case (sag; SF1470 Sag)."""

    kind: Literal["case"] = "case"
    case_number: Line
    """Sagsnummer."""
    title: Line
    status: Coded
    case_type: Coded | None = None
    kle_topic: str | None = None
    """KLE-emne, e.g. ``27.24.45``."""
    is_sensitive: bool = False
    """DUBU isSensitive: a stricter access class."""
    responsible: Responsible | None = None
    next_deadline_on: date | None = None
    """foerstkommendeFrist."""


class EffortStatus(StrEnum):
    """FKI indsatsAktivitetsstatus: what actually happens, not whether it is granted."""

    PLANNED = "planned"
    ACTIVE = "active"
    ON_HOLD = "on_hold"
    ENDED = "ended"
    CANCELLED = "cancelled"


class EffortFact(Schema):
    """An effort (indsats; KLCommonCareSocialPlannedIntervention, DUBU ydelse). Valid time: the record's."""

    kind: Literal["effort"] = "effort"
    title: Line
    """What it is, in the source's words or the code list's."""
    status: EffortStatus
    code: Coded | None = None
    """indsatsskode."""
    legal_basis: LegalBasis | None = None
    kle_topic: str | None = None
    purpose: Line | None = None
    """indsatsformål: the goal as the source states it."""
    responsible: Responsible | None = None
    """indsatsansvarlig: the authority (myndighed)."""
    performer: Unit | None = None
    """indsatsleverandør."""
    extent: Line | None = None
    """Extent in words, e.g. "2 timer om ugen". Never an amount."""
    next_follow_up_on: date | None = None
    """indsatsPlanlagtOpfølgning."""
    expected_end_on: date | None = None
    case_number: str | None = None
    recommendation: Line | None = None
    """A coded or one-line recommendation that others must know of (anbefaling), as the source releases it."""
    requests: tuple[str, ...] = ()
    """The requests of the same source that led to it, as ``<record type>/<id>``: they and the effort are one."""


class Outcome(StrEnum):
    """What a notification led to (barnets lov § 136); a separate list so that None can mean "not decided"."""

    NO_ACTION = "no_action"
    TO_RUNNING_CASE = "to_running_case"
    CLARIFICATION = "clarification_19"
    """afdækning, § 19."""
    ASSESSMENT = "assessment_20"
    """børnefaglig undersøgelse, § 20."""
    ACUTE = "acute"
    EFFORT = "effort"
    """An effort was started as a direct consequence."""


class ConcernNotificationFact(Schema):
    """A concern notification (underretning; DST: notification of concern). Valid from the day received."""

    kind: Literal["concern_notification"] = "concern_notification"
    received_at: Instant
    """modtaget. Where the source has a date only: midnight Danish time, and ``received_has_time`` is false."""
    received_has_time: bool
    notifier: Coded
    """underretter: code list ``notifier_categories``."""
    notifier_title: Line | None = None
    """Who in words, e.g. "Skolen"; never a private person's name."""
    reasons: tuple[Coded, ...] = ()
    """årsager: code list ``notification_reasons``; not mutually exclusive."""
    legal_basis: LegalBasis | None = None
    assessed_at: Instant | None = None
    """vurderet: the assessment within 24 hours."""
    receipt_sent_on: date | None = None
    """kvittering to the notifier, due within 6 working days."""
    notifier_informed_on: date | None = None
    """orientering: a professional notifier was told what followed. None: not, or the source does not say."""
    outcome: Outcome | None = None
    """None: not decided yet, or the source does not say."""
    outcome_on: date | None = None
    outcome_efforts: tuple[str, ...] = ()
    """Source ids of efforts that followed, where the source itself says so."""
    is_closed: bool | None = None
    case_number: str | None = None
    responsible: Responsible | None = None
    about_unborn: bool = False
    """Registered on the expectant mother."""


class AbsenceKind(StrEnum):
    """Kind of absence from school (fraværstype; code list ``absence_kinds`` has the words)."""

    SICK = "SICK"
    PERMITTED = "PERMITTED"
    UNLAWFUL = "UNLAWFUL"
    LATE = "LATE"


class AbsenceFact(Schema):
    """Absence of one pupil, in one quarter, of one kind (fravær). Daily rows never enter."""

    kind: Literal["absence"] = "absence"
    year: int = Field(ge=1990, le=2200)
    quarter: int = Field(ge=1, le=4)
    absence: AbsenceKind
    days: float = Field(ge=0, allow_inf_nan=False)
    """Days absent, whole days; half days count 0.5."""
    school_days: float = Field(gt=0, allow_inf_nan=False)
    """School days of the quarter."""
    school: Unit | None = None
    grade: str | None = None
    """klassetrin."""

    @property
    def percent(self) -> float:
        """Absence in percent of the quarter's school days."""
        return 100 * self.days / self.school_days


class EnrolmentFact(Schema):
    """A pupil goes to a school, in a class, for one school year (indskrivning, stamklasse; WS17 Student).

    Valid time: the school year, or as long as the pupil was there.
    """

    kind: Literal["enrolment"] = "enrolment"
    school: Unit
    group: Line | None = None
    """stamklasse, e.g. ``8B``."""
    grade: str | None = None
    """klassetrin: ``0`` is børnehaveklasse."""
    school_year: Line | None = None
    """skoleår as people write it: ``2025/26``."""
    responsible: Responsible | None = None
    """Whom to call: the school and, where the source names one, the class teacher."""


class ContactState(StrEnum):
    """Where a contact or stay stands, as the source states it."""

    PLANNED = "planned"
    """Agreed on, and not said to have taken place."""
    ONGOING = "ongoing"
    ON_LEAVE = "on_leave"
    """orlov: the citizen is at home, the stay goes on."""
    ENDED = "ended"


class ContactFact(Schema):
    """A contact or stay (kontakt; FHIR Encounter, MedCom HospitalNotification): that it took place, not its content."""

    kind: Literal["contact"] = "contact"
    title: Line
    code: Coded | None = None
    status: Coded | None = None
    state: ContactState | None = None
    """None: the source does not tell."""
    is_stay: bool = False
    """Whether it is a stay in a hospital (indlæggelse), which lasts."""
    leave_since: date | None = None
    """Since when the citizen is on leave from the stay."""
    starts_at: Instant | None = None
    """From which hour. None: the source tells a day alone."""
    ends_at: Instant | None = None
    """Until which hour, later than ``starts_at``. None: the source does not tell how long it lasts."""
    responsible: Responsible | None = None


class AssignmentFact(Schema):
    """Somebody works with the citizen (tilknytning; FHIR CareTeam, DFDG PersonContact, DUBU primaerBehandler)."""

    kind: Literal["assignment"] = "assignment"
    role: Coded
    responsible: Responsible


class TargetGroupFact(Schema):
    """The target group that a citizen belongs to (målgruppe, LAB § 6): which rules the employment effort follows."""

    kind: Literal["target_group"] = "target_group"
    target_group: Coded
    """Code lists ``lab_target_groups`` and ``lab_target_groups_old``, or the source's own numbers with its words."""
    responsible: Responsible | None = None


class JobAbsenceFact(Schema):
    """A job seeker is not at the labour market's disposal (fravær; DFDG Fravaer). Valid time: the record's."""

    kind: Literal["job_absence"] = "job_absence"
    absence: Coded
    reported_on: date | None = None
    """anmeldelsesdato."""
    end_reason: Coded | None = None
    """fraværsafslutningsårsag."""


class DeadlineFact(Schema):
    """A day by which something must be done (frist; DFDG Frist). Valid from that day, for one day."""

    kind: Literal["deadline"] = "deadline"
    title: Line
    code: Coded | None = None
    is_met: bool | None = None
    """Whether it was kept. None: the source does not say."""
    responsible: Responsible | None = None


class AuthorityFact(Schema):
    """A source says that another municipality is the citizen's authority (ikke længere vores). What was read stays."""

    kind: Literal["authority"] = "authority"


class NoAccessFact(Schema):
    """A source holds the citizen and does not let Helhed read what it has (ingen adgang; Nexus isPatientAccessible).

    It says nothing about whether there is anything, so the area must never read "none found".
    """

    kind: Literal["no_access"] = "no_access"


class PlanFact(Schema):
    """A plan as a source delivers it (plan: barnets plan, Min Plan, handleplan)."""

    kind: Literal["plan"] = "plan"
    title: Line
    status: Coded
    code: Coded | None = None
    responsible: Responsible | None = None
    next_follow_up_on: date | None = None


class GoalKind(StrEnum):
    """KL goal types, reduced: whose goal it is and how far-reaching."""

    CITIZEN_WISH = "citizen_wish"
    """borgers ønsker og mål: the citizen's own words."""
    GOAL = "goal"
    SUB_GOAL = "sub_goal"
    STRENGTH = "strength"
    """ressource: what works already, as somebody recorded it."""


class Progress(StrEnum):
    """A professional's assessment against a goal (progression); entered, never computed."""

    REACHED = "reached"
    BETTER = "better"
    UNCHANGED = "unchanged"
    WORSE = "worse"
    NOT_ASSESSED = "not_assessed"


class GoalFact(Schema):
    """A goal as a source delivers it (mål, delmål, borgers ønske; KLCommonCareSocialGoal)."""

    kind: Literal["goal"] = "goal"
    goal: GoalKind
    text: Line | None = None
    """None: the source tells no words, or took them back."""
    progress: Progress = Progress.NOT_ASSESSED
    assessed_on: date | None = None
    stated_by: Line | None = None
    """Who said or recorded it, by role or first name."""
    is_closed: bool = False
    """Nobody works with the goal any more; whether it was reached, the progress alone tells."""


Fact = Annotated[
    PersonFact
    | RelationFact
    | CaseFact
    | EffortFact
    | ConcernNotificationFact
    | AbsenceFact
    | EnrolmentFact
    | ContactFact
    | AssignmentFact
    | TargetGroupFact
    | JobAbsenceFact
    | DeadlineFact
    | AuthorityFact
    | NoAccessFact
    | PlanFact
    | GoalFact,
    Field(discriminator="kind"),
]
