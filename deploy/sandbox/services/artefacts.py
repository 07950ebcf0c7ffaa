"""Java archives as ``artefacts.toml`` locks them: exact coordinates, each with its SHA-256.

``python -m deploy.sandbox.services.artefacts`` resolves the endpoints in that file anew and writes the rest of it.
"""

import hashlib
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jgo
from jgo.maven import MavenContext

LOCK = Path(__file__).with_name("artefacts.toml")
_AT_ONCE = 8
_PATIENCE = 60
"""Seconds for one archive."""
_LARGE_PATIENCE = 600
"""Seconds for a whole program."""


class ServiceMissing(Exception):
    """A service cannot be had on this machine; the message says why and what to do."""


def classpath(service: str) -> str:
    """The archives of *service* (``kafka``, ``opensearch``) as a Java class path; fetched where they are missing.

    Raises:
        ServiceMissing: an archive cannot be fetched, or is not the one that was locked.
    """
    locked: dict[str, str] = tomllib.loads(LOCK.read_text(encoding="utf-8"))[service]["archives"]
    context = MavenContext(timeout=_PATIENCE)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        return ":".join(threads.map(lambda archive: str(_fetched(context, *archive)), locked.items()))


def package(service: str) -> Path:
    """The one archive (a ZIP file) of *service* (``keycloak``); fetched where it is missing.

    Raises:
        ServiceMissing: as above.
    """
    locked = tomllib.loads(LOCK.read_text(encoding="utf-8"))[service]
    context = MavenContext(timeout=_LARGE_PATIENCE)
    return _fetched(context, locked["package"], locked["sha256"], packaging="zip")


def _fetched(context: MavenContext, coordinate: str, digest: str, packaging: str = "jar") -> Path:
    group, artefact, version = coordinate.split(":")
    try:
        project = context.project(group, artefact).at_version(version)
        path: Path = project.artifact(packaging=packaging).resolve()
    except Exception as error:
        why = f"{coordinate} cannot be fetched ({type(error).__name__}); is Maven's registry reached from here?"
        raise ServiceMissing(why) from error
    if (digest_of_file := _sha256(path)) != digest:
        path.unlink()  # or it would be found again
        raise ServiceMissing(
            f"{coordinate} is not the archive that was locked: {digest_of_file[:12]}… for {digest[:12]}…"
        )
    return path


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Choose the archives anew and lock them."""
    services = tomllib.loads(LOCK.read_text(encoding="utf-8"))
    lines = [
        "# Versions, and what they need, with checksums. Written by: python -m deploy.sandbox.services.artefacts\n"
    ]
    for service, locked_service in services.items():
        if coordinate := locked_service.get("package"):
            group, artefact, version = coordinate.split(":")
            project = MavenContext(timeout=_LARGE_PATIENCE).project(group, artefact).at_version(version)
            digest = _sha256(project.artifact(packaging="zip").resolve())
            lines.append(f'\n[{service}]\npackage = "{coordinate}"\nsha256 = "{digest}"\n')
            continue
        # Archives with a classifier are native HTTP/3 for five platforms; HTTP/1.1 is all that is spoken here.
        archives = [archive for archive in jgo.resolve("+".join(locked_service["endpoints"])) if not archive.classifier]
        lines += [
            f"\n[{service}]\nendpoints = [\n",
            *(f'    "{endpoint}",\n' for endpoint in locked_service["endpoints"]),
            "]\n",
        ]
        lines.append(f"\n[{service}.archives]\n")
        lines += [
            f'"{archive.groupId}:{archive.artifactId}:{archive.version}" = "{_sha256(archive.resolve())}"\n'
            for archive in archives
        ]
    LOCK.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
