"""A citizen who is logged in to *Min side*. No employee, and never taken for one."""

from uuid import UUID

from schemas.base import Schema


class CitizenActor(Schema):
    """Who asks, where a citizen does."""

    citizen_id: UUID

    @property
    def id(self) -> str:
        """As the log names the citizen; no employee has such an id."""
        return f"citizen:{self.citizen_id}"
