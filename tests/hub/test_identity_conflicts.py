"""One number on two people, in the shapes of the published examples: a person says whether they are one."""

from datetime import datetime

import pytest

from connectors.sources.health.bundles import unpack
from connectors.sources.health.context import Run
from connectors.sources.health.translate import translate
from hub.clock import FixedClock
from hub.db import Database
from hub.errors import DecisionRule
from hub.matching.decision_repository import settled_as_one_person
from schemas.overview import IdentityState
from schemas.record import Rejection, SourceRecord
from tests.connectors.fhir_server import Item, care_plan, patient
from tests.factories import MAJA, local, make_person
from tests.identity import IdentityTown, effort, open_conflicts, refused

OTHER_NEXUS = local("p-2", "health:Patient")


@pytest.fixture
def town(database: Database, clock: FixedClock) -> IdentityTown:
    return IdentityTown(database, clock)


def translated(clock: FixedClock, *resources: Item) -> list[SourceRecord]:
    bundle = {"resourceType": "Bundle", "type": "collection", "timestamp": "2023-02-01T00:00:00Z",
              "entry": [{"resource": resource} for resource in resources]}  # fmt: skip
    run = Run(source="health", observed_at=clock.now())
    outcomes = [translate(*item) for item in unpack(bundle, run) if not isinstance(item, Rejection)]
    return [outcome.record for outcome in outcomes if outcome.record is not None]


def named(given: str, family: str) -> list[Item]:
    return [{"use": "official", "given": [given, "Test"], "family": family}]


FIRST = patient("p-1", MAJA.value, name=named("Else", "Lauridsen"), birthDate="1986-07-15")
PAIRS = {
    "another name and birth date": patient("p-2", MAJA.value, name=named("John", "Hansen"), birthDate="1991-01-02"),
    "another name and no birth date": patient(
        "p-2", MAJA.value, name=[{"text": "Poul Hansen", "given": ["Poul"], "family": "Hansen"}], birthDate=None
    ),
    "the same name and another birth date": patient(
        "p-2", MAJA.value, name=named("Else", "Lauridsen"), birthDate="1960-01-02"
    ),
}


@pytest.mark.parametrize("second", PAIRS.values(), ids=PAIRS)
def test_one_number_on_two_patients_waits_for_a_person_who_keeps_them_apart(
    second: Item, town: IdentityTown, clock: FixedClock
) -> None:
    records = translated(clock, FIRST, second, care_plan("cp-1", "p-1"), care_plan("cp-2", "p-2"))
    town.process(*records, effort(MAJA, "3"))
    ((number, kind),) = open_conflicts(town)
    assert kind == "disagreeing_person"
    with town.database.transaction() as session:
        details = town.desk(session).read_conflict(number)
        assert len(details.statements) == 2
        shown = details.model_dump_json()
        assert not any(text in shown for text in ("Else", "John", "Poul", "Hansen", "Lauridsen", MAJA.value))
        wrong = next(each.record for each in details.statements if each.source_id == "p-2")
        town.desk(session).keep_record_apart(number, wrong)
    town.rebuild()
    assert town.entries(MAJA) == ["health/CarePlan/cp-1", "social/Ydelse/3"]
    assert town.entries(OTHER_NEXUS) == ["health/CarePlan/cp-2"]
    page = town.page(OTHER_NEXUS)
    assert page
    assert MAJA not in page.header.identifiers, "nobody finds the other by the number"
    assert open_conflicts(town) == []
    town.process(*records, *translated(clock, second, care_plan("cp-4", "p-2")))
    assert town.entries(OTHER_NEXUS) == ["health/CarePlan/cp-2", "health/CarePlan/cp-4"]


@pytest.mark.parametrize("second", PAIRS.values(), ids=PAIRS)
def test_one_number_on_two_patients_is_one_person_when_somebody_says_so(
    second: Item, town: IdentityTown, clock: FixedClock
) -> None:
    records = translated(clock, FIRST, second, care_plan("cp-1", "p-1"), care_plan("cp-2", "p-2"))
    town.process(*records)
    ((number, _),) = open_conflicts(town)
    with town.database.transaction() as session:
        town.desk(session).link(number)
    town.process(*records)
    assert open_conflicts(town) == []
    assert town.entries(MAJA) == ["health/CarePlan/cp-1", "health/CarePlan/cp-2"]
    town.process(make_person(MAJA, given_name="Ukendt", family_name="Anden"))
    assert [each[1] for each in open_conflicts(town)] == ["disagreeing_person"], "what is new was not decided"


def test_a_page_says_when_it_was_settled_until_it_is_taken_back_or_another_statement_comes(
    town: IdentityTown, clock: FixedClock
) -> None:
    def settled() -> datetime | None:
        with town.database.transaction() as session:
            settled_at = settled_as_one_person(session, [town.citizen(MAJA)]).get(town.citizen(MAJA))
        town.rebuild()
        page = town.page(MAJA)
        assert page
        assert page.header.identity_settled_at == settled_at, "every page that reads the overview knows it"
        state = IdentityState.SETTLED if settled_at else IdentityState.DISPUTED
        assert page.header.identity is state
        return settled_at

    def decide() -> int:
        ((number, _),) = open_conflicts(town)
        with town.database.transaction() as session:
            return town.desk(session).link(number).decision_ids[0]

    town.process(make_person(MAJA), make_person(MAJA, source="health", given_name="Ida"))
    assert settled() is None
    first = decide()
    assert settled() == clock.now()
    with town.database.transaction() as session:
        town.desk(session).withdraw(first)
    assert settled() is None
    decide()
    town.process(make_person(MAJA, source_id="another", given_name="Ukendt", family_name="Anden"))
    assert settled() is None, "what is new was not decided"


def test_a_record_that_has_nothing_but_the_number_cannot_be_kept_apart(town: IdentityTown) -> None:
    town.process(make_person(MAJA), make_person(MAJA, source="health", given_name="Ida"))
    ((number, _),) = open_conflicts(town)
    with town.database.transaction() as session:
        record = town.desk(session).read_conflict(number).statements[0].record
    assert refused(town, "keep_record_apart", number, record) is DecisionRule.NO_OWN_ID
    assert refused(town, "keep_record_apart", number, "00000000") is DecisionRule.UNKNOWN_RECORD
    assert refused(town, "keep_record_apart", 99, record) is DecisionRule.UNKNOWN_CONFLICT
