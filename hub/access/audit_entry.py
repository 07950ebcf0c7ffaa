"""Pure: the line of the log about an act."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from hub.access.acts import BACKUP_ACTS, IDENTITY_ACTS, RIGHTS_ACTS, SAMPLE_ACTS, SOURCE_ACTS, STAFF_ACTS
from hub.access.cedar import POLICY_VERSION
from hub.access.policy import relation_of
from hub.access.redaction import redact_identifiers, redact_key
from schemas.access import (
    AccessFacts,
    AccessRequest,
    Actor,
    AuditAction,
    AuditEntry,
    AuditObject,
    AuditOutcome,
    Basis,
    Decision,
    Role,
)
from schemas.source import Area

_ROLES_OF: Mapping[AuditAction, tuple[Role, ...]] = {
    **dict.fromkeys((AuditAction.READ_LOG, AuditAction.EXPORT_LOG, AuditAction.DECIDE_EVENT_NAMES), (Role.DPO,)),
    **dict.fromkeys((AuditAction.READ_INTEGRITY, AuditAction.EXPORT_EVENTS), (Role.DPO, Role.ADMINISTRATOR)),
    AuditAction.READ_ANSWER: (Role.DPO,),
    AuditAction.CHECK_TEST_DATA: (Role.DPO, Role.ADMINISTRATOR),
    AuditAction.ERASE_LOG: (Role.ADMINISTRATOR,),
    **dict.fromkeys((AuditAction.RUN_RETENTION, AuditAction.FORGET_AGAIN), (Role.ADMINISTRATOR,)),
    **dict.fromkeys(RIGHTS_ACTS | {AuditAction.READ_RIGHTS}, (Role.DPO,)),
    AuditAction.READ_DELETIONS: (Role.DPO, Role.ADMINISTRATOR),
    AuditAction.READ_OVERRIDES: (Role.DPO, Role.MANAGER),
    AuditAction.REVIEW_OVERRIDE: (Role.DPO, Role.MANAGER),
    **dict.fromkeys(SAMPLE_ACTS, (Role.DPO, Role.MANAGER)),
    AuditAction.READ_OWN_UNITS: (Role.MANAGER,),
    AuditAction.READ_COMMITTEE_FIGURES: (Role.MANAGER, Role.DPO),
    **dict.fromkeys(
        STAFF_ACTS
        | {AuditAction.READ_SOURCES, AuditAction.EXPLAIN_POLICY, AuditAction.DECIDE_RULE}
        | SOURCE_ACTS
        | BACKUP_ACTS
        | IDENTITY_ACTS,
        (Role.ADMINISTRATOR,),
    ),
}
"""Which of somebody's roles does what the others do not, the widest first."""


def audit_entry(  # noqa: PLR0913  keyword-only from the object on
    actor: Actor,
    action: AuditAction,
    outcome: AuditOutcome,
    request: AccessRequest,
    now: datetime,
    *,
    about: AuditObject | None = None,
    details: dict[str, JsonValue] | None = None,
    **fields: Any,
) -> AuditEntry:
    """A line about *actor*, and what the act was done to. Whatever people wrote is kept without national numbers.

    A machine's line is its own and names the employee on whose behalf it asked.
    """
    return AuditEntry(
        recorded_at=now,
        action=action,
        outcome=outcome,
        actor_id=actor.caller_id,
        actor_name=actor.caller_name,
        role=_role(actor, action),
        unit_id=actor.unit_id,
        on_behalf_of=actor.id if actor.id != actor.caller_id else _redacted(request.on_behalf_of),
        purpose=request.purpose,
        override_reason=_redacted(request.override_reason),
        policy_version=POLICY_VERSION,
        request_id=request.request_id,
        act_id=request.act_id or request.request_id,
        details={**_page(request), **(details or {})},
        object_kind=about.kind if about else None,
        object_id=redact_key(about.id) if about else None,
        **fields,
    )


def _page(request: AccessRequest) -> dict[str, JsonValue]:
    """Which page was opened, what day it showed, on whose page the citizen was shown, and which reason opened it."""
    page: dict[str, JsonValue] = {}
    if request.page is not None:
        page["page"] = request.page.value
    if request.as_known is not None:
        page["as_known"] = request.as_known.isoformat()
    if request.shown_on is not None:
        page["shown_on"] = str(request.shown_on)
    if request.override_id is not None:
        page["override"] = request.override_id
    return page


def _role(actor: Actor, action: AuditAction) -> Role | None:
    fitting = _ROLES_OF.get(action, (Role.TEAM_MEMBER,))
    return next((role for role in fitting if role in actor.roles), min(actor.roles, default=None))


def _redacted(text: str | None) -> str | None:
    return None if text is None else redact_identifiers(text)


def entry_about(facts: AccessFacts, decision: Decision, entry: AuditEntry, areas: Mapping[str, Area]) -> AuditEntry:
    """The line with the citizen, the right and the areas: those with lines, without lines, withheld, not covered."""
    shown, withheld, details = decision.shown, decision.withheld, entry.details
    if decision.allowed:
        covered = frozenset(areas.values())
        with_lines = frozenset(areas[source] for source in facts.sources if source in areas)
        none_found, not_covered = (shown & covered) - with_lines, frozenset(Area) - covered
        shown, withheld = shown & with_lines, withheld & covered
        if none_found:
            details = {**details, "none_found": [*sorted(none_found)]}
        if not_covered:
            details = {**details, "not_covered": [*sorted(not_covered)]}
    if decision.disclosures:
        disclosed: dict[str, JsonValue] = {each.area.value: each.basis.value for each in decision.disclosures}
        details = {**details, "disclosed": disclosed}
        if stated := [standing.id for each in decision.disclosures for standing in each.stated]:
            details["disclosures"] = [*stated]
    if decision.basis is Basis.OVERRIDE:
        details = {**details, "relation": relation_of(facts).value}
    update: dict[str, Any] = {
        "citizen_id": facts.citizen_id,
        "basis": decision.basis,
        "sections_shown": shown,
        "sections_withheld": withheld,
        "details": details,
    }
    return entry.model_copy(update=update)
