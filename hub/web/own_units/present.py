"""Mine enheder in words. Pure."""

from collections.abc import Iterable

from hub.access.own_units import STILL_AFTER
from hub.web.own_units import texts
from hub.web.own_units.page import EmployeeLine, Figure, OwnUnitsPage, UnitPart
from hub.web.shell.bands import band_text
from hub.web.shell.dates import counted, plural_of
from schemas.staff import Band, EmployeeFigures, UnitFigures


def own_units_page(units: Iterable[UnitFigures], *, lists_citizens: bool) -> OwnUnitsPage:
    """The units, each with its employees; *lists_citizens*: the manager reaches Mine borgere."""
    parts = tuple(_unit(unit, place) for place, unit in enumerate(units, 1))
    return OwnUnitsPage(units=parts, lists_citizens=lists_citizens, empty="" if parts else texts.NO_UNITS)


def _unit(unit: UnitFigures, place: int) -> UnitPart:
    waiting = unit.waiting_reviews
    return UnitPart(
        key=f"unit-{place}",
        name=unit.name,
        figures=(
            _figure(unit.courses, texts.COURSES),
            _figure(unit.efforts, texts.EFFORTS),
            _figure(unit.cases, texts.CASES),
            _figure(unit.still_courses, texts.STILL, is_bad=True),
        ),
        clocks=(
            _clock(unit.late_assessments, texts.LATE_ASSESSMENTS, has_passed=True),
            _clock(unit.late_receipts, texts.LATE_RECEIPTS, has_passed=True),
            _clock(unit.not_informed, texts.NOT_INFORMED, has_passed=False),
        ),
        waiting=counted(waiting, *texts.WAITING) if waiting else texts.NONE_WAITING,
        is_any_waiting=waiting > 0,
        rows=tuple(map(_employee, unit.employees)),
        empty="" if unit.employees else texts.NO_EMPLOYEES,
    )


def _figure(band: Band, words: tuple[str, str], *, is_bad: bool = False) -> Figure:
    text = plural_of(band.at_most, *words).format(days=STILL_AFTER.days)
    return Figure(band_text(band), text, trouble=is_bad and band.at_most > 0)


def _clock(band: Band, text: str, *, has_passed: bool) -> Figure:
    return Figure(band_text(band), text, trouble=has_passed and band.at_most > 0)


def _employee(employee: EmployeeFigures) -> EmployeeLine:
    return EmployeeLine(
        name=employee.name,
        title=employee.title,
        courses=band_text(employee.courses),
        leads=band_text(employee.leads),
        work=band_text(employee.work),
    )
