"""One whole Helhed for all tests that take a part away from it, each engine on a disk of its own that can be filled."""

import errno
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from deploy.sandbox.services.artefacts import ServiceMissing
from hub.indexing.comparison import compare
from tests.chaos.harness import is_at_rest, parts_of, wait_until
from tests.chaos.outage import CITIZENS
from tests.chaos.stage import Stage, staged
from tests.fagsystemer import truth
from tests.forking import is_up

DISKS = {"postgres": "600m", "kafka": "300m", "opensearch": "300m"}
"""How large each engine's disk is: some times what sixty citizens need."""
STEP = 4 << 20


class Disk:
    """The disk of one engine; without the right to mount one it is that of the machine, which nobody fills."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, *, leave: int = 0) -> None:
        """Write until nothing goes in any more, then give *leave* bytes back."""
        if not self.folder.is_mount():
            pytest.skip("NO RIGHT TO MOUNT A DISK OF ITS OWN: run as root where mount is allowed")
        with self._ballast.open("ab", buffering=0) as ballast:
            size = STEP
            while size >= 512:
                try:
                    ballast.write(b"\0" * size)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    size //= 2
            ballast.truncate(max(0, ballast.tell() - leave))

    def clear(self) -> None:
        """Give back all of it."""
        self._ballast.unlink(missing_ok=True)


@contextmanager
def _mounted(folder: Path) -> Iterator[None]:
    with ExitStack() as stack:
        for name, size in DISKS.items():
            place = folder / name
            place.mkdir()
            mount = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "tmpfs", str(place)]
            try:
                done = subprocess.run(mount, check=False, capture_output=True).returncode
            except FileNotFoundError:
                continue
            if done == 0:
                unmount = ["umount", "--lazy", str(place)]
                stack.callback(subprocess.run, unmount, check=False, capture_output=True)
        yield


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    """All citizens in, on one broker and one node."""
    try:
        with staged(citizens=CITIZENS, seed=5, brokers=1, nodes=1, prepare=_mounted) as result:
            for worker in result.workers:
                worker.start()
            expected = len(truth(result.sources))
            context = parts_of(result)
            wait_until(
                lambda: is_at_rest(context, expected) and not compare(context.database, context.index).differences
            )
            context.close()
            wait_until(lambda: all(httpx.get(f"{one}/health/ready").is_success for one in result.addresses))
            wait_until(lambda: all(is_up(each.port) for each in result.workers))
            yield result
    except ServiceMissing as error:
        pytest.skip(f"KAFKA OR OPENSEARCH IS MISSING: {error}")


@pytest.fixture
def disks(stage: Stage) -> Iterator[dict[str, Disk]]:
    """The disks by the engine on it, emptied of ballast afterwards."""
    result = {name: Disk(stage.folder / name) for name in DISKS}
    yield result
    for disk in result.values():
        disk.clear()
