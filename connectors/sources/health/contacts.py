"""Encounter and Communication to records: that a contact took place, never what was said; pure."""

import hashlib
from datetime import datetime, timedelta

from connectors.dates import parse_instant, told_hours
from connectors.kit import DANISH_TIME, InvalidValue
from connectors.sources.health import codes
from connectors.sources.health.context import UNREADABLE_ACTIVITY, ResourceContext
from connectors.sources.health.payloads import Communication, Encounter, Span
from connectors.sources.health.record_builder import Excluded, RecordBuilder
from connectors.sources.health.references import ID
from connectors.sources.health.resources import Json
from schemas.codes import Coded
from schemas.facts import ContactFact, ContactState
from schemas.period import Period
from schemas.record import RejectionRule, SourceRecord

ERROR = "entered-in-error"
NOT_HELD = frozenset({"cancelled"})
NOTIFICATION = "hospitalNotification-encounter"
"""In the profiles of an Encounter that belongs to a hospital notification (MedCom)."""
LEAVE = "leave-period-extension"
CANCEL, REVISE = "cancel-", "revise-"
ADMISSIONS = frozenset({"admit-emergency", "admit-inpatient"})


def encounter(resource: Json, context: ResourceContext) -> SourceRecord:
    """A contact or stay. In a hospital notification the message says what it came to, and may annul it.

    All notifications of one stay name the same episode, each with an Encounter of its own: they are versions of one
    entity, ordered by when they were sent.
    """
    payload = Encounter.model_validate(resource)
    if context.activity == UNREADABLE_ACTIVITY:
        raise InvalidValue("Provenance", RejectionRule.UNREADABLE)
    if _only_links(payload, context):
        raise Excluded("episode_link_only")
    if payload.subject is None and any("followup" in profile.lower() for profile in payload.meta.profile):
        raise Excluded("follow_up_of_a_plan")
    builder = RecordBuilder(payload, context)
    activity = context.activity or ""
    is_notification = bool(activity) or any(NOTIFICATION in profile for profile in payload.meta.profile)
    episode = _episode(payload) if is_notification else None
    if episode is not None:
        if not activity and payload.meta.last_updated is None:
            # Outside of its message nobody knows when it was said, so not what it comes before.
            raise Excluded("stay_without_message")
        builder.identify(f"episode-{episode}", stated_at=context.stated_at if activity else None)
    party = context.patient(payload.subject, "subject.reference")
    if activity.startswith(CANCEL) and activity.removeprefix(CANCEL) in ADMISSIONS:
        return builder.deleted((party,), "annulled")
    if payload.status == ERROR and not activity.startswith(CANCEL):
        return builder.deleted((party,), "entered_in_error")
    if payload.status in NOT_HELD:
        return builder.deleted((party,), "cancelled")
    kind = codes.coded(payload.class_)
    advis = _advis(activity)
    state = _state(payload, activity, advis)
    is_stay = is_notification or (kind is not None and kind[0].code in codes.STAYS)
    fact = _contact(builder, payload, kind)
    if state is None:
        builder.flag("status", "unknown_status")
    leave = _leave(payload) if state is ContactState.ON_LEAVE else None
    valid = _valid(builder, payload, state, is_stay=is_stay, stated_at=context.stated_at)
    starts_at, ends_at = told_hours(_moment(payload.period.start), _moment(payload.period.end))
    fact = fact.model_copy(
        update={
            "status": _words_of(advis, state),
            "state": state,
            "is_stay": is_stay,
            "starts_at": starts_at,
            "ends_at": ends_at,
            "leave_since": builder.day("extension.leavePeriod.start", leave.start) if leave else None,
            "responsible": context.responsible(payload.service_provider) if payload.service_provider else None,
        }
    )
    return builder.record((party,), fact, valid)


def _contact(builder: RecordBuilder, payload: Encounter, kind: tuple[Coded, bool] | None) -> ContactFact:
    """What sort of contact it is: by its type, else by its class."""
    type_coding = codes.best_coding(payload.type)
    code_and_known = codes.coded(type_coding) if type_coding is not None else kind
    if code_and_known is None:
        raise Excluded("contact_without_kind")
    code, is_known = code_and_known
    if not is_known:
        builder.flag("class", "unknown_code")
    type_text = next((concept.text for concept in payload.type if concept.text), None)
    label = codes.words(code, None)
    title = builder.line("type", codes.with_words(label if type_coding else type_text or label))
    return ContactFact(title=title or codes.NO_WORDS_FOR_CONTACT, code=code)


def _episode(payload: Encounter) -> str | None:
    """The identifier of the episode, however it is written."""
    values = (link.identifier.value for link in payload.episode_of_care if link.identifier is not None)
    value = next((value.strip().lower().removeprefix("urn:uuid:") for value in values if value), None)
    if not value:
        return None
    return value if ID.fullmatch(value) else hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()


def _state(payload: Encounter, activity: str, advis: str | None) -> ContactState | None:
    """Where it stands: by the message, unless it says nothing of an end and the status does."""
    by_status = codes.STATE_OF_ENCOUNTER.get(payload.status or "")
    if advis is None:
        return by_status
    by_message = codes.STATE_OF_ADVIS[advis]
    is_annulment = activity.startswith(CANCEL)
    if by_status is ContactState.ENDED and by_message is not ContactState.ENDED and not is_annulment:
        return by_status
    return by_message


def _words_of(advis: str | None, state: ContactState | None) -> Coded | None:
    is_said = advis is not None and codes.STATE_OF_ADVIS[advis] is state
    return Coded(code_list="contact_kinds", code=advis) if is_said and advis else None


def _leave(payload: Encounter) -> Span | None:
    spans = (part.value_period for part in payload.extension if part.url.endswith(LEAVE))
    return next((span for span in spans if span is not None), None)


def _valid(
    builder: RecordBuilder, payload: Encounter, state: ContactState | None, *, is_stay: bool, stated_at: datetime | None
) -> Period:
    """A stay lasts until it is ended; any other contact of which only the beginning is told is of that day."""
    goes_on = state in {ContactState.ONGOING, ContactState.ON_LEAVE}
    valid = builder.period("period", Span(start=payload.period.start) if is_stay and goes_on else payload.period)
    if valid.start is None or valid.end is not None or goes_on:
        return valid
    if not is_stay:
        return Period(start=valid.start, end=valid.start + timedelta(days=1))
    if state is ContactState.ENDED and stated_at is not None:
        last = max(stated_at.astimezone(DANISH_TIME).date(), valid.start)
        return Period(start=valid.start, end=last + timedelta(days=1))
    return valid


def _moment(text: str | None) -> datetime | None:
    """The instant, where the text tells an hour; a bad text is told of by its day."""
    return parse_instant(text) if text else None


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


def _advis(activity: str) -> str | None:
    if activity.startswith(CANCEL):
        return codes.STATE_BEFORE.get(activity.removeprefix(CANCEL))
    return codes.HOSPITAL_STATES.get(activity.removeprefix(REVISE))
