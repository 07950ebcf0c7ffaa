"""Keys replaced while reads and writes go on: nothing is lost, nobody fails, and the former key is needed no more."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import text
from typer.testing import CliRunner

from hub import log
from hub.access import repository as actors
from hub.audit.repository import list_entries
from hub.backup.place import BackupPlace
from hub.bus.base import Message
from hub.bus.sealing import open_message, seal_value
from hub.cli import app
from hub.clock import FixedClock
from hub.context import AppContext
from hub.db import Database
from hub.digest import KeyRing, all_digests, all_keys, entity_digest, keyed_digest
from hub.forgetting.citizens import Keys, forget_citizen
from hub.indexing.reindex import reindex
from hub.matching.digest_repository import BEGINNING, renew_digests
from hub.matching.repository import citizen_of, digest_held
from hub.quarantine import service as quarantine
from hub.recovery.register import read_register, save_register
from hub.recovery.service import forget_again
from hub.rekeying.logins import next_login
from hub.rekeying.service import renew_digest_key
from hub.rights.keeping_out import digests_of, keep_out
from hub.rights.restriction_repository import restrict, restricted_among
from hub.secrets import PayloadCipher, derived_keys, login_keys
from hub.services import build_services
from hub.settings import Settings
from schemas.access import Actor, AuditAction, AuditOutcome
from schemas.identifiers import Identifier
from schemas.record import Rejection, RejectionRule
from schemas.search import AccessFilter, SearchQuery
from tests.emptying import empty
from tests.factories import EMIL, IDA, MAJA, make_party, make_person, make_record
from tests.processing import process_records

FORMER = b"former-former-former-former-former-1"
THIRD = b"third-third-third-third-third-third-3"
NEXT = b"next-next-next-next-next-next-next-2"
keys = st.binary(min_size=32, max_size=40)


@given(keys, st.lists(keys, max_size=3), st.binary(max_size=50))
def test_what_any_key_sealed_opens_and_is_sealed_anew_with_the_first(
    key: bytes, others: list[bytes], payload: bytes
) -> None:
    ring = KeyRing(key, others)
    assert ring == key
    assert all_keys(ring)[0] == key
    assert set(all_keys(ring)) == {key, *others}
    for derived in (derived_keys, login_keys):
        mine = PayloadCipher(derived(key))
        for each in all_keys(ring):
            sealed = PayloadCipher(derived(each)).seal(payload, b"place")
            assert PayloadCipher(derived(ring)).open(sealed, b"place") == payload
            anew = PayloadCipher(derived(ring)).sealed_anew(sealed, b"place")
            assert (anew is None) == (each == key)
            assert anew is None or mine.open(anew, b"place") == payload
    stranger = PayloadCipher(derived_keys(b"stranger")).seal(payload, b"place")
    assert PayloadCipher(derived_keys(ring)).sealed_anew(stranger, b"place") is None


@given(st.sampled_from([FORMER, NEXT]), st.booleans())
def test_who_was_forgotten_under_a_former_key_stays_out(forgotten_under: bytes, is_tombstone: bool) -> None:
    record = make_record(parties=() if is_tombstone else (make_party(MAJA),), deleted=is_tombstone)
    digest = entity_digest(record.entity, forgotten_under) if is_tombstone else keyed_digest(MAJA, forgotten_under)
    ring = KeyRing(NEXT, [FORMER])
    assert digest in digests_of([record], ring)
    assert not keep_out([record], {digest: 7}, ring).records
    assert keep_out([record], {"0" * 64: 7}, ring).records == (record,)


def test_messages_of_a_process_with_the_other_key_are_read() -> None:
    for writer, reader in ((FORMER, KeyRing(NEXT, [FORMER])), (NEXT, KeyRing(FORMER, [NEXT]))):
        message = Message(key="k", value=seal_value(b"{}", "k", writer))
        opened = open_message(message, reader)
        assert opened is not None
        assert opened.value == b"{}"


def test_logins_are_numbered() -> None:
    assert [next_login(name) for name in ("helhed_web", "helhed_web_2", "web_19")] == [
        "helhed_web_2",
        "helhed_web_3",
        "web_20",
    ]


def opened(database: Database, clock: FixedClock, key: bytes, *others: bytes) -> AppContext:
    settings = Settings(
        database_url=SecretStr(database.url.render_as_string(hide_password=False)),
        digest_key=SecretStr(key.decode()),
        other_digest_keys=SecretStr(",".join(other.decode() for other in others)),
        demo=True,
    )
    return build_services(settings, clock=clock)


@pytest.fixture
def town(database: Database, clock: FixedClock) -> Iterator[tuple[AppContext, AppContext, AppContext]]:
    """Processes before the change, during it, and after the former key is gone."""
    contexts = (
        opened(database, clock, FORMER),
        opened(database, clock, NEXT, FORMER),
        opened(database, clock, NEXT),
    )
    yield contexts
    for context in contexts:
        context.close()


def told_of(before: AppContext, clock: FixedClock) -> UUID | None:
    """Three citizens are stored and found, one works here, and a payload is in quarantine; Maja's key."""
    database, now = before.database, clock.now()
    people = [make_person(who, source_id=f"p-{place}") for place, who in enumerate((MAJA, IDA, EMIL))]
    process_records(database, people, digest_key=before.digest_key, now=now)
    before.index.create()
    reindex(database, before.index, digest_key=before.digest_key, clock=clock)
    rejection = Rejection(
        record_type="Sag", source_id="1", field="f", rule=RejectionRule.MISSING_FIELD, masked_value="x", raw=b"payload"
    )
    anna = Actor(id="anna", name="Anna", title="-", roles=frozenset(), own_identifier_digest=keyed_digest(EMIL, FORMER))
    with database.transaction() as session:
        quarantine.add(session, "social", [rejection], cipher=before.payload_cipher, now=now)
        actors.store_login(session, anna, subject="anna", phone=None, functions=())
        return citizen_of(session, keyed_digest(MAJA, FORMER))


def test_the_digest_key_is_replaced_while_citizens_are_read_and_told_of(
    town: tuple[AppContext, AppContext, AppContext], clock: FixedClock
) -> None:
    before, during, after = town
    database, now = before.database, clock.now()
    maja = told_of(before, clock)
    query = SearchQuery(
        identifier_digests=all_digests(MAJA, during.digest_key),
        access=AccessFilter(on=now.date(), known_identifier=True),
    )
    done = Event()
    faults: list[Exception] = []
    added: list[Identifier] = []

    def work() -> None:
        """Processes of both keys read and write; each must find whom either stored."""
        while not done.is_set() or len(added) < 3:
            number = Identifier.national(f"{61 + len(added) % 30:02}0190{1000 + len(added):04}")
            person = make_person(number, source_id=f"new-{len(added)}")
            try:
                process_records(database, [person], digest_key=during.digest_key, now=now)
                with database.transaction() as session:
                    found = citizen_of(session, *all_digests(MAJA, during.digest_key))
                    own = actors.list_actors(session)[0].own_identifier_digest
                    assert found == maja
                    assert own == digest_held(session, EMIL), "nobody is a stranger to their own page meanwhile"
                assert [hit.citizen_id for hit in during.index.find(query).hits] == [maja]
            except Exception as error:  # noqa: BLE001  told by the test
                faults.append(error)
                return
            added.append(number)

    worker = Thread(target=work)
    worker.start()
    with database.transaction() as session:  # killed after its first batch: what it did stands, and it is run again
        assert renew_digests(session, BEGINNING, 1, digest_key=during.digest_key).renewed == 1
    seen: list[tuple[int, int]] = []
    renewed = renew_digest_key(during, lambda read, total: seen.append((read, total)), at_once=2)
    done.set()
    worker.join()
    assert not faults
    assert (renewed.digests, renewed.payloads) == (2, 1)
    assert seen[-1][0] == seen[-1][1] >= 3
    assert renew_digest_key(during, lambda *_: None).digests == 0
    reindex(database, after.index, digest_key=after.digest_key, clock=clock)
    with database.transaction() as session:
        for who in (MAJA, IDA, EMIL, *added):
            assert digest_held(session, who) == keyed_digest(who, NEXT)
        assert actors.list_actors(session)[0].own_identifier_digest == keyed_digest(EMIL, NEXT)
        payload, place = session.execute(
            text("SELECT payload, 'quarantine/social/' || fingerprint FROM quarantine_entries")
        ).one()
    assert after.payload_cipher.open(payload, place.encode()) == b"payload"
    alone = query.model_copy(update={"identifier_digests": (keyed_digest(MAJA, NEXT),)})
    assert [hit.citizen_id for hit in after.index.find(alone).hits] == [maja]


def test_who_was_forgotten_or_restricted_is_again_when_an_older_backup_has_digests_of_another_key(
    town: tuple[AppContext, AppContext, AppContext], clock: FixedClock, tmp_path: Path
) -> None:
    before, during, _ = town
    database, now = before.database, clock.now()
    told_of(before, clock)
    renew_digest_key(during, lambda *_: None)
    keys = Keys(during.digest_key, during.payload_cipher)
    (tmp_path / "forgotten").mkdir()
    place = BackupPlace(tmp_path, {"k1": b"k" * 32})
    with database.transaction() as session:
        maja, ida = (citizen_of(session, *all_digests(who, during.digest_key)) for who in (MAJA, IDA))
        assert maja
        assert ida
        forget_citizen(session, maja, reason="Bad om det", by="Dorthe", keys=keys, now=now)
        restrict(session, ida, reason="Bestrider", review_on=None, by="Dorthe", now=now)
    with database.transaction() as session:
        assert save_register(place, read_register(session, now))
    for backward in (True, False):  # the backup is older than the key, or the key was renewed once more after it
        with database.transaction() as session:  # as the backup was
            empty(session, "forgotten_digests", "citizen_forgettings", "citizen_restrictions")
        key = KeyRing(FORMER, [NEXT]) if backward else KeyRing(THIRD, [NEXT, FORMER])
        process_records(database, [make_person(MAJA, source_id="p-0")], digest_key=key, now=now)
        other = opened(database, clock, bytes(key), *key.others)
        renew_digest_key(other, lambda *_: None)
        again = forget_again(other if not backward else during, place)
        assert (again.citizens, again.restricted, again.restricted_absent) == (1, 1, 0)
        with database.transaction() as session:
            assert citizen_of(session, *all_digests(MAJA, key)) is None
            assert restricted_among(session, [ida]) == {ida}
        assert forget_again(during, place)[1:4] == (0, 0, 0)
        other.close()


def test_the_commands(database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    address = database.url.set(drivername="postgresql")
    monkeypatch.setenv("HELHED_DATABASE_URL", address.render_as_string(hide_password=False))
    monkeypatch.setenv("HELHED_SECRET_KEYS", f"b:{'22' * 32},a:{'11' * 32}")
    monkeypatch.setenv("HELHED_DIGEST_KEY", NEXT.decode())
    monkeypatch.setenv("HELHED_OTHER_DIGEST_KEYS", FORMER.decode())
    monkeypatch.setenv("HELHED_SESSION_KEY", NEXT.decode())
    monkeypatch.setattr(log, "set_up", lambda *_: None)

    def told(*arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(app, ["keys", *arguments])
        assert result.exit_code == status, result.output
        return " ".join(result.output.split())

    process_records(database, [make_person(MAJA)], digest_key=FORMER, now=clock.now())
    assert "1 digests were made anew" in told("digest")
    assert "0 digests were made anew" in told("digest")
    with database.transaction() as session:
        (line, *_) = [each.entry for each in list_entries(session) if each.entry.action is AuditAction.CHANGE_KEYS]
    assert (line.outcome, line.details) == (AuditOutcome.SHOWN, {"change": "digests made anew"})
    assert "0 logins" in told("session")
    assert "0 secrets" in told("secrets")
    assert len(told("make")) == 64
    file = tmp_path / "database_url"
    before = str(address.username)
    assert f"{before}_2 may log in" in told("database", str(file))
    assert file.stat().st_mode & 0o077 == 0
    assert "is the login in HELHED_DATABASE_URL" in told("retire", before, status=2)
    monkeypatch.setenv("HELHED_OWNER_DATABASE_URL", address.render_as_string(hide_password=False))
    assert "no login of the application" in told("retire", "nobody", status=2)
    assert f"{before}_2 is removed" in told("retire", f"{before}_2")
