"""A real OData server for the connectors' tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.sandbox.services import odata
from deploy.sandbox.services.artefacts import ServiceMissing


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
