"""The verifier is installed alone, where nothing of Helhed is, and says whether a log is whole."""

import json
import subprocess
import sys
import venv
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from helhed_verify.merkle import leaf_hash
from tests.verify.made_log import (
    BEGAN,
    KEY,
    TAMPERINGS,
    MadeLog,
    changed,
    committed,
    entry_of,
    make_log,
    resigned,
    sealed,
    seeded,
)

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("cryptography", "cffi", "_cffi_backend", "pycparser")
"""What the verifier needs of others: cryptography, and what that needs."""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python in an environment of its own that has the package's wheel and cryptography, and nothing else."""
    folder = tmp_path_factory.mktemp("verifier")
    build = "from hatchling.build import build_wheel; import sys; print(build_wheel(sys.argv[1]))"
    name = subprocess.run(
        [sys.executable, "-c", build, str(folder)],
        cwd=ROOT / "helhed_verify",
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()[-1]
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    with ZipFile(folder / name) as wheel:
        wheel.extractall(packages)
    for module in NEEDED:
        spec = find_spec(module)
        if spec is not None and spec.origin is not None:
            path = Path(spec.origin)
            path = path.parent if path.name == "__init__.py" else path
            (packages / path.name).symlink_to(path)
    return folder / "venv" / "bin" / "python"


def verify(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-I", *arguments], cwd=python.parent, capture_output=True, text=True, check=False, timeout=60
    )


def test_it_runs_where_nothing_of_helhed_is(bare: Path, tmp_path: Path) -> None:
    assert "ModuleNotFoundError" in verify(bare, "-c", "import hub").stderr
    log = make_log(seeded(1))
    export, key, witness = tmp_path / "log.jsonl", tmp_path / "log.vkey", tmp_path / "witness.txt"
    key.write_text(f"{KEY}\n", encoding="utf-8")
    witness.write_text(log.notes[-1][1], encoding="utf-8")
    arguments = ("-m", "helhed_verify", "export", str(export), "--key", str(key), "--checkpoint", str(witness))
    export.write_bytes(b"".join(log.export()))
    whole = verify(bare, *arguments)
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "is whole" in whole.stdout
    export.write_bytes(b"".join(TAMPERINGS["edited"](seeded(2), log)))
    broken = verify(bare, *arguments)
    assert (broken.returncode, broken.stderr) == (1, "")
    assert "edited: line" in broken.stdout


def test_an_old_checkpoint_and_proofs_are_verified_there_too(bare: Path, tmp_path: Path) -> None:
    entries = [
        entry_of(number, BEGAN + timedelta(hours=number - 1, minutes=5), bytes([number] * 16)) for number in (1, 2)
    ]
    log = sealed(entries, (1, 2), (BEGAN + timedelta(hours=1), BEGAN + timedelta(hours=2)))
    (_, old), (_, new) = log.notes
    key, export, witness = tmp_path / "log.vkey", tmp_path / "log.jsonl", tmp_path / "old.txt"
    key.write_text(f"{KEY}\n", encoding="utf-8")
    witness.write_text(old, encoding="utf-8")

    def export_of(made: MadeLog) -> subprocess.CompletedProcess[str]:
        export.write_bytes(b"".join(made.export()))
        return verify(
            bare, "-m", "helhed_verify", "export", str(export), "--key", str(key), "--checkpoint", str(witness)
        )

    whole = export_of(log)
    assert (whole.returncode, "that it agrees with: 1" in whole.stdout) == (0, True)
    rewritten = export_of(resigned(log, [committed(changed(entries[0], "bo.lind")), entries[1]]))
    assert (rewritten.returncode, "rewritten" in rewritten.stdout) == (1, True)

    path = [leaf_hash(entries[1].commitment).hex()]
    line = {"commitment": entries[0].commitment.hex(), "leaf": 0, "salt": entries[0].salt.hex()}
    payload = (entries[0].payload or b"").decode()
    proofs: dict[str, dict[str, Any]] = {
        "inclusion": {"checkpoint": new, "path": path, "entry": payload, **line},
        "consistency": {"old": old, "new": new, "path": path},
        "another line": {"checkpoint": new, "path": path, "entry": payload.replace("anna", "bo"), **line},
        "another log": {"old": old, "new": new, "path": [line["commitment"]]},
    }
    held = {}
    for name, proof in proofs.items():
        kind = "inclusion" if "checkpoint" in proof else "consistency"
        file = tmp_path / "proof.json"
        file.write_text(json.dumps({"format": "helhed-audit-proof/1", "kind": kind, **proof}), encoding="utf-8")
        answer = verify(bare, "-m", "helhed_verify", "proof", str(file), "--key", str(key))
        assert answer.stderr == ""
        held[name] = answer.returncode
    assert held == {"inclusion": 0, "consistency": 0, "another line": 1, "another log": 1}
