"""Alerts are counted by the decision where it says enough, and the count is that of the alerts that are shown."""

from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.access.alert_policy import CitizenView, is_told, show_alert
from hub.access.cutting import cut
from hub.access.masking import mask_protected
from hub.access.policy import decide
from schemas.access import AccessFacts, Actor, KleLimit
from schemas.alert import Alert, AlertKind, record_key
from schemas.disclosure import DisclosureBasis, SectionDisclosure
from schemas.source import Area
from tests.access_town import SOURCES, an_actor, an_overview, because, make_access_facts
from tests.hub.test_access_policy import CITIZEN, facts_strategy

GONE = "social/effort/gone"
PAGE = an_overview()
actors = st.builds(
    lambda area, kle: an_actor(area=area).model_copy(update={"kle": kle}),
    st.none() | st.sampled_from(Area),
    st.none() | st.frozensets(st.sampled_from(["15", "27", "32.24"])),
)
cells = st.frozensets(
    st.sampled_from([f"{area}/{source}/{kind}" for source, area in SOURCES.items() for kind in ("effort", "person")])
)
subjects = st.sampled_from(
    ["", "plan/1", "member/a", record_key(GONE), *(record_key(entry.id) for entry in PAGE.entries())]
)


def an_alert(subject: str, area: Area | None) -> Alert:
    return Alert(
        id=UUID(int=9),
        citizen_id=CITIZEN,
        kind=AlertKind.NOTIFICATION,
        area=area,
        subject=subject,
        occasion="",
        version=None,
        caused_by=None,
        happened_at=datetime(2023, 9, 12, tzinfo=UTC),
        is_read=False,
    )


@given(actors, facts_strategy, cells, subjects, st.none() | st.sampled_from(Area))
@settings(max_examples=60, deadline=None)
def test_what_the_decision_says_of_an_alert_is_what_the_page_says(
    actor: Actor, facts: AccessFacts, shared: frozenset[str], subject: str, other: Area | None
) -> None:
    facts = facts.model_copy(update={"consent_cells": shared})
    decision = decide(actor, facts, because())
    alert = an_alert(subject, other or actor.area)
    page = mask_protected(cut(PAGE, decision, SOURCES))
    is_shown = show_alert(alert, CitizenView(actor, facts, decision, page)) is not None
    assert is_told(alert, actor, facts, decision) in {None, is_shown}


def test_of_an_area_that_is_seen_in_part_the_decision_does_not_say_enough() -> None:
    actor, facts = an_actor(area=Area.SOCIAL), make_access_facts(CITIZEN).model_copy(update={"on_team": True})
    alert, whole = an_alert(record_key(GONE), Area.SOCIAL), decide(actor, facts, because())
    limit = KleLimit(area=Area.SOCIAL, numbers=frozenset({"15"}))
    part = SectionDisclosure(area=Area.SOCIAL, basis=DisclosureBasis.CONSENT, cells=frozenset({"social/effort"}))
    assert is_told(alert, actor, facts, whole) is True
    assert is_told(alert, actor, facts, whole.model_copy(update={"kle_limit": limit})) is None
    assert is_told(alert, actor, facts, whole.model_copy(update={"disclosures": (part,)})) is None
