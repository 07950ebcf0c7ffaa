"""Searches, and what was revealed: two sorts of lines of the log, in words."""

from collections.abc import Mapping, Sequence

from hub.access import identity
from hub.audit.question_repository import LineSort, count_lines, list_lines
from hub.audit.repository import LoggedEntry
from hub.web.accountability.window import Answer, Row, Table, Window
from hub.web.accountability.words import (
    about_text,
    criterion_text,
    fields_text,
    moment_text,
    outcome_text,
    purpose_text,
    who_text,
)
from hub.web.shell.dates import capital, counted, number_text
from hub.web.shell.request_context import RequestContext
from schemas.access import AuditOutcome

SEARCHES = ("søgning", "søgninger")
REVEALS = ("visning af skjulte oplysninger", "visninger af skjulte oplysninger")
REFUSED = ("afvist", "afviste")
FAILED = ("fejlede", "fejlede")
SEARCH_NOTE = (
    "Et søgt cpr-nummer står aldrig her, kun et fingeraftryk af det. Blev nogen fundet ved navn, står navnet heller "
    "ikke: sammen med nøglerne ville det sige, hvem de er."
)
REVEAL_NOTE = (
    "Adresse, enhed, skole og cpr-nummer er skjult, hvor borgeren har navne- og adressebeskyttelse. Af andre borgere "
    "er kun de fire sidste cifre skjult. Hver visning kræver en begrundelse og er en linje for sig."
)
SEARCH_COLUMNS = ("Tid", "Hvem", "Søgte efter", "Fundet", "Udfald", "Formål")
REVEAL_COLUMNS = ("Tid", "Hvem", "Borger", "Vist", "Begrundelse", "Udfald")


def searches(context: RequestContext, window: Window) -> Answer:
    """What was searched for, how many were found, and what was refused or failed."""
    lines, following = _lines(context, LineSort.SEARCHES, window)
    names = _names(context)
    return Answer(
        headline=_headline(context, LineSort.SEARCHES, window, SEARCHES),
        is_trouble=False,
        tables=(
            Table(
                "soegninger",
                "Søgninger, nyeste først",
                SEARCH_COLUMNS,
                tuple(search_row(line, names) for line in lines),
                note=SEARCH_NOTE,
                empty="Der er ikke søgt i perioden.",
                following=following,
            ),
        ),
    )


def reveals(context: RequestContext, window: Window) -> Answer:
    """Who was shown what was hidden, and why."""
    lines, following = _lines(context, LineSort.REVEALS, window)
    names = _names(context)
    return Answer(
        headline=_headline(context, LineSort.REVEALS, window, REVEALS),
        is_trouble=False,
        tables=(
            Table(
                "visninger",
                "Visninger, nyeste først",
                REVEAL_COLUMNS,
                tuple(reveal_row(line, names) for line in lines),
                note=REVEAL_NOTE,
                empty="Ingen har bedt om at se skjulte oplysninger i perioden.",
                following=following,
            ),
        ),
    )


def search_row(line: LoggedEntry, names: Mapping[str, str]) -> Row:
    """One search; pure."""
    entry = line.entry
    return Row(
        (
            moment_text(entry.recorded_at),
            who_text(entry, names),
            criterion_text(entry),
            "" if entry.result_count is None else number_text(entry.result_count),
            capital(outcome_text(entry)),
            purpose_text(entry),
        ),
        is_trouble=entry.outcome is not AuditOutcome.SHOWN,
    )


def reveal_row(line: LoggedEntry, names: Mapping[str, str]) -> Row:
    """One time that hidden fields were asked for; pure."""
    entry = line.entry
    return Row(
        (
            moment_text(entry.recorded_at),
            who_text(entry, names),
            about_text(entry),
            fields_text(entry),
            f"«{entry.override_reason}»" if entry.override_reason else "",
            capital(outcome_text(entry)),
        ),
        is_trouble=entry.outcome is not AuditOutcome.SHOWN,
    )


def _lines(context: RequestContext, sort: LineSort, window: Window) -> tuple[Sequence[LoggedEntry], int | None]:
    lines = list_lines(
        context.session, sort, since=window.since, until=window.until, after=window.after, size=window.size + 1
    )
    shown = lines[: window.size]
    return shown, shown[-1].seq if len(lines) > window.size else None


def _headline(context: RequestContext, sort: LineSort, window: Window, words: tuple[str, str]) -> str:
    numbers = count_lines(context.session, sort, window.since, window.until)
    said = counted(sum(numbers.values()), *words)
    said += f", heraf {counted(numbers[AuditOutcome.REFUSED], *REFUSED)}"
    if failed := numbers[AuditOutcome.FAILED]:
        said += f" og {counted(failed, *FAILED)}"
    return capital(f"{said}.")


def _names(context: RequestContext) -> dict[str, str]:
    return {actor.id: actor.name for actor in identity.actors(context.session)}
