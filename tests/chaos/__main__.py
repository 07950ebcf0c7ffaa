"""The long run: ``make chaos`` (ARGS="--kills 200 --brokers 3 --nodes 3 --seed 7")."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests.chaos.harness import Report, run

FOLDER = Path("artefacts")


def main() -> int:
    """Run, print and keep the report; the status is 0 when nothing was lost and nothing came twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--citizens", type=int, default=8900, help="about 5.6 records each")
    parser.add_argument("--brokers", type=int, choices=(1, 3), default=1)
    parser.add_argument("--nodes", type=int, choices=(1, 3), default=1)
    parser.add_argument("--seed", type=int, default=2023)
    arguments = parser.parse_args()
    report = run(
        kills=arguments.kills,
        citizens=arguments.citizens,
        brokers=arguments.brokers,
        nodes=arguments.nodes,
        seed=arguments.seed,
        told=lambda number, progress: print(f"{number}/{arguments.kills} killed, {progress}", flush=True),  # noqa: T201  the product
    )
    FOLDER.mkdir(exist_ok=True)
    name = f"chaos-{arguments.brokers}-{arguments.nodes}"
    stored_report = {"at": datetime.now(UTC).isoformat(timespec="minutes"), **report.model_dump()}
    (FOLDER / f"{name}.json").write_text(json.dumps(stored_report, indent=2), encoding="utf-8")
    (FOLDER / f"{name}.md").write_text(table(report), encoding="utf-8")
    print(table(report))  # noqa: T201  the product
    return 0 if report.is_whole else 1


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
        "tracebacks in the logs": f"{report.tracebacks}",
        "seconds": f"{report.seconds:.0f}",
    }
    head = f"{report.brokers} broker(s), {report.nodes} node(s), seed {report.seed}"
    lines = [f"| {what} | {found} |\n" for what, found in rows.items()]
    return f"| {head} | |\n|---|---|\n{''.join(lines)}"


if __name__ == "__main__":
    sys.exit(main())
