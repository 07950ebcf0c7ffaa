"""A message of Beskedfordeler is a hint and no more: whom it names, and what is wrong with it, in one line."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Batch, ClientCertificate, PushConnector, PushedEvent, ReadContext
from connectors.sources.social.connector import SocialConnector
from connectors.sources.social.hints import event_key
from connectors.sources.social.settings import SocialSettings
from tests.beskedfordeler import BOMB, CVR, FOREIGN_CVR, IDA, MESSAGE_TYPE, message

SENDER = ClientCertificate(fingerprint="ab" * 32, subject="CN=beskedfordeler")
AT = datetime(2023, 9, 12, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def connector() -> SocialConnector:
    return make()


def make(**settings: object) -> SocialConnector:
    login = {"token_url": "http://127.0.0.1:9/token", "client_id": "helhed", "client_secret": "secret"}
    given_settings = {
        "base_url": "http://127.0.0.1:9",
        "environment": "test",
        "push_fingerprints": [SENDER.fingerprint],
        "authority_cvr": CVR,
        "message_types": [MESSAGE_TYPE],
        **login,
        **settings,
    }
    return SocialConnector("social", SocialSettings.model_validate(given_settings), clock=lambda: AT)


def resolved(connector: SocialConnector, body: bytes, *, is_cut: bool = False) -> Batch:
    event = PushedEvent(path="beskeder", body=body, is_cut=is_cut, received_at=AT)
    return connector.resolve(event, ReadContext())


def test_a_message_names_whom_to_read_next_and_states_nothing(connector: SocialConnector) -> None:
    batch = resolved(connector, message(IDA))
    assert [(hint.stream, hint.citizen.value) for hint in batch.hints] == [("sager", IDA)]
    assert (batch.records, batch.rejected, dict(batch.skipped)) == ((), (), {})
    assert IDA not in repr(batch)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_it_is_read_in_the_encoding_that_it_declares(connector: SocialConnector, encoding: str) -> None:
    assert len(resolved(connector, message(IDA, encoding=encoding)).hints) == 1


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        (message(IDA, receiver=FOREIGN_CVR), "Beskedkuvert.Filtreringsdata.TilladtModtager", "wrong_authority"),
        (
            message(IDA, owner=FOREIGN_CVR),
            "Beskedkuvert.Filtreringsdata.ObjektRegistrering.ObjektAnsvarligMyndighed",
            "wrong_authority",
        ),
        (message(IDA, kind="11111111-aaaa-4bbb-8ccc-0000000000ff"), "Beskedkuvert.Filtreringsdata.Beskedtype",
         "unknown_type"),
        (message("hemmelig"), "Beskedkuvert.Filtreringsdata.RelateretObjekt.ObjektId", "bad_identifier"),
        (message(IDA, namespace="urn:oio:besked:kuvert:2.0"), "Haendelsesbesked.xmlns", "wrong_shape"),
        (b"<Andet xmlns='urn:oio:besked:kuvert:1.0'/>", "(xml)", "unknown_type"),
        (BOMB, "(xml)", "unsafe_xml"),
        (b"<a>" * 5_000, "(xml)", "unsafe_xml"),
        (message(IDA)[:-40], "(body)", "truncated"),
        (b'{"EntitetNavn": "Fravaer"}', "(body)", "unreadable"),
        (b"", "(body)", "truncated"),
        (b"\x00\xff\xfe", "(body)", "unreadable"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "(body)", "unreadable"),
        (message(IDA) + b" " * 300_000, "(body)", "too_large"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_hint_is_one_line(connector: SocialConnector, body: bytes, field: str, rule: str) -> None:
    batch = resolved(connector, body)
    (rejection,) = batch.rejected
    assert (rejection.field, rejection.rule) == (field, rule)
    assert (batch.hints, rejection.raw) == ((), None)
    assert not {IDA, "hemmelig", FOREIGN_CVR} & {rejection.masked_value}


def test_the_beginning_of_a_message_that_was_too_large_is_no_message(connector: SocialConnector) -> None:
    assert [found.rule for found in resolved(connector, message(IDA), is_cut=True).rejected] == ["too_large"]


def test_a_message_that_names_nobody_is_counted_and_costs_only_time(connector: SocialConnector) -> None:
    batch = resolved(connector, message(None))
    assert (batch.hints, batch.rejected, dict(batch.skipped)) == ((), (), {"Haendelsesbesked: names_no_citizen": 1})


def test_without_settings_every_authority_and_kind_is_taken() -> None:
    open_connector = make(authority_cvr=None, message_types=[])
    assert len(resolved(open_connector, message(IDA, receiver=FOREIGN_CVR, kind="x")).hints) == 1


def test_the_same_message_is_known_by_its_id_whatever_else_it_says() -> None:
    def key(body: bytes) -> str:
        return event_key(PushedEvent(path="", body=body, received_at=AT)).digest

    assert key(message(IDA)) == key(message("8205124001"))
    assert key(message(IDA)) != key(message(IDA, message_id="0a000000-0000-4000-8000-0000000000ff"))
    assert key(b"one") != key(b"two")


@given(st.binary(max_size=400))
def test_any_bytes_have_a_key_and_are_at_most_one_line(body: bytes) -> None:
    event = PushedEvent(path="", body=body, received_at=AT)
    assert event_key(event).digest
    assert len(make().resolve(event, ReadContext()).rejected) <= 1


def test_only_who_is_named_may_send(connector: SocialConnector) -> None:
    assert isinstance(connector, PushConnector)
    assert connector.verify(SENDER)
    assert not connector.verify(ClientCertificate(fingerprint="cd" * 32, subject="CN=beskedfordeler"))
    assert not make(push_fingerprints=[]).verify(SENDER)


def test_a_source_that_nobody_may_send_to_has_no_such_stream() -> None:
    assert [stream.name for stream in make(push_fingerprints=[]).discover()] == ["sager"]
    assert [(stream.name, stream.is_pushed) for stream in make().discover()] == [("sager", False), ("events", True)]
