"""The acts that are not done to one citizen, by what they are done to; each is an action of the policies."""

from schemas.access import AuditAction

SOURCE_ACTS = frozenset(
    {
        AuditAction.CONFIGURE_SOURCE,
        AuditAction.FORGET_SOURCE,
        AuditAction.PAUSE_SOURCE,
        AuditAction.RESUME_SOURCE,
        AuditAction.RUN_SOURCE,
        AuditAction.STOP_RUN,
        AuditAction.RELEASE_DELETIONS,
        AuditAction.REFUSE_DELETIONS,
        AuditAction.READ_QUARANTINE,
        AuditAction.REPLAY_QUARANTINE,
        AuditAction.REPAIR_INDEX,
        AuditAction.REBUILD_INDEX,
    }
)
"""What is done to a source, or to what sources have brought; each is an action of the policies under the same name."""
IDENTITY_ACTS = frozenset(
    {
        AuditAction.READ_IDENTITIES,
        AuditAction.LINK_IDENTITY,
        AuditAction.KEEP_APART,
        AuditAction.MERGE_CITIZENS,
        AuditAction.CONFIRM_MERGE,
        AuditAction.UNMERGE_CITIZENS,
        AuditAction.WITHDRAW_DECISION,
    }
)
"""What is decided about who is who, likewise."""
STAFF_ACTS = frozenset(
    {AuditAction.READ_STAFF, AuditAction.UPDATE_STAFF, AuditAction.CHANGE_ACCOUNT, AuditAction.CHANGE_WEBHOOK}
)
"""What is done about employees, machines and other systems, likewise."""
LOG_ACTS = frozenset(
    {
        AuditAction.READ_ANSWER,
        AuditAction.CHECK_TEST_DATA,
        AuditAction.READ_INTEGRITY,
        AuditAction.EXPORT_LOG,
        AuditAction.EXPORT_EVENTS,
        AuditAction.DECIDE_EVENT_NAMES,
        AuditAction.ERASE_LOG,
    }
)
"""What is done with the log as a whole, and what else a DPO asks of the whole installation, likewise."""
BACKUP_ACTS = frozenset({AuditAction.BACK_UP, AuditAction.RESTORE_BACKUP, AuditAction.CHANGE_KEYS})
"""What is done with copies of the database, likewise."""
RIGHTS_ACTS = frozenset(
    {
        AuditAction.PLACE_HOLD,
        AuditAction.RELEASE_HOLD,
        AuditAction.FORGET_CITIZEN,
        AuditAction.LIFT_FORGETTING,
        AuditAction.RESTRICT_CITIZEN,
        AuditAction.LIFT_RESTRICTION,
        AuditAction.CONTEST_FACT,
        AuditAction.DECIDE_CONTEST,
        AuditAction.EXPORT_DATA,
        AuditAction.NAME_EMPLOYEES,
    }
)
"""What the DPO decides about a citizen's rights, likewise; each but the copy takes a reason."""
SAMPLE_ACTS = frozenset(
    {
        AuditAction.DRAW_SAMPLE,
        AuditAction.READ_SAMPLES,
        AuditAction.SEND_SAMPLE_LINE,
        AuditAction.ASK_EXPLANATION,
        AuditAction.REVIEW_SAMPLE,
        AuditAction.EXPORT_SAMPLE,
    }
)
"""What is done with samples of look-ups, likewise."""
CONSENT_ACTS = frozenset(
    {
        AuditAction.READ_CONSENTS,
        AuditAction.PRINT_CONSENTS,
        AuditAction.GIVE_CONSENT,
        AuditAction.WITHDRAW_CONSENT,
    }
)
"""What is done with a citizen's consents to a course, likewise."""
COURSE_ACTS = frozenset(
    {
        AuditAction.READ_COURSE,
        AuditAction.ADD_TEAM_MEMBER,
        AuditAction.REMOVE_TEAM_MEMBER,
        AuditAction.ADD_COURSE_CITIZEN,
        AuditAction.END_COURSE,
    }
)
"""What is done with a course and its team, likewise."""
ALERT_ACTS = frozenset({AuditAction.TAKE_ALERT, AuditAction.HAND_OVER_ALERT, AuditAction.CLOSE_ALERT})
"""What is done about an alert, likewise."""
RULE_ACTS = frozenset({AuditAction.ASSESS_RULE, AuditAction.RECORD_INDICATOR})
"""What professionals say about a citizen in answer to the rules, likewise."""
PLAN_ACTS = frozenset(
    {
        AuditAction.READ_PLAN,
        AuditAction.PRINT_PLAN,
        AuditAction.CHANGE_PLAN,
        AuditAction.ENTER_PROGRESS,
        AuditAction.CHANGE_TRIAL_ACTION,
        AuditAction.JUDGE_TRIAL_ACTION,
    }
)
"""What is done with a citizen's plan, likewise."""
MEETING_ACTS = frozenset(
    {
        AuditAction.READ_MEETING,
        AuditAction.PRINT_MEETING,
        AuditAction.PLAN_MEETING,
        AuditAction.CHANGE_MEETING,
        AuditAction.CANCEL_MEETING,
        AuditAction.RECORD_ATTENDANCE,
        AuditAction.RECORD_DECISION,
        AuditAction.CLOSE_MEETING,
    }
)
"""What is done with a meeting of a course, likewise."""
