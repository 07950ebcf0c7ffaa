"""Alembic entry point: one connection, a transaction for each migration, all tables known."""

from alembic import context
from sqlalchemy import create_engine, pool

from hub.db import Base, with_driver
from hub.migrations.tables import ALL_TABLES

assert ALL_TABLES  # importing it fills the metadata  # noqa: S101

engine = create_engine(
    with_driver(context.config.attributes["url"]),
    poolclass=pool.NullPool,
    # Whoever may make schemas could otherwise stand in the owner's way with one of the owner's name. A lock is waited
    # for no longer than a fifth of the second after which PostgreSQL looks for deadlocks: processes that work meanwhile
    # are not held up, and not chosen to fail.
    connect_args={"options": "-c search_path=public -c lock_timeout=200ms"},
)
with engine.connect() as connection:
    context.configure(
        connection=connection, target_metadata=Base.metadata, compare_type=True, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()
