"""What every connector promises; a source inherits ``ConnectorSuite`` and gives the fixture ``subject``.

The subject reads a real server on loopback that speaks the source's protocol.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import TypeAdapter

from connectors.base import Batch, Connector
from connectors.errors import ConnectorError, SourceRefused, SourceUnavailable
from connectors.kit import preview, read_all
from schemas.facts import Fact
from schemas.record import Cursor, SourceRecord
from tests.hub.test_worker import until

SECRET_WORDS = ("secret", "password", "token_value", "api_key", "private_key")


class Fault(StrEnum):
    """What a source may answer instead of data."""

    DOWN = "down"
    """The connection is closed without an answer."""
    SERVER_ERROR = "server_error"
    THROTTLED = "throttled"
    FORBIDDEN = "forbidden"
    HTML = "html"
    CUT_OFF = "cut_off"
    """JSON that ends in the middle."""
    OTHER_JSON = "other_json"
    """JSON of another kind than asked for."""


@dataclass(frozen=True)
class Subject:
    """A source as the suite needs it."""

    connector: Connector
    with_wrong_secret: Connector
    secrets: tuple[str, ...]
    """Every secret in play; must appear in no text."""
    numbers: frozenset[str]
    """National numbers the source holds; must appear in no text meant for people."""
    break_with: Callable[[Fault], None]
    """From now on the source answers everything with this fault."""


class ConnectorSuite:
    """Inherit, and override the fixture ``subject``; class attributes say what the source's data hold."""

    fact_kinds: ClassVar[frozenset[str]]
    """Kinds of fact the subject's data must come out as."""
    can_start_over: ClassVar[bool] = True
    """Whether what was read can be asked for again. Files that were moved away cannot."""

    @pytest.fixture
    def subject(self) -> Subject:
        raise NotImplementedError

    def test_the_spec_is_a_schema_that_marks_secrets_and_has_no_default_secret(self, subject: Subject) -> None:
        spec = type(subject.connector).spec()
        assert spec["type"] == "object"
        properties: Any = spec["properties"]
        secret = {name for name in properties if any(word in name for word in SECRET_WORDS)}
        assert secret
        for name in secret:
            assert _is_write_only(properties[name]), name
            assert properties[name].get("default") is None, name
        assert all(properties[name].get("description") for name in properties)

    def test_a_check_says_ok(self, subject: Subject) -> None:
        assert subject.connector.check().ok

    def test_a_check_with_a_wrong_secret_says_what_to_do_and_keeps_the_secret(self, subject: Subject) -> None:
        result = subject.with_wrong_secret.check()
        assert not result.ok
        assert result.advice
        assert not any(secret in result.model_dump_json() for secret in subject.secrets)

    def test_reading_with_a_wrong_secret_needs_a_person(self, subject: Subject) -> None:
        with pytest.raises(SourceRefused) as refused:
            read(subject.with_wrong_secret)
        assert not any(secret in str(refused.value) for secret in subject.secrets)

    def test_secrets_are_not_printed(self, subject: Subject) -> None:
        result = f"{subject.connector!r}{vars(subject.connector)!r}"
        assert not any(secret in result for secret in subject.secrets)

    def test_what_is_read_was_discovered_field_by_field(self, subject: Subject) -> None:
        types = {info.name: info for stream in subject.connector.discover() for info in stream.record_types}
        for record in records(read(subject.connector)):
            info = types[record.record_type]
            assert record.fact is None or record.fact.kind in info.facts
        assert all(info.fields_read and info.purpose and info.danish_title for info in types.values())

    def test_the_data_come_out_as_facts(self, subject: Subject) -> None:
        kinds = {record.fact.kind for record in records(read(subject.connector)) if record.fact}
        assert kinds == self.fact_kinds

    def test_a_closed_connector_leaves_no_connection_and_may_be_closed_again(self, subject: Subject) -> None:
        before = _open_sockets()
        read(subject.connector)
        opened = _open_sockets() - before
        subject.connector.close()
        subject.connector.close()
        until(lambda: not _open_sockets() & opened)

    def test_two_runs_from_one_cursor_are_the_same(self, subject: Subject) -> None:
        first, second = read(subject.connector), read(subject.connector)
        assert [batch.records for batch in first] == [batch.records for batch in second]
        assert [batch.rejected for batch in first] == [batch.rejected for batch in second]
        assert first[-1].cursor == second[-1].cursor

    def test_the_last_batch_gives_a_cursor_that_survives_json(self, subject: Subject) -> None:
        cursor = last_cursor(read(subject.connector))
        assert Cursor.model_validate_json(cursor.model_dump_json()) == cursor

    def test_a_second_run_brings_nothing_that_the_first_did_not(self, subject: Subject) -> None:
        first = read(subject.connector)
        again = read(subject.connector, last_cursor(first))
        known = {(*record.key, record.version_or_digest) for record in records(first)}
        assert {(*record.key, record.version_or_digest) for record in records(again)} <= known
        last_cursor(again)

    def test_a_reading_from_the_start_gives_everything_again_and_is_over_with_its_cursor(
        self, subject: Subject
    ) -> None:
        first = read(subject.connector)
        states = last_cursor(first).state
        marked = {
            name: {**state, "from_start": True} if isinstance(state, dict) else state for name, state in states.items()
        }
        again = read(subject.connector, Cursor(state=marked))
        alive = {record.key for record in records(first) if not record.deleted}
        if self.can_start_over:
            assert alive <= {record.key for record in records(again)}
        assert "from_start" not in last_cursor(again).model_dump_json()

    def test_records_name_their_source_and_say_that_they_are_made_up(self, subject: Subject) -> None:
        result = records(read(subject.connector))
        assert result
        assert {record.source for record in result} == {subject.connector.source.name}
        untold = {record.record_type for record in result if not record.synthetic}
        assert not untold, f"{untold}: a made-up person says so; where the payload does not, a setting does (school)"

    def test_the_kind_declares_the_area_of_its_sources(self, subject: Subject) -> None:
        assert getattr(type(subject.connector), "area", None) is subject.connector.source.area

    def test_printing_a_record_shows_no_whole_number(self, subject: Subject) -> None:
        text = "".join(repr(batch) for batch in read(subject.connector))
        assert not [number for number in subject.numbers if number in text]

    def test_links_and_ids_hold_no_number(self, subject: Subject) -> None:
        for record in records(read(subject.connector)):
            result = f"{record.entity}{record.link}{record.source_version}"
            assert not [number for number in subject.numbers if number in result]

    def test_a_preview_shows_no_whole_number(self, subject: Subject) -> None:
        text = "".join(str(row) + repr(row) for row in preview(subject.connector, 50))
        assert text
        assert not [number for number in subject.numbers if number in text]

    def test_a_rejection_keeps_the_payload_out_of_its_text(self, subject: Subject) -> None:
        for batch in read(subject.connector):
            for rejection in batch.rejected:
                result = f"{rejection!r}{rejection.masked_value}"
                assert not [number for number in subject.numbers if number in result]

    def test_records_survive_json(self, subject: Subject) -> None:
        facts: TypeAdapter[Fact] = TypeAdapter(Fact)
        for record in records(read(subject.connector)):
            assert SourceRecord.model_validate_json(record.model_dump_json()) == record
            if record.fact is not None:
                assert facts.validate_json(facts.dump_json(record.fact)) == record.fact

    @pytest.mark.parametrize("fault", list(Fault))
    def test_a_fault_of_the_source_becomes_one_of_the_three_errors(self, subject: Subject, fault: Fault) -> None:
        subject.break_with(fault)
        with pytest.raises(ConnectorError) as failed:
            read(subject.connector)
        assert isinstance(failed.value, SourceUnavailable | SourceRefused)
        assert failed.value.advice
        assert not any(text in str(failed.value) for text in (*subject.secrets, *subject.numbers))
        assert not subject.connector.check().ok


def read(connector: Connector, cursor: Cursor | None = None) -> list[Batch]:
    """A whole run."""
    return list(read_all(connector, cursor))


def records(batches: list[Batch]) -> list[SourceRecord]:
    """All records of a run."""
    return [record for batch in batches for record in batch.records]


def last_cursor(batches: list[Batch]) -> Cursor:
    """The cursor a run ended with."""
    cursor = batches[-1].cursor
    assert cursor is not None
    return cursor


def _open_sockets() -> set[str]:
    """Those of this process, the servers' ends included: they close when they notice that the client has gone."""
    targets: set[str] = set()
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            targets.add(str(handle.readlink()))
    return {target for target in targets if target.startswith("socket:")}


def _is_write_only(schema: dict[str, Any]) -> bool:
    return bool(schema.get("writeOnly")) or any(_is_write_only(one) for one in schema.get("anyOf", ()))
