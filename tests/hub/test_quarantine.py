"""Quarantine with a real store: one fault is one entry, payloads are encrypted and have a time limit."""

from collections.abc import Iterable
from datetime import timedelta
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from typer.testing import CliRunner

from hub.bus.base import RECORDS
from hub.bus.postgres import PostgresBus
from hub.cli import app
from hub.clock import FixedClock
from hub.collect.replay import ReplayResult, republish
from hub.collect.service import to_message
from hub.db import Database
from hub.errors import InvalidSetting
from hub.pipeline import process_batch
from hub.quarantine import service as quarantine
from hub.quarantine.repository import count_open, list_groups
from hub.quarantine.rules import (
    LARGEST_PAYLOAD,
    PayloadState,
    QuarantineEntry,
    QuarantineGroup,
    RejectLimits,
    fingerprint_of,
    storable,
    too_many_rejected,
)
from hub.secrets import PayloadCipher, derived_keys
from schemas.record import Rejection, RejectionRule, SourceRecord
from tests.contracts.bus import AT_ONCE
from tests.factories import IDA, MAJA, make_party, make_record, make_unstorable

DAY = timedelta(days=1)
REJECTED = Rejection(
    record_type="Ydelse", source_id="7", field="start", rule=RejectionRule.BAD_DATE, masked_value="##", raw=b"{}"
)


class Store:
    """Quarantine of one database, a transaction each."""

    def __init__(self, database: Database, clock: FixedClock, cipher: PayloadCipher) -> None:
        self.database, self.clock, self.cipher = database, clock, cipher

    def add(self, *rejections: Rejection, source: str = "social") -> None:
        with self.database.transaction() as session:
            quarantine.add(session, source, rejections, cipher=self.cipher, now=self.clock.now())

    def entries(self, source: str = "social") -> tuple[QuarantineEntry, ...]:
        with self.database.transaction() as session:
            return quarantine.list_entries(session, source)

    def groups(self) -> tuple[QuarantineGroup, ...]:
        with self.database.transaction() as session:
            return list_groups(session, "social")

    def payloads(self) -> list[bytes | None]:
        with self.database.transaction() as session:
            return list(session.scalars(text("SELECT payload FROM quarantine_entries ORDER BY id")))

    def published(self, *records: SourceRecord) -> None:
        with self.database.transaction() as session:
            quarantine.resolve_published(session, records, self.clock.now())

    def expire(self, retention: timedelta) -> int:
        with self.database.transaction() as session:
            return quarantine.delete_expired(session, self.clock.now(), retention)


@pytest.fixture
def store(database: Database, clock: FixedClock, cipher: PayloadCipher) -> Store:
    return Store(database, clock, cipher)


def rejected(**changes: object) -> Rejection:
    return REJECTED.model_copy(update=changes)


def test_the_same_payload_again_is_counted_not_doubled(store: Store, clock: FixedClock) -> None:
    first = clock.now()
    store.add(REJECTED, REJECTED)
    clock.move(DAY)
    store.add(REJECTED)
    (entry,) = store.entries()
    assert (entry.seen, entry.first_seen_at, entry.last_seen_at) == (3, first, clock.now())
    (group,) = store.groups()
    assert (group.payloads, group.seen) == (1, 3)
    with store.database.transaction() as session:
        assert quarantine.list_entries(session, "social", after=entry.id) == ()


def test_one_fault_is_one_group_wherever_in_a_list_and_whatever_the_value(store: Store) -> None:
    store.add(
        rejected(field="activity.3.detail.code", masked_value="###"),
        rejected(field="activity.12.detail.code", masked_value="#"),
        rejected(field="activity[4].detail.code", masked_value=None, source_id="8"),
        rejected(field="start.2020a"),
    )
    assert [(group.field, group.payloads, group.masked_value) for group in store.groups()] == [
        ("activity.*.detail.code", 2, "#"),
        ("activity*.detail.code", 1, None),
        ("start.2020a", 1, "##"),
    ]


def test_a_record_that_could_be_read_later_leaves_quarantine_with_all_its_faults(store: Store) -> None:
    store.add(REJECTED, rejected(field="end"), rejected(source_id="8"), rejected(source_id=None))
    store.add(REJECTED, source="health")
    store.published(make_record(source_id="7"), make_record(source_id="7"), make_record(source_id="9"))
    assert [entry.source_id for entry in store.entries()] == ["8", None]
    assert len(store.entries("health")) == 1, "another source's record with the same id"
    with store.database.transaction() as session:
        assert count_open(session) == {"social": 2, "health": 1}


def test_what_comes_again_after_it_was_resolved_is_open_again_with_its_payload(store: Store) -> None:
    store.add(REJECTED)
    store.published(make_record(source_id="7"))
    assert store.entries() == ()
    assert store.payloads() == [None], "nobody needs it any more"
    store.add(REJECTED)
    (entry,) = store.entries()
    assert (entry.seen, entry.payload_state) == (2, PayloadState.STORED)


def test_a_payload_is_stored_encrypted_and_for_its_own_entry_only(store: Store) -> None:
    store.add(rejected(raw=b"610786-4001", rule=RejectionRule.NOT_PROCESSED), rejected(source_id="8"))
    first, second = store.payloads()
    assert first is not None
    assert second is not None
    assert b"610786" not in first
    with store.database.transaction() as session:
        (message,) = quarantine.list_not_processed(session, "social", cipher=store.cipher, after=0, size=9)
        assert message.message == b"610786-4001"
        session.execute(text("UPDATE quarantine_entries SET payload = :other"), {"other": second})
        with pytest.raises(InvalidSetting):
            quarantine.list_not_processed(session, "social", cipher=store.cipher, after=0, size=9)


def test_a_payload_opens_with_an_older_key_and_not_without_it() -> None:
    old, new = {"old": bytes(32)}, {"new": bytes(31) + b"1"}
    sealed = PayloadCipher(old).seal(b"payload", b"place")
    assert PayloadCipher({**new, **old}).open(sealed, b"place") == b"payload"
    assert PayloadCipher({**new, **old}).seal(b"payload", b"place").startswith(b"new.")
    for keys in (new, {"old": bytes(31) + b"2"}):
        with pytest.raises(InvalidSetting, match="HELHED_DIGEST_KEY"):
            PayloadCipher(keys).open(sealed, b"place")
    assert derived_keys(b"one") != derived_keys(b"two")


def test_a_payload_too_large_is_not_stored(store: Store) -> None:
    store.add(rejected(raw=b"x" * (LARGEST_PAYLOAD + 1)))
    assert [entry.payload_state for entry in store.entries()] == [PayloadState.NOT_STORED]


def test_a_payload_is_deleted_after_its_time_limit_also_when_it_keeps_coming(store: Store, clock: FixedClock) -> None:
    store.add(REJECTED)
    clock.move(2 * DAY)
    store.add(REJECTED, rejected(source_id="8"))
    assert store.expire(2 * DAY) == 0
    clock.move(timedelta(seconds=1))
    assert store.expire(2 * DAY) == 1
    assert [entry.payload_state for entry in store.entries()] == [PayloadState.DELETED, PayloadState.STORED]
    store.add(REJECTED)
    assert store.payloads()[0] is None, "it came again, and is still the same entry"
    assert store.groups()[0].payloads == 2


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "x" * 500, "610786-4001", "\udfff\x00"])
def test_whatever_a_rejection_holds_it_can_be_stored_and_masks_numbers(store: Store, text: str) -> None:
    store.add(
        Rejection(record_type=text, source_id=text, field=text, rule=RejectionRule.UNREADABLE, masked_value=text),
        source=text,
    )
    with store.database.transaction() as session:
        (source,) = count_open(session)
    assert "610786" not in repr(store.entries(source))
    store.published(make_record(source_id="1"))
    assert len(store.entries(source)) == 1


def process(database: Database, bus: PostgresBus, clock: FixedClock, cipher: PayloadCipher, digest_key: bytes) -> None:
    with bus.consumer("pipeline", [RECORDS]) as consumer:
        process_batch(
            database,
            consumer,
            digest_key=digest_key,
            cipher=cipher,
            clock=clock,
            limit=100,
            timeout=AT_ONCE,
        )


def test_a_message_that_could_not_be_carried_stays_until_its_record_is_stored(
    store: Store, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    def publish(record: SourceRecord) -> None:
        bus.publish(RECORDS, [to_message(record, digest_key)])
        store.published(record)
        process(store.database, bus, clock, store.cipher, digest_key)

    poisoned = make_unstorable()
    publish(poisoned)
    publish(poisoned)
    assert [entry.seen for entry in store.entries()] == [2], "publishing it again says nothing of storing it"
    publish(make_record(source_id="2", parties=[make_party(IDA)], registered_at=clock.now()))
    assert store.entries() == ()


def test_a_message_is_published_again_and_leaves_quarantine_if_it_can_be_stored_now(
    store: Store, bus: PostgresBus, clock: FixedClock, digest_key: bytes
) -> None:
    def parked(source_id: str, raw: bytes) -> Rejection:
        return rejected(source_id=source_id, rule=RejectionRule.NOT_PROCESSED, raw=raw)

    fine = make_record(source_id="1", parties=[make_party(MAJA)])
    poisoned = make_unstorable()
    store.add(*(parked(record.source_id, record.model_dump_json().encode()) for record in (fine, poisoned)))
    store.add(parked("3", b"no record"), rejected(source_id="4"))
    outcome = republish(store.database, bus, "social", cipher=store.cipher, digest_key=digest_key, clock=clock)
    assert outcome == ReplayResult(published=2, left=1)
    process(store.database, bus, clock, store.cipher, digest_key)
    assert [entry.source_id for entry in store.entries()] == ["3", "4", "2"]
    with store.database.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM records")) == 1


LIMITS = st.builds(RejectLimits, share=st.floats(0.01, 1), at_least=st.integers(1, 1000))
COUNTS = st.integers(0, 5000).flatmap(lambda read: st.tuples(st.just(read), st.integers(0, read)))


@given(counts=COUNTS, limits=LIMITS)
def test_a_run_stops_only_above_the_share_of_enough_items(counts: tuple[int, int], limits: RejectLimits) -> None:
    read, bad = counts
    allowed = floor(limits.share * read)
    if too_many_rejected(read, bad, limits):
        assert bad > allowed
        assert read >= limits.at_least
    else:
        assert bad <= allowed or read < limits.at_least


@given(counts=COUNTS, limits=LIMITS, more=st.integers(1, 1000))
def test_more_rejected_items_never_let_a_run_go_on_and_more_good_ones_never_stop_it(
    counts: tuple[int, int], limits: RejectLimits, more: int
) -> None:
    read, bad = counts
    if too_many_rejected(read, bad, limits):
        assert too_many_rejected(read + more, bad + more, limits)
    elif read >= limits.at_least:
        assert not too_many_rejected(read + more, bad, limits)


TEXTS = st.text(st.characters(codec=None, exclude_characters="\x1f"), max_size=20)


@given(text=st.text(st.characters(codec=None), max_size=300))
def test_every_text_can_be_stored(text: str) -> None:
    assert "\x00" not in storable(text).encode().decode()


@given(parts=st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=2, max_size=2, unique=True))
def test_different_faults_have_different_fingerprints(parts: Iterable[tuple[str, str, str]]) -> None:
    first, second = (rejected(record_type=kind, field=field, masked_value=value) for kind, field, value in parts)
    assert fingerprint_of(first) != fingerprint_of(second)
    assert fingerprint_of(first) == fingerprint_of(first.model_copy())


def test_the_commands_list_what_is_open_masked_and_publish_again_what_could_not_be_stored(
    store: Store, bus: PostgresBus, digest_key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = digest_key.decode()
    url = store.database.url.render_as_string(hide_password=False)
    environment = {"HELHED_DATABASE_URL": url, "HELHED_DIGEST_KEY": key, "HELHED_SESSION_KEY": key}
    monkeypatch.setattr("hub.cli.quarantine.console.width", 200)  # the environment's is read at import alone

    def helhed(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["quarantine", *arguments], env=environment)
        assert result.exit_code == 0, result.output
        return result.stdout

    fine = make_record(source_id="1").model_dump_json().encode()
    store.add(rejected(source_id="610786-4001"), rejected(rule=RejectionRule.NOT_PROCESSED, raw=fine))
    listed = helhed("list", "social")
    assert "bad_date" in listed
    assert "610786" not in listed
    assert helhed("republish", "social").startswith("1 published again, 0 left")
    assert bus.lag("pipeline", RECORDS) == 1
    assert [entry.rule for entry in store.entries()] == [RejectionRule.BAD_DATE]
