"""The drop folder of the schools' administration over SFTP, with a new delivery each night of simulated time."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import asyncssh

from deploy.sandbox.fagsystemer.faults import Fault, Faults, Order
from deploy.sandbox.fagsystemer.school_drop import write_night
from deploy.sandbox.municipality.truth import Municipality

HOST = "127.0.0.1"
ARCHIVE = "archive"
"""Folder beside ``waiting`` that holds a copy of every night's files for good; nobody moves them."""
OF_NIGHTS = frozenset({Fault.LYING_MARKER, Fault.HTML, Fault.EMPTY})
OF_FILES = frozenset({Fault.SLOW, Fault.CUT, Fault.UNAVAILABLE})
READ_SIZE = 512
"""Bytes of a file that are sent before the connection is cut."""


@dataclass
class SchoolServer:
    """The server and what a reader needs to know of it."""

    key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    host_key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    port: int = 0
    root: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="helhed-school-")))
    faults: Faults = field(default_factory=Faults)
    _acceptor: Any = None
    _stop: Event = field(default_factory=Event)
    _ready: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def start(self, truth: Municipality) -> None:
        """Write the first night's files, and serve."""
        self._write(truth, first=True)
        self._thread = Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """End it, and delete the files."""
        self._stop.set()
        if self._thread:
            self._thread.join(5)
        shutil.rmtree(self.root, ignore_errors=True)

    def show(self, truth: Municipality) -> None:
        """Deliver the files of the night before *truth*'s day."""
        self._write(truth, first=False)

    def order(self, order: Order) -> None:
        """Misbehave from now on."""
        if order.kind is Fault.WRONG_HOST_KEY:
            self._acceptor.update(server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")])
        else:
            self.faults.order(order)

    def behave(self) -> None:
        """End all misbehaviour."""
        self.faults.end()
        self._acceptor.update(server_host_keys=[self.host_key])

    def addresses(self) -> dict[str, str | int]:
        """What a reader needs."""
        return {
            "sftp_host": HOST,
            "sftp_port": self.port,
            "sftp_private_key": self.key.export_private_key().decode(),
            "sftp_host_key": self.host_key.export_public_key().decode().strip(),
        }

    def _write(self, truth: Municipality, *, first: bool) -> None:
        order = self.faults.take("/", OF_NIGHTS)
        night = f"{truth.today:%Y%m%d}"
        archive = self.root / ARCHIVE / "waiting"
        write_night(truth, archive, first=first, fault=order.kind if order else None)
        # Moved into place in one go: a reader never meets half a night.
        unfinished = self.root / f"{night}.unfinished"
        shutil.copytree(archive / night, unfinished, copy_function=os.link)
        (self.root / "waiting").mkdir(exist_ok=True)
        unfinished.rename(self.root / "waiting" / night)

    async def _serve(self) -> None:
        authorized = asyncssh.import_authorized_keys(self.key.export_public_key().decode())
        self._acceptor = await asyncssh.listen(
            HOST,
            self.port,
            server_host_keys=[self.host_key],
            authorized_client_keys=authorized,
            sftp_factory=lambda channel: _FaultyFiles(channel, self.root, self.faults),
        )
        self.port = self._acceptor.get_port()
        self._ready.set()
        while not self._stop.is_set():
            await asyncio.to_thread(self._stop.wait)
        self._acceptor.close()


class _FaultyFiles(asyncssh.SFTPServer):
    """Files below a folder; listing and opening go wrong when they were told to."""

    def __init__(self, channel: Any, root: Path, faults: Faults) -> None:
        super().__init__(channel, chroot=os.fsencode(root))
        self._faults = faults
        self._is_cut = False

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """List a folder."""
        await self._misbehave({Fault.UNAVAILABLE})
        async for name in super().scandir(path):
            yield name

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open a file."""
        await self._misbehave(OF_FILES)
        return super().open(path, pflags, attrs)

    def read(self, file_obj: object, offset: int, size: int) -> Any:
        """Read from a file."""
        if self._is_cut and offset >= READ_SIZE:
            self.connection.abort()
        return super().read(file_obj, offset, READ_SIZE if self._is_cut else size)

    async def _misbehave(self, kinds: "set[Fault] | frozenset[Fault]") -> None:
        order = self._faults.take("/", kinds)
        if order is None:
            return
        if order.kind is Fault.UNAVAILABLE:
            msg = "the server is being serviced"
            raise asyncssh.SFTPFailure(msg)
        if order.kind is Fault.SLOW:
            await asyncio.sleep(order.seconds)
        self._is_cut = order.kind is Fault.CUT
