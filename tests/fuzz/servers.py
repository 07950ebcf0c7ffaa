"""The test servers of the sources, answering with pages that were made beforehand."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from connectors.base import Connector
from connectors.sources.health.connector import HealthConnector, HealthSettings
from connectors.sources.social.connector import SocialConnector
from connectors.sources.social.nexus.connector import NexusConnector, NexusSettings
from connectors.sources.social.settings import SocialSettings
from hub.clock import FixedClock
from tests.connectors import fhir_server, nexus_server, social_server
from tests.connectors.fhir_server import FhirServer
from tests.connectors.nexus_server import Nexus
from tests.connectors.social_server import Dubu
from tests.fuzz.mutations import Mutation, render

PAGE = 50


class _Json:
    """The servers' ``json``, which also writes what Python's does not."""

    dumps = staticmethod(render)
    loads = staticmethod(json.loads)


@dataclass
class FuzzedFhir(FhirServer):
    """Every type's entries in pages, whatever they hold."""

    entries: dict[str, list[Any]] = field(default_factory=dict)

    def answer(self, path: str, params: dict[str, str]) -> tuple[int, dict[str, Any]]:
        kind, *rest = path.strip("/").split("/")[1:]
        if rest:
            status = 200 if rest == ["_history"] else 404
            return status, {"resourceType": "Bundle", "type": "history", "entry": []}
        entries = self.entries.get(kind, [])
        offset = int(params.get("offset", "0"))
        links = []
        if offset + PAGE < len(entries):
            query = "&".join(f"{key}={value}" for key, value in params.items() if key != "offset")
            links = [{"relation": "next", "url": f"{self.url}/r4/{kind}?{query}&offset={offset + PAGE}"}]
        page = entries[offset : offset + PAGE]
        return 200, {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": page}


@dataclass
class FuzzedDubu(Dubu):
    """Every collection's items by the key they had before they were changed."""

    items: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    of_case: dict[int, list[Any]] = field(default_factory=dict)

    def answer(self, path: str, params: dict[str, str]) -> dict[str, Any]:
        by_case = re.fullmatch(r"/odata/Aktivitet/Default\.GetBySag\(Id=(\d+)\)", path)
        if by_case:
            return {"value": self.of_case.get(int(by_case[1]), [])}
        after = int(params.get("$filter", "id gt 0").removeprefix("id gt "))
        items = [item for item in self.items.get(path.rpartition("/")[2], []) if item[0] > after]
        top = int(params.get("$top", "1000"))
        return {"@odata.count": len(items), "value": [item for _, item in items[:top]]}


@contextmanager
def health(witnesses: list[Any], mutated: list[Mutation], clock: FixedClock) -> Iterator[Connector]:
    """A FHIR server that holds the mutated entries between the witnesses."""
    entries: dict[str, list[Any]] = {}
    for resource in witnesses:
        entries.setdefault(resource["resourceType"], []).append({"resource": resource})
    for number, mutation in enumerate(mutated):
        held = entries.setdefault(mutation.kind, [])
        held.insert(number % (len(held) + 1), mutation.payload)
    with _rendering(fhir_server), fhir_server.serving(FuzzedFhir(entries=entries)) as server:
        settings = {"base_url": f"{server.url}/r4", "token_url": f"{server.url}/token", "client_id": "helhed"}
        settings |= {"client_secret": fhir_server.SECRET, "patience": "never"}
        yield HealthConnector("health", HealthSettings.model_validate(settings), clock=clock.now)


@contextmanager
def social(
    items: dict[str, list[tuple[int, Any]]], of_case: dict[int, list[Any]], clock: FixedClock
) -> Iterator[Connector]:
    """A DUBU that holds these items."""
    held = FuzzedDubu(
        items={kind: sorted(of_kind, key=lambda item: item[0]) for kind, of_kind in items.items()}, of_case=of_case
    )
    with _rendering(social_server), social_server.serving(held) as server:
        settings = {"base_url": server.url, "environment": "prod", "token_url": f"{server.url}/token"}
        settings |= {"client_id": "helhed", "client_secret": social_server.SECRET, "patience": "never"}
        yield SocialConnector("social", SocialSettings.model_validate(settings), clock=clock.now)


@contextmanager
def nexus(witnesses: list[Any], mutated: list[Mutation], clock: FixedClock) -> Iterator[Connector]:
    """A Nexus whose list shows the mutated rows between the witnesses, whole."""
    rows = list(witnesses)
    for number, mutation in enumerate(mutated):
        payload = mutation.payload
        if isinstance(payload, dict) and "id" not in mutation.path[:1]:
            payload = payload | {"id": 10_000 + number}  # the list shows the same id once only
        rows.insert(number % (len(rows) + 1), payload)
    with _rendering(nexus_server), nexus_server.serving(Nexus(extra_rows=rows, page_size=PAGE)) as server:
        settings = {"base_url": server.url + nexus_server.ROOT, "instance": "prod", "list_name": nexus_server.LIST}
        settings |= {"token_url": f"{server.url}/token", "client_id": "helhed", "client_secret": nexus_server.SECRET}
        yield NexusConnector("nexus", NexusSettings.model_validate(settings | {"patience": "never"}), clock=clock.now)


@contextmanager
def _rendering(module: object) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "json", _Json)
        yield
