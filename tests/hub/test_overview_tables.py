"""The migrations make exactly the tables of overview and indexing, and take them away again."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from hub.db import Base, Database
from hub.indexing.tables import ComparisonRow, CutDocumentRow, OutboxRow
from hub.migrations import config, migrate
from hub.overview.tables import OverviewDueRow, OverviewRow, OverviewUnitRow, OverviewVersionRow, OverviewWorkerRow

ROWS = (
    ComparisonRow,
    CutDocumentRow,
    OutboxRow,
    OverviewDueRow,
    OverviewRow,
    OverviewUnitRow,
    OverviewVersionRow,
    OverviewWorkerRow,
)
NAMES = {row.__tablename__ for row in ROWS}


def test_the_migration_and_the_tables_agree(database: Database) -> None:
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert not [difference for difference in differences if any(name in str(difference) for name in NAMES)]


def test_the_migration_goes_back_and_forth(database: Database) -> None:
    command.downgrade(config(database.url), "0004_matching")
    assert not NAMES & set(inspect(database.engine).get_table_names())
    migrate(database.url)
    assert set(inspect(database.engine).get_table_names()) >= NAMES
