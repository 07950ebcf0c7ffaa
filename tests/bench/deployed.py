"""One release as it is deployed: every process on its own, warm, the engines as in production.

``python -m tests.bench.deployed`` in the tree of the release prints one JSON object: what was measured, and how much.
The files of ``tests/bench`` are laid over an older tree (``tests.bench.releases``), so only names that both have stand
here.
"""

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from http.client import HTTPConnection
from threading import Event
from time import perf_counter, process_time
from urllib.parse import urlsplit
from uuid import UUID

from opensearchpy import OpenSearch

from hub.bus.base import RECORDS
from hub.collect.service import to_message
from tests.bench.fill import fill, index_all
from tests.bench.ground import Ground, ground, p50, p99, times_of
from tests.bench.ingest import LOT, WORKERS, renamed, until_at_rest
from tests.bench.lookups import WHO, looker
from tests.bench.processes import (
    memory_of,
    postmaster,
    processor_seconds,
    processor_seconds_with_children,
    web,
    workers,
)
from tests.web.serving import browsing

CLIENTS = 8
WARM = 60
"""Openings of each kind that are not measured."""
WARM_ROUNDS, ROUNDS = 3, 3
"""So often all records are published as new people before ingest is measured, and while it is: Kafka and OpenSearch
compile what they run often, and OpenSearch merges what it wrote now and then.
"""
PATHS = {"JSON": "/api/overblik/{}", "HTML": "/overblik/{}"}
Figures = Iterator[tuple[str, float]]
Cost = Callable[[], dict[str, float]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=300, help="citizens that are read and carried")
    parser.add_argument("--citizens", type=int, default=0, help="about so many in the store, by copying them")
    parser.add_argument("--look-ups", type=int, default=250, help="openings by one client, of each kind")
    parser.add_argument("--at-rest", type=int, default=20, help="seconds of doing nothing that are measured")
    arguments = parser.parse_args()
    with ground(arguments.sample) as here:
        figures = dict(_measured(here, arguments.citizens, arguments.look_ups, arguments.at_rest))
    json.dump(figures, sys.stdout)


def _measured(here: Ground, citizens: int, look_ups: int, at_rest: int) -> Figures:
    with workers(here.distributed, WORKERS) as running:
        pids = [process.pid for process in running]
        costs = _costs(here, "workers", pids)
        for number in range(WARM_ROUNDS):
            _publish(here, f"warm {number}")  # what is measured finds everything warm
        yield "citizens in the store before ingest", fill(here, citizens)  # also tells PostgreSQL what is in its tables
        if citizens:
            index_all(here.distributed)
        yield from _ingest(here, costs)
        yield from _rest(here, pids, at_rest)
    yield from _look_ups(here, look_ups)


def _publish(here: Ground, mark: str) -> float:
    """The records as new people, carried to the index; processor seconds of publishing."""
    records = list(renamed(here.records, mark))
    began = process_time()
    for at in range(0, len(records), LOT):
        here.distributed.bus.publish(
            RECORDS, [to_message(record, here.distributed.digest_key) for record in records[at : at + LOT]]
        )
    spent = process_time() - began
    until_at_rest(here.distributed)
    return spent


def _ingest(here: Ground, costs: Cost) -> Figures:
    before, began = costs(), perf_counter()
    publishing = sum(_publish(here, f"measured {number}") for number in range(ROUNDS))
    took, number = perf_counter() - began, ROUNDS * len(here.records)
    yield "ingest: records/s", number / took
    spent = {"publishing": publishing} | _less(costs(), before)
    for name, seconds in spent.items():
        yield f"ingest: processor time a record, {name}, ms", seconds / number * 1000
    yield "ingest: processor time a record, all, ms", sum(spent.values()) / number * 1000


def _rest(here: Ground, pids: list[int], seconds: int) -> Figures:
    with web(here.distributed) as (server, _):
        costs, of_web = _costs(here, "workers", pids), _costs(here, "web", [server.pid])
        Event().wait(5)
        before, before_web = costs(), of_web()
        Event().wait(seconds)
        of_each = _less(costs(), before) | _less(of_web(), before_web)
        for name, spent in of_each.items():
            yield f"at rest: {name}, ms of a second", spent / seconds * 1000
        yield "at rest: our own processes, % of a core", (of_each["workers"] + of_each["web"]) / seconds * 100
        yield "memory: a web server and a worker, MB", memory_of(server.pid) + memory_of(pids[0])


def _look_ups(here: Ground, number: int) -> Figures:
    citizens = looker(here.distributed)
    chosen = random.Random(1).choices(citizens, k=number)  # noqa: S311  whom to look up
    with web(here.distributed) as (server, address), browsing(address, WHO.id) as browser:
        cookie = "; ".join(f"{name}={value}" for name, value in browser.http.cookies.items())
        costs = _costs(here, "web", [server.pid])
        get = p50(_gets(here, chosen))
        yield "raw GET, p50 ms", get * 1000
        with _client(address, cookie) as ask:
            empty = p50(times_of([partial(ask, "/health/live") for _ in chosen]))
            yield "empty endpoint, p50 ms", empty * 1000
            for kind, path in PATHS.items():
                for one in citizens[:WARM]:
                    ask(path.format(one))
                times = times_of([partial(ask, path.format(one)) for one in chosen])
                yield f"{kind}: one client, p50 ms", p50(times) * 1000
                yield f"{kind}: one client, p99 ms", p99(times) * 1000
                yield f"{kind}: times (GET + empty endpoint)", p50(times) / (get + empty)
        for kind, path in PATHS.items():
            _at_once(address, cookie, [path.format(one) for one in citizens[:WARM]])  # each connection plans for itself
            before, began = costs(), perf_counter()
            _at_once(address, cookie, [path.format(one) for one in chosen])
            yield f"{kind}: {CLIENTS} clients, requests/s", number / (perf_counter() - began)
            for name, spent in _less(costs(), before).items():
                yield f"{kind}: processor time, {name}, ms", spent / number * 1000


def _gets(here: Ground, chosen: Sequence[UUID]) -> list[float]:
    settings = here.distributed.settings
    with closing(OpenSearch(settings.opensearch_urls.split(","))) as client:
        get = [partial(client.get, index=settings.opensearch_index, id=str(one)) for one in chosen]
        times_of(get)
        return times_of(get)


def _at_once(address: str, cookie: str, paths: list[str]) -> None:
    def one(mine: list[str]) -> None:
        with _client(address, cookie) as ask:
            for path in mine:
                ask(path)

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(one, [paths[number::CLIENTS] for number in range(CLIENTS)]))


@contextmanager
def _client(address: str, cookie: str) -> Iterator[Callable[[str], None]]:
    """One connection that is kept, with as little of a client's own time as can be."""
    place = urlsplit(address)
    with closing(HTTPConnection(place.hostname or "", place.port)) as connection:

        def ask(path: str) -> None:
            connection.request("GET", path, headers={"Cookie": cookie})
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} was answered with {answer.status}")

        yield ask


def _costs(here: Ground, name: str, pids: list[int]) -> Cost:
    server = postmaster(here.distributed)

    def now() -> dict[str, float]:
        engines = {_engine(member): processor_seconds([pid]) for member, pid in here.members.items()}
        return {name: processor_seconds(pids), "PostgreSQL": processor_seconds_with_children(server)} | engines

    return now


def _engine(member: str) -> str:
    return "OpenSearch" if "opensearch" in member.lower() or "node" in member.lower() else "Kafka"


def _less(after: dict[str, float], before: dict[str, float]) -> dict[str, float]:
    return {name: after[name] - before[name] for name in after}


if __name__ == "__main__":
    main()
