"""Search documents that are made with the overviews: the index gets what it would get if they were made when sent."""

import json
from hashlib import sha256
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from sqlalchemy import text

import schemas
from hub.clock import FixedClock, danish_day
from hub.db import Database
from hub.indexing.documents import SHAPE, prepare_document, preparing_with
from hub.indexing.writer import Documents, build_documents, read_documents
from hub.overview import repository as overviews
from hub.overview.prepared_repository import perhaps_guarded
from schemas.overview import Overview
from schemas.record import PartyRole, SourceRecord
from schemas.search import PreparedDocument, SearchDocument
from search.opensearch_mapping import to_body
from search.prepared import unfold
from tests.emptying import empty
from tests.factories import (
    EMIL,
    IDA,
    JONAS,
    MAJA,
    make_case,
    make_effort,
    make_party,
    make_person,
    make_record,
    make_relation,
)  # fmt: skip
from tests.hub.test_identity_unmerge import KEY, WIPED, citizen, process, worlds
from tests.hub.test_overview_builder import about, made

MADE = "1 2110"
"""Shape and digest of the document below and of all code lists. Whoever changes them raises ``documents.SHAPE``."""


def read_both(database: Database, clock: FixedClock) -> tuple[Documents, tuple[SearchDocument, ...]]:
    """What the index writer sends, and what is made of the same overviews at once; both by citizen."""
    on = danish_day(clock.now())
    with database.transaction() as session:
        citizens = session.scalars(text("SELECT citizen_id FROM overviews ORDER BY citizen_id")).all()
        sent = read_documents(session, citizens, digest_key=KEY, on=on).documents
        stored = [each.document for each in overviews.stored(session, citizens).values() if each.document]
        made_now = build_documents(session, stored, KEY, on)
    return (
        tuple(sorted(sent, key=lambda each: each.citizen_id)),
        tuple(sorted(made_now, key=lambda each: each.citizen_id)),
    )


def as_stored(document: SearchDocument | PreparedDocument) -> object:
    """As an index stores it, with the page read, since the order of its fields means nothing."""
    body = json.loads(document.body if isinstance(document, PreparedDocument) else to_body(document) or "")
    return body | {"overview": Overview.model_validate_json(body["overview"]) if body["overview"] else None}


@given(world=worlds)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_index_gets_what_would_be_made_of_the_overview(
    database: Database, clock: FixedClock, world: list[SourceRecord]
) -> None:
    with database.transaction() as session:
        empty(session, *WIPED)
    process(database, clock, world)
    sent, made_now = read_both(database, clock)
    assert [as_stored(each) for each in sent] == [as_stored(each) for each in made_now]
    assert [as_stored(unfold(each)) for each in sent] == [as_stored(each) for each in made_now]
    assert all(isinstance(each, SearchDocument) for each in sent if unfold(each).protected)


def test_a_document_is_moved_as_it_stands_unless_it_has_another_shape(database: Database, clock: FixedClock) -> None:
    process(database, clock, [make_person(MAJA), make_record()])
    with database.transaction() as session:
        session.execute(text("UPDATE overviews SET search_document = replace(search_document, 'Maja', 'Moved')"))
    ((moved,), (made_now,)) = read_both(database, clock)
    assert unfold(moved).name == made_now.name.replace("Maja", "Moved")
    older_shape = "UPDATE overviews SET search_mark = replace(search_mark, '1.', '0.')"
    another_release = "UPDATE overview_versions SET digest = md5(digest)"
    for changed in (older_shape, another_release):
        with database.transaction() as session:
            session.execute(text("UPDATE overviews SET search_document = '{}'"))
            session.execute(text(changed))
        for _ in ("made anew", "and kept"):
            ((sent,), _) = read_both(database, clock)
            assert isinstance(sent, PreparedDocument)
            assert as_stored(sent) == as_stored(made_now)


def test_a_name_that_only_some_areas_use_waits_for_the_areas_of_the_day(database: Database, clock: FixedClock) -> None:
    process(database, clock, [make_person(MAJA), make_person(MAJA, given_name="Maia", source="health")])
    ((sent,), (made_now,)) = read_both(database, clock)
    assert sent == made_now
    assert made_now.area_names


def test_who_lives_with_somebody_protected_is_found_by_the_documents_that_are_missing(
    database: Database, clock: FixedClock
) -> None:
    process(database, clock, [
        make_person(MAJA), make_person(JONAS, source_id="2"),
        make_person(IDA, source_id="3", name_address_protected=True), make_person(EMIL, source_id="4"),
        make_record(parties=[make_party(MAJA), make_party(JONAS, role=PartyRole.CONCERNED)]),
        make_relation(JONAS, IDA),
    ])  # fmt: skip
    maja, emil = citizen(database, MAJA), citizen(database, EMIL)
    written = "UPDATE overviews SET search_document = '{}', people = '{}' WHERE search_document IS NULL"
    unmarked = "SELECT citizen_id FROM overviews WHERE people = '{}'"
    another_release = (
        written,
        f"UPDATE overview_versions SET digest = md5(digest) WHERE citizen_id IN ({unmarked})",  # noqa: S608  constants
    )
    for changes in ((), another_release):
        with database.transaction() as session:
            for change in changes:
                session.execute(text(change))
            citizens = session.scalars(text("SELECT citizen_id FROM overviews")).all()
            unclear = perhaps_guarded(session, citizens, preparing_with(KEY).shape)
        assert maja in unclear, "her page speaks of Jonas, who lives with Ida"
        assert emil not in unclear
        sent, made_now = read_both(database, clock)
        assert [as_stored(each) for each in sent] == [as_stored(each) for each in made_now]
        assert {each.citizen_id for each in sent if isinstance(each, PreparedDocument)} == {emil}


def test_the_shape_is_raised_with_whatever_changes_a_document() -> None:
    overview = made([about(make_effort(), source_id="1"), about(make_case(), source_id="2")])
    digest = sha256((prepare_document(overview, KEY) or "").encode())
    for path in sorted((Path(schemas.__file__).parent / "code_lists").glob("*.csv")):
        digest.update(path.read_bytes())
    assert f"{SHAPE} {digest.hexdigest()[:4]}" == MADE
