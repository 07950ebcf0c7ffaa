"""Whether somebody may do an act with a citizen's plan, and the line of the log about it."""

from datetime import datetime
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy.orm import Session

from hub.access.audit_entry import audit_entry
from hub.access.course_policy import may_handle_plan
from hub.alerts.service import tell_plan_changed
from hub.audit.service import write
from hub.clock import danish_day
from hub.course import consent_repository
from hub.course import repository as access
from hub.rights.errors import CitizenRestricted
from hub.rights.restriction_repository import restricted_among
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, AuditOutcome, Basis


class PlanAct:
    """One act with the plan of one citizen for one actor, in the caller's transaction."""

    def __init__(
        self,
        session: Session,
        actor: Actor,
        citizen_id: UUID,
        request: AccessRequest,
        action: AuditAction,
        *,
        now: datetime,
    ) -> None:
        self.session, self.actor, self.citizen_id, self.action = session, actor, citizen_id, action
        # The plan is the team's: a stated reason (værdispring) opens nothing of it.
        self.request = request.model_copy(update={"override_reason": None, "override_id": None})
        self.now, self.today = now, danish_day(now)
        self.place = consent_repository.team_facts(session, actor, citizen_id, self.today)
        """The actor's place on the citizen's course; None: there is no course."""
        self._facts = access.access_facts(session, actor, citizen_id, self.today)

    def allowed(self) -> AccessFacts | None:
        """What the policies decided on; None: refused, and the line is written.

        Raises:
            CitizenRestricted: the processing of the citizen's data is restricted; the line says that it was refused.
        """
        facts = self._facts
        if facts is not None and self.place is not None and may_handle_plan(self.actor, self.action, facts):
            return facts
        is_restricted = bool(restricted_among(self.session, [self.citizen_id]))
        is_unknown = facts is None and not is_restricted
        self.write(None, AuditOutcome.NOT_FOUND if is_unknown else AuditOutcome.REFUSED)
        if is_restricted:
            raise CitizenRestricted
        return None

    def write(self, plan: dict[str, JsonValue] | None, outcome: AuditOutcome = AuditOutcome.SHOWN) -> None:
        """Write the line of the act; *plan*: of what, and what was done to it; the team is told of that."""
        entry = audit_entry(
            self.actor,
            self.action,
            outcome,
            self.request,
            self.now,
            citizen_id=self.citizen_id,
            basis=Basis.TEAM if outcome is AuditOutcome.SHOWN else Basis.NONE,
            details={"plan": plan} if plan else None,
        )
        write(self.session, entry)
        if plan is not None:
            tell_plan_changed(self.session, self.citizen_id, by=self.actor.id, now=self.now)
