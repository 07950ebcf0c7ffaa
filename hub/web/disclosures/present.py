"""Disclosures in words. Pure."""

from datetime import date, timedelta

from hub.access.disclosure_rules import DisclosureFault
from hub.access.disclosures import DisclosureForm, ListedDisclosure, ListedDisclosures
from hub.access.policy import SHORTEST_REASON
from hub.web.disclosures import texts
from hub.web.disclosures.page import DisclosureFormPage, DisclosureRow, DisclosuresPage
from hub.web.shell.dates import at_second, capital, day_text, listed
from hub.web.shell.form_result import FormResult
from hub.web.shell.texts import AREA, DATA_CATEGORY, DISCLOSURE_BASIS
from hub.web.shell.view_models import Choice, Link
from schemas.disclosure import Disclosure, DisclosureBasis

USUALLY = timedelta(days=30)
"""So long a disclosure holds unless another day is chosen."""


def disclosures_page(
    disclosures: ListedDisclosures, today: date, result: FormResult | None, *, page: int = 1
) -> DisclosuresPage:
    """Those to the reader, and those of the reader."""
    return DisclosuresPage(
        to_me=tuple(_row(each, today) for each in disclosures.to_me),
        by_me=tuple(_row(each, today) for each in disclosures.by_me),
        earlier=Link("Forrige side", f"/videregivelser?side={page - 1}") if page > 1 else None,
        later=Link("Næste side", f"/videregivelser?side={page + 1}") if disclosures.has_more else None,
        result=result.outcome if result else None,
    )


def form_page(form: DisclosureForm, today: date, result: FormResult | None) -> DisclosureFormPage:
    """The form, with what was typed where something must be corrected."""
    typed = result.typed if result else {}
    chosen = typed.get("category", "").split(",")
    return DisclosureFormPage(
        citizen_id=str(form.citizen_id),
        name=form.name or texts.NO_NAME,
        area=AREA[form.area].lower(),
        bases=tuple(
            Choice(basis.value, texts.BASIS_CHOICE[basis], basis == typed.get("basis")) for basis in form.bases
        ),
        categories=tuple(
            Choice(category.value, capital(DATA_CATEGORY[category]), category.value in chosen)
            for category in form.categories
        ),
        has_team=form.has_team,
        to_team="team" in typed,
        receivers=typed.get("receivers", ""),
        legal_basis=typed.get("legal_basis", ""),
        reason=typed.get("reason", ""),
        meeting=typed.get("meeting", ""),
        meeting_on=typed.get("meeting_on", ""),
        last_day=typed.get("last_day", (today + USUALLY).isoformat()),
        has_duty=DisclosureBasis.STATUTORY_DUTY in form.bases,
        has_meeting=DisclosureBasis.SSD_PREVENTIVE in form.bases,
        result=result.outcome if result else None,
    )


def fault_text(fault: DisclosureFault) -> str:
    """What must be corrected."""
    return texts.FAULT[fault].format(length=SHORTEST_REASON)


def _row(listed_disclosure: ListedDisclosure, today: date) -> DisclosureRow:
    disclosure = listed_disclosure.disclosure
    name = listed_disclosure.citizen_name or texts.NO_NAME
    basis = capital(DISCLOSURE_BASIS[disclosure.basis])
    return DisclosureRow(
        id=disclosure.id,
        citizen=name if listed_disclosure.may_open else texts.NOT_OPEN,
        href=f"/overblik/{disclosure.citizen_id}" if listed_disclosure.may_open else None,
        what=texts.WHAT.format(
            area=AREA[disclosure.area], categories=listed([DATA_CATEGORY[each] for each in disclosure.categories])
        ),
        to=_receivers(disclosure),
        basis=f"{basis}, {disclosure.legal_basis}" if disclosure.legal_basis else basis,
        reason=disclosure.reason,
        who=disclosure.stated_by,
        when=at_second(disclosure.stated_at),
        until=_until(disclosure, today),
        stands=disclosure.stands(today),
        may_use=listed_disclosure.may_use,
        may_end=listed_disclosure.may_end,
    )


def _receivers(disclosure: Disclosure) -> str:
    if disclosure.to_team:
        return capital(texts.TO_TEAM)
    return listed(
        [
            texts.OPENED.format(name=receiver.name) if receiver.has_opened else receiver.name
            for receiver in disclosure.receivers
        ]
    )


def _until(disclosure: Disclosure, today: date) -> str:
    if disclosure.ended_at is not None:
        return texts.ENDED.format(when=at_second(disclosure.ended_at).text, name=disclosure.ended_by)
    day = day_text(disclosure.last_day)
    if not disclosure.stands(today):
        return texts.LAPSED.format(day=day)
    if disclosure.meeting is not None:
        return texts.MEETING.format(title=disclosure.meeting.title, day=day)
    return texts.UNTIL.format(day=day)
