"""``make bench-compare``: this tree beside the release before, each as it is deployed, in turns of one run.

What differs by less than the turns of one release differ among themselves is not a difference.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from hub.migrations.releases import LAST_OF_RELEASE_BEFORE

TREE = Path(__file__).parents[2]
LAID_OVER = ("tests/bench", "deploy/sandbox/services")
"""What measures is this release's; what is measured is that one's."""
RESULT = Path("artefacts/deployed.json")
GOALS = {
    "ingest: processor time a record, all, ms": 0.6,
    "at rest: our own processes, % of a core": 2,
    "memory: a web server and a worker, MB": 250,
    "JSON: times (GET + empty endpoint)": 1.3,
    "JSON: processor time, web, ms": 2,
    "HTML: one client, p50 ms": 10,
}
"""At most so much."""
Figures = Mapping[str, float]


def main() -> None:
    """Measure both, print the table beside the last run's, and keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--before", default=LAST_OF_RELEASE_BEFORE, help="commit to compare with, or none")
    parser.add_argument("--turns", type=int, default=1, help="of each; three tell how much turns differ")
    arguments, rest = parser.parse_known_args()
    last = json.loads(RESULT.read_text(encoding="utf-8"))["now"] if RESULT.exists() else {}
    with tempfile.TemporaryDirectory(prefix="helhed-before-") as folder:
        trees = {"now": TREE}
        if arguments.before != "none":
            trees = {"before": _tree_of(arguments.before, Path(folder)), **trees}
        turns: dict[str, list[Figures]] = {name: [] for name in trees}
        for _ in range(arguments.turns):
            for name, tree in trees.items():
                turns[name].append(_measure(tree, rest))
    results = {name: _middle(figures) for name, figures in turns.items()}
    head = {
        "at": f"{datetime.now(UTC):%Y-%m-%d %H:%M}",
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "turns": arguments.turns,
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(head | results, indent=2, ensure_ascii=False), encoding="utf-8")
    print(head)  # noqa: T201  the product
    print("\n".join(table(results["now"], results.get("before", {}), last)))  # noqa: T201


def table(now: Figures, before: Figures, last: Figures) -> list[str]:
    """Lines of Markdown: what, the release before, now, their ratio, the run before this one, the goal."""
    lines = ["| measured | release before | now | ratio | last run | goal |", "|---|---|---|---|---|---|"]
    for name, figure in now.items():
        ratio = f"{figure / before[name]:.2f}" if before.get(name) else ""
        most = GOALS.get(name)
        goal = "" if most is None else f"≤ {most} {'met' if figure <= most else '**not met**'}"
        cells = (_cell(before.get(name)), _cell(figure), ratio, _cell(last.get(name)), goal)
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _cell(figure: float | None) -> str:
    return "" if figure is None else f"{figure:,.2f}" if figure < 100 else f"{figure:,.0f}"


def _middle(turns: Sequence[Figures]) -> Figures:
    return {name: median(turn[name] for turn in turns) for name in turns[0]}


def _measure(tree: Path, arguments: Sequence[str]) -> Figures:
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", "tests.bench.deployed", *arguments]
    done = subprocess.run(command, cwd=tree, env=environment, stdout=subprocess.PIPE, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _tree_of(commit: str, folder: Path) -> Path:
    packed = subprocess.run(["git", "archive", commit], cwd=TREE, capture_output=True, check=False)
    if packed.returncode:
        sys.exit(f"The history lacks {commit}: git fetch --unshallow")
    subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)  # tarfile's filter came in 3.11.4
    for part in LAID_OVER:
        shutil.rmtree(folder / part)
        shutil.copytree(TREE / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    vendor = "hub/web/static/vendor"
    shutil.copytree(TREE / vendor, folder / vendor, dirs_exist_ok=True)
    return folder


if __name__ == "__main__":
    main()
