"""``make bench``: every goal beside its floor, in one run. ARGS="--sizes 10000,100000 --only lookups,search"."""

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from tests.bench.fill import fill, index_all
from tests.bench.ground import Ground, Row, ground
from tests.bench.ingest import freshness, ingesting
from tests.bench.lookups import looking_up
from tests.bench.processes import memory_of
from tests.bench.searching import reindexing, searching
from tests.bench.sources import beside_bad_sources
from tests.bench.steps import at_each_step

FOLDER = Path("artefacts")
KINDS = ("lookups", "search", "reindex", "ingest", "freshness", "sources", "steps")


def main() -> None:
    """Measure, print and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000", help="citizens in the store, ascending: 10000,100000,1000000")
    parser.add_argument("--sample", type=int, default=2000, help="citizens that are processed; the others are copies")
    parser.add_argument("--only", default=",".join(KINDS), help=f"some of {','.join(KINDS)}")
    arguments = parser.parse_args()
    only = arguments.only.split(",")
    rows: list[Row] = []
    with ground(arguments.sample) as bench_ground:
        for row in _measured(bench_ground, [int(one) for one in arguments.sizes.split(",")], only):
            rows.append(row)
            print(_line(row), flush=True)  # noqa: T201  the product
    head = f"{datetime.now(UTC):%Y-%m-%d %H:%M}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    FOLDER.mkdir(exist_ok=True)
    results = [asdict(row) for row in rows]
    (FOLDER / "bench.json").write_text(json.dumps({"at": head, "rows": results}, indent=2, ensure_ascii=False))
    lines = [f"{head}\n", "| measured | this | floor | ratio | goal |", "|---|---|---|---|---|", *map(_line, rows)]
    (FOLDER / "bench.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _measured(made: Ground, sizes: list[int], only: list[str]) -> Iterator[Row]:
    yield from ingesting(made, 0)  # also fills the store with what the copies are made of
    if "freshness" in only:
        yield from freshness(made)
    if "steps" in only:
        yield from at_each_step(made)
    if "sources" in only:
        yield from beside_bad_sources(made)
    for wanted in sizes:
        yield from _at_size(made, wanted, only)
    for name, pid in made.members.items():
        yield Row(f"memory of {name}", f"{memory_of(pid)} MB")


def _at_size(made: Ground, wanted: int, only: list[str]) -> Iterator[Row]:
    began = perf_counter()
    size = fill(made, wanted)
    yield Row(f"the store filled with {size:,} citizens", f"{perf_counter() - began:,.0f} s")
    if "reindex" in only:
        yield from reindexing(made, size)
    elif {"lookups", "search"} & set(only):
        index_all(made.distributed)  # ingest writes to OpenSearch without asking what is in it
    if "lookups" in only:
        yield from looking_up(made, size)
    if "search" in only:
        yield from searching(made, size)
    if "ingest" in only:
        yield from ingesting(made, size)


def _line(row: Row) -> str:
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    goal = row.goal if row.met is None else f"{row.goal} {'met' if row.met else '**not met**'}"
    return f"| {row.what} | {row.ours} | {row.floor} | {ratio} | {goal} |"


if __name__ == "__main__":
    main()
