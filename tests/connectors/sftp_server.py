"""SFTP servers for tests: asyncssh in a thread, OpenSSH in a process, and a proxy that breaks the line."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import asyncssh
import pytest

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/sbin:/usr/bin")
HOST = "127.0.0.1"


@dataclass
class SshKeys:
    """The keys of one test: ours, a foreign one, and two of hosts."""

    own: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    foreign: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    host: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    other_host: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))


def private(key: asyncssh.SSHKey) -> str:
    """As settings have it."""
    return key.export_private_key().decode()


def public(key: asyncssh.SSHKey) -> str:
    """As settings have it."""
    return key.export_public_key().decode().strip()


@contextmanager
def asyncssh_server(root: Path, keys: SshKeys, host_key: asyncssh.SSHKey | None = None) -> Iterator[int]:
    """An SFTP server whose root is the folder; gives its port."""
    ready = Event()
    box: dict[str, Any] = {}

    async def serve() -> None:
        box["loop"], box["stop"] = asyncio.get_running_loop(), asyncio.Event()
        authorized = asyncssh.import_authorized_keys(public(keys.own) + "\n")
        server = await asyncssh.listen(
            HOST,
            0,
            server_host_keys=[host_key or keys.host],
            authorized_client_keys=authorized,
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=os.fsencode(root)),
        )
        box["port"] = server.get_port()
        ready.set()
        await box["stop"].wait()
        server.close()
        await server.wait_closed()

    thread = Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield int(box["port"])
    finally:
        box["loop"].call_soon_threadsafe(box["stop"].set)
        thread.join(10)


@contextmanager
def openssh_server(root: Path, folder: Path, keys: SshKeys) -> Iterator[int]:
    """OpenSSH's own server, which lands in *root*; skips loudly where it is missing."""
    if SSHD is None:
        pytest.skip("OPENSSH'S SERVER IS MISSING: apt-get install openssh-server")
    with suppress(OSError):
        Path("/run/sshd").mkdir(exist_ok=True)
    port = free_port()
    host_key, authorized, conf = folder / "host_key", folder / "authorized_keys", folder / "sshd_config"
    keys.host.write_private_key(host_key)
    host_key.chmod(0o600)
    authorized.write_text(public(keys.own) + "\n", encoding="utf-8")
    conf.write_text(
        f"Port {port}\nListenAddress {HOST}\nHostKey {host_key}\nAuthorizedKeysFile {authorized}\n"
        f"AuthenticationMethods publickey\nUsePAM no\nStrictModes no\nPidFile none\n"
        f"Subsystem sftp internal-sftp\nForceCommand internal-sftp -d {root}\n",
        encoding="utf-8",
    )
    with subprocess.Popen(
        [SSHD, "-D", "-e", "-f", str(conf)], stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            wait_until_open(port)
            yield port
        finally:
            process.terminate()


class CuttingProxy:
    """Passes a connection on, and cuts it after so many bytes from the server."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.cut_after: int | None = None
        """None: never."""
        self.answer: bytes | None = None
        """Sent instead of the server's answers."""
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept nothing more."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            if self.answer is not None:
                client.sendall(self.answer)
                return
            if self.cut_after == 0:
                return
            with socket.create_connection((HOST, self.target)) as server:
                for each in (client, server):  # or what comes in small pieces waits 40 ms for an acknowledgement
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                Thread(target=_copy, args=(client, server, None), daemon=True).start()
                _copy(server, client, self.cut_after)


def _copy(source: socket.socket, target: socket.socket, limit: int | None) -> None:
    passed = 0
    with suppress(OSError):
        while data := source.recv(16384):
            if limit is not None and passed + len(data) > limit:
                target.sendall(data[: limit - passed])
                break
            target.sendall(data)
            passed += len(data)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as tried:
        tried.bind((HOST, 0))
        return int(tried.getsockname()[1])


def wait_until_open(port: int) -> None:
    """Wait until something listens on the port."""
    for _ in range(200):
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        Event().wait(0.05)
    msg = "the server did not start"
    raise RuntimeError(msg)


@dataclass
class Drop:
    """A drop folder on a running server, and how to reach it."""

    root: Path
    keys: SshKeys
    port: int
    stack: ExitStack

    @property
    def waiting(self) -> Path:
        return self.root / "waiting"

    def settings(self, **other: Any) -> dict[str, Any]:
        """Settings of a connector that reads it."""
        return {
            "host": HOST,
            "port": self.port,
            "user": "root" if os.getuid() == 0 else os.environ.get("USER", "helhed"),
            "private_key": private(self.keys.own),
            "host_key": public(self.keys.host),
            "patience": "never",
            "timeout_seconds": 10,
            "synthetic": True,
            **other,
        }


@contextmanager
def serving(root: Path) -> Iterator[Drop]:
    """A drop folder served by asyncssh."""
    (root / "waiting").mkdir(parents=True)
    keys = SshKeys()
    with ExitStack() as stack:
        yield Drop(root, keys, stack.enter_context(asyncssh_server(root, keys)), stack)
