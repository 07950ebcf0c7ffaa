"""The rules with who approved them and how often they were judged, and every number that is kept about a citizen."""

from hub.access.rule_register import RuleDesk, RuleEntry
from hub.errors import MissingRole
from hub.rules.score_repository import StoredNumber, list_stored_numbers
from hub.rules.stored_numbers import DocumentNumber, document_numbers, meaning_of
from hub.web.accountability.window import Answer, Row, Table, Window, page_of
from hub.web.accountability.words import FEW, UNDER_FEW, moment_text
from hub.web.rule_register.texts import OFF, ON
from hub.web.shell.dates import capital, counted, number_text
from hub.web.shell.request_context import RequestContext

RULES = ("Regel", "Udgave", "Stand", "Grænse og kilde", "Senest besluttet", "Vurderet")
NUMBERS = ("Sted", "Tal", "Hvad det er")
UNKNOWN = "ikke beskrevet: se efter, hvad det er"
NEVER = "aldrig"
DOCUMENT = {"overview": "overblikket, som det gemmes", "search": "søgningens indeks"}
RULES_NOTE = (
    "Hvad en regel peger på, gemmes ikke og findes ikke frem om nogen; det regnes ud, når en borger åbnes. "
    f"Derfor tælles kun det, medarbejdere har vurderet, og under {FEW} siges ikke i tal. Selve reglerne står i "
    "Regelregister."
)
NUMBERS_NOTE = (
    "En score ville være et tal om en borger. Her er alle tal, der står i tabeller om borgere, læst fra databasen selv "
    "lige nu, og i de dokumenter, overblikket og søgningen gemmer. Ingen af dem er beregnet om borgeren, og ingen "
    "sorterer eller rangordner borgere."
)


def answer(context: RequestContext, window: Window) -> Answer:
    """The rules, and that no score is stored."""
    view = RuleDesk(context.session, context.actor, context.access(), now=context.now).read()
    if view is None:
        raise MissingRole
    stored = list_stored_numbers(context.session)
    rows = [*map(stored_row, stored), *map(document_row, document_numbers())]
    unknown = sum(row.is_trouble for row in rows)
    on = sum(rule.is_on for rule in view.rules)
    shown, following = page_of(rows, window, "tal")
    return Answer(
        headline=f"{counted(on, 'regel', 'regler')} af {len(view.rules)} er slået til. {score_text(unknown)}",
        is_trouble=unknown > 0,
        tables=(
            Table("regler", "Regler", RULES, tuple(map(rule_row, view.rules)), note=RULES_NOTE),
            Table("tal", "Tal, der gemmes om borgere", NUMBERS, shown, note=NUMBERS_NOTE, following=following),
        ),
    )


def score_text(unknown: int) -> str:
    """Whether a score is stored; pure."""
    if unknown:
        return f"{capital(counted(unknown, 'tal om borgere er', 'tal om borgere er'))} ikke beskrevet."
    return "Der er ikke gemt nogen score: hvert tal om borgere er beskrevet nedenfor."


def rule_row(rule: RuleEntry) -> Row:
    """In words."""
    definition, latest = rule.definition, rule.approvals[0] if rule.approvals else None
    decided = NEVER
    if latest is not None:
        what = "til" if latest.is_on else "fra"
        decided = f"slået {what} af {latest.decided_by}, {moment_text(latest.decided_at)}: «{latest.reason}»"
    return Row(
        (
            f"{definition.code} {definition.title}",
            number_text(definition.version),
            ON if rule.is_on else OFF,
            f"{rule.limit:g} {definition.unit}; {definition.source}" if definition.unit else definition.source,
            capital(decided),
            capital(UNDER_FEW if rule.assessments is None else number_text(rule.assessments)),
        )
    )


def stored_row(number: StoredNumber) -> Row:
    """In words; pure."""
    meaning = meaning_of(number.column)
    schema = "" if number.schema == "public" else f"{number.schema}."
    return Row(
        (f"tabellen {schema}{number.table}", number.column, capital(meaning or UNKNOWN)), is_trouble=meaning is None
    )


def document_row(number: DocumentNumber) -> Row:
    """In words; pure."""
    meaning = meaning_of(number.field)
    return Row((DOCUMENT[number.document], number.field, capital(meaning or UNKNOWN)), is_trouble=meaning is None)
