"""A real OData server and a school's drop folder for the connectors' tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.sandbox.services import odata
from deploy.sandbox.services.artefacts import ServiceMissing
from tests.connectors.school_files import Looks, put_four
from tests.connectors.sftp_server import Drop, serving


@pytest.fixture(scope="session")
def odata_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[odata.ODataServer]:
    """SAP CAP, started once a run, on loopback. Tests empty it before they fill it."""
    folder: Path = tmp_path_factory.mktemp("odata-server")
    try:
        server = odata.start(folder)
        running = server.__enter__()
    except ServiceMissing as missing:
        pytest.skip(f"ODATA SERVER IS MISSING: {missing}")
    try:
        yield running
    finally:
        server.__exit__(None, None, None)


@pytest.fixture
def drop(tmp_path: Path) -> Iterator[Drop]:
    """A school's drop folder on an SFTP server, empty."""
    with serving(tmp_path / "drop") as served:
        yield served


@pytest.fixture
def looks(drop: Drop) -> Looks:
    """Looks into it, with pupils and classes to be read."""
    put_four(drop.waiting)
    return Looks(drop)
