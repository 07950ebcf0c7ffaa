"""Tests of one group run in one process, so that a server they share is started once."""

from pathlib import Path

import pytest

from tests.conftest import LONGEST

TESTS = Path(__file__).resolve().parents[1]


@pytest.mark.xdist_group("groups")
def test_a_group_reaches_who_deals_the_tests_out(request: pytest.FixtureRequest) -> None:
    is_grouped = getattr(request.config.option, "loadgroup", False)
    assert not is_grouped or request.node.nodeid.endswith("@groups")


@pytest.mark.parametrize("group", LONGEST)
def test_each_group_that_is_dealt_out_first_exists(group: str) -> None:
    named = (f'xdist_group("{group}")', f'marks("{group}")', f'group: str = "{group}"')
    assert any(name in path.read_text(encoding="utf-8") for path in TESTS.rglob("*.py") for name in named)


def test_long_groups_come_first_and_tests_without_a_group_last(request: pytest.FixtureRequest) -> None:
    marks = [each.get_closest_marker("xdist_group") for each in request.session.items]
    order = [LONGEST.index(mark.args[0]) if mark.args[0] in LONGEST else len(LONGEST) for mark in marks if mark]
    assert order == sorted(order)
    assert all(marks[: len(order)])
