"""The mapping file: which claims say who somebody is, and which functions and units mean what here."""

import tomllib
from pathlib import Path
from typing import Self

from pydantic import Field, ValidationError, model_validator

from hub.errors import InvalidSetting
from schemas.access import Role
from schemas.base import Schema
from schemas.source import Area
from schemas.staff import OrganisationUnit

_SETTING = "HELHED_ROLE_MAPPING_FILE"


class ClaimNames(Schema):
    """Names of claims; dots lead into objects, as in ``realm_access.roles``."""

    id: str = "preferred_username"
    """The employee's id here and in the log. It must never be given to somebody else."""
    name: str = "name"
    title: str = "title"
    phone: str = "phone_number"
    unit: str = "unit"
    functions: str = "roles"
    """A list of functions without limits."""
    privileges: str = "privileges_intermediate"
    """Functions with limits, as FK Adgangsstyring gives them."""
    national_number: str = "cpr"
    """Kept as a keyed digest, so that nobody opens their own page."""
    workers: dict[str, str] = Field(default_factory=dict)
    """By source: the claim with the id under which the source names the employee."""


class FunctionMapping(Schema):
    """What a function means here."""

    value: str = Field(min_length=1)
    """As the claim has it."""
    role: Role
    title: str = ""
    """Job title where no claim says one."""
    area: Area | None = None
    """The area of those who have it and no unit."""


class UnitMapping(OrganisationUnit):
    """A unit, and what claims, limits and the organisation call it."""

    value: str = Field(min_length=1)
    """Mostly a UUID."""


class RoleMapping(Schema):
    """The file."""

    contact: str = Field(min_length=1, max_length=200)
    """Whom somebody without a function asks, as people read it: ``IT-service, tlf. 44 77 40 40``."""
    cvr: str | None = Field(default=None, pattern=r"^\d{8}$")
    """Functions that FK Adgangsstyring gives for another authority do not count."""
    claims: ClaimNames = ClaimNames()
    functions: tuple[FunctionMapping, ...] = Field(min_length=1)
    units: tuple[UnitMapping, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for name, values in (
            ("functions", [function.value.lower() for function in self.functions]),
            ("units", [unit.value.lower() for unit in self.units]),
        ):
            twice = sorted({value for value in values if values.count(value) > 1})
            if twice:
                msg = f"{name}: {twice[0]} stands there twice"
                raise ValueError(msg)
        return self

    def function(self, value: str) -> FunctionMapping | None:
        """What the function means; None: nothing."""
        return next((function for function in self.functions if function.value.lower() == value.lower()), None)

    def unit(self, value: str) -> UnitMapping | None:
        """The unit; None: it is not in the file."""
        return next((unit for unit in self.units if unit.value.lower() == value.lower()), None)


def read_mapping(path: Path) -> RoleMapping:
    """The mapping in that file.

    Raises:
        InvalidSetting: the file cannot be read, or says something that cannot be; names field and rule.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InvalidSetting(f"{_SETTING}: {path} cannot be read: {reason}") from None
    try:
        return RoleMapping.model_validate(content)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise InvalidSetting(f"{_SETTING}: {place + ': ' if place else ''}{fault['msg']}") from None
