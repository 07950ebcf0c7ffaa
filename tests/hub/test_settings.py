"""Settings: from the environment, from a folder of secrets, and never shown."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from hub.settings import Settings, load

KEY = "k" * 40


def test_a_secret_may_be_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "helhed_session_key").write_text(KEY + "\n", encoding="utf-8")
    monkeypatch.setenv("HELHED_SECRETS_DIR", str(tmp_path))
    secret = load().session_key
    assert secret is not None
    assert secret.get_secret_value() == KEY


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "helhed_session_key").write_text(KEY, encoding="utf-8")
    monkeypatch.setenv("HELHED_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("HELHED_SESSION_KEY", "e" * 40)
    secret = load().session_key
    assert secret is not None
    assert secret.get_secret_value() == "e" * 40


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELHED_SESSION_KEY", KEY)
    monkeypatch.setenv("HELHED_DATABASE_URL", "postgresql://helhed:hush@db/helhed")
    text = repr(load())
    assert KEY not in text
    assert "hush" not in text


def test_a_short_key_is_refused_by_name_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELHED_DIGEST_KEY", "short-secret")
    with pytest.raises(ValidationError, match="HELHED_DIGEST_KEY must have at least 32 characters") as refusal:
        load()
    assert "short-secret" not in str(refusal.value)


def test_the_demo_is_off_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HELHED_DEMO", raising=False)
    assert Settings().demo is False
