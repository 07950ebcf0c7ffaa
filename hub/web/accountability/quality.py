"""Whether the data are fresh and of the right people: sources, held deletions, quarantine, and who is who."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from hub.matching.decision_repository import DecisionState
from hub.matching.quality_repository import (
    MadeDecision,
    OpenConflicts,
    count_merged,
    count_several_numbers,
    count_waiting_parties,
    list_decisions_between,
    list_open_conflicts,
)
from hub.quarantine.repository import AgedEntries, list_ages
from hub.sources.definitions import HeldDeletion, HeldState
from hub.sources.health import SourceState, SourceStatus
from hub.sources.held_repository import list_held
from hub.web.accountability.window import Answer, Row, Table, Window, page_of
from hub.web.accountability.words import moment_text
from hub.web.identity.texts import STATE as DECISION_STATE
from hub.web.shell.conflict_texts import CONFLICT
from hub.web.shell.dates import capital, counted, lasted, number_text
from hub.web.shell.request_context import RequestContext
from hub.web.shell.texts import SOURCE_STATE

SOURCES = ("Kilde", "Stand", "Seneste oplysning", "Læst til ende", "Det står der hos medarbejderne")
HELD = ("Kilde", "Slags", "Mangler", "Kendte", "Siden", "Stand")
QUARANTINE = ("Kilde", "Under et døgn", "1–7 dage", "8–30 dage", "Over 30 dage", "Ældste")
CONFLICTS = ("Uenighed", "Antal", "Ældste")
DECISIONS = ("Nr.", "Afgørelse", "Stand", "Afgjort", "Af", "Bekræftet af", "Trukket tilbage")
OLD_DAYS = 7
KIND = {
    "link": "Lokalt nummer hører til borgeren",
    "merge": "To borgere lagt sammen",
    "keep_apart": "To borgere holdt adskilt",
    "one_person": "Én person, selv om kilderne er uenige",
}
HELD_STATE = {HeldState.HELD: "venter", HeldState.RELEASED: "frigivet", HeldState.REFUSED: "afvist"}
PARTIES = {
    "conflict": "Plads i en oplysning, hvor det er uafklaret, hvem der er ment",
    "unmatched": "Plads i en oplysning, der endnu ikke hører til nogen",
}
SOURCES_NOTE = (
    "Er en kilde forsinket, siger hver side om en borger, fra hvornår oplysningerne er, og hvad der kan mangle."
)
HELD_NOTE = "Mangler der pludselig mange i en kilde, slettes intet, før en systemadministrator har taget stilling."
QUARANTINE_NOTE = "Oplysninger, der ikke kunne læses, efter hvor længe de har ligget. Kilden eller forbindelsen rettes."
CONFLICTS_NOTE = "Uenighed mellem kilder om, hvem nogen er, og det, der venter på, at det bliver klart."
DECISIONS_NOTE = (
    "Hvad systemadministratorer har afgjort i perioden om, hvem nogen er; hver kan trækkes tilbage. Hvem det er om, "
    "står under Hvem er hvem hos systemadministratoren og ikke her."
)
SEVERAL = "{several} har eller har haft mere end ét cpr-nummer, og {merged} har vist sig at være en andens."


def answer(context: RequestContext, window: Window) -> Answer:
    """What is stale, held, unread or uncertain, and what was decided about who is who."""
    session, now = context.session, context.now
    titles = {name: source.title for name, source in context.known_sources.items()}
    states, held = context.source_states, list_held(session)
    ages, conflicts = list_ages(session, now), list_open_conflicts(session)
    parties = count_waiting_parties(session)
    decisions = list_decisions_between(session, window.since, window.until)
    troubled = [state for state in states if state.state is not SourceStatus.FRESH]
    waiting = [each for each in held if each.state is HeldState.HELD]
    unread = sum(each.total for each in ages)
    contradictions = sum(each.number for each in conflicts) + parties.get("conflict", 0)
    several = counted(count_several_numbers(session), "borger", "borgere")
    merged = counted(count_merged(session), "nøgle", "nøgler")
    shown, following = page_of([decision_row(each) for each in decisions], window, "afgoerelser")
    return Answer(
        headline=capital(
            f"{counted(len(troubled), 'kilde', 'kilder')} er ikke friske, "
            f"{counted(len(waiting), 'slags sletninger venter', 'slags sletninger venter')}, "
            f"{counted(unread, 'oplysning', 'oplysninger')} kunne ikke læses, og "
            f"{counted(contradictions, 'uenighed', 'uenigheder')} om, hvem nogen er, venter."
        ),
        is_trouble=bool(troubled or waiting or unread or contradictions),
        tables=(
            Table("kilder", "Kilder", SOURCES, _source_rows(states, titles, now), note=SOURCES_NOTE),
            Table("tilbageholdt", "Tilbageholdte sletninger", HELD, _held_rows(held, titles), note=HELD_NOTE),
            Table(
                "karantaene",
                "Kunne ikke læses",
                QUARANTINE,
                tuple(quarantine_row(each, titles, now) for each in ages),
                note=QUARANTINE_NOTE,
            ),
            Table("uenigheder", "Hvem er hvem", CONFLICTS, conflict_rows(conflicts, parties), note=CONFLICTS_NOTE),
            Table(
                "afgoerelser",
                "Lagt sammen, skilt ad og trukket tilbage",
                DECISIONS,
                shown,
                note=f"{DECISIONS_NOTE} {capital(SEVERAL.format(several=several, merged=merged))}",
                empty="Intet er afgjort i perioden.",
                following=following,
            ),
        ),
    )


def quarantine_row(ages: AgedEntries, titles: Mapping[str, str], now: datetime) -> Row:
    """In words; old ones are trouble."""
    numbers = (ages.under_day, ages.under_week, ages.under_month, ages.older)
    oldest = f"{moment_text(ages.oldest)} ({lasted(ages.oldest, now)})"
    return Row(
        (titles.get(ages.source, ages.source), *map(number_text, numbers), oldest),
        is_trouble=(now - ages.oldest).days > OLD_DAYS,
    )


def conflict_rows(conflicts: Iterable[OpenConflicts], parties: Mapping[str, int]) -> tuple[Row, ...]:
    """In words."""
    rows = [
        Row((CONFLICT[each.kind][0], number_text(each.number), moment_text(each.oldest)), is_trouble=True)
        for each in conflicts
    ]
    rows += [
        Row((words, number_text(parties[state]), ""), is_trouble=state == "conflict")
        for state, words in PARTIES.items()
        if parties.get(state)
    ]
    return tuple(rows)


def decision_row(decision: MadeDecision) -> Row:
    """In words."""
    withdrawn = ""
    if decision.withdrawn_at:
        withdrawn = f"{moment_text(decision.withdrawn_at)} af {decision.withdrawn_by}"
    confirmed = f"{decision.confirmed_by}, {moment_text(decision.confirmed_at)}" if decision.confirmed_at else ""
    return Row(
        (
            number_text(decision.id),
            KIND[decision.kind],
            capital(DECISION_STATE[DecisionState(decision.state)]),
            moment_text(decision.decided_at),
            decision.decided_by,
            confirmed,
            withdrawn,
        )
    )


def _source_rows(states: Iterable[SourceState], titles: Mapping[str, str], now: datetime) -> tuple[Row, ...]:
    return tuple(
        Row(
            (
                titles.get(state.source, state.source),
                capital(SOURCE_STATE[state.state][0]),
                moment_text(state.last_data_at) if state.last_data_at else "aldrig",
                moment_text(state.last_success_at) if state.last_success_at else "ikke alle dele endnu",
                _told(state, now),
            ),
            is_trouble=state.state is not SourceStatus.FRESH,
        )
        for state in states
    )


def _told(state: SourceState, now: datetime) -> str:
    if state.silent_since:
        return f"At kilden har været tavs i {lasted(state.silent_since, now)}, og siden hvornår"
    return "Hvornår hver oplysning er læst"


def _held_rows(held: Iterable[HeldDeletion], titles: Mapping[str, str]) -> tuple[Row, ...]:
    return tuple(
        Row(
            (
                titles.get(each.source, each.source),
                each.record_type,
                number_text(each.missing),
                number_text(each.known),
                moment_text(each.since),
                capital(HELD_STATE[each.state]),
            ),
            is_trouble=each.state is HeldState.HELD,
        )
        for each in held
    )
