"""The policies: a table to read, and what holds for every employee and citizen there can be."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from importlib.resources import files
from itertools import product
from uuid import UUID

import cedarpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.access.acts import IDENTITY_ACTS, SOURCE_ACTS
from hub.access.cedar import policy_texts
from hub.access.cutting import cut
from hub.access.masking import MASK, ProtectedField, mask_protected
from hub.access.policy import (
    ENDED_WITHIN_DAYS,
    PLANNED_WITHIN_DAYS,
    SHORTEST_REASON,
    decide,
    findable,
    is_reason,
    may,
    may_change_source,
    may_decide_identity,
    may_reveal,
)
from schemas.access import AccessFacts, Actor, AuditAction, Basis, Decision, Role
from schemas.facts import EnrolmentFact
from schemas.overview import EntryParty, Overview, SectionState
from schemas.people import Unit
from schemas.record import PartyRole
from schemas.source import Area
from tests.access_town import REASON, SOURCES, WHY, an_actor, an_overview, because, make_access_facts

CITIZEN = UUID(int=1)
STRANGER = make_access_facts(CITIZEN)
TEAM = STRANGER.model_copy(update={"on_team": True})
UNIT = STRANGER.model_copy(update={"unit_has_active_effort": True})
PLANNED, OVER = (
    STRANGER.model_copy(update={"unit_effort_begins_in": PLANNED_WITHIN_DAYS}),
    STRANGER.model_copy(update={"unit_effort_ended_for": ENDED_WITHIN_DAYS - 1}),
)
FAR_AHEAD, LONG_OVER = (
    STRANGER.model_copy(update={"unit_effort_begins_in": PLANNED_WITHIN_DAYS + 1}),
    STRANGER.model_copy(update={"unit_effort_ended_for": ENDED_WITHIN_DAYS}),
)
NAMED = STRANGER.model_copy(update={"is_named_worker": True})
CASE = STRANGER.model_copy(update={"unit_holds_case": True})
SHARED = TEAM.model_copy(update={"consented_areas": frozenset({Area.SOCIAL, Area.EMPLOYMENT, Area.SCHOOL})})
HEALTH_TOO = TEAM.model_copy(update={"consented_areas": frozenset(Area)})
SELF = HEALTH_TOO.model_copy(update={"unit_has_active_effort": True, "is_self": True})

social, health, school, employment = Area.SOCIAL, Area.HEALTH, Area.SCHOOL, Area.EMPLOYMENT
none: frozenset[Area] = frozenset()


@pytest.mark.parametrize(
    ("area", "facts", "reason", "basis", "shown"),
    [
        # own area, relation,  reason, right,        what is shown
        (social, STRANGER, None, Basis.NONE, none),
        (social, TEAM, None, Basis.TEAM, {social}),
        (social, SHARED, None, Basis.TEAM, {social, employment, school}),
        (health, SHARED, None, Basis.TEAM, {social, employment, school, health}),
        (social, HEALTH_TOO, None, Basis.TEAM, set(Area)),
        (None, SHARED, None, Basis.TEAM, {social, employment, school}),
        (None, TEAM, None, Basis.TEAM, none),
        (social, UNIT, None, Basis.OWN_UNIT, {social}),
        (health, UNIT, None, Basis.OWN_UNIT, {health}),
        (social, PLANNED, None, Basis.OWN_UNIT, {social}),
        (social, OVER, None, Basis.OWN_UNIT, {social}),
        (social, FAR_AHEAD, None, Basis.NONE, none),
        (social, LONG_OVER, None, Basis.NONE, none),
        (social, NAMED, None, Basis.NAMED_WORKER, {social}),
        (None, NAMED, None, Basis.NAMED_WORKER, none),
        (social, CASE, None, Basis.CASE_UNIT, {social}),
        (social, STRANGER, REASON, Basis.OVERRIDE, {social}),
        (school, STRANGER, REASON, Basis.OVERRIDE, {school, social}),
        (health, STRANGER, REASON, Basis.OVERRIDE, {health, social}),
        (None, STRANGER, REASON, Basis.OVERRIDE, {social}),
        (school, STRANGER, "  haster   ", Basis.NONE, none),
        # a reason that opens nothing more is not what opened the page
        (social, SHARED, REASON, Basis.TEAM, {social, employment, school}),
        (school, UNIT, REASON, Basis.OVERRIDE, {school, social}),
        (school, NAMED, REASON, Basis.OVERRIDE, {school, social}),
        (social, NAMED, REASON, Basis.NAMED_WORKER, {social}),
        (social, SELF, REASON, Basis.NONE, none),
    ],
)
def test_what_a_team_member_sees(
    area: Area | None, facts: AccessFacts, reason: str | None, basis: Basis, shown: AbstractSet[Area]
) -> None:
    decision = decide(an_actor(area=area), facts, because(reason))
    assert (decision.basis, decision.shown) == (basis, frozenset(shown))
    assert decision.allowed is (basis is not Basis.NONE)
    assert decision.withheld == frozenset(Area) - shown


@pytest.mark.parametrize("roles", [{Role.ADMINISTRATOR}, {Role.DPO}, {Role.ADMINISTRATOR, Role.TEAM_MEMBER}, set()])
@pytest.mark.parametrize("facts", [STRANGER, HEALTH_TOO, UNIT, NAMED, CASE])
def test_administrators_and_the_dpo_never_see_citizens(roles: set[Role], facts: AccessFacts) -> None:
    actor = an_actor(roles=roles)
    assert not decide(actor, facts, because()).allowed
    assert not findable(actor, [facts], known_identifier=True)
    assert not may_reveal(actor, facts, REASON).allowed


@given(st.sampled_from(sorted(SOURCE_ACTS)), st.frozensets(st.sampled_from(Role)), st.text(max_size=30))
def test_who_may_change_a_source_is_an_administrator_and_a_reason_takes_nothing_away(
    action: AuditAction, roles: frozenset[Role], reason: str
) -> None:
    actor = an_actor(roles=roles)
    allowed = may_change_source(actor, action, reason)
    assert allowed <= (Role.ADMINISTRATOR in roles)
    assert may_change_source(actor, action, None) <= allowed <= may(actor, action)
    if is_reason(reason):
        assert allowed is may(actor, action)


@given(st.sampled_from(sorted(IDENTITY_ACTS)), st.frozensets(st.sampled_from(Role)), st.text(max_size=30))
def test_who_may_decide_who_is_who_is_an_administrator_with_a_reason(
    action: AuditAction, roles: frozenset[Role], reason: str
) -> None:
    allowed = may_decide_identity(an_actor(roles=roles), action, reason)
    needs_none = action in {AuditAction.READ_IDENTITIES, AuditAction.CONFIRM_MERGE}
    assert allowed is (Role.ADMINISTRATOR in roles and (needs_none or is_reason(reason)))


def test_a_reason_is_counted_in_visible_characters_in_one_rule() -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    assert is_reason(letters[:SHORTEST_REASON])
    assert not is_reason(letters[: SHORTEST_REASON - 1])
    assert not is_reason("abcd" + "\u200b " * SHORTEST_REASON)
    assert not is_reason(None)
    assert sum(f"{SHORTEST_REASON}" in text for text in policy_texts().values()) == 1


@pytest.mark.parametrize(
    ("facts", "known_identifier", "found"),
    [
        (STRANGER, False, None),
        (STRANGER, True, Basis.NONE),
        (TEAM, False, Basis.TEAM),
        (UNIT, False, Basis.OWN_UNIT),
        (OVER, False, Basis.OWN_UNIT),
        (LONG_OVER, False, None),
        (NAMED, False, Basis.NAMED_WORKER),
        (CASE, False, Basis.CASE_UNIT),
        (SELF, True, None),
    ],
)
def test_who_can_be_found(facts: AccessFacts, known_identifier: bool, found: Basis | None) -> None:
    assert findable(an_actor(), [facts], known_identifier=known_identifier).get(CITIZEN) == found


@pytest.mark.parametrize(
    ("facts", "reason", "allowed"),
    [
        (TEAM, REASON, True),
        (UNIT, REASON, True),
        (NAMED, REASON, True),
        (CASE, REASON, True),
        (TEAM, "kort", False),
        (STRANGER, REASON, False),
    ],
)
def test_protected_fields_are_revealed_to_a_relation_with_a_reason(
    facts: AccessFacts, reason: str, allowed: bool
) -> None:
    assert may_reveal(an_actor(), facts, reason).allowed is allowed


def test_the_policies_fit_their_schema_and_can_be_read() -> None:
    text = "\n".join(policy_texts().values())
    schema = (files("hub.access") / "policies" / "schema.cedarschema").read_text(encoding="utf-8")
    checked = cedarpy.validate_policies(text, schema)
    assert checked.validation_passed, [str(error) for error in checked.errors]
    assert not cedarpy.validate_policies(text.replace("context.on_team", "context.on_teem"), schema).validation_passed
    count = text.count("\npermit (") + text.count("\nforbid (")
    assert text.count("@id(") == text.count("@title(") == count == len(cedarpy.PolicySet.from_str(text))


DECIDED_OTHERWISE = {
    AuditAction.PRINT: "decided as the page that is printed (open_overview)",
    AuditAction.REACH_LIMIT: "how often something may be done, the limits decide (hub.rate_limits)",
}
"""What the log tells of and no policy of its own decides, and why."""


def test_every_act_that_the_log_tells_of_is_an_action_of_the_policies() -> None:
    text = "\n".join(policy_texts().values())
    schema = (files("hub.access") / "policies" / "schema.cedarschema").read_text(encoding="utf-8")
    for action in AuditAction:
        assert (f'Action::"{action.value}"' in text) is (action not in DECIDED_OTHERWISE), action
        assert re.search(rf"\b{action.value}\b", schema) or action in DECIDED_OTHERWISE, action


def test_a_decision_names_the_policies_that_made_it() -> None:
    assert decide(an_actor(), SHARED, WHY).policies == ("open.team", "see.own_area", "see.team_consent")
    assert decide(an_actor(), SELF, because()).policies == ("never.self",)
    assert decide(an_actor(), STRANGER, WHY).policies == ()


areas = st.sampled_from(Area)
actors = st.builds(
    lambda area, roles: an_actor(area=area, roles=roles), st.none() | areas, st.frozensets(st.sampled_from(Role))
)
facts_strategy = st.builds(
    AccessFacts,
    is_lead_coordinator=st.booleans(),
    not_updated_since=st.none(),
    citizen_id=st.just(CITIZEN),
    overview_version=st.just(1),
    on_team=st.booleans(),
    is_named_worker=st.booleans(),
    unit_has_active_effort=st.booleans(),
    unit_holds_case=st.booleans(),
    is_self=st.booleans(),
    name_address_protected=st.booleans(),
    consented_areas=st.frozensets(areas),
)
reasons = st.sampled_from([None, "kort", REASON])
OVERVIEW = an_overview(citizen_id=CITIZEN)


def _less(facts: AccessFacts) -> Iterator[AccessFacts]:
    """The same facts with one right less."""
    yield facts.model_copy(update={"on_team": False})
    for relation in ("is_named_worker", "unit_has_active_effort", "unit_holds_case"):
        yield facts.model_copy(update={relation: False})
    yield facts.model_copy(update={"is_self": True})
    for area in facts.consented_areas:
        yield facts.model_copy(update={"consented_areas": facts.consented_areas - {area}})


@given(actors, facts_strategy, reasons)
@settings(max_examples=80, deadline=None)
def test_less_right_never_shows_more(actor: Actor, facts: AccessFacts, reason: str | None) -> None:
    more = decide(actor, facts, because(reason))
    assert decide(actor, facts, because(None)).shown <= more.shown
    for fewer in _less(facts):
        less = decide(actor, fewer, because(reason))
        assert less.allowed <= more.allowed
        assert less.shown <= more.shown
        assert less.may_reveal <= more.may_reveal


@given(actors, facts_strategy, reasons)
@settings(max_examples=80, deadline=None)
def test_health_is_seen_by_consent_or_by_health_alone(actor: Actor, facts: AccessFacts, reason: str | None) -> None:
    decision = decide(actor, facts, because(reason))
    if Area.HEALTH in decision.shown:
        assert actor.area is Area.HEALTH or (facts.on_team and Area.HEALTH in facts.consented_areas)


@given(actors, facts_strategy, reasons)
@settings(max_examples=60, deadline=None)
def test_a_cut_page_tells_nothing_of_what_is_withheld(actor: Actor, facts: AccessFacts, reason: str | None) -> None:
    decision = decide(actor, facts, because(reason))
    page = cut(OVERVIEW, decision, SOURCES)
    result = page.model_dump_json()
    for area in decision.withheld:
        assert f"{area}_system" not in result
        assert f"Known to {area}" not in result
        assert f"said by {area}" not in result
    for before, after in zip(OVERVIEW.sections, page.sections, strict=True):
        assert after == before or (after.state is SectionState.WITHHELD and not after.entries)
    if not decision.allowed:
        assert page.header.display_name is None
        assert not page.header.identifiers


def test_an_empty_area_and_a_full_one_look_the_same_when_withheld() -> None:
    bare = OVERVIEW.model_copy(
        update={
            "sections": tuple(
                section.model_copy(update={"state": SectionState.NONE_FOUND, "entries": ()})
                for section in OVERVIEW.sections
            ),
        }
    )
    nothing = Decision(allowed=True, basis=Basis.TEAM, withheld=frozenset(Area), policy_version="x")
    assert cut(bare, nothing, SOURCES) == cut(OVERVIEW, nothing, SOURCES)


def test_a_source_of_unknown_area_is_cut() -> None:
    some = Decision(allowed=True, basis=Basis.TEAM, shown=frozenset({Area.SOCIAL}), policy_version="x")
    header = cut(OVERVIEW, some, {}).header
    assert [relative.name for relative in header.relatives] == ["Known to social"]


@given(actors, facts_strategy, reasons, st.sets(st.sampled_from(["relative", "citizen"])))
@settings(max_examples=60, deadline=None)
def test_an_entry_names_only_people_whom_the_reader_may_know_of(
    actor: Actor, facts: AccessFacts, reason: str | None, also: AbstractSet[str]
) -> None:
    decision = decide(actor, facts, because(reason))
    known = {
        relative.citizen_id: f"Named {at}"
        for at, relative in enumerate(cut(OVERVIEW, decision, SOURCES).header.relatives)
        if relative.citizen_id and "relative" in also
    }
    named = known | ({OVERVIEW.citizen_id: "Named own"} if "citizen" in also else {})
    parties = (
        EntryParty(role=PartyRole.PRIMARY, citizen_id=UUID(int=4711), name="Named stranger"),
        *(EntryParty(role=PartyRole.CONCERNED, citizen_id=key, name=name) for key, name in named.items()),
    )
    sections = tuple(
        section.model_copy(
            update={"entries": tuple(entry.model_copy(update={"parties": parties}) for entry in section.entries)}
        )
        for section in OVERVIEW.sections
    )
    entries = cut(OVERVIEW.model_copy(update={"sections": sections}), decision, SOURCES).entries()
    for entry in entries:
        assert len(entry.parties) == len(parties), "that there is somebody else stays"
        assert {party.name for party in entry.parties} == {None, *named.values()}


SECRETS = {
    ProtectedField.ADDRESS: "Egevej 7",
    ProtectedField.IDENTIFIER: "7507864002",
    ProtectedField.UNIT: "Familieafdelingen",
    ProtectedField.HOUSEHOLD: '"shares_household":true',
}
PROTECTED = an_overview(citizen_id=CITIZEN, protected=True)


@pytest.mark.parametrize(("secret", "revealed"), list(product(SECRETS, SECRETS)))
def test_protected_fields_are_hidden_but_the_revealed_one(secret: ProtectedField, revealed: ProtectedField) -> None:
    result = mask_protected(PROTECTED, frozenset({revealed})).model_dump_json()
    assert (SECRETS[secret] in result) is (secret is revealed)


def test_nothing_of_a_protected_person_tells_where_they_are() -> None:
    page: Overview = mask_protected(PROTECTED)
    result = page.model_dump_json()
    assert MASK in result
    for word in (
        "Egevej",
        "Egelund",
        "9999",
        "Familieafdelingen",
        "social:100",
        "44 77",
        '"authority":"0999"',
        "said by",
    ):
        assert word not in result
    assert mask_protected(OVERVIEW) == OVERVIEW
    assert mask_protected(PROTECTED, frozenset(ProtectedField)) == PROTECTED


def test_the_key_of_what_a_school_says_does_not_tell_which_school_it_is() -> None:
    section = PROTECTED.sections[0]
    told = section.entries[0]
    school = Unit(id="school:281500", name="Egelund Skole")
    at_school = told.model_copy(
        update={
            "id": "school/Enrolment/281500:17",
            "fact": EnrolmentFact(school=school, group="8B"),
            "provenance": told.provenance.model_copy(update={"source_id": "281500:17"}),
        }
    )
    page = PROTECTED.model_copy(update={"sections": (section.model_copy(update={"entries": (at_school,)}),)})
    masked = mask_protected(page)
    assert "281500" not in masked.model_dump_json()
    assert mask_protected(page) == masked, "the same entry has the same key on every page"
    assert "281500:17" in mask_protected(page, frozenset({ProtectedField.SCHOOL})).model_dump_json()
