"""An engine's classes are recorded once; where that fails it starts without, and says so."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from deploy.sandbox.services.artefacts import ServiceMissing
from deploy.sandbox.services.class_archive import quick_start
from deploy.sandbox.services.member import STARTS_QUICKLY, Member


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_the_first_start_records_and_the_others_use_it(home: Path) -> None:
    rehearsed = []

    def rehearse(jvm: Sequence[str]) -> Member:
        rehearsed.append(jvm)
        Path(jvm[-1].partition("=")[2]).write_bytes(b"classes")
        return _ended("true")

    jar = str(_jar(home))
    first, second = (quick_start("engine", jar, rehearse) for _ in range(2))
    assert first == second
    assert Path(first[-1].partition("=")[2]).read_bytes() == b"classes"
    assert len(rehearsed) == 1


def test_of_another_archive_they_are_recorded_anew(home: Path) -> None:
    def rehearse(jvm: Sequence[str]) -> Member:
        Path(jvm[-1].partition("=")[2]).write_bytes(b"classes")
        return _ended("true")

    one, other = (quick_start("engine", str(_jar(home, name)), rehearse) for name in ("one", "other"))
    assert one != other


@pytest.mark.parametrize("command", ["true", "kill -9 $$"])
def test_an_engine_that_leaves_no_record_starts_without(
    home: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert quick_start("engine", str(_jar(home)), lambda _: _ended(command)) == (STARTS_QUICKLY,)
    assert "engine starts without recorded classes" in capsys.readouterr().err


def test_an_engine_that_does_not_start_with_recording_starts_without(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def rehearse(_: Sequence[str]) -> Member:
        raise ServiceMissing("no room")

    assert quick_start("engine", str(_jar(home)), rehearse) == (STARTS_QUICKLY,)
    assert "no room" in capsys.readouterr().err


def _jar(home: Path, name: str = "engine") -> Path:
    jar = home / f"{name}.jar"
    jar.touch()
    return jar


def _ended(command: str) -> Member:
    process = subprocess.Popen(["sh", "-c", command])
    process.wait()
    return Member("engine", 1, [], Path("log"), process=process)
