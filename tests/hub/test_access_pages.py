"""Which pages and acts each role reaches, and no other."""

import pytest

from hub.access.acts import BACKUP_ACTS, IDENTITY_ACTS, LOG_ACTS, SAMPLE_ACTS, SOURCE_ACTS, STAFF_ACTS
from hub.access.policy import may
from schemas.access import AuditAction, Role
from tests.access_town import an_actor

MEMBER_ACTS = {AuditAction.SEARCH, AuditAction.LIST_CITIZENS, AuditAction.END_OVERRIDE, AuditAction.READ_DISCLOSURES}
MEMBER_ACTS |= {AuditAction.OPEN_LINK, AuditAction.READ_ALERTS, AuditAction.CHANGE_SUBSCRIPTIONS}
POLICY_ACTS = {AuditAction.READ_POLICY, AuditAction.EXPLAIN_POLICY}
RUN_BY_HELHED = (AuditAction.RUN_RETENTION, AuditAction.FORGET_AGAIN)
"""What Helhed does by itself, on the right of an administrator."""
SENT_TO_MANAGERS = (AuditAction.READ_SAMPLES, AuditAction.ASK_EXPLANATION, AuditAction.REVIEW_SAMPLE)
TOLD_OF_UNITS = (AuditAction.READ_ALERTS, AuditAction.CHANGE_SUBSCRIPTIONS)
MANAGED = (AuditAction.READ_OVERRIDES, AuditAction.REVIEW_OVERRIDE, AuditAction.READ_COMMITTEE_FIGURES)


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        (Role.TEAM_MEMBER, MEMBER_ACTS),
        (
            Role.ADMINISTRATOR,
            {AuditAction.READ_SOURCES, AuditAction.DECIDE_RULE, *STAFF_ACTS, *LOG_ACTS}
            - {AuditAction.EXPORT_LOG, AuditAction.READ_ANSWER, AuditAction.DECIDE_EVENT_NAMES}
            | {AuditAction.READ_DELETIONS, *RUN_BY_HELHED}
            | (POLICY_ACTS | SOURCE_ACTS | IDENTITY_ACTS | BACKUP_ACTS),
        ),
        (
            Role.DPO,
            {AuditAction.READ_LOG, AuditAction.READ_RIGHTS, AuditAction.READ_DELETIONS, *MANAGED, *SAMPLE_ACTS}
            | (LOG_ACTS - {AuditAction.ERASE_LOG} | POLICY_ACTS),
        ),
        (
            Role.MANAGER,
            {AuditAction.READ_OWN_UNITS, *SENT_TO_MANAGERS, *MANAGED, *TOLD_OF_UNITS},
        ),
    ],
)
def test_each_role_reaches_its_own_pages(role: Role, pages: set[AuditAction]) -> None:
    own = {AuditAction.LOG_IN, AuditAction.LOG_OUT, AuditAction.USE_OWN_LOGIN, AuditAction.READ_RULES}
    assert {action for action in AuditAction if may(an_actor(roles={role}), action)} == pages | own
