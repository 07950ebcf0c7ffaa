"""One machine, compose and the chart start the same processes: the same commands, asked for health the same way."""

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.deploy.test_chart import SETS, pods

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SERVICES = yaml.safe_load((DEPLOY / "compose/compose.yaml").read_text("utf-8"))["services"]
COMMANDS = ("migrate", "serve", "worker", "listen", "backup")
ANSWERS = ("serve", "worker")
"""Those that answer ``/health/ready``."""


@pytest.fixture(scope="module")
def of_the_chart() -> dict[str, str]:
    """The containers of Helhed that the chart makes, as JSON by their command."""
    containers = [one for name in SETS for _, pod in pods(name) for one in pod["spec"]["containers"]]
    return {one["args"][0]: json.dumps(one) for one in containers if one["name"] == "helhed"}


def test_each_starts_the_same_commands(of_the_chart: dict[str, str]) -> None:
    units = "".join(path.read_text("utf-8") for path in (DEPLOY / "systemd").glob("*.service"))
    of_units = re.findall(r"^ExecStart=/opt/helhed/bin/helhed (.+)$", units, re.MULTILINE)
    of_compose = [service["command"] for service in SERVICES.values() if "HELHED_SECRETS_DIR" in str(service)]
    assert set(of_chart := of_the_chart) == set(COMMANDS), of_chart
    assert set(of_units) == {*COMMANDS, "check", "backup forgotten"}
    assert sorted(map(str, of_compose)) == sorted(str([command]) for command in (*COMMANDS, "check"))


@pytest.mark.parametrize("command", ANSWERS)
def test_each_is_asked_for_its_health_the_same_way(command: str, of_the_chart: dict[str, str]) -> None:
    (service,) = (one for one in SERVICES.values() if one.get("command") == [command])
    assert "/health/ready" in service["healthcheck"]["test"][-1]
    assert '"path": "/health/ready"' in of_the_chart[command]


def test_the_image_of_postgresql_lets_backups_be_taken_from_another_container() -> None:
    line = "host replication postgres all scram-sha-256"
    assert line in (DEPLOY / "compose/roles.sh").read_text("utf-8")
    assert line in (DEPLOY / "chart/templates/engines.yaml").read_text("utf-8")
