"""Tests of one group run in one process, so that a server they share is started once."""

import os

import pytest


@pytest.mark.xdist_group("groups")
def test_a_group_reaches_who_deals_the_tests_out(request: pytest.FixtureRequest) -> None:
    assert "PYTEST_XDIST_WORKER" not in os.environ or request.node.nodeid.endswith("@groups")
