"""A job function that is limited to KLE numbers shows of the own area only what has one of them, and says so."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from hub.access.cutting import cut
from hub.access.explanation import explain
from hub.access.identity import actors
from hub.access.policy import decide, may_see_entry
from hub.db import Database
from hub.web.citizen.present import overview_page
from hub.web.citizen.present_timeline import timeline_page
from schemas.access import Basis, KleLimit
from schemas.disclosure import DisclosureBasis
from schemas.overview import Overview, SectionState
from schemas.source import Area
from tests.access_town import REASON, SOURCES, an_actor, an_overview, because, employ, make_access_facts
from tests.web import maja

OVERVIEW = an_overview()
FACTS = make_access_facts(OVERVIEW.citizen_id)
UNIT = FACTS.model_copy(update={"unit_has_active_effort": True})
TEAM = FACTS.model_copy(update={"on_team": True})
numbers = st.sampled_from(["15", "15.20", "27", "27.2", "27.24", "27.24.45", "27.36.12"])


def limited_to(*kle: str, area: Area = Area.SOCIAL) -> Any:
    return an_actor(area=area).model_copy(update={"kle": frozenset(kle)})


def with_kle(number: str | None) -> Overview:
    """Every effort of the overview has that number."""
    return OVERVIEW.model_copy(
        update={
            "sections": tuple(
                section.model_copy(
                    update={
                        "entries": tuple(
                            entry.model_copy(update={"fact": entry.fact.model_copy(update={"kle_topic": number})})
                            for entry in section.entries
                        )
                    }
                )
                for section in OVERVIEW.sections
            )
        }
    )


def social_of(overview: Overview) -> Any:
    return next(section for section in overview.sections if section.area is Area.SOCIAL)


@pytest.mark.parametrize(
    ("limit", "number", "is_seen"),
    [
        ({"27"}, "27.24.45", True),
        ({"27.24"}, "27.24.45", True),
        ({"27.24.45"}, "27.24.45", True),
        ({"27.2"}, "27.24.45", False),
        ({"27.24.45"}, "27.24", False),
        ({"15.20", "27"}, "27.36.12", True),
        ({"15.20"}, "27.24.45", False),
        ({"27"}, None, False),
        (set(), "27.24.45", False),
    ],
)
def test_a_limit_covers_the_numbers_that_begin_with_it(limit: set[str], number: str | None, is_seen: bool) -> None:
    assert may_see_entry(KleLimit(area=Area.SOCIAL, numbers=frozenset(limit)), number) is is_seen
    page = cut(with_kle(number), decide(limited_to(*limit), UNIT, because(None)), SOURCES)
    section = social_of(page)
    assert section.state is (SectionState.ENTRIES if is_seen else SectionState.NONE_FOUND)
    assert (bool(section.entries), section.kle, section.is_in_part) == (is_seen, tuple(sorted(limit)), True)


@given(st.frozensets(numbers), st.frozensets(numbers), st.none() | numbers)
@settings(max_examples=60, deadline=None)
def test_fewer_numbers_never_show_more(fewer: frozenset[str], more: frozenset[str], number: str | None) -> None:
    def is_seen(limit: frozenset[str]) -> bool:
        return may_see_entry(KleLimit(area=Area.SOCIAL, numbers=limit), number)

    assert is_seen(fewer) <= is_seen(fewer | more)


def test_the_limit_is_the_own_areas_and_a_right_of_everybody_is_not_limited() -> None:
    consented = TEAM.model_copy(update={"consented_areas": frozenset({Area.SOCIAL, Area.SCHOOL})})
    in_part = consented.model_copy(update={"consent_cells": frozenset({"social/social_system/efforts"})})
    actor = limited_to("15")
    assert decide(actor, TEAM, because(None)).kle_limit == KleLimit(area=Area.SOCIAL, numbers=frozenset({"15"}))
    assert decide(actor, in_part, because(None)).kle_limit is not None
    assert decide(actor, consented, because(None)).kle_limit is None, "the citizen shares all of it with the team"
    lifted = decide(actor, UNIT, because(REASON))
    assert lifted.kle_limit is None, "the override shows the social area to anybody"
    assert lifted.basis is Basis.OVERRIDE, "a reason opened more than the job function does"
    assert [(each.area, each.basis) for each in lifted.disclosures] == [(Area.SOCIAL, DisclosureBasis.OVERRIDE)]
    assert decide(limited_to("15", area=Area.SCHOOL), FACTS, because(REASON)).kle_limit is not None
    assert decide(an_actor(), UNIT, because(None)).kle_limit is None
    assert any("begrænset til KLE 15" in line for line in explain(actor, UNIT, because(None)))


@pytest.mark.parametrize(
    ("functions", "kle"),
    [
        ([], None),
        ([("team_member", None)], None),
        ([("team_member", ["27.24"])], {"27.24"}),
        ([("team_member", ["27.24"]), ("team_member", ["15.20", "27.24"])], {"27.24", "15.20"}),
        ([("team_member", ["27.24"]), ("team_member", None)], None),
        ([("team_member", ["27.24"]), ("administrator", None)], {"27.24"}),
        ([("administrator", ["27.24"])], None),
    ],
)
def test_the_limits_follow_from_the_functions_of_the_login(
    database: Database, functions: list[tuple[str, list[str] | None]], kle: set[str] | None
) -> None:
    rows = [{"name": "x", "role": role, "units": None, "kle": limit} for role, limit in functions]
    with database.transaction() as session:
        employ(session, an_actor())
        session.execute(text("UPDATE actors SET functions = CAST(:rows AS jsonb)"), {"rows": json.dumps(rows)})
        (actor,) = actors(session)
    assert actor.kle == kle


def test_the_page_says_that_it_shows_a_part_and_never_none() -> None:
    whole = maja.page_data()
    sections = tuple(
        section.model_copy(update={"entries": (), "state": SectionState.NONE_FOUND, "kle": ("27.24",)})
        if section.area is Area.SOCIAL
        else section
        for section in whole.overview.sections
    )
    overview = whole.overview.model_copy(update={"sections": sections})
    data = replace(whole, overview=overview, family=(), follow_ups={}, changes=None)
    page = overview_page(data)
    (gap,) = [gap for gap in page.gaps if gap.area is Area.SOCIAL]
    assert gap.advice == "Din jobfunktion er begrænset til KLE 27.24. Siden siger ikke, om der er andet i området."
    assert page.notifications_line == "Underretninger er ikke for dig at se. Siden siger ikke, om der er nogen."
    assert timeline_page(data).notification_gaps == (page.notifications_line,)
