"""Names every module with tables, so that Alembic sees them all."""

import importlib

ALL_TABLES = tuple(
    importlib.import_module(f"hub.{room}.tables")
    for room in (
        "bus",
        "backup",
        "rate_limits",
        "rights",
        "sources",
        "quarantine",
        "inbox",
        "intake",
        "matching",
        "overview",
        "indexing",
        "course",
        "rules",
        "alerts",
        "access",
        "sessions",
        "notices",
        "jobs",
        "audit",
    )
)
