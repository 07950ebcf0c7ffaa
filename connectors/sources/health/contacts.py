"""Encounter and Communication to records: that a contact took place, never what was said; pure."""

from datetime import timedelta

from connectors.kit import DANISH_TIME, read_date
from connectors.sources.health import codes
from connectors.sources.health.context import Json, ResourceContext
from connectors.sources.health.payloads import Communication, Encounter
from connectors.sources.health.statement import Excluded, RecordBuilder
from schemas.codes import Coded
from schemas.facts import ContactFact
from schemas.period import Period
from schemas.record import SourceRecord

ERROR = "entered-in-error"
NOT_HELD = frozenset({"cancelled"})
CANCEL, REVISE = "cancel-", "revise-"
ADMISSIONS = frozenset({"admit-emergency", "admit-inpatient"})


def encounter(resource: Json, setting: ResourceContext) -> SourceRecord:
    """A contact or stay. In a hospital notification the message says what it came to, and may annul it."""
    payload = Encounter.model_validate(resource)
    if _only_links(payload, setting):
        raise Excluded("episode_link_only")
    statement = RecordBuilder(payload, setting)
    party = setting.patient(payload.subject, "subject.reference")
    activity = setting.activity or ""
    if activity.startswith(CANCEL) and activity.removeprefix(CANCEL) in ADMISSIONS:
        return statement.deleted((party,), "annulled")
    if payload.status == ERROR and not activity.startswith(CANCEL):
        return statement.deleted((party,), "entered_in_error")
    if payload.status in NOT_HELD:
        return statement.deleted((party,), "cancelled")
    provider = payload.service_provider
    valid = statement.period("period", payload.period)
    kind = codes.coded(payload.class_)
    what = codes.best_coding(payload.type)
    found = codes.coded(what) if what is not None else kind
    if found is None:
        raise Excluded("contact_without_kind")
    code, known = found
    if not known:
        statement.flag("class", "unknown_code")
    said = next((one.text for one in payload.type if one.text), None)
    title = statement.line("type", codes.words(code, valid.start) if what else said or codes.words(code, valid.start))
    fact = ContactFact(
        title=title or code.code,
        code=code,
        status=_state(activity),
        responsible=setting.responsible(provider) if provider else None,
    )
    return statement.record((party,), fact, valid)


def communication(resource: Json, setting: ResourceContext) -> SourceRecord:
    """That a care communication was sent about the citizen (MedCom CareCommunication)."""
    payload = Communication.model_validate(resource)
    statement = RecordBuilder(payload, setting)
    party = setting.patient(payload.subject, "subject.reference")
    if payload.status == ERROR:
        return statement.deleted((party,), "entered_in_error")
    sent = read_date("sent", payload.sent)
    day = sent[0] if sent else setting.stated_at.astimezone(DANISH_TIME).date() if setting.stated_at else None
    valid = Period(start=day, end=day + timedelta(days=1)) if day else Period()
    return statement.record((party,), ContactFact(title=codes.CARE_COMMUNICATION), valid)


def _only_links(payload: Encounter, setting: ResourceContext) -> bool:
    """In MedCom's other messages an Encounter only names the episode that the message belongs to."""
    if setting.activity is not None:
        return setting.activity.removeprefix(CANCEL).removeprefix(REVISE) not in codes.HOSPITAL_STATES
    return any("medcom-core-encounter" in profile for profile in payload.meta.profile)


def _state(activity: str) -> Coded | None:
    if activity.startswith(CANCEL):
        state = codes.STATE_BEFORE.get(activity.removeprefix(CANCEL))
    else:
        state = codes.HOSPITAL_STATES.get(activity.removeprefix(REVISE))
    return Coded(code_list="contact_kinds", code=state) if state else None
