"""Encounter and Communication to records: that a contact took place, never what was said; pure."""

from datetime import timedelta

from connectors.kit import DANISH_TIME, InvalidValue
from connectors.sources.health import codes
from connectors.sources.health.context import UNREADABLE_ACTIVITY, ResourceContext
from connectors.sources.health.payloads import Communication, Encounter
from connectors.sources.health.record_builder import Excluded, RecordBuilder
from connectors.sources.health.resources import Json
from schemas.codes import Coded
from schemas.facts import ContactFact
from schemas.period import Period
from schemas.record import RejectionRule, SourceRecord

ERROR = "entered-in-error"
NOT_HELD = frozenset({"cancelled"})
CANCEL, REVISE = "cancel-", "revise-"
ADMISSIONS = frozenset({"admit-emergency", "admit-inpatient"})


def encounter(resource: Json, context: ResourceContext) -> SourceRecord:
    """A contact or stay. In a hospital notification the message says what it came to, and may annul it."""
    payload = Encounter.model_validate(resource)
    if context.activity == UNREADABLE_ACTIVITY:
        raise InvalidValue("Provenance", RejectionRule.UNREADABLE)
    if _only_links(payload, context):
        raise Excluded("episode_link_only")
    builder = RecordBuilder(payload, context)
    party = context.patient(payload.subject, "subject.reference")
    activity = context.activity or ""
    if activity.startswith(CANCEL) and activity.removeprefix(CANCEL) in ADMISSIONS:
        return builder.deleted((party,), "annulled")
    if payload.status == ERROR and not activity.startswith(CANCEL):
        return builder.deleted((party,), "entered_in_error")
    if payload.status in NOT_HELD:
        return builder.deleted((party,), "cancelled")
    provider = payload.service_provider
    valid = builder.period("period", payload.period)
    kind = codes.coded(payload.class_)
    type_coding = codes.best_coding(payload.type)
    code_and_known = codes.coded(type_coding) if type_coding is not None else kind
    if code_and_known is None:
        raise Excluded("contact_without_kind")
    code, is_known = code_and_known
    if not is_known:
        builder.flag("class", "unknown_code")
    type_text = next((concept.text for concept in payload.type if concept.text), None)
    label = codes.words(code, valid.start)
    title = builder.line("type", label if type_coding else type_text or label)
    fact = ContactFact(
        title=title or code.code,
        code=code,
        status=_state(activity),
        responsible=context.responsible(provider) if provider else None,
    )
    return builder.record((party,), fact, valid)


def communication(resource: Json, context: ResourceContext) -> SourceRecord:
    """That a care communication was sent about the citizen (MedCom CareCommunication)."""
    payload = Communication.model_validate(resource)
    builder = RecordBuilder(payload, context)
    party = context.patient(payload.subject, "subject.reference")
    if payload.status == ERROR:
        return builder.deleted((party,), "entered_in_error")
    day = builder.day("sent", payload.sent)
    if day is None and context.stated_at is not None:
        day = context.stated_at.astimezone(DANISH_TIME).date()
    valid = Period(start=day, end=day + timedelta(days=1)) if day else Period()
    return builder.record((party,), ContactFact(title=codes.CARE_COMMUNICATION), valid)


def _only_links(payload: Encounter, context: ResourceContext) -> bool:
    """In MedCom's other messages an Encounter only names the episode that the message belongs to."""
    if context.activity is not None:
        return context.activity.removeprefix(CANCEL).removeprefix(REVISE) not in codes.HOSPITAL_STATES
    return any("medcom-core-encounter" in profile for profile in payload.meta.profile)


def _state(activity: str) -> Coded | None:
    if activity.startswith(CANCEL):
        state = codes.STATE_BEFORE.get(activity.removeprefix(CANCEL))
    else:
        state = codes.HOSPITAL_STATES.get(activity.removeprefix(REVISE))
    return Coded(code_list="contact_kinds", code=state) if state else None
