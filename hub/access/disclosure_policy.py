"""Pure: what the policies say of disclosing data of an area, ending a disclosure and opening one for a meeting."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from hub.access.policy import ask_policies, is_own_unit, is_reason
from schemas.access import AccessFacts, Actor, AuditAction
from schemas.base import Schema
from schemas.disclosure import STATED_BASES, Disclosure, DisclosureBasis


class DisclosureAsk(Schema):
    """What is to be disclosed, as far as a policy asks."""

    basis: DisclosureBasis
    reason: str
    days: int
    """How many days it is to hold, the first and the last among them."""
    has_legal_basis: bool
    to_team: bool
    has_meeting: bool
    receiver_areas: frozenset[str]
    """Empty: of somebody without an area."""


def may_disclose(actor: Actor, facts: AccessFacts, disclosure: DisclosureAsk) -> bool:
    """Whether the actor may disclose data of the own area about the citizen so."""
    return _may_disclose(actor, facts, disclosure, has_reason=is_reason(disclosure.reason))


def _may_disclose(actor: Actor, facts: AccessFacts, disclosure: DisclosureAsk, *, has_reason: bool) -> bool:
    context = {
        **_relations(facts),
        "is_self": facts.is_self,
        "has_reason": has_reason,
        "area": actor.area or "",
        "basis": disclosure.basis.value,
        "days": disclosure.days,
        "has_legal_basis": disclosure.has_legal_basis,
        "to_team": disclosure.to_team,
        "has_meeting": disclosure.has_meeting,
        "receiver_areas": tuple(sorted(disclosure.receiver_areas)),
    }
    return _ask(actor, AuditAction.DISCLOSE, context)


def offered_bases(actor: Actor, facts: AccessFacts) -> tuple[DisclosureBasis, ...]:
    """The bases on which the actor may disclose something about the citizen at all, to whomever and for a day."""
    return tuple(basis for basis in STATED_BASES if _is_offered(actor, facts, basis))


def may_disclose_something(actor: Actor, facts: AccessFacts) -> bool:
    """Whether there is a basis on which the actor may disclose something about the citizen."""
    return any(_is_offered(actor, facts, basis) for basis in STATED_BASES)


def _is_offered(actor: Actor, facts: AccessFacts, basis: DisclosureBasis) -> bool:
    asks = (
        DisclosureAsk(
            basis=basis,
            reason="",
            days=1,
            has_legal_basis=True,
            to_team=to_team,
            has_meeting=True,
            receiver_areas=frozenset(),
        )
        for to_team in (True, False)
    )
    return any(_may_disclose(actor, facts, ask, has_reason=True) for ask in asks)


def may_end_disclosure(actor: Actor, facts: AccessFacts, disclosure: Disclosure) -> bool:
    """Whether the actor may end it."""
    is_own = disclosure.stated_by_id == actor.id
    context = {**_relations(facts), "area": disclosure.area.value, "is_own": is_own}
    return _ask(actor, AuditAction.END_DISCLOSURE, context)


def strangers(citizen_id: UUID) -> AccessFacts:
    """The facts of an actor whom nothing relates to the citizen."""
    return AccessFacts(
        citizen_id=citizen_id,
        overview_version=0,
        on_team=False,
        is_lead_coordinator=False,
        is_named_worker=False,
        unit_has_active_effort=False,
        unit_holds_case=False,
        is_self=False,
        name_address_protected=False,
        consented_areas=frozenset(),
        not_updated_since=None,
    )


def may_use_disclosure(actor: Actor, disclosure: Disclosure, on: date, *, is_self: bool) -> bool:
    """Whether the actor may open, on that day, what was disclosed for a meeting."""
    receiver = next((each for each in disclosure.receivers if each.actor_id == actor.id), None)
    meeting = disclosure.meeting
    context = {
        "is_receiver": receiver is not None,
        "is_meeting_day": meeting is not None and meeting.held_on == on and disclosure.stands(on),
        "is_used": receiver is not None and receiver.has_opened,
        "is_self": is_self,
    }
    return _ask(actor, AuditAction.USE_DISCLOSURE, context)


def _relations(facts: AccessFacts) -> dict[str, object]:
    return {
        "on_team": facts.on_team,
        "is_named_worker": facts.is_named_worker,
        "unit_has_active_effort": is_own_unit(facts),
        "unit_holds_case": facts.unit_holds_case,
    }


def _ask(actor: Actor, action: AuditAction, context: Mapping[str, object]) -> bool:
    return ask_policies(actor, [(action.value, "Citizen", tuple(sorted(context.items())))])[0].allowed
