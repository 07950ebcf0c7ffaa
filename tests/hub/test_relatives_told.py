"""Relatives as the reader's sources tell of them, however many sources there are."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.access.cedar import POLICY_VERSION
from hub.access.showing import cut_and_mask
from hub.clock import FixedClock
from hub.db import Database
from hub.digest import keyed_digest
from hub.matching.repository import citizen_of
from hub.overview import service as overviews
from hub.overview.relatives import merge_relations, relative_of_sources
from schemas.access import Basis, Decision
from schemas.codes import Coded, danish_label
from schemas.overview import Relative
from schemas.people import CONTACT_PERSON, Address, PersonFact, RelationFact, RelationKind
from schemas.record import PartyRole
from schemas.source import Area
from tests.factories import IDA, MAJA, make_party, make_person, make_record
from tests.hub.test_overview_builder import about, citizen, made, related
from tests.processing import process_records

SOCIAL_ONLY = Decision(
    allowed=True,
    basis=Basis.OWN_UNIT,
    shown=frozenset({Area.SOCIAL}),
    withheld=frozenset(Area) - {Area.SOCIAL},
    policy_version=POLICY_VERSION,
)
_facts = st.builds(
    RelationFact,
    relation=st.just(RelationKind.CHILD),
    custody=st.sampled_from([None, True, False]),
    shares_household=st.sampled_from([None, True, False]),
)


@st.composite
def told_by(draw: st.DrawFn) -> dict[str, RelationFact]:
    return draw(st.dictionaries(st.sampled_from(["social", "health"]), _facts, min_size=1))


def relative(facts: dict[str, RelationFact]) -> Relative:
    linked = [related(MAJA, IDA, fact, source=source, source_id="7") for source, fact in facts.items()]
    (only,) = merge_relations(citizen(MAJA), linked).relatives
    return only


def test_a_contact_person_of_the_school_is_called_so_and_has_no_relative_in_the_pupil() -> None:
    role = Coded(code_list="relationship_codes", code=CONTACT_PERSON)
    linked = related(MAJA, IDA, RelationFact(relation=RelationKind.OTHER, role=role))
    (contact,) = merge_relations(citizen(MAJA), [linked]).relatives
    assert contact.role == role
    assert danish_label(role, date(2023, 9, 12)) == "Kontaktperson"
    assert not merge_relations(citizen(IDA), [replace(linked, role=PartyRole.OTHER)]).relatives


@given(told_by(), st.sets(st.sampled_from(["social", "health"])))
def test_a_relative_is_what_the_shown_sources_say_and_nothing_else(
    facts: dict[str, RelationFact], shown: set[str]
) -> None:
    cut = relative_of_sources(relative(facts), shown)
    left = {source: fact for source, fact in facts.items() if source in shown}
    alone = relative(left).model_copy(update={"statements": None}) if left else None
    assert cut == alone


def test_an_unnamed_relative_is_called_as_on_their_own_page(
    database: Database, clock: FixedClock, digest_key: bytes
) -> None:
    parties = (make_party(MAJA), make_party(IDA, role=PartyRole.OTHER))
    relation = make_record(fact=RelationFact(relation=RelationKind.CHILD), parties=parties, record_type="Relation")
    ida = make_person(IDA, given_name="Ida", source_id="2")
    process_records(database, [make_person(MAJA), relation, ida], digest_key=digest_key, now=clock.now())
    with database.transaction() as session:
        maja = citizen_of(session, keyed_digest(MAJA, digest_key))
        assert isinstance(maja, UUID)
        whole = overviews.read(session, maja)
        page = cut_and_mask(session, whole, SOCIAL_ONLY, date(2023, 9, 12))
    assert whole is not None
    assert page is not None
    assert [each.name for each in whole.header.relatives] == [None]
    assert [each.name for each in page.header.relatives] == ["Ida Testborger"]


def test_an_address_from_which_another_source_says_somebody_moved_away_is_not_shown() -> None:
    lived = Address(street="Åparken 14", postal_code="2999", town="Egelund")
    left = Address(street="åparken 14")
    social = about(PersonFact(given_name="Maja", address=lived), day=1, record_type="Sag.person")
    gone = PersonFact(given_name="Maja", left_addresses=(left,))
    health = about(gone, record_type="Patient", source="health", source_id="p")
    assert made([social, health]).header.person.address is None
    assert made([social]).header.person.address == lived
    moved = lived.model_copy(update={"street": "Nygade 1"})
    newer = about(PersonFact(given_name="Maja", address=moved), day=1, record_type="Sag.person")
    assert made([newer, health]).header.person.address == moved
