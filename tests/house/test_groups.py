"""Tests of one group run in one process, so that a server they share is started once."""

import pytest


@pytest.mark.xdist_group("groups")
def test_a_group_reaches_who_deals_the_tests_out(request: pytest.FixtureRequest) -> None:
    is_grouped = getattr(request.config.option, "loadgroup", False)
    assert not is_grouped or request.node.nodeid.endswith("@groups")
