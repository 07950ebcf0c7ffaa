"""Asks the hub and the oracle the same, and collects where they differ."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from itertools import cycle
from random import Random

from hub.access.citizen_search import search
from hub.access.masking import mask_numbers
from hub.access.policy import decide
from hub.access.service import Opened, list_citizens, open_overview, record_print
from hub.course.repository import access_facts_of
from hub.db import Database
from hub.indexing.writer import build_documents
from hub.overview import repository as overviews
from hub.overview.service import read
from hub.web.citizen.page_data import PageData
from hub.web.citizen.present import family_page, overview_page
from hub.web.citizen.present_timeline import timeline_page
from schemas.access import AccessRequest, Actor, Basis, PageKind, Purpose, Role
from schemas.search import AccessFilter, SearchQuery
from schemas.source import Area
from search.postgres import PostgresIndex
from tests.attack.desks import ask_desks
from tests.attack.oracle import Answer, answer, is_guarded
from tests.attack.restricted import restrict_some, restricted
from tests.attack.world import DAYS, Citizen, World, make_world, store
from tests.conftest import DIGEST_KEY

REASONS = ("", "haster", "   h a s t e r   ", "Akut bekymring fra naboen")
PAGE_EVERY, SEARCH_EVERY = 240, 800
"""Of the questions so many are asked of whole pages, and of lists and the search."""
VIEWS: dict[PageKind, Callable[[PageData], object]] = {
    PageKind.OVERVIEW: overview_page,
    PageKind.TIMELINE: timeline_page,
    PageKind.FAMILY: family_page,
}
CITIZENS, ACTORS = 60, 40


def ask(database: Database, index: PostgresIndex, seed: int, questions: int) -> Iterator[str]:
    """Every difference, in words; at least *questions* questions are asked."""
    world = make_world(seed, CITIZENS, ACTORS)
    with database.transaction() as session:
        store(session, world)
        restrict_some(session, world)
        keys = [citizen.key for citizen in world.citizens]
        stored = [each.document for each in overviews.stored(session, keys).values() if each.document]
        index.put(build_documents(session, stored, DIGEST_KEY, DAYS[2]))
    index.refresh()
    random, asked = Random(seed), 0  # noqa: S311  no secret
    for actor, day, reason in _questions(world):
        with database.transaction() as session:
            facts = access_facts_of(session, actor, keys, day)
        for citizen in world.citizens:
            asked += 1
            expected = answer(world, actor, citizen, day, reason)
            if citizen.key not in facts:
                if citizen not in restricted(world):
                    yield f"seed {seed}: {actor.id} {citizen.number}: there is nobody"
                continue
            decision = decide(actor, facts[citizen.key], _request(reason))
            told = (decision.basis, decision.shown, decision.may_reveal)
            if told != (expected.basis, expected.shown, expected.may_reveal):
                yield f"seed {seed}: {actor.id} {citizen.number} {day} {reason!r}: {told}, and not {expected}"
            if asked % PAGE_EVERY == 0:
                yield from _page(database, world, actor, _whose_page(random, world, actor, day, reason), day, reason)
        if asked % SEARCH_EVERY < CITIZENS:
            yield from _list(database, world, actor, day)
            yield from _search(database, index, world, actor)
            yield from ask_desks(database, world, actor, _request(reason), _at(day))
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


def _whose_page(random: Random, world: World, actor: Actor, day: date, reason: str) -> Citizen:
    """Anybody, or half of the time somebody whom the actor may open, if there is one: most may not be."""
    allowed = [citizen for citizen in world.citizens if answer(world, actor, citizen, day, reason).allowed]
    return random.choice(allowed if allowed and random.random() < 0.5 else world.citizens)


def _page(database: Database, world: World, actor: Actor, citizen: Citizen, day: date, reason: str) -> Iterator[str]:
    """What every page and the API tell, and whether it may be printed."""
    expected = answer(world, actor, citizen, day, reason)
    where = f"{actor.id} on the page of {citizen.number}, {day}, {reason!r}"
    for page, view in VIEWS.items():
        request = _request(reason).model_copy(update={"page": page})
        with database.transaction() as session:
            opened = open_overview(
                session, actor, citizen.key, request, now=_at(day), read=lambda facts: read(session, facts.citizen_id)
            )
            printed = record_print(session, actor, citizen.key, request, now=_at(day))
        if (printed.allowed, printed.shown) != (expected.allowed, expected.shown):
            yield f"{where}: printed with {printed.basis}, {printed.shown}"
        if (opened.overview is not None) != expected.allowed:
            yield f"{where}: {page} opens, or does not"
        if opened.overview is None:
            continue
        data = PageData(
            overview=mask_numbers(opened.overview),
            decision=opened.decision,
            actor=actor,
            purpose=request.purpose,
            now=_at(day),
            sources={},
            page=page,
        )
        told = {"API": data.overview.model_dump_json(), page.value: repr(view(data))}
        for surface, text in told.items():
            for fault in _faults(world, citizen, day, expected, text, is_whole=surface == "API"):
                yield f"{where}, {surface}: {fault}"
        for fault in _existence_faults(citizen, expected, opened):
            yield f"{where}: {fault}"


def _faults(world: World, citizen: Citizen, day: date, expected: Answer, text: str, *, is_whole: bool) -> Iterator[str]:
    """Words of areas that are not shown, and a place of somebody guarded; words that are missing where all stand.

    The pages leave out what is cancelled or long over; what the API answers has every line.
    """
    for area in Area:
        is_due = any(line.area is area and expected.shows(line) for line in citizen.lines)
        stands = f"secret{area}{citizen.number}" in text
        if stands > is_due or (is_whole and stands < is_due):
            yield f"words of {area}"
    for hidden in restricted(world):
        if re.search(rf"secret[a-z]+{hidden.number}\b", text):
            yield f"words of {hidden.number}, whose processing is restricted"
    if is_guarded(world, citizen, day) and f"place{citizen.number}" in text:
        yield "a place of somebody guarded"


def _existence_faults(citizen: Citizen, expected: Answer, opened: Opened) -> Iterator[str]:
    """Areas of which is told that there is something, or nothing, and should not be, or the other way round."""
    for section in opened.overview.sections if opened.overview else ():
        has_lines = any(line.area is section.area for line in citizen.lines)
        if section.exists != (has_lines if section.area in expected.existence else None):
            yield f"whether there is anything of {section.area}"


def _list(database: Database, world: World, actor: Actor, day: date) -> Iterator[str]:
    """Who stands on the list of own citizens: those on whose team the actor is."""
    with database.transaction() as session:
        listed = {each.citizen.citizen_id for each in list_citizens(session, actor, _request(""), now=_at(day))}
    expected = {citizen.key for citizen in world.citizens if answer(world, actor, citizen, day, "").basis is Basis.TEAM}
    if listed != expected:
        yield f"{actor.id} lists {len(listed)} citizens on {day}, and not {len(expected)}"


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
