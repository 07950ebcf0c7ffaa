"""Service accounts: machines that may read by the API with a token of the municipality's login."""

from typing import Self

from pydantic import Field, model_validator

from hub.access import texts
from schemas.access import Actor, Purpose
from schemas.base import Instant, Schema
from schemas.machine import Machine, Scope
from schemas.source import Area

NOT_FOR_CITIZENS = frozenset({Purpose.LOG_REVIEW, Purpose.OPERATIONS})
CITIZEN_SCOPES = frozenset({Scope.OVERVIEW, Scope.SEARCH})


class ServiceAccount(Schema):
    """A machine, what it may do, and why it is there."""

    client_id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}$")
    """As the login provider names it."""
    name: str = Field(min_length=1, max_length=100)
    purpose: Purpose
    """Stands on each line about a citizen."""
    description: str = Field(min_length=1, max_length=500)
    scopes: frozenset[Scope] = Field(min_length=1)
    for_employees: bool = False
    """It may name an employee on whose behalf it asks; by itself it opens no citizen."""
    unit_id: str | None = Field(default=None, min_length=1, max_length=100)
    """Whose citizens it opens by itself, as in ``Unit.id``."""
    area: Area | None = None
    """The one area of which it may see lines."""
    added_by: str
    added_at: Instant | None = None
    """None: not stored yet."""
    revoked_by: str | None = None
    revoked_at: Instant | None = None
    used_at: Instant | None = None
    """Of the latest request, to the hour."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        about_citizens = bool(self.scopes & CITIZEN_SCOPES)
        if self.unit_id is not None and self.for_employees:
            msg = "an account asks for its own unit or on behalf of employees, not both; make two"
            raise ValueError(msg)
        if self.unit_id is not None and self.area is None:
            msg = "a unit needs its area: lines of one area are all that it shows"
            raise ValueError(msg)
        if about_citizens and self.unit_id is None and not self.for_employees:
            msg = "overview:read and search:read need a unit with its area, or --for-employees"
            raise ValueError(msg)
        if about_citizens and self.purpose in NOT_FOR_CITIZENS:
            msg = "citizens are opened for a purpose that is about the citizen"
            raise ValueError(msg)
        return self

    def actor(self, scopes: frozenset[Scope]) -> Actor:
        """The machine by itself, with no more than these scopes."""
        machine = Machine(client_id=self.client_id, name=self.name, scopes=self.scopes & scopes, area=self.area)
        return Actor(
            id=machine.actor_id,
            name=self.name,
            title=texts.MACHINE,
            roles=frozenset(),
            unit_id=self.unit_id,
            area=self.area,
            machine=machine,
        )

    def actor_for(self, employee: Actor, scopes: frozenset[Scope]) -> Actor:
        """The machine on behalf of the employee: what both may."""
        machine = self.actor(scopes).machine
        return employee.model_copy(
            update={"machine": machine.model_copy(update={"for_employee": True}) if machine else None}
        )
