"""Disclosures without consent: the area that has the data decides, for others, for a time, and it closes at once."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from hub.access import service
from hub.access.disclosure_rules import DisclosureFault, StatedDisclosure, faults_of
from hub.access.disclosures import DisclosureDesk
from hub.access.policy import decide
from hub.audit.repository import list_entries
from hub.clock import danish_day
from hub.course import service as course
from hub.course.repository import access_facts
from hub.course.views import Membership
from hub.db import Database
from hub.overview.tables import OverviewRow
from schemas.access import AccessFacts, AccessRequest, Actor, AuditAction, AuditOutcome, Basis, Decision, Purpose, Role
from schemas.data_category import DataCategory
from schemas.disclosure import DisclosureBasis, StandingDisclosure
from schemas.source import Area
from tests.access_town import NOW, REASON, an_actor, an_overview, employ, help_by, settle
from tests.consents import open_course

TODAY = danish_day(NOW)
LENE = an_actor("lene.friis", area=Area.SOCIAL, unit_id="social:100")
"""Her unit has an effort: she sees the social area."""
MADS = an_actor("mads.krogh", area=Area.SCHOOL, unit_id="school:500")
PETER = an_actor("peter.lund", area=Area.EMPLOYMENT, unit_id="employment:400")
"""These two have nothing to do with the citizen."""
ASKED = AccessRequest(purpose=Purpose.FOLLOW_UP, request_id="disclosure-1")
EVERYTHING = (
    DataCategory.EFFORTS,
    DataCategory.PLANS,
    DataCategory.NOTIFICATIONS,
    DataCategory.CONTACTS,
    DataCategory.PERSON,
)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as opened:
        for employee in (LENE, MADS, PETER):
            employ(opened, employee)
        yield opened


@pytest.fixture
def citizen_id(session: Session) -> UUID:
    settled = settle(session, overview=an_overview())
    help_by(session, settled, "social:100")
    return settled


def _stated(basis: DisclosureBasis = DisclosureBasis.SIGNIFICANT_IMPORTANCE, **changes: object) -> StatedDisclosure:
    values = {
        "basis": basis,
        "categories": EVERYTHING,
        "reason": REASON,
        "receivers": (MADS.id,),
        "last_day": TODAY + timedelta(days=30),
    }
    if basis is DisclosureBasis.SSD_PREVENTIVE:
        values |= {"meeting": "Netværksmøde", "meeting_on": TODAY}
    return StatedDisclosure.model_validate({**values, **changes})


def _desk(session: Session, actor: Actor = LENE, days: int = 0) -> DisclosureDesk:
    return DisclosureDesk(session, actor, ASKED, now=NOW + timedelta(days=days))


def _decision(
    session: Session, actor: Actor, citizen_id: UUID, *, days: int = 0, opened: int | None = None
) -> Decision:
    facts = access_facts(session, actor, citizen_id, TODAY + timedelta(days=days))
    assert facts
    return decide(actor, facts, ASKED.model_copy(update={"disclosure_id": opened}))


@pytest.mark.parametrize("basis", [DisclosureBasis.SIGNIFICANT_IMPORTANCE, DisclosureBasis.STATUTORY_DUTY])
def test_what_is_disclosed_opens_that_area_to_the_receiver_alone_and_for_its_days(
    session: Session, citizen_id: UUID, basis: DisclosureBasis
) -> None:
    assert not _decision(session, MADS, citizen_id).allowed
    result = _desk(session).disclose(citizen_id, _stated(basis, legal_basis="barnets lov § 133"))
    assert (result.outcome, result.faults) == (AuditOutcome.SHOWN, ())
    decision = _decision(session, MADS, citizen_id)
    assert (decision.allowed, decision.basis) == (True, Basis.DISCLOSED)
    assert decision.shown == {Area.SOCIAL}
    (shown,) = decision.disclosures
    assert (shown.area, shown.basis) == (Area.SOCIAL, basis)
    assert not _decision(session, PETER, citizen_id).allowed
    assert _decision(session, MADS, citizen_id, days=30).allowed
    assert not _decision(session, MADS, citizen_id, days=31).allowed


def test_a_form_sent_twice_discloses_once(session: Session, citizen_id: UUID) -> None:
    first, second = (_desk(session).disclose(citizen_id, _stated()).disclosure for _ in range(2))
    assert first
    assert second
    assert first.id == second.id


def test_categories_that_the_area_has_not_disclose_nothing(session: Session, citizen_id: UUID) -> None:
    result = _desk(session).disclose(citizen_id, _stated(categories=(DataCategory.WORK,)))
    assert result.faults == (DisclosureFault.CATEGORIES_MISSING,)
    assert not _decision(session, MADS, citizen_id).allowed


def test_a_meeting_is_not_for_somebody_without_an_area(session: Session, citizen_id: UUID) -> None:
    nobody = an_actor("per.holst", area=None, unit_id=None)
    employ(session, nobody)
    result = _desk(session).disclose(
        citizen_id, _stated(DisclosureBasis.SSD_PREVENTIVE, receivers=(MADS.id, nobody.id))
    )
    assert result.faults == (DisclosureFault.AREA_OUTSIDE,)


def test_ending_it_closes_at_once_and_a_stranger_cannot(session: Session, citizen_id: UUID) -> None:
    stored = _desk(session).disclose(citizen_id, _stated()).disclosure
    assert stored
    assert _desk(session, PETER).end(stored.id).outcome is AuditOutcome.NOT_FOUND
    assert _desk(session, MADS).end(stored.id).outcome is AuditOutcome.NOT_FOUND, "the receiver works in another area"
    assert _decision(session, MADS, citizen_id).allowed
    assert _desk(session).end(stored.id).outcome is AuditOutcome.SHOWN
    assert not _decision(session, MADS, citizen_id).allowed
    assert _desk(session).end(stored.id).outcome is AuditOutcome.FAILED


def test_who_disclosed_ends_it_also_when_no_source_tells_of_the_citizen_any_more(
    session: Session, citizen_id: UUID
) -> None:
    stored = _desk(session).disclose(citizen_id, _stated()).disclosure
    assert stored
    session.execute(delete(OverviewRow).where(OverviewRow.citizen_id == citizen_id))
    assert _desk(session, PETER).end(stored.id).outcome is AuditOutcome.NOT_FOUND
    listed = _desk(session).list_disclosures()
    assert listed
    assert [each.may_end for each in listed.by_me] == [True]
    assert _desk(session).end(stored.id).outcome is AuditOutcome.SHOWN


def test_health_is_released_by_health_to_the_team_and_closes_with_the_place_on_it(
    session: Session, citizen_id: UUID
) -> None:
    ole = an_actor("ole.bruun", area=Area.HEALTH, unit_id="health:310")
    employ(session, ole)
    help_by(session, citizen_id, "health:310")
    course_id = open_course(session, "Forløb", [citizen_id], TODAY)
    course.join(session, course_id, Membership(actor_id=MADS.id, reason="Lærer"), TODAY)
    released = _stated(DisclosureBasis.HEALTH_RELEASE, to_team=True, receivers=())
    by_lene = _desk(session).disclose(citizen_id, released)
    assert by_lene.outcome is AuditOutcome.REFUSED, "only health releases health"
    importance = _desk(session, ole).disclose(citizen_id, _stated(receivers=(MADS.id,)))
    assert importance.outcome is AuditOutcome.REFUSED, "health is never disclosed for its importance alone"
    named = _desk(session, ole).disclose(citizen_id, _stated(DisclosureBasis.HEALTH_RELEASE, receivers=(PETER.id,)))
    assert named.faults == (DisclosureFault.TEAM_ONLY,)
    assert Area.HEALTH not in _decision(session, MADS, citizen_id).shown
    assert _desk(session, ole).disclose(citizen_id, released).outcome is AuditOutcome.SHOWN
    assert Area.HEALTH in _decision(session, MADS, citizen_id).shown
    assert not _decision(session, PETER, citizen_id).allowed
    course.leave(session, course_id, MADS.id, TODAY)
    assert not _decision(session, MADS, citizen_id).allowed
    listed = _desk(session, MADS).list_disclosures()
    assert listed
    assert not listed.to_me


def test_only_the_categories_that_were_disclosed_are_shown(session: Session, citizen_id: UUID) -> None:
    _desk(session).disclose(citizen_id, _stated(categories=(DataCategory.PLANS,)))
    (shown,) = _decision(session, MADS, citizen_id).disclosures
    assert shown.cells is not None
    assert {cell.rpartition("/")[2] for cell in shown.cells} == {"plans"}


def test_a_meeting_s_disclosure_is_used_once_by_each_participant_on_the_day(session: Session, citizen_id: UUID) -> None:
    tomorrow = _stated(DisclosureBasis.SSD_PREVENTIVE, meeting_on=TODAY + timedelta(days=1))
    stored = _desk(session).disclose(citizen_id, tomorrow).disclosure
    assert stored
    assert not _decision(session, MADS, citizen_id, opened=stored.id).allowed
    assert _desk(session, MADS).use(stored.id).outcome is AuditOutcome.REFUSED, "the meeting is tomorrow"
    assert not _decision(session, MADS, citizen_id, days=1, opened=stored.id).allowed, "it was not opened"
    assert _desk(session, PETER, days=1).use(stored.id).outcome is AuditOutcome.NOT_FOUND
    assert _desk(session, MADS, days=1).use(stored.id).outcome is AuditOutcome.SHOWN
    assert _decision(session, MADS, citizen_id, days=1, opened=stored.id).shown == {Area.SOCIAL}
    assert not _decision(session, MADS, citizen_id, days=1).allowed, "another session did not open it"
    assert _desk(session, MADS, days=1).use(stored.id).outcome is AuditOutcome.REFUSED, "it is used up"
    assert not _decision(session, MADS, citizen_id, days=2, opened=stored.id).allowed


@pytest.mark.parametrize(
    ("stated", "fault"),
    [
        (_stated(receivers=("ingen.kender",)), DisclosureFault.RECEIVER_UNKNOWN),
        (_stated(receivers=(LENE.id,)), DisclosureFault.RECEIVER_UNKNOWN),
        (_stated(receivers=()), DisclosureFault.RECEIVERS_MISSING),
        (_stated(to_team=True), DisclosureFault.NO_TEAM),
        (_stated(categories=()), DisclosureFault.CATEGORIES_MISSING),
        (_stated(reason="12345678901"), DisclosureFault.WORDS_MISSING),
        (_stated(DisclosureBasis.STATUTORY_DUTY), DisclosureFault.LEGAL_BASIS_MISSING),
        (_stated(last_day=TODAY - timedelta(days=1)), DisclosureFault.DAY_PAST),
        (_stated(last_day=TODAY + timedelta(days=90)), DisclosureFault.TOO_LONG),
        (_stated(DisclosureBasis.SSD_PREVENTIVE, receivers=(PETER.id,)), DisclosureFault.AREA_OUTSIDE),
        (_stated(DisclosureBasis.SSD_PREVENTIVE, meeting=""), DisclosureFault.MEETING_MISSING),
        (_stated(DisclosureBasis.SSD_PREVENTIVE, meeting_on=TODAY + timedelta(days=40)), DisclosureFault.TOO_LONG),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_stored(
    session: Session, citizen_id: UUID, stated: StatedDisclosure, fault: DisclosureFault
) -> None:
    result = _desk(session).disclose(citizen_id, stated)
    assert (result.outcome, result.faults) == (AuditOutcome.FAILED, (fault,))
    for actor in (MADS, PETER):
        assert not _decision(session, actor, citizen_id).allowed


def test_nobody_discloses_who_does_not_work_with_the_citizen_in_the_whole_area(
    session: Session, citizen_id: UUID
) -> None:
    limited = LENE.model_copy(update={"kle": frozenset({"27.24"})})
    administrator = LENE.model_copy(update={"roles": frozenset({Role.ADMINISTRATOR})})
    manager = LENE.model_copy(update={"roles": frozenset({Role.MANAGER})})
    for actor in (PETER, MADS, limited, administrator, manager):
        for basis in DisclosureBasis:
            result = _desk(session, actor).disclose(citizen_id, _stated(basis, receivers=("lene.friis",)))
            assert result.outcome is AuditOutcome.REFUSED
        line = list_entries(session)[0].entry
        assert (line.action, line.outcome) == (AuditAction.DISCLOSE, AuditOutcome.REFUSED)


def test_each_act_and_each_showing_is_a_line_that_says_the_basis(session: Session, citizen_id: UUID) -> None:
    name = an_overview().header.display_name or ""
    stored = _desk(session).disclose(citizen_id, _stated(reason=f"{REASON} om {name}")).disclosure
    assert stored
    assert name not in stored.reason
    line = list_entries(session)[0].entry
    assert (line.action, line.citizen_id, line.basis) == (AuditAction.DISCLOSE, citizen_id, Basis.OWN_UNIT)
    assert line.details["disclosure"] == {
        "id": stored.id,
        "basis": "significant_importance",
        "area": "social",
        "categories": [category.value for category in stored.categories],
        "to": [MADS.id],
        "last_day": stored.last_day.isoformat(),
    }
    overview = an_overview(citizen_id=citizen_id)
    opened = service.open_overview(session, MADS, citizen_id, ASKED, now=NOW, read=lambda *_: overview)
    assert opened.overview
    line = list_entries(session)[0].entry
    assert line.basis is Basis.DISCLOSED
    assert line.details["disclosed"] == {"social": "significant_importance"}
    assert line.details["disclosures"] == [stored.id]
    listed = _desk(session, MADS).list_disclosures()
    assert listed
    assert [(each.disclosure.id, each.citizen_name) for each in listed.to_me] == [(stored.id, name)]
    assert list_entries(session)[0].entry.action is AuditAction.READ_DISCLOSURES


def _facts(disclosures: tuple[StandingDisclosure, ...] = (), **changes: bool) -> AccessFacts:
    none = dict.fromkeys(
        ("on_team", "is_lead_coordinator", "is_named_worker", "unit_has_active_effort", "unit_holds_case", "is_self"),
        False,
    )
    return AccessFacts.model_validate(
        {
            **none,
            **changes,
            "citizen_id": UUID(int=1),
            "overview_version": 1,
            "name_address_protected": False,
            "consented_areas": (),
            "not_updated_since": None,
            "disclosures": disclosures,
        }
    )


STANDING = st.builds(
    StandingDisclosure,
    id=st.integers(1, 3),
    area=st.sampled_from(Area),
    basis=st.sampled_from(
        [
            DisclosureBasis.STATUTORY_DUTY,
            DisclosureBasis.SIGNIFICANT_IMPORTANCE,
            DisclosureBasis.SSD_PREVENTIVE,
            DisclosureBasis.HEALTH_RELEASE,
        ]
    ),
    cells=st.none() | st.frozensets(st.sampled_from(["a/efforts", "a/plans"]), min_size=1),
    stated_by=st.just("X"),
    last_day=st.just(TODAY),
)


@given(
    standing=st.lists(STANDING, max_size=4),
    on_team=st.booleans(),
    is_self=st.booleans(),
    roles=st.frozensets(st.sampled_from(Role)),
    purpose=st.sampled_from(Purpose),
    opened=st.none() | st.integers(1, 3),
)
def test_a_disclosure_shows_its_area_and_nothing_else(
    standing: list[StandingDisclosure],
    roles: frozenset[Role],
    purpose: Purpose,
    opened: int | None,
    *,
    on_team: bool,
    is_self: bool,
) -> None:
    actor = an_actor(roles=roles, area=None, unit_id=None)
    request = AccessRequest(purpose=purpose, request_id="p", disclosure_id=opened)
    decision = decide(actor, _facts(tuple(standing), on_team=on_team, is_self=is_self), request)
    counted = [each for each in standing if each.basis is not DisclosureBasis.SSD_PREVENTIVE or each.id == opened]
    works = Role.TEAM_MEMBER in roles and not roles & {Role.ADMINISTRATOR, Role.DPO} and not is_self
    works = works and purpose not in {Purpose.LOG_REVIEW, Purpose.OPERATIONS, Purpose.MANAGEMENT}
    assert decision.allowed is (works and (on_team or bool(counted)))
    for area in decision.shown:
        of_area = [each for each in counted if each.area is area]
        assert of_area
        if all(each.basis is DisclosureBasis.HEALTH_RELEASE for each in of_area):
            assert on_team
            assert area is Area.HEALTH
        shown = next(each for each in decision.disclosures if each.area is area)
        if shown.cells is not None:
            assert shown.cells == frozenset[str]().union(*(each.cells or () for each in of_area))
    if not decision.allowed:
        assert not decision.shown


@given(
    basis=st.none() | st.sampled_from(DisclosureBasis),
    reason=st.sampled_from(["", "kort", REASON]),
    known=st.integers(0, 2),
    has_team=st.booleans(),
    to_team=st.booleans(),
)
def test_nothing_is_stored_that_lacks_a_basis_words_or_receivers(
    basis: DisclosureBasis | None, reason: str, known: int, *, has_team: bool, to_team: bool
) -> None:
    stated = _stated().model_copy(update={"basis": basis, "reason": reason, "to_team": to_team})
    faults = faults_of(stated, TODAY, known=known, has_team=has_team)
    if not faults:
        assert basis not in {None, DisclosureBasis.CONSENT, DisclosureBasis.OVERRIDE}
        assert reason == REASON
        assert has_team if to_team else known >= 1
