"""``helhed keys certificate``: a certificate that nobody would refuse comes into the place of the one of now."""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from hub.cli import app
from hub.db import Database
from hub.inbox.certificates import CertificateFacts, facts_of
from hub.rekeying.certificates import faults_of

NOW = datetime(2026, 11, 28, tzinfo=UTC)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  by the zones
facts = st.builds(CertificateFacts, st.frozensets(st.sampled_from("abc")), moments, moments)


@given(facts, st.none() | facts)
def test_only_what_holds_no_shorter_and_for_the_same_machines_is_taken(
    new: CertificateFacts, current: CertificateFacts | None
) -> None:
    holds = new.starts <= NOW < new.ends
    is_as_good = current is None or (current.ends <= new.ends and current.names <= new.names)
    assert (not list(faults_of(new, current, NOW))) == (holds and is_as_good)


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


def issued(authority: trustme.CA, place: Path, *names: str, days: int = 90) -> Path:
    ends = datetime.now(UTC) + timedelta(days=days)
    authority.issue_cert(*names, not_after=ends).private_key_and_cert_chain_pem.write_to_path(place)
    return place


def run(database: Database, place: Path, words: Sequence[str]) -> Result:
    address = database.url.render_as_string(hide_password=False)
    settings = {"HELHED_DATABASE_URL": address, "HELHED_LISTEN_CERTIFICATE": str(place), "HELHED_DEMO": "1"}
    return CliRunner().invoke(app, ["keys", "certificate", *words], env=settings)


def test_it_is_put_there_and_the_one_before_can_be_put_back(
    database: Database, tmp_path: Path, authority: trustme.CA
) -> None:
    place = issued(authority, tmp_path / "own.pem", "helhed.example.dk")
    place.chmod(0o640)
    before = place.read_bytes()
    new = issued(authority, tmp_path / "new.pem", "helhed.example.dk", "other.example.dk", days=400)
    done = run(database, place, ["listen", str(new)])
    assert done.exit_code == 0, done.stderr
    assert "It is shown with the next connection" in done.stdout
    assert place.read_bytes() == new.read_bytes()
    assert place.stat().st_mode & 0o777 == 0o640
    former = tmp_path / "own.pem.former"
    assert former.read_bytes() == before
    assert former.stat().st_mode & 0o777 == 0o640
    assert run(database, place, ["listen", str(new)]).exit_code == 0  # the same once more
    assert {path.name for path in tmp_path.iterdir()} == {"own.pem", "own.pem.former", "new.pem"}


def test_what_would_be_refused_is_not_put_there(database: Database, tmp_path: Path, authority: trustme.CA) -> None:
    place = issued(authority, tmp_path / "own.pem", "helhed.example.dk")
    before = place.read_bytes()
    key, other = (authority.issue_cert("helhed.example.dk") for _ in range(2))
    mixed, no_key, words = tmp_path / "mixed.pem", tmp_path / "no_key.pem", tmp_path / "words.pem"
    mixed.write_bytes(key.private_key_pem.bytes() + other.cert_chain_pems[0].bytes())
    no_key.write_bytes(other.cert_chain_pems[0].bytes())
    words.write_text("half a certifica", encoding="utf-8")
    wrong = {
        issued(authority, tmp_path / "ended.pem", "helhed.example.dk", days=-1): "it ended",
        issued(authority, tmp_path / "short.pem", "helhed.example.dk", days=30): "before the one of now",
        issued(authority, tmp_path / "name.pem", "other.example.dk", days=400): "it is not for helhed.example.dk",
        mixed: "its key belongs to another certificate",
        no_key: "it must be PEM",
        words: "it must be PEM",
        tmp_path / "missing.pem": "cannot be read: No such file",
    }
    for file, why in wrong.items():
        done = run(database, place, ["listen", str(file)])
        assert (done.exit_code, why in done.stderr) == (2, True), (file, done.stderr)
    assert place.read_bytes() == before
    assert "HELHED_KAFKA_CERTIFICATE is not set" in run(database, place, ["kafka", str(words)]).stderr


def test_facts_of_what_names_no_machine(tmp_path: Path) -> None:
    assert facts_of("no certificate") is None
    place = issued(trustme.CA(), tmp_path / "client.pem", "caller@example.dk")
    stated = facts_of(place.read_text())
    assert stated is not None
    assert stated.names == frozenset()
    ssl.create_default_context().load_cert_chain(place)
