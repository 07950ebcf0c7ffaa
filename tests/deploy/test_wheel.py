"""The wheel, installed without the checkout, has its command, the migrations, a page and what a page loads."""

import os
import re
import site
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

import hub
from tests.hub.test_cli_serve import free_port, is_there
from tests.hub.test_worker import until

pytestmark = pytest.mark.xdist_group("wheel")

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("connectors", "helhed_verify", "hub", "schemas", "search")
PATIENCE = 180.0
"""Seconds: the first command of a new environment compiles everything."""
KEY = "only-for-tests-only-for-tests-only"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as ``make package`` builds it."""
    folder = tmp_path_factory.mktemp("dist")
    build = "from hatchling.build import build_wheel; import sys; print(build_wheel(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", build, str(folder)], cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment with this wheel, and with the locked packages of the tests' environment."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    python = folder / "bin/python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*install, str(wheel)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    # A path in a .pth file is searched, and the .pth files in it are not read: the checkout stays out.
    (packages / "locked.pth").write_text("\n".join(site.getsitepackages()))
    return folder / "bin"


@pytest.fixture(scope="module")
def empty_database(postgres: URL, administrator: Connection) -> Iterator[str]:
    """A database without tables."""
    administrator.execute(text("CREATE DATABASE test_wheel"))
    yield postgres.set(database="test_wheel", drivername="postgresql").render_as_string(hide_password=False)
    administrator.execute(text("DROP DATABASE test_wheel"))


def environment(**settings: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | settings


def test_everything_in_the_packages_is_in_the_wheel(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    left_out = {"__pycache__", "node_modules", "vendor"}
    files = (path for package in PACKAGES for path in (ROOT / package).rglob("*") if path.is_file())
    there = {str(path.relative_to(ROOT)) for path in files if not left_out.intersection(path.parts)}
    assert there == {name for name in names if "/vendor/" not in name}
    assert not [name for name in names if "axe-core" in name]


def test_the_wheel_says_what_it_consists_of_and_has_its_version(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if re.search(r"\.dist-info/sboms/.*\.cdx\.json$", name)]
    assert wheel.name.startswith(f"helhed-{hub.__version__}-")


def test_an_installed_helhed_migrates_and_serves(installed: Path, empty_database: str, tmp_path: Path) -> None:
    port = free_port()
    settings = environment(
        HELHED_DATABASE_URL=empty_database,
        HELHED_SESSION_KEY=KEY,
        HELHED_DIGEST_KEY=KEY,
        HELHED_DEMO="true",
        HELHED_PORT=str(port),
    )

    def run(*command: str) -> str:
        return subprocess.run(
            command, cwd=tmp_path, env=settings, check=True, capture_output=True, text=True, timeout=PATIENCE
        ).stdout

    helhed = str(installed / "helhed")
    assert Path(run(str(installed / "python"), "-c", "import hub; print(hub.__file__)")).is_relative_to(
        installed.parent
    )
    assert run(helhed, "--version").strip() == f"helhed {hub.__version__}"
    assert "migrate" in run(helhed, "--help")
    run(helhed, "migrate")
    with subprocess.Popen([helhed, "serve"], cwd=tmp_path, env=settings, stderr=subprocess.DEVNULL) as serving:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
                until(lambda: is_there(client), PATIENCE)
                page = client.get("/log-ind")
                assert page.status_code == 200
                for address in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text):
                    assert client.get(address).status_code == 200, address
        finally:
            serving.terminate()
