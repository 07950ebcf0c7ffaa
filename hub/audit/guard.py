"""Whether the log is guarded from who serves: what ``helhed check`` tells, and what a start outside the demo asks."""

from sqlalchemy.orm import Session

from hub.audit import repository

TRIGGERS = frozenset({"audit_log_stands", "audit_log_stays", "audit_log_timed", "audit_log_waits"})
"""No change, no emptying, the server's time, a seal for every line; each always, also for a session that replicates."""


def log_faults(session: Session) -> tuple[str, ...]:
    """What is wrong with the rights of who is connected, and what to do; none: the log is guarded."""
    guard = repository.log_guard(session)
    faults = []
    if guard.is_superuser:
        faults.append(f"the role {guard.role} is a superuser")
    elif guard.is_owner:
        faults.append(f"the role {guard.role} owns the log")
    elif guard.may_change:
        faults.append(f"the role {guard.role} may change the log")
    if not guard.may_add:
        faults.append(f"the role {guard.role} may not write the log; run: GRANT helhed_application TO {guard.role}")
    faults += [f"the trigger {name} of the log is off" for name in sorted(TRIGGERS - guard.triggers)]
    return tuple(faults)
