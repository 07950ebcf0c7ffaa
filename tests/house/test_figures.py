"""Every figure is explained to the operator, and every alert asks for figures that exist."""

import re
from pathlib import Path

import pytest
from prometheus_client import Counter, Gauge, Histogram

from hub import metrics
from hub.indexing.serving import ServedFrom
from hub.metrics import gauges
from hub.sources.health import FAILED_OUTCOMES, RunOutcome

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/operation.md").read_text(encoding="utf-8")
RUNBOOK = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
ALERTS = (ROOT / "deploy/prometheus-alerts.yml").read_text(encoding="utf-8")
DASHBOARD = (ROOT / "deploy/grafana-dashboard.json").read_text(encoding="utf-8")
FIGURES = {
    name: one for name, one in (vars(metrics) | vars(gauges)).items() if isinstance(one, Counter | Gauge | Histogram)
}
NEVER_A_LABEL = {"citizen", "citizen_id", "actor", "actor_id", "path", "query", "key", "id"}


def told_as(figure: Counter | Gauge | Histogram) -> str:
    (family,) = figure.describe()
    return f"{family.name}_total" if isinstance(figure, Counter) else str(family.name)


def asked_for(text: str) -> set[str]:
    return set(re.findall(r"helhed_[a-z_]+", text))


@pytest.mark.parametrize("figure", FIGURES.values(), ids=FIGURES.keys())
def test_every_figure_stands_in_the_page_with_its_labels(figure: Counter | Gauge | Histogram) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{told_as(figure)}`")]
    labels = re.search(r"` \{([a-z, ]+)\}", row)
    assert set(labels.group(1).split(", ") if labels else ()) == set(figure._labelnames)


def test_no_figure_is_named_for_a_person() -> None:
    assert not NEVER_A_LABEL.intersection(label for one in FIGURES.values() for label in one._labelnames)


def test_the_page_and_the_alerts_name_no_figure_that_is_not_there() -> None:
    existing = {
        name + ending
        for one in FIGURES.values()
        for name in [told_as(one)]
        for ending in (("", "_bucket", "_count", "_sum") if isinstance(one, Histogram) else ("",))
    }
    assert asked_for(ALERTS) <= existing
    assert asked_for(DASHBOARD) <= existing
    assert asked_for(PAGE) - {"helhed_metrics_token"} <= existing


def test_every_alert_says_when_how_bad_and_what_to_do() -> None:
    first, *alerts = ALERTS.split("      - alert: ")
    assert first.endswith("    rules:\n")
    for alert in alerts:
        name, *lines = alert.splitlines()
        assert re.fullmatch(r"Helhed[A-Za-z]+", name)
        keys = [line.strip().split(":")[0] for line in lines if re.match(r" {8}[a-z]", line)]
        assert keys in (["expr", "for", "labels", "annotations"], ["expr", "labels", "annotations"]), name
        assert re.search(r"labels: \{severity: (page|ticket)\}", alert), name
        assert re.search(r"\n {10}summary: [A-Z][^:#]+\.\n", alert), name
        assert f"\n          runbook: docs/runbook.md#{name.lower()}\n" in alert, name
        assert alert.count("(") == alert.count(")"), name


def test_every_alert_has_its_entry_which_says_how_to_know_that_it_is_over() -> None:
    entries = dict(re.findall(r"^## (\w+)\n(.*?)(?=^#|\Z)", RUNBOOK, re.MULTILINE | re.DOTALL))
    assert sorted(entries) == sorted(re.findall(r"- alert: (\w+)", ALERTS))
    for name, entry in entries.items():
        parts = re.findall(r"^- \*\*([\w ]+)\*\*: \S", entry, re.MULTILINE)
        assert parts in (["Seen", "Why", "Do", "Over", "Played"], ["Seen", "Why", "Do", "Over", "Not played"]), name


def test_every_loop_that_reports_each_round_is_watched_for_silence() -> None:
    loops = {
        name: "may_rest=True" in rest
        for path in (ROOT / "hub/worker").glob("*.py")
        for name, rest in re.findall(r'\bLoop\(name="([a-z.]+)"(.*)', path.read_text(encoding="utf-8"))
    }
    (watched,) = re.findall(r'success_timestamp_seconds\{loop=~"([^"]+)"\}', ALERTS)
    assert {name for name in loops if re.fullmatch(watched, name)} == {
        name for name, rests in loops.items() if not rests
    }


def test_alerts_ask_for_outcomes_and_origins_that_there_are() -> None:
    (outcomes,) = re.findall(r'outcome=~"([^"]+)"', ALERTS)
    assert set(outcomes.split("|")) == FAILED_OUTCOMES - {RunOutcome.UNAVAILABLE}
    (entry,) = re.findall(r"^## HelhedNotServedFromIndex\n(.*?)^#", RUNBOOK, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"`(store_\w+)`", entry)) == set(ServedFrom) - {ServedFrom.INDEX}
