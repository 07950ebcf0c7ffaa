"""Processor time of a look-up: of the server, in a process of its own as deployed, and of PostgreSQL."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from hub.context import AppContext
from tests.bench.ground import Row
from tests.bench.processes import postmaster, processor_seconds, processor_seconds_with_children, web
from tests.web.serving import browsing


def look_up_costs(name: str, context: AppContext, actor_id: str, citizens: Sequence[UUID]) -> Iterator[Row]:
    """A row for JSON and one for HTML; the employee opens each of the citizens in turn."""
    server = postmaster(context)
    with web(context) as (process, address), browsing(address, actor_id) as browser:
        for kind, path in (("JSON", "/api/overblik/"), ("HTML", "/overblik/")):
            for citizen in citizens[: len(citizens) // 10]:
                browser.http.get(f"{path}{citizen}").raise_for_status()
            before = processor_seconds([process.pid]), processor_seconds_with_children(server)
            for citizen in citizens:
                browser.http.get(f"{path}{citizen}").raise_for_status()
            after = processor_seconds([process.pid]), processor_seconds_with_children(server)
            ours, database = ((end - start) / len(citizens) for start, end in zip(before, after, strict=True))
            told = f"{ours * 1000:.1f} ms + {database * 1000:.1f} ms"
            yield Row(f"processor time of a look-up as {kind}: server + PostgreSQL, {name}", told)
