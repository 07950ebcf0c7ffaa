"""A SIEM has every sealed line, in order, whether it, or who hands over, dies midway; and nobody waits for it."""

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
import trustme
from pydantic import SecretStr
from sqlalchemy import text

from hub.audit import stream_repository, streaming
from hub.audit.forms.choice import EventForm
from hub.audit.receivers import Message, ReceiverFailed, build_receiver
from hub.audit.streaming import deliver_next, export_events, read_stream
from hub.db import Database
from hub.errors import InvalidSetting
from hub.settings import Settings
from tests.access_town import NOW
from tests.hub.test_audit import CITIZEN
from tests.hub.test_audit_seal import seal, write

KEY = b"k" * 32
LINES = 60


@dataclass
class Siem:
    """A real server with TLS that keeps what it was sent, as syslog or as a body of HTTP."""

    folder: Path
    trust: ssl.SSLContext
    events: list[dict[str, object]] = field(default_factory=list)
    dies_after: int | None = None
    """So many events of a connection are kept, and then the connection is gone without a word."""
    requests: list[str] = field(default_factory=list)

    def read_syslog(self, connection: ssl.SSLSocket) -> None:
        stream, kept = connection.makefile("rb"), 0
        while size := _octets(stream):
            if kept == self.dies_after:
                connection.shutdown(socket.SHUT_RDWR)
                return
            frame = stream.read(size)
            assert len(frame) == size
            head, _, body = frame.partition(b" - {")
            self.requests.append(head.decode())
            self.events.append(json.loads(b"{" + body))
            kept += 1
        connection.unwrap()

    def read_http(self, connection: ssl.SSLSocket) -> None:
        stream = connection.makefile("rb")
        head = b"".join(iter(stream.readline, b"\r\n")).decode().lower()
        body = stream.read(int(head.partition("content-length: ")[2].split("\r")[0]))
        lines = body.splitlines()
        self.requests.append(head)
        self.events += [json.loads(line) for line in lines[: self.dies_after]]
        if self.dies_after is None:
            connection.sendall(b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")


def _octets(stream: object) -> int:
    digits = b""
    while (byte := stream.read(1)) not in {b" ", b""}:  # type: ignore[attr-defined]
        digits += byte
    return int(digits or b"0")


@contextmanager
def serving(siem: Siem, kind: str, port: int = 0) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", port)) as listener:
        listener.settimeout(0.1)
        stop = Event()

        def serve() -> None:
            while not stop.is_set():
                try:
                    plain, _ = listener.accept()
                    plain.settimeout(10)
                    with siem.trust.wrap_socket(plain, server_side=True) as connection:
                        (siem.read_syslog if kind == "syslogs" else siem.read_http)(connection)
                except OSError:
                    continue

        thread = Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stop.set()
            thread.join()


@pytest.fixture
def siem(tmp_path: Path) -> Siem:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(trust)
    return Siem(tmp_path, trust)


def settings_for(siem: Siem, kind: str, port: int) -> Settings:
    return Settings(
        audit_stream_url=f"{kind}://localhost:{port}",
        audit_stream_ca=siem.folder / "ca.pem",
        audit_stream_token=SecretStr("s3"),
    )


def places(siem: Siem) -> list[int]:
    return [event["event"]["sequence"] for event in siem.events]  # type: ignore[index]


def deliver(database: Database, settings: Settings) -> None:
    receiver = build_receiver(settings)
    assert receiver is not None
    while deliver_next(database, receiver, EventForm.ECS, KEY, NOW):
        pass


@pytest.fixture
def python_that_believes_any_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """As Python before 3.11.3, for which a connection that is gone was read to its end."""
    made = ssl.create_default_context

    def believing(cafile: str | None = None) -> ssl.SSLContext:
        context = made(cafile=cafile)
        context.options |= getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
        return context

    monkeypatch.setattr(ssl, "create_default_context", believing)


@pytest.mark.usefixtures("python_that_believes_any_end")
def test_a_batch_is_not_delivered_by_a_connection_that_is_gone_whatever_python_says(siem: Siem) -> None:
    message = Message("2023-09-12T07:00:00Z", "open_overview", is_refused=False, document={})
    siem.dies_after = 1
    with serving(siem, "syslogs") as port:
        receiver = build_receiver(settings_for(siem, "syslogs", port))
        assert receiver is not None
        with pytest.raises(ReceiverFailed):
            receiver.deliver([message, message])
    assert len(siem.events) == 1


@pytest.mark.parametrize("kind", ["syslogs", "https"])
def test_a_receiver_that_dies_midway_has_every_line_in_order_in_the_end(
    database: Database, siem: Siem, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "BATCH", 25)
    write(database, LINES)
    seal(database)
    with serving(siem, kind) as port:
        settings = settings_for(siem, kind, port)
        siem.dies_after = 10
        deliver(database, settings)
        assert places(siem)[:10] == list(range(10))
        with database.transaction() as session:
            status = read_stream(session, settings.audit_stream_url)
        assert (status.waiting, status.delivered_at) == (LINES, None), "half a batch counts for nothing"
        assert status.fault
        assert status.is_behind(NOW + timedelta(minutes=11))
        write(database, 5)
        seal(database, minutes=1)
        siem.dies_after = None
        deliver(database, settings)
    assert list(dict.fromkeys(places(siem))) == list(range(LINES + 5)), "in order, and none is missing"
    assert places(siem)[-(LINES + 5) :] == list(range(LINES + 5))
    hashes = {(event["event"]["sequence"], event["event"]["hash"]) for event in siem.events}  # type: ignore[index]
    assert len(hashes) == LINES + 5, "what came twice is known again"
    with database.transaction() as session:
        status = read_stream(session, settings.audit_stream_url)
        assert (status.waiting, status.fault, status.is_behind(NOW + timedelta(days=1))) == (0, None, False)
        assert session.scalar(text("SELECT count(*) FROM audit_log")) == LINES + 5
    told = json.dumps(siem.events)
    assert str(CITIZEN) not in told
    assert "Anna Holm" not in told
    if kind == "https":
        assert "authorization: bearer s3" in siem.requests[0]
    else:
        assert siem.requests[0].startswith("<110>1 2023-09-12T07:00:00")
        assert siem.requests[0].endswith(" - helhed - open_overview")


def test_a_receiver_that_is_away_or_not_trusted_is_told_and_holds_up_nobody(database: Database, siem: Siem) -> None:
    with serving(siem, "syslogs") as port:
        settings = settings_for(siem, "syslogs", port)
        stranger = build_receiver(settings.model_copy(update={"audit_stream_ca": None}))
        trusted = build_receiver(settings)
        assert stranger is not None
        assert trusted is not None
        with pytest.raises(ReceiverFailed, match="its certificate does not hold"):
            stranger.check()
        trusted.check()
    assert siem.events == []
    with pytest.raises(ReceiverFailed, match="it does not answer"):
        trusted.check()
    write(database, 3)
    seal(database)
    assert not deliver_next(database, trusted, EventForm.OCSF, KEY, NOW)
    write(database, 3)
    seal(database, minutes=1)
    with database.transaction() as session:
        status = read_stream(session, trusted.name)
    assert (status.waiting, status.fault) == (6, "it does not answer: ConnectionRefusedError")


def test_who_hands_over_and_is_killed_leaves_nothing_out(database: Database, siem: Siem) -> None:
    """Two processes after one another; the first is killed with its batch on the way."""
    write(database, LINES)
    seal(database)
    with serving(siem, "syslogs") as port:
        settings = settings_for(siem, "syslogs", port)
        code = (
            "import signal, sys\n"
            "from hub.audit import receivers, streaming\n"
            "from hub.audit.forms.choice import EventForm\n"
            "from hub.clock import SystemClock\n"
            "from hub.db import Database\n"
            "from hub.settings import Settings\n"
            "streaming.BATCH = 20\n"
            "streaming.stream_repository.save_delivered = lambda *_: (print('sent', flush=True), signal.pause())\n"
            "receiver = receivers.build_receiver(Settings())\n"
            "database = Database(sys.argv[1])\n"
            "streaming.deliver_next(database, receiver, EventForm.ECS, b'k' * 32, SystemClock().now())\n"
        )
        environment = {
            **os.environ,
            "HELHED_AUDIT_STREAM_URL": settings.audit_stream_url,
            "HELHED_AUDIT_STREAM_CA": str(settings.audit_stream_ca),
        }
        arguments = [sys.executable, "-c", code, database.url.render_as_string(hide_password=False)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "sent\n"
            process.send_signal(signal.SIGKILL)
        assert places(siem) == list(range(20))
        deliver(database, settings)
    assert places(siem) == [*range(20), *range(LINES)]


def test_what_another_process_has_kept_is_not_taken_back(database: Database) -> None:
    with database.transaction() as session:
        was = stream_repository.begin_stream(session, "siem")
        stream_repository.save_delivered(session, was, 10, NOW)
        stream_repository.save_delivered(session, was, 4, NOW)
        assert stream_repository.begin_stream(session, "siem").next_leaf == 10


def test_a_file_has_the_lines_of_its_time(database: Database) -> None:
    with pytest.raises(InvalidSetting, match="nothing of the log is sealed yet"):
        list(export_events(database, EventForm.ECS, KEY, (NOW, NOW)))
    write(database, LINES)
    seal(database)
    with database.transaction() as session:
        (last,) = session.execute(text("SELECT max(recorded_at) FROM audit_log")).one()
    after = last + timedelta(seconds=1)
    assert len(list(export_events(database, EventForm.FHIR, KEY, (last - timedelta(days=1), after)))) == LINES
    assert list(export_events(database, EventForm.FHIR, KEY, (after, after + timedelta(days=1)))) == []


def test_a_receiver_is_set_as_it_must_be(tmp_path: Path) -> None:
    assert build_receiver(Settings()) is None
    for url in ("http://siem.test", "syslogs://user:word@siem.test"):
        with pytest.raises(ValueError, match="audit_stream_url"):
            Settings(audit_stream_url=url)
    with pytest.raises(InvalidSetting, match="is no address"):
        build_receiver(Settings(audit_stream_url="syslogs://siem.test:port"))
    (tmp_path / "ca.pem").write_text("nothing", encoding="utf-8")
    with pytest.raises(InvalidSetting, match="HELHED_AUDIT_STREAM_CA"):
        build_receiver(Settings(audit_stream_url="syslogs://siem.test", audit_stream_ca=tmp_path / "ca.pem"))
