"""DUBU activities to records; pure: notifications, assessments and plans, goals. All other kinds are left out."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from connectors.payload_tap import show_payload
from connectors.sources.social import vocabulary
from connectors.sources.social.payloads import Aktivitet, Kode, Vedroerer
from connectors.sources.social.translate import CaseContext, Scope, basis, coded, national, period, unit
from connectors.sources.social.values import Values, danish_day
from schemas.codes import Coded, codes_of, lookup, rows_by_code
from schemas.facts import ConcernNotificationFact, GoalFact, GoalKind, Outcome, PlanFact, Progress
from schemas.identifiers import Identifier
from schemas.people import Responsible, Worker
from schemas.period import Period
from schemas.record import Party, PartyRole, QualityFlag, RejectionRule, SourceRecord

NOT_STATED = "99"
"""Notifier category: uoplyst."""


def translate_aktivitet(scope: Scope, aktivitet: Aktivitet, case: CaseContext) -> SourceRecord | None:
    """An activity of a case; None for a kind that is not read.

    Raises:
        RecordRejected: a value cannot be read.
    """
    kind, below = aktivitet.type.titel or "", (aktivitet.undertype.titel if aktivitet.undertype else None) or ""
    if below != vocabulary.NOTIFICATION and below not in vocabulary.PLANS and kind not in vocabulary.GOALS:
        return None
    reading = scope.reading("Aktivitet", aktivitet.id, case=case.sag_id, synthetic=aktivitet.syntetisk)
    show_payload(reading.record_type, reading.source_id, aktivitet)
    status = aktivitet.status
    if status and vocabulary.ERRONEOUS in (status.brugervendt_noegle, status.titel):
        created = reading.instant("oprettetDato", aktivitet.oprettet_dato)
        return scope.record(reading, fact=None, dates=[created])
    if below == vocabulary.NOTIFICATION:
        return _notification(scope, reading, aktivitet, case)
    if below in vocabulary.PLANS:
        return _plan(scope, reading, aktivitet, case)
    return _goal(scope, reading, aktivitet, case)


def _notification(scope: Scope, reading: Values, aktivitet: Aktivitet, case: CaseContext) -> SourceRecord:
    received = reading.moment("modtagetDato", aktivitet.modtaget_dato)
    received = received or reading.moment("haendelsesDato", aktivitet.haendelses_dato)
    if received is None:
        raise reading.rejected("modtagetDato", RejectionRule.MISSING_FIELD, None)
    received_at, has_time = received
    assessed = reading.moment("vurderetDato", aktivitet.vurderet_dato)
    notifier = _notifier(reading, aktivitet.underretter, received_at)
    fact = ConcernNotificationFact(
        received_at=received_at,
        received_has_time=has_time,
        notifier=notifier,
        notifier_title=None
        if notifier.code in vocabulary.PRIVATE_NOTIFIERS
        else reading.line("underretter", notifier.label),
        reasons=_reasons(aktivitet),
        legal_basis=basis(reading, "lovgrundlag", aktivitet.lovgrundlag.titel if aktivitet.lovgrundlag else None),
        # A bare date says "some time that day", which is never before it was received.
        assessed_at=(assessed[0] if assessed[1] else max(assessed[0], received_at)) if assessed else None,
        receipt_sent_on=reading.day("kvitteringDato", aktivitet.kvittering_dato),
        notifier_informed_on=reading.day("underretterOrienteretDato", aktivitet.underretter_orienteret_dato),
        outcome=_outcome(reading, aktivitet.udfald),
        outcome_on=reading.day("udfaldDato", aktivitet.udfald_dato),
        outcome_efforts=tuple(scope.id(effort) for effort in aktivitet.medfoerte_ydelser or ()),
        is_closed=aktivitet.status.titel == "Afsluttet" if aktivitet.status else None,
        case_number=case.case_number,
        responsible=_responsible(scope, reading, aktivitet, case),
        about_unborn=bool(aktivitet.ufoedt),
    )
    return scope.record(
        reading,
        fact=fact,
        dates=[
            reading.instant("oprettetDato", aktivitet.oprettet_dato),
            received_at,
            fact.assessed_at,
            fact.receipt_sent_on,
            fact.notifier_informed_on,
            fact.outcome_on,
        ],
        valid=Period(start=danish_day(received_at)),
        parties=(*_primary(case), *_concerned(scope, reading, aktivitet, case)),
    )


def _plan(scope: Scope, reading: Values, aktivitet: Aktivitet, case: CaseContext) -> SourceRecord:
    valid = period(reading, ("haendelsesDato", aktivitet.haendelses_dato), ("slutDato", aktivitet.slut_dato))
    fact = PlanFact(
        title=reading.required_line("undertype.titel", aktivitet.undertype.titel if aktivitet.undertype else None),
        status=_plan_status(aktivitet.status),
        code=coded("dubu:Aktivitetsundertype", aktivitet.undertype),
        responsible=_responsible(scope, reading, aktivitet, case),
        next_follow_up_on=reading.day("fristDato", aktivitet.frist_dato),
    )
    return scope.record(
        reading,
        fact=fact,
        # That it has ended was registered when it did.
        dates=[
            reading.instant("oprettetDato", aktivitet.oprettet_dato) or valid.start,
            reading.day("slutDato", aktivitet.slut_dato),
        ],
        valid=valid,
        parties=(*_primary(case), *_concerned(scope, reading, aktivitet, case)),
    )


def _goal(scope: Scope, reading: Values, aktivitet: Aktivitet, case: CaseContext) -> SourceRecord:
    kind = vocabulary.GOALS[aktivitet.type.titel or ""]
    if kind is GoalKind.GOAL and aktivitet.maal_type and aktivitet.maal_type.titel == vocabulary.SUB_GOAL:
        kind = GoalKind.SUB_GOAL
    progress = Progress.NOT_ASSESSED
    if aktivitet.status and aktivitet.status.titel:
        progress = vocabulary.PROGRESS.get(aktivitet.status.titel, progress)
        if aktivitet.status.titel not in vocabulary.PROGRESS:
            reading.flags.append(QualityFlag(field="status", rule=RejectionRule.UNKNOWN_STATUS))
    assessed_on = reading.day("vurderetDato", aktivitet.vurderet_dato)
    valid = period(reading, ("haendelsesDato", aktivitet.haendelses_dato), ("slutDato", aktivitet.slut_dato))
    return scope.record(
        reading,
        fact=GoalFact(
            goal=kind,
            text=reading.line("tekst", aktivitet.tekst),
            progress=progress,
            assessed_on=assessed_on,
            stated_by=reading.line("angivetAf", aktivitet.angivet_af),
        ),
        dates=[reading.instant("oprettetDato", aktivitet.oprettet_dato) or valid.start, assessed_on],
        valid=valid,
        parties=_primary(case),
    )


def _notifier(reading: Values, underretter: Kode | None, received_at: datetime) -> Coded:
    key = underretter.brugervendt_noegle if underretter else None
    label = underretter.titel if underretter else None
    if key is None:
        key = _code_by_words("notifier_categories", label) or NOT_STATED
    elif lookup("notifier_categories", key, danish_day(received_at)) is None:
        reading.flags.append(QualityFlag(field="underretter", rule=RejectionRule.UNKNOWN_CODE))
    return Coded(
        code_list="notifier_categories", code=key, label=None if key in vocabulary.PRIVATE_NOTIFIERS else label
    )


def _reasons(aktivitet: Aktivitet) -> tuple[Coded, ...]:
    kodes = (
        *(aktivitet.baggrunde_for_underretning_barnet or ()),
        *(aktivitet.baggrunde_for_underretning_hjemmet or ()),
        *(aktivitet.baggrunde_for_underretning_andet or ()),
    )
    rows = rows_by_code("notification_reasons")
    reasons: dict[str, Coded] = {}
    for kode in kodes:
        key = kode.brugervendt_noegle if kode.brugervendt_noegle in rows else None
        key = key or _code_by_words("notification_reasons", kode.titel)
        reason = (
            Coded(code_list="notification_reasons", code=key, label=kode.titel)
            if key
            else coded("dubu:Underretningsaarsag", kode)
        )
        if reason is not None:
            reasons.setdefault(reason.code, reason)
    return tuple(reasons.values())


def _code_by_words(code_list: str, title: str | None) -> str | None:
    return _codes_by_words(code_list).get(title.casefold()) if title else None


@cache
def _codes_by_words(code_list: str) -> Mapping[str, str]:
    """Codes by their Danish words, whose case does not count; the first of several."""
    return {row.danish.casefold(): row.code for row in reversed(codes_of(code_list))}


def _outcome(reading: Values, udfald: Kode | None) -> Outcome | None:
    if udfald is None or not (udfald.brugervendt_noegle or udfald.titel):
        return None
    outcome = vocabulary.OUTCOMES.get(udfald.brugervendt_noegle or "") or vocabulary.OUTCOMES.get(udfald.titel or "")
    if outcome is None:
        reading.flags.append(QualityFlag(field="udfald", rule=RejectionRule.UNKNOWN_CODE))
    return outcome


def _plan_status(status: Kode | None) -> Coded:
    if status is None or not (status.titel or status.brugervendt_noegle):
        return Coded(code_list="plan_status", code="unknown")
    code = vocabulary.PLAN_STATUS.get(status.titel or "")
    if code:
        return Coded(code_list="plan_status", code=code, label=status.titel)
    return coded("dubu:Aktivitetsstatus", status) or Coded(code_list="plan_status", code="unknown")


def _responsible(scope: Scope, reading: Values, aktivitet: Aktivitet, case: CaseContext) -> Responsible | None:
    name = reading.name("primaerBehandlerNavn", aktivitet.primaer_behandler_navn)
    handler = case.handler
    same = handler is not None and handler.id == aktivitet.primaer_behandler_id
    if name is None and handler is None:
        return None
    worker = Worker(
        name=name or (handler.navn if handler else "?"),
        id=aktivitet.primaer_behandler_id,
        phone=handler.telefon if handler and same else None,
    )
    enhed = handler.enhed if handler and (same or name is None) else None
    return Responsible(unit=unit(scope, reading, "behandler.enhed", enhed), worker=worker)


def _primary(case: CaseContext) -> tuple[Party, ...]:
    return (case.person,) if case.person else ()


def _concerned(scope: Scope, reading: Values, aktivitet: Aktivitet, case: CaseContext) -> tuple[Party, ...]:
    own = set(case.person.identifiers) if case.person else set()
    parties: list[Party] = []
    for person in aktivitet.vedroerer or ():
        identifiers = _identifiers(scope, reading, person)
        if identifiers and not own & set(identifiers):
            name = reading.name("vedroerer.fuldeNavn", person.fulde_navn)
            parties.append(Party(role=PartyRole.CONCERNED, identifiers=identifiers, name=name))
            own |= set(identifiers)
    return tuple(parties)


def _identifiers(scope: Scope, reading: Values, person: Vedroerer) -> tuple[Identifier, ...]:
    number = national(person.cprnr)
    if person.cprnr and number is None:
        reading.flags.append(QualityFlag(field="vedroerer.cprnr", rule=RejectionRule.BAD_IDENTIFIER))
    local = scope.local("Person", person.person_id) if person.person_id is not None else None
    return tuple(identifier for identifier in (number, local) if identifier)
