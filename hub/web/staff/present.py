"""Employees and units in words. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlencode

from hub.access.service_accounts import ServiceAccount
from hub.clock import danish_day
from hub.web.shell.dates import capital, counted, day_text, listed, of_moment
from hub.web.shell.form_result import FormResult
from hub.web.shell.texts import AREA, PURPOSE
from hub.web.shell.view_models import Link
from hub.web.staff import texts
from hub.web.staff.page import EmployeeRow, MachineRow, MachinesPage, ReadingNote, StaffPage, UnitRow, UnitsPage
from schemas.job_function import JobFunction
from schemas.staff import Employee, OrganisationReading, StaffUnit

PAGE_SIZE = 50
STAFF_PATH = "/medarbejdere"
UNITS_PATH = "/medarbejdere/enheder"
MACHINES_PATH = "/medarbejdere/maskiner"


def staff_page(
    employees: Sequence[Employee], words: str, start: int, reading: OrganisationReading | None, now: datetime
) -> StaffPage:
    """One page of the list, from *start* on.

    Args:
        employees: those of the page, and one more if there are more.
        words: what the reader looks for.
        start: how many come before.
        reading: how the reading of the organisation went last; None: it has never been tried.
        now: the instant.
    """
    before, after = _neighbours(STAFF_PATH, start, has_more=len(employees) > PAGE_SIZE, words=words)
    rows = tuple(map(_row, employees[:PAGE_SIZE]))
    return StaffPage(
        views=_views(STAFF_PATH),
        reading=_reading(reading, now) if reading else None,
        words=words,
        rows=rows,
        before=before,
        after=after,
    )


def _reading(reading: OrganisationReading, now: datetime) -> ReadingNote:
    if reading.failed_since is not None:
        since = of_moment(reading.failed_since, now).text
        return ReadingNote(texts.NOT_READ.format(since=since), reading.fault)
    when = of_moment(reading.read_at, now).text if reading.read_at else ""
    return ReadingNote(texts.READ.format(when=when), "")


def units_page(units: Sequence[StaffUnit], start: int) -> UnitsPage:
    """One page of the units, likewise."""
    before, after = _neighbours(UNITS_PATH, start, has_more=len(units) > PAGE_SIZE)
    return UnitsPage(
        views=_views(UNITS_PATH), rows=tuple(map(_unit_row, units[:PAGE_SIZE])), before=before, after=after
    )


def machines_page(accounts: Sequence[ServiceAccount], start: int, result: FormResult | None) -> MachinesPage:
    """One page of the service accounts, likewise."""
    before, after = _neighbours(MACHINES_PATH, start, has_more=len(accounts) > PAGE_SIZE)
    rows = tuple(map(_machine_row, accounts[:PAGE_SIZE]))
    return MachinesPage(
        views=_views(MACHINES_PATH), result=result.outcome if result else None, rows=rows, before=before, after=after
    )


def _views(path: str) -> tuple[Link, ...]:
    return tuple(
        Link(text, href, current=href == path)
        for text, href in ((texts.EMPLOYEES, STAFF_PATH), (texts.UNITS, UNITS_PATH), (texts.MACHINES, MACHINES_PATH))
    )


def _neighbours(path: str, start: int, *, has_more: bool, words: str = "") -> tuple[str | None, str | None]:
    """Addresses of the page before and the page after."""

    def address(place: int) -> str:
        return f"{path}?{urlencode({**({'ord': words} if words else {}), 'fra': str(place)})}"

    return address(max(start - PAGE_SIZE, 0)) if start else None, address(start + PAGE_SIZE) if has_more else None


def _row(employee: Employee) -> EmployeeRow:
    roles = [texts.ROLE[role] for role in sorted(employee.roles)]
    return EmployeeRow(
        name=employee.name,
        id=employee.id,
        title=employee.title,
        unit=employee.unit_name or "",
        phone=employee.phone or "",
        roles=capital(listed(roles)) if roles else capital(texts.NO_ROLES),
        has_roles=bool(roles),
        limits="; ".join(dict.fromkeys(limit for function in employee.functions for limit in _limits(function))),
        origin=capital(texts.ORIGIN[employee.in_organisation, employee.has_logged_in]),
        state=_state(employee),
        is_active=employee.is_active,
    )


def _unit_row(unit: StaffUnit) -> UnitRow:
    return UnitRow(
        name=unit.name,
        parent=unit.parent_name or "",
        tasks=", ".join(unit.kle) or capital(texts.NO_TASKS),
        area=capital(AREA[unit.area]) if unit.area else capital(texts.NO_AREA),
        has_area=unit.area is not None,
        in_sources=unit.unit_id or capital(texts.NOT_IN_SOURCES),
        phone=unit.phone or "",
        employees=counted(unit.employees, "medarbejder", "medarbejdere"),
    )


def _limits(function: JobFunction) -> list[str]:
    limits = []
    if function.units is not None:
        limits.append(texts.LIMIT_UNITS.format(units=listed(sorted(function.units))))
    if function.kle is not None:
        limits.append(texts.LIMIT_KLE.format(kle=listed(sorted(function.kle))))
    return limits


def _state(employee: Employee) -> str:
    if not employee.is_active:
        return capital(texts.LEFT)
    if employee.active_until is None:
        return capital(texts.ACTIVE)
    return capital(texts.ACTIVE_UNTIL.format(day=day_text(employee.active_until - timedelta(days=1))))


def _machine_row(account: ServiceAccount) -> MachineRow:
    if account.for_employees:
        citizens = texts.FOR_EMPLOYEES
    else:
        citizens = texts.OF_UNIT.format(unit=account.unit_id) if account.unit_id else texts.NO_CITIZENS
    if account.area is not None:
        citizens = f"{citizens}; {texts.ONLY_AREA.format(area=AREA[account.area].lower())}"
    return MachineRow(
        client_id=account.client_id,
        name=account.name,
        description=account.description,
        scopes=capital(listed([word for scope, word in texts.SCOPE.items() if scope in account.scopes])),
        citizens=capital(citizens),
        purpose=capital(PURPOSE[account.purpose]),
        added=_who_and_when(texts.ADDED, account.added_at, account.added_by),
        used=_who_and_when(texts.USED, account.used_at) or capital(texts.NEVER_USED),
        state=_who_and_when(texts.REVOKED, account.revoked_at, account.revoked_by) or capital(texts.IN_USE),
        is_in_use=account.revoked_at is None,
    )


def _who_and_when(sentence: str, at: datetime | None, name: str | None = None) -> str:
    return capital(sentence.format(day=day_text(danish_day(at)), name=name)) if at is not None else ""
