"""After a citizen is forgotten nothing mentions them in any store: the property, in a real database, raw."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from hub.clock import FixedClock, danish_day
from hub.db import Database
from hub.digest import keyed_digest
from hub.errors import CitizenNotFound
from hub.forgetting.citizens import Keys, forget_again, forget_citizen
from hub.forgetting.restricting import rebuild_around
from hub.indexing.outbox import OverviewChanged
from hub.indexing.repository import delete_published, pending_outbox
from hub.indexing.writer import index_changes
from hub.matching.repository import citizen_of
from hub.overview import repository as overviews
from hub.overview.service import read, read_hidden, read_seen
from hub.pipeline import rebuild_due
from hub.quarantine.service import add
from hub.rights import repository as rights
from hub.rights.errors import CitizenHeld
from hub.rights.restriction_repository import lift, list_restrictions, restrict
from hub.rights.stores import DeletionRule, Store
from hub.secrets import PayloadCipher, derived_keys
from schemas.identifiers import Identifier
from schemas.people import RelationFact, RelationKind
from schemas.record import PartyRole, Rejection, RejectionRule, SourceRecord
from search.opensearch import OpenSearchIndex
from tests.emptying import empty
from tests.factories import EMIL, IDA, MAJA, local, make_case, make_party, make_person, make_record
from tests.hub.test_data_at_rest import raw_index
from tests.hub.test_identity_unmerge import KEY, WIPED
from tests.hub.test_indexing import message_of
from tests.processing import process_records

CIPHER = PayloadCipher(derived_keys(KEY))
KEYS = Keys(KEY, CIPHER)
PEOPLE = {MAJA: "Majbritta", IDA: "Idalina", EMIL: "Emiliano"}
LOCAL = {MAJA: local("majlocal01"), IDA: local("idalocal02"), EMIL: local("emilocal03")}
WHY = "Indsatsen er afsluttet, og borgeren har bedt om det"


def key_of(database: Database, who: Identifier) -> UUID | None:
    with database.transaction() as session:
        return citizen_of(session, keyed_digest(who, KEY))


def persons() -> list[SourceRecord]:
    return [make_person(who, LOCAL[who], source_id=f"person-{name}", given_name=name) for who, name in PEOPLE.items()]


@st.composite
def records(draw: st.DrawFn) -> list[SourceRecord]:
    """What sources say of three people, in any order: own efforts, relations, and one named in a record of another."""
    found = []
    people = list(PEOPLE)
    for number in range(draw(st.integers(1, 6))):
        owner = draw(st.sampled_from(people))
        other = draw(st.sampled_from([each for each in people if each != owner]))
        how = draw(st.sampled_from(["own", "local", "names", "concerns", "relation", "tombstone"]))
        key = f"{PEOPLE[owner]}-{how}-{number}"
        parties = [make_party(LOCAL[owner] if how == "local" else owner, name=PEOPLE[owner])]
        if how in {"names", "relation"}:
            parties.append(make_party(other, role=PartyRole.OTHER, name=PEOPLE[other]))
        if how == "concerns":
            parties.append(make_party(LOCAL[other], role=PartyRole.CONCERNED, name=PEOPLE[other]))
        if how == "relation":
            fact = RelationFact(relation=RelationKind.SIBLING)
            found.append(make_record(source_id=key, parties=parties, fact=fact, record_type="Relation"))
            continue
        found.append(make_record(source_id=key, parties=parties, fact=make_case(case_number=key)))
        if how == "tombstone":
            found.append(make_record(source_id=key, deleted=True, source_version="2"))
    return draw(st.permutations([*persons(), *found]))


def everything(database: Database) -> str:
    """Every row of every table as PostgreSQL writes it, bytes in plain; but the log, which has its own time limit."""
    with database.transaction() as session:
        tables = session.scalars(
            text(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                " WHERE schemaname IN ('public', 'search') AND tablename NOT LIKE 'audit_%'"
            )
        ).all()
        session.execute(text("SET LOCAL bytea_output = 'escape'"))
        rows = " UNION ALL ".join(f"SELECT t::text FROM {table} t" for table in tables)  # noqa: S608  likewise
        return "\n".join(session.connection().exec_driver_sql(rows).scalars())


def mentions(database: Database, who: Identifier) -> list[str]:
    raw = everything(database)
    words = (PEOPLE[who], who.value, f"{who.value[:6]}-{who.value[6:]}", LOCAL[who].value, keyed_word(who))
    return [word for word in words if word.casefold() in raw.casefold()]


def keyed_word(who: Identifier) -> str:
    """The beginning of the ids of records that are about the person."""
    return f"{PEOPLE[who]}-"


def forget(database: Database, clock: FixedClock, who: Identifier) -> dict[Store, int]:
    citizen_id = key_of(database, who)
    assert citizen_id
    with database.transaction() as session:
        counts = forget_citizen(session, citizen_id, reason=WHY, by="Dorthe", keys=KEYS, now=clock.now())
    rebuild_due(database, digest_key=KEY, until=clock.now(), now=clock.now(), limit=1000)
    return counts


@given(told=records(), who=st.sampled_from(list(PEOPLE)))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_mentions_who_was_forgotten_and_the_others_are_as_they_were(
    database: Database, clock: FixedClock, told: list[SourceRecord], who: Identifier
) -> None:
    with database.transaction() as session:
        empty(session, *WIPED, "forgotten_digests", "citizen_forgettings", "legal_holds", "quarantine_entries")
    process_records(database, told, digest_key=KEY, now=clock.now())
    with database.transaction() as session:
        raw = f'{{"cpr": "{who.value[:6]}-{who.value[6:]}"}}'.encode()
        add(session, "social", [
            Rejection(record_type="Ydelse", source_id="9", field="dato", rule=RejectionRule.BAD_DATE, raw=raw)
        ], cipher=CIPHER, now=clock.now())  # fmt: skip
    assert mentions(database, who)
    others = {each: key_of(database, each) for each in PEOPLE if each != who}
    counts = forget(database, clock, who)
    assert counts[Store.RECORDS]
    assert counts[Store.QUARANTINE] == 1
    assert mentions(database, who) == []
    with database.transaction() as session:
        for each, citizen_id in others.items():
            assert citizen_id is not None
            _, overview = overviews.current(session, [citizen_id])[citizen_id]
            assert overview
            assert PEOPLE[each] in (overview.header.display_name or "")
            own = {record.source_id for record in told if record.parties and record.fact
                   and record.fact.kind == "case" and record.parties[0].name == PEOPLE[each]}  # fmt: skip
            gone = {record.source_id for record in told if record.deleted}
            assert {entry.id.rpartition("/")[2] for entry in overview.entries()} >= own - gone
    again = process_records(database, told, digest_key=KEY, now=clock.now() + timedelta(days=1))
    assert mentions(database, who) == [], "what is read again is not let in"
    assert again.new == 0, "what was cut is known"
    with database.transaction() as session:
        (forgetting,) = rights.list_forgettings(session)
        assert forgetting.kept_out > 0


@given(told=records(), who=st.sampled_from(list(PEOPLE)))
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_page_mentions_who_is_restricted_and_lifted_all_is_as_before(
    database: Database, clock: FixedClock, told: list[SourceRecord], who: Identifier
) -> None:
    with database.transaction() as session:
        empty(session, *WIPED, "forgotten_digests", "citizen_forgettings", "citizen_restrictions")
    process_records(database, told, digest_key=KEY, now=clock.now())
    citizen_id, before = key_of(database, who), pages(database)
    assert citizen_id
    with database.transaction() as session:
        restrict(session, citizen_id, reason=WHY, review_on=None, by="Dorthe", now=clock.now())
        rebuild_around(session, citizen_id, now=clock.now())
    newer = [make_record(source_id=f"{keyed_word(who)}new", parties=[make_party(who)], fact=make_case())]
    process_records(database, newer, digest_key=KEY, now=clock.now())
    hidden = pages(database)
    assert not [word for word in (PEOPLE[who], who.value, LOCAL[who].value, keyed_word(who), str(citizen_id))
                if word in "".join(hidden.values())]  # fmt: skip
    assert hidden.keys() == before.keys() - {citizen_id}, "the others have their pages"
    with database.transaction() as session:
        assert read(session, citizen_id, clock.now()) is None, "nor as it was known earlier"
        assert read_seen(session, {citizen_id: clock.now()}) == {}
        whole = read_hidden(session, citizen_id)
        assert whole
        assert any(entry.id.endswith("new") for entry in whole.entries()), "sources go on telling"
        (restriction,) = list_restrictions(session, citizen_id)
        assert lift(session, restriction.id, citizen_id, reason=WHY, by="Dorthe", now=clock.now())
        rebuild_around(session, citizen_id, now=clock.now())
    after = pages(database)
    assert {key: page for key, page in after.items() if key != citizen_id} == {
        key: page for key, page in before.items() if key != citizen_id
    }
    assert after[citizen_id] != before[citizen_id], "with what came meanwhile"


def test_who_lives_with_a_protected_and_restricted_citizen_stays_protected(
    database: Database, clock: FixedClock
) -> None:
    mother = make_person(MAJA, source_id="person-1", name_address_protected=True)
    child = make_person(IDA, source_id="person-2", given_name="Ida")
    parties = [make_party(IDA), make_party(MAJA, role=PartyRole.OTHER, name="Majbritta")]
    together = make_record(
        source_id="r", parties=parties, fact=RelationFact(relation=RelationKind.PARENT), record_type="Relation"
    )
    process_records(database, [mother, child, together], digest_key=KEY, now=clock.now())
    keys = [key for who in (MAJA, IDA) if (key := key_of(database, who))]
    today = danish_day(clock.now())
    with database.transaction() as session:
        assert overviews.guarded(session, keys, today) == {*keys}
        restrict(session, keys[0], reason=WHY, review_on=None, by="Dorthe", now=clock.now())
        rebuild_around(session, keys[0], now=clock.now())
        assert overviews.guarded(session, keys, today) == {keys[1]}


def test_nothing_mentions_them_in_opensearch_either(
    database: Database, opensearch_index: OpenSearchIndex, clock: FixedClock
) -> None:
    """The whole index, read raw, while one of the three is restricted and after another was forgotten."""
    both = make_record(
        source_id=f"{keyed_word(IDA)}1",
        parties=[make_party(IDA, name="Idalina"), make_party(MAJA, role=PartyRole.OTHER, name="Majbritta"),
                 make_party(EMIL, role=PartyRole.CONCERNED, name="Emiliano")],
        fact=make_case(case_number="Sag 7"),
    )  # fmt: skip
    own = [
        make_record(source_id=f"{keyed_word(who)}own", parties=[make_party(who)], fact=make_case()) for who in PEOPLE
    ]
    process_records(database, [*persons(), both, *own], digest_key=KEY, now=clock.now())

    def raw() -> str:
        with database.transaction() as session:
            entries = pending_outbox(session, 1000)
            delete_published(session, [entry.id for entry in entries])
        changes = [OverviewChanged(citizen_id=each.citizen_id, version=each.version, removed=each.removed,
                                   reindex=each.reindex) for each in entries]  # fmt: skip
        delivered = [message_of(change.model_dump_json().encode()) for change in changes]
        index_changes(database, opensearch_index, delivered, digest_key=KEY, clock=clock)
        opensearch_index.refresh()
        return raw_index(database, opensearch_index).casefold()

    names = {who: name.casefold() for who, name in PEOPLE.items()}
    assert [name for name in names.values() if name in raw()] == [*names.values()]
    maja = key_of(database, MAJA)
    assert maja
    with database.transaction() as session:
        restrict(session, maja, reason=WHY, review_on=None, by="Dorthe", now=clock.now())
        rebuild_around(session, maja, now=clock.now())
    hidden = raw()
    assert names[MAJA] not in hidden, "of the key alone it keeps that it was deleted, so that nothing older comes back"
    assert names[IDA] in hidden
    forget(database, clock, IDA)
    left = raw()
    assert not [word for word in (names[IDA], IDA.value, keyed_word(IDA).casefold(), names[MAJA]) if word in left]
    assert names[EMIL] in left


def pages(database: Database) -> dict[UUID, str]:
    """What every page is made of, but its version."""
    with database.transaction() as session:
        keys = session.scalars(text("SELECT citizen_id FROM overviews")).all()
        rows = [(key, stored.document or "") for key, stored in overviews.stored(session, keys).items()]
    return {key: re.sub(r'"version":\s*\d+', "", document) for key, document in rows}


def test_whoever_was_forgotten_is_forgotten_again_after_a_restore(database: Database, clock: FixedClock) -> None:
    process_records(database, persons(), digest_key=KEY, now=clock.now())
    forget(database, clock, MAJA)
    with database.transaction() as session:
        known = rights.export_digests(session)
        session.execute(text("TRUNCATE forgotten_digests, citizen_forgettings"))  # a backup from before
    process_records(database, persons(), digest_key=KEY, now=clock.now())
    assert mentions(database, MAJA)
    assert len(forget_again(database, keys=KEYS, clock=clock, known=known)) == 1
    assert mentions(database, MAJA) == []
    assert forget_again(database, keys=KEYS, clock=clock) == ()


def test_a_hold_stops_it_until_it_is_released(database: Database, clock: FixedClock) -> None:
    process_records(database, persons(), digest_key=KEY, now=clock.now())
    citizen_id, today = key_of(database, MAJA), danish_day(clock.now())
    assert citizen_id
    with database.transaction() as session:
        rights.place_hold(session, citizen_id, reason=WHY, last_day=today, by="Dorthe", now=clock.now())
    with pytest.raises(CitizenHeld):
        forget(database, clock, MAJA)
    assert mentions(database, MAJA)
    with database.transaction() as session:
        (hold,) = rights.list_holds(session, citizen_id)
        assert hold.holds(today)
        assert not hold.holds(today + timedelta(days=1))
        assert not rights.release_hold(session, hold.id, UUID(int=1), reason=WHY, by="Dorthe", now=clock.now())
        assert rights.release_hold(session, hold.id, citizen_id, reason=WHY, by="Dorthe", now=clock.now())
        assert not rights.release_hold(session, hold.id, citizen_id, reason=WHY, by="Dorthe", now=clock.now())
    assert forget(database, clock, MAJA)[Store.RECORDS] == 1
    with database.transaction() as session:
        counts = rights.list_counts(session, today)
    assert {(each.store, each.deleted) for each in counts if each.rule is DeletionRule.ERASURE} >= {
        (Store.RECORDS, 1), (Store.INDEX, 1), (Store.QUARANTINE, 0),
    }  # fmt: skip
    with pytest.raises(CitizenNotFound), database.transaction() as session:
        forget_citizen(session, citizen_id, reason=WHY, by="Dorthe", keys=KEYS, now=clock.now())


def test_a_lifted_forgetting_lets_the_citizen_in_again(database: Database, clock: FixedClock) -> None:
    process_records(database, persons(), digest_key=KEY, now=clock.now())
    forget(database, clock, MAJA)
    with database.transaction() as session:
        (forgetting,) = rights.list_forgettings(session)
        assert rights.lift_forgetting(session, forgetting.id, reason=WHY, by="Dorthe", now=clock.now())
        assert rights.lift_forgetting(session, forgetting.id, reason=WHY, by="Dorthe", now=clock.now()) is None
    process_records(database, persons(), digest_key=KEY, now=clock.now())
    assert key_of(database, MAJA)
