"""The verifier finds what was done to a log, and finds nothing in a log to which nothing was done."""

import gzip
import multiprocessing
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helhed_verify import processes, verification
from helhed_verify.__main__ import main
from helhed_verify.findings import FindingKind, Report
from helhed_verify.runs import Doubtful
from helhed_verify.verification import CannotVerify, verify_export
from tests.verify.made_log import BEGAN, KEY, LOG, TAMPERINGS, MadeLog, changed, make_log, sealed, seeded

TAMPERED_WITH = 1_000


def verify(lines: list[bytes], log: MadeLog, processes: int = 1) -> Report:
    """With the key, and with the newest checkpoint as a witness has it."""
    return verify_export(lines, [KEY], [log.notes[-1][1]], processes=processes)


@given(st.integers(), st.integers(min_value=1, max_value=9))
def test_a_whole_log_is_whole(seed: int, batches: int) -> None:
    log = make_log(seeded(seed), batches)
    report = verify(log.export(), log)
    assert report.is_whole, report.findings
    assert (report.lines, report.checkpoints, report.compared) == (len(log.entries), batches, 1)


def test_a_thousand_tamperings_are_all_found_by_one_process_and_by_two(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = processes._pool(2)
    assert pool is not None
    with pool:
        monkeypatch.setattr(processes, "_pool", lambda _: nullcontext(pool))
        monkeypatch.setattr(verification, "PIECE", 2_500)
        random = seeded(20261127)
        kinds = [*TAMPERINGS]
        missed = []
        for number in range(TAMPERED_WITH):
            log, kind = make_log(random), kinds[number % len(kinds)]
            lines = TAMPERINGS[kind](random, log)
            report = verify(lines, log)
            assert report == verify(lines, log, 2)
            if lines != log.export() and report.is_whole:
                missed.append((number, kind))
        assert not missed


@settings(max_examples=30)
@given(st.integers(), st.sampled_from([*TAMPERINGS]), st.integers(min_value=1, max_value=3_000))
def test_what_is_found_does_not_depend_on_how_the_export_is_shared(seed: int, kind: str, piece: int) -> None:
    random = seeded(seed)
    log = make_log(random)
    lines = [line + b"\n" for line in b"".join(TAMPERINGS[kind](random, log)).split(b"\n")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(verification, "PIECE", piece)
        in_pieces = verify(lines, log)
        patch.setattr(processes, "read_parts", lambda content, _: [Doubtful(0, len(content))])
        line_by_line = verify(lines, log)
    assert in_pieces == line_by_line


def test_a_process_that_is_killed_leaves_its_work_to_the_verifier(monkeypatch: pytest.MonkeyPatch) -> None:
    log = make_log(seeded(8))
    monkeypatch.setattr(verification, "PIECE", 500)
    one = processes._pool(1)
    assert one is not None
    with one:
        monkeypatch.setattr(processes, "_pool", lambda _: nullcontext(one))
        before = {*multiprocessing.active_children()}
        assert verify(log.export(), log, 2).is_whole
        for child in {*multiprocessing.active_children()} - before:
            child.kill()
        assert verify(log.export(), log, 2) == verify(log.export(), log)


def test_numbers_and_brackets_without_end_are_no_lines() -> None:
    log = make_log(seeded(9))
    lines = log.export()
    for line in (b'{"leaf":' + b"9" * 5_000 + lines[1][9:], b'{"checkpoint":' + b"[" * 100_000 + b"\n"):
        findings = verify([*lines[:3], line, *lines[3:]], log).findings
        assert {finding.kind for finding in findings} == {FindingKind.FORMAT}


@pytest.mark.parametrize(
    ("kind", "finding"),
    [
        ("edited", FindingKind.EDITED),
        ("edited and sealed", FindingKind.CHANGED),
        ("edited, sealed and signed", FindingKind.REWRITTEN),
        ("line removed", FindingKind.MISSING),
        ("line inserted", FindingKind.ORDER),
        ("deleted", FindingKind.CHANGED),
        ("reordered", FindingKind.CHANGED),
        ("cut at a checkpoint", FindingKind.TRUNCATED),
        ("back-dated", FindingKind.BACK_DATED),
        ("erased before its time", FindingKind.MISSING),
    ],
)
def test_what_was_done_is_named(kind: str, finding: FindingKind) -> None:
    log = make_log(seeded(1))
    report = verify(TAMPERINGS[kind](seeded(2), log), log)
    assert finding in {each.kind for each in report.findings}


def test_an_edited_line_is_pointed_at() -> None:
    log = make_log(seeded(3))
    entries = list(log.entries)
    entries[4] = changed(entries[4], "bo.lund")
    report = verify(replace(log, entries=tuple(entries)).export(), log)
    assert [str(finding) for finding in report.findings] == ["edited: line 4: it is not the line that was sealed"]


def test_what_is_erased_at_the_end_of_its_retention_leaves_the_log_whole() -> None:
    log = make_log(seeded(4), 2)
    old = tuple(replace(entry, payload=None) for entry in log.entries)
    later = BEGAN + timedelta(days=800)
    whole = sealed(old, [*(size for size, _ in log.notes), len(old)], [BEGAN, BEGAN, later])
    report = verify_export(whole.export(), [KEY])
    assert report.is_whole, report.findings
    assert report.erased == len(old)
    assert not verify_export(whole.export(), [KEY], retention_months=36).is_whole


def test_without_a_key_the_export_is_believed_only_where_a_witness_vouches_for_it() -> None:
    log = make_log(seeded(5))
    report = verify_export(log.export(), [], [log.notes[0][1]])
    assert report.is_whole
    assert report.is_key_from_export
    with pytest.raises(CannotVerify, match="give the log's public key"):
        verify_export(log.export(), [])
    with pytest.raises(CannotVerify, match="cannot be trusted"):
        verify_export(log.export(), [], [log.notes[0][1].replace("— ", "— x")])
    with pytest.raises(CannotVerify, match="no export"):
        verify_export([b"{}\n"], [KEY])


def test_a_checkpoint_of_another_log_is_no_proof() -> None:
    log = make_log(seeded(6))
    other = KEY._replace(name="other.test/log")
    note = log.notes[0][1]
    assert verify_export(log.export(), [other], []).findings
    report = verify_export(log.export(), [KEY], [note.replace(LOG, other.name)])
    assert [finding.kind for finding in report.findings] == [FindingKind.UNSIGNED]


def test_the_command_says_whether_the_log_is_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = make_log(seeded(7))
    export, key, witness = tmp_path / "log.jsonl.gz", tmp_path / "key", tmp_path / "witness.txt"
    export.write_bytes(gzip.compress(b"".join(log.export())))
    key.write_text(f"# of the log\n{KEY}\n", encoding="utf-8")
    witness.write_text("\n".join(note for _, note in log.notes), encoding="utf-8")
    arguments = ["export", str(export), "--key", str(key)]
    assert main([*arguments, "--checkpoint", str(witness)]) == 0
    assert f"The log {LOG} is whole: {len(log.entries)} lines" in (output := capsys.readouterr().out)
    assert "agrees with: 5." in output
    assert main(arguments) == 0
    assert "No checkpoint of a witness was given" in capsys.readouterr().out
    lines = TAMPERINGS["cut at a checkpoint"](seeded(1), log)
    export.write_bytes(gzip.compress(b"".join(lines)))
    assert main([*arguments, "--checkpoint", str(witness)]) == 1
    assert "is NOT whole" in capsys.readouterr().out
    assert main(["export", str(export)]) == 2
    assert main(["export", str(tmp_path / "nowhere"), "--key", str(key)]) == 2
    assert main(["export", str(export), "--key", str(export)]) == 2


def test_a_signature_over_something_else_is_no_checkpoint() -> None:
    log = make_log(seeded(8))
    foreign = sealed(log.entries, [len(log.entries)], [BEGAN + timedelta(hours=9)]).notes[0][1]
    assert verify_export(replace(log, notes=((len(log.entries), foreign),)).export(), [KEY]).is_whole
    moved = foreign.replace("\ntime 2026-03-02T17", "\ntime 2026-03-02T18")
    assert moved != foreign
    report = verify_export(replace(log, notes=((len(log.entries), moved),)).export(), [KEY])
    assert FindingKind.UNSIGNED in {finding.kind for finding in report.findings}
