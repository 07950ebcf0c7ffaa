"""The listener takes events from whom a source names, refuses everybody else with a clear line, and never lies."""

import json
import logging
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import monotonic
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from hub.clock import FixedClock
from hub.db import Database
from hub.inbox import listener, repository
from hub.inbox.refusals import PROXY, SPELL, RefusalTally
from hub.inbox.service import Inbox
from hub.secrets import PayloadCipher
from tests.connectors.star_server import Star, serving
from tests.hub.inbox_source import BODY, PATH, Certificates, add_employment, calling, listening, make_inbox


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def inbox(database: Database, cipher: PayloadCipher, clock: FixedClock, certificates: Certificates) -> Iterator[Inbox]:
    with serving(Star()) as star:
        fingerprints = [certificates.fingerprint(name) for name in ("star", "expired", "foreign")]
        yield make_inbox(database, add_employment(database, clock, star, fingerprints), cipher, clock)


def stored(database: Database) -> list[tuple[str, int, bool]]:
    """What lies in the inbox: address, how often it came, whether it was cut."""
    with database.transaction() as session:
        rows = session.execute(text("SELECT path, seen, is_cut FROM inbox_events ORDER BY id"))
        return [(row.path, row.seen, row.is_cut) for row in rows]


def reasons(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Why somebody was refused, as the log says it."""
    return [record.fields["reason"] for record in caplog.records if record.message == "inbox.refused"]  # type: ignore[attr-defined]


def refusals(database: Database) -> list[tuple[str, str, int]]:
    """Source, reason and how often, as the page of the source employment has them."""
    with database.transaction() as session:
        return [(row.source, row.reason, row.times) for row in repository.list_refusals(session, "employment")]


def test_refusals_are_counted_while_they_follow_each_other_and_wait_for_the_database(
    inbox: Inbox, database: Database, clock: FixedClock
) -> None:
    tally = RefusalTally()
    tally.add("employment", "forged_header", 2)
    for number in range(5000):
        tally.add(f"nobody-{number}", "forged_header")
    with database.transaction() as session:
        session.execute(text("LOCK TABLE inbox_refusals IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(OperationalError):
            inbox.save_refusals(tally)
    assert not refusals(database), "they go on being counted"
    inbox.save_refusals(tally)
    inbox.save_refusals(tally)
    assert refusals(database) == [("employment", "forged_header", 2), ("", "forged_header", 5000)]
    clock.move(SPELL + timedelta(seconds=1))
    tally.add("employment", "forged_header")
    inbox.save_refusals(tally)
    assert refusals(database)[0] == ("employment", "forged_header", 1), "after a quiet day it is counted anew"


def test_an_event_is_stored_once_however_often_it_comes_and_its_number_is_not_readable(
    inbox: Inbox, database: Database, certificates: Certificates
) -> None:
    with listening(inbox, certificates) as address, calling(address, certificates, "star") as star:
        answers = [star.post(PATH, content=BODY) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 202]
    assert stored(database) == [("0999/fravaer", 3, False)]
    with database.transaction() as session:
        row = session.execute(text("SELECT * FROM inbox_events")).one()
    assert b"2911829996" not in repr(tuple(row)).encode()


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe\x00", b"[]", b'{"a": ', json.dumps({"x": 1}).encode()])
def test_whatever_a_body_says_it_is_stored_and_answered(
    inbox: Inbox, database: Database, certificates: Certificates, body: bytes
) -> None:
    with listening(inbox, certificates) as address, calling(address, certificates, "star") as star:
        assert star.post(PATH, content=body).status_code == 202
        assert star.post("/webhooks/employment/0101/fravaer", content=BODY).status_code == 202
    assert len(stored(database)) == 2


def test_a_body_in_chunks_is_read(inbox: Inbox, database: Database, certificates: Certificates) -> None:
    with listening(inbox, certificates) as address, calling(address, certificates, "star") as star:
        assert star.post(PATH, content=iter([BODY[:50], BODY[50:]])).status_code == 202
        assert star.post(PATH, content=BODY).status_code == 202
    assert stored(database) == [("0999/fravaer", 2, False)]


@pytest.mark.parametrize("chunked", [True, False])
def test_a_huge_body_is_not_taken_and_its_beginning_is_kept_for_a_person(
    inbox: Inbox, database: Database, certificates: Certificates, caplog: pytest.LogCaptureFixture, chunked: bool
) -> None:
    huge = b'{"EntitetNavn": "' + b"x" * listener.LARGEST_BODY
    with listening(inbox, certificates) as address, calling(address, certificates, "star") as star:
        # The listener does not read to the end, so the client may not get so far as to read the answer.
        with suppress(httpx.TransportError):
            assert star.post(PATH, content=iter([huge[:1000], huge[1000:]]) if chunked else huge).status_code == 413
        assert star.post(PATH, content=BODY).status_code == 202
    assert stored(database) == [("0999/fravaer", 1, True), ("0999/fravaer", 1, False)]
    assert reasons(caplog) == ["too_large"]


@pytest.mark.parametrize(
    ("name", "why"),
    [("expired", "expired"), ("foreign", "certificate"), (None, "PEER_DID_NOT_RETURN_A_CERTIFICATE")],
)
def test_a_certificate_that_does_not_hold_ends_the_handshake_with_a_line_that_says_why(
    inbox: Inbox,
    database: Database,
    certificates: Certificates,
    caplog: pytest.LogCaptureFixture,
    name: str | None,
    why: str,
) -> None:
    with listening(inbox, certificates) as address:
        with calling(address, certificates, name) as caller, pytest.raises(httpx.TransportError):
            caller.post(PATH, content=BODY)
        with calling(address, certificates, "star") as star:
            assert star.post(PATH, content=BODY).status_code == 202
    assert len(stored(database)) == 1
    (record,) = [each for each in caplog.records if each.message == "inbox.refused"]
    reason = "certificate_not_valid" if name else "handshake"
    assert record.fields["reason"] == reason  # type: ignore[attr-defined]
    assert refusals(database) == [("", reason, 1)], "nobody can tell for which source"
    assert record.fields["advice"].startswith("Ask the sender for a certificate that is in date")  # type: ignore[attr-defined]
    assert why in record.fields["error"]  # type: ignore[attr-defined]


def test_who_is_not_named_by_the_source_may_not_send_for_it_nor_for_one_that_is_not_there(
    inbox: Inbox, database: Database, certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    with listening(inbox, certificates) as address, calling(address, certificates, "other") as other:
        assert other.post(PATH, content=BODY).status_code == 403
        assert other.post("/webhooks/nobody/0999/fravaer", content=BODY).status_code == 403
        assert other.post("/elsewhere", content=BODY).status_code == 404
    assert not stored(database)
    assert reasons(caplog) == ["sender_not_allowed", "sender_not_allowed", "no_such_address"]
    assert refusals(database) == [
        ("employment", "sender_not_allowed", 1),
        ("", "no_such_address", 1),
        ("", "sender_not_allowed", 1),
    ]


@pytest.mark.parametrize(
    "header", ["X-Client-Cert", "x_client_cert", "X-SSL-Client-Cert", "X-Forwarded-Client-Cert", "Client-Cert"]
)
@pytest.mark.parametrize("with_proxy", [True, False])
def test_a_forged_header_is_refused_from_everybody_but_the_proxy(
    inbox: Inbox,
    database: Database,
    certificates: Certificates,
    caplog: pytest.LogCaptureFixture,
    header: str,
    with_proxy: bool,
) -> None:
    claim = {header: quote(certificates.pem("star"))}
    proxy = certificates.fingerprint("proxy") if with_proxy else ""
    with listening(inbox, certificates, proxy) as address:
        for name in ("other", "star"):
            with calling(address, certificates, name) as caller:
                assert caller.post(PATH, content=BODY, headers=claim).status_code == 403
    assert not stored(database)
    assert reasons(caplog) == ["forged_header", "forged_header"]
    line = next(record.fields for record in caplog.records if record.message == "inbox.refused")  # type: ignore[attr-defined]
    assert (line["field"], line["value"]) == (
        "X-Client-Cert",
        certificates.fingerprint("other").replace(":", "").lower()[:8] + "…",
    )
    assert line["advice"] == PROXY


def test_the_proxy_vouches_for_the_sender_and_for_nobody_without_a_certificate_that_holds(
    inbox: Inbox, database: Database, certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    def claim(name: str) -> list[tuple[str, str]]:
        return [("X-Client-Cert", quote(certificates.pem(name)))]

    with listening(inbox, certificates, certificates.fingerprint("proxy")) as address:
        with calling(address, certificates, "proxy") as proxy:
            tried = [
                claim("star"), [], claim("other"), claim("expired"), [("X-Client-Cert", "no certificate")],
                claim("star") * 2, [*claim("star"), ("X_Client_Cert", "x")],
            ]  # fmt: skip
            answers = [proxy.post(PATH, content=BODY, headers=headers).status_code for headers in tried]
        with calling(address, certificates, "star") as star:
            answers.append(star.post(PATH, content=BODY).status_code)
    assert answers == [202, 403, 403, 403, 403, 403, 403, 202]
    assert stored(database) == [("0999/fravaer", 2, False)]
    assert reasons(caplog) == [
        "proxy_without_certificate",
        "sender_not_allowed",
        "certificate_expired_or_unreadable",
        "certificate_expired_or_unreadable",
        "forged_header",
        "forged_header",
    ]


def test_a_slow_database_is_answered_within_a_second_by_503_and_nothing_is_lost_or_doubled(
    inbox: Inbox, database: Database, certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with listening(inbox, certificates) as address, calling(address, certificates, "star") as star:
        with database.transaction() as session:
            session.execute(text("LOCK TABLE inbox_events IN ACCESS EXCLUSIVE MODE"))
            began = monotonic()
            answer = star.post(PATH, content=BODY)
            took = monotonic() - began
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == str(listener.RETRY_AFTER)
        assert took < 1.5, took
        assert star.post(PATH, content=BODY).status_code == 202
    assert [path for path, _, _ in stored(database)] == ["0999/fravaer"]
    assert [each.message for each in caplog.records if each.message.startswith("inbox")] == ["inbox.unavailable"]


def test_more_events_than_can_wait_are_sent_away_until_later(
    inbox: Inbox, database: Database, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "MOST_WAITING", 1)
    waits, goes_on = Event(), Event()
    accept = Inbox.accept

    def slow(self: Inbox, *arguments: object, **named: object) -> object:
        waits.set()
        goes_on.wait(10)
        return accept(self, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Inbox, "accept", slow)
    with listening(inbox, certificates) as address, calling(address, certificates, "star") as star:
        first = star.post(PATH, content=BODY)
        assert waits.is_set()
        second = star.post(PATH, content=BODY.replace(b"11829996", b"11829995"))
        goes_on.set()
        assert [first.status_code, second.status_code] == [503, 503]
    assert len(stored(database)) == 1  # what was taken is stored before the listener ends


def test_a_wrong_certificate_file_is_named(inbox: Inbox, certificates: Certificates, tmp_path: Path) -> None:
    settings = listener.ListenerSettings(
        host="127.0.0.1", port=0, certificate=tmp_path / "no.pem", authorities=certificates.folder / "ca.pem"
    )
    with pytest.raises(Exception, match="HELHED_LISTEN_CERTIFICATE"), listener.serve_in_background(inbox, settings):
        pass


def test_who_asks_whether_somebody_is_there_is_no_refused_sender(
    inbox: Inbox, database: Database, certificates: Certificates, caplog: pytest.LogCaptureFixture
) -> None:
    with listening(inbox, certificates) as address:
        place = ("127.0.0.1", int(address.rpartition(":")[2]))
        for lingers in (struct.pack("ii", 0, 0), struct.pack("ii", 1, 0)):  # hangs up, or resets the connection
            with socket.create_connection(place) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, lingers)
        with calling(address, certificates, "star") as star:
            assert star.post(PATH, content=BODY).status_code == 202
    assert reasons(caplog) == []
    assert len(stored(database)) == 1


def test_one_address_has_only_so_many_connections_and_no_request_takes_for_ever(
    inbox: Inbox,
    database: Database,
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(listener, "MOST_OF_ADDRESS", 2)
    monkeypatch.setattr(listener, "WHOLE_REQUEST", 0.4)
    with listening(inbox, certificates) as address:
        place = ("127.0.0.1", int(address.rpartition(":")[2]))
        with socket.create_connection(place) as silent, socket.create_connection(place) as dripping:
            with socket.create_connection(place, timeout=10) as third:
                assert third.recv(1) == b"", "closed at once"
            dripping.settimeout(0.05)
            ended = False
            while not ended:
                with suppress(TimeoutError):
                    try:
                        dripping.sendall(b"\x16")
                        ended = dripping.recv(1) == b""
                    except OSError as error:
                        ended = not isinstance(error, TimeoutError)
            silent.settimeout(10)
            with suppress(OSError):
                silent.recv(1)
        with calling(address, certificates, "star") as star:
            assert star.post(PATH, content=BODY).status_code == 202, "the places are free again"
    assert {"too_many_of_address", "too_slow"} <= set(reasons(caplog))
    assert [path for path, _, _ in stored(database)] == ["0999/fravaer"]
