"""Machines by the policies alone: never beyond the scopes, and for an employee what both may. Random."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.access.policy import decide, findable, may, may_change_source, may_reveal
from hub.access.service_accounts import ServiceAccount
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, Purpose, Role
from schemas.machine import Machine, Scope
from schemas.source import Area
from tests.access_town import REASON, an_actor, make_access_facts

AREAS = st.sampled_from([*Area, None])
SCOPES = st.frozensets(st.sampled_from(Scope))
RELATIONS = ("on_team", "is_named_worker", "unit_has_active_effort", "unit_holds_case", "is_self")
READS = {
    AuditAction.LIST_CITIZENS: Scope.OVERVIEW,
    AuditAction.SEARCH: Scope.SEARCH,
    AuditAction.READ_SOURCES: Scope.SOURCES,
    AuditAction.MAKE_LINK: Scope.LINK,
    AuditAction.READ_LOG: Scope.LOG,
    AuditAction.READ_OVERRIDES: Scope.LOG,
}

OWN = {AuditAction.USE_OWN_LOGIN, AuditAction.LOG_OUT}


@st.composite
def facts(draw: st.DrawFn) -> AccessFacts:
    relations = {name: draw(st.booleans()) for name in RELATIONS}
    more = {
        "name_address_protected": draw(st.booleans()),
        "consented_areas": draw(st.frozensets(st.sampled_from(Area))),
    }
    return make_access_facts(UUID(int=1)).model_copy(update={**relations, **more})


@st.composite
def requests(draw: st.DrawFn) -> AccessRequest:
    reason = draw(st.sampled_from([None, REASON]))
    return AccessRequest(purpose=draw(st.sampled_from(Purpose)), override_reason=reason, request_id="r")


def machine(scopes: frozenset[Scope], area: Area | None, *, for_employee: bool) -> Machine:
    return Machine(client_id="m", name="M", scopes=scopes, area=area, for_employee=for_employee)


def by_itself(scopes: frozenset[Scope], area: Area | None) -> Actor:
    nobody = an_actor("machine:m", area=area, roles=())
    return nobody.model_copy(update={"machine": machine(scopes, area, for_employee=False)})


@given(facts(), requests(), SCOPES, AREAS)
def test_by_itself_it_opens_its_units_citizens_in_its_area_alone(
    known: AccessFacts, request: AccessRequest, scopes: frozenset[Scope], area: Area | None
) -> None:
    actor = by_itself(scopes, area)
    decision = decide(actor, known, request)
    is_open = (
        Scope.OVERVIEW in scopes
        and known.unit_has_active_effort
        and not known.is_self
        and request.override_reason is None
        and request.purpose not in {Purpose.LOG_REVIEW, Purpose.OPERATIONS, Purpose.MANAGEMENT}
    )
    assert decision.allowed == is_open
    assert decision.shown == (frozenset({area} - {None}) if is_open else frozenset())
    assert not decision.may_reveal
    assert not may_reveal(actor, known, REASON).allowed
    is_found = Scope.SEARCH in scopes and known.unit_has_active_effort and not known.is_self
    assert bool(findable(actor, [known], known_identifier=True)) == is_found


@given(facts(), requests(), SCOPES, AREAS, st.frozensets(st.sampled_from(Role)), AREAS)
def test_for_an_employee_it_opens_what_both_may(
    known: AccessFacts,
    request: AccessRequest,
    scopes: frozenset[Scope],
    area: Area | None,
    roles: frozenset[Role],
    own_area: Area | None,
) -> None:
    employee = an_actor(area=own_area, roles=roles)
    actor = employee.model_copy(update={"machine": machine(scopes, area, for_employee=True)})
    own, together = decide(employee, known, request), decide(actor, known, request)
    is_carried = Scope.OVERVIEW in scopes and request.override_reason is None
    assert together.allowed == (own.allowed and is_carried)
    if together.allowed:
        assert together.basis == own.basis
        assert together.shown == (own.shown if area is None else own.shown & {area})
    assert not together.may_reveal
    for action in AuditAction:
        is_carried = action in OWN or READS.get(action) in scopes
        assert may(actor, action) == (may(employee, action) and is_carried), action


@given(SCOPES, AREAS)
def test_it_changes_nothing_whatever_its_scopes(scopes: frozenset[Scope], area: Area | None) -> None:
    actor = by_itself(scopes, area)
    for action in AuditAction:
        expected = action in OWN or (action is not AuditAction.LIST_CITIZENS and READS.get(action) in scopes)
        assert may(actor, action) == expected, action
        assert not may_change_source(actor, action, REASON)


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": []},
        {"unit_id": None},
        {"area": None},
        {"for_employees": True},
        {"purpose": "operations"},
        {"client_id": ""},
        {"client_id": "two words"},
        {"description": ""},
    ],
)
def test_an_account_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    right = {
        "client_id": "journal",
        "name": "Journalsystemet",
        "purpose": "case_work",
        "description": "Viser indsatser",
        "scopes": ["overview:read"],
        "unit_id": "social:100",
        "area": "social",
        "added_by": "tine",
    }
    assert ServiceAccount.model_validate(right).client_id == "journal"
    with pytest.raises(ValidationError):
        ServiceAccount.model_validate({**right, **wrong})
