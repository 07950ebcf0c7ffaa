"""Borgerens rettigheder as a workspace."""

from hub.web.rights.page import ContestsPage, RightsListPage, RightsPage
from hub.web.rights.present import PATH
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, Purpose

RIGHTS = Workspace(
    name="rights",
    path=PATH,
    title="Borgerens rettigheder",
    action=AuditAction.READ_RIGHTS,
    purpose=Purpose.LOG_REVIEW,
    pages=(RightsListPage, RightsPage, ContestsPage),
    in_menu=False,
)
