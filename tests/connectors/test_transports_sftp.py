"""The SFTP transport: keys, the pinned host key, moving, and a line that breaks; against asyncssh and OpenSSH."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from connectors.errors import SourceRefused, SourceUnavailable
from connectors.retry import Stopped
from connectors.transports.sftp import SftpSession, SftpSettings, SftpTransport
from tests.connectors.sftp_server import CuttingProxy, Drop, SshKeys, asyncssh_server, openssh_server, private, public


@pytest.fixture(params=["asyncssh", "openssh"])
def drop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Drop]:
    root = tmp_path / "drop"
    (root / "waiting").mkdir(parents=True)
    keys = SshKeys()
    with ExitStack() as stack:
        server = asyncssh_server(root, keys) if request.param == "asyncssh" else openssh_server(root, tmp_path, keys)
        yield Drop(root, keys, stack.enter_context(server), stack)


def transport(drop: Drop, *, should_stop: Callable[[], bool] = lambda: False, **other: Any) -> SftpTransport:
    settings = {name: value for name, value in drop.settings(**other).items() if name != "synthetic"}
    return SftpTransport(SftpSettings.model_validate(settings), should_stop)


async def fetch_all(session: SftpSession) -> dict[str, tuple[str, bytes]]:
    files, _ = await session.list_files("waiting")
    contents = {}
    for file in files:
        fetched = await session.fetch(file, 100_000_000)
        if fetched is not None:
            with fetched.content:
                contents[fetched.name] = (fetched.sha256, fetched.content.read())
    return contents


def test_a_file_is_fetched_whole_with_its_digest(drop: Drop) -> None:
    content = bytes(range(256)) * 10_000
    (drop.waiting / "fravær.csv").write_bytes(content)
    assert transport(drop).look(fetch_all) == {"fravær.csv": (hashlib.sha256(content).hexdigest(), content)}


def test_links_hidden_files_and_folders_are_no_files(drop: Drop) -> None:
    (drop.waiting / ".hidden").write_bytes(b"x")
    (drop.waiting / "folder").mkdir()
    (drop.waiting / "link").symlink_to("/etc/passwd")

    async def visit(session: SftpSession) -> object:
        return await session.list_files("waiting")

    assert transport(drop).look(visit) == ([], ["folder"])


def test_a_file_is_moved_and_a_namesake_gets_no_harm(drop: Drop) -> None:
    async def visit(session: SftpSession) -> None:
        await session.move("waiting/a", "imported/20260309")
        await session.move("waiting/gone", "imported/20260309")

    for text in ("first", "second"):
        (drop.waiting / "a").write_text(text, "utf-8")
        transport(drop).look(visit)
    moved = drop.root / "imported" / "20260309"
    assert [(path.name, path.read_text("utf-8")) for path in sorted(moved.iterdir())] == [
        ("a", "first"),
        ("a.1", "second"),
    ]


def test_another_host_key_refuses_and_shows_both_fingerprints(drop: Drop) -> None:
    with pytest.raises(SourceRefused) as refused:
        transport(drop, host_key=public(drop.keys.other_host)).look(fetch_all)
    assert refused.value.advice == "sftp_host_key_changed"
    for key in (drop.keys.host, drop.keys.other_host):
        assert key.get_fingerprint() in str(refused.value)
    assert "host_key" in str(refused.value)


def test_a_host_key_of_another_algorithm_refuses_too(drop: Drop) -> None:
    pinned = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    with pytest.raises(SourceRefused, match=r"pinned SHA256:.*shown SHA256:"):
        transport(drop, host_key=public(pinned)).look(fetch_all)


def test_a_key_that_the_server_does_not_know_needs_a_person(drop: Drop) -> None:
    with pytest.raises(SourceRefused, match="registered") as refused:
        transport(drop, private_key=private(drop.keys.foreign)).look(fetch_all)
    assert refused.value.advice == "sftp_key_refused"


@pytest.mark.parametrize("other", [{"private_key": "no key"}, {"host_key": "ssh-ed25519 AAAA"}])
def test_a_key_that_is_none_says_which_setting(drop: Drop, other: dict[str, Any]) -> None:
    with pytest.raises(SourceRefused, match=next(iter(other))) as refused:
        transport(drop, **other).look(fetch_all)
    assert refused.value.advice == "source_settings_wrong"
    assert next(iter(other.values())) not in str(refused.value)


def test_a_folder_that_is_not_there_needs_a_person(drop: Drop) -> None:
    drop.waiting.rmdir()
    with pytest.raises(SourceRefused) as refused:
        transport(drop).look(fetch_all)
    assert refused.value.advice == "sftp_folder_refused"


@pytest.mark.parametrize("cut_after", [0, 500, 3_000, 100_000, 700_000])
def test_a_line_that_breaks_anywhere_is_tried_again_later(drop: Drop, cut_after: int) -> None:
    (drop.waiting / "big").write_bytes(b"x" * 1_000_000)
    proxy = CuttingProxy(drop.port)
    proxy.cut_after = cut_after
    with pytest.raises(SourceUnavailable) as failed:
        transport(drop, port=proxy.port).look(fetch_all)
    assert failed.value.advice == "source_unavailable"
    proxy.cut_after = None
    assert len(transport(drop, port=proxy.port).look(fetch_all)["big"][1]) == 1_000_000
    proxy.close()


def test_a_run_that_should_stop_stops_within_a_file(drop: Drop) -> None:
    (drop.waiting / "big").write_bytes(b"x" * 1_000_000)
    with pytest.raises(Stopped):
        transport(drop, should_stop=lambda: True).look(fetch_all)


def test_a_file_that_grew_since_it_was_listed_is_not_taken(drop: Drop) -> None:
    (drop.waiting / "growing").write_bytes(b"x" * 10)

    async def visit(session: SftpSession) -> object:
        files, _ = await session.list_files("waiting")
        (drop.waiting / "growing").write_bytes(b"x" * 20)
        return await session.fetch(files[0], 1000)

    assert transport(drop).look(visit) is None
