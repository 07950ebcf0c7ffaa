"""What Opslag shows."""

from dataclasses import dataclass
from typing import ClassVar

from hub.web.shell.dates import When
from hub.web.shell.view_models import Choice, Link, Outcome


@dataclass(frozen=True)
class LookupRow:
    """One look-up."""

    when: When
    until: str
    """The time of its last line, where that is another."""
    who: str
    role: str
    unit: str
    on_behalf: str
    citizen: Link
    what: str
    areas: str
    printed: str
    purpose: str
    basis: str
    relation: str
    is_without_relation: bool
    reason: str
    override_id: str | None


@dataclass(frozen=True)
class LookupsPage:
    """Who looked at whom in the period?"""

    template: ClassVar[str] = "lookups/templates/lookups.html"
    heading: str
    summary: str
    notes: tuple[str, ...]
    filters: tuple[Link, ...]
    rows: tuple[LookupRow, ...]
    empty: str
    older: str | None
    """Address of the next page."""
    csv: str | None
    """Address of the file with pseudonyms; None: there is nothing to export."""
    csv_named: str | None
    citizen: str
    """The key that is chosen, for the form."""
    first: str
    last: str
    employees: tuple[Choice, ...]
    all_acts: Link | None
    """The lines of the log about the same."""
    result: Outcome | None
