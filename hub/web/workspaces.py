"""The one table of workspaces, in the order of the menu. A new workspace is a folder of its own and a line here."""

from hub.web.accountability.routes import ACCOUNTABILITY
from hub.web.alerts.routes import ALERTS
from hub.web.citizen.routes import CITIZEN
from hub.web.committee.routes import COMMITTEE
from hub.web.connect.routes import CONNECT
from hub.web.consents.routes import CONSENTS
from hub.web.course.routes import COURSES
from hub.web.deletions.routes import DELETIONS
from hub.web.disclosures.routes import DISCLOSURES
from hub.web.held_deletions.routes import HELD_DELETIONS
from hub.web.identity.routes import IDENTITY
from hub.web.index.routes import INDEX
from hub.web.integrity.routes import INTEGRITY
from hub.web.links.routes import LINKS
from hub.web.login.routes import LOGIN
from hub.web.lookups.routes import LOOKUPS
from hub.web.meetings.routes import MEETINGS
from hub.web.my_citizens.routes import MY_CITIZENS
from hub.web.my_page.routes import MY_PAGE
from hub.web.notices.routes import NOTICES
from hub.web.overrides.routes import OVERRIDES
from hub.web.oversight.routes import OVERSIGHT
from hub.web.own_units.routes import OWN_UNITS
from hub.web.plan.routes import PLAN
from hub.web.quarantine.routes import QUARANTINE
from hub.web.rights.routes import RIGHTS
from hub.web.rule_register.routes import RULE_REGISTER
from hub.web.samples.routes import SAMPLES
from hub.web.search.routes import SEARCH
from hub.web.shell.workspace import Workspace
from hub.web.source.routes import SOURCE
from hub.web.sources.routes import SOURCES
from hub.web.staff.routes import STAFF
from hub.web.trial_actions.routes import TRIAL_ACTIONS

WORKSPACES: tuple[Workspace, ...] = (
    MY_CITIZENS,
    OWN_UNITS,
    ALERTS,
    COURSES,
    MEETINGS,
    CONSENTS,
    DISCLOSURES,
    OVERSIGHT,
    LOOKUPS,
    OVERRIDES,
    SAMPLES,
    INTEGRITY,
    ACCOUNTABILITY,
    RIGHTS,
    DELETIONS,
    COMMITTEE,
    SOURCES,
    HELD_DELETIONS,
    QUARANTINE,
    IDENTITY,
    INDEX,
    NOTICES,
    CONNECT,
    SOURCE,
    STAFF,
    RULE_REGISTER,
    SEARCH,
    CITIZEN,
    PLAN,
    TRIAL_ACTIONS,
    LINKS,
    LOGIN,
    MY_PAGE,
)
