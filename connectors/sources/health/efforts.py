"""CarePlan, ServiceRequest, Procedure and Goal to records; pure."""

from collections.abc import Iterator
from datetime import date, timedelta

from pydantic import ValidationError

from connectors.kit import InvalidValue, first_date
from connectors.sources.health import codes
from connectors.sources.health.care_teams import Team, read_teams
from connectors.sources.health.context import ResourceContext
from connectors.sources.health.payloads import (
    CarePlan,
    CodeableConcept,
    Coding,
    Encounter,
    Extension,
    Goal,
    Patient,
    Procedure,
    Reference,
    ServiceRequest,
    Span,
)
from connectors.sources.health.record_builder import Excluded, RecordBuilder
from connectors.sources.health.references import TargetKind
from connectors.sources.health.resources import Json
from connectors.sources.health.units import managing_unit
from schemas.codes import Coded
from schemas.facts import EffortFact, EffortStatus, GoalFact
from schemas.people import Responsible
from schemas.period import Period
from schemas.record import RejectionRule, SourceRecord

ERROR = "entered-in-error"
OWN = "urn:helhed:"
"""Root of the extensions an integration partner may send beside KL's."""
CASE_NUMBER = "municipalityCaseNumber"
FOLLOW_UP = "follow-up-date-extension"
NOT_DECIDED = frozenset({"proposal", "option", "proposed"})
"""Intents of a request and status of a goal that say that nobody has decided it; it is no planned effort yet."""
GOAL_ENDED = frozenset({"completed", "cancelled", "rejected"})


def care_plan(resource: Json, context: ResourceContext) -> SourceRecord:
    """An effort as planned or going on (KLCommonCareSocialPlannedIntervention)."""
    payload = CarePlan.model_validate(resource)
    builder = RecordBuilder(payload, context)
    party = context.patient(payload.subject, "subject.reference")
    if payload.status == ERROR:
        return builder.deleted((party,), "entered_in_error")
    if payload.intent in NOT_DECIDED:
        raise Excluded("not_decided")
    builder.created("created", payload.created)
    details = [activity.detail for activity in payload.activity if activity.detail is not None]
    valid = builder.period("period", payload.period)
    concepts = tuple(detail.code for detail in details) or payload.category
    coding = codes.best_coding(concepts) or codes.best_coding(payload.category)
    code = _code(builder, "activity.detail.code", coding)
    performers = tuple(performer for detail in details for performer in detail.performer)
    parent = _parent(payload, context)
    extensions = _Extensions((*payload.extension, *(parent.extension if parent else ())))
    teams = read_teams((*payload.care_team, *(parent.care_team if parent else ())), context)
    own_title = payload.title or _course_title(payload, code, teams)
    performed_by = context.responsible(*performers)
    statuses = [detail.status for detail in details]
    title = _title(builder, code, valid.start, own_title, concepts)
    fact = EffortFact(
        title=title,
        status=_plan_status(builder, payload, statuses, valid),
        code=code,
        legal_basis=codes.legal_basis(extensions.text("legal-basis"), code, payload.meta.profile),
        purpose=builder.line("goal", _purpose(payload.goal, context)),
        responsible=_named_responsible(payload, parent, context)
        or teams.responsible
        or _managing(payload.subject, context),
        performer=(performed_by.unit if performed_by else None) or teams.performer,
        extent=builder.line("extension.extent", extensions.text("extent")),
        next_follow_up_on=_follow_up(builder, extensions, context),
        expected_end_on=builder.day("extension.expected-end", extensions.day("expected-end")),
        case_number=builder.line("extension.caseNumber", extensions.identifier(CASE_NUMBER)),
        recommendation=builder.line("extension.recommendation", extensions.text("recommendation")),
        requests=_requests(payload, context),
    )
    return builder.record((party,), fact, valid)


def service_request(resource: Json, context: ResourceContext) -> SourceRecord:
    """A referral to a municipal effort, e.g. rehabilitation (§ 140). A clinical order stays out."""
    payload = ServiceRequest.model_validate(resource)
    builder = RecordBuilder(payload, context)
    party = context.patient(payload.subject, "subject.reference")
    if payload.status == ERROR:
        return builder.deleted((party,), "entered_in_error")
    if payload.intent in NOT_DECIDED:
        raise Excluded("not_decided")
    coding = codes.best_coding((payload.code,), municipal_only=True)
    if coding is None:
        raise Excluded("not_a_municipal_effort")
    starts = first_date(payload.occurrence_period.start, payload.authored_on)
    valid = builder.period("occurrencePeriod", Span(start=starts, end=payload.occurrence_period.end))
    code = _code(builder, "code", coding)
    extensions = _Extensions(payload.extension)
    performed_by = context.responsible(*payload.performer)
    status = _ended_early(_status(builder, "status", payload.status), payload.status, valid)
    fact = EffortFact(
        title=_title(builder, code, valid.start, None, (payload.code,)),
        status=EffortStatus.PLANNED if status is EffortStatus.ACTIVE else status,
        code=code,
        legal_basis=codes.legal_basis(extensions.text("legal-basis"), code, payload.meta.profile),
        responsible=_managing(payload.subject, context),
        performer=performed_by.unit if performed_by else None,
        case_number=builder.line("extension.caseNumber", extensions.identifier(CASE_NUMBER)),
    )
    return builder.record((party,), fact, valid)


def procedure(resource: Json, context: ResourceContext) -> SourceRecord:
    """An effort that was carried out. A clinical procedure stays out."""
    payload = Procedure.model_validate(resource)
    builder = RecordBuilder(payload, context)
    party = context.patient(payload.subject, "subject.reference")
    if payload.status == ERROR:
        return builder.deleted((party,), "entered_in_error")
    coding = codes.best_coding((payload.code,), municipal_only=True)
    if coding is None:
        raise Excluded("not_a_municipal_effort")
    performed_at = first_date(payload.performed_date_time)
    span = Span(start=performed_at, end=performed_at) if performed_at else payload.performed_period
    valid = builder.period("performed", span)
    code = _code(builder, "code", coding)
    fact = EffortFact(
        title=_title(builder, code, valid.start, None, (payload.code,)),
        status=_status(builder, "status", payload.status),
        code=code,
        legal_basis=codes.legal_basis(None, code, payload.meta.profile),
        responsible=context.responsible(*_as_tuple(payload.recorder)) or _managing(payload.subject, context),
    )
    return builder.record((party,), fact, valid)


def goal(resource: Json, context: ResourceContext) -> SourceRecord:
    """A goal in words. One that only points at a condition by code stays out: the condition must not enter.

    Without words and code it is a goal whose words were taken back.
    """
    payload = Goal.model_validate(resource)
    builder = RecordBuilder(payload, context)
    party = context.patient(payload.subject, "subject.reference")
    if payload.lifecycle_status == ERROR:
        return builder.deleted((party,), "entered_in_error")
    if payload.lifecycle_status in NOT_DECIDED:
        raise Excluded("not_decided")
    text = builder.line("description.text", payload.description.text)
    if text is None and payload.description.coding:
        raise Excluded("goal_without_words")
    start = builder.day("startDate", payload.start_date)
    assessed_on = builder.day("statusDate", payload.status_date)
    ended = assessed_on if payload.lifecycle_status in GOAL_ENDED else None
    if start is not None and ended is not None and ended < start:
        raise InvalidValue("statusDate", RejectionRule.END_BEFORE_START, payload.status_date)
    fact = GoalFact(
        goal=codes.goal_kind(payload.category),
        text=text,
        progress=codes.progress(payload.achievement_status),
        assessed_on=assessed_on,
        stated_by=builder.line("expressedBy", payload.expressed_by.display if payload.expressed_by else None),
        is_closed=payload.lifecycle_status in GOAL_ENDED,
    )
    return builder.record((party,), fact, Period(start=start, end=ended + timedelta(days=1) if ended else None))


def _named_responsible(plan: CarePlan, parent: CarePlan | None, context: ResourceContext) -> Responsible | None:
    """Who the plan itself, else the plan it is part of, says is responsible."""
    plans = [each for each in (plan, parent) if each is not None]
    named = (context.responsible(*each.contributor, *_as_tuple(each.author)) for each in plans)
    return next((responsible for responsible in named if responsible is not None), None)


def _managing(subject: Reference | None, context: ResourceContext) -> Responsible | None:
    """The authority that manages the citizen, where an effort names nobody (``Patient.managingOrganization``)."""
    resource = context.find(subject, look_up=True)
    if resource is None or resource.get("resourceType") != "Patient":
        return None
    try:
        patient = Patient.model_validate({**resource, "id": resource.get("id", "-")})
    except ValidationError:
        return None
    unit = managing_unit(patient.managing_organization, context)
    return Responsible(unit=unit) if unit else None


def _requests(plan: CarePlan, context: ResourceContext) -> tuple[str, ...]:
    """The requests that led to the plan, or that it carries out."""
    activities = (activity.reference for activity in plan.activity if activity.reference is not None)
    requests = []
    for reference in (*plan.based_on, *activities):
        target, resource = context.target(reference), context.find(reference) or {}
        if target.kind is TargetKind.LOCAL and target.resource_type == "ServiceRequest":
            requests.append(f"ServiceRequest/{target.resource_id}")
        elif resource.get("resourceType") == "ServiceRequest":
            requests.append(f"ServiceRequest/{resource.get('id')}")
    return tuple(dict.fromkeys(requests))


def _parent(plan: CarePlan, context: ResourceContext) -> CarePlan | None:
    """The plan that this one is part of: an intervention says what is done, its plan who does it and for which case."""
    for reference in plan.based_on:
        if context.target(reference).resource_type not in {"CarePlan", ""}:
            continue
        resource = context.find(reference, look_up=True)
        if resource is None or resource.get("resourceType") != "CarePlan":
            continue
        try:
            return CarePlan.model_validate(resource)
        except ValidationError:
            continue
    return None


def _course_title(plan: CarePlan, code: Coded | None, teams: Team) -> str | None:
    """A social effort as a whole (FFB) has no code of its own: it is called by the place that gives it."""
    is_social = any("ffb" in profile.lower() for profile in plan.meta.profile)
    if code is not None or not is_social:
        return None
    return f"{codes.SOCIAL_EFFORT}: {teams.place[:1].lower()}{teams.place[1:]}" if teams.place else codes.SOCIAL_EFFORT


class _Extensions:
    """Extensions by the end of their address, nested ones too."""

    def __init__(self, extensions: tuple[Extension, ...]) -> None:
        self._all = tuple(_flat(extensions))

    def text(self, name: str) -> str | None:
        return next((ext.value_string for ext in self._all if ext.url == OWN + name and ext.value_string), None)

    def day(self, name: str) -> str | None:
        return next((ext.value_date for ext in self._all if ext.url == OWN + name and ext.value_date), None)

    def identifier(self, ending: str) -> str | None:
        holders = tuple(extension for extension in self._all if extension.url.endswith(ending))
        return next((ext.value_identifier.value for ext in _flat(holders) if ext.value_identifier is not None), None)

    def reference(self, ending: str) -> Reference | None:
        return next((ext.value_reference for ext in self._all if ext.url.endswith(ending)), None)


def _flat(extensions: tuple[Extension, ...]) -> Iterator[Extension]:
    for extension in extensions:
        yield extension
        yield from _flat(extension.extension)


def _code(builder: RecordBuilder, field: str, coding: Coding | None) -> Coded | None:
    code_and_known = codes.coded(coding) if coding is not None else None
    if code_and_known is None:
        return None
    code, is_known = code_and_known
    if not is_known:
        builder.flag(field, "unknown_code")
    return code


def _title(
    builder: RecordBuilder,
    code: Coded | None,
    on: date | None,
    own: str | None,
    concepts: tuple[CodeableConcept, ...],
) -> str:
    """What the effort is called: the code's words, else the sender's; a bare code only when nobody has any."""
    labels = [codes.words(each[0], on) for concept in concepts for each in _codes(concept)]
    several = len({coding.code for concept in concepts for coding in concept.coding[:1]}) > 1
    label = codes.words(code, on) if code is not None else None
    named = next((concept.text for concept in concepts if concept.text), None)
    words = [text for text in labels if text]
    text = ", ".join(dict.fromkeys(words)) if several and words else label or own or next(iter(words), named)
    title = builder.line("title", codes.with_words(text))
    if title is None and code is not None:
        builder.flag("title", "unknown_code")
        return codes.NO_WORDS_FOR_EFFORT
    if title is None:
        raise InvalidValue("activity.detail.code", RejectionRule.MISSING_FIELD)
    return title


def _codes(concept: CodeableConcept) -> Iterator[tuple[Coded, bool]]:
    """The coding to go by, in our lists."""
    coding = codes.best_coding((concept,))
    code_and_known = codes.coded(coding) if coding is not None else None
    if code_and_known is not None:
        yield code_and_known


def _plan_status(builder: RecordBuilder, plan: CarePlan, activities: list[str | None], valid: Period) -> EffortStatus:
    """The plan's own status, unless it is just ``active`` or ``unknown``: then the activity knows better."""
    inner = {status for status in activities if status not in {None, "unknown", ERROR}}
    if plan.status in {None, "active", "unknown"} and len(inner) == 1:
        status = inner.pop()
        return _ended_early(_status(builder, "activity.detail.status", status), status, valid)
    return _ended_early(_status(builder, "status", plan.status), plan.status, valid)


def _ended_early(status: EffortStatus, word: str | None, valid: Period) -> EffortStatus:
    """What was revoked after it had run for a time has ended; only what never began is cancelled."""
    ran = valid.start is not None and valid.end is not None and valid.end - valid.start > timedelta(days=1)
    return EffortStatus.ENDED if word == "revoked" and ran else status


def _status(builder: RecordBuilder, field: str, status: str | None) -> EffortStatus:
    if status == "unknown":
        builder.flag(field, "unknown_status")
        return EffortStatus.ACTIVE
    if status is None:
        raise InvalidValue(field, RejectionRule.MISSING_FIELD)
    if status not in codes.EFFORT_STATUS:
        raise InvalidValue(field, RejectionRule.UNKNOWN_STATUS, status)
    return codes.EFFORT_STATUS[status]


def _purpose(goals: tuple[Reference, ...], context: ResourceContext) -> str | None:
    for reference in goals:
        if reference.display:
            return reference.display
        resource = context.find(reference)
        if resource is not None and resource.get("resourceType") == "Goal":
            try:
                text = Goal.model_validate(resource).description.text
            except ValidationError:
                continue
            if text:
                return text
    return None


def _follow_up(builder: RecordBuilder, extensions: _Extensions, context: ResourceContext) -> date | None:
    """The next follow-up: as stated, else the start of the planned encounter that KL's extension points to."""
    own = extensions.day("next-follow-up")
    resource = None if own else context.find(extensions.reference(FOLLOW_UP), look_up=True)
    if resource is None or resource.get("resourceType") != "Encounter":
        return builder.day("extension.next-follow-up", own)
    try:
        return builder.day("extension.next-follow-up", Encounter.model_validate(resource).period.start)
    except ValidationError:
        return None


def _as_tuple(reference: Reference | None) -> tuple[Reference, ...]:
    return () if reference is None else (reference,)
