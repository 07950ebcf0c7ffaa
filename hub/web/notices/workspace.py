"""The workspace of notices and webhooks."""

from hub.web.notices.page import NoticesPage, WebhooksPage
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction, Purpose

NOTICES = Workspace(
    name="notices",
    path="/beskeder",
    title="Beskeder",
    action=AuditAction.READ_SOURCES,
    purpose=Purpose.OPERATIONS,
    pages=(NoticesPage, WebhooksPage),
)
