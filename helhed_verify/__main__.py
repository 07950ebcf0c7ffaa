"""``helhed-verify``: whether an export of the log is whole, or a proof holds.

Ends with 0 when it is, with 1 when something is wrong, and with 2 when it cannot be verified.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from helhed_verify.findings import Report
from helhed_verify.note import InvalidNote, LogKey, read_keys, split_notes
from helhed_verify.processes import usable_processors
from helhed_verify.proofs import verify_proof
from helhed_verify.verification import PIECE, RETENTION_MONTHS, TOLERANCE, CannotVerify, verify_export

WHOLE, WRONG, CANNOT = 0, 1, 2
WORTH_SHARING = (50_000_000, 4_000_000)
"""Bytes of a file, as it is and packed, from which on other processes are faster than they are started."""
LONGEST_LINE = 10_000_000
"""So many bytes of a line are read; what is longer was not written by the log."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify, and say what came of it."""
    options = _parser().parse_args(arguments)
    try:
        keys = _keys(options.key)
        if options.what == "proof":
            return _verify_proof(options.file, keys)
        report = verify_file(
            options.file,
            keys,
            options.checkpoint,
            retention_months=options.retention_months,
            tolerance=timedelta(minutes=options.tolerance_minutes),
        )
    except (CannotVerify, InvalidNote) as error:
        sys.stderr.write(f"helhed-verify: {error}\n")
        return CANNOT
    except OSError as error:
        sys.stderr.write(f"helhed-verify: {error.filename} cannot be read: {error.strerror}\n")
        return CANNOT
    sys.stdout.write("\n".join(report_lines(report)) + "\n")
    return WHOLE if report.is_whole else WRONG


def verify_file(
    export: Path,
    keys: Sequence[LogKey],
    checkpoints: Sequence[Path],
    *,
    retention_months: int = RETENTION_MONTHS,
    tolerance: timedelta = TOLERANCE,
    processes: int | None = None,
) -> Report:
    """Verify the export in a file, which may be packed (``.gz``), against the checkpoints in other files.

    So many *processes* share the work; else as many as there are processors, where the file is worth it.

    Raises:
        CannotVerify: it is no export, or there is no key to trust.
        InvalidNote: a file has no checkpoint.
        OSError: a file cannot be read.
    """
    notes = [note for path in checkpoints for note in split_notes(path.read_text(encoding="utf-8", errors="replace"))]
    if processes is None:
        processes = usable_processors() if export.stat().st_size > WORTH_SHARING[export.suffix == ".gz"] else 1
    with _opened(export) as file:
        return verify_export(
            _pieces(file),
            keys,
            notes,
            retention_months=retention_months,
            tolerance=tolerance,
            processes=processes,
        )


def _pieces(file: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    """The first line, then many whole lines at a time."""
    yield file.readline(LONGEST_LINE)
    while piece := file.read(PIECE):
        yield piece + file.readline(LONGEST_LINE)


def report_lines(report: Report) -> Iterator[str]:
    """The report in sentences."""
    if report.is_whole and report.newest is not None:
        yield f"The log {report.log} is whole: {report.lines:,} lines, signed {report.newest.time:%Y-%m-%d %H:%M} UTC."
    else:
        yield f"The log {report.log} is NOT whole: {len(report.findings)} findings in {report.lines:,} lines."
    for finding in report.findings:
        yield f"  {finding}"
    yield f"Checkpoints in it: {report.checkpoints:,}. Checkpoints of others that it agrees with: {report.compared:,}."
    if report.erased:
        yield f"Lines whose content was erased at the end of its retention: {report.erased:,}; their places are proved."
    if report.unsealed:
        yield f"Lines written and not sealed yet when it was exported: {report.unsealed:,}."
    if not report.compared:
        yield "No checkpoint of a witness was given: a log that was cut off or rewritten as a whole would not be seen."
    if report.is_key_from_export:
        yield "The key was taken from the export, and has signed the checkpoint that was given."


def _verify_proof(path: Path, keys: Sequence[LogKey]) -> int:
    if not keys:
        raise CannotVerify("give the log's public key by --key")
    try:
        proof = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise CannotVerify(f"{path} is no JSON") from None
    fault = verify_proof(proof if isinstance(proof, dict) else {}, keys)
    sys.stdout.write(f"The proof does NOT hold: {fault}.\n" if fault else "The proof holds.\n")
    return WRONG if fault else WHOLE


def _keys(path: Path | None) -> tuple[LogKey, ...]:
    return read_keys(path.read_text(encoding="utf-8", errors="replace")) if path is not None else ()


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO | gzip.GzipFile]:
    with path.open("rb") as raw:
        if path.suffix == ".gz":
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield unpacked
        else:
            yield raw


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="helhed-verify", description="Verify Helhed's audit log off-line.")
    key = argparse.ArgumentParser(add_help=False)
    key.add_argument("--key", type=Path, metavar="FILE", help="the log's public keys, one a line")
    what = parser.add_subparsers(dest="what", required=True)
    export = what.add_parser("export", parents=[key], help="a whole export of the log")
    export.add_argument("file", type=Path)
    export.add_argument(
        "--checkpoint", type=Path, action="append", default=[], metavar="FILE", help="checkpoints from a witness"
    )
    export.add_argument("--retention-months", type=int, default=RETENTION_MONTHS, metavar="N")
    export.add_argument("--tolerance-minutes", type=int, default=int(TOLERANCE.total_seconds() // 60), metavar="N")
    proof = what.add_parser("proof", parents=[key], help="a proof about one line, or about two checkpoints")
    proof.add_argument("file", type=Path)
    return parser


if __name__ == "__main__":
    sys.exit(main())
