"""``helhed check``: what each fact means (pure), and a whole installation against the real engines."""

import logging
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from typer.testing import CliRunner

from hub.bus.base import BusState, TopicState
from hub.cli import app
from hub.db import Database
from hub.embedded import APPLICATION
from hub.operation.health import SCHEMA
from hub.preflight import rules
from hub.preflight.certificates import Endpoint, check_certificates, endpoints
from hub.preflight.rules import Finding, ServerFacts, Status
from hub.preflight.service import check_receivers, check_secret_files
from hub.services import build_services
from hub.settings import Settings
from schemas.access import Role
from search.base import IndexState
from tests.receivers import mail_server, receiving

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SERVER = ServerFacts(
    version="18.1",
    major=18,
    encoding="UTF8",
    fsync=True,
    full_page_writes=True,
    archives=True,
    standbys=1,
    is_in_recovery=False,
    is_encrypted=True,
    connections=10,
    max_connections=100,
    now=NOW,
)
KAFKA = BusState(
    engine="Kafka", version="4.1", nodes=3, topics={"t": TopicState(partitions=8, copies=3, current_copies=3)}
)
INDEX = IndexState(engine="OpenSearch", version="3.8.0", nodes=3, is_there=True, free_share=0.5)
SEVERITY = list(Status)


@pytest.fixture
def log_as_before() -> Iterator[None]:
    """The command sets up the log of its process."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def worst(findings: list[Finding]) -> Status:
    return max((finding.status for finding in findings), key=SEVERITY.index)


def says_what_to_do(finding: Finding) -> bool:
    return (finding.status is Status.OK) == (not finding.advice)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, Status.OK),
        ({"major": 15}, Status.FAILED),
        ({"encoding": "SQL_ASCII"}, Status.FAILED),
        ({"fsync": False}, Status.FAILED),
        ({"full_page_writes": False}, Status.FAILED),
        ({"is_in_recovery": True}, Status.FAILED),
        ({"connections": 90}, Status.WARNING),
        ({"is_encrypted": False}, Status.WARNING),
        ({"archives": False, "standbys": 0}, Status.WARNING),
        ({"archives": False}, Status.OK),
    ],
)
def test_the_server_of_the_database(change: dict[str, object], status: Status) -> None:
    findings = rules.judge_server(SERVER._replace(**change), is_local=False)  # type: ignore[arg-type]
    assert worst(findings) is status
    assert all(map(says_what_to_do, findings))


def test_a_connection_inside_the_machine_needs_no_encryption() -> None:
    assert worst(rules.judge_server(SERVER._replace(is_encrypted=False), is_local=True)) is Status.OK


@pytest.mark.parametrize(
    ("topic_state", "nodes", "copies", "status"),
    [
        (TopicState(partitions=8, copies=3, current_copies=3), 3, 3, Status.OK),
        (TopicState(partitions=8, copies=3, current_copies=2), 3, 3, Status.WARNING),
        (TopicState(partitions=8, copies=1, current_copies=1), 3, 3, Status.WARNING),
        (TopicState(partitions=4, copies=3, current_copies=3), 3, 3, Status.WARNING),
        (None, 3, 3, Status.WARNING),
        (TopicState(partitions=8, copies=1, current_copies=1), 1, 1, Status.WARNING),
        (TopicState(partitions=8, copies=1, current_copies=1), 1, 3, Status.FAILED),
    ],
)
def test_partitions_and_copies_of_kafka(
    topic_state: TopicState | None, nodes: int, copies: int, status: Status
) -> None:
    state = KAFKA.model_copy(update={"nodes": nodes, "topics": {"t": topic_state} if topic_state else {}})
    findings = rules.judge_bus(state, ["t"], partitions=8, copies=copies)
    assert worst(findings) is status
    assert all(map(says_what_to_do, findings))


def test_the_embedded_bus_has_its_copies_from_postgresql() -> None:
    state = BusState(engine="PostgreSQL", version="18.1", topics={"t": TopicState(partitions=8)})
    assert worst(rules.judge_bus(state, ["t"], partitions=8, copies=1)) is Status.OK


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, Status.OK),
        ({"version": "2.19.0"}, Status.WARNING),
        ({"version": "3.8.0, 2.19.0"}, Status.WARNING),
        ({"copies_missing": 2}, Status.WARNING),
        ({"data_missing": True}, Status.FAILED),
        ({"is_there": False}, Status.WARNING),
        ({"free_share": 0.1}, Status.WARNING),
        ({"free_share": 0.04}, Status.FAILED),
    ],
)
def test_the_index(change: dict[str, object], status: Status) -> None:
    findings = rules.judge_index(INDEX.model_copy(update=change))
    assert worst(findings) is status
    assert all(map(says_what_to_do, findings))


@given(st.floats(-3600, 3600))
def test_clocks_are_judged_alike_in_both_directions_and_never_milder_when_further_apart(seconds: float) -> None:
    status = rules.judge_clock(timedelta(seconds=seconds)).status
    assert status is rules.judge_clock(timedelta(seconds=-seconds)).status
    assert SEVERITY.index(rules.judge_clock(timedelta(seconds=2 * seconds)).status) >= SEVERITY.index(status)
    assert (status is Status.FAILED) == (abs(timedelta(seconds=seconds)) >= timedelta(minutes=1))


@given(st.integers(-400, 400), st.booleans())
def test_a_certificate_fails_when_it_ended_and_warns_before(days: int, is_ours: bool) -> None:
    finding = rules.judge_certificate("X", NOW + timedelta(days=days), NOW, days=30, is_ours=is_ours)
    if days <= 0:
        assert finding.status is (Status.FAILED if is_ours else Status.WARNING)
    else:
        assert finding.status is (Status.WARNING if days < 30 else Status.OK)


def test_tables_of_an_older_and_a_newer_program() -> None:
    statuses = [rules.judge_tables(revision, "0049_x").status for revision in ("", "0048_x", "0049_x", "0050_x")]
    assert statuses == [Status.FAILED, Status.FAILED, Status.OK, Status.WARNING]


def test_keys_are_there_drawn_and_different() -> None:
    drawn = ["0123456789abcdef" * 2, "fedcba9876543210" * 2]
    assert worst(rules.judge_keys({"A": drawn[0], "B": drawn[1]}, demo=False)) is Status.OK
    assert worst(rules.judge_keys({"A": drawn[0], "B": drawn[0]}, demo=False)) is Status.FAILED
    assert worst(rules.judge_keys({"A": "x" * 40}, demo=False)) is Status.FAILED
    assert worst(rules.judge_keys({"A": None}, demo=False)) is Status.FAILED
    assert worst(rules.judge_keys({"HELHED_SECRET_KEYS": None}, demo=False)) is Status.WARNING
    assert worst(rules.judge_keys({"A": None}, demo=True)) is Status.WARNING


def test_the_mapping_lets_somebody_in_for_each_role() -> None:
    assert worst(rules.judge_roles(Role)) is Status.OK
    findings = rules.judge_roles([Role.TEAM_MEMBER])
    assert [
        role for finding in findings for role in (Role.ADMINISTRATOR, Role.DPO) if f" {role}:" in finding.message
    ] == [
        Role.ADMINISTRATOR,
        Role.DPO,
    ]


@pytest.mark.parametrize("host", ["", None, "localhost", "127.0.0.1", "[::1]", "/run/postgresql"])
def test_this_machine(host: str | None) -> None:
    assert rules.is_local(host)


@pytest.mark.parametrize("host", ["db.kommune.dk", "10.0.0.1", "localhost.evil.dk"])
def test_other_machines(host: str) -> None:
    assert not rules.is_local(host)


def test_certificate_files_and_addresses_without_tls(tmp_path: Path) -> None:
    authority, certificate, empty = tmp_path / "ca.pem", tmp_path / "own.pem", tmp_path / "empty.pem"
    ca = trustme.CA()
    ca.cert_pem.write_to_path(authority)
    ends = datetime.now(UTC) - timedelta(days=1)
    ca.issue_cert("helhed.example.dk", not_after=ends).private_key_and_cert_chain_pem.write_to_path(certificate)
    empty.write_text("no certificate")
    settings = Settings(
        listen_certificate=certificate,
        listen_ca=authority,
        opensearch_ca=empty,
        smtp_ca=tmp_path / "missing.pem",
        opensearch_urls="http://search.kommune.dk:9200,http://127.0.0.1:9200",
    )
    findings = list(check_certificates(settings, datetime.now(UTC)))
    assert [finding.status for finding in findings] == [
        Status.FAILED,  # ended
        Status.OK,
        Status.FAILED,  # holds none
        Status.FAILED,  # is not there
        Status.WARNING,  # one address is not encrypted and not of this machine
    ]


def test_every_tls_server_is_asked_once() -> None:
    settings = Settings(
        oidc_issuer="https://login.kommune.dk/realms/k",
        opensearch_urls="https://a:9200,https://b:9200,https://a:9200",
        kafka_servers="k1:9093,[::1]:9093",
        kafka_ca=Path("kafka.pem"),
        audit_stream_url="syslogs://siem.kommune.dk",
        audit_stream_ca=Path("siem.pem"),
        audit_witness_urls="https://witness.kommune.dk/helhed, https://other.example.dk:8443/w",
    )
    assert endpoints(settings) == [
        Endpoint("HELHED_OIDC_ISSUER", "login.kommune.dk", 443, None),
        Endpoint("HELHED_AUDIT_STREAM_URL", "siem.kommune.dk", 6514, Path("siem.pem")),
        Endpoint("HELHED_OPENSEARCH_URLS", "a", 9200, None),
        Endpoint("HELHED_OPENSEARCH_URLS", "b", 9200, None),
        Endpoint("HELHED_AUDIT_WITNESS_URLS", "witness.kommune.dk", 443, None),
        Endpoint("HELHED_AUDIT_WITNESS_URLS", "other.example.dk", 8443, None),
        Endpoint("HELHED_KAFKA_SERVERS", "k1", 9093, Path("kafka.pem")),
        Endpoint("HELHED_KAFKA_SERVERS", "::1", 9093, Path("kafka.pem")),
    ]


def test_secret_files_that_everybody_can_read(tmp_path: Path) -> None:
    secret = tmp_path / "helhed_session_key"
    secret.write_text("x")
    secret.chmod(0o640)
    assert not list(check_secret_files(tmp_path))
    secret.chmod(0o644)
    assert [finding.status for finding in check_secret_files(tmp_path)] == [Status.WARNING]


@pytest.mark.usefixtures("log_as_before")
def test_a_whole_installation(database: Database, kafka_servers: str, opensearch_urls: str, tmp_path: Path) -> None:
    settings = {
        "HELHED_DATABASE_URL": database.url.set(username=APPLICATION).render_as_string(hide_password=False),
        "HELHED_KAFKA_SERVERS": kafka_servers,
        "HELHED_OPENSEARCH_URLS": opensearch_urls,
        "HELHED_SESSION_KEY": "0123456789abcdef" * 2,
        "HELHED_DIGEST_KEY": "fedcba9876543210" * 2,
        "HELHED_DATA_DIR": str(tmp_path / "not-there-yet"),
    }
    done = CliRunner().invoke(app, ["check", "--json"], env=settings)
    findings = [Finding.model_validate_json(line) for line in done.stdout.splitlines()]
    assert done.exit_code == 1, done.stderr
    by_check: dict[str, list[Finding]] = {}
    for finding in findings:
        by_check.setdefault(finding.check, []).append(finding)
    assert worst(by_check["tables"]) is Status.OK
    assert SCHEMA in by_check["tables"][0].message
    assert worst(by_check["clock"]) is Status.OK
    assert "OpenSearch" in by_check["index"][0].message
    assert "Kafka" in by_check["bus"][0].message
    assert "HELHED_KAFKA_REPLICATION" in " ".join(finding.advice for finding in by_check["bus"])
    assert "fsync" in " ".join(finding.message for finding in by_check["database"])  # off in the tests
    assert "trigger audit_log_timed" in by_check["role"][0].message  # off in the tests, whose clock is not today
    assert "HELHED_OIDC_ISSUER" in by_check["login"][0].message
    assert all(map(says_what_to_do, findings))
    assert "fedcba" not in done.stdout + done.stderr


def test_a_setting_that_cannot_be_is_a_finding() -> None:
    done = CliRunner().invoke(app, ["check"], env={"HELHED_PORT": "many", "HELHED_SESSION_KEY": "short-secret"})
    assert done.exit_code == 1
    assert "failed" in done.stdout
    assert "HELHED_PORT" in done.stdout
    assert "short-secret" not in done.stdout + done.stderr


def test_receivers_of_notices_and_alerts_are_reached_and_sent_nothing(database: Database, tmp_path: Path) -> None:
    with mail_server(tmp_path) as (mailbox, server), receiving() as (webhook, posts), socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # and listens to nobody
        settings = Settings(
            database_url=SecretStr(database.url.render_as_string(hide_password=False)),
            demo=True,
            smtp_host=server.host,
            smtp_port=server.port,
            smtp_user=server.user,
            smtp_password=SecretStr(server.password),
            smtp_ca=server.ca,
            notice_sender=server.sender,
            notice_webhook_url=webhook,
        )
        wrong = {
            "smtp_password": SecretStr("forkert"),
            "notice_webhook_url": f"https://127.0.0.1:{silent.getsockname()[1]}/hemmelig-sti",
        }
        for changes, status in (({}, Status.OK), (wrong, Status.WARNING)):
            with closing(build_services(settings.model_copy(update=changes))) as context:
                findings = list(check_receivers(context))
            assert [finding.status for finding in findings] == [status, status]
            assert "hemmelig" not in str(findings)
            assert status is Status.OK or all(map(says_what_to_do, findings))
    assert (mailbox.messages, posts) == ([], [])
