"""Messages of a hospital and numbers that change, from the payload to the citizen's page."""

from random import Random

import pytest

from connectors.sources.health.bundles import unpack
from connectors.sources.health.context import Run
from connectors.sources.health.translate import translate
from hub.clock import FixedClock
from hub.db import Database
from schemas.facts import ContactFact, ContactState
from schemas.identifiers import Identifier
from schemas.record import Rejection, SourceRecord
from tests.connectors.fhir_server import CPR, Item, care_plan, meta, patient
from tests.connectors.test_health_stays import MAJA, message
from tests.factories import make_party, make_record
from tests.identity import IdentityTown

NUMBER, REPLACEMENT = Identifier.national(MAJA), Identifier.national("0703921VJ4")
ECPR = "urn:oid:1.2.208.176.1.6.1.1"
STAY = {
    "admitted": message(0, "admit-inpatient"),
    "left": message(1, "start-leave-inpatient", "onleave"),
    "back": message(2, "end-leave-inpatient"),
    "discharged": message(3, "discharge-inpatient-home", "finished", end="2024-01-06T10:00:00Z"),
    "discharge annulled": message(4, "cancel-discharge-inpatient-home"),
    "admission annulled": message(5, "cancel-admit-inpatient", "entered-in-error"),
}


@pytest.fixture
def town(database: Database, clock: FixedClock) -> IdentityTown:
    return IdentityTown(database, clock)


def translated(town: IdentityTown, *contents: Item) -> list[SourceRecord]:
    run = Run(source="health", observed_at=town.clock.now())
    items = [item for content in contents for item in unpack(content, run)]
    outcomes = [translate(*item) for item in items if not isinstance(item, Rejection)]
    return [outcome.record for outcome in outcomes if outcome.record is not None]


def stays(town: IdentityTown) -> list[ContactState | None]:
    page = town.page(NUMBER)
    facts = [entry.fact for entry in page.entries()] if page else []
    return [fact.state for fact in facts if isinstance(fact, ContactFact)]


@pytest.mark.parametrize("order", [1, -1], ids=["in order", "backwards"])
@pytest.mark.parametrize(
    ("told", "states"),
    [
        (["admitted", "left", "back"], [ContactState.ONGOING]),
        (["admitted", "left"], [ContactState.ON_LEAVE]),
        (["admitted", "discharged"], [ContactState.ENDED]),
        (["admitted", "discharged", "discharge annulled"], [ContactState.ONGOING]),
        (["admitted", "left", "admission annulled"], []),
    ],
)
def test_messages_doubled_and_out_of_order_give_the_same_stay(
    told: list[str], states: list[ContactState], order: int, town: IdentityTown
) -> None:
    for name in told[::order]:
        town.process(*translated(town, STAY[name]))
    assert stays(town) == states
    doubled = Random(3).sample(told * 3, len(told) * 3)  # noqa: S311  a seeded order, no secret
    town.process(*translated(town, *(STAY[name] for name in doubled)))
    assert stays(town) == states


@pytest.mark.parametrize("late", ["admitted", "discharged"])
def test_what_comes_after_its_annulment_does_not_revive_the_stay(late: str, town: IdentityTown) -> None:
    town.process(*translated(town, STAY["admission annulled"]))
    town.process(*translated(town, STAY[late]))
    assert stays(town) == []


def moved(*identifiers: Item) -> Item:
    return patient("p-1", MAJA, identifier=list(identifiers), meta=meta("2023-06-01T00:00:00Z", 2))


TEMPORARY = {"use": "temp", "system": ECPR, "value": REPLACEMENT.value}
OFFICIAL = {"use": "official", "system": CPR, "value": MAJA}


def test_a_person_with_a_replacement_number_who_gets_a_number_takes_everything_along(town: IdentityTown) -> None:
    before = patient("p-1", "-", identifier=[TEMPORARY])
    town.process(*translated(town, before, care_plan("cp-1", "p-1")))
    assert town.entries(REPLACEMENT) == ["health/CarePlan/cp-1"]
    town.process(*translated(town, moved(TEMPORARY, OFFICIAL)))
    assert town.citizen(REPLACEMENT) == town.citizen(NUMBER)
    assert town.entries(NUMBER) == ["health/CarePlan/cp-1"]
    page = town.page(NUMBER)
    assert page
    assert (page.header.national_number, page.header.former_numbers) == (NUMBER, (REPLACEMENT,))


def test_a_patient_replaced_by_one_with_a_new_number_leaves_an_alias(town: IdentityTown) -> None:
    link = [{"type": "replaced-by", "other": {"reference": "Patient/p-2"}}]
    replaced = patient("p-1", "-", identifier=[TEMPORARY], active=False, link=link)
    bundle = {"resourceType": "Bundle", "type": "collection", "timestamp": "2023-02-01T00:00:00Z",
              "entry": [{"resource": each} for each in (replaced, patient("p-2", MAJA))]}  # fmt: skip
    town.process(*translated(town, bundle))
    assert town.citizen(REPLACEMENT) == town.citizen(NUMBER) == town.own_citizen(NUMBER)
    with town.database.transaction() as session:
        history = town.desk(session).read_citizen(town.citizen(NUMBER)).numbers
    numbers = [each for each in history if "Patient" not in each.identifier]
    assert [(each.identifier, each.is_former, each.sources) for each in numbers] == [
        (REPLACEMENT.masked, True, ("health",)),
        (NUMBER.masked, False, ()),
    ]


def test_a_patient_whose_number_changes_without_a_word_is_a_question_while_others_use_the_old_one(
    town: IdentityTown,
) -> None:
    def kinds() -> list[str]:
        with town.database.transaction() as session:
            return [each.kind for each in town.desk(session).read_queue().conflicts]

    before, after = patient("p-1", "-", identifier=[TEMPORARY]), moved(OFFICIAL)
    town.process(*translated(town, before), *translated(town, after))
    assert kinds() == [], "nobody uses the old number"
    town.process(make_record(parties=[make_party(REPLACEMENT)], source_id="1"))
    assert kinds() == ["number_changed"]
    with town.database.transaction() as session:
        desk = town.desk(session)
        (conflict,) = desk.read_queue().conflicts
        assert [each.source_id for each in desk.read_conflict(conflict.id).statements] == ["p-1"]
        desk.link(conflict.id, town.citizen(NUMBER))
    town.rebuild()
    assert (kinds(), town.entries(NUMBER)) == ([], ["social/Ydelse/1"])
    town.unmerge(REPLACEMENT)
    assert kinds() == ["number_changed"]
    with town.database.transaction() as session:
        town.desk(session).keep_citizens_apart(town.citizen(REPLACEMENT), town.citizen(NUMBER))
    assert kinds() == []
