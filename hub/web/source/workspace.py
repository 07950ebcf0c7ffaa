"""The workspace of one source: its pages and who reaches them."""

from hub.web.shell.workspace import Workspace
from hub.web.source.page import (
    ChangesPage,
    ForgettingProgress,
    ForgottenPage,
    RemovePage,
    RunningPart,
    RunPage,
    RunsPage,
    SchedulePage,
    SettingsPage,
    SourcePage,
)
from schemas.access import AuditAction, Purpose

SOURCE = Workspace(
    name="source",
    path="/kilder/{name}",
    title="Kilde",
    action=AuditAction.READ_SOURCES,
    purpose=Purpose.OPERATIONS,
    in_menu=False,
    pages=(
        SourcePage,
        RunningPart,
        RunsPage,
        RunPage,
        ChangesPage,
        SchedulePage,
        SettingsPage,
        RemovePage,
        ForgottenPage,
        ForgettingProgress,
    ),
)
