"""The log's proof: a million lines verified off-line. Run as ``python -m tests.bench.audit``."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from helhed_verify.__main__ import verify_file
from helhed_verify.lines import FORMAT, commitment_to, export_line, json_line
from helhed_verify.merkle import Frontier
from helhed_verify.note import Checkpoint, LogKey, sign_checkpoint
from helhed_verify.processes import usable_processors
from tests.bench.ground import Row

LINES = 1_000_000
A_MINUTE = 120
"""Lines between two checkpoints."""
MOST_SECONDS = 10.0
LOG = "bench.test/log"


def verifying(lines: int = LINES) -> Iterator[Row]:
    """An export of so many lines, with a checkpoint a minute, verified from its file."""
    with TemporaryDirectory() as folder:
        path, key = Path(folder) / "log.jsonl", Ed25519PrivateKey.generate()
        public = LogKey(LOG, key.public_key().public_bytes_raw())
        with path.open("wb") as export:
            export.writelines(_export(lines, key, public))
        size = path.stat().st_size / 1e6
        for processes in sorted({1, usable_processors()}):
            began, cost = perf_counter(), _processor_time()
            report = verify_file(path, [public], [], processes=processes)
            seconds, cost = perf_counter() - began, _processor_time() - cost
            if not report.is_whole or report.lines != lines:
                raise AssertionError(report.findings)
            load, *_ = os.getloadavg()
            yield Row(
                f"{lines:,} lines of the log verified off-line by {processes} processes "
                f"({size:,.0f} MB, {report.checkpoints:,} checkpoints, load {load:.0f})",
                f"{seconds:.1f} s, processor time {cost:.1f} s",
                goal=f"<= {MOST_SECONDS:.0f} s",
                met=seconds <= MOST_SECONDS,
            )


def _processor_time() -> float:
    """Of this process and of those that it waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _export(lines: int, key: Ed25519PrivateKey, public: LogKey) -> Iterator[bytes]:
    tree, moment = Frontier(), datetime(2026, 1, 1, tzinfo=UTC)
    yield json_line(format=FORMAT, log=LOG, keys=[str(public)], lines=lines)
    for leaf in range(lines):
        moment += timedelta(seconds=60 / A_MINUTE)
        entry = json.dumps(
            {"seq": leaf + 1, "recorded_at": f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}", **ENTRY}, separators=(",", ":")
        ).encode()
        salt = os.urandom(16)
        commitment = commitment_to(salt, entry)
        tree.extend([commitment])
        yield export_line(leaf, commitment, (salt, entry))
        if (leaf + 1) % A_MINUTE == 0 or leaf + 1 == lines:
            checkpoint = Checkpoint(LOG, leaf + 1, tree.root(), moment.replace(microsecond=0))
            yield json_line(checkpoint=sign_checkpoint(checkpoint, public, key.sign))


ENTRY = {
    "act_id": "5a1c7c2e-6c7e-4b2c-9f0e-0d6f1f6f5a11",
    "action": "open_overview",
    "actor_id": "anna.holm",
    "actor_name": "Anna Holm",
    "basis": "team",
    "citizen_id": "2f0d0b0e-5f57-4f0a-8f2a-6b1a6c9f2d11",
    "details": {"page": "overview", "none_found": ["health"], "disclosed": {"school": "consent"}},
    "outcome": "shown",
    "policy_version": "0b0ee83506e3",
    "purpose": "follow_up",
    "request_id": "5a1c7c2e-6c7e-4b2c-9f0e-0d6f1f6f5a11",
    "role": "team_member",
    "sections_shown": ["school", "social"],
    "unit_id": "social:100",
}
"""A line as most are."""


if __name__ == "__main__":
    for row in verifying():
        print(row)  # noqa: T201  the product
