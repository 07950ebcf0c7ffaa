"""Writes the demo's employees, courses and earlier look-ups into the store, as their citizens arrive.

Employees come first, so that one can log in at once; a course is opened when all its citizens are there.
"""

from collections import deque
from datetime import date
from threading import Lock
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from deploy.sandbox.municipality.catalogue import UNITS
from deploy.sandbox.municipality.staff import Course, EarlierLookUp, Employee, Staff, staff
from hub.access.identity import actor
from hub.access.policy import POLICY_VERSION
from hub.access.tables import ActorRow
from hub.audit.service import write
from hub.clock import danish_day
from hub.context import AppContext
from hub.course.service import open_course
from hub.course.tables import ConsentRow, TeamMembershipRow
from hub.digest import keyed_digest
from hub.matching.repository import citizen_of
from hub.overview.tables import OverviewRow
from schemas.access import AuditAction, AuditEntry, AuditOutcome, Basis
from schemas.identifiers import Identifier


class Seeding:
    """What is still to be written. ``what_is_there`` may be called from any thread, as often as one likes."""

    def __init__(self, context: AppContext, day: date) -> None:
        self._parts = context
        self._day = day
        self._staff: Staff = staff()
        self._courses = deque(course for course in self._staff.courses if course.started_on <= day)
        self._look_ups = deque(look for look in self._staff.look_ups if danish_day(look.when) <= day)
        self._lock = Lock()

    def staff(self) -> None:
        """Write the employees."""
        with self._parts.database.transaction() as session:
            session.add_all(self._actor(one) for one in self._staff.employees)

    def what_is_there(self) -> None:
        """Open the courses and write the look-ups whose citizens have arrived."""
        with self._lock, self._parts.database.transaction() as session:
            for _ in range(len(self._courses)):
                course = self._courses.popleft()
                if not self._opened(session, course):
                    self._courses.append(course)
            for _ in range(len(self._look_ups)):
                look = self._look_ups.popleft()
                if not self._looked(session, look):
                    self._look_ups.append(look)

    def is_done(self) -> bool:
        """Whether every course is open and every look-up written."""
        with self._lock:
            return not self._courses and not self._look_ups

    def citizens(self) -> int:
        """How many citizens have an overview."""
        with self._parts.database.transaction() as session:
            return session.scalar(select(func.count()).select_from(OverviewRow)) or 0

    def _actor(self, one: Employee) -> ActorRow:
        unit = UNITS_BY_ID.get(one.unit_id or "")
        return ActorRow(
            id=one.id,
            name=one.name,
            title=one.title,
            roles=[one.role],
            unit_id=one.unit_id,
            unit_name=unit.name if unit else None,
            area=one.area,
            worker_ids=list(one.worker_ids),
            phone=unit.phone if unit else None,
            own_identifier_digest=self._digest(one.cpr) if one.cpr else None,
            active=True,
        )

    def _opened(self, session: Session, course: Course) -> bool:
        found = {cpr: self._citizen(session, cpr) for cpr in course.cprs}
        citizens = {cpr: citizen for cpr, citizen in found.items() if citizen is not None}
        if len(citizens) < len(course.cprs):
            return False
        course_id = open_course(session, course.title, citizens.values(), course.started_on)
        session.add_all(
            TeamMembershipRow(
                course_id=course_id,
                actor_id=one.employee,
                function=one.function,
                valid_from=one.start,
                valid_to=one.end,
                reason=one.reason,
            )
            for one in course.team
            if one.start <= self._day
        )
        session.add_all(
            ConsentRow(
                course_id=course_id,
                citizen_id=citizens[one.cpr],
                area=one.area,
                given_on=one.given_on,
                expires_on=one.expires_on,
                scope=one.scope,
            )
            for one in course.consents
            if one.given_on <= self._day
        )
        return True

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


UNITS_BY_ID = {unit.id: unit for unit in UNITS}
