"""The workspace of the pages about one citizen."""

from hub.web.citizen.page import FamilyPage, OverviewPage
from hub.web.citizen.page_points import PointsPage
from hub.web.citizen.page_reason import ReasonPage, Revealed, RevealedPage
from hub.web.citizen.page_timeline import TimelinePage
from hub.web.shell.workspace import Workspace
from schemas.access import AuditAction

CITIZEN = Workspace(
    name="citizen",
    path="/overblik/{citizen_id}",
    title="Overblik",
    action=AuditAction.OPEN_OVERVIEW,
    pages=(OverviewPage, FamilyPage, TimelinePage, PointsPage, ReasonPage, Revealed, RevealedPage),
    in_menu=False,
    decided_per_citizen=True,
)
