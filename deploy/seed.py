"""Writes the demo's employees, courses and earlier look-ups into the store, as their citizens arrive.

Employees come first, so that one can log in at once; a course is opened when all its citizens are there.
"""

from collections.abc import Sequence
from datetime import date
from functools import partial
from threading import Lock
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deploy.sandbox.municipality.catalogue import UNITS
from deploy.sandbox.municipality.plans import Closed, PlanLine, Said
from deploy.sandbox.municipality.staff import ConsentGiven, Course, EarlierLookUp, Employee, Membership, Staff, staff
from deploy.sandbox.municipality.trial_actions import Judged, TrialLine
from deploy.seed_meetings import DatedStep, meeting_steps, plan_key
from hub.access.cedar import POLICY_VERSION
from hub.access.identity import actor
from hub.access.tables import ActorRow
from hub.alerts.service import store_recent
from hub.audit.service import write
from hub.clock import danish_day, danish_midnight
from hub.context import AppContext
from hub.course import plan_repository as plans
from hub.course import trial_repository as trials
from hub.course.service import open_course
from hub.course.tables import ConsentRow, TeamMembershipRow
from hub.db import Base
from hub.digest import keyed_digest
from hub.matching.repository import citizen_of
from hub.overview import repository as overviews
from hub.overview.tables import OverviewRow
from hub.rules.register import RuleApproval, rule_definitions
from hub.rules.repository import add_approval
from hub.sources.repository import source_areas
from schemas.access import AuditAction, AuditEntry, AuditOutcome, Basis, Role
from schemas.consent import AREA_CATEGORIES, ConsentForm, ConsentGiver, ConsentKind
from schemas.course import CitizenSay
from schemas.facts import EffortFact
from schemas.identifiers import Identifier
from schemas.job_function import JobFunction
from schemas.plan import NewEntry, NewProgress, PlanText
from schemas.source import Area
from schemas.trial_action import NewJudgement, TrialText

"""What is to be written from which day on; it says whether it could be."""


class Seeding:
    """What is still to be written. ``what_is_there`` may be called from any thread, as often as one likes.

    What lies ahead waits until its day has come by the demo's clock.
    """

    def __init__(self, context: AppContext) -> None:
        self._parts = context
        self._staff: Staff = staff()
        self._waiting: list[DatedStep] = [
            *((course.started_on, partial(self._opened, course=course)) for course in self._staff.courses),
            *((danish_day(look.when), partial(self._looked, look=look)) for look in self._staff.look_ups),
        ]
        """What is to be written from which day on; it says whether it could be."""
        self._attaching: list[DatedStep] = []
        """Efforts that serve goals; nobody waits for one of a source that is not read."""
        self._lock = Lock()

    def staff(self) -> None:
        """Write the employees."""
        with self._parts.database.transaction() as session:
            session.add_all(self._actor(employee) for employee in self._staff.employees)
            approve_rules(session)

    def what_is_there(self) -> None:
        """Open the courses and write the look-ups whose citizens have arrived and whose day has come."""
        with self._lock, self._parts.database.transaction() as session:
            is_written = True
            while is_written:  # a course that is opened brings its team and consents
                is_written = False
                for due in self._due(self._waiting):
                    _, write_it = due
                    if write_it(session):
                        self._waiting.remove(due)
                        is_written = True
            self._attaching = [
                step for step in self._attaching if step not in self._due([step]) or not step[1](session)
            ]

    def is_done(self) -> bool:
        """Whether everything of today and before is written."""
        with self._lock:
            return not self._due(self._waiting)

    def _due(self, steps: Sequence[DatedStep]) -> list[DatedStep]:
        today = danish_day(self._parts.clock.now())
        return [step for step in steps if step[0] <= today]

    def citizens(self) -> int:
        """How many citizens have an overview."""
        with self._parts.database.transaction() as session:
            return session.scalar(select(func.count()).select_from(OverviewRow)) or 0

    def _actor(self, employee: Employee) -> ActorRow:
        unit = UNITS_BY_ID.get(employee.unit_id or "")
        return ActorRow(
            id=employee.id,
            name=employee.name,
            title=employee.title,
            roles=[employee.role],
            unit_id=employee.unit_id,
            unit_name=unit.name if unit else None,
            area=employee.area,
            worker_ids=list(employee.worker_ids),
            phone=unit.phone if unit else None,
            own_identifier_digest=self._digest(employee.cpr) if employee.cpr else None,
            functions=[_leadership(employee.leads)] if employee.leads else [],
            active=True,
        )

    def _opened(self, session: Session, course: Course) -> bool:
        citizens_by_cpr = {cpr: self._citizen(session, cpr) for cpr in course.cprs}
        citizens = {cpr: citizen for cpr, citizen in citizens_by_cpr.items() if citizen is not None}
        if len(citizens) < len(course.cprs):
            return False
        course_id = open_course(session, course.title, citizens.values(), course.started_on)
        for member in course.team:
            self._waiting.append((member.start, partial(_add, row=_membership(course_id, member))))
        lead = next(member.employee for member in course.team if member.function == "lead_coordinator")
        for citizen in citizens.values():
            row = ConsentRow(
                course_id=course_id,
                citizen_id=citizen,
                kind=ConsentKind.COURSE,
                **_terms(course.started_on, None, lead),
            )
            self._waiting.append((course.started_on, partial(_add, row=row)))
        plan = [(citizens[cpr], line) for cpr, line in course.plan]
        self._waiting += plan_steps(course_id, plan)
        self._attaching += effort_steps(course_id, plan)
        self._waiting += meeting_steps(
            course_id,
            {line.given: citizens[cpr] for cpr, line in course.plan},
            course.meetings,
            [line for _, line in course.plan],
        )
        self._waiting += trial_steps(course_id, [(citizens[cpr], line) for cpr, line in course.trials])
        for consent in course.consents:
            for row in self._consents(session, course_id, citizens[consent.cpr], consent, lead):
                self._waiting.append((consent.given_on, partial(_add, row=row)))
        store_recent(session, citizens.values(), now=self._parts.clock.now())
        return True

    def _consents(
        self, session: Session, course_id: UUID, citizen_id: UUID, consent: ConsentGiven, lead: str
    ) -> list[ConsentRow]:
        """One consent for each category of each source of the area."""
        kind = ConsentKind.HEALTH if consent.area is Area.HEALTH else ConsentKind.SHARE
        return [
            ConsentRow(
                course_id=course_id,
                citizen_id=citizen_id,
                kind=kind,
                area=consent.area,
                source=source,
                category=category,
                **_terms(consent.given_on, consent.expires_on, lead),
            )
            for source, area in source_areas(session).items()
            if area is consent.area
            for category in AREA_CATEGORIES[area]
        ]

    def _looked(self, session: Session, look: EarlierLookUp) -> bool:
        citizen = self._citizen(session, look.cpr)
        if citizen is None:
            return False
        who = actor(session, look.employee)
        entry = AuditEntry(
            recorded_at=look.when,
            action=AuditAction.OPEN_OVERVIEW,
            outcome=AuditOutcome.SHOWN,
            actor_id=who.id,
            actor_name=who.name,
            role=next(iter(who.roles)),
            unit_id=who.unit_id,
            purpose=look.purpose,
            basis=Basis.TEAM,
            citizen_id=citizen,
            policy_version=POLICY_VERSION,
            request_id="demo",
        )
        write(session, entry)
        return True

    def _citizen(self, session: Session, cpr: str) -> UUID | None:
        return citizen_of(session, self._digest(cpr))

    def _digest(self, cpr: str) -> str:
        return keyed_digest(Identifier.national(cpr), self._parts.digest_key)


def approve_rules(session: Session) -> None:
    """Switch on every rule but the local line of absence, which one pupil in five would cross."""
    for definition in rule_definitions():
        if definition.id != "absence_total_local":
            approval = RuleApproval(
                rule=definition.id,
                version=definition.version,
                is_on=True,
                limit=definition.limit,
                reason="Besluttet i Sammenhængsudvalget sammen med databeskyttelsesrådgiveren",
                decided_by="Tine Skov",
                decided_at=RULES_APPROVED_AT,
            )
            add_approval(session, approval, decided_by_id="tine.skov")


def _add(session: Session, row: Base) -> bool:
    session.add(row)
    return True


def _leadership(units: tuple[str, ...]) -> dict[str, Any]:
    """The function of somebody who leads these units, as a login gives it."""
    return JobFunction(name="leder", role=Role.MANAGER, units=frozenset(units)).model_dump(mode="json")


def plan_steps(course_id: UUID, lines: Sequence[tuple[UUID, PlanLine]]) -> list[DatedStep]:
    """What is written of the plans of these citizens, each with its day."""
    keys = {(citizen_id, line.words): plan_key(course_id, citizen_id, line.words) for citizen_id, line in lines}
    steps: list[DatedStep] = []
    for citizen_id, line in lines:
        key, goal = keys[citizen_id, line.words], keys.get((citizen_id, line.goal))
        said = PlanText(words=line.words, who=line.who, due_on=line.due_on, goal_type=line.goal_type)
        entry = NewEntry(kind=line.kind, parent_id=goal, text=said)
        steps.append(
            (line.day, partial(_planned, course_id=course_id, citizen_id=citizen_id, key=key, entry=entry, line=line))
        )
        steps += [(each.day, partial(_said, key=key, said=each)) for each in line.progress]
        steps += [
            (day, partial(_reviewed, key=key, version=version, day=day, line=line, review_on=review_on))
            for version, (day, review_on) in enumerate(line.reviews, 2)
        ]
        if line.closed is not None:
            version = 2 + len(line.reviews)
            steps.append((line.closed.day, partial(_closed, key=key, version=version, said=said, closed=line.closed)))
    return steps


def effort_steps(course_id: UUID, lines: Sequence[tuple[UUID, PlanLine]]) -> list[DatedStep]:
    """Which efforts of sources serve the goals of these plans, each with its day."""
    return [
        (day, partial(_attached, citizen_id=citizen_id, key=key, title=title, line=line, day=day))
        for citizen_id, line in lines
        for key in [plan_key(course_id, citizen_id, line.words)]
        for day, title in line.efforts
    ]


def _attached(session: Session, *, citizen_id: UUID, key: UUID, title: str, line: PlanLine, day: date) -> bool:
    """Attach the effort of that title; False: no source has told it yet."""
    _, overview = overviews.current(session, [citizen_id]).get(citizen_id, (0, None))
    for entry in overview.entries() if overview else ():
        if isinstance(entry.fact, EffortFact) and entry.fact.title == title:
            now = danish_midnight(day)
            plans.add_effort(session, key, entry.id, entry.provenance.source, by=line.by, now=now)
            return True
    return False


def _planned(
    session: Session, *, course_id: UUID, citizen_id: UUID, key: UUID, entry: NewEntry, line: PlanLine
) -> bool:
    now = danish_midnight(line.day)
    plans.add_entry(session, course_id, citizen_id, key, entry, by=line.by, now=now)
    return True


def _said(session: Session, *, key: UUID, said: Said) -> bool:
    progress = NewProgress(progress=said.progress, on_day=said.day, words=said.words)
    plans.add_progress(session, key, progress, by=said.by, now=danish_midnight(said.day))
    return True


def trial_steps(course_id: UUID, lines: Sequence[tuple[UUID, TrialLine]]) -> list[DatedStep]:
    """What is written of the trial actions of these citizens, each with its day."""
    steps: list[DatedStep] = []
    for citizen_id, line in lines:
        key, said = uuid4(), _trial_text(line)
        steps.append((line.day, partial(_tried, course_id=course_id, citizen_id=citizen_id, key=key, line=line)))
        steps += [
            (judged.day, partial(_judged, key=key, judged=judged, said=said, number=number))
            for number, judged in enumerate(line.judged, 2)
        ]
    return steps


def _tried(session: Session, *, course_id: UUID, citizen_id: UUID, key: UUID, line: TrialLine) -> bool:
    now = danish_midnight(line.day)
    return trials.add_trial(session, course_id, citizen_id, key, _trial_text(line), by=line.by, now=now)


def _judged(session: Session, *, key: UUID, judged: Judged, said: TrialText, number: int) -> bool:
    now = danish_midnight(judged.day)
    judgement = NewJudgement(
        outcome=judged.outcome,
        on_day=judged.day,
        learned=judged.learned,
        works=judged.works,
        judge_next_on=judged.next_on,
    )
    trials.add_judgement(session, key, judgement, by=judged.by, now=now)
    if judged.next_on is not None:
        next_said = said.model_copy(update={"judge_on": judged.next_on})
        trials.add_version(session, key, number, next_said, by=judged.by, now=now)
    return True


def _trial_text(line: TrialLine) -> TrialText:
    return TrialText(**{name: getattr(line, name) for name in TrialText.model_fields if name != "withdrawn_because"})


def _reviewed(session: Session, *, key: UUID, version: int, day: date, line: PlanLine, review_on: date) -> bool:
    said = PlanText(words=line.words, who=line.who, due_on=review_on)
    return plans.add_version(session, key, version, said, by=line.by, now=danish_midnight(day))


def _closed(session: Session, *, key: UUID, version: int, said: PlanText, closed: Closed) -> bool:
    text = said.model_copy(update={"state": closed.state})
    return plans.add_version(session, key, version, text, by=closed.by, now=danish_midnight(closed.day))


def _membership(course_id: UUID, member: Membership) -> TeamMembershipRow:
    return TeamMembershipRow(
        course_id=course_id,
        actor_id=member.employee,
        function=member.function,
        valid_from=member.start,
        valid_to=member.end,
        reason=member.reason,
        citizen_say=CitizenSay.WANTS,
    )


def _terms(given_on: date, expires_on: date | None, lead: str) -> dict[str, Any]:
    """How the citizens of the demo consent: in writing, at a meeting with the lead coordinator."""
    return {
        "given_on": given_on,
        "expires_on": expires_on,
        "form": ConsentForm.WRITTEN,
        "given_by": ConsentGiver.CITIZEN,
        "evidence": "Underskrevet blanket, journaliseret på sagen",
        "recorded_by": lead,
        "recorded_at": danish_midnight(given_on),
    }


RULES_APPROVED_AT = danish_midnight(date(2019, 1, 7))
UNITS_BY_ID = {unit.id: unit for unit in UNITS}
