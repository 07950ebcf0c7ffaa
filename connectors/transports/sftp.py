"""SFTP: list, fetch and move files with an SSH key and a pinned host key. The only import of asyncssh.

A look is one ``asyncio.run``: connect, do what the visit asks, disconnect; so the program stays synchronous. Files are
copied to unnamed files on disk, so a look needs little memory whatever the files' size, and nothing stays behind.
"""

import asyncio
import hashlib
import socket
import stat
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import IO, TypeVar, cast

import asyncssh
from pydantic import Field, SecretStr

from connectors.errors import ConnectorError, SourceRefused, SourceUnavailable
from connectors.retry import Retryable, RetryPolicy, Stopped, sleep_unless_stopped, with_retry
from schemas.base import Schema

CHUNK = 256 * 1024
LONGEST_NAME = 200
MOST_FILES = 10_000
_MOST_NAMESAKES = 1000
T = TypeVar("T")


class SftpSettings(Schema):
    """Where files lie, and how to log in."""

    host: str = Field(min_length=1, max_length=253, pattern=r"^[^\s/@\[\]]+$")
    port: int = Field(default=22, ge=1, le=65535)
    user: str = Field(min_length=1)
    private_key: SecretStr
    passphrase: SecretStr | None = None
    host_key: str
    timeout_seconds: float = Field(default=30, gt=0)
    """For the connection, the login, and each answer."""
    patience: RetryPolicy = RetryPolicy.BRISK


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the server lists it."""

    path: str
    name: str
    size: int
    changed: int = 0
    """Seconds since 1970, as the server says."""


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """A copy of a file, complete."""

    remote: RemoteFile
    sha256: str
    content: IO[bytes] = field(repr=False)
    """Stands at its beginning; its disk space is freed when it is closed."""

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.remote.name


class MoveDenied(Exception):
    """The server does not let us move files or make folders."""


class SftpTransport:
    """Visits an SFTP server."""

    def __init__(self, settings: SftpSettings, should_stop: Callable[[], bool] = lambda: False) -> None:
        self._settings = settings
        self._should_stop = should_stop

    def stoppable(self, should_stop: Callable[[], bool]) -> "SftpTransport":
        """The same, for one run that may be asked to stop."""
        return SftpTransport(self._settings, should_stop)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the server."""
        return self._settings.host, self._settings.port

    def connect(self) -> None:
        """Open a connection and close it; who answers is told by the login.

        Raises:
            SourceUnavailable: the server does not answer.
        """
        try:
            socket.create_connection(self.address, self._settings.timeout_seconds).close()
        except OSError:
            raise SourceUnavailable("the server does not answer", advice="connection_refused") from None

    def log_in(self) -> None:
        """Log in with key and pinned host key.

        Raises:
            SourceUnavailable: the server does not answer.
            SourceRefused: host key, key or rights are wrong.
        """

        async def only_log_in(_: "SftpSession") -> None:
            pass

        self.look(only_log_in)

    def look(self, visit: Callable[["SftpSession"], Awaitable[T]]) -> T:
        """What *visit* gives, over one connection; tried again as the settings say when the line breaks.

        Raises:
            SourceUnavailable: the server does not answer, or the line broke.
            SourceRefused: host key, key or rights are wrong.
            Stopped: the run was asked to stop.
        """

        def attempt() -> T:
            return asyncio.run(self._look(visit))

        try:
            return with_retry(
                attempt, self._settings.patience, lambda wait: sleep_unless_stopped(wait, self._should_stop)
            )
        except Retryable as failed:
            raise SourceUnavailable(str(failed)) from None

    async def _look(self, visit: Callable[["SftpSession"], Awaitable[T]]) -> T:
        try:
            connection = await self._connect()
            try:
                # A name in another encoding than UTF-8 is left alone below; it must not end the listing.
                client = await connection.start_sftp_client(path_errors="surrogateescape")
                return await visit(SftpSession(client, self._settings.timeout_seconds, self._should_stop))
            finally:
                connection.abort()
        except (ConnectorError, Stopped):
            raise
        except asyncssh.PermissionDenied:
            raise SourceRefused(
                "the server does not accept the user and key; have the public key registered there",
                advice="sftp_key_refused",
            ) from None
        except asyncssh.SFTPPermissionDenied:
            raise SourceRefused("the user may not read the folder or a file", advice="sftp_folder_refused") from None
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPNotADirectory):
            raise SourceRefused("the folder or a file is not there", advice="sftp_folder_refused") from None
        except TimeoutError:
            raise Retryable("the server did not answer in time") from None
        except (OSError, asyncssh.Error, ConnectionError) as error:
            # The text of a foreign error may hold anything; its type says enough.
            raise Retryable(f"the connection failed ({type(error).__name__})") from None

    async def _connect(self) -> asyncssh.SSHClientConnection:
        settings = self._settings
        pinned = _host_key(settings.host_key)
        host_keys = asyncssh.import_known_hosts(
            f"[{settings.host}]:{settings.port} {settings.host_key}\n{settings.host} {settings.host_key}\n"
        )
        try:
            return await asyncssh.connect(
                settings.host,
                settings.port,
                username=settings.user,
                client_keys=[_private_key(settings)],
                known_hosts=host_keys,
                config=None,
                agent_path=None,
                x509_trusted_certs=None,
                connect_timeout=settings.timeout_seconds,
                login_timeout=settings.timeout_seconds,
                keepalive_interval=settings.timeout_seconds,
                preferred_auth="publickey",
            )
        except (
            asyncssh.HostKeyNotVerifiable,
            asyncssh.KeyExchangeFailed,
            asyncssh.ConnectionLost,
            ConnectionError,
        ) as error:
            # OpenSSH hangs up on a client that trusts no kind of key that it has.
            offered = await self._offered_key()
            if offered is None or offered == pinned:
                raise Retryable(f"the connection failed ({type(error).__name__})") from None
            message = (
                f"the server shows another host key than the pinned one: pinned {pinned}, shown {offered}; "
                "ask the operator of the server whether the key was changed, and set host_key only then"
            )
            raise SourceRefused(message, advice="sftp_host_key_changed") from None

    async def _offered_key(self) -> str | None:
        """Fingerprint of the key that the server shows."""
        settings = self._settings
        try:
            async with asyncio.timeout(settings.timeout_seconds):
                key = await asyncssh.get_server_host_key(settings.host, settings.port, config=None)
        except (OSError, asyncssh.Error, TimeoutError):
            return None
        return key.get_fingerprint() if key else None


class SftpSession:
    """One connection's verbs."""

    def __init__(self, client: asyncssh.SFTPClient, timeout: float, should_stop: Callable[[], bool]) -> None:
        self._client = client
        self._timeout = timeout
        self._should_stop = should_stop

    async def list_files(self, folder: str) -> tuple[list[RemoteFile], list[str]]:
        """The files of a folder, and the names of its folders, in order of name; hidden ones are left out.

        Names that are no text, have a slash or are too long are left alone; so are links.
        """
        files: list[RemoteFile] = []
        folders: list[str] = []
        async with asyncio.timeout(self._timeout):
            async for entry in self._client.scandir(folder):
                name = str(entry.filename)
                kind = stat.S_IFMT(entry.attrs.permissions or 0)
                if name.startswith(".") or "/" in name or not name.isprintable() or len(name) > LONGEST_NAME:
                    continue
                if kind == stat.S_IFDIR:
                    folders.append(name)
                elif kind == stat.S_IFREG and len(files) < MOST_FILES:
                    files.append(
                        RemoteFile(f"{folder}/{name}", name, entry.attrs.size or 0, int(entry.attrs.mtime or 0))
                    )
        return sorted(files, key=lambda file: file.name), sorted(folders)

    async def fetch(self, file: RemoteFile, largest: int) -> FetchedFile | None:
        """A copy of the file; None when it is larger than *largest*, or its size is not what was listed.

        Raises:
            Stopped: the run was asked to stop.
        """
        content = tempfile.TemporaryFile()  # noqa: SIM115  it is handed on open
        is_kept = False
        try:
            digest, size = hashlib.sha256(), 0
            async with aclosing(self._chunks(file)) as chunks:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > min(largest, file.size):
                        break
                    digest.update(chunk)
                    content.write(chunk)
            is_kept = size == file.size
            content.seek(0)
        finally:
            if not is_kept:
                content.close()
        return FetchedFile(file, digest.hexdigest(), content) if is_kept else None

    async def _chunks(self, file: RemoteFile) -> AsyncGenerator[bytes]:
        async with self._client.open(file.path, "rb") as remote:
            while True:
                if self._should_stop():
                    raise Stopped
                async with asyncio.timeout(self._timeout):
                    chunk = await remote.read(CHUNK)
                if not chunk:
                    return
                yield cast("bytes", chunk)  # the file was opened for bytes

    async def move(self, path: str, folder: str) -> None:
        """Move a file into a folder, which is made if it is missing; a namesake there gets no harm.

        Nothing is done when the file is not there any more.

        Raises:
            MoveDenied: the server does not let us.
        """
        name = path.rpartition("/")[2]
        try:
            async with asyncio.timeout(self._timeout):
                await self._make_folders(folder)
                for number in range(_MOST_NAMESAKES):
                    target = f"{folder}/{name}.{number}" if number else f"{folder}/{name}"
                    if not await self._client.lexists(target):
                        await self._client.rename(path, target)
                        return
        except (asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath):
            return
        except (asyncssh.SFTPPermissionDenied, asyncssh.SFTPFailure, asyncssh.SFTPWriteProtect):
            raise MoveDenied from None
        raise MoveDenied

    async def remove_empty(self, folder: str) -> None:
        """Remove a folder if it is empty and we may."""
        try:
            async with asyncio.timeout(self._timeout):
                await self._client.rmdir(folder)
        except asyncssh.SFTPError:
            return

    async def _make_folders(self, folder: str) -> None:
        parts = folder.split("/")
        for count in range(1, len(parts) + 1):
            path = "/".join(parts[:count])
            if path and not await self._client.isdir(path):
                await self._client.mkdir(path)


def _host_key(text: str) -> str:
    """Fingerprint of the pinned key.

    Raises:
        SourceRefused: it is no public key.
    """
    try:
        return asyncssh.import_public_key(text).get_fingerprint()
    except (asyncssh.KeyImportError, ValueError):
        raise SourceRefused(
            "host_key is no public key; give it as ssh-keyscan writes it, without the host's name",
            advice="source_settings_wrong",
        ) from None


def _private_key(settings: SftpSettings) -> asyncssh.SSHKey:
    passphrase = settings.passphrase.get_secret_value() if settings.passphrase else None
    try:
        return asyncssh.import_private_key(settings.private_key.get_secret_value(), passphrase)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError):
        raise SourceRefused(
            "private_key cannot be read; give it in OpenSSH's form, and its passphrase if it has one",
            advice="source_settings_wrong",
        ) from None
