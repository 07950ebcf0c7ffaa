"""A service account as it asks: which machine, and what it may do at all."""

from enum import StrEnum

from schemas.base import Schema
from schemas.source import Area


class Scope(StrEnum):
    """What a machine may do; it never changes anything about a citizen."""

    OVERVIEW = "overview:read"
    """Citizens' overviews, families and timelines, and an employee's list of citizens."""
    SEARCH = "search:read"
    SOURCES = "sources:read"
    """Sources, their runs, held deletions, notices and the comparison with the index; no citizen."""
    LINK = "link:create"
    """An address that leads an employee to a citizen; the machine itself reads nothing by it."""
    LOG = "log:read"
    """Lines of the audit log, which name citizens by our own keys alone."""


class Machine(Schema):
    """A service account (maskinkonto)."""

    client_id: str
    """As the login provider names it."""
    name: str
    scopes: frozenset[Scope]
    area: Area | None = None
    """The one area of which it may carry lines; None: by itself none, for an employee those that the employee sees."""
    for_employee: bool = False
    """It asks on behalf of an employee."""

    @property
    def actor_id(self) -> str:
        """Names it in the log, apart from every employee."""
        return f"machine:{self.client_id}"
