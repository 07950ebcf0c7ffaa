"""Kills of anything in the first load and of workers in a night: nothing lost, nothing twice, nothing left over."""

import pytest

from deploy.sandbox.services.artefacts import ServiceMissing
from tests.chaos.harness import run
from tests.chaos.nightly import run_nights

KILLS = 10
CITIZENS = 60


@pytest.mark.xdist_group("kills")
def test_killed_again_and_again_it_ends_with_what_the_sources_say() -> None:
    try:
        report = run(kills=KILLS, citizens=CITIZENS, brokers=1, nodes=1, seed=11)
    except ServiceMissing as error:
        pytest.skip(f"KAFKA OR OPENSEARCH IS MISSING: {error}")
    assert sum(report.kills.values()) == KILLS
    assert report.is_whole, report
    assert report.shown
    assert report.told


@pytest.mark.xdist_group("nights")
def test_workers_killed_in_a_night_of_all_four_sources_leave_what_the_sources_say() -> None:
    try:
        report = run_nights(kills=4, citizens=120, seed=3)
    except ServiceMissing as error:
        pytest.skip(f"KAFKA OR OPENSEARCH IS MISSING: {error}")
    assert set(report.statements) == {"health", "social", "school", "employment"}
    assert report.is_whole, report
