"""Units and employees of the organisation, in the shape of OS2mo, as they are today. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, Protocol, TypeVar

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, model_validator

from hub.errors import InvalidSetting
from schemas.base import Schema
from schemas.codes import areas_of_kle
from schemas.source import Area

INSIGHT = "indsigt"
"""The KLE aspect that says nothing of whose task it is."""


def _first(value: object) -> object:
    """OS2mo answers with a list also where there is one."""
    return next(iter(value), None) if isinstance(value, list) else value


def _objects(value: object) -> object:
    """A collection as the API gives it, ``{"objects": [{"current": …}]}``, or plainly a list."""
    if isinstance(value, Mapping) and "objects" in value:
        value = value["objects"]
    if not isinstance(value, list):
        return value
    current = (item["current"] if isinstance(item, Mapping) and "current" in item else item for item in value)
    return [item for item in current if item is not None]


def _day(value: object) -> object:
    """The day of an instant: OS2mo gives midnights in Danish time."""
    return value[:10] if isinstance(value, str) else value


_Day = Annotated[date, BeforeValidator(_day)]


class _Validity(BaseModel):
    start: _Day = Field(alias="from")
    last: _Day | None = Field(default=None, alias="to")
    """The last day; None: open."""


class _Class(BaseModel):
    name: str = ""
    user_key: str = ""


class _Parent(BaseModel):
    uuid: str


class _Kle(BaseModel):
    number: Annotated[_Class, BeforeValidator(_first)] = Field(alias="kle_number")
    aspects: tuple[_Class, ...] = Field(default=(), alias="kle_aspects")


class _AddressType(BaseModel):
    scope: str = ""


class _Address(BaseModel):
    address_type: Annotated[_AddressType, BeforeValidator(_first)]
    value: str


class _Unit(BaseModel):
    uuid: str = Field(min_length=1)
    name: str = Field(min_length=1)
    parent: Annotated[_Parent | None, BeforeValidator(_first)] = None
    kles: tuple[_Kle, ...] = ()
    addresses: tuple[_Address, ...] = ()


class _UnitOfEngagement(BaseModel):
    uuid: str
    name: str = ""


class _Engagement(BaseModel):
    org_unit: Annotated[_UnitOfEngagement, BeforeValidator(_first)]
    job_function: Annotated[_Class | None, BeforeValidator(_first)] = None
    validity: _Validity


class _RoleBinding(BaseModel):
    role: Annotated[_Class, BeforeValidator(_first)]
    validity: _Validity


class _Account(BaseModel):
    rolebindings: tuple[_RoleBinding, ...] = ()


class _Employee(BaseModel):
    uuid: str = Field(min_length=1)
    user_key: str = Field(min_length=1)
    name: str = Field(min_length=1)
    engagements: tuple[_Engagement, ...] = ()
    addresses: tuple[_Address, ...] = ()
    itusers: tuple[_Account, ...] = ()


class _Export(BaseModel):
    org_units: Annotated[tuple[_Unit, ...], BeforeValidator(_objects)] = ()
    employees: Annotated[tuple[_Employee, ...], BeforeValidator(_objects)] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _answer(cls, value: Any) -> Any:
        """The answer of the API, ``{"data": …}``, or plainly what is in it."""
        return value["data"] if isinstance(value, dict) and isinstance(value.get("data"), dict) else value


class UnitOfOrganisation(Schema):
    """A unit as the organisation has it today."""

    organisation_id: str
    name: str
    parent_id: str | None = None
    """The unit above; None: there is none."""
    kle: frozenset[str] = frozenset()
    """KLE numbers that are its task, responsible or performing."""
    phone: str | None = None

    @property
    def area(self) -> Area | None:
        """The area of all its tasks; None: it has none of ours, or several."""
        areas = {area for number in self.kle for area in areas_of_kle(number)}
        return next(iter(areas)) if len(areas) == 1 else None


class StaffMember(Schema):
    """An employee as the organisation has them today."""

    organisation_id: str
    id: str
    """The user name, as the login has it."""
    name: str
    title: str = ""
    phone: str | None = None
    unit: str | None = None
    """The organisation's id of the unit."""
    unit_name: str | None = None
    functions: frozenset[str] = frozenset()
    """Job functions that the organisation gives; the mapping file says what they mean here."""
    works_today: bool
    until: date | None = None
    """The first day on which the employee no longer works here; None: no end is known."""


class Organisation(Schema):
    """All of an export."""

    units: tuple[UnitOfOrganisation, ...]
    members: tuple[StaffMember, ...]


def read_export(content: bytes, today: date) -> Organisation:
    """The units and employees in the export, as they are on the day.

    Raises:
        InvalidSetting: it is no such export; names field and rule.
    """
    return _organisation("the export", today, lambda: _Export.model_validate_json(content))


def read_answer(units: Sequence[object], employees: Sequence[object], today: date) -> Organisation:
    """The same of what the API has answered, object by object.

    Raises:
        InvalidSetting: something is not as it must be; names field and rule.
    """
    answer = {"org_units": units, "employees": employees}
    return _organisation("the organisation's answer", today, lambda: _Export.model_validate(answer))


def _organisation(origin: str, today: date, read: Callable[[], _Export]) -> Organisation:
    try:
        export = read()
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in fault["loc"])
        raise InvalidSetting(f"{origin}: {place + ': ' if place else ''}{fault['msg']}") from None
    for name, values in (
        ("user_key", [employee.user_key for employee in export.employees]),
        ("uuid", [employee.uuid.lower() for employee in export.employees]),
        ("uuid", [unit.uuid.lower() for unit in export.org_units]),
    ):
        if len(set(values)) < len(values):
            twice = next(value for value in values if values.count(value) > 1)
            raise InvalidSetting(f"{origin}: {name} {twice} stands there twice; nothing is changed")
    return Organisation(
        units=tuple(map(_unit, export.org_units)),
        members=tuple(_member(employee, today) for employee in export.employees),
    )


def _unit(unit: _Unit) -> UnitOfOrganisation:
    return UnitOfOrganisation(
        organisation_id=unit.uuid.lower(),
        name=unit.name,
        parent_id=unit.parent.uuid.lower() if unit.parent else None,
        kle=frozenset(kle.number.user_key for kle in unit.kles if kle.number.user_key and _is_task(kle)),
        phone=_phone(unit.addresses),
    )


def _is_task(kle: _Kle) -> bool:
    """Insight alone gives a unit no task; without an aspect it is meant as one."""
    aspects = {word.casefold() for aspect in kle.aspects for word in (aspect.name, aspect.user_key) if word}
    return not aspects or aspects != {INSIGHT}


def _member(employee: _Employee, today: date) -> StaffMember:
    current = sorted(_current(employee.engagements, today), key=lambda engagement: engagement.validity.start)
    last_days = [engagement.validity.last for engagement in current]
    until = None if None in last_days else max((day for day in last_days if day is not None), default=None)
    main = current[0] if current else None
    bindings = [binding for account in employee.itusers for binding in account.rolebindings]
    return StaffMember(
        organisation_id=employee.uuid.lower(),
        id=employee.user_key,
        name=employee.name,
        title=main.job_function.name if main and main.job_function else "",
        phone=_phone(employee.addresses),
        unit=main.org_unit.uuid.lower() if main else None,
        unit_name=(main.org_unit.name or None) if main else None,
        functions=frozenset(
            value for binding in _current(bindings, today) if (value := binding.role.user_key or binding.role.name)
        ),
        works_today=main is not None,
        until=until + timedelta(days=1) if until else None,
    )


def _phone(addresses: Iterable[_Address]) -> str | None:
    phones = (address.value for address in addresses if address.address_type.scope.upper() == "PHONE")
    return next(phones, None)


class _Valid(Protocol):
    validity: _Validity


_Item = TypeVar("_Item", bound=_Valid)


def _current(items: Iterable[_Item], today: date) -> Iterator[_Item]:
    """Those that hold on the day."""
    for item in items:
        if item.validity.start <= today and (item.validity.last is None or today <= item.validity.last):
            yield item
