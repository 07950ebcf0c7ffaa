"""Every witness has what it was handed, also after it was away; one over HTTPS takes no log that was rewritten."""

import base64
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
import trustme
from sqlalchemy import create_engine, text

from helhed_verify.merkle import is_consistent
from helhed_verify.note import InvalidNote, open_note, split_notes
from helhed_verify.verification import verify_export
from hub.audit import witness_repository
from hub.audit.handing import hand_to_witnesses
from hub.audit.witnesses import FileWitness, HttpWitness, TopicWitness, Witness
from hub.db import Database
from hub.errors import InvalidSetting
from hub.services import witness_bus
from hub.settings import Settings
from hub.worker.sealing import build_witnesses
from tests.access_town import NOW
from tests.hub.test_audit_seal import KEYS, exported, seal, write


@dataclass
class Keeper:
    """What a real witness over HTTPS does (C2SP tlog-witness): it checks that the log only grew, and signs."""

    notes: list[str] = field(default_factory=list)
    fails: int = 0
    """So many requests are answered by a fault of the server."""

    def add(self, body: str) -> tuple[int, str]:
        proof, _, note = body.partition("\n\n")
        first, *nodes = proof.splitlines()
        try:
            new = open_note(note, KEYS)
        except InvalidNote:
            return 403, ""
        old = open_note(self.notes[-1], KEYS) if self.notes else None
        size = old.size if old else 0
        if int(first.removeprefix("old ")) != size:
            return 409, f"{size}\n"
        path = [base64.b64decode(node) for node in nodes]
        if old is not None and not is_consistent((old.size, old.root), (new.size, new.root), path):
            return 422, ""
        self.notes.append(note)
        return 200, "— witness.test AAAA\nmore\n"


@dataclass(frozen=True)
class Place:
    """A witness as Helhed has it, and what it has kept."""

    witness: Witness
    notes: "Iterator[list[str]]"

    def kept(self) -> list[str]:
        return next(self.notes)


@contextmanager
def serving(keeper: Keeper, folder: Path) -> Iterator[HttpWitness]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            status, answer = keeper.add(body) if self.path == "/log/add-checkpoint" else (404, "")
            if keeper.fails:
                keeper.fails, status, answer = keeper.fails - 1, 503, ""
            self.send_response(status)
            self.send_header("content-length", str(len(answer.encode())))
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            pass

    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        yield HttpWitness(f"https://localhost:{server.server_port}/log", folder / "ca.pem")
        server.shutdown()


@pytest.fixture(params=["file", "topic", "https"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "file":
        path = tmp_path / "witness.txt"
        yield Place(FileWitness(path), _repeat(lambda: list(split_notes(path.read_text(encoding="utf-8")))))
    elif request.param == "topic":
        settings = Settings(kafka_servers=request.getfixturevalue("kafka_servers"), kafka_replication=1)
        bus, topic = witness_bus(settings), f"witness-{uuid4().hex}"
        with bus.consumer(f"reader-{topic}", [topic]) as reader:
            messages: list[str] = []

            def read() -> list[str]:
                delivered = reader.poll(limit=10, timeout=timedelta(seconds=10))
                messages.extend(message.message.value.decode() for message in delivered)
                return messages

            yield Place(TopicWitness(bus, topic), _repeat(read))
        bus.close()
    else:
        keeper = Keeper()
        with serving(keeper, tmp_path) as witness:
            yield Place(witness, _repeat(lambda: keeper.notes))


def _repeat(read: "object") -> Iterator[list[str]]:
    while True:
        yield read()  # type: ignore[operator]


def grow(database: Database, minutes: int) -> None:
    write(database, 3)
    seal(database, minutes=minutes)


def test_a_witness_keeps_every_checkpoint_and_the_log_agrees_with_it(database: Database, place: Place) -> None:
    kept: list[str] = []
    for minutes in range(3):
        grow(database, minutes)
        assert hand_to_witnesses(database, [place.witness], NOW) == 1
        assert hand_to_witnesses(database, [place.witness], NOW) == 0, "it has the newest already"
    while len(kept) < 3:
        kept = place.kept()
    assert [open_note(note, KEYS).size for note in kept] == [3, 6, 9]
    report = verify_export(exported(database), KEYS, kept)
    assert report.is_whole, report.findings
    assert report.compared == 3


def test_a_witness_that_is_away_holds_up_no_other_and_is_told_until_it_is_back(
    database: Database, tmp_path: Path
) -> None:
    away, there = FileWitness(tmp_path / "away" / "witness.txt", "away"), FileWitness(tmp_path / "there.txt", "there")
    grow(database, 0)
    assert hand_to_witnesses(database, [away, there], NOW) == 1
    with database.transaction() as session:
        (fault,) = witness_repository.list_faults(session)
        assert (fault.place, fault.fault) == ("away", "the file cannot be written: No such file or directory")
        assert list(witness_repository.list_receipts(session)) == ["there"]
    away.path.parent.mkdir()
    assert hand_to_witnesses(database, [away, there], NOW) == 1
    with database.transaction() as session:
        assert witness_repository.list_faults(session) == ()


def test_a_witness_over_https_signs_is_tried_again_and_takes_no_rewritten_log(
    database: Database, tmp_path: Path
) -> None:
    keeper = Keeper(fails=1)
    with serving(keeper, tmp_path) as witness:
        grow(database, 0)
        assert hand_to_witnesses(database, [witness], NOW) == 1, "tried again after a fault of its server"
        with database.transaction() as session:
            assert witness_repository.list_receipts(session)[witness.name].answer == "— witness.test AAAA\n"
            session.execute(text("DELETE FROM audit_receipts"))  # as if the answer had been lost
        grow(database, 1)
        assert hand_to_witnesses(database, [witness], NOW) == 1, "it says how long the log is that it has"
        _rewrite(database)
        grow(database, 2)
        assert hand_to_witnesses(database, [witness], NOW) == 0
        with database.transaction() as session:
            assert [fault.fault for fault in witness_repository.list_faults(session)] == ["it answered HTTP 422"]
    with serving(Keeper(), tmp_path) as other:
        stranger = HttpWitness(other.url)  # its certificate comes from nobody we trust
        assert hand_to_witnesses(database, [stranger], NOW) == 0


def _rewrite(database: Database) -> None:
    """What somebody does who owns the database and has the key: another history, signed anew."""
    tables = ("audit_leaves", "audit_checkpoints", "audit_subtrees")
    engine = create_engine(database.url)
    with engine.begin() as connection:
        for table in tables:
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_stand"))
            connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608  names of our own
        connection.execute(text("INSERT INTO audit_unsealed SELECT seq FROM audit_log WHERE seq > 1"))
    engine.dispose()


def test_a_witness_is_set_as_it_must_be(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="begins with https"):
        build_witnesses(Settings(audit_witness_urls="http://witness.test"))
    with pytest.raises(InvalidSetting, match="our own database is no witness"):
        build_witnesses(Settings(audit_witness_topic="helhed.witness"))
    settings = Settings(audit_witness_urls="https://a.test/x, https://b.test", audit_witness_file=tmp_path / "w")
    assert [witness.name for witness in build_witnesses(settings)] == ["file", "https://a.test/x", "https://b.test"]
