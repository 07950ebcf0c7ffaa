"""The drop folder: which files belong together, and which of them lie there whole.

Files lie in ``waiting`` or in a folder below it. A set is an absence file with its marker, the four ¤-separated files
of one folder, or an XML export (with a marker, if the sender writes one).
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from connectors.kit import InvalidValue
from connectors.sources.school import tabulex
from connectors.sources.school.marker import LARGEST, SUFFIX, Marker, read_marker
from connectors.transports.sftp import FetchedFile, MoveDenied, RemoteFile, SftpSession
from schemas.record import RejectionRule

WAITING, IMPORTED, FAILED = "waiting", "imported", "failed"
UNREAD = "unread:"
"""Begins the stamp of a file that was not read."""
MOST_FOLDERS = 2_000
_DIGITS = re.compile(r"\d+")


Done = dict[str, dict[str, list[str]]]
"""Sets that were taken and not yet moved: by name and path, the folder a file goes to and which content it had."""


class SetKind(StrEnum):
    """Which reader a set is for; master data come first."""

    TABULEX = "1-tabulex"
    WS17 = "2-ws17"
    ABSENCE = "3-fravaer"
    UNKNOWN = "4-unknown"


@dataclass(slots=True)
class FileSet:
    """Files that are taken together or not at all."""

    kind: SetKind
    name: str
    """Path below ``waiting``, of its first file; what a person is told."""
    files: list[RemoteFile]
    fetched: dict[str, FetchedFile] = field(default_factory=dict)
    """By name."""
    markers: dict[str, Marker] = field(default_factory=dict)
    """By the name of the file that each is about."""
    marker_digests: dict[str, str] = field(default_factory=dict)
    """Of the marker files that were read, by their name."""
    fault: InvalidValue | None = None
    """Why it cannot be taken as it lies there."""
    is_incomplete: bool = False
    """The sender may still be writing: nothing is said of it in the first look."""
    stays: bool = False
    """It is not moved to ``failed``, because it can become right by waiting."""

    def stamp(self, file: RemoteFile) -> str:
        """The same while the file is the same."""
        fetched = self.fetched.get(file.name)
        return fetched.sha256 if fetched else self.marker_digests.get(file.name) or _unread_stamp(file)

    @property
    def fingerprint(self) -> str:
        """The same while the same lies there."""
        return ";".join(f"{file.name}={self.stamp(file)[:32]}" for file in self.files)

    @property
    def order(self) -> tuple[str, str]:
        """Master data before absence, then by the dates in the names."""
        return self.kind, "".join(_DIGITS.findall(self.name)) + self.name

    def close(self) -> None:
        """Free the disk space."""
        for fetched in self.fetched.values():
            fetched.content.close()


@dataclass(slots=True)
class _Promise:
    """A marker file, and what it says."""

    file: RemoteFile
    digest: str | None = None
    marker: Marker | None = None
    fault: InvalidValue | None = None


@dataclass(slots=True)
class Look:
    """What one look found."""

    sets: list[FileSet] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    """Files that earlier looks are done with."""
    settled: set[str] = field(default_factory=set)
    """Sets among them of which nothing is left to be done, by name."""
    may_move: bool = True


async def look_into(session: SftpSession, folder: str, done: Done, largest: int) -> Look:
    """Move what earlier looks are done with, then fetch what waits.

    Args:
        session: the connection.
        folder: holds ``waiting``.
        done: sets to be moved, as the cursor has it.
        largest: bytes of a file that is read.
    """
    look = Look()
    waiting = _below(folder, WAITING)
    files, folders = await session.list_files(waiting)
    places = [("", files)]
    for name in folders[:MOST_FOLDERS]:
        below, _ = await session.list_files(f"{waiting}/{name}")
        if not below:
            await session.remove_empty(f"{waiting}/{name}")
        places.append((f"{name}/", below))
    await _move_done(session, {file.path: file for _, listed in places for file in listed}, done, look)
    for place, listed in places:
        look.sets += await _sets_of(session, place, [file for file in listed if file.path not in look.taken])
    look.sets.sort(key=lambda each: each.order)
    try:
        for each in look.sets:
            if each.fault is None:
                await _fetch(session, each, largest)
    except BaseException:
        for each in look.sets:
            each.close()
        raise
    return look


async def _move_done(session: SftpSession, listed: dict[str, RemoteFile], done: Done, look: Look) -> None:
    """Move the sets that earlier looks are done with; where one file is another by now, it is a new set."""
    for name, files in done.items():
        there = {path: listed[path] for path in files if path in listed}
        if not all([await _is_same(session, file, files[path][1]) for path, file in there.items()]):
            look.settled.add(name)
            continue
        look.taken.update(there)
        try:
            for path in there:
                await session.move(path, files[path][0])
            look.settled.add(name)
        except MoveDenied:
            look.may_move = False


async def _is_same(session: SftpSession, file: RemoteFile, stamp: str) -> bool:
    """Whether the file is the one that was read; its content decides, as far as it was read."""
    if stamp.startswith(UNREAD):
        return stamp == _unread_stamp(file)
    fetched = await session.fetch(file, file.size)
    if fetched is None:
        return False
    fetched.content.close()
    return fetched.sha256 == stamp


def _unread_stamp(file: RemoteFile) -> str:
    return f"{UNREAD}{file.size}:{file.changed}"


async def waiting_files(session: SftpSession, folder: str) -> int:
    """How many files wait; one of them is read, so that a check shows whether they may be read at all."""
    waiting = _below(folder, WAITING)
    files, folders = await session.list_files(waiting)
    for name in folders[:MOST_FOLDERS]:
        files += (await session.list_files(f"{waiting}/{name}"))[0]
    smallest = min(files, key=lambda file: file.size, default=None)
    if smallest is not None and smallest.size <= LARGEST:
        fetched = await session.fetch(smallest, LARGEST)
        if fetched is not None:
            fetched.content.close()
    return len(files)


async def _sets_of(session: SftpSession, place: str, files: list[RemoteFile]) -> list[FileSet]:
    return _group(place, files, await _read_markers(session, files))


def target_of(folder: str, path: str, state: str) -> str:
    """The folder that a file goes to: the same place below ``imported`` or ``failed``."""
    inner = path.removeprefix(_below(folder, WAITING)).strip("/").rpartition("/")[0]
    return "/".join(part for part in (_below(folder, state), inner) if part)


def _below(folder: str, name: str) -> str:
    bare = folder.rstrip("/")
    return f"{bare}/{name}" if bare or folder.startswith("/") else name


def _group(place: str, files: list[RemoteFile], markers: dict[str, _Promise]) -> list[FileSet]:
    """The sets of one folder; *markers* by the name of the file that each is about."""
    by_name = {file.name: file for file in files if not _is_marker(file.name) and not _is_partial(file.name)}
    sets: list[FileSet] = []
    four = [by_name.pop(name) for name in tabulex.FILES if name in by_name]
    if four:
        each = FileSet(SetKind.TABULEX, f"{place}{tabulex.PUPILS}", four)
        missing = [name for name in tabulex.FILES if name not in {file.name for file in four}]
        if missing:
            each.fault = InvalidValue(missing[0], RejectionRule.INCOMPLETE_SET)
            each.is_incomplete = each.stays = True
        for name in tabulex.FILES:
            _promise(each, markers.pop(name, None))
        sets.append(each)
    for name, file in by_name.items():
        each = FileSet(_kind(name), f"{place}{name}", [file])
        promise = markers.pop(name, None)
        _promise(each, promise)
        if each.kind is SetKind.UNKNOWN:
            each.fault = InvalidValue("(file)", RejectionRule.UNKNOWN_TYPE, _ending(name))
        elif each.kind is SetKind.ABSENCE and promise is None:
            each.fault = InvalidValue(SUFFIX, RejectionRule.INCOMPLETE_SET)
            each.is_incomplete = each.stays = True
        sets.append(each)
    for promise in markers.values():
        each = FileSet(SetKind.ABSENCE, f"{place}{promise.file.name}", [])
        _promise(each, promise)
        each.is_incomplete = each.stays = each.fault is None
        each.fault = each.fault or InvalidValue("file", RejectionRule.INCOMPLETE_SET)
        sets.append(each)
    return sets


def _promise(each: FileSet, promise: "_Promise | None") -> None:
    if promise is not None:
        each.files.append(promise.file)
        if promise.digest is not None:
            each.marker_digests[promise.file.name] = promise.digest
        each.fault = each.fault or promise.fault
        if promise.marker is not None:
            each.markers[promise.marker.file] = promise.marker


async def _read_markers(session: SftpSession, files: list[RemoteFile]) -> dict[str, _Promise]:
    """What the markers of a folder say, by the file that each is about."""
    promises: dict[str, _Promise] = {}
    for file in files:
        if not _is_marker(file.name):
            continue
        promise = _Promise(file)
        fetched = await session.fetch(file, LARGEST) if file.size <= LARGEST else None
        try:
            if fetched is None:
                rule = RejectionRule.TOO_LARGE if file.size > LARGEST else RejectionRule.TRUNCATED
                raise InvalidValue("(marker)", rule)  # noqa: TRY301  told as what the values raise
            promise.digest = fetched.sha256
            promise.marker = read_marker(fetched.content.read())
        except InvalidValue as fault:
            promise.fault = fault
        finally:
            if fetched is not None:
                fetched.content.close()
        about = promise.marker.file if promise.marker else _like(_stem(file.name), files)
        promises.setdefault(about, promise)
    return promises


def _like(stem: str, files: list[RemoteFile]) -> str:
    """The file that a marker without a readable name is about: the one with its own name, as far as there is one."""
    return next(
        (file.name for file in files if stem in {file.name, _stem(file.name)} and not _is_marker(file.name)), stem
    )


async def _fetch(session: SftpSession, each: FileSet, largest: int) -> None:
    """Fetch the files of a set; what is not as its marker says becomes its fault."""
    for file in each.files:
        if _is_marker(file.name):
            continue
        if file.size > largest:
            each.fault = InvalidValue("(file)", RejectionRule.TOO_LARGE, file.size)
            return
        fetched = await session.fetch(file, largest)
        if fetched is None:
            each.fault, each.is_incomplete = InvalidValue("(file)", RejectionRule.TRUNCATED), True
            return
        each.fetched[file.name] = fetched
        if file.name in each.markers:
            try:
                each.markers[file.name].check_content(fetched.sha256)
            except InvalidValue as fault:
                each.fault = fault
                return


def _is_marker(name: str) -> bool:
    return name.lower().endswith(SUFFIX)


def _is_partial(name: str) -> bool:
    """Whether programs name a file so while they upload it."""
    return _ending(name) in {"part", "filepart", "tmp", "uploading", "crdownload"}


def _kind(name: str) -> SetKind:
    return {"csv": SetKind.ABSENCE, "xml": SetKind.WS17}.get(_ending(name), SetKind.UNKNOWN)


def _ending(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _stem(name: str) -> str:
    return name.rpartition(".")[0]
