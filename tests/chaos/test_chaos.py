"""Kills of anything in the first load: nothing lost, nothing twice. Nights of four sources stand in ``make chaos``."""

import pytest

from deploy.sandbox.services.artefacts import ServiceMissing
from tests.chaos.harness import run

KILLS = 20
CITIZENS = 300


@pytest.mark.xdist_group("chaos")
def test_killed_again_and_again_it_ends_with_what_the_sources_say() -> None:
    try:
        report = run(kills=KILLS, citizens=CITIZENS, brokers=1, nodes=1, seed=11)
    except ServiceMissing as error:
        pytest.skip(f"KAFKA OR OPENSEARCH IS MISSING: {error}")
    assert sum(report.kills.values()) == KILLS
    assert report.is_whole, report
    assert report.shown
