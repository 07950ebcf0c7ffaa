"""What *Min side* lets a citizen do and see: custody, age, protection, and which look-ups come later. Pure."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.access.cedar import Principal, get_answers, get_answers_to_citizen
from hub.access.custody import children_of, holds_custody
from hub.access.own_page_policy import (
    LOOKUP_SHOWN_AFTER,
    UNKNOWN_AGE,
    OwnFacts,
    OwnPart,
    may_begin_login,
    may_see_part,
    may_use_page,
)
from hub.access.policy import may
from hub.course.writers import writer_id, writer_name
from schemas.access import AuditAction, Purpose, Role
from schemas.overview import Overview, Relative, RelativeStatement
from schemas.people import RelationKind
from schemas.period import Period
from schemas.source import Area
from tests.access_town import TODAY, a_provenance, an_actor, an_overview

PARENT, OTHER = UUID(int=1), UUID(int=2)
ORIGIN = a_provenance(Area.SOCIAL)
OWN_ACTS = (
    AuditAction.OPEN_OWN_PAGE,
    AuditAction.READ_OWN_LOG,
    AuditAction.PRINT_OWN_AGREEMENTS,
    AuditAction.WITHDRAW_OWN_CONSENT,
    AuditAction.WRITE_OWN_WORDS,
)


def facts(**update: object) -> OwnFacts:
    plain = OwnFacts(is_self=True, has_custody=False, age=40, is_disputed=False, is_protected=False)
    return plain.model_copy(update=update)


def child_of(*statements: RelativeStatement, relation: RelationKind = RelationKind.PARENT) -> Overview:
    first = statements[0]
    relative = Relative(
        citizen_id=PARENT,
        relation=relation,
        custody=first.custody,
        valid=first.valid,
        provenance=ORIGIN,
        statements=statements if len(statements) > 1 else None,
    )
    page = an_overview()
    return page.model_copy(update={"header": page.header.model_copy(update={"relatives": (relative,)})})


def said(custody: bool | None, start: date | None = None, end: date | None = None) -> RelativeStatement:
    return RelativeStatement(custody=custody, valid=Period(start=start, end=end), provenance=ORIGIN)


@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=5))
def test_custody_is_held_when_all_who_say_something_say_so(values: list[bool | None]) -> None:
    known = [value for value in values if value is not None]
    assert holds_custody(child_of(*map(said, values)), PARENT, TODAY) == (bool(known) and all(known))


def test_custody_counts_on_the_day_for_that_parent_alone() -> None:
    assert not holds_custody(child_of(said(custody=True, end=TODAY)), PARENT, TODAY)
    assert not holds_custody(child_of(said(custody=True, start=TODAY + timedelta(days=1))), PARENT, TODAY)
    assert holds_custody(child_of(said(custody=True), said(custody=False, end=TODAY)), PARENT, TODAY)
    assert not holds_custody(child_of(said(custody=True)), OTHER, TODAY)
    assert not holds_custody(child_of(said(custody=True), relation=RelationKind.GUARDIAN), PARENT, TODAY)
    assert children_of(child_of(said(custody=True), relation=RelationKind.CHILD), TODAY) == (PARENT,)


@pytest.mark.parametrize("action", OWN_ACTS)
def test_the_own_page_is_for_those_of_fifteen(action: AuditAction) -> None:
    assert may_use_page(action, facts(age=15))
    assert not may_use_page(action, facts(age=14))
    assert not may_use_page(action, facts(age=UNKNOWN_AGE))
    assert not may_use_page(action, facts(is_disputed=True))


@pytest.mark.parametrize("action", OWN_ACTS)
def test_the_page_of_a_child_is_for_a_parent_with_custody_until_it_is_fifteen(action: AuditAction) -> None:
    child = {"is_self": False, "has_custody": True}
    assert may_use_page(action, facts(**child, age=14))
    assert not may_use_page(action, facts(**child, age=15))
    assert not may_use_page(action, facts(**child, age=UNKNOWN_AGE))
    assert not may_use_page(action, facts(is_self=False, has_custody=False, age=10))
    assert not may_use_page(action, facts(**child, age=10, is_disputed=True))


def test_a_parent_of_a_protected_child_sees_nothing_that_tells_where_it_is() -> None:
    child = facts(is_self=False, has_custody=True, age=10, is_protected=True)
    assert {part for part in OwnPart if may_see_part(part, child)} == {OwnPart.EFFORTS, OwnPart.CONSENTS}
    assert all(may_see_part(part, facts(is_protected=True)) for part in OwnPart)


def test_only_look_ups_for_a_new_notification_come_later() -> None:
    assert LOOKUP_SHOWN_AFTER == {Purpose.NEW_NOTIFICATION: 30}


def test_no_employee_and_no_citizen_does_what_the_other_does() -> None:
    everybody = an_actor(roles=tuple(Role))
    assert not any(may(everybody, action) for action in (*OWN_ACTS, AuditAction.LOG_IN_CITIZEN))
    context = tuple(sorted({"is_self": True, "has_custody": True, "age": 40, "is_disputed": False}.items()))
    staff = Principal(roles=tuple(Role), area=Area.SOCIAL)
    for action in OWN_ACTS:
        assert not get_answers(staff, ((action.value, "Citizen", context),))[0].allowed
    team = {"on_team": True, "is_self": False}
    for action in (AuditAction.READ_SOURCES, AuditAction.READ_LOG, AuditAction.READ_PLAN):
        kind, about = ("Citizen", team) if action is AuditAction.READ_PLAN else ("Pages", {})
        try:
            answer = get_answers_to_citizen(((action.value, kind, tuple(sorted(about.items()))),))[0].allowed
        except RuntimeError:
            answer = False  # a rule of employees asks for the role, which a citizen has none of
        assert not answer
    assert may_begin_login(AuditAction.LOG_IN_CITIZEN)


def test_pages_of_employees_name_who_wrote_on_min_side_without_a_key() -> None:
    assert str(PARENT) not in writer_name(writer_id(PARENT, is_self=True))
    assert writer_name(writer_id(PARENT, is_self=True)) != writer_name(writer_id(PARENT, is_self=False))
    assert writer_name("Anna Holm") == "Anna Holm"
