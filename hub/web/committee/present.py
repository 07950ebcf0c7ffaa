"""The figures of the Sammenhængsudvalg in words, as a picture and as CSV. Pure."""

from collections.abc import Iterator
from datetime import date

from hub.course.plan_rules import goal_types
from hub.web.committee import texts
from hub.web.committee.page import Bar, CommitteePage, CostLine, FigureLine, GridLine, Picture
from hub.web.shell import csv_file
from hub.web.shell.bands import band_text
from hub.web.shell.dates import listed, long_day_text
from hub.web.shell.plan_texts import GOAL_PROGRESS
from hub.web.shell.trial_lines import difference_text, kroner
from hub.web.shell.trial_texts import TRIAL_STATUS
from schemas.committee import CommitteeFigures, GoalTypeProgress, TimeClass, YearCosts, YearTimes
from schemas.plan import GoalProgress
from schemas.staff import Band

_BASE, _HIGHEST, _SLOT, _BAR = 150, 120, 60, 40
"""Of the picture, in its own units: where the bars stand, how high the highest is, and how wide they are."""


def committee_page(figures: CommitteeFigures) -> CommitteePage:
    """The figures, the answer first."""
    shown = [line for line in figures.progress if any(cell.citizens for cell in line.cells)]
    little = [_type_text(line) for line in figures.progress if line not in shown]
    times = [year for year in figures.times if any(cell.goals for cell in year.cells)]
    costs = [year for year in figures.costs if year.trials]
    is_empty = not (shown or times or costs or any(line.courses for line in figures.courses))
    return CommitteePage(
        until=texts.UNTIL.format(day=long_day_text(figures.last_day)),
        picture=courses_picture(figures),
        quarters=tuple(FigureLine(_quarter(line.last_day), figure_text(line.courses)) for line in figures.courses),
        trials=tuple(FigureLine(TRIAL_STATUS[cell.status], figure_text(cell.trials)) for cell in figures.trials),
        costs=tuple(map(_cost, costs)),
        little_costs=_little(texts.LITTLE_COSTS, [year.year for year in figures.costs if year not in costs]),
        progress_head=(*(GOAL_PROGRESS[each] for each in GoalProgress), texts.NOT_ASSESSED),
        progress=tuple(map(_progress, shown)),
        little_progress=texts.LITTLE_GOALS.format(types=listed(little)) if little else "",
        times_head=tuple(texts.TIME_CLASS[each] for each in TimeClass),
        times=tuple(map(_times, times)),
        little_times=_little(texts.LITTLE_TIMES, [year.year for year in figures.times if year not in times]),
        empty=texts.EMPTY if is_empty and not any(cell.trials for cell in figures.trials) else "",
    )


def courses_picture(figures: CommitteeFigures) -> Picture:
    """The active courses at the end of each quarter, as bars from nothing to the band."""
    most = max([10, *(line.courses.at_most for line in figures.courses if line.courses)])
    said = [
        texts.COURSES_AT.format(quarter=_quarter(line.last_day), figure=figure_text(line.courses))
        for line in figures.courses
    ]
    return Picture(
        description=texts.COURSES_OF.format(figures=listed(said)),
        bars=tuple(_bar(place, line.last_day, line.courses, most) for place, line in enumerate(figures.courses)),
    )


def figure_text(band: Band | None) -> str:
    """As in "5–9" or "under 5"."""
    return band_text(band) if band else texts.NOT_TOLD


def csv_text(figures: CommitteeFigures) -> str:
    """Every figure in a line of its own."""
    return csv_file.csv_text(texts.CSV_HEAD, _csv_rows(figures))


def _csv_rows(figures: CommitteeFigures) -> Iterator[tuple[str, ...]]:
    quarter = _quarter(figures.last_day)
    for line in figures.courses:
        yield (texts.COURSES, _quarter(line.last_day), texts.TOTAL, *_banded(line.courses))
    for cell in figures.trials:
        yield (texts.TRIALS, quarter, TRIAL_STATUS[cell.status], *_banded(cell.trials))
    for year in figures.costs:
        yield (texts.TRIALS, str(year.year), texts.TOTAL, *_banded(year.trials))
        for word, amount in ((texts.BEFORE, year.before), (texts.AFTER, year.after)):
            rounded = "" if amount is None else str(amount)
            yield (texts.COST, str(year.year), word, _amount(amount), rounded, rounded)
    for goals in figures.progress:
        for cell_of in goals.cells:
            division = f"{_type_text(goals)}: {_progress_text(cell_of.progress)}"
            yield (texts.GOALS, quarter, division, *_banded(cell_of.citizens))
        yield (texts.GOALS, quarter, f"{_type_text(goals)}: {texts.TOTAL}", *_banded(goals.citizens))
    for times in figures.times:
        for time in times.cells:
            yield (texts.TIMES, str(times.year), texts.TIME_CLASS[time.time], *_banded(time.goals))


def _banded(band: Band | None) -> tuple[str, str, str]:
    return (figure_text(band), str(band.at_least), str(band.at_most)) if band else (texts.NOT_TOLD, "", "")


def _bar(place: int, last_day: date, band: Band | None, most: int) -> Bar:
    least, top = (band.at_least, band.at_most) if band else (0, 0)
    x = place * _SLOT + (_SLOT - _BAR) // 2
    return Bar(
        x=x,
        middle=x + _BAR // 2,
        top=_BASE - top * _HIGHEST // most,
        solid_top=_BASE - least * _HIGHEST // most,
        text=figure_text(band),
        quarter=texts.QUARTER_SHORT.format(number=last_day.month // 3),
        year=str(last_day.year),
        is_told=band is not None,
    )


def _cost(costs: YearCosts) -> CostLine:
    before, after = costs.before, costs.after
    return CostLine(
        year=str(costs.year),
        trials=figure_text(costs.trials),
        before=_amount(before),
        after=_amount(after),
        difference=texts.NO_COST
        if before is None or after is None
        else texts.ROUNDED.format(amount=difference_text(before, after)),
    )


def _amount(amount: int | None) -> str:
    return texts.NOT_TOLD_AMOUNT if amount is None else texts.ROUNDED.format(amount=kroner(amount))


def _progress(line: GoalTypeProgress) -> GridLine:
    figures = tuple(figure_text(cell.citizens) for cell in line.cells)
    return GridLine(_type_text(line), figures, band_text(line.citizens))


def _times(year: YearTimes) -> GridLine:
    return GridLine(str(year.year), tuple(figure_text(cell.goals) for cell in year.cells), "")


def _type_text(line: GoalTypeProgress) -> str:
    return goal_types().get(line.goal_type, texts.NO_TYPE)


def _progress_text(progress: GoalProgress | None) -> str:
    return GOAL_PROGRESS[progress] if progress else texts.NOT_ASSESSED


def _little(words: str, years: list[int]) -> str:
    return words.format(years=listed([str(year) for year in years])) if years else ""


def _quarter(last_day: date) -> str:
    return texts.QUARTER.format(number=last_day.month // 3, year=last_day.year)
