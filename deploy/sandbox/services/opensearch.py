"""OpenSearch nodes on loopback."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from deploy.sandbox.services.artefacts import classpath
from deploy.sandbox.services.class_archive import RECORD_SECONDS, quick_start
from deploy.sandbox.services.member import Member, free_ports, python, wait_until

_LOG_CONFIG = """<Configuration><Appenders><Console name="out"><PatternLayout pattern="%d %p %c{1} %m%n"/></Console>
</Appenders><Loggers><Root level="warn"><AppenderRef ref="out"/></Root></Loggers></Configuration>
"""


@dataclass(frozen=True)
class OpenSearch:
    """A running cluster."""

    nodes: tuple[Member, ...]

    @property
    def urls(self) -> tuple[str, ...]:
        """Addresses of all nodes."""
        return tuple(f"http://127.0.0.1:{node.port}" for node in self.nodes)

    def wait(self, status: str = "yellow") -> None:
        """Wait until every node that runs is part of the cluster, and all shards are at least *status*.

        Raises:
            ServiceMissing: one ended, or it takes too long.
        """
        running = [node for node in self.nodes if node.is_running]
        wait_until(lambda: _is_whole(running, status), running)


def _is_whole(running: list[Member], status: str) -> bool:
    query = {"wait_for_nodes": f">={len(running)}", "wait_for_status": status, "timeout": "1s"}
    try:
        return all(
            httpx.get(f"http://127.0.0.1:{node.port}/_cluster/health", params=query, timeout=5).is_success
            for node in running
        )
    except httpx.TransportError:
        return False


@contextmanager
def start(
    folder: Path, *, nodes: int = 1, heap: str = "384m", jvm: Sequence[str] | None = None
) -> Iterator[OpenSearch]:
    """So many nodes with their data in *folder*, running until the block ends.

    What is measured runs with an empty *jvm*, as it would in production.

    Raises:
        ServiceMissing: the archives cannot be had, or a node did not start.
    """
    jars = classpath("opensearch")
    options = quick_start("opensearch", jars, _rehearse) if jvm is None else jvm
    ports = free_ports(2 * nodes)
    names = [f"node-{number}" for number in range(nodes)]
    seeds = [f"127.0.0.1:{port}" for port in ports[1::2]]
    members = []
    for number, name in enumerate(names):
        http, transport = ports[2 * number : 2 * number + 2]
        settings = {
            "node.name": name,
            "http.port": http,
            "transport.port": transport,
            "network.host": "127.0.0.1",
            "cluster.routing.allocation.disk.threshold_enabled": "false",  # a full developer's disk is not its business
            **(
                {"discovery.type": "single-node"}
                if nodes == 1
                else {
                    "discovery.type": "zen",
                    "discovery.seed_hosts": seeds,
                    "cluster.initial_cluster_manager_nodes": names,
                }
            ),
        }
        members.append(
            _node(folder / name, http, {"classpath": jars, "heap": heap, "jvm": list(options), "settings": settings})
        )
    cluster = OpenSearch(tuple(members))
    try:
        for member in members:
            member.start()
        cluster.wait()
        yield cluster
    finally:
        for member in members:
            member.kill()  # what they hold is thrown away; asking would take a lone survivor of three half a minute


def _rehearse(jvm: Sequence[str]) -> Member:
    with TemporaryDirectory() as folder, start(Path(folder), jvm=jvm) as cluster:
        (node,) = cluster.nodes
        node.stop(RECORD_SECONDS)
    return node


def _node(place: Path, port: int, started_with: dict[str, Any]) -> Member:
    place.mkdir(parents=True)
    log_config, config = place / "log4j2.xml", place / "node.json"
    log_config.write_text(_LOG_CONFIG, encoding="utf-8")
    configuration = {
        "cluster": "helhed",
        "folder": str(place / "node"),
        "log_config": str(log_config),
        **started_with,
    }
    config.write_text(json.dumps(configuration), encoding="utf-8")
    return Member(
        name=f"opensearch {started_with['settings']['node.name']}",
        port=port,
        command=python("deploy.sandbox.services.opensearch_node", str(config)),
        log=place / "node.log",
    )
