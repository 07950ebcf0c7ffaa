"""Consents of a period, and whether anything was shown after one had ended."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from hub.access.after_withdrawal import COURSE, Grant, LateLook, Look, Withdrawal, late_looks
from hub.audit.question_repository import ConsentedLook, list_consented_looks, list_withdrawals
from hub.clock import danish_day
from hub.course.oversight_repository import (
    GrantRow,
    RecordedConsent,
    count_too_long,
    keys_of,
    list_grants,
    list_recorded_consents,
)
from hub.web.accountability.window import Answer, Row, Table, Window, page_of
from hub.web.accountability.words import moment_text
from hub.web.consents.texts import FORM, GIVER
from hub.web.oversight.present import citizen_text
from hub.web.oversight.texts import AUDIT_ACTION
from hub.web.shell.dates import capital, counted, day_text, listed
from hub.web.shell.request_context import RequestContext
from hub.web.shell.texts import AREA, DATA_CATEGORY
from schemas.access import AuditAction, Basis
from schemas.consent import WHOLE, ConsentForm, ConsentGiver
from schemas.data_category import DataCategory
from schemas.source import Area

LATE = ("Tid", "Hvem", "Borger", "Hvad", "Uden samtykke til")
CONSENTS = (
    "Givet",
    "Borger",
    "Til hvad",
    "Stand",
    "Til og med",
    "Trukket tilbage",
    "Form",
    "Givet af",
    "Skrevet ind af",
)
LATE_NOTE = (
    "Skal være tom. Hver side, som teamet eller et samtykke til et område åbnede, sammenlignes med de samtykker, der "
    "gjaldt i det øjeblik. Den dag, et samtykke blev trukket tilbage, gælder klokkeslættet i loggen. Loggen siger, "
    "hvilke områder en side viste med samtykke, ikke hvilken slags oplysninger; et samtykke til en del af området "
    "tæller derfor som et samtykke til området."
)
CONSENTS_NOTE = (
    "Samtykker, der er givet, trukket tilbage eller udløbet i perioden; det, der blev sagt ja til på én gang, er én "
    "linje. Borgeren står med sin nøgle. Samtykke til sundhedsoplysninger gælder højst et år (sundhedsloven § 44)."
)
TOO_LONG = "{count} til sundhedsoplysninger gælder i mere end et år (sundhedsloven § 44)."
NOBODY = "overført fra før"
STANDS, WITHDRAWN, LAPSED = "gælder", "trukket tilbage", "udløbet"
UNTIL_WITHDRAWN = "til det trækkes tilbage"
TO_COURSE = "forløbet"
WHOLE_AREA = "alt"


def answer(context: RequestContext, window: Window) -> Answer:
    """Who consented to what, until when, and what was shown after that."""
    session, today = context.session, danish_day(context.now)
    grants = list_grants(session, window.last_day)
    keys = keys_of(grants)
    looks = list_consented_looks(session, set(keys), window.since, window.until)
    by_seq = {look.seq: look for look in looks}
    withdrawals = [
        Withdrawal(keys[each.citizen_id], each.recorded_at, scopes_of(each.cells))
        for each in list_withdrawals(session, set(keys))
    ]
    late = late_looks(
        [Look(look.seq, look.recorded_at, keys[look.citizen_id], rested_on(look)) for look in looks],
        map(grant_of, grants),
        withdrawals,
    )
    consents = list_recorded_consents(session, window.first_day, window.last_day)
    too_long = count_too_long(session)
    shown_late, after_late = page_of([late_row(each, by_seq[each.look.seq]) for each in late], window, "efter")
    shown, after = page_of([consent_row(each, today) for each in consents], window, "samtykker")
    headline = f"{capital(counted(len(late), 'opslag', 'opslag'))} efter at samtykket var slut. "
    headline += f"I perioden: {counted(_number(consents, window, 'given_on'), 'givet', 'givet')}, "
    headline += f"{counted(_number(consents, window, 'withdrawn_on'), 'trukket tilbage', 'trukket tilbage')}, "
    headline += f"{counted(_number(consents, window, 'expires_on'), 'udløbet', 'udløbet')}."
    if too_long:
        headline += f" {TOO_LONG.format(count=capital(counted(too_long, 'samtykke', 'samtykker')))}"
    return Answer(
        headline=headline,
        is_trouble=bool(late or too_long),
        tables=(
            Table(
                "efter",
                "Vist, efter at samtykket var slut",
                LATE,
                shown_late,
                note=LATE_NOTE,
                empty="Intet er vist, efter at et samtykke var trukket tilbage eller udløbet.",
                following=after_late,
            ),
            Table(
                "samtykker",
                "Samtykker",
                CONSENTS,
                shown,
                note=CONSENTS_NOTE,
                empty="Ingen samtykker er givet, trukket tilbage eller udløbet i perioden.",
                following=after,
            ),
        ),
    )


def rested_on(look: ConsentedLook) -> frozenset[str]:
    """Which consents the page rested on: that to the course, where the team opened it, and those to areas; pure."""
    course = {COURSE} if look.basis == Basis.TEAM else set[str]()
    return frozenset(course | set(look.areas))


def scopes_of(cells: Iterable[str]) -> frozenset[str]:
    """The scopes of cells as the log names them (``course``, or ``area/source/category``); pure."""
    return frozenset(cell.partition("/")[0] for cell in cells)


def grant_of(row: GrantRow) -> Grant:
    """As it is judged; pure."""
    return Grant(row.stands_for, row.scope, row.given_on, row.expires_on, row.withdrawn_on)


def late_row(late: LateLook, look: ConsentedLook) -> Row:
    """In words."""
    missing = [TO_COURSE if scope == COURSE else AREA[Area(scope)].lower() for scope in sorted(late.scopes)]
    return Row(
        (
            moment_text(look.recorded_at),
            look.actor_name,
            capital(citizen_text(str(look.citizen_id))),
            AUDIT_ACTION[AuditAction(look.action)],
            capital(listed(missing)),
        ),
        is_trouble=True,
    )


def consent_row(consent: RecordedConsent, today: date) -> Row:
    """In words."""
    return Row(
        (
            day_text(consent.given_on),
            capital(citizen_text(str(consent.citizen_id))),
            scope_text(consent.cells),
            capital(state_text(consent, today)),
            last_day_text(consent.expires_on),
            f"{day_text(consent.withdrawn_on)}, {consent.withdrawn_by or 'ikke oplyst'}"
            if consent.withdrawn_on
            else "",
            capital(FORM[ConsentForm(consent.form)]),
            capital(GIVER[ConsentGiver(consent.given_by)]),
            consent.recorded_by or NOBODY,
        )
    )


def last_day_text(expires_on: date | None) -> str:
    """The last day on which it holds; pure."""
    return day_text(expires_on - timedelta(days=1)) if expires_on else UNTIL_WITHDRAWN


def scope_text(cells: Iterable[str]) -> str:
    """What was consented to: the course, or what of which area; pure."""
    categories: dict[Area, set[str]] = defaultdict(set)
    for cell in cells:
        area, _, category = cell.partition("/")
        categories[Area(area)].add(WHOLE_AREA if category == WHOLE else DATA_CATEGORY[DataCategory(category)])
    if not categories:
        return capital(TO_COURSE)
    return "; ".join(f"{AREA[area]}: {listed(sorted(words))}" for area, words in sorted(categories.items()))


def state_text(consent: RecordedConsent, today: date) -> str:
    """Whether it holds today; pure."""
    if consent.withdrawn_on is not None and consent.withdrawn_on <= today:
        return WITHDRAWN
    return LAPSED if consent.expires_on is not None and consent.expires_on <= today else STANDS


def _number(consents: Iterable[RecordedConsent], window: Window, field: str) -> int:
    days = [getattr(consent, field) for consent in consents]
    return sum(day is not None and window.first_day <= day <= window.last_day for day in days)
