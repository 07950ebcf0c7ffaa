"""What a consent must be to count: judged for random terms, and held by the database as well."""

from datetime import date, timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from connectors.sources.employment import streams as employment
from connectors.sources.health import streams as health
from connectors.sources.school import streams as school
from connectors.sources.social import streams as social
from connectors.sources.social.nexus import streams as nexus
from hub.course.consent_rules import FORMS, WRITTEN, ConsentFault, faults_of, kind_of, year_after
from schemas.consent import (
    AREA_CATEGORIES,
    WHOLE_CELL,
    Consent,
    ConsentCell,
    ConsentForm,
    ConsentGiver,
    ConsentKind,
    ConsentTerms,
    category_of,
    cell_of,
    whole_areas,
)
from schemas.data_category import DataCategory
from schemas.facts import Fact
from schemas.source import Area

TODAY = date(2023, 9, 12)
FACT_KINDS = [fact.model_fields["kind"].default for fact in get_args(get_args(Fact)[0])]
days = st.dates(date(2022, 1, 1), date(2026, 12, 31))
terms_strategy = st.builds(
    ConsentTerms,
    given_on=days,
    expires_on=st.none() | days,
    form=st.sampled_from(ConsentForm),
    given_by=st.sampled_from(ConsentGiver),
    evidence=st.sampled_from(["", "  ab ", "Blanket på sagen"]),
)
cells_strategy = st.lists(
    st.sampled_from(Area).flatmap(
        lambda area: st.builds(
            ConsentCell,
            area=st.just(area),
            source=st.just(f"{area}_system"),
            category=st.sampled_from(AREA_CATEGORIES[area]),
        )
    ),
    max_size=3,
)


@given(terms_strategy, cells_strategy, st.booleans(), st.booleans())
def test_what_is_recorded_is_concrete_proven_and_in_time(
    terms: ConsentTerms, cells: list[ConsentCell], to_course: bool, has_course: bool
) -> None:
    faults = faults_of(terms, cells, TODAY, to_course=to_course, has_course=has_course)
    is_sound = (
        (bool(cells) or to_course)
        and (to_course or has_course)
        and terms.given_on <= TODAY
        and (terms.expires_on is None or terms.expires_on > TODAY)
        and terms.evidence == "Blanket på sagen"
        and terms.form in FORMS
    )
    if any(cell.area is Area.HEALTH for cell in cells):
        lasts = terms.expires_on is not None and terms.expires_on <= year_after(terms.given_on)
        is_sound = is_sound and terms.form in WRITTEN and lasts
    assert (faults == ()) == is_sound
    assert len(set(faults)) == len(faults)


@given(terms_strategy, cells_strategy, st.booleans())
def test_nothing_is_shared_before_the_course_is_consented_to(
    terms: ConsentTerms, cells: list[ConsentCell], to_course: bool
) -> None:
    faults = faults_of(terms, cells, TODAY, to_course=to_course, has_course=False)
    assert (ConsentFault.NO_COURSE_CONSENT in faults) == (bool(cells) and not to_course)


@given(days)
def test_a_year_ends_on_the_same_day_or_the_first_of_march(day: date) -> None:
    end = year_after(day)
    assert end.year == day.year + 1
    assert timedelta(365) <= end - day <= timedelta(366)
    assert (end.month, end.day) == ((3, 1) if (day.month, day.day) == (2, 29) else (day.month, day.day))


@given(days, st.none() | days, st.none() | days, days)
def test_a_consent_stands_from_its_day_until_it_ends_or_is_withdrawn(
    given_on: date, expires_on: date | None, withdrawn_on: date | None, day: date
) -> None:
    terms = ConsentTerms(
        given_on=given_on,
        expires_on=expires_on,
        form=ConsentForm.WRITTEN,
        given_by=ConsentGiver.CITIZEN,
        evidence="Blanket",
    )
    consent = Consent(
        id=1,
        kind=ConsentKind.COURSE,
        cell=None,
        terms=terms,
        recorded_by="",
        recorded_at=None,
        withdrawn_on=withdrawn_on,
    )
    ends = [end for end in (expires_on, withdrawn_on) if end is not None]
    assert consent.stands(day) == (given_on <= day < min(ends, default=date.max))


def test_a_consent_opens_the_gate_of_its_cell() -> None:
    kinds = {area: kind_of(ConsentCell(area=area, source="any", category=DataCategory.EFFORTS)) for area in Area}
    assert kind_of(None) is ConsentKind.COURSE
    assert kinds.pop(Area.HEALTH) is ConsentKind.HEALTH
    assert set(kinds.values()) == {ConsentKind.SHARE}


@given(st.sampled_from(Area), st.sampled_from(FACT_KINDS))
def test_every_fact_has_a_category_that_may_be_consented_to(area: Area, kind: str) -> None:
    assert category_of(area, kind) in AREA_CATEGORIES[area]


@given(st.sampled_from(Area), st.data())
def test_an_area_is_whole_when_no_cell_of_any_of_its_sources_is_missing(area: Area, data: st.DataObject) -> None:
    areas = {"first": area, "second": area, "other": Area.HEALTH if area is not Area.HEALTH else Area.SOCIAL}
    cells = [cell_of(source, category) for source in ("first", "second") for category in AREA_CATEGORIES[area]]
    chosen = data.draw(st.sets(st.sampled_from(cells)))
    assert (area in whole_areas({area: chosen}, areas)) == (chosen == set(cells))
    assert area in whole_areas({area: [WHOLE_CELL]}, areas)
    assert not whole_areas({area: cells}, {})


def test_a_sort_of_data_has_the_right_that_the_law_names_for_it_or_the_one_of_its_source() -> None:
    source = school.source_system("school", timedelta(days=1))
    assert source.basis_of(DataCategory.SCHOOLING).startswith("Folkeskoleloven og bekendtgørelsen om elevers fravær")
    assert source.basis_of(DataCategory.PLANS) == source.legal_basis
    for system in (
        source,
        social.source_system("social", timedelta(days=1)),
        nexus.source_system("nexus", timedelta(days=1)),
        employment.source_system("employment", timedelta(days=1), linked=False),
        health.source_system("health", timedelta(days=1), linked=False),
    ):
        named = [each.category for each in system.category_bases]
        assert len(set(named)) == len(named)
        assert set(named) <= set(AREA_CATEGORIES[system.area])
