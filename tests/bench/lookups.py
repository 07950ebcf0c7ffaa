"""Look-ups, decided and logged, against the floors that they stand on."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

import httpx
import psycopg
from opensearchpy import OpenSearch
from sqlalchemy import text

from hub.access.service import open_overview
from hub.access.tables import ActorRow
from hub.context import AppContext
from hub.course import service as course
from hub.course.views import Membership
from hub.indexing.serving import OverviewReader
from schemas.access import AccessRequest, Actor, Purpose, Role
from schemas.source import Area
from tests.bench.ground import DAY, Ground, Row, compared, p50, p99, times_of
from tests.bench.line_share import line_share
from tests.bench.lookup_cost import look_up_costs
from tests.bench.processes import web
from tests.consents import consent_to_areas, open_course
from tests.web.serving import browsing

LOOK_UPS = 600
WARM = 60
REACH = 300
"""Citizens on the looker's team, which is what opens them; their families come with them."""
REACH_OF_SHARE = 30
WHO = Actor(
    id="bench.looker",
    name="Looker",
    title="tovholder",
    roles=frozenset({Role.TEAM_MEMBER}),
    area=Area.SOCIAL,
    unit_id="social:100",
)
WHY = AccessRequest(purpose=Purpose.FOLLOW_UP, request_id="bench")


def looker(context: AppContext) -> list[UUID]:
    """An employee with citizens on a team each: theirs are opened by right, as most look-ups are."""
    with context.database.transaction() as session:
        chosen = list(
            session.scalars(
                text(
                    "SELECT citizen_id FROM overviews"
                    " ORDER BY document #> '{header,relatives}' = '[]', md5(citizen_id::text) LIMIT :reach"
                ),
                {"reach": REACH},
            )
        )
        if session.get(ActorRow, WHO.id) is None:
            session.add(
                ActorRow(
                    id=WHO.id,
                    name=WHO.name,
                    title=WHO.title,
                    roles=["team_member"],
                    unit_id=WHO.unit_id,
                    unit_name="Familieafdelingen",
                    area=WHO.area,
                    active=True,
                )
            )
            session.flush()
        for one in chosen:
            if course.team_of(session, one, DAY) is None:
                course_id = open_course(session, "Forløb", [one], DAY)
                course.join(session, course_id, Membership(actor_id=WHO.id, reason="Måling"), DAY)
                consent_to_areas(session, course_id, one, list(Area), context.clock.now().date())
    return chosen


def looking_up(ground: Ground, size: int) -> Iterator[Row]:
    """Each way to a citizen's overview, on both indices."""
    citizens = looker(ground.distributed)
    chosen = random.Random(1).choices(citizens, k=LOOK_UPS)  # noqa: S311  whom to look up
    get, select, insert = _floors(ground, chosen)
    for name, context in (("OpenSearch", ground.distributed), ("PostgreSQL", ground.embedded)):
        service = _service(context, chosen)
        with web(context) as (_, address), browsing(address, WHO.id) as browser:
            empty = times_of([partial(_ok, browser.http, "/health/live") for _ in chosen])[WARM:]
            json = times_of([partial(_ok, browser.http, f"/api/overblik/{one}") for one in chosen])[WARM:]
            html = times_of([partial(_ok, browser.http, f"/overblik/{one}") for one in chosen[: LOOK_UPS // 4]])
        is_goal = name == "OpenSearch"
        at = f"{size:,} citizens, {name}"
        with service_call(context) as look_up:
            yield from line_share(context, citizens[:REACH_OF_SHARE], WHO.id, look_up, at)
        yield from look_up_costs(at, context, WHO.id, chosen[: LOOK_UPS // 2])
        yield compared(f"service call p50, {at}", p50(service), p50(get), 1.6 if is_goal else None)
        yield compared(f"service call p99, {at}", p99(service), p99(get))
        yield compared(f"JSON over HTTP p50, {at}", p50(json), p50(get) + p50(empty), 1.3 if is_goal else None)
        yield compared(f"JSON over HTTP p99, {at}", p99(json), p99(get) + p99(empty))
        yield compared(f"HTML over HTTP p50, {at}", p50(html), p50(get) + p50(empty))
        yield compared(f"floor: empty endpoint p50, {at}", p50(empty), p50(get))
    yield compared("floor: version by primary key p50", p50(select), p50(get))
    yield compared("floor: insert with commit p50", p50(insert), p50(get))


def _floors(ground: Ground, chosen: list[UUID]) -> tuple[list[float], list[float], list[float]]:
    settings = ground.distributed.settings
    client = OpenSearch(settings.opensearch_urls.split(","))
    index = settings.opensearch_index
    get = times_of([partial(client.get, index=index, id=str(one)) for one in chosen])[WARM:]
    client.close()
    with psycopg.connect(_address(ground.embedded), autocommit=True) as connection:
        query = "SELECT version FROM overviews WHERE citizen_id = %s"
        select = times_of([partial(connection.execute, query, [one]) for one in chosen])[WARM:]
        connection.execute("CREATE TABLE IF NOT EXISTS bare_lines (id bigserial PRIMARY KEY, line jsonb)")
        line = '{"action": "open_overview", "outcome": "shown"}'
        result = "INSERT INTO bare_lines (line) VALUES (%s)"
        insert = times_of([partial(connection.execute, result, [line]) for _ in chosen])[WARM:]
    return get, select, insert


def _service(context: AppContext, chosen: list[UUID]) -> list[float]:
    with service_call(context) as look_up:
        return times_of([partial(look_up, one) for one in chosen])[WARM:]


@contextmanager
def service_call(context: AppContext) -> Iterator[Callable[[UUID], None]]:
    """What opens a citizen's overview without HTTP around it."""
    reader = OverviewReader(context.index)

    def look_up(citizen: UUID) -> None:
        prefetched = reader.prefetch(citizen)
        with context.database.transaction() as session:
            opened = open_overview(
                session,
                WHO,
                citizen,
                WHY,
                now=context.clock.now(),
                read=lambda facts: reader.serve(session, facts, prefetched).overview,
            )
        assert opened.overview is not None, opened.decision

    try:
        yield look_up
    finally:
        reader.close()


def _ok(client: httpx.Client, address: str) -> None:
    assert client.get(address).status_code == httpx.codes.OK


def _address(context: AppContext) -> str:
    return context.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
