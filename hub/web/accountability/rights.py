"""Rights that nobody uses or that somebody kept, and what administrators themselves looked at."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hub.access import identity
from hub.access import texts as access_texts
from hub.access.service_account_repository import list_accounts
from hub.access.service_accounts import ServiceAccount
from hub.access.staff_repository import names_of_units
from hub.audit.question_repository import LogIns, count_looks_of, list_log_ins, list_looks_of
from hub.clock import danish_day
from hub.course.oversight_repository import (
    TeamPlaceHeld,
    list_places_from_another_unit,
    list_places_of_closed,
)
from hub.web.accountability.window import Answer, Row, Table, Window, page_of
from hub.web.accountability.words import about_text, act_text, criterion_text, moment_text, optional_day, who_text
from hub.web.shell.dates import counted, day_text, number_text
from hub.web.shell.request_context import RequestContext
from hub.web.shell.texts import TEAM_FUNCTION
from schemas.access import Actor, AuditAction, Role

NEVER = "aldrig, så langt loggen rækker"
ALL_ACCOUNTS = 10_000
UNUSED_NOTE = (
    "Medarbejdere, der må logge ind, har mindst én rolle og ikke har logget ind i perioden. Rollen tages fra dem, "
    "hvor den er givet: i kommunens login eller organisationen."
)
MOVED_NOTE = (
    "Loggen husker, hvilken enhed medarbejderen var i ved hvert login. Her er dem, der er i en anden enhed nu, og "
    "hvor mange teams de stadig er på, som de kom på før skiftet. Roller følger det seneste login."
)
KEPT_NOTE = (
    "Pladser på teams i forløb, der er i gang, hvor medarbejderen nu er i en anden enhed end den, de kom fra. "
    "Det kan være med vilje; tovholderen ved det."
)
CLOSED_NOTE = "Et sluttet forløb åbner intet for sit team, men pladsen skal ikke stå åben."
ADMINISTRATOR_NOTE = (
    "Systemadministratorer opsætter og ser ikke borgere. Undtagelsen er identitet, hvor de ser slørede oplysninger "
    "for at afgøre, hvem nogen er. Er en systemadministrator også medarbejder på et team, står opslagene her også."
)
MACHINE_NOTE = "Maskinkonti, der ikke er spærret, og som ikke er brugt i perioden."


class MovedEmployee(NamedTuple):
    """An employee who logged in while in another unit than now."""

    actor: Actor
    former_unit_id: str
    last: datetime
    """Log-in while in it."""
    places: int
    """On teams that run, which they had before."""


def answer(context: RequestContext, window: Window) -> Answer:
    """Who has rights without use, who kept some, and what administrators looked at."""
    session = context.session
    today = danish_day(context.now)
    actors = tuple(actor for actor in identity.actors(session) if actor.roles)
    log_ins = list_log_ins(session)
    retained, closed = list_places_from_another_unit(session, today), list_places_of_closed(session, today)
    administrators = {actor.id: actor.name for actor in actors if Role.ADMINISTRATOR in actor.roles}
    moved = moved_employees(actors, log_ins, retained)
    units = names_of_units(session, {each.former_unit_id for each in moved})
    unused = unused_rights(actors, log_ins, window.since)
    machines = unused_accounts(list_accounts(session, start=0, size=ALL_ACCOUNTS), window.since)
    looks = count_looks_of(session, administrators, window.since, window.until)
    tables = (
        _table("ubrugt", "Ikke logget ind i perioden", UNUSED, unused_rows(unused, log_ins), UNUSED_NOTE, window),
        _table("flyttet", "Skiftet enhed", MOVED, moved_rows(moved, units), MOVED_NOTE, window),
        _table("beholdt", "På team fra en tidligere enhed", KEPT, place_rows(retained), KEPT_NOTE, window),
        _table("lukket", "På team i et sluttet forløb", CLOSED, closed_rows(closed), CLOSED_NOTE, window),
        _administrator_table(context, administrators, window),
        _table("maskiner", "Maskinkonti uden brug", MACHINES, machine_rows(machines), MACHINE_NOTE, window),
    )
    return Answer(
        headline=(
            f"{counted(len(unused), 'medarbejder', 'medarbejdere')} med adgang uden login i perioden, "
            f"{counted(len(retained), 'plads på et team', 'pladser på teams')} fra en tidligere enhed, "
            f"{counted(len(closed), 'plads', 'pladser')} på teams i sluttede forløb, "
            f"{counted(looks, 'opslag', 'opslag')} af systemadministratorer og "
            f"{counted(len(machines), 'maskinkonto', 'maskinkonti')} uden brug."
        ),
        is_trouble=bool(unused or closed or looks or machines),
        tables=tables,
    )


UNUSED = ("Medarbejder", "Stilling og enhed", "Roller", "Seneste login")
MOVED = ("Medarbejder", "Var i", "Sidst dér", "Er nu i", "Teams fra før", "Roller")
KEPT = ("Medarbejder", "Funktion", "På teamet siden", "Kom fra", "Er nu i", "Forløb (nøgle)")
CLOSED = ("Medarbejder", "Funktion", "På teamet siden", "Forløbet sluttede", "Er nu i", "Forløb (nøgle)")
LOOKS = ("Tid", "Hvem", "Hvad", "Borger", "Søgte efter")
MACHINES = ("Konto", "Navn", "Oprettet", "Sidst brugt", "Må")


def unused_rights(actors: Iterable[Actor], log_ins: Iterable[LogIns], since: datetime) -> tuple[Actor, ...]:
    """Who has rights and did not log in from then on; pure."""
    used = {each.actor_id for each in log_ins if each.last >= since}
    return tuple(actor for actor in actors if actor.id not in used)


def moved_employees(
    actors: Iterable[Actor], log_ins: Iterable[LogIns], places: Sequence[TeamPlaceHeld]
) -> tuple[MovedEmployee, ...]:
    """Who logged in while in another unit than now, the latest first; pure."""
    by_id = {actor.id: actor for actor in actors}
    moved = [
        MovedEmployee(
            actor,
            each.unit_id,
            each.last,
            sum(place.actor_id == actor.id and place.valid_from <= danish_day(each.last) for place in places),
        )
        for each in log_ins
        if (actor := by_id.get(each.actor_id)) and each.unit_id and each.unit_id != actor.unit_id
    ]
    return tuple(sorted(moved, key=lambda each: (each.last, each.actor.id), reverse=True))


def unused_accounts(accounts: Iterable[ServiceAccount], since: datetime) -> tuple[ServiceAccount, ...]:
    """Accounts that open something and were not used from then on; pure."""
    return tuple(
        account
        for account in accounts
        if account.revoked_at is None and (account.used_at is None or account.used_at < since)
    )


def unused_rows(actors: Iterable[Actor], log_ins: Iterable[LogIns]) -> tuple[Row, ...]:
    """In words; who logged in last the longest ago first, those who never did before them."""
    latest: dict[str, datetime] = {}
    for each in log_ins:
        latest[each.actor_id] = max(each.last, latest.get(each.actor_id, each.last))
    ordered = sorted(
        actors, key=lambda actor: (latest[actor.id].timestamp() if actor.id in latest else 0.0, actor.name)
    )
    return tuple(
        Row(
            (
                actor.name,
                ", ".join(filter(None, (actor.title, actor.unit_name))),
                roles_text(actor),
                moment_text(latest[actor.id]) if actor.id in latest else NEVER,
            ),
            is_trouble=True,
        )
        for actor in ordered
    )


def moved_rows(moved: Iterable[MovedEmployee], units: Mapping[str, str]) -> tuple[Row, ...]:
    """In words."""
    return tuple(
        Row(
            (
                each.actor.name,
                units.get(each.former_unit_id, each.former_unit_id),
                moment_text(each.last),
                each.actor.unit_name or each.actor.unit_id or "ingen enhed",
                number_text(each.places),
                roles_text(each.actor),
            ),
            is_trouble=each.places > 0,
        )
        for each in moved
    )


def place_rows(places: Iterable[TeamPlaceHeld]) -> tuple[Row, ...]:
    """In words; a course by its key, for its title may name somebody."""
    return tuple(
        Row(
            (
                place.actor_name,
                TEAM_FUNCTION[place.function],
                day_text(place.valid_from),
                place.unit_then or "ikke oplyst",
                place.unit_now or "ingen enhed",
                str(place.course_id)[:8],
            )
        )
        for place in places
    )


def closed_rows(places: Iterable[TeamPlaceHeld]) -> tuple[Row, ...]:
    """In words."""
    return tuple(
        Row(
            (
                place.actor_name,
                TEAM_FUNCTION[place.function],
                day_text(place.valid_from),
                optional_day(place.ended_on),
                place.unit_now or "ingen enhed",
                str(place.course_id)[:8],
            ),
            is_trouble=True,
        )
        for place in places
    )


def machine_rows(accounts: Iterable[ServiceAccount]) -> tuple[Row, ...]:
    """In words."""
    return tuple(
        Row(
            (
                account.client_id,
                account.name,
                moment_text(account.added_at) if account.added_at else "",
                moment_text(account.used_at) if account.used_at else "aldrig",
                ", ".join(sorted(scope.value for scope in account.scopes)),
            ),
            is_trouble=True,
        )
        for account in accounts
    )


def roles_text(actor: Actor) -> str:
    """Which roles."""
    return ", ".join(access_texts.ROLE[role] for role in sorted(actor.roles))


def _table(key: str, heading: str, columns: tuple[str, ...], rows: Sequence[Row], note: str, window: Window) -> Table:
    shown, following = page_of(rows, window, key)
    return Table(key, f"{heading} ({number_text(len(rows))})", columns, shown, note=note, following=following)


def _administrator_table(context: RequestContext, names: Mapping[str, str], window: Window) -> Table:
    after = window.after if window.table == "administratorer" else None
    lines = list_looks_of(
        context.session, names, since=window.since, until=window.until, after=after, size=window.size + 1
    )
    shown = lines[: window.size]
    rows = tuple(
        Row(
            (
                moment_text(line.entry.recorded_at),
                who_text(line.entry, names),
                act_text(line.entry),
                about_text(line.entry),
                criterion_text(line.entry) if line.entry.action is AuditAction.SEARCH else "",
            ),
            is_trouble=True,
        )
        for line in shown
    )
    return Table(
        "administratorer",
        "Systemadministratorers egne opslag",
        LOOKS,
        rows,
        note=ADMINISTRATOR_NOTE,
        empty="Ingen systemadministrator har set en borger eller søgt i perioden.",
        following=shown[-1].seq if len(lines) > window.size else None,
    )
