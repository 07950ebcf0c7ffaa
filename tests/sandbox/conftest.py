"""One municipality and its running servers for all tests of the sandbox that only read."""

from collections.abc import Iterator
from datetime import date

import httpx
import pytest

from deploy.sandbox.fagsystemer.process import Running, control, start
from deploy.sandbox.fagsystemer.town import Server
from deploy.sandbox.municipality.generate import generate
from deploy.sandbox.municipality.truth import Municipality

TODAY = date(2023, 9, 12)


@pytest.fixture(scope="session")
def truth() -> Municipality:
    """Four thousand people on the day of the demo."""
    return generate(4000, 7, TODAY)


@pytest.fixture(scope="session")
def shared_servers() -> Iterator[Running]:
    """All servers, a small municipality, for tests that change nothing of what is true there."""
    with start(citizens=150, seed=7, today=TODAY) as started:
        yield started


@pytest.fixture
def own_servers() -> Iterator[Running]:
    """The same, started for this test alone, which changes what is true."""
    with start(citizens=150, seed=7, today=TODAY) as started:
        yield started


@pytest.fixture
def running(request: pytest.FixtureRequest) -> Iterator[Running]:
    """The test's own servers if it asks for them; else those that it shares, which afterwards behave again."""
    if "own_servers" in request.fixturenames:
        yield request.getfixturevalue("own_servers")
        return
    shared: Running = request.getfixturevalue("shared_servers")
    yield shared
    for server in Server:
        control(shared, "DELETE", f"faults/{server}")


@pytest.fixture
def fhir(running: Running) -> Iterator[httpx.Client]:
    """A client that has logged in to the health system."""
    with httpx.Client(base_url=running.fhir_url, headers=_bearer(running, running.fhir_token_url)) as client:
        yield client


@pytest.fixture
def odata(running: Running) -> Iterator[httpx.Client]:
    """A client that has logged in to the social system."""
    with httpx.Client(base_url=running.odata_url, headers=_bearer(running, running.odata_token_url)) as client:
        yield client


def _bearer(running: Running, token_url: str) -> dict[str, str]:
    form = {
        "grant_type": "client_credentials",
        "client_id": running.client_id,
        "client_secret": running.client_secret,
    }
    token = httpx.post(token_url, data=form).raise_for_status().json()["access_token"]
    return {"Authorization": f"Bearer {token}"}
