"""Særlige grunde in words. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from hub.access.override_reviews import FEWEST, ListedOverrides, OverrideFigures, OverrideView, ReviewFault
from hub.access.policy import SHORTEST_REASON
from hub.audit.lookup_repository import UnitShare
from hub.audit.repository import LoggedAct, LoggedEntry
from hub.digest import pseudonym
from hub.web.overrides import texts
from hub.web.overrides.page import OverrideListPage, OverridePage, OverrideRow, ReviewForm, ReviewLine, UnitLine
from hub.web.oversight.page import LogRow
from hub.web.oversight.present import LogSubject, citizen_text, log_row
from hub.web.oversight.texts import REVIEWED_AS
from hub.web.shell.csv_file import csv_text
from hub.web.shell.dates import at_second, capital, counted, listed, long_day_text, number_text
from hub.web.shell.day_period import DayPeriod
from hub.web.shell.form_result import FormResult
from hub.web.shell.texts import AREA, BASIS, PURPOSE
from hub.web.shell.view_models import Choice, Link, Outcome
from schemas.access import Basis
from schemas.override import Override, OverrideOutcome, OverrideReview, OverrideState

PATH = "/tilsyn/saerlige-grunde"


@dataclass(frozen=True)
class OverrideQuestion:
    """The period that is asked for."""

    period: DayPeriod
    """The latest days where none is chosen; the list is then of all time, the shares of these days."""
    is_chosen: bool
    faults: tuple[str, ...] = ()


def override_list_page(
    listed_overrides: ListedOverrides,
    state: OverrideState,
    units: Mapping[str, str],
    back: Link,
    question: OverrideQuestion,
    figures: OverrideFigures | None,
) -> OverrideListPage:
    """Those in that state; *units* are names of units by id, *back* is where the reader comes from."""
    chosen = question.period.query if question.is_chosen else {}
    after, numbers = listed_overrides.after, listed_overrides.numbers
    return OverrideListPage(
        back=back,
        heading=capital(counted(numbers[state], *texts.HEADING[state])),
        filters=tuple(
            Link(f"{words} ({number_text(numbers[each])})", _address(each, chosen), current=each is state)
            for each, words in texts.STATE.items()
        ),
        rows=tuple(_row(override, units) for override in listed_overrides.overrides),
        empty=texts.EMPTY[state],
        after=_address(state, chosen, after) if after is not None else None,
        first=chosen.get("fra", ""),
        last=chosen.get("til", ""),
        state=state.value,
        ages=tuple(words.format(**figures.ages._asdict()) for words in texts.AGES) if figures else (),
        units=tuple(UnitLine(units.get(unit.unit_id, unit.unit_id), share_text(unit)) for unit in figures.units)
        if figures
        else (),
        units_of=f"{long_day_text(question.period.first)} til {long_day_text(question.period.last)}",
        csv=f"{PATH}.csv?{urlencode(question.period.query)}" if figures else None,
        result=Outcome(" ".join(question.faults), is_error=True) if question.faults else None,
    )


def share_text(unit: UnitShare) -> str:
    """The share of a unit's look-ups; not told where it is a figure about a few people."""
    if unit.employees < FEWEST:
        return texts.TOO_FEW
    share = number_text(round(100 * unit.overrides / unit.lookups))
    return texts.SHARE.format(share=share, lookups=counted(unit.lookups, "opslag", "opslag"))


def overrides_csv(overrides: Iterable[Override], key: bytes) -> str:
    """Those of the period as a table; people and units by pseudonym."""
    return csv_text(texts.CSV_HEAD, (_csv_row(override, key) for override in overrides))


def _csv_row(override: Override, key: bytes) -> tuple[str, ...]:
    review, unit = override.reviews[-1] if override.reviews else None, override.first.unit_id
    return (
        override.first.recorded_at.isoformat(),
        pseudonym(texts.EMPLOYEE, override.actor_id, key),
        pseudonym(texts.UNIT, unit, key) if unit else "",
        pseudonym(texts.CITIZEN, str(override.citizen_id), key),
        override.reason,
        _relation(override.relation),
        _shown(override),
        texts.STATE[override.state],
        REVIEWED_AS[review.outcome] if review else "",
        pseudonym(texts.EMPLOYEE, review.reviewer_id, key) if review else "",
        review.reviewed_at.isoformat() if review else "",
        review.words if review else "",
    )


def override_page(
    view: OverrideView, units: Mapping[str, str], names: Mapping[str, str], result: FormResult | None
) -> OverridePage:
    """One of them; *names* are employees and sources by id."""
    override, typed = view.override, result.typed if result else {}
    first, unit = override.first, override.first.unit_id
    form = None
    if view.may_review:
        form = ReviewForm(
            outcomes=tuple(
                Choice(outcome, words, outcome == typed.get("outcome"))
                for outcome, words in texts.OUTCOME_CHOICE.items()
            ),
            words=typed.get("words", ""),
            reviews_seen=len(override.reviews),
            is_first=not override.reviews,
        )
    return OverridePage(
        id=override.id,
        who=first.actor_name,
        unit=units.get(unit, unit) if unit else "",
        actor_id=first.actor_id,
        citizen=Choice(str(override.citizen_id or ""), _citizen(override)),
        reads_log=view.names_citizen,
        when=at_second(first.recorded_at),
        purpose=capital(PURPOSE[override.purpose]) if override.purpose else "",
        relation=capital(_relation(override.relation)),
        reason=override.reason,
        state=_state(override),
        is_waiting=override.state is not OverrideState.REVIEWED,
        lines=_lines(override, units, names),
        reviews=tuple(_review(review) for review in reversed(override.reviews)),
        form=form,
        no_form="" if form else texts.IS_OWN if view.is_own else texts.NOT_YOURS,
        result=result.outcome if result else None,
    )


def fault_text(fault: ReviewFault) -> str:
    """What must be corrected."""
    return texts.FAULT[fault].format(length=SHORTEST_REASON)


def stored_text(outcome: OverrideOutcome) -> str:
    """That the review is stored."""
    return texts.STORED.format(outcome=REVIEWED_AS[outcome])


def _address(state: OverrideState, period: Mapping[str, str], after: int | None = None) -> str:
    query = {} if state is OverrideState.WAITING else {"vis": state.value}
    query |= period if after is None else {**period, "efter": str(after)}
    return f"{PATH}?{urlencode(query)}" if query else PATH


def _row(override: Override, units: Mapping[str, str]) -> OverrideRow:
    first, unit = override.first, override.first.unit_id
    return OverrideRow(
        id=override.id,
        when=at_second(first.recorded_at),
        who=first.actor_name,
        unit=units.get(unit, unit) if unit else "",
        citizen=_citizen(override),
        reason=override.reason,
        shown=capital(_shown(override)),
        review=_review(override.reviews[-1]) if override.reviews else None,
    )


def _citizen(override: Override) -> str:
    """By the key alone; a manager is not told even that."""
    return citizen_text(str(override.citizen_id)) if override.citizen_id else texts.CITIZEN_NOT_NAMED


def _shown(override: Override) -> str:
    areas = [name.lower() for area, name in AREA.items() if area in override.areas_shown]
    shown = texts.SHOWN.format(areas=listed(areas)) if areas else texts.SHOWN_NOTHING
    if not override.prints:
        return shown
    once, often = texts.PRINTED
    return f"{shown}; {once if override.prints == 1 else often.format(number=number_text(override.prints))}"


def _state(override: Override) -> str:
    state = texts.STATE[override.state]
    if override.state is not OverrideState.REVIEWED:
        return state
    return texts.REVIEWED.format(state=state, outcome=REVIEWED_AS[override.reviews[-1].outcome])


def _relation(relation: Basis | None) -> str:
    if relation is None:
        return texts.RELATION_UNKNOWN
    return texts.NO_RELATION if relation is Basis.NONE else texts.OTHER_RELATION.format(relation=BASIS[relation])


def _lines(override: Override, units: Mapping[str, str], names: Mapping[str, str]) -> tuple[LogRow, ...]:
    """What it opened as Tilsyn shows it: the lines of one act are one row."""
    logged = [LoggedEntry(seq=place, entry=entry) for place, entry in enumerate(override.entries)]
    acts = groupby(logged, key=lambda line: (line.entry.act_id, line.entry.action))
    return tuple(log_row(LoggedAct(lines=tuple(lines)), LogSubject(), units, names) for _, lines in acts)


def _review(review: OverrideReview) -> ReviewLine:
    return ReviewLine(
        outcome=capital(REVIEWED_AS[review.outcome]),
        is_bad=review.outcome is not OverrideOutcome.JUSTIFIED,
        words=review.words,
        who=review.reviewer_name,
        when=at_second(review.reviewed_at),
    )
