"""Consents in words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from hub.access.consents import ConsentView, ListedConsents
from hub.course.consent_rules import FORMS, year_after
from hub.web.consents import texts
from hub.web.consents.page import (
    CitizenRow,
    ConsentForm,
    ConsentLine,
    ConsentListPage,
    ConsentsPage,
    SourceChoices,
)
from hub.web.shell.dates import at_second, capital, day_text
from hub.web.shell.form_result import FormResult
from hub.web.shell.texts import AREA, DATA_CATEGORY
from hub.web.shell.view_models import Choice
from schemas.consent import AREA_CATEGORIES, WHOLE, Consent, ConsentCell, ConsentGiver, ConsentKind
from schemas.consent import ConsentForm as Form
from schemas.data_category import DataCategory
from schemas.source import Area, SourceSystem

PAGE_SIZE = 50
LAPSES_WITHIN = timedelta(days=30)
"""So long before it ends a consent stands on the list as one to be renewed."""
GIVERS = (ConsentGiver.CITIZEN, ConsentGiver.CUSTODY_HOLDER, ConsentGiver.GUARDIAN)


def list_page(
    citizens: Sequence[ListedConsents], names: Mapping[UUID, str | None], today: date, start: int
) -> ConsentListPage:
    """My citizens by what their consents need, then by name."""
    rows = sorted(
        (_citizen_row(citizen, names.get(citizen.citizen_id), today) for citizen in citizens),
        key=lambda row: (not row.needs_something, row.name),
    )
    return ConsentListPage(
        rows=tuple(rows[start : start + PAGE_SIZE]),
        before=f"/samtykker?fra={max(start - PAGE_SIZE, 0)}" if start else None,
        after=f"/samtykker?fra={start + PAGE_SIZE}" if len(rows) > start + PAGE_SIZE else None,
    )


def _citizen_row(citizen: ListedConsents, name: str | None, today: date) -> CitizenRow:
    standing = [consent for consent in citizen.consents if consent.stands(today)]
    ends = [consent.terms.expires_on for consent in standing if consent.terms.expires_on]
    if not any(consent.kind is ConsentKind.COURSE for consent in standing):
        state, needs = texts.STATE_MISSING, True
    elif ends and min(ends) <= today + LAPSES_WITHIN:
        state, needs = texts.STATE_LAPSES.format(day=day_text(min(ends) - timedelta(days=1))), True
    elif any(consent.terms.form is Form.CONVERTED for consent in standing):
        state, needs = texts.STATE_CONVERTED, True
    else:
        state, needs = texts.STATE_STANDS, False
    return CitizenRow(str(citizen.citizen_id), name or texts.NO_NAME, capital(state), needs)


def consents_page(
    view: ConsentView,
    name: str | None,
    sources: Mapping[str, SourceSystem],
    now: datetime,
    today: date,
    result: FormResult | None,
) -> ConsentsPage:
    """What stands, what stood, and the form of a new one with what was typed."""
    consents = view.consents.consents
    standing = [consent for consent in consents if consent.stands(today)]
    course_stands = any(consent.kind is ConsentKind.COURSE for consent in standing)
    return ConsentsPage(
        citizen_id=str(view.consents.citizen_id),
        name=name or texts.NO_NAME,
        course=view.course_title,
        course_state=texts.COURSE_STANDS if course_stands else texts.COURSE_MISSING,
        course_stands=course_stands,
        standing=_lines(standing, view.course_title, sources, today),
        earlier=_lines([consent for consent in consents if consent not in standing], view.course_title, sources, today),
        may_withdraw=view.may_withdraw,
        form=_form(sources, today, result.typed if result else {}, has_course=course_stands) if view.may_give else None,
        result=result.outcome if result else None,
        printed=f"Udskrevet {at_second(now).text}.",
    )


def _lines(
    consents: Iterable[Consent], course: str, sources: Mapping[str, SourceSystem], today: date
) -> tuple[ConsentLine, ...]:
    """The cells of one source that were consented to at one time together."""

    def group(consent: Consent) -> tuple[str, ...]:
        cell, terms = consent.cell, consent.terms
        where = (cell.area.value, cell.source) if cell else ("", "")
        end = (str(terms.expires_on or ""), str(consent.withdrawn_on or ""))
        return (*where, str(terms.given_on), *end, terms.form.value, terms.given_by.value, terms.evidence)

    ordered = sorted(consents, key=group)
    return tuple(_line(tuple(cells), course, sources, today) for _, cells in groupby(ordered, group))


def _line(consents: Sequence[Consent], course: str, sources: Mapping[str, SourceSystem], today: date) -> ConsentLine:
    first = consents[0]
    cell, terms = first.cell, first.terms
    converted = terms.form is Form.CONVERTED
    remark = ""
    if converted and first.stands(today):
        remark = texts.RENEW if cell else texts.RENEW_COURSE
    how = f"{day_text(terms.given_on)}, {texts.FORM[terms.form]}"
    return ConsentLine(
        what=_what(cell, course, sources),
        area=cell.area.value if cell else "",
        cells=tuple(Choice(str(consent.id), _category(consent.cell)) for consent in consents),
        given=how if converted else f"{how}, af {texts.GIVER[terms.given_by]}",
        until=_until(first, today),
        recorded="" if converted else texts.RECORDED.format(name=first.recorded_by, evidence=terms.evidence),
        remark=remark,
    )


def _what(cell: ConsentCell | None, course: str, sources: Mapping[str, SourceSystem]) -> str:
    if cell is None:
        return texts.COURSE.format(title=course)
    if cell.source == WHOLE:
        return AREA[cell.area]
    source = sources.get(cell.source)
    return source.title if source else AREA[cell.area]


def _category(cell: ConsentCell | None) -> str:
    if cell is None:
        return texts.WHOLE_COURSE
    return DATA_CATEGORY[cell.category] if cell.category else texts.WHOLE_AREA


def _until(consent: Consent, today: date) -> str:
    if consent.withdrawn_on is not None:
        who = f" ({consent.withdrawn_by})" if consent.withdrawn_by else ""
        return texts.WITHDRAWN_ON.format(day=day_text(consent.withdrawn_on)) + who
    end = consent.terms.expires_on
    if end is None:
        return texts.UNTIL_WITHDRAWN
    last = day_text(end - timedelta(days=1))
    return (texts.UNTIL if end > today else texts.LAPSED_ON).format(day=last)


def _form(
    sources: Mapping[str, SourceSystem], today: date, typed: Mapping[str, str], *, has_course: bool
) -> ConsentForm:
    chosen = frozenset(typed.get("cells", "").split(","))
    form, giver = typed.get("form", ""), typed.get("given_by", ConsentGiver.CITIZEN.value)
    return ConsentForm(
        to_course="course" in typed if typed else not has_course,
        sources=tuple(_choices(source, chosen) for source in _in_order(sources.values())),
        forms=tuple(Choice(each.value, capital(texts.FORM[each]), each.value == form) for each in FORMS),
        givers=tuple(Choice(each.value, capital(texts.GIVER[each]), each.value == giver) for each in GIVERS),
        given_on=typed.get("given_on", today.isoformat()),
        expires_on=typed.get("expires_on", year_after(today).isoformat()),
        evidence=typed.get("evidence", ""),
    )


def _in_order(sources: Iterable[SourceSystem]) -> list[SourceSystem]:
    areas = list(AREA)
    return sorted(sources, key=lambda source: (areas.index(source.area), source.title))


def _choices(source: SourceSystem, chosen: frozenset[str]) -> SourceChoices:
    categories = (*AREA_CATEGORIES[source.area], DataCategory.EXISTENCE)
    keys = {category: f"{source.area}/{source.name}/{category}" for category in categories}
    return SourceChoices(
        title=source.title,
        authority=source.authority,
        legal_basis=source.legal_basis,
        category_bases=tuple(
            f"{capital(DATA_CATEGORY[category])}: {source.basis_of(category)}"
            for category in AREA_CATEGORIES[source.area]
            if source.basis_of(category) != source.legal_basis
        ),
        area=source.area.value,
        is_health=source.area is Area.HEALTH,
        cells=tuple(Choice(key, capital(DATA_CATEGORY[category]), key in chosen) for category, key in keys.items()),
    )
