"""Hvem er hvem: is what the sources say about one person, or about two? Pure."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from hub.access.identity_acts import (
    CitizenIdentity,
    ConflictDetails,
    ConflictSummary,
    DecisionSummary,
    IdentityQueue,
    MaskedStatement,
    NumberHistory,
)
from hub.matching.decision_repository import DecisionState
from hub.matching.identity_decisions import DecisionResult
from hub.quarantine.rules import shown_key
from hub.web.identity import texts
from hub.web.identity.page import (
    CitizenIdentityPage,
    ConflictPage,
    ConflictRow,
    DecisionRow,
    IdentityPage,
    NumberRow,
    StatementCard,
)
from hub.web.shell.conflict_texts import CONFLICT
from hub.web.shell.dates import counted, listed, of_moment
from hub.web.shell.field_labels import type_word
from hub.web.shell.form_result import FormResult
from hub.web.shell.people import who_decided
from hub.web.shell.view_models import Choice, Link

PAGE = 50
"""Conflicts of a page, as the desk gives them."""
_SHORT = 8
"""Last characters of a citizen's key, by which people tell citizens of a page apart."""


def identity_page(
    queue: IdentityQueue,
    now: datetime,
    *,
    employees: Mapping[str, str],
    actor_id: str,
    result: FormResult | None,
) -> IdentityPage:
    """What waits for a person."""
    parts = []
    if queue.conflicts:
        parts.append(texts.WAITING.format(conflicts=counted(len(queue.conflicts), "uenighed", "uenigheder")))
    if queue.proposals:
        merges = counted(len(queue.proposals), "sammenlægning", "sammenlægninger")
        parts.append(texts.PROPOSALS.format(merges=merges))
    return IdentityPage(
        summary=" ".join(parts) or texts.EMPTY,
        result=result.outcome if result else None,
        conflicts=tuple(_conflict(conflict, now) for conflict in queue.conflicts),
        proposals=tuple(_decision(proposal, now, employees, actor_id) for proposal in queue.proposals),
        more=Link("Vis flere", f"/identitet?efter={queue.conflicts[-1].id}") if len(queue.conflicts) == PAGE else None,
    )


def conflict_page(
    details: ConflictDetails,
    now: datetime,
    *,
    titles: Mapping[str, str],
    types: Mapping[str, Mapping[str, str]],
    result: FormResult | None,
) -> ConflictPage:
    """The claims side by side. *titles*: of the sources; *types*: titles of their types, by source."""
    citizens = dict.fromkeys(each.citizen_id for each in details.statements if each.citizen_id is not None)
    chosen = result.typed.get("to") if result else None
    choices = [
        Choice(str(each), f"borger {_short(each)}", chosen=str(each) == chosen)
        for each in citizens
        if len(citizens) > 1
    ]
    return ConflictPage(
        result=result.outcome if result else None,
        conflict=_conflict(details.conflict, now),
        advice=CONFLICT[details.conflict.kind][1],
        statements=tuple(_statement(each, now, titles, types) for each in details.statements),
        choices=tuple(choices),
        reason=result.typed.get("reason", "") if result else "",
    )


def citizen_page(
    identity: CitizenIdentity,
    now: datetime,
    *,
    titles: Mapping[str, str],
    employees: Mapping[str, str],
    actor_id: str,
    result: FormResult | None,
) -> CitizenIdentityPage:
    """Which identifiers are this citizen, and what people decided about them."""
    return CitizenIdentityPage(
        result=result.outcome if result else None,
        citizen_id=str(identity.citizen_id),
        merged_into=_link(identity.merged_into) if identity.merged_into else None,
        numbers=tuple(_number(each, now, titles) for each in identity.numbers),
        decisions=tuple(_decision(each, now, employees, actor_id) for each in reversed(identity.decisions)),
        reason=result.typed.get("reason", "") if result else "",
        other=result.typed.get("other", "") if result else "",
    )


def result_text(result: DecisionResult) -> str:
    """What came of a decision."""
    if result.state is DecisionState.PROPOSED:
        return texts.PROPOSED
    if not result.is_new:
        return texts.UNCHANGED
    if result.still_joined:
        return texts.STILL_JOINED
    return texts.WITHDRAWN if result.state is DecisionState.WITHDRAWN else texts.DECIDED


def _conflict(conflict: ConflictSummary, now: datetime) -> ConflictRow:
    return ConflictRow(
        id=conflict.id,
        problem=CONFLICT[conflict.kind][0],
        subject=conflict.subject,
        first_seen=of_moment(conflict.first_seen, now),
    )


def _statement(
    statement: MaskedStatement, now: datetime, titles: Mapping[str, str], types: Mapping[str, Mapping[str, str]]
) -> StatementCard:
    type_text = type_word(statement.record_type, types.get(statement.source, {}))
    year = str(statement.birth_year) if statement.birth_year else texts.NOT_STATED
    return StatementCard(
        record=statement.record,
        where=f"{titles.get(statement.source, statement.source)}: {type_text}",
        key=shown_key(statement.source_id),
        name=statement.name or texts.NOT_STATED,
        born=f"{year}, {texts.FITS[statement.fits_number]}" if statement.birth_year else year,
        identifiers=statement.identifiers,
        registered=of_moment(statement.registered_at, now),
        read=of_moment(statement.observed_at, now),
        citizen=_link(statement.citizen_id) if statement.citizen_id else None,
        has_efforts=statement.has_efforts,
    )


def _decision(summary: DecisionSummary, now: datetime, employees: Mapping[str, str], actor_id: str) -> DecisionRow:
    decision = summary.decision
    more = []
    if decision.confirmed_by and decision.confirmed_at:
        who = who_decided(decision.confirmed_by, employees)
        more.append(f"Bekræftet af {who}, {of_moment(decision.confirmed_at, now).text}")
    if decision.withdrawn_by and decision.withdrawn_at:
        who = who_decided(decision.withdrawn_by, employees)
        more.append(
            f"Trukket tilbage af {who}, {of_moment(decision.withdrawn_at, now).text}: «{decision.withdrawn_reason}»"
        )
    is_proposed = decision.state is DecisionState.PROPOSED
    return DecisionRow(
        id=decision.id,
        text=f"{summary.subject} {texts.DECISION[decision.kind]} {summary.target}",
        state=texts.STATE[decision.state],
        reason=decision.reason,
        by=who_decided(decision.decided_by, employees),
        at=of_moment(decision.decided_at, now),
        more=tuple(more),
        citizens=tuple(map(_link, summary.citizens)),
        may_confirm=is_proposed and decision.decided_by != actor_id,
        may_withdraw=decision.state is not DecisionState.WITHDRAWN,
    )


def _number(number: NumberHistory, now: datetime, titles: Mapping[str, str]) -> NumberRow:
    return NumberRow(
        identifier=number.identifier,
        state="tidligere" if number.is_former else "gælder",
        sources=listed(tuple(titles.get(source, source) for source in number.sources)),
        since=of_moment(number.since, now) if number.since else None,
        citizen=_link(number.citizen_id),
    )


def _link(citizen_id: UUID) -> Link:
    return Link(f"borger {_short(citizen_id)}", f"/identitet/borger/{citizen_id}")


def _short(citizen_id: UUID) -> str:
    return str(citizen_id)[-_SHORT:]
