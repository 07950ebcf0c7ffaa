"""What nobody has approved is not read: a newer connector that reads more waits for a person."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import Batch, ReadContext, RecordTypeInfo, Stream
from hub.clock import FixedClock
from hub.collect.service import take_stream
from hub.context import AppContext
from hub.db import Database
from hub.sources.approval_repository import list_approvals
from hub.sources.approvals import approve_fields
from hub.sources.definitions import SourceDefinition, SourceLifecycle
from hub.sources.field_approvals import FieldApproval, unapproved_fields
from hub.sources.health import RunOutcome, RunSummary
from hub.sources.repository import source_areas
from hub.sources.service import add_source
from hub.worker.collecting import collect_stream
from schemas.record import Cursor
from schemas.source import Area, Sensitivity, SourceSystem
from tests.hub.test_worker import make_parts
from tests.sources import OWNER, SilentSource, add_connector

FIELDS = st.lists(st.sampled_from("abcdef"), unique=True).map(tuple)


class WideningSource(SilentSource):
    """A source whose connector reads what its list says at the moment."""

    def __init__(self, source: SourceSystem) -> None:
        super().__init__(source)
        self.fields: dict[str, tuple[str, ...]] = {"case": ("id", "title"), "plan": ("id",)}
        self.reads = 0

    def discover(self) -> tuple[Stream, ...]:
        return tuple(
            Stream(name=name, danish_title=name, record_types=(_info(name, fields),))
            for name, fields in self.fields.items()
        )

    def read(self, stream: str, cursor: Cursor, context: ReadContext) -> Iterator[Batch]:
        self.reads += 1
        return super().read(stream, cursor, context)


def _info(name: str, fields: tuple[str, ...]) -> RecordTypeInfo:
    return RecordTypeInfo(name=name, danish_title=name, facts=(), fields_read=fields, purpose="Prøve.")


@pytest.fixture
def context(database: Database, clock: FixedClock) -> Iterator[AppContext]:
    parts = make_parts(database, clock)
    yield parts
    parts.close()


@pytest.fixture
def source(context: AppContext) -> WideningSource:
    system = SourceSystem(
        name="widening",
        title="Prøve",
        area=Area.SOCIAL,
        authority="Ingen",
        legal_basis="Ingen",
        sensitivity=Sensitivity.ORDINARY,
        expected_cadence=timedelta(hours=1),
        coverage="Intet.",
    )
    widening = WideningSource(system)
    add_connector(context.database, context.catalogue, widening)
    return widening


def read(context: AppContext, stream: str) -> RunSummary:
    lease = take_stream(context.database, "widening", owner=OWNER, stream=stream)
    assert lease is not None
    return collect_stream(context, lease, should_stop=lambda: False)


def test_whoever_adds_a_source_has_approved_what_it_reads(context: AppContext, source: WideningSource) -> None:
    assert read(context, "case").outcome is RunOutcome.COMPLETE
    with context.database.transaction() as session:
        assert list_approvals(session, "widening")["case"].approver == OWNER
    assert source.reads == 1


def test_a_connector_that_reads_more_is_not_asked_until_somebody_approves(
    context: AppContext, source: WideningSource
) -> None:
    source.fields["case"] = ("id", "title", "diagnosis")
    summary = read(context, "case")
    assert (summary.outcome, summary.advice) == (RunOutcome.REFUSED, "fields_not_approved")
    assert "diagnosis" in (summary.message or "")
    assert source.reads == 0
    # What reads no more than before goes on.
    assert read(context, "plan").outcome is RunOutcome.COMPLETE
    with context.database.transaction() as session:
        approve_fields(session, context.catalogue.builder, "widening", approver="Karen Krogh", by="tine.skov")
    assert read(context, "case").outcome is RunOutcome.COMPLETE
    with context.database.transaction() as session:
        approval = list_approvals(session, "widening")["case"]
    assert (approval.approver, approval.approved_by) == ("Karen Krogh", "tine.skov")


def test_a_preview_is_no_way_around_it_and_stores_nothing(context: AppContext, source: WideningSource) -> None:
    source.fields["case"] = ("id", "title", "diagnosis")
    with closing(context.catalogue.open_connector("widening")) as connector, context.database.transaction() as session:
        wanting = unapproved_fields(connector.discover(), list_approvals(session, "widening"))
    assert [(entry.record_type, entry.fields) for entry in wanting] == [("case", ("diagnosis",))]


@given(read_now=FIELDS, approved=FIELDS)
def test_exactly_what_was_not_approved_is_wanting(read_now: tuple[str, ...], approved: tuple[str, ...]) -> None:
    stream = Stream(name="s", danish_title="s", record_types=(_info("t", read_now),))
    approval = FieldApproval.model_validate(
        {
            "record_type": "t",
            "fields": approved,
            "approver": "a",
            "approved_by": "a",
            "approved_at": "2026-01-01T00:00Z",
        }
    )
    wanting = unapproved_fields([stream], {"t": approval})
    assert {field for entry in wanting for field in entry.fields} == set(read_now) - set(approved)


def test_a_draft_that_declares_nothing_yet_stops_no_overview_from_being_built(context: AppContext) -> None:
    draft = SourceDefinition(name="coming", kind="odata", lifecycle=SourceLifecycle.DRAFT)
    with context.database.transaction() as session:
        add_source(session, context.catalogue.builder, draft, secrets={}, by=OWNER)
    with context.database.transaction() as session:
        assert "coming" not in source_areas(session)
