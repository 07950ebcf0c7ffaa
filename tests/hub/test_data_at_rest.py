"""What docs/data-protection.md says of index and bus: both engines and the bus are read raw, whatever asked them."""

from contextlib import closing
from datetime import timedelta

import pytest
from kafka import KafkaConsumer
from sqlalchemy import text

from hub.bus.base import OVERVIEWS, RECORDS, Message
from hub.bus.kafka import KafkaBus
from hub.bus.kafka_client import KafkaAccess
from hub.bus.postgres import PostgresBus
from hub.bus.sealing import open_message, seal_value
from hub.clock import FixedClock
from hub.collect.service import to_message
from hub.db import Database
from hub.digest import keyed_digest
from hub.indexing.outbox import publish_outbox
from hub.indexing.reindex import reindex
from hub.indexing.writer import index_changes
from hub.matching.repository import citizen_of
from hub.overview import repository as overviews
from schemas.facts import EffortFact, EffortStatus
from schemas.people import RelationFact, RelationKind, Responsible, Unit, Worker
from schemas.record import PartyRole, SourceRecord
from schemas.search import AccessFilter, AccessScope, SearchQuery
from schemas.source import Area
from search.base import SearchIndex
from search.opensearch import OpenSearchIndex
from search.postgres import PostgresIndex
from tests.access_town import TODAY
from tests.contracts.own_names import OwnNames
from tests.factories import make_party, make_record
from tests.hub.test_access_protection import ALMA, HENRIK, SOFIE, WHERE, family_records, person_record
from tests.processing import process_records

NUMBERS = tuple(who.value for who in (SOFIE, HENRIK, ALMA))


def raw_postgres(database: Database, *tables: str) -> str:
    with database.transaction() as session:
        rows = [session.scalars(text(f"SELECT t::text FROM {table} t")).all() for table in tables]  # noqa: S608
    return "\n".join(row for found in rows for row in found)


def raw_index(database: Database, index: SearchIndex) -> str:
    """Everything the engine holds: every table, or every stored source and every value it searches by."""
    if isinstance(index, PostgresIndex):
        return raw_postgres(database, *(f"search.{table}" for table in TABLES))
    assert isinstance(index, OpenSearchIndex)
    index.refresh()
    body = {"size": 1000, "docvalue_fields": ["names", "sort_name", "identifier_digests", "sources"]}
    return str(index._cluster.read("POST", f"/{index._name}/_search", body))


TABLES = ("documents", "names", "vocabulary", "digests", "entries", "entry_words", "unit_grants")


@pytest.fixture(params=["postgres_index", "opensearch_index"])
def engine(request: pytest.FixtureRequest) -> SearchIndex:
    index: SearchIndex = request.getfixturevalue(request.param)
    return index


def test_no_number_and_nothing_of_a_protected_citizen_is_in_the_index(
    database: Database, engine: SearchIndex, clock: FixedClock, digest_key: bytes
) -> None:
    process_records(database, family_records(True), digest_key=digest_key, now=clock.now())
    reindex(database, engine, digest_key=digest_key, clock=clock)
    raw = raw_index(database, engine)
    assert "Samvær" in raw, "it was looked at"
    assert "Stationsvej 5" not in raw, "a page that speaks of a guarded child is not kept either"
    assert not [number for number in NUMBERS if number in raw or f"{number[:6]}-{number[6:]}" in raw]
    assert not [word for word in WHERE if word in raw]
    with database.transaction() as session:
        key = citizen_of(session, keyed_digest(SOFIE, digest_key))
    by_number = SearchQuery(
        identifier_digests=(keyed_digest(SOFIE, digest_key),), access=AccessFilter(on=TODAY, known_identifier=True)
    )
    assert [hit.citizen_id for hit in engine.find(by_number).hits] == [key]


def test_an_ordinary_page_is_kept_without_its_numbers(
    database: Database, engine: SearchIndex, clock: FixedClock, digest_key: bytes
) -> None:
    process_records(
        database, [person_record(HENRIK, "Henrik", "Stationsvej 5")], digest_key=digest_key, now=clock.now()
    )
    reindex(database, engine, digest_key=digest_key, clock=clock)
    raw = raw_index(database, engine)
    assert "Stationsvej 5" in raw
    assert HENRIK.value not in raw


def test_who_comes_to_live_with_a_protected_citizen_is_indexed_anew(
    database: Database, engine: SearchIndex, clock: FixedClock, digest_key: bytes
) -> None:
    """The mother is protected later; neither her child nor whoever shares a line with the child is written again."""
    bus = PostgresBus(database.url)
    bus.create({OVERVIEWS: 1})
    unit = Unit(id="social:900", name="Krisecentret", phone="55 55 55 55")
    responsible = Responsible(unit=unit, worker=Worker(name="Lene", phone="55 55 55 55"))
    effort = EffortFact(title="Samvær", status=EffortStatus.ACTIVE, responsible=responsible, performer=unit)
    shared = [make_party(ALMA, name="Alma"), make_party(HENRIK, role=PartyRole.CONCERNED, name="Henrik")]
    relation = RelationFact(relation=RelationKind.PARENT, shares_household=True)
    before = [
        person_record(SOFIE, "Sofie", "Hybenvej 77"),
        person_record(HENRIK, "Henrik", "Stationsvej 5"),
        person_record(ALMA, "Alma", "Hybenvej 77"),
        make_record(
            fact=relation, parties=[make_party(ALMA), make_party(SOFIE, role=PartyRole.OTHER)], record_type="Relation"
        ),
        make_record(fact=effort, parties=shared, source_id="7"),
    ]

    def carry(records: list[SourceRecord]) -> None:
        process_records(database, records, digest_key=digest_key, now=clock.now())
        with database.transaction() as session:
            publish_outbox(session, bus)
        with bus.consumer("indexer", [OVERVIEWS]) as consumer:
            delivered = consumer.poll(limit=100, timeout=timedelta(0))
            index_changes(database, engine, delivered, digest_key=digest_key, clock=clock)
            index_changes(database, engine, delivered, digest_key=digest_key, clock=clock)  # they may come twice
            consumer.commit(delivered)
        engine.refresh()

    with closing(bus):
        carry(before)
        assert "Krisecentret" in raw_index(database, engine)
        protected = person_record(SOFIE, "Sofie", "Hybenvej 77", protected=True)
        carry([protected.model_copy(update={"registered_at": protected.registered_at + timedelta(days=1)})])
    assert not [word for word in WHERE if word in raw_index(database, engine)]
    with database.transaction() as session:
        people = frozenset(
            found for who in (SOFIE, HENRIK, ALMA) if (found := citizen_of(session, keyed_digest(who, digest_key)))
        )
        stored = {key: overview.version for key, overview in overviews.stored(session, people).items()}
    assert engine.versions() == stored, "raised in both, so that the comparison finds nothing"
    access = AccessFilter(on=TODAY, scopes=(AccessScope(citizens=people, areas=frozenset(Area)),))
    assert engine.find(SearchQuery(text="Krisecentret", access=access)).total == 0
    page = engine.find(SearchQuery(text="", access=access))
    assert (page.total, page.facets["unit"]) == (3, ())


def test_records_are_sealed_on_the_bus(database: Database, digest_key: bytes) -> None:
    bus = PostgresBus(database.url)
    records = family_records(True)
    with closing(bus):
        bus.create({RECORDS: 1})
        bus.publish(RECORDS, [to_message(record, digest_key) for record in records])
    raw = raw_postgres(database, "bus_messages")
    with database.transaction() as session:
        values = b"".join(session.scalars(text("SELECT value FROM bus_messages")).all())
    told = [*NUMBERS, *WHERE, "Sofie", "Samvær"]
    assert not [word for word in told if word in raw or word.encode() in values]


def test_nothing_readable_lies_in_kafka(kafka_servers: str, digest_key: bytes) -> None:
    """Read by a client of Kafka's own, which knows of no sealing: keys, values and headers as they lie in the log."""
    access = KafkaAccess(servers=tuple(kafka_servers.split(",")))
    names = OwnNames(KafkaBus(access, replication=1, retention=timedelta(hours=1)))
    records = family_records(True)
    with closing(names):
        names.create({RECORDS: 1})
        names.publish(RECORDS, [to_message(record, digest_key) for record in records])
    raw: list[bytes] = []
    with closing(
        KafkaConsumer(
            names.prefix + RECORDS,
            bootstrap_servers=kafka_servers.split(","),
            auto_offset_reset="earliest",
            group_id=None,
            consumer_timeout_ms=20_000,
        )
    ) as consumer:
        for message in consumer:
            raw += [message.key or b"", message.value or b"", repr(message.headers).encode()]
            if len(raw) == 3 * len(records):
                break
    assert len(raw) == 3 * len(records), "all of them were looked at"
    readable = [*NUMBERS, *WHERE, "Sofie", "Samvær", "Stationsvej"]
    assert not [word for word in readable for part in raw if word.encode() in part]


def test_what_was_sealed_opens_with_the_same_key_under_the_same_name_only(digest_key: bytes) -> None:
    message = to_message(make_record(), digest_key)
    opened = open_message(message, digest_key)
    assert opened is not None
    assert SourceRecord.model_validate_json(opened.value) == make_record()
    assert open_message(message._replace(key="another"), digest_key) is None
    assert open_message(message, b"another key that is long enough") is None
    assert open_message(message._replace(value=message.value[:-1]), digest_key) is None
    clear = Message(key="k", value=b"{}")
    assert open_message(clear, digest_key) == clear, "as an earlier release published it"
    assert seal_value(b"{}", "k", digest_key) != seal_value(b"{}", "k", digest_key)
