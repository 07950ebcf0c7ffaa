"""Tests of one group run in one process, so that a server they share is started once."""

import pytest
from xdist import is_xdist_worker


@pytest.mark.xdist_group("groups")
def test_a_group_reaches_who_deals_the_tests_out(request: pytest.FixtureRequest) -> None:
    assert not is_xdist_worker(request) or request.node.nodeid.endswith("@groups")
