"""CarePlan, ServiceRequest, Procedure and Goal to records; pure."""

from collections.abc import Iterator
from datetime import date, timedelta

from pydantic import ValidationError

from connectors.kit import InvalidValue
from connectors.sources.health import codes
from connectors.sources.health.context import Json, ResourceContext
from connectors.sources.health.payloads import (
    CarePlan,
    CodeableConcept,
    Coding,
    Encounter,
    Extension,
    Goal,
    Procedure,
    Reference,
    ServiceRequest,
    Span,
)
from connectors.sources.health.statement import Excluded, RecordBuilder
from schemas.codes import Coded
from schemas.facts import EffortFact, EffortStatus, GoalFact
from schemas.period import Period
from schemas.record import RejectionRule, SourceRecord

ERROR = "entered-in-error"
OWN = "urn:helhed:"
"""Root of the extensions an integration partner may send beside KL's."""
CASE_NUMBER = "municipalityCaseNumber"
FOLLOW_UP = "follow-up-date-extension"
GOAL_ENDED = frozenset({"completed", "cancelled", "rejected"})


def care_plan(resource: Json, setting: ResourceContext) -> SourceRecord:
    """An effort as planned or going on (KLCommonCareSocialPlannedIntervention)."""
    payload = CarePlan.model_validate(resource)
    statement = RecordBuilder(payload, setting)
    party = setting.patient(payload.subject, "subject.reference")
    if payload.status == ERROR:
        return statement.deleted((party,), "entered_in_error")
    details = [activity.detail for activity in payload.activity if activity.detail is not None]
    valid = statement.period("period", payload.period)
    concepts = tuple(detail.code for detail in details) or payload.category
    coding = codes.best_coding(concepts) or codes.best_coding(payload.category)
    code = _code(statement, "activity.detail.code", coding)
    title = _title(statement, code, valid.start, payload.title, concepts)
    performers = tuple(one for detail in details for one in detail.performer)
    stated = _Extensions(payload.extension)
    performed_by = setting.responsible(*performers)
    fact = EffortFact(
        title=title,
        status=_plan_status(statement, payload, [detail.status for detail in details]),
        code=code,
        legal_basis=codes.legal_basis(stated.text("legal-basis"), code, payload.meta.profile),
        purpose=statement.line("goal", _purpose(payload.goal, setting)),
        responsible=setting.responsible(*payload.contributor, *_given(payload.author), *payload.care_team),
        performer=performed_by.unit if performed_by else None,
        extent=statement.line("extension.extent", stated.text("extent")),
        next_follow_up_on=_follow_up(statement, stated, setting),
        expected_end_on=statement.day("extension.expected-end", stated.day("expected-end")),
        case_number=statement.line("extension.caseNumber", stated.identifier(CASE_NUMBER)),
        recommendation=statement.line("extension.recommendation", stated.text("recommendation")),
    )
    return statement.record((party,), fact, valid)


def service_request(resource: Json, setting: ResourceContext) -> SourceRecord:
    """A referral to a municipal effort, e.g. rehabilitation (§ 140). A clinical order stays out."""
    payload = ServiceRequest.model_validate(resource)
    statement = RecordBuilder(payload, setting)
    party = setting.patient(payload.subject, "subject.reference")
    if payload.status == ERROR:
        return statement.deleted((party,), "entered_in_error")
    coding = codes.best_coding((payload.code,), municipal_only=True)
    if coding is None:
        raise Excluded("not_a_municipal_effort")
    starts = payload.occurrence_period.start or payload.authored_on
    valid = statement.period("occurrencePeriod", Span(start=starts, end=payload.occurrence_period.end))
    code = _code(statement, "code", coding)
    stated = _Extensions(payload.extension)
    performed_by = setting.responsible(*payload.performer)
    status = _status(statement, "status", payload.status)
    fact = EffortFact(
        title=_title(statement, code, valid.start, None, (payload.code,)),
        status=EffortStatus.PLANNED if status is EffortStatus.ACTIVE else status,
        code=code,
        legal_basis=codes.legal_basis(stated.text("legal-basis"), code, payload.meta.profile),
        performer=performed_by.unit if performed_by else None,
        case_number=statement.line("extension.caseNumber", stated.identifier(CASE_NUMBER)),
    )
    return statement.record((party,), fact, valid)


def procedure(resource: Json, setting: ResourceContext) -> SourceRecord:
    """An effort that was carried out. A clinical procedure stays out."""
    payload = Procedure.model_validate(resource)
    statement = RecordBuilder(payload, setting)
    party = setting.patient(payload.subject, "subject.reference")
    if payload.status == ERROR:
        return statement.deleted((party,), "entered_in_error")
    coding = codes.best_coding((payload.code,), municipal_only=True)
    if coding is None:
        raise Excluded("not_a_municipal_effort")
    once = payload.performed_date_time
    span = Span(start=once, end=once) if once else payload.performed_period
    valid = statement.period("performed", span)
    code = _code(statement, "code", coding)
    fact = EffortFact(
        title=_title(statement, code, valid.start, None, (payload.code,)),
        status=_status(statement, "status", payload.status),
        code=code,
        legal_basis=codes.legal_basis(None, code, payload.meta.profile),
        responsible=setting.responsible(*_given(payload.recorder)),
    )
    return statement.record((party,), fact, valid)


def goal(resource: Json, setting: ResourceContext) -> SourceRecord:
    """A goal in words. One that only points at a condition by code stays out: the condition must not enter."""
    payload = Goal.model_validate(resource)
    statement = RecordBuilder(payload, setting)
    party = setting.patient(payload.subject, "subject.reference")
    if payload.lifecycle_status == ERROR:
        return statement.deleted((party,), "entered_in_error")
    text = statement.line("description.text", payload.description.text)
    if text is None:
        raise Excluded("goal_without_words")
    start = statement.day("startDate", payload.start_date)
    assessed_on = statement.day("statusDate", payload.status_date)
    ended = assessed_on if payload.lifecycle_status in GOAL_ENDED else None
    if start is not None and ended is not None and ended < start:
        raise InvalidValue("statusDate", RejectionRule.END_BEFORE_START, payload.status_date)
    fact = GoalFact(
        goal=codes.goal_kind(payload.category),
        text=text,
        progress=codes.progress(payload.achievement_status),
        assessed_on=assessed_on,
        stated_by=statement.line("expressedBy", payload.expressed_by.display if payload.expressed_by else None),
    )
    return statement.record((party,), fact, Period(start=start, end=ended + timedelta(days=1) if ended else None))


class _Extensions:
    """Extensions by the end of their address, nested ones too."""

    def __init__(self, given: tuple[Extension, ...]) -> None:
        self._all = tuple(_flat(given))

    def text(self, name: str) -> str | None:
        return next((one.value_string for one in self._all if one.url == OWN + name and one.value_string), None)

    def day(self, name: str) -> str | None:
        return next((one.value_date for one in self._all if one.url == OWN + name and one.value_date), None)

    def identifier(self, ending: str) -> str | None:
        holders = [one for one in self._all if one.url.endswith(ending)]
        inner = _flat(tuple(holders))
        return next((one.value_identifier.value for one in inner if one.value_identifier is not None), None)

    def reference(self, ending: str) -> Reference | None:
        return next((one.value_reference for one in self._all if one.url.endswith(ending)), None)


def _flat(given: tuple[Extension, ...]) -> Iterator[Extension]:
    for one in given:
        yield one
        yield from _flat(one.extension)


def _code(statement: RecordBuilder, field: str, coding: Coding | None) -> Coded | None:
    found = codes.coded(coding) if coding is not None else None
    if found is None:
        return None
    code, known = found
    if not known:
        statement.flag(field, "unknown_code")
    return code


def _title(
    statement: RecordBuilder,
    code: Coded | None,
    on: date | None,
    own: str | None,
    concepts: tuple[CodeableConcept, ...],
) -> str:
    """What the effort is called: the code's words, else the sender's; a bare code only when nobody has any."""
    said = [one.display for concept in concepts for one in concept.coding if one.display]
    several = len({one.code for concept in concepts for one in concept.coding[:1]}) > 1
    label = codes.words(code, on) if code is not None else None
    named = next((concept.text for concept in concepts if concept.text), None)
    text = ", ".join(dict.fromkeys(said)) if several and said else label or own or next(iter(said), named)
    title = statement.line("title", text)
    if title is None and code is not None:
        statement.flag("title", "unknown_code")
        title = statement.line("title", code.code)
    if title is None:
        raise InvalidValue("activity.detail.code", RejectionRule.MISSING_FIELD)
    return title


def _plan_status(statement: RecordBuilder, plan: CarePlan, activities: list[str | None]) -> EffortStatus:
    """The plan's own status, unless it is just ``active`` or ``unknown``: then the activity knows better."""
    inner = {status for status in activities if status not in {None, "unknown", ERROR}}
    if plan.status in {None, "active", "unknown"} and len(inner) == 1:
        return _status(statement, "activity.detail.status", inner.pop())
    return _status(statement, "status", plan.status)


def _status(statement: RecordBuilder, field: str, status: str | None) -> EffortStatus:
    if status == "unknown":
        statement.flag(field, "unknown_status")
        return EffortStatus.ACTIVE
    if status is None:
        raise InvalidValue(field, RejectionRule.MISSING_FIELD)
    if status not in codes.EFFORT_STATUS:
        raise InvalidValue(field, RejectionRule.UNKNOWN_STATUS, status)
    return codes.EFFORT_STATUS[status]


def _purpose(goals: tuple[Reference, ...], setting: ResourceContext) -> str | None:
    for reference in goals:
        if reference.display:
            return reference.display
        found = setting.found(reference)
        if found is not None and found.get("resourceType") == "Goal":
            try:
                text = Goal.model_validate(found).description.text
            except ValidationError:
                continue
            if text:
                return text
    return None


def _follow_up(statement: RecordBuilder, stated: _Extensions, setting: ResourceContext) -> date | None:
    """The next follow-up: as stated, else the start of the planned encounter that KL's extension points to."""
    own = stated.day("next-follow-up")
    found = None if own else setting.found(stated.reference(FOLLOW_UP))
    if found is None or found.get("resourceType") != "Encounter":
        return statement.day("extension.next-follow-up", own)
    try:
        return statement.day("extension.next-follow-up", Encounter.model_validate(found).period.start)
    except ValidationError:
        return None


def _given(reference: Reference | None) -> tuple[Reference, ...]:
    return () if reference is None else (reference,)
