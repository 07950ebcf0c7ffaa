"""A database from before sources were stored: pauses, runs and cursors come along."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL

from connectors.base import RecordTypeInfo, Stream
from hub.clock import FixedClock
from hub.collect.service import take_stream
from hub.db import Database
from hub.migrations import config, migrate
from hub.sources.approval_repository import list_approvals
from hub.sources.health import RunOutcome
from hub.sources.repository import pauses
from hub.sources.stream_repository import list_streams, runs
from tests.sources import GivenConnector, SilentSource, add_connector, make_catalogue
from tests.web import maja

BEFORE = """
    INSERT INTO cursors VALUES
        ('social', '{"sager": {"at": 7}, "gone": {"at": 1}}', '2023-09-01'),
        ('health', '{"since": {"Patient": "2023"}, "compared": {}, "compared_at": null}', '2023-09-01'),
        ('other', '{"generation": 4, "seen": {}}', '2023-09-01');
    INSERT INTO source_pauses VALUES ('health', 'tine.skov', 'Opdateres', '2023-09-02');
    INSERT INTO collect_runs
        (id, source, started_at, ended_at, outcome, read, published, rejected, skipped, last_data_at)
    VALUES (gen_random_uuid(), 'social', '2023-09-01', '2023-09-01', 'complete', 3, 3, 0, '{}', '2023-09-01')
"""


class SourceWithFields(SilentSource):
    """A source that reads two fields of one type."""

    def discover(self) -> tuple[Stream, ...]:
        case = RecordTypeInfo(
            name="case", danish_title="Sag", facts=(), fields_read=("id", "title"), purpose="Prøve af opgradering."
        )
        return (Stream(name="sager", danish_title="Sager", record_types=(case,)),)


@pytest.fixture
def url(postgres: URL) -> Iterator[URL]:
    name = f"migrated_{uuid4().hex}"
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield postgres.set(database=name)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


def test_what_was_known_of_the_sources_is_still_known(url: URL, clock: FixedClock) -> None:
    before = ScriptDirectory.from_config(config(url)).get_revision("0012_sources").down_revision
    assert isinstance(before, str)
    migrate(url, before)
    database = Database(url)
    with database.transaction() as session:
        session.execute(text(BEFORE))
    migrate(url)
    with database.transaction() as session:
        assert [run.outcome for run in runs(session, "social")] == [RunOutcome.COMPLETE]
        assert pauses(session)["health"].reason == "Opdateres"
        assert list_streams(session, "health") == list_streams(session, "other") == ()
    add_connector(database, make_catalogue(database, clock), SilentSource(maja.SOCIAL, ("sager", "ydelser")))
    lease = take_stream(database, "social", owner="me", stream="sager")
    assert lease
    assert lease.cursor == {"at": 7}
    with database.transaction() as session:
        streams = {stream.stream: stream.last_success_at for stream in list_streams(session, "social")}
    assert streams.keys() == {"sager", "ydelser"}
    assert streams["sager"]
    assert streams["ydelser"] is None
    database.close()
    command.downgrade(config(url), "0030_login_provider")  # as a source that is read stood before fields were approved
    migrate(url)
    database = Database(url)
    catalogue = make_catalogue(database, clock)
    catalogue.builder.kinds["test_social"] = GivenConnector(SourceWithFields(maja.SOCIAL))
    for _ in range(2):  # what is written in full is written once
        catalogue.open_connector("social").close()
    with database.transaction() as session:
        (approval,) = list_approvals(session, "social").values()
        assert session.scalar(text("SELECT count(*) FROM field_approvals")) == 2
    assert (approval.record_type, approval.fields) == ("case", ("id", "title"))
    assert (approval.approver, approval.approved_by) == ("Godkendt ved opgradering", "upgrade")
    database.close()
    command.downgrade(config(url), before)
    migrate(url, "0012_sources")
