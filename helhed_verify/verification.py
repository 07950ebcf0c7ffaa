"""Verifies a whole export in one pass: every line against its commitment, the tree against every checkpoint."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import groupby, islice
from operator import methodcaller
from typing import NamedTuple

from helhed_verify.findings import FindingKind, Report
from helhed_verify.lines import BEGINNING, FORMAT, Columns, read_columns, read_json
from helhed_verify.merkle import Frontier
from helhed_verify.note import Checkpoint, InvalidNote, LogKey, open_note, read_key
from helhed_verify.processes import read_pieces
from helhed_verify.runs import Note, Part, Run, read_note, split_lines

TOLERANCE = timedelta(minutes=10)
"""So much a line may be older than the checkpoint before it: a transaction takes a while, and clocks differ."""
MONTH = timedelta(days=365.25 / 12)
RETENTION_MONTHS = 24
SHOWN = 20
"""So many findings of one kind are told; of a log that was rewritten every line would be one."""
AT_ONCE = 10_000
"""Lines that are judged together at most."""
PIECE = 4_000_000
"""Bytes of an export that are read together."""


class CannotVerify(Exception):
    """There is nothing to verify with, or no export to verify."""


class _Erased(NamedTuple):
    first: int
    last: int
    sealed_at: datetime


def verify_export(
    export: Iterable[bytes],
    keys: Sequence[LogKey],
    notes: Sequence[str] = (),
    *,
    retention_months: int = RETENTION_MONTHS,
    tolerance: timedelta = TOLERANCE,
    processes: int = 1,
) -> Report:
    """Verify an export from its first line to its last.

    Args:
        export: the lines of the file, each with its end; several may come together, but for the first.
        keys: the log's public keys. None: those that the export names, if they have signed one of *notes*.
        notes: checkpoints that somebody else has, as they were handed out.
        retention_months: what a line said may be erased so long after it was sealed.
        tolerance: so much a line's time may be outside of when it was sealed.
        processes: so many share the work.

    Raises:
        CannotVerify: it is no export, or there is no key to trust.
    """
    lines = iter(export)
    head = read_json(next(lines, b""))
    if head.get("format") != FORMAT:
        raise CannotVerify(f"this is no export of the log: its first line does not name the format {FORMAT}")
    report = Report(log=str(head.get("log")), is_key_from_export=not keys)
    verification = _Verification(report, keys or _named_keys(head, notes), tolerance)
    for note in notes:
        verification.expect(note)
    for piece, parts in read_pieces(_pieces(lines), verification.keys, processes):
        verification.read(piece, parts)
    verification.end(head.get("lines"), MONTH * retention_months)
    return report


def _pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines in pieces that are worth handing to a process."""
    waiting, size = [], 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)


def _named_keys(head: dict[str, object], notes: Sequence[str]) -> tuple[LogKey, ...]:
    """The keys that the export names: as good as the checkpoint of somebody else that they have signed.

    Raises:
        CannotVerify: there is no such checkpoint, or they have not signed it.
    """
    named = head.get("keys")
    try:
        keys = tuple(read_key(str(key)) for key in named) if isinstance(named, list) else ()
        for note in notes:
            open_note(note, keys)
    except InvalidNote as error:
        raise CannotVerify(f"the keys that the export names cannot be trusted: {error}; give the log's key") from None
    if not keys or not notes:
        raise CannotVerify("give the log's public key, or a checkpoint that you have from a witness")
    return keys


class _Verification:
    """What is known at a place of the export."""

    def __init__(self, report: Report, keys: Sequence[LogKey], tolerance: timedelta) -> None:
        self._report = report
        self.keys = keys
        self._tolerance = tolerance
        self._tree = Frontier()
        self._is_broken = False
        """Whether the tree differs already, so that no later checkpoint can say more."""
        self._expected: list[Checkpoint] = []
        """Checkpoints of somebody else, the largest first."""
        self._next_expected = -1
        self._leaves: list[int] = []
        """The places of the lines since the checkpoint before."""
        self._times: list[bytes] = []
        """When each of them says that it was written; empty: erased."""
        self._erased: list[_Erased] = []
        self._last_place = -1

    def expect(self, note: str) -> None:
        """Compare the log with this checkpoint of somebody else."""
        try:
            checkpoint = open_note(note, self.keys)
        except InvalidNote as error:
            self._report.add(FindingKind.UNSIGNED, f"a checkpoint that was given: {error}")
            return
        if checkpoint.log != self._report.log:
            self._report.add(FindingKind.REWRITTEN, f"a checkpoint that was given is of the log {checkpoint.log}")
            return
        self._expected.append(checkpoint)
        self._expected.sort(key=lambda each: each.size, reverse=True)
        self._compare_expected()

    def read(self, piece: bytes, parts: Iterable[Part]) -> None:
        """Take a piece and what it has."""
        for part in parts:
            if isinstance(part, Note):
                self._take_note(part)
            elif not (isinstance(part, Run) and self._take_run(part)):
                self._read_lines(split_lines(piece[part.begin : part.end]))

    def _take_run(self, run: Run) -> bool:
        """Take lines of the log as a whole. False: they do not go on where the log is, or must be counted off."""
        end = run.first + run.size
        if not self._last_place + 1 == self._tree.size == run.first or self._tree.size < self._next_expected < end:
            return False
        for subtree in run.subtrees:
            self._tree.add(subtree)
        self._last_place = end - 1
        self._leaves += range(run.first, end)
        self._times += run.times.split(b"\n")
        self._compare_expected()
        return True

    def _read_lines(self, lines: Iterable[bytes]) -> None:
        for is_of_log, group in groupby(lines, methodcaller("startswith", BEGINNING)):
            if is_of_log:
                while batch := [*islice(group, AT_ONCE)]:
                    self._take(batch)
            else:
                for line in group:
                    self._read_other(line)

    def _take(self, batch: Sequence[bytes]) -> None:
        """Judge lines all at once; one by one only where one cannot be read."""
        if (columns := read_columns(b"".join(batch))) is not None:
            self._judge(columns)
        elif len(batch) == 1:
            self._read_other(batch[0])
        else:
            for line in batch:
                self._take([line])

    def end(self, lines: object, retention: timedelta) -> None:
        """Judge what can only be judged at the end."""
        report, newest = self._report, self._report.newest
        report.lines = self._tree.size
        if self._leaves:
            report.add(FindingKind.UNSIGNED, "no checkpoint covers them", min(self._leaves), max(self._leaves))
        if newest is None:
            report.add(FindingKind.UNSIGNED, "the export has no valid checkpoint")
        if lines != report.lines:
            report.add(FindingKind.TRUNCATED, f"the export has {report.lines} lines, and says that it has {lines}")
        for checkpoint in self._expected:
            text = (
                f"a checkpoint of {checkpoint.time:%Y-%m-%d %H:%M} UTC has {checkpoint.size} lines, the log has fewer"
            )
            report.add(FindingKind.TRUNCATED, text)
        for erased in self._erased:
            if newest is not None and erased.sealed_at > newest.time - retention + self._tolerance:
                text = f"what they said is gone, and they were sealed as late as {erased.sealed_at:%Y-%m-%d}"
                self._add(FindingKind.MISSING, text, erased.first, erased.last)

    def _judge(self, columns: Columns) -> None:
        leaves, commitments, salts, entries, times = columns
        if leaves != [*range(self._last_place + 1, self._last_place + 1 + len(leaves))]:
            for leaf in leaves:
                if leaf != self._last_place + 1:
                    self._misplaced(leaf)
                self._last_place = leaf
        self._last_place = leaves[-1]
        computed = [sha256(salt + entry).digest() for salt, entry in zip(salts, entries, strict=True)]
        if computed != commitments:
            for leaf, commitment, entry, of_entry in zip(leaves, commitments, entries, computed, strict=True):
                if entry and commitment != of_entry:
                    self._add(FindingKind.EDITED, "it is not the line that was sealed", leaf)
        self._leaves += leaves
        self._times += times
        self._grow(commitments)

    def _grow(self, commitments: list[bytes]) -> None:
        """Take the leaves into the tree; at the size of a checkpoint of somebody else it is compared with that."""
        while self._tree.size < self._next_expected <= self._tree.size + len(commitments):
            until = self._next_expected - self._tree.size
            self._tree.extend(commitments[:until])
            del commitments[:until]
            self._compare_expected()
        self._tree.extend(commitments)

    def _misplaced(self, leaf: int) -> None:
        expected = self._last_place + 1
        if leaf > expected:
            self._add(FindingKind.MISSING, "they are not there", expected, leaf - 1)
        else:
            self._add(FindingKind.ORDER, f"it stands where line {expected} belongs", leaf)
        self._is_broken = True

    def _read_other(self, line: bytes) -> None:
        fields = read_json(line)
        if isinstance(note := fields.get("checkpoint"), str):
            self._take_note(read_note(note, self.keys))
        elif isinstance(unsealed := fields.get("unsealed"), int):
            self._read_unsealed(unsealed, str(fields.get("oldest")))
        else:
            self._add(FindingKind.FORMAT, f"what follows line {self._last_place} cannot be read")

    def _take_note(self, note: Note) -> None:
        report, before, checkpoint = self._report, self._report.newest, note.checkpoint
        if checkpoint is None:
            self._add(FindingKind.UNSIGNED, f"the checkpoint after line {self._last_place}: {note.fault}")
            return
        report.checkpoints += 1
        if checkpoint.log != report.log:
            text = f"the checkpoint of {_moment(checkpoint)} is of the log {checkpoint.log}"
            self._add(FindingKind.REWRITTEN, text)
            return
        if before is not None and checkpoint.time < before.time - self._tolerance:
            self._add(FindingKind.BACK_DATED, f"the checkpoint of {_moment(checkpoint)} comes after a later one")
        first = before.size if before is not None else 0
        if not self._is_broken and (checkpoint.size != self._tree.size or checkpoint.root != self._tree.root()):
            self._is_broken = True
            text = f"they are not the lines that were signed on {_moment(checkpoint)}"
            self._add(FindingKind.CHANGED, text, first, max(first, checkpoint.size - 1, self._tree.size - 1))
        self._judge_times(before, checkpoint)
        if b"" in self._times:
            erased = [leaf for leaf, time in zip(self._leaves, self._times, strict=True) if not time]
            report.erased += len(erased)
            self._erased.append(_Erased(min(erased), max(erased), checkpoint.time))
        self._leaves.clear()
        self._times.clear()
        report.newest = checkpoint

    def _judge_times(self, before: Checkpoint | None, checkpoint: Checkpoint) -> None:
        """Whether each line since the checkpoint before was written since then."""
        latest = _stamp(checkpoint.time + self._tolerance)
        earliest = _stamp(before.time - self._tolerance) if before is not None else b""
        if not self._times or (earliest <= min(self._times) and max(self._times) <= latest):
            return
        for leaf, time in zip(self._leaves, self._times, strict=True):
            if time and not earliest <= time <= latest:
                text = f"it says {time.decode()}, and was sealed on {_moment(checkpoint)}"
                self._add(FindingKind.BACK_DATED, text, leaf)

    def _read_unsealed(self, number: int, oldest: str) -> None:
        self._report.unsealed = number
        newest = self._report.newest
        if number and newest is not None and oldest.encode() < _stamp(newest.time - self._tolerance):
            self._add(FindingKind.UNSEALED, f"{number} lines are written and not sealed, the oldest of {oldest}")

    def _compare_expected(self) -> None:
        """Compare the tree with the checkpoints of somebody else that are of this size."""
        while self._expected and self._expected[-1].size <= self._tree.size:
            checkpoint = self._expected.pop()
            if checkpoint.root == self._tree.root():
                self._report.compared += 1
            else:
                text = f"it is not the log whose checkpoint of {checkpoint.time:%Y-%m-%d %H:%M} UTC was given"
                self._report.add(FindingKind.REWRITTEN, text, 0, checkpoint.size - 1)
        self._next_expected = self._expected[-1].size if self._expected else -1

    def _add(self, kind: FindingKind, text: str, first: int | None = None, last: int | None = None) -> None:
        alike = sum(finding.kind is kind for finding in self._report.findings)
        if alike < SHOWN:
            self._report.add(kind, text, first, last)
        elif alike == SHOWN:
            self._report.add(kind, "and more of the kind")


def _moment(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.time:%Y-%m-%d %H:%M:%S} UTC"


def _stamp(moment: datetime) -> bytes:
    """A time as the lines write it, so that bytes compare as times do."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z".encode()
