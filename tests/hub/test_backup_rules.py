"""What leads to a moment, what may be removed, and that a sealed file opens whole, at its place, or not at all."""

import io
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.backup import segments
from hub.backup.errors import BackupFailed
from hub.backup.place import BackupPlace
from hub.backup.rules import Archive, BaseBackup, choose, gone_at, needed_backups, number_of, reach, unneeded_segments
from hub.backup.sealing import PIECE, seal, sealed_at, unseal
from hub.backup.unpack import unpack
from hub.preflight.rules import BackupFacts, Status, judge_backup
from hub.recovery.log_rules import lost_lines

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
KEYS = {"b1": b"k" * 32}
PLACE = "base/20261127T010000Z/base.tar.gz"
SEGMENT_BYTES = 16 << 20
DAY = timedelta(days=1)
DAYS = st.lists(st.integers(0, 100), min_size=1, max_size=12, unique=True)


def backup(days_ago: float, segment: int = 1) -> BaseBackup:
    ended_at = NOW - DAY * days_ago
    return BaseBackup(
        id=f"{ended_at:%Y%m%dT%H%M%SZ}",
        started_at=ended_at - timedelta(minutes=10),
        ended_at=ended_at,
        server_version=18,
        system_id="1",
        segment_bytes=SEGMENT_BYTES,
        first_segment=name(segment),
        holds_log=False,
        bytes=1,
        database="helhed",
        revision="0001",
    )


def name(place: int, timeline: int = 1) -> str:
    return f"{timeline:08X}{place // 256:08X}{place % 256:08X}"


def sealed(plain: bytes, place: str = PLACE) -> bytes:
    target = io.BytesIO()
    assert seal([plain], target, KEYS, place, NOW) == len(target.getvalue())
    return target.getvalue()


def opened(content: bytes, place: str = PLACE) -> bytes:
    return b"".join(unseal(io.BytesIO(content), KEYS, place))


@given(st.binary(max_size=200))
def test_what_is_sealed_opens_and_cannot_be_read(plain: bytes) -> None:
    content = sealed(plain)
    assert opened(content) == plain
    after_head = content[content.index(b"\n") :]  # the first line names the format in clear
    assert len(plain) < 8 or plain not in after_head
    assert sealed_at(io.BytesIO(content), PLACE) == NOW


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_pieces_of_any_size_come_back_and_none_can_be_left_out(size: int) -> None:
    content = sealed(b"x" * size)
    assert opened(content) == b"x" * size
    for cut in {1, min(PIECE, size) + 16, len(content) - 60}:
        if 0 < cut < len(content):
            with pytest.raises(BackupFailed):
                opened(content[:-cut])


@given(st.data())
def test_a_changed_byte_anywhere_is_seen(data: st.DataObject) -> None:
    content = bytearray(sealed(b"a backup of the database"))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BackupFailed):
        opened(bytes(content))


def test_a_file_belongs_to_its_place() -> None:
    with pytest.raises(BackupFailed, match="does not open"):
        opened(sealed(b"x"), "wal/000000010000000000000001")
    with pytest.raises(BackupFailed, match="lacks the key b1"):
        list(unseal(io.BytesIO(sealed(b"x")), {"b2": b"k" * 32}, PLACE))
    with pytest.raises(BackupFailed, match="HELHED_BACKUP_KEYS is not set"):
        seal([b"x"], io.BytesIO(), {}, PLACE, NOW)


@given(DAYS, st.integers(1, 40))
def test_every_moment_of_the_retention_stays_within_reach(ages: list[int], retention: int) -> None:
    backups = [backup(age) for age in ages]
    stay = needed_backups(backups, NOW, DAY * retention)
    oldest = min(each.ended_at for each in backups)
    for hours in range(0, retention * 24, 7):
        moment = NOW - timedelta(hours=hours)
        if moment >= oldest:
            assert choose(stay, moment) == choose(backups, moment), moment
    assert sum(each.ended_at <= NOW - DAY * retention for each in stay) <= 1


@given(DAYS, st.integers(1, 40), st.integers(0, 100))
def test_who_was_forgotten_is_in_no_backup_once_that_is_said(ages: list[int], retention: int, forgotten: int) -> None:
    backups = [backup(age) for age in ages]
    forgotten_at = NOW - DAY * forgotten - timedelta(hours=1)
    gone = gone_at(forgotten_at, backups, DAY * retention, every=DAY)
    if gone <= NOW and any(each.started_at > forgotten_at for each in backups):
        assert not [each for each in needed_backups(backups, gone, DAY * retention) if each.started_at < forgotten_at]


@given(st.integers(0, 600), st.integers(1, 30), st.integers(0, 40))
def test_a_gap_in_the_log_is_found(first: int, length: int, gap: int) -> None:
    segments = {name(first + at): NOW - DAY + timedelta(minutes=at) for at in range(length) if at != gap}
    found = reach(backup(2, first), Archive(segments))
    if gap >= length:
        assert (found.missing, found.last) == (None, name(first + length - 1))
    elif gap == length - 1:
        assert found.missing is None
    else:
        assert found.missing == name(first + gap)
        assert found.last == (name(first + gap - 1) if gap else None)


def test_files_of_the_log_are_counted_through_a_change_of_timeline() -> None:
    assert number_of("0000000200000001000000FF", SEGMENT_BYTES) == 511
    segments = {
        name(1): NOW,
        name(2): NOW,
        name(2, 2): NOW + timedelta(minutes=1),
        name(3, 2): NOW + timedelta(minutes=2),
    }
    assert reach(backup(1), Archive(segments)).last == name(3, 2)
    assert unneeded_segments([backup(1, 3), backup(0, 9)], segments) == [name(1), name(2), name(2, 2)]
    assert unneeded_segments([], segments) == []


def facts(**changed: object) -> BackupFacts:
    good = BackupFacts(
        newest=NOW,
        verified=NOW,
        is_archiving=True,
        archived_at=NOW,
        archiving_fails=False,
        place="/b",
        is_writable=True,
        has_key=True,
        now=NOW,
    )
    return good._replace(**changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({}, Status.OK, "the newest is of"),
        ({"newest": None}, Status.WARNING, "there is none"),
        ({"newest": NOW - timedelta(hours=27)}, Status.WARNING, "27 hours old"),
        ({"verified": None}, Status.WARNING, "restored on trial"),
        ({"archived_at": None}, Status.WARNING, "nothing of PostgreSQL's log is archived yet"),
        ({"archiving_fails": True}, Status.FAILED, "cannot archive"),
        ({"is_writable": False}, Status.FAILED, "/b cannot be written"),
        ({"has_key": False}, Status.FAILED, "HELHED_BACKUP_KEYS is not set"),
    ],
)
def test_what_the_check_says_of_backups(changed: dict[str, object], status: Status, words: str) -> None:
    findings = judge_backup(facts(**changed))
    assert [finding for finding in findings if finding.status is status and words in finding.message]
    assert (status is Status.OK) == all(finding.status is Status.OK for finding in findings)


def test_what_cannot_be_archived_is_counted_by_postgresql_and_what_cannot_be_got_stops_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HELHED_BACKUP_DIR", str(tmp_path))
    monkeypatch.delenv("HELHED_BACKUP_KEYS", raising=False)
    assert (segments.main(["put", "a", "b"]), segments.main(["get", "../b", "a"])) == (1, segments.STOP)


@pytest.mark.parametrize("where", ["../beside", "base/../../beside", "/{folder}/beside"])
def test_no_file_of_a_backup_is_written_outside_the_folder_it_is_unpacked_to(where: str, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        member = tarfile.TarInfo(where.format(folder=tmp_path))
        member.size = 1
        tar.addfile(member, io.BytesIO(b"x"))
    place = BackupPlace(tmp_path / "place", KEYS)
    place.make()
    place.write(place.make_base(backup(0).id), [packed.getvalue()], NOW)
    with pytest.raises(BackupFailed, match="cannot be unpacked"):
        unpack(place, backup(0), tmp_path / "data")
    assert not (tmp_path / "beside").exists()


def test_without_a_witness_no_line_is_missed() -> None:
    assert lost_lines(10, NOW, []) is None
