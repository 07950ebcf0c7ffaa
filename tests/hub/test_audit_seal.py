"""The log is sealed: in batches, while others write, by one process at a time, and never against what was signed."""

from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from helhed_verify.findings import FindingKind
from helhed_verify.merkle import Frontier, includes, is_consistent
from helhed_verify.note import open_note
from helhed_verify.proofs import verify_proof
from helhed_verify.verification import MONTH, verify_export
from hub.audit import repository, seal_repository, service, witness_repository
from hub.audit.canonical import canonical_entry
from hub.audit.export import export_lines, prove_consistency, prove_inclusion
from hub.audit.integrity import read_integrity, verify_log
from hub.audit.sealing import LogInconsistent, seal_next
from hub.audit.signing import signer_of
from hub.audit.tree import STORED_FROM, SealedTree, consistency_ranges
from hub.clock import FixedClock
from hub.db import Database, Session
from hub.settings import Settings
from hub.worker import sealing
from schemas.access import AuditAction
from tests.access_town import NOW
from tests.hub.test_audit import LINE
from tests.hub.test_worker import make_parts

SIGNER = signer_of(Settings(demo=True))
KEYS = (SIGNER.key,)


def write(database: Database, number: int) -> None:
    with database.transaction() as session:
        service.write_all(session, [LINE] * number)


def seal(database: Database, minutes: float = 0, batch: int = 100) -> None:
    is_more = True
    while is_more:
        with database.transaction() as session:
            is_more = seal_next(session, SIGNER, NOW + timedelta(minutes=minutes), batch)


def exported(database: Database) -> list[bytes]:
    return list(export_lines(database))


def newest_note(database: Database) -> str:
    with database.transaction() as session:
        newest = seal_repository.newest_checkpoint(session)
    assert newest is not None
    return newest.note


@pytest.fixture
def owner(database: Database) -> Database:
    """The database of somebody who owns the tables and has switched everything off that guards them."""
    engine = create_engine(database.url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER audit_log_stands"))
        for table in ("audit_leaves", "audit_checkpoints", "audit_subtrees"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_stand"))
    engine.dispose()
    return database


def run(database: Database, statement: str) -> None:
    with database.transaction() as session:
        session.execute(text(statement))


def test_a_line_is_committed_to_as_these_bytes_for_ever() -> None:
    assert canonical_entry(7, LINE.model_copy(update={"citizen_id": None})).decode() == (
        '{"seq":7,"recorded_at":"2023-09-12T07:00:00.000000Z","action":"open_overview",'
        '"actor_id":"anna.holm",'
        '"actor_name":"Anna Holm","basis":"team","details":{"text":"Østergård","count":2},'
        '"fields_revealed":["address"],'
        '"object_id":"social","object_kind":"source","outcome":"shown","policy_version":"abc","purpose":"team_meeting",'
        '"request_id":"r","role":"team_member","sections_shown":["school","social"],'
        '"sections_withheld":["employment","health"],"unit_id":"social:100"}'
    )


def test_what_is_written_is_sealed_in_batches_and_exported_whole(database: Database) -> None:
    write(database, 250)
    seal(database)
    write(database, 3)
    seal(database, minutes=1)
    seal(database, minutes=2)
    report = verify_export(exported(database), KEYS)
    assert report.is_whole, report.findings
    assert (report.lines, report.checkpoints, report.unsealed) == (253, 2, 0)
    seal(database, minutes=62)
    assert verify_export(exported(database), KEYS).checkpoints == 3, "an hour without a line is signed, too"


def test_a_line_that_is_committed_late_is_sealed_at_the_next_turn(database: Database) -> None:
    with database.transaction() as late:
        service.write(late, LINE)
        write(database, 2)
        seal(database)
        with database.transaction() as session:
            assert seal_repository.tree_size(session) == 2
    seal(database, minutes=1)
    report = verify_export(exported(database), KEYS)
    assert report.is_whole, report.findings
    assert report.lines == 3


def test_sealing_beside_writers_misses_no_line(database: Database) -> None:
    def write_many() -> None:
        for _ in range(20):
            write(database, 1)

    writers = [Thread(target=write_many) for _ in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        seal(database, batch=7)
    for writer in writers:
        writer.join()
    seal(database)
    with database.transaction() as session:
        assert seal_repository.tree_size(session) == len(repository.list_entries(session, size=100)) == 80
        assert seal_repository.count_unsealed(session).number == seal_repository.count_waiting(session).number == 0
    assert verify_export(exported(database), KEYS).is_whole


def test_one_seals_at_a_time(database: Database) -> None:
    write(database, 1)
    with database.transaction() as first:
        assert seal_repository.take_seal(first)
        seal(database)
        with database.transaction() as session:
            assert seal_repository.tree_size(session) == 0
    seal(database)
    assert verify_export(exported(database), KEYS).lines == 1


def test_a_worker_that_dies_in_the_middle_leaves_its_lines_waiting(database: Database) -> None:
    write(database, 5)

    def die(_: bytes) -> bytes:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), database.transaction() as session:
        seal_next(session, type(SIGNER)(SIGNER.key, die), NOW)
    with database.transaction() as session:
        assert (seal_repository.tree_size(session), seal_repository.count_waiting(session).number) == (0, 5)
    seal(database)
    assert verify_export(exported(database), KEYS).lines == 5


def test_the_root_and_the_proofs_are_those_of_the_rfc(database: Database) -> None:
    with database.transaction() as session:
        tree, frontier, roots = SealedTree(session), Frontier(), [Frontier().root()]
        size = 2 * STORED_FROM + 77
        leaves = [(number, sha256(bytes([number % 251, number // 251])).digest()) for number in range(size)]
        tree.append(leaves)
        for _, commitment in leaves:
            frontier.extend([commitment])
            roots.append(frontier.root())
        reference = InmemoryTree(algorithm="sha256")
        reference.append_entries(commitment for _, commitment in leaves)
        assert tree.root(size) == roots[-1] == reference.get_root()
        for old in (1, 2, 3, 255, STORED_FROM, 257, 2 * STORED_FROM, size - 1, size):
            assert tree.root(old) == roots[old]
            path = tree.consistency_path(old, size)
            assert is_consistent((old, roots[old]), (size, roots[-1]), path)
            assert is_consistent((old, roots[old - 1]), (size, roots[-1]), path) is False
        for leaf in (0, 1, STORED_FROM, size - 1):
            path = tree.inclusion_path(leaf, size)
            assert includes(leaves[leaf][1], leaf, size, path, roots[-1])
            assert not includes(leaves[leaf - 1][1], leaf, size, path, roots[-1])
            assert not includes(leaves[leaf][1], (leaf + 1) % size, size, path, roots[-1])


@given(st.integers(min_value=1, max_value=200), st.integers(min_value=0, max_value=200))
def test_a_tree_of_any_size_is_proved_to_have_grown(old: int, more: int) -> None:
    commitments = [bytes([number % 256, number // 256]) for number in range(old + more)]

    def root(first: int, last: int) -> bytes:
        frontier = Frontier()
        for commitment in commitments[first:last]:
            frontier.extend([commitment])
        return frontier.root()

    path = [root(first, last) for first, last in consistency_ranges(old, old + more)]
    assert is_consistent((old, root(0, old)), (old + more, root(0, old + more)), path)
    assert not is_consistent((old, b"\0" * 32), (old + more, root(0, old + more)), path)


def test_a_line_and_the_growth_of_the_log_are_proved_by_a_few_bytes(database: Database) -> None:
    write(database, 9)
    seal(database)
    write(database, 4)
    seal(database, minutes=1)
    with database.transaction() as session:
        (line,) = repository.list_entries(session, size=1)
        inclusion, consistency = prove_inclusion(session, line.seq), prove_consistency(session, 9)
    assert verify_proof(inclusion, KEYS) is None
    assert verify_proof(consistency, KEYS) is None
    assert verify_proof({**inclusion, "entry": inclusion["entry"].replace("Anna", "Bo")}, KEYS)
    assert verify_proof({**inclusion, "leaf": 3}, KEYS)
    assert verify_proof({**consistency, "path": consistency["path"][:-1]}, KEYS)
    assert verify_proof({**consistency, "new": consistency["new"].replace("\n13\n", "\n14\n")}, KEYS)


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE audit_log SET actor_name = 'Bo Lund' WHERE seq = 4", FindingKind.EDITED),
        ("UPDATE audit_log SET recorded_at = recorded_at - interval '1 day' WHERE seq = 4", FindingKind.EDITED),
        ("DELETE FROM audit_log WHERE seq = 4", FindingKind.MISSING),
        ("DELETE FROM audit_leaves WHERE leaf = 3", FindingKind.MISSING),
        ("DELETE FROM audit_leaves WHERE leaf > 5", FindingKind.CHANGED),
        (
            "UPDATE audit_leaves SET commitment = (SELECT commitment FROM audit_leaves WHERE leaf = 7) WHERE leaf = 6",
            FindingKind.EDITED,
        ),
        ("UPDATE audit_leaves SET commitment = sha256('x') WHERE leaf = 7", FindingKind.CHANGED),
        ("DELETE FROM audit_checkpoints WHERE size > 5", FindingKind.TRUNCATED),
        ("UPDATE audit_checkpoints SET note = replace(note, '2023', '2022')", FindingKind.UNSIGNED),
    ],
)
def test_whoever_owns_the_database_is_found_out(owner: Database, statement: str, finding: FindingKind) -> None:
    for minutes in (0, 1):
        write(owner, 5)
        seal(owner, minutes=minutes)
    witnessed = newest_note(owner)
    run(owner, statement)
    report = verify_export(exported(owner), KEYS, [witnessed])
    assert finding in {each.kind for each in report.findings}, report.findings


def test_a_line_taken_out_of_the_queue_is_seen(owner: Database) -> None:
    write(owner, 2)
    seal(owner)
    write(owner, 1)
    run(owner, "DELETE FROM audit_unsealed")
    seal(owner, minutes=90)
    assert FindingKind.UNSEALED in {each.kind for each in verify_export(exported(owner), KEYS).findings}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_leaves WHERE leaf > 2",
        "UPDATE audit_leaves SET commitment = sha256('x') WHERE leaf = 1",
        "UPDATE audit_checkpoints SET root = sha256('x'), note = replace(note, '2023', '2022')",
    ],
)
def test_nothing_is_signed_that_contradicts_what_was_signed(owner: Database, statement: str) -> None:
    write(owner, 5)
    seal(owner)
    run(owner, statement)
    write(owner, 1)
    with pytest.raises(LogInconsistent):
        seal(owner, minutes=1)


def test_what_was_signed_is_never_changed_by_the_application(database: Database) -> None:
    write(database, 1)
    seal(database)
    for table in ("audit_leaves", "audit_subtrees", "audit_checkpoints"):
        for attack in (f"DELETE FROM {table}", f"TRUNCATE {table}"):  # noqa: S608  names of our own
            with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
                session.execute(text(attack))


def test_what_a_line_said_is_erased_at_the_end_of_its_retention_and_not_before(database: Database) -> None:
    write(database, 6)
    seal(database)
    with database.transaction() as session:
        assert seal_repository.erase_lines(session, NOW - timedelta(days=1), 100) == 0
        assert seal_repository.erase_lines(session, NOW + timedelta(days=1), 4) == 4
    seal(database, minutes=60 * 24 * 800)
    report = verify_export(exported(database), KEYS)
    assert report.is_whole, report.findings
    assert (report.lines, report.erased) == (6, 4)
    assert not verify_export(exported(database), KEYS, retention_months=48).is_whole


def test_a_line_of_this_year_is_never_erased(database: Database) -> None:
    with database.transaction() as session:
        now = session.scalar(text("SELECT now()"))
        service.write(session, LINE.model_copy(update={"recorded_at": now}))
    with database.transaction() as session:
        seal_next(session, SIGNER, now)
        assert seal_repository.erase_lines(session, now + timedelta(days=1), 100) == 0
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(text("DELETE FROM audit_log"))


def test_the_log_is_whole_when_it_is_verified_sealed_and_witnessed(database: Database) -> None:
    def integrity(session: Session) -> bool:
        return read_integrity(session, NOW).is_whole(NOW)

    write(database, 3)
    seal(database)
    verify_log(database, SIGNER, NOW, 24)
    with database.transaction() as session:
        assert not integrity(session), "no witness has it"
        newest = seal_repository.newest_checkpoint(session)
        assert newest is not None
        witness_repository.save_receipt(session, "file", newest, NOW, "")
        assert integrity(session)
        witness_repository.save_fault(session, "other", "it answered HTTP 500", NOW)
        assert not integrity(session)
        state = read_integrity(session, NOW)
        assert [(each.name, each.is_behind) for each in state.witnesses] == [("file", False), ("other", True)]
        witness_repository.delete_fault(session, "other")
        later = NOW + timedelta(days=2)
        assert not read_integrity(session, later).is_whole(later), "nobody has verified it for two days"


def test_nothing_is_signed_or_verified_before_the_first_line(database: Database) -> None:
    context = make_parts(database, FixedClock(NOW))
    for minutes in (0, 90):
        seal(database, minutes)
    with database.transaction() as session:
        assert seal_repository.newest_checkpoint(session) is None
    sealing._verify_if_due(context, SIGNER)
    context.close()
    with database.transaction() as session:
        assert witness_repository.newest_verification(session) is None
        assert not read_integrity(session, NOW).is_trouble(NOW)
    with database.transaction() as session:
        service.write(session, LINE.model_copy(update={"recorded_at": NOW - timedelta(days=15)}))
    seal(database, 91)
    assert not verify_log(database, SIGNER, NOW + timedelta(minutes=92), 24).findings
    with database.transaction() as session:
        service.write(session, LINE.model_copy(update={"recorded_at": NOW - timedelta(days=15)}))
    seal(database, 93)
    (finding,) = verify_log(database, SIGNER, NOW + timedelta(minutes=94), 24).findings
    assert finding.startswith("back_dated"), "a line of the past in a log that is begun is a fault"


def test_a_checkpoint_is_a_note_as_others_read_it(database: Database) -> None:
    write(database, 2)
    seal(database)
    note = newest_note(database)
    checkpoint = open_note(note, KEYS)
    origin, size, root, time, empty, signature = note.splitlines()
    assert (origin, size, root, time) == (
        "helhed.demo/log",
        "2",
        b64encode(checkpoint.root).decode(),
        f"time {NOW:%Y-%m-%dT%H:%M:%SZ}",
    )
    assert empty == ""
    assert signature.startswith("— helhed.demo/log ")


def test_the_worker_erases_in_batches_each_with_a_line_of_its_own(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "ERASED_AT_ONCE", 4)
    write(database, 6)
    seal(database)
    retention = MONTH * Settings(demo=True).audit_retention_months
    for days, erased, batches in ((-1, 0, []), (1, 6, [4, 2]), (1, 0, [4, 2])):
        context = make_parts(database, FixedClock(NOW + retention + timedelta(days=days)))
        assert sealing.erase_old(context) == erased
        context.close()
        with database.transaction() as session:
            entries = [logged.entry for logged in repository.list_entries(session)]
        batch_sizes = [int(str(entry.details["lines"])) for entry in entries if entry.action is AuditAction.ERASE_LOG]
        assert sorted(batch_sizes, reverse=True) == batches
