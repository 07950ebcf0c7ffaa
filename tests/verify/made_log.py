"""A log in memory, sealed and signed as Helhed does it, and 1,000 ways to tamper with it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from helhed_verify.lines import FORMAT, commitment_to, export_line, json_line
from helhed_verify.merkle import Frontier
from helhed_verify.note import Checkpoint, LogKey, sign_checkpoint

LOG = "helhed.test/log"
BEGAN = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = LogKey(LOG, SECRET.public_key().public_bytes_raw())


@dataclass(frozen=True)
class MadeEntry:
    """A line as it was written."""

    salt: bytes
    payload: bytes | None
    """None: erased."""
    commitment: bytes


@dataclass(frozen=True)
class MadeLog:
    """Lines, and after how many of them which checkpoint was signed."""

    entries: tuple[MadeEntry, ...]
    notes: tuple[tuple[int, str], ...]

    def export(self, places: Sequence[int] | None = None) -> list[bytes]:
        """The lines of the file; *places*: the numbers that the lines carry."""
        lines = [json_line(format=FORMAT, log=LOG, keys=[str(KEY)], lines=len(self.entries))]
        notes = list(self.notes)
        for number, entry in enumerate(self.entries):
            lines += _notes_at(notes, number)
            payload = (entry.salt, entry.payload) if entry.payload is not None else None
            lines.append(export_line(places[number] if places else number, entry.commitment, payload))
        return lines + [json_line(checkpoint=note) for _, note in notes]


def _notes_at(notes: list[tuple[int, str]], number: int) -> list[bytes]:
    lines = []
    while notes and notes[0][0] <= number:
        lines.append(json_line(checkpoint=notes.pop(0)[1]))
    return lines


def seeded(seed: int) -> Random:
    """Numbers that are the same every time."""
    return Random(seed)  # noqa: S311  a test's choices are to be repeated, not to be secret


def entry_of(seq: int, time: datetime, salt: bytes, who: str = "anna.holm") -> MadeEntry:
    """A line with its commitment."""
    fields = {"seq": seq, "recorded_at": f"{time:%Y-%m-%dT%H:%M:%S.%fZ}", "action": "open_overview", "actor_id": who}
    payload = json.dumps(fields, separators=(",", ":")).encode()
    return MadeEntry(salt, payload, commitment_to(salt, payload))


def sealed(entries: Sequence[MadeEntry], sizes: Sequence[int], times: Sequence[datetime]) -> MadeLog:
    """The log with checkpoints of these sizes, signed at these times."""
    tree, notes = Frontier(), []
    for size, time in zip(sizes, times, strict=True):
        for entry in entries[tree.size : size]:
            tree.extend([entry.commitment])
        notes.append((size, sign_checkpoint(Checkpoint(LOG, size, tree.root(), time), KEY, SECRET.sign)))
    return MadeLog(tuple(entries), tuple(notes))


def make_log(random: Random, batches: int = 5) -> MadeLog:
    """A few lines an hour, sealed each hour."""
    entries: list[MadeEntry] = []
    sizes, times = [], []
    for hour in range(batches):
        for minute in sorted(random.sample(range(60), random.randint(1, 7))):
            written = BEGAN + timedelta(hours=hour, minutes=minute)
            entries.append(entry_of(len(entries) + 1, written, random.randbytes(16)))
        sizes.append(len(entries))
        times.append(BEGAN + timedelta(hours=hour + 1))
    return sealed(entries, sizes, times)


def resigned(log: MadeLog, entries: Sequence[MadeEntry]) -> MadeLog:
    """Other lines under checkpoints of the same times: what somebody with the key could make."""
    sizes = [min(size, len(entries)) for size, _ in log.notes]
    sizes[-1] = len(entries)
    return sealed(entries, sizes, [BEGAN + timedelta(hours=hour + 1) for hour in range(len(sizes))])


def changed(entry: MadeEntry, who: str) -> MadeEntry:
    """The line as if somebody else had done it, its commitment as it was."""
    assert entry.payload is not None
    return replace(entry, payload=entry.payload.replace(b"anna.holm", who.encode()))


def committed(entry: MadeEntry) -> MadeEntry:
    """The line with a commitment that fits it."""
    assert entry.payload is not None
    return replace(entry, commitment=commitment_to(entry.salt, entry.payload))


Tampering = Callable[[Random, MadeLog], list[bytes]]


def _edited(random: Random, log: MadeLog) -> list[MadeEntry]:
    entries = list(log.entries)
    place = random.randrange(len(entries))
    entries[place] = changed(entries[place], random.choice(["bo.lund", "anna.hol", "anna.holms", ""]))
    return entries


def _shortened(random: Random, log: MadeLog) -> list[MadeEntry]:
    entries = list(log.entries)
    begin = random.randrange(len(entries) - 1)
    del entries[begin : begin + random.randint(1, 3)]
    return entries


def _lengthened(random: Random, log: MadeLog) -> list[MadeEntry]:
    entries = list(log.entries)
    place = random.randrange(len(entries))
    template = random.choice(entries)
    new = template if random.random() < 0.5 else committed(changed(template, "bo.lund"))
    return [*entries[:place], new, *entries[place:]]


def _reordered(random: Random, log: MadeLog) -> list[MadeEntry]:
    entries = list(log.entries)
    first, second = random.sample(range(len(entries)), 2)
    entries[first], entries[second] = entries[second], entries[first]
    return entries


def _edit(random: Random, log: MadeLog) -> list[bytes]:
    return replace(log, entries=tuple(_edited(random, log))).export()


def _edit_and_seal(random: Random, log: MadeLog) -> list[bytes]:
    return replace(log, entries=tuple(map(committed, _edited(random, log)))).export()


def _edit_and_sign(random: Random, log: MadeLog) -> list[bytes]:
    return resigned(log, [*map(committed, _edited(random, log))]).export()


def _edit_salt(random: Random, log: MadeLog) -> list[bytes]:
    entries = list(log.entries)
    place = random.randrange(len(entries))
    entries[place] = replace(entries[place], salt=random.randbytes(16))
    return replace(log, entries=tuple(entries)).export()


def _remove(random: Random, log: MadeLog) -> list[bytes]:
    lines = log.export()
    places = [place for place, line in enumerate(lines) if line.startswith(b'{"leaf"')]
    del lines[random.choice(places)]
    return lines


def _insert(random: Random, log: MadeLog) -> list[bytes]:
    lines = log.export()
    places = [place for place, line in enumerate(lines) if line.startswith(b'{"leaf"')]
    lines.insert(random.choice(places), lines[random.choice(places)])
    return lines


def _swap(random: Random, log: MadeLog) -> list[bytes]:
    lines = log.export()
    first, second = random.sample(range(1, len(lines)), 2)
    lines[first], lines[second] = lines[second], lines[first]
    return lines


def _renumbered(change: Callable[[Random, MadeLog], list[MadeEntry]]) -> Tampering:
    """The change made in the database: the lines are numbered as if nothing had happened."""
    return lambda random, log: replace(log, entries=tuple(change(random, log))).export()


def _signed(change: Callable[[Random, MadeLog], list[MadeEntry]]) -> Tampering:
    """The change made by somebody who also has the key."""
    return lambda random, log: resigned(log, change(random, log)).export()


def _cut(random: Random, log: MadeLog) -> list[bytes]:
    content = b"".join(log.export())
    end = random.randrange(content.index(b"\n") + 1, len(content) - 1)
    return content[:end].splitlines(keepends=True)


def _cut_at_checkpoint(random: Random, log: MadeLog) -> list[bytes]:
    notes = log.notes[: random.randrange(len(log.notes) - 1)]
    return MadeLog(log.entries[: notes[-1][0] if notes else 0], notes).export()


def _back_date(random: Random, log: MadeLog) -> list[bytes]:
    """The line said another time before it was sealed, so that seal and signature are right."""
    entries = list(log.entries)
    first = log.notes[0][0]
    place = random.randrange(first, len(entries))
    seq, minutes = place + 1, random.choice([-random.randint(60 * 8, 600_000), random.randint(60 * 8, 600_000)])
    entries[place] = entry_of(seq, BEGAN + timedelta(minutes=minutes), entries[place].salt)
    return resigned(log, entries).export()


def _erase(random: Random, log: MadeLog) -> list[bytes]:
    entries = list(log.entries)
    place = random.randrange(len(entries))
    entries[place] = replace(entries[place], payload=None)
    return replace(log, entries=tuple(entries)).export()


def _flip_bit(random: Random, log: MadeLog) -> list[bytes]:
    head, *rest = log.export()
    content = bytearray(b"".join(rest))
    content[random.randrange(len(content))] ^= 1 << random.randrange(7)
    return [head, *bytes(content).splitlines(keepends=True)]


def _move_checkpoint(random: Random, log: MadeLog) -> list[bytes]:
    notes = list(log.notes)
    first, second = random.sample(range(len(notes)), 2)
    notes[first], notes[second] = (notes[first][0], notes[second][1]), (notes[second][0], notes[first][1])
    return replace(log, notes=tuple(notes)).export()


TAMPERINGS: dict[str, Tampering] = {
    "edited": _edit,
    "edited and sealed": _edit_and_seal,
    "edited, sealed and signed": _edit_and_sign,
    "another salt": _edit_salt,
    "line removed": _remove,
    "line inserted": _insert,
    "lines swapped": _swap,
    "deleted": _renumbered(_shortened),
    "deleted and signed": _signed(_shortened),
    "inserted": _renumbered(_lengthened),
    "inserted and signed": _signed(_lengthened),
    "reordered": _renumbered(_reordered),
    "reordered and signed": _signed(_reordered),
    "cut anywhere": _cut,
    "cut at a checkpoint": _cut_at_checkpoint,
    "back-dated": _back_date,
    "erased before its time": _erase,
    "a bit": _flip_bit,
    "checkpoints swapped": _move_checkpoint,
}
