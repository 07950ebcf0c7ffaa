"""The builder: same records, same overview, and nothing on it that no record says."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.matching.linked_record import LinkedRecord
from hub.overview.builder import build
from schemas.codes import Coded
from schemas.facts import ConcernNotificationFact, Fact, Outcome
from schemas.identifiers import Identifier
from schemas.overview import Overview, SectionState
from schemas.people import LifeStatus, PersonFact, RelationFact, RelationKind
from schemas.period import Period
from schemas.record import Party, PartyRole, SourceRecord
from schemas.source import Area
from tests.factories import EMIL, IDA, JONAS, MAJA, make_effort, make_party, make_record

AREAS = {"social": Area.SOCIAL, "health": Area.HEALTH}
START = datetime(2019, 1, 1, 8, 0, tzinfo=UTC)
PEOPLE = (MAJA, IDA, EMIL, JONAS)


def citizen(identifier: Identifier) -> UUID:
    return uuid5(NAMESPACE_OID, identifier.value)


def link(record: SourceRecord, registered_to: datetime | None = None, me: Identifier = MAJA) -> LinkedRecord:
    own = [party.role for party in record.parties if me in party.identifiers]
    return LinkedRecord(
        record=record,
        received_at=record.registered_at,
        registered_to=registered_to,
        role=own[0] if own else PartyRole.OTHER,
        party_citizens=tuple(citizen(party.identifiers[0]) for party in record.parties),
    )


def made(linked: Sequence[LinkedRecord], as_known: datetime | None = None) -> Overview:
    return build(citizen(MAJA), linked, areas=AREAS, version=1, as_known=as_known)


def about(fact: Fact, *, day: int = 0, **changed: Any) -> LinkedRecord:
    return link(make_record(fact=fact, registered_at=START + timedelta(days=day), **changed))


def related(primary: Identifier, other: Identifier, fact: RelationFact, **changed: Any) -> LinkedRecord:
    parties = (make_party(primary), make_party(other, role=PartyRole.OTHER, name="Navn"))
    return link(make_record(fact=fact, parties=parties, record_type="Relation", **changed))


_persons = st.builds(
    PersonFact,
    given_name=st.sampled_from([None, "Maja", "maja ", "Maya"]),
    family_name=st.sampled_from([None, "Testborger", "Prøve"]),
    birth_date=st.sampled_from([None, date(1986, 7, 15), date(1986, 7, 16)]),
    life_status=st.sampled_from([None, *LifeStatus]),
    died_on=st.sampled_from([None, date(2020, 1, 1)]),
    name_address_protected=st.booleans(),
)
_relations = st.builds(
    RelationFact, relation=st.sampled_from(list(RelationKind)), custody=st.sampled_from([None, True, False])
)
_efforts = st.builds(make_effort, st.sampled_from(["Familiebehandling", "Mentor"]))
_goes_first = st.booleans()


@st.composite
def linked_records(draw: st.DrawFn) -> LinkedRecord:
    fact = draw(st.one_of(_persons, _relations, _efforts))
    other = draw(st.sampled_from(PEOPLE[1:]))
    first, second = (MAJA, other) if draw(_goes_first) or not isinstance(fact, RelationFact) else (other, MAJA)
    parties: tuple[Party, ...] = (make_party(first),)
    if isinstance(fact, RelationFact):
        parties = (*parties, make_party(second, role=PartyRole.OTHER, name=draw(st.sampled_from(["Ida", "Emil"]))))
    registered = START + timedelta(days=draw(st.integers(0, 20)))
    record = make_record(
        fact=fact,
        parties=parties,
        source=draw(st.sampled_from(["social", "health"])),
        record_type=fact.kind,
        source_id=str(draw(st.integers(1, 4))),
        registered_at=registered,
        synthetic=draw(st.booleans()),
    )
    ended = draw(st.sampled_from([None, None, 1, 5]))
    return link(record, registered + timedelta(days=ended) if ended else None)


batches = st.lists(linked_records(), max_size=8)


@settings(max_examples=60, deadline=None)
@given(batches, st.randoms(use_true_random=False))
def test_neither_order_nor_replays_matter(linked: list[LinkedRecord], random: Any) -> None:
    again = linked + linked[: len(linked) // 2]
    random.shuffle(again)
    assert made(again) == made(linked)


@settings(max_examples=60, deadline=None)
@given(batches)
def test_nothing_is_shown_that_no_record_says(linked: list[LinkedRecord]) -> None:
    overview = made(linked)
    allowed = {leaf for one in linked for leaf in _leaves(one.record.model_dump(mode="json"))}
    allowed |= {
        "yes",
        "no",
        *(str(one) for one in RelationKind),
        *(disagreement.field for disagreement in overview.disagreements),
    }
    allowed |= {str(citizen(one)) for one in PEOPLE}
    allowed |= {f"{given} {family}" for given in allowed for family in allowed}
    result = overview.model_dump(mode="json", include={"header", "disagreements"})
    for entry in overview.entries():
        assert entry.fact in [one.record.fact for one in linked]
    for leaf in _leaves(result):
        # Defaults of an empty person are statements of nobody: not protected, alive.
        assert leaf in allowed | {"alive", "person"}


@settings(max_examples=60, deadline=None)
@given(batches)
def test_the_strictest_protection_wins(linked: list[LinkedRecord]) -> None:
    header = made(linked).header
    assert header.person.name_address_protected == bool(header.protection_sources)
    standing = made([one for one in linked if isinstance(one.record.fact, PersonFact)])
    assert standing.header.protection_sources == header.protection_sources


@settings(max_examples=60, deadline=None)
@given(batches, st.integers(-1, 30))
def test_what_comes_later_does_not_change_what_was_known(linked: list[LinkedRecord], day: int) -> None:
    moment = START + timedelta(days=day)
    known = [one for one in linked if one.record.registered_at <= moment]
    assert made(linked, moment) == made(known, moment)


def test_one_protecting_source_is_enough_even_if_it_is_older() -> None:
    linked = [
        about(PersonFact(name_address_protected=True), source="health"),
        about(PersonFact(given_name="Maja"), day=9, source="social"),
    ]
    header = made(linked).header
    assert header.person.name_address_protected
    assert header.protection_sources == ("health",)


def test_a_source_that_does_not_tell_whether_somebody_lives_contradicts_no_other() -> None:
    dead = PersonFact(life_status=LifeStatus.DEAD, died_on=date(2023, 1, 2))
    overview = made([about(dead, source="social"), about(PersonFact(given_name="Maja"), day=9, source="health")])
    assert (overview.header.person.life_status, overview.header.person.died_on) == (LifeStatus.DEAD, date(2023, 1, 2))
    assert overview.disagreements == ()
    assert made([about(PersonFact(given_name="Maja"))]).header.person.life_status is None


def test_the_value_that_agrees_with_the_number_is_shown_and_the_disagreement_with_it() -> None:
    linked = [
        about(PersonFact(given_name="MAJA ", birth_date=date(1986, 7, 15)), source="health"),
        about(PersonFact(given_name="Maja", birth_date=date(1986, 7, 16)), day=1, source="social"),
    ]
    overview = made(linked)
    assert overview.header.person.birth_date == date(1986, 7, 15)
    (only,) = overview.disagreements
    assert (only.field, [value.value for value in only.values]) == ("birth_date", ["1986-07-16", "1986-07-15"])


def test_a_relation_is_seen_from_the_citizens_own_side() -> None:
    stated = related(IDA, MAJA, RelationFact(relation=RelationKind.PARENT, custody=True))
    (relative,) = made([stated]).header.relatives
    assert (relative.citizen_id, relative.relation, relative.custody) == (citizen(IDA), RelationKind.CHILD, True)


def test_two_sources_on_one_relation_are_one_relative_and_custody_is_not_guessed() -> None:
    linked = [
        related(MAJA, IDA, RelationFact(relation=RelationKind.CHILD, custody=True), source="social"),
        related(IDA, MAJA, RelationFact(relation=RelationKind.PARENT, custody=False), source="health"),
    ]
    overview = made(linked)
    (relative,) = overview.header.relatives
    assert relative.custody is None
    (only,) = overview.disagreements
    assert (only.field, sorted(value.value for value in only.values)) == ("custody", ["no", "yes"])


def test_an_area_without_entries_says_that_none_were_found() -> None:
    linked = [about(make_effort(), valid=Period(start=date(2019, 5, 1)))]
    states = {section.area: section.state for section in made(linked).sections}
    assert states == dict.fromkeys(Area, SectionState.NONE_FOUND) | {Area.SOCIAL: SectionState.ENTRIES}


def test_a_tombstone_leaves_nothing() -> None:
    dead = link(make_record(deleted=True, registered_at=START + timedelta(days=3)))
    assert not made([about(make_effort()), dead]).entries()


def test_an_outcome_is_not_known_before_it_was_decided() -> None:
    fact = ConcernNotificationFact(
        received_at=START,
        received_has_time=True,
        notifier=Coded(code_list="notifier_categories", code="2"),
        assessed_at=START + timedelta(hours=20),
        outcome=Outcome.ASSESSMENT,
        outcome_on=date(2019, 3, 1),
        receipt_sent_on=date(2019, 1, 4),
        notifier_informed_on=date(2019, 3, 5),
    )
    (entry,) = made([about(fact)], START + timedelta(days=1)).entries()
    assert isinstance(entry.fact, ConcernNotificationFact)
    assert entry.fact.assessed_at is not None
    assert (entry.fact.receipt_sent_on, entry.fact.outcome, entry.fact.outcome_on) == (None, None, None)
    assert entry.fact.notifier_informed_on is None


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one)
    elif isinstance(value, str):
        yield value
