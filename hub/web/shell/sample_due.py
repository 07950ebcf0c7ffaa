"""When the next sample of look-ups is due, in words. Pure."""

from hub.audit.sample_due import SampleDue
from hub.web.shell.dates import long_day_text

NEVER = "Der er aldrig trukket en stikprøve. Den første skal trækkes senest {day}."
NEXT = "Næste stikprøve senest {day}."
OVERDUE = "Stikprøve mangler: den skulle være trukket senest {day}."
LATEST = "Den seneste blev trukket {day}."
RHYTHM_ONE = "Der trækkes mindst én stikprøve hver måned."
RHYTHM = "Der trækkes mindst én stikprøve hver {months}. måned."
OLDEST = "Loggens ældste linje er fra {day}; linjer opbevares i {months} måneder."
NO_LINES = "Loggen er tom; linjer opbevares i {months} måneder."


def due_text(due: SampleDue) -> str:
    """When the next sample is due, or that it is overdue."""
    day = long_day_text(due.due_on)
    if due.latest is None:
        return NEVER.format(day=day)
    return OVERDUE.format(day=day) if due.is_overdue else NEXT.format(day=day)


def retention_text(due: SampleDue) -> str:
    """How often, when the last was, and how far back the log goes."""
    rhythm = RHYTHM_ONE if due.rhythm_months == 1 else RHYTHM.format(months=due.rhythm_months)
    latest = f" {LATEST.format(day=long_day_text(due.latest))}" if due.latest else ""
    months = due.retention_months
    oldest = (
        OLDEST.format(day=long_day_text(due.oldest), months=months) if due.oldest else NO_LINES.format(months=months)
    )
    return f"{rhythm}{latest} {oldest}"
