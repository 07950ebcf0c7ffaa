"""Asks the hub and the oracle the same, and collects where they differ."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from itertools import cycle
from random import Random

from hub.access.citizen_search import search
from hub.access.policy import decide
from hub.access.service import open_overview
from hub.course.repository import access_facts_of
from hub.db import Database
from hub.indexing.writer import build_documents
from hub.overview import repository as overviews
from hub.overview.service import read
from schemas.access import AccessRequest, Actor, Basis, Purpose, Role
from schemas.search import AccessFilter, SearchQuery
from schemas.source import Area
from search.postgres import PostgresIndex
from tests.attack.oracle import answer, is_guarded
from tests.attack.world import DAYS, Citizen, World, make_world, store
from tests.conftest import DIGEST_KEY

REASONS = ("", "haster", "   h a s t e r   ", "Akut bekymring fra naboen")
PAGE_EVERY, SEARCH_EVERY = 400, 800
"""Of the questions so many are asked of whole pages, and of the search."""
CITIZENS, ACTORS = 60, 40


def ask(database: Database, index: PostgresIndex, seed: int, questions: int) -> Iterator[str]:
    """Every difference, in words; at least *questions* questions are asked."""
    world = make_world(seed, CITIZENS, ACTORS)
    with database.transaction() as session:
        store(session, world)
        keys = [citizen.key for citizen in world.citizens]
        stored = [each.document for each in overviews.stored(session, keys).values() if each.document]
        index.put(build_documents(session, stored, DIGEST_KEY, DAYS[2]))
    index.refresh()
    random, asked = Random(seed), 0  # noqa: S311  no secret
    for actor, day, reason in _questions(world):
        with database.transaction() as session:
            facts = access_facts_of(session, actor, keys, day)
        for citizen in world.citizens:
            decision = decide(actor, facts[citizen.key], _request(reason))
            expected = answer(world, actor, citizen, day, reason)
            told = (decision.basis, decision.shown, decision.may_reveal)
            if told != (expected.basis, expected.shown, expected.may_reveal):
                yield f"seed {seed}: {actor.id} {citizen.number} {day} {reason!r}: {told}, and not {expected}"
            asked += 1
            if asked % PAGE_EVERY == 0:
                yield from _page(database, world, actor, random.choice(world.citizens), day, reason)
        if asked % SEARCH_EVERY < CITIZENS:
            yield from _search(database, index, world, actor)
        if asked >= questions:
            return


def _questions(world: World) -> Iterator[tuple[Actor, date, str]]:
    every = [(actor, day, reason) for actor in world.actors for day in DAYS for reason in REASONS]
    Random(len(world.courses)).shuffle(every)  # noqa: S311  no secret
    return cycle(every)


def _request(reason: str) -> AccessRequest:
    return AccessRequest(purpose=Purpose.FOLLOW_UP, request_id="attack", override_reason=reason or None)


def _at(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=UTC)


def _page(database: Database, world: World, actor: Actor, citizen: Citizen, day: date, reason: str) -> Iterator[str]:
    """What stands on the page: only words of areas that are shown, and no place of anybody guarded."""
    expected = answer(world, actor, citizen, day, reason)
    with database.transaction() as session:
        opened = open_overview(
            session,
            actor,
            citizen.key,
            _request(reason),
            now=_at(day),
            read=lambda facts: read(session, facts.citizen_id),
        )
    text = opened.overview.model_dump_json() if opened.overview else ""
    for area in Area:
        has_lines = any(line.area is area for line in citizen.lines)
        if (f"secret{area}{citizen.number}" in text) != (has_lines and area in expected.lines_shown):
            yield f"{actor.id} on the page of {citizen.number}, {day}, {reason!r}: words of {area}"
        section = (
            next((each for each in opened.overview.sections if each.area is area), None) if opened.overview else None
        )
        if section is not None and section.exists != (has_lines if area in expected.existence else None):
            yield f"{actor.id} on the page of {citizen.number}, {day}, {reason!r}: whether there is anything of {area}"
    if is_guarded(world, citizen, day) and f"place{citizen.number}" in text:
        yield f"{actor.id} on the page of {citizen.number}, {day}: a place of somebody guarded"


def _search(database: Database, index: PostgresIndex, world: World, actor: Actor) -> Iterator[str]:
    """Who is found, by name and by a word of each area; how many, and with which choices."""
    day = DAYS[2]
    answers = {citizen.number: answer(world, actor, citizen, day, "") for citizen in world.citizens}
    found_by_name = {number for number, each in answers.items() if each.may_find}
    for text, expected in [
        ("Testborger", found_by_name),
        *(
            (f"secret{area}{citizen.number}", {citizen.number} if area in answers[citizen.number].searched else set())
            for citizen in world.citizens[:3]
            for area in {line.area for line in citizen.lines}
        ),
    ]:
        query = SearchQuery(text=text, size=100, access=AccessFilter(on=day))
        with database.transaction() as session:
            result = search(session, actor, query, _request(""), index=index, digest_key=DIGEST_KEY, now=_at(day))
        by_key = {citizen.key: citizen.number for citizen in world.citizens}
        found = {by_key[hit.citizen_id] for hit in result.page.hits}
        if found != expected or result.page.total != len(expected):
            yield f"{actor.id} searches {text}: finds {found} of {result.page.total}, and not {expected}"
        if text == "Testborger" and Role.TEAM_MEMBER in actor.roles:
            counts = Counter(
                area
                for number in expected
                for area in {line.area for line in world.citizens[number].lines}
                if area in answers[number].searched
            )
            if {facet.value: facet.count for facet in result.page.facets.get("area", ())} != counts:
                yield f"{actor.id} searches {text}: counts of areas"
            guarded = {f"place{number}" for number in expected if is_guarded(world, world.citizens[number], day)}
            if guarded & {facet.value for facet in result.page.facets.get("unit", ())}:
                yield f"{actor.id} searches {text}: a place of somebody guarded is a choice"
    if not found_by_name <= {number for number, each in answers.items() if each.basis is not Basis.NONE}:
        yield f"{actor.id}: finds whom no page opens"
