"""A backup is taken, the server dies, and everything is got back: real servers, the real commands."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from time import monotonic
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from typer.testing import CliRunner, Result

from hub.audit import seal_repository
from hub.audit.sealing import seal_next
from hub.audit.signing import signer_of
from hub.audit.witnesses import FileWitness
from hub.backup.errors import BackupFailed
from hub.backup.place import WAL, BackupPlace
from hub.backup.restore import find_route
from hub.backup.segments import get, put
from hub.backup.settings import backup_place
from hub.cli import app
from hub.db import Database
from hub.digest import keyed_digest
from hub.embedded import server_user, start
from hub.forgetting.citizens import Keys, forget_citizen
from hub.indexing.comparison import compare
from hub.matching.repository import citizen_of
from hub.migrations import migrate
from hub.overview import repository as overviews
from hub.recovery.register import Register, read_register, save_register, saved_register, still_forgotten
from hub.rights.repository import ForgottenDigest
from hub.secrets import PayloadCipher, derived_keys
from hub.settings import Settings
from hub.sources.forgetting_repository import request_forgetting
from schemas.identifiers import Identifier
from search.postgres import PostgresIndex
from tests.factories import EMIL, IDA, JONAS, MAJA, make_party, make_record
from tests.processing import process_records

pytestmark = pytest.mark.xdist_group("backup")

KEY = "b1:" + "5a" * 32
DIGEST_KEY = "only-for-backups-only-for-backups-only"
SIGNER = signer_of(Settings(demo=True))


@dataclass(frozen=True)
class Scene:
    """A place with a backup, and the moments of a story whose server is gone."""

    folder: Path
    before_ida: datetime
    before_forgetting: datetime
    end: datetime

    @property
    def settings(self) -> dict[str, str]:
        return {
            "HELHED_DEMO": "true",
            "HELHED_BACKUP_DIR": str(self.folder / "place"),
            "HELHED_BACKUP_KEYS": KEY,
            "HELHED_DIGEST_KEY": DIGEST_KEY,
            "HELHED_DATA_DIR": str(self.folder / "data"),
        }

    @property
    def witness(self) -> Path:
        return self.folder / "witness.txt"

    @property
    def place(self) -> BackupPlace:
        return backup_place(Settings(backup_dir=self.folder / "place", backup_keys=SecretStr(KEY)))


def run(*words: str, **changed: str) -> Result:
    return CliRunner().invoke(app, words, env=changed)


def done(*words: str, **changed: str) -> str:
    result = run(*words, **changed)
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def store(database: Database, *people: object, source: str = "social") -> None:
    records = [
        make_record(parties=[make_party(person)], source=source, source_id=str(person), synthetic=True)  # type: ignore[arg-type]
        for person in people
    ]
    process_records(database, records, digest_key=DIGEST_KEY.encode(), now=datetime.now(UTC))


def forget_citizen_of(database: Database, who: Identifier) -> None:
    keys = Keys(DIGEST_KEY.encode(), PayloadCipher(derived_keys(DIGEST_KEY.encode())))
    with database.transaction() as session:
        citizen_id = citizen_of(session, keyed_digest(who, keys.digest_key))
        assert citizen_id
        forget_citizen(session, citizen_id, reason="Bad om det", by="Dorthe", keys=keys, now=datetime.now(UTC))


def seal(database: Database, witness: Path) -> None:
    with database.transaction() as session:
        seal_next(session, SIGNER, datetime.now(UTC))
        newest = seal_repository.newest_checkpoint(session)
    assert newest is not None
    FileWitness(witness).hand(newest, 0, lambda _old, _new: ())


def moment(database: Database) -> datetime:
    """The database's time, with a transaction before and after it."""
    with database.transaction() as session:
        return session.scalar(text("SELECT clock_timestamp()")) or datetime.now(UTC)


def archive_all(database: Database, place: BackupPlace) -> None:
    with database.transaction() as session:
        segment = session.scalar(text("SELECT pg_walfile_name(pg_current_wal_lsn())"))
        session.execute(text("SELECT pg_switch_wal()"))
    until = monotonic() + 60
    while not place.has(f"{WAL}/{segment}"):
        assert monotonic() < until, "the server does not archive"
        Event().wait(0.1)


def citizens(database: Database) -> int:
    with database.transaction() as session:
        return overviews.count(session)


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    """Maja, a backup, Emil, a moment, Ida, a moment, a source is forgotten; then the server is gone."""
    python = subprocess.run([sys.executable, "-c", ""], user=server_user(), stderr=subprocess.DEVNULL, check=False)
    if python.returncode:
        pytest.skip(f"PYTHON IS OUT OF REACH OF POSTGRESQL'S USER, who runs it to archive: {sys.executable}")
    folder = Path(tempfile.mkdtemp(prefix="helhed-backup-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))  # noqa: S108
    folder.chmod(0o755)
    nobody = datetime.now(UTC)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in Scene(folder, nobody, nobody, nobody).settings.items():
            patch.setenv(name, value)
        server = start(folder / "data")
        migrate(server.get_uri())
        assert "Restart PostgreSQL" in done("backup", "enable")
        server.stop()
        server.start()
        database = Database(server.get_uri())
        place = Scene(folder, nobody, nobody, nobody).place
        store(database, MAJA)
        archive_all(database, place)
        first = json.loads(done("backup", "--json"))["backup"]
        assert not first["holds_log"]
        store(database, EMIL, source="health")
        store(database, JONAS)
        seal(database, folder / "witness.txt")
        before_ida = moment(database)
        store(database, IDA)
        before_forgetting = moment(database)
        with database.transaction() as session:
            request_forgetting(session, "health", by="cli:test", now=datetime.now(UTC))
        forget_citizen_of(database, JONAS)
        assert "Written" in done("backup", "forgotten")
        assert "there already" in done("backup", "forgotten")
        seal(database, folder / "witness.txt")
        archive_all(database, place)
        end = moment(database)
        database.close()
        server.cleanup()
        shutil.rmtree(folder / "data")
        yield Scene(folder, before_ida, before_forgetting, end)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def environment(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in scene.settings.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def into(scene: Scene) -> Iterator[Path]:
    folder = scene.folder / "restored"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_the_database_of_a_moment_is_got_back_and_made_fit_for_use(scene: Scene, into: Path) -> None:
    told = done("restore", "--into", str(into), "--to", scene.before_ida.isoformat())
    assert "files are as they were saved" in told
    server = start(into)
    try:
        database = Database(server.get_uri())
        assert citizens(database) == 3, "Maja, Emil and Jonas; Ida came later"
        result = run("restore", "finish", "--checkpoint", str(scene.witness), "--json", HELHED_DATA_DIR=str(into))
        finished = json.loads(result.output)
        assert (result.exit_code, finished["log"]["findings"], finished["log"]["is_verified"]) == (1, [], True)
        assert finished["log"]["lost"]["lines"] > 0, "what was logged after the moment is missed"
        assert finished["forgotten_sources"] == ["health"], "it was forgotten after the moment, and is forgotten again"
        assert finished["forgotten_citizens"] == 1, "Jonas was forgotten after the moment as well"
        assert (citizens(database), finished["citizens"]) == (1, 1)
        index = PostgresIndex(database.url.set(drivername="postgresql").render_as_string(hide_password=False))
        assert not compare(database, index).differences
        index.close()
        again = run("restore", "finish", "--checkpoint", str(scene.witness), HELHED_DATA_DIR=str(into))
        assert "The audit log lacks" in " ".join(again.output.split()), "it can be repeated"
        with database.transaction() as session:
            assert session.scalar(text("SHOW archive_mode")) == "off", "nothing writes to the archive of the old one"
        database.close()
    finally:
        server.cleanup()


def test_all_there_is_lacks_no_line_of_the_log(scene: Scene, into: Path) -> None:
    done("restore", "--into", str(into))
    server = start(into)
    try:
        told = done("restore", "finish", "--checkpoint", str(scene.witness), HELHED_DATA_DIR=str(into))
        assert "not behind its witness" in told
        assert "are as they were written" in told
    finally:
        server.cleanup()


def test_a_trial_restore_reads_the_backup_and_leaves_nothing(scene: Scene) -> None:
    told = json.loads(done("backup", "verify", "--scratch", str(scene.folder), "--json"))
    assert (told["citizens"], told["files"] > 1000) == (3, True)
    assert not list(scene.folder.glob("helhed-trial-*"))
    (listed,) = [json.loads(line) for line in done("backup", "list", "--json").splitlines()]
    assert listed["verified_at"] is not None
    assert "in no backup any more from" in done("backup", "list")


def test_another_key_opens_nothing_and_says_so(into: Path) -> None:
    wrong = run("restore", "--into", str(into), HELHED_BACKUP_KEYS="b1:" + "00" * 32)
    assert (wrong.exit_code, "the key b1 is not the one it was encrypted with" in wrong.output) == (2, True)
    other = run("restore", "--into", str(into / "b"), HELHED_BACKUP_KEYS="b2:" + "5a" * 32)
    assert "HELHED_BACKUP_KEYS lacks the key b1" in other.output


@pytest.fixture
def spoilt(scene: Scene) -> Iterator[Path]:
    """A copy of the place, for a test to damage."""
    copy = scene.folder / "spoilt"
    shutil.copytree(scene.folder / "place", copy)
    if (user := server_user()) is not None:
        for path in (copy, *copy.rglob("*")):
            shutil.chown(path, user, user)
    yield copy
    shutil.rmtree(copy)


def segments_of(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / WAL).iterdir() if len(path.name) == 24)


def test_a_backup_that_is_cut_off_or_changed_is_not_taken_for_whole(spoilt: Path, into: Path) -> None:
    (base,) = spoilt.glob("base/*/base.tar.gz")
    os.truncate(base, base.stat().st_size - 1000)
    cut = run("restore", "--into", str(into), HELHED_BACKUP_DIR=str(spoilt))
    assert cut.exit_code == 2
    assert "it was changed or cut off" in cut.output or "the file was changed" in cut.output


def test_a_damaged_file_of_the_log_stops_the_restore_instead_of_ending_it_early(spoilt: Path, into: Path) -> None:
    segment = segments_of(spoilt)[-1]
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    result = run("restore", "--into", str(into), HELHED_BACKUP_DIR=str(spoilt))
    assert result.exit_code == 2
    assert f"{WAL}/{segment.name}" in result.output


def test_a_missing_file_of_the_log_is_named_with_how_far_one_can_get(spoilt: Path, into: Path) -> None:
    gone = segments_of(spoilt)[-2]
    gone.unlink()
    result = run("restore", "--into", str(into), HELHED_BACKUP_DIR=str(spoilt))
    assert (result.exit_code, f"the archive lacks {gone.name}" in result.output) == (2, True)
    assert "restore with --to" in result.output
    assert f"the archive lacks {gone.name}" in done("backup", "list", HELHED_BACKUP_DIR=str(spoilt))


def test_no_moment_before_the_first_backup_and_none_in_the_future(scene: Scene, into: Path) -> None:
    early = run("restore", "--into", str(into), "--to", "2020-01-01T00:00:00Z")
    assert (early.exit_code, "nothing before can be restored" in early.output) == (2, True)
    late = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert "is in the future" in run("restore", "--into", str(into), "--to", late).output
    assert "has no zone" in run("restore", "--into", str(into), "--to", "2026-11-27T08:00:00").output
    (into / "postgres").mkdir(parents=True)
    (into / "postgres" / "PG_VERSION").touch()
    assert "is not empty" in run("restore", "--into", str(into), "--to", scene.end.isoformat()).output
    with pytest.raises(BackupFailed, match="no backup nope"):
        find_route(scene.place, None, "nope")


def test_a_file_of_the_log_is_archived_once_and_another_of_its_name_never(spoilt: Path, tmp_path: Path) -> None:
    place = BackupPlace(spoilt, {"b1": bytes.fromhex("5a" * 32)})
    path, name = tmp_path / "segment", "0000000100000000000000FE"
    path.write_bytes(b"log" * 1000)
    put(place, path, name)
    put(place, path, name)
    assert get(place, name, tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == b"log" * 1000
    assert b"log" not in (spoilt / WAL / name).read_bytes()
    path.write_bytes(b"other")
    with pytest.raises(BackupFailed, match="is there already and is another"):
        put(place, path, name)
    assert not get(place, "0000000100000000000000FF", tmp_path / "none")


def test_a_full_disk_is_told_and_leaves_nothing_half(spoilt: Path, tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("/dev/full IS MISSING: only Linux has a file that is always full")
    place = BackupPlace(spoilt, {"b1": bytes.fromhex("5a" * 32)})
    path, name = tmp_path / "segment", "0000000100000000000000FD"
    path.write_bytes(os.urandom(1 << 20))
    (spoilt / WAL / f".{name}.part").symlink_to("/dev/full")
    with pytest.raises(BackupFailed, match="the disk is full"):
        put(place, path, name)
    assert not place.has(f"{WAL}/{name}")
    put(place, path, name)


def test_the_register_keeps_what_a_restored_database_does_not_know(spoilt: Path, database: Database) -> None:
    place = BackupPlace(spoilt, {"b1": bytes.fromhex("5a" * 32)})
    with database.transaction() as session:
        empty = read_register(session, datetime.now(UTC))
    assert save_register(place, empty), "it differs from the newest there"
    saved = saved_register(place)
    assert [each.source for each in saved.sources] == ["health"]
    assert len({each.citizen_id for each in saved.citizens}) == 1, "Jonas; digests alone"


def test_a_citizen_of_whom_sources_may_tell_again_is_not_forgotten_again() -> None:
    begun, one, other = datetime(2026, 3, 1, tzinfo=UTC), UUID(int=1), UUID(int=2)
    digests = tuple(ForgottenDigest(digest=f"{key}", citizen_id=key, forgotten_at=begun) for key in (one, other))
    lapsed = ForgottenDigest(digest="x", citizen_id=None, forgotten_at=begun)
    older = Register(taken_at=begun, citizens=(*digests, lapsed))
    newer = Register(taken_at=begun, citizens=digests[1:], lifted={one: begun + timedelta(days=1)})
    restored = Register(taken_at=begun)
    assert still_forgotten([older, newer, restored]) == digests[1:]
    assert still_forgotten([older]) == digests
