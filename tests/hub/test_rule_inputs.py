"""Forbidden inputs are impossible: there is no field for them, and changing them in an overview changes no fact."""

import inspect
import types
import typing
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

import pytest
from pydantic import AwareDatetime

from hub.rules import conditions, overlaps, repository, tables
from hub.rules.evaluation import CONDITIONS
from hub.rules.extraction import extract_facts
from hub.rules.facts import FACT_KINDS, CourseState, EffortSpan, FactKind, RuleFact, RuleFacts, UndeclaredInput
from hub.rules.findings import Findings, Hit
from hub.rules.register import RuleOrigin, rule_definitions
from hub.rules.transitions import TransitionKind, duty_of
from schemas.facts import ConcernNotificationFact, EffortFact, GoalFact
from schemas.overview import CitizenHeader, Entry, Overview
from schemas.people import Address
from schemas.source import Area
from tests.web import maja

PLAIN = {AwareDatetime, date, datetime, int, float, bool, type(None)}
KEYS = {"id", "goal_key", "effort_ids", "school_key", "indicator"}
"""The only fields of text: keys that can be compared, and of which no words can be read."""
FORBIDDEN = (
    "ethnic", "citizenship", "nationality", "origin", "language", "religion", "address", "street", "postal", "town",
    "housing", "divorce", "partner", "condition", "diagnos", "illness", "amount", "benefit", "income", "suspicion",
    "reason", "notifier", "dental", "relative", "sibling", "parent", "name", "title", "text", "words", "gender", "sex",
)  # fmt: skip
NOW = datetime(2023, 9, 12, 7, 0, tzinfo=UTC)
COURSE = CourseState(id="course", has_course=True, has_lead=True)


def leaf_types(annotation: object) -> set[object]:
    """The plain types that an annotation is made of."""
    inner = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Annotated:
        return leaf_types(inner[0])
    if isinstance(annotation, types.UnionType) or typing.get_origin(annotation) is not None:
        return set[object]().union(*(leaf_types(each) for each in inner if each is not Ellipsis))
    return {annotation}


@pytest.mark.parametrize("kind", FACT_KINDS)
def test_a_fact_holds_days_numbers_lists_of_ours_and_keys_alone(kind: type[RuleFact]) -> None:
    for name, field in kind.model_fields.items():
        for leaf in leaf_types(field.annotation):
            is_closed_list = inspect.isclass(leaf) and issubclass(leaf, StrEnum)
            assert leaf in PLAIN or is_closed_list or (leaf is str and name in KEYS), f"{kind.__name__}.{name}: {leaf}"
        assert not any(word in name for word in FORBIDDEN), f"{kind.__name__}.{name}"


def test_the_list_of_facts_is_closed_and_whole() -> None:
    assert set(RuleFact.__subclasses__()) == set(FACT_KINDS)
    assert set(FACT_KINDS.values()) == set(FactKind)


def test_a_rule_that_asks_for_what_it_has_not_declared_fails() -> None:
    inputs = RuleFacts(citizen_id=UUID(int=1), today=NOW.date()).only(frozenset({FactKind.ABSENCE}))
    with pytest.raises(UndeclaredInput):
        inputs.of(EffortSpan)


def test_every_rule_of_the_register_has_a_condition_and_reads_no_more_than_it_declares() -> None:
    assert {definition.id for definition in rule_definitions()} == set(CONDITIONS)
    everything = extract_facts(maja.maja(health=True), COURSE, NOW, own_area=Area.SOCIAL)
    for definition in rule_definitions():
        list(CONDITIONS[definition.id](everything.only(definition.inputs), definition.limit))


def test_a_condition_sees_declared_facts_and_a_limit_and_nothing_else() -> None:
    for condition in CONDITIONS.values():
        parameters = list(inspect.signature(condition).parameters.values())
        assert [parameter.annotation.__name__ for parameter in parameters] == ["RuleInputs", "float"]
    for module in (conditions, overlaps):
        used = {name for name in vars(module) if not name.startswith("_")}
        assert not used & {"Overview", "Entry", "PersonFact", "Session", "ConcernNotificationFact", "EffortFact"}


def other_words(entry: Entry) -> Entry:
    """The entry with other titles, reasons, senders, paragraphs and people; the same days, areas and codes of KLE."""
    fact = entry.fact
    changed: dict[str, object] = {}
    match fact:
        case EffortFact():
            changed = {"title": "Behandling af en diagnose", "legal_basis": None, "extent": "4.000 kr.", "code": None}
        case ConcernNotificationFact():
            changed = {"reasons": (), "notifier_title": "Politiet: mistanke om hash", "legal_basis": None}
        case GoalFact():
            changed = {"text": "Andre ord om tro og oprindelse", "stated_by": "En anden"}
    return entry.model_copy(update={"fact": fact.model_copy(update=changed)})


def with_forbidden_changed(overview: Overview) -> Overview:
    header: CitizenHeader = overview.header
    person = header.person.model_copy(
        update={
            "given_name": "Fatima",
            "family_name": "Andet",
            "address": Address(street="Andetvej 1", town="Andet"),
        }
    )
    sections = tuple(
        section.model_copy(update={"entries": tuple(map(other_words, section.entries))})
        for section in overview.sections
    )
    changed = header.model_copy(update={"person": person, "relatives": ()})
    return overview.model_copy(update={"header": changed, "sections": sections})


@pytest.mark.parametrize("person", [maja.maja(health=True), *maja.children()])
def test_what_is_forbidden_changes_no_fact(person: Overview) -> None:
    before = extract_facts(person, COURSE, NOW, own_area=Area.SOCIAL)
    after = extract_facts(with_forbidden_changed(person), COURSE, NOW, own_area=Area.SOCIAL)
    assert before == after


def test_there_is_no_store_of_hits_and_no_way_from_hits_to_citizens() -> None:
    names = {table.__tablename__ for table in vars(tables).values() if hasattr(table, "__tablename__")}
    assert names == {"rule_approvals", "rule_assessments", "professional_indicators"}
    for name, function in inspect.getmembers(repository, inspect.isfunction):
        if function.__module__ == repository.__name__ and name.startswith(("list_", "count_", "latest_")):
            parameters = inspect.signature(function).parameters
            # What is read of citizens is read of those who are named; the rest tells of nobody.
            assert "citizen_ids" in parameters or name in {"list_approvals", "latest_approvals", "count_assessments"}


def test_what_a_rule_finds_has_no_score() -> None:
    assert set(Findings.model_fields) == {"hits", "unknowns"}
    assert not {"score", "weight", "rank", "points"} & set(Hit.model_fields)


def test_a_limit_of_the_law_is_nobodys_to_change_and_every_rule_has_a_source() -> None:
    for definition in rule_definitions():
        assert definition.source
        assert definition.text.endswith(".")
        assert definition.origin in RuleOrigin


def test_what_must_be_planned_is_set_down_for_every_transition() -> None:
    for kind in TransitionKind:
        duty = duty_of(kind, NOW.date())
        assert duty is not None
        assert duty.plan
        assert duty.by
        assert duty.source
