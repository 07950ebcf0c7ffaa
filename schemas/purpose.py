"""Why somebody looks at a citizen."""

from enum import StrEnum


class Purpose(StrEnum):
    """Why somebody looks (formål); stated before, logged with the look-up."""

    TEAM_MEETING = "team_meeting"
    FOLLOW_UP = "follow_up"
    NEW_NOTIFICATION = "new_notification"
    CASE_WORK = "case_work"
    CITIZEN_REQUEST = "citizen_request"
    """The citizen asked for it."""
    LOG_REVIEW = "log_review"
    """The DPO's own work."""
    OPERATIONS = "operations"
    """An administrator's own work."""
    MANAGEMENT = "management"
    """A manager's own work."""
