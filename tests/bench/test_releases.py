"""The table of two releases beside each other."""

from tests.bench.releases import table


def test_a_line_tells_both_releases_the_run_before_and_whether_the_goal_is_met() -> None:
    name = "JSON: processor time, web, ms"
    *_, line = table({name: 1.5}, {name: 6.0}, {name: 1234.0})
    assert line == f"| {name} | 6.00 | 1.50 | 0.25 | 1,234 | ≤ 2 met |"


def test_what_only_this_release_measures_has_no_ratio() -> None:
    *_, line = table({"something new, ms": 3.0}, {}, {})
    assert line == "| something new, ms |  | 3.00 |  |  |  |"
