"""The drop folder of the schools' administration over SFTP, with a new delivery each night of simulated time."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import asyncssh

from deploy.sandbox.fagsystemer.school_drop import write_night
from deploy.sandbox.municipality.truth import Municipality
from hub.clock import danish_day

HOST = "127.0.0.1"
LOOK_SECONDS = 30
ARCHIVE = "archive"
"""Folder beside ``waiting`` that holds the first night's files for good; nobody moves them."""


@dataclass
class SchoolServer:
    """The server and what a reader needs to know of it."""

    truth_on: Callable[[date], Municipality]
    today: date
    now: Callable[[], datetime]
    key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    host_key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    port: int = 0
    root: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="helhed-school-")))
    _stop: Event = field(default_factory=Event)
    _ready: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def start(self) -> None:
        """Write the first night's files, and serve."""
        write_night(self.truth_on(self.today), self.root / "waiting", first=True)
        shutil.copytree(self.root / "waiting", self.root / ARCHIVE / "waiting")
        for work in (lambda: asyncio.run(self._serve()), self._write_nights):
            thread = Thread(target=work, daemon=True)
            thread.start()
            self._threads.append(thread)
        self._ready.wait()

    def stop(self) -> None:
        """End it, and delete the files."""
        self._stop.set()
        for thread in self._threads:
            thread.join(5)
        shutil.rmtree(self.root, ignore_errors=True)

    def addresses(self) -> dict[str, str | int]:
        """What a reader needs."""
        return {
            "sftp_host": HOST,
            "sftp_port": self.port,
            "sftp_private_key": self.key.export_private_key().decode(),
            "sftp_host_key": self.host_key.export_public_key().decode().strip(),
        }

    async def _serve(self) -> None:
        authorized = asyncssh.import_authorized_keys(self.key.export_public_key().decode())
        server = await asyncssh.listen(
            HOST,
            self.port,
            server_host_keys=[self.host_key],
            authorized_client_keys=authorized,
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=os.fsencode(self.root)),
        )
        self.port = server.get_port()
        self._ready.set()
        while not self._stop.is_set():
            await asyncio.to_thread(self._stop.wait)
        server.close()

    def _write_nights(self) -> None:
        """One delivery for each day that has begun since."""
        while not self._stop.wait(LOOK_SECONDS):
            while self.today < danish_day(self.now()):
                self.today += timedelta(days=1)
                write_night(self.truth_on(self.today), self.root / "waiting", first=False)
