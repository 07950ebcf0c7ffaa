"""The long runs: ``make chaos``, or alone ``--kills 200 --brokers 3 --nodes 3 --seed 7`` and ``--lose-quorum``."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos.harness import Report, run
from tests.chaos.nightly import NightlyReport, run_nights
from tests.chaos.quorum import QuorumReport, lose_quorum

FOLDER = Path("artefacts")


def main() -> int:
    """Run, print and keep the report; the status is 0 when the store says what the sources say, and says it once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--citizens", type=int, default=8900, help="about 5.6 records each")
    parser.add_argument("--brokers", type=int, choices=(1, 3), default=1)
    parser.add_argument("--nodes", type=int, choices=(1, 3), default=1)
    parser.add_argument("--seed", type=int, default=2023)
    parser.add_argument("--nightly", action="store_true", help="kill workers while the nights of all sources are read")
    parser.add_argument("--lose-quorum", action="store_true", help="kill two of three brokers, then two of three nodes")
    arguments = parser.parse_args()
    report: Report | NightlyReport | QuorumReport
    if arguments.nightly:
        report = run_nights(
            kills=arguments.kills, citizens=arguments.citizens, seed=arguments.seed, progress=_print_progress
        )
        name, as_table = "chaos-nightly", nightly_table(report)
    elif arguments.lose_quorum:
        report = lose_quorum(citizens=arguments.citizens, seed=arguments.seed, progress=_print_progress)
        name, as_table = "chaos-quorum", quorum_table(report)
    else:
        report = run(
            kills=arguments.kills,
            citizens=arguments.citizens,
            brokers=arguments.brokers,
            nodes=arguments.nodes,
            seed=arguments.seed,
            told=_print_progress,
        )
        name, as_table = f"chaos-{arguments.brokers}-{arguments.nodes}", table(report)
    FOLDER.mkdir(exist_ok=True)
    stored_report = {"at": datetime.now(UTC).isoformat(timespec="minutes"), **report.model_dump()}
    (FOLDER / f"{name}.json").write_text(json.dumps(stored_report, indent=2), encoding="utf-8")
    (FOLDER / f"{name}.md").write_text(as_table, encoding="utf-8")
    print(as_table)  # noqa: T201  the product
    return 0 if report.is_whole else 1


def _print_progress(number: int, words: str) -> None:
    print(f"{number} killed, {words}", flush=True)  # noqa: T201  the product


def table(report: Report) -> str:
    """The report as Markdown."""
    killed = ", ".join(f"{count} {what}" for what, count in sorted(report.kills.items()))
    rows = {
        "killed": f"{sum(report.kills.values())} ({killed})",
        "records of the sources": f"{report.records:,} of {report.citizens:,} citizens",
        "lost / twice / invented": f"{report.lost} / {report.twice} / {report.invented}",
        "differing between index and store": f"{report.differing}",
        "lost on the way to the index and repaired": f"{report.repaired}",
        "in quarantine because storing failed": f"{report.parked}",
        "pages shown meanwhile, of these without a line": f"{report.shown:,}, {report.without_line}",
        "of these from the store with a notice": f"{report.notices}",
        "look-ups told that it is out of order": f"{report.out_of_order}",
        "alerts told": f"{report.told:,}",
        "news untold / told twice / told wrongly": f"{report.untold} / {report.told_twice} / {report.told_wrongly}",
        "tracebacks in the logs": f"{report.tracebacks}",
        "seconds": f"{report.seconds:.0f}",
    }
    return _as_table(f"{report.brokers} broker(s), {report.nodes} node(s), seed {report.seed}", rows)


def nightly_table(report: NightlyReport) -> str:
    """The report of the nights as Markdown."""
    by_source = ", ".join(f"{count:,} {source}" for source, count in sorted(report.rows.items()))
    said = ", ".join(f"{count:,} {source}" for source, count in sorted(report.statements.items()))
    rows = {
        "workers killed": f"{report.kills} in {report.nights} night(s)",
        "rows of a night": f"{sum(report.rows.values()):,} ({by_source}) of {report.citizens:,} citizens",
        "statements of the sources": f"{sum(report.statements.values()):,} ({said}), {report.changed:,} of them new",
        "lost / left over / old": f"{len(report.lost)} / {len(report.invented)} / {len(report.old)}",
        "differing between index and store": f"{report.differing}",
        "in quarantine because storing failed": f"{report.parked}",
        "events not delivered or not looked up": f"{report.undelivered}",
        "tracebacks in the logs": f"{report.tracebacks}",
        "seconds": f"{report.seconds:.0f}",
    }
    return _as_table(f"nightly run, seed {report.seed}", rows)


def quorum_table(report: QuorumReport) -> str:
    """The report of the lost quorum as Markdown."""
    found = report.found
    rows = {
        "records of the sources": f"{found.records:,} of {found.citizens:,} citizens",
        "two of three brokers gone: changes that waited": f"{report.waited}",
        "pages shown meanwhile": f"{report.shown_without_brokers}",
        "seconds from their start until nothing waited": f"{report.published_after}",
        "two of three nodes gone: pages, of these from the store": f"{report.shown_without_nodes}, {report.notices}",
        "seconds from their start until the index had every change": f"{report.from_index_after}",
        "lost / twice / invented": f"{found.lost} / {found.twice} / {found.invented}",
        "differing between index and store": f"{found.differing}",
        "pages shown, of these without a line": f"{found.shown}, {found.without_line}",
        "look-ups told that it is out of order": f"{found.out_of_order}",
        "news untold / told twice / told wrongly": f"{found.untold} / {found.told_twice} / {found.told_wrongly}",
        "tracebacks in the logs": f"{found.tracebacks}",
        "seconds": f"{found.seconds:.0f}",
    }
    return _as_table(f"the quorum is lost, seed {found.seed}", rows)


def _as_table(head: str, rows: dict[str, str]) -> str:
    lines = [f"| {what} | {found} |\n" for what, found in rows.items()]
    return f"| {head} | |\n|---|---|\n{''.join(lines)}"


if __name__ == "__main__":
    sys.exit(main())
