"""A thin event: how it is read, under which key it is stored, and what a look-up makes of it."""

import hashlib
import json
import re
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import ValidationError

from connectors.base import Batch, EventKey, PushedEvent
from connectors.errors import EventNotReady, RecordRejected, SourceUnavailable
from connectors.kit import InvalidValue, clean_line, validation_fault, version_order
from connectors.sources.employment import client
from connectors.sources.employment.citizen_status import died, not_ours
from connectors.sources.employment.client import StarClient
from connectors.sources.employment.entities import NOT_READ, EntityKind, entity_kind
from connectors.sources.employment.fields import Fields
from connectors.sources.employment.record_builder import (
    Run,
    Version,
    make_record,
    primary,
    rejected,
    tombstone,
)
from connectors.transports.json_reader import read_json
from schemas.identifiers import Identifier
from schemas.record import RejectionRule, SourceRecord

PUSHED = "event"
"""``record_type`` of an event of which not even the kind can be told."""
CREATED, UPDATED, DELETED = 1, 2, 3
WAIT_FOR = 3
"""So many attempts may find nothing, an old version or no history, before what is there counts."""
_AUTHORITY = re.compile(r"[0-9]{3,4}")
_NUMBER_IN_TEXT = re.compile(r"[0-9]{6}[- ]?[0-9]{4}")
_CHANGES = {
    "1": CREATED, "oprettelse": CREATED, "create": CREATED, "2": UPDATED, "opdatering": UPDATED, "update": UPDATED,
    "3": DELETED, "sletning": DELETED, "delete": DELETED,
}  # fmt: skip


@dataclass(frozen=True)
class ThinEvent:
    """An event that can be read."""

    kind: EntityKind
    entity_id: str
    version: str | None
    change: int
    citizen: Identifier | None
    fields: Fields
    received_at: datetime

    @property
    def key(self) -> tuple[str, str]:
        """Type and id."""
        return self.kind.name, self.entity_id


class NotRead(Exception):
    """A declared rule leaves the event out; no loss.

    Attributes:
        rule: ``<type>: <rule>``.
    """

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def event_key(event: PushedEvent) -> EventKey:
    """The key of any event: what it is about where that can be read, else its bytes."""
    try:
        body = Fields.of(read_json(event.body))
        name, entity_id = body.text("EntitetNavn"), body.text("EntitetId")
        version, change = body.text("VersionIdentifier"), body.text("Aendringstype")
        person = body.text("Identifikation")
    except (ValueError, RecursionError):
        name = entity_id = version = change = person = None
    if event.is_cut or name is None or entity_id is None:
        return EventKey(digest=_digest(event.path, event.body.hex()), is_versioned=True)
    parts = (event.path, name.casefold(), entity_id.casefold(), version, change, person)
    return EventKey(digest=_digest(*parts), is_versioned=version is not None)


def read_event(event: PushedEvent, run: Run, organisation_code: str) -> ThinEvent:
    """What an event is about.

    Raises:
        RecordRejected: it cannot be told, or it is another authority's.
        NotRead: it is of a kind that is left out.
    """
    payload: object = None
    try:
        payload = _payload(event, organisation_code)
        return _thin_event(Fields.of(payload), event, run)
    except InvalidValue as fault:
        name, entity_id = _name_and_id(payload)
        raise rejected(fault, name, entity_id, payload if isinstance(payload, dict) else _lines(event)) from None


def _payload(event: PushedEvent, organisation_code: str) -> object:
    _check_authority(event.path, organisation_code)
    if event.is_cut:
        raise InvalidValue("(body)", RejectionRule.TOO_LARGE)
    try:
        return read_json(event.body)
    except (ValueError, RecursionError):
        raise InvalidValue("(body)", RejectionRule.UNREADABLE) from None


def _thin_event(body: Fields, event: PushedEvent, run: Run) -> ThinEvent:
    name = body.required("EntitetNavn").strip()
    if name.casefold() in NOT_READ:
        raise NotRead(f"{name[:50]}: not_about_efforts")
    kind = entity_kind(name)
    if kind is None:
        raise InvalidValue("EntitetNavn", RejectionRule.UNKNOWN_TYPE, name)
    entity_id = body.required("EntitetId").strip()
    run.id(entity_id)
    return ThinEvent(
        kind=kind,
        entity_id=entity_id,
        version=body.text("VersionIdentifier"),
        change=_change(body),
        citizen=_citizen(body, run),
        fields=body,
        received_at=event.received_at,
    )


def resolve(event: PushedEvent, run: Run, star: StarClient, organisation_code: str) -> Batch:
    """What the event's entity is now.

    The event alone says nothing but that something changed: versions, deletions and their order are judged by what the
    look-up gives, and by intake, so that events may come late, twice and in any order.

    Raises:
        SourceUnavailable: the service does not answer, or not yet with what was announced.
        SourceRefused: a person must act.
    """
    try:
        thin = read_event(event, run, organisation_code)
    except NotRead as left_out:
        return Batch(skipped={left_out.rule: 1})
    except RecordRejected as refused:
        return Batch(rejected=(refused.rejection,))
    resolution = _Resolution(thin, run, star, event.attempt)
    try:
        return resolution.batch()
    except InvalidValue as fault:
        return Batch(rejected=(rejected(fault, *resolution.rejected_as).rejection,))
    except ValidationError as error:
        return Batch(rejected=(rejected(validation_fault(error), *resolution.rejected_as).rejection,))


def stored_event(stored: object, received_at: datetime) -> PushedEvent | None:
    """The event in a payload that was rejected. None: it is no event, but what a service or a list answered."""
    if not isinstance(stored, dict):
        return None
    path, text = stored.get("path"), stored.get("body")
    if isinstance(path, str) and isinstance(text, str):
        body = text.encode()
    elif "EntitetNavn" in stored:
        path, body = "", json.dumps(stored, ensure_ascii=False).encode()
    else:
        return None
    return PushedEvent(path=path, body=body, received_at=received_at, attempt=WAIT_FOR)


class _Resolution:
    """The look-up of one event."""

    def __init__(self, event: ThinEvent, run: Run, star: StarClient, attempt: int) -> None:
        self._event = event
        self._run = run
        self._star = star
        self._is_early = attempt < WAIT_FOR
        self._body: object = None

    @property
    def rejected_as(self) -> tuple[str, str, object]:
        """Type, id and payload of a rejection."""
        return self._event.kind.name, self._run.id(self._event.entity_id), self._body

    def batch(self) -> Batch:
        """Records, or why there are none."""
        event = self._event
        if event.change == DELETED:
            return self._deleted()
        answer = self._star.get(event.kind, event.entity_id, event.citizen)
        if answer.code is not None:
            return self._refused(answer.code)
        self._body = answer.body
        body = Fields.of(answer.body, "", list(event.fields.flags))
        version = Version.of(body, event.version)
        if self._is_early and _is_older(version.text, event.version):
            raise EventNotReady("the service still shows an older version than the event announced")
        if version.text is not None and version.order is None:
            version = replace(version, order=self._place_in_history(version.text))
        statement = event.kind.state(self._run, body)
        if statement.fact is None:
            return Batch(records=(tombstone(self._run, event.key, "deleted_by_source", version),))
        record = make_record(self._run, event.key, statement, version=version, party=primary(event.citizen), body=body)
        return Batch(records=(record,))

    def _deleted(self) -> Batch:
        event = self._event
        reason, registered_at = self._deletion()
        version = Version(event.version, version_order(event.version), registered_at or event.received_at)
        return Batch(records=(tombstone(self._run, event.key, reason, version),))

    def _deletion(self) -> tuple[str, datetime | None]:
        """Why and when it was deleted, as the history tells; a deletion counts without it, too."""
        try:
            history = self._history()
        except SourceUnavailable:
            if self._is_early:
                raise
            history = []
        for row in reversed(history):
            if row.truth("slettet", "deleted"):
                return _reason(row), row.instant("registreretTidspunkt", "registeredTime")
        return "deleted_by_source", None

    def _history(self) -> list[Fields]:
        answer = self._star.history(self._event.kind, self._event.entity_id, self._event.citizen)
        rows = answer.body if isinstance(answer.body, list) else []
        return [Fields.of(row) for row in rows if isinstance(row, dict)]

    def _place_in_history(self, version: str) -> int | None:
        for place, row in enumerate(self._history(), start=1):
            if row.text("versionIdentifier", "version") == version:
                return place
        return None

    def _refused(self, code: int) -> Batch:
        event, rule = self._event, f"{self._event.kind.name}: "
        party = primary(event.citizen)
        if code == client.NOT_OURS:
            return _standing(not_ours(self._run, event.key, party), f"{rule}citizen_not_ours")
        if code == client.DEAD:
            return _standing(died(self._run, event.key, party), f"{rule}citizen_dead")
        if code in {client.UNKNOWN_CITIZEN, client.INVALID_CITIZEN}:
            raise InvalidValue("Identifikation", RejectionRule.BAD_IDENTIFIER, event.fields.text("Identifikation"))
        for row in reversed(self._history()):
            if row.truth("slettet", "deleted"):
                version = Version.of(row, event.version)
                return Batch(records=(tombstone(self._run, event.key, _reason(row), version),))
        if self._is_early:
            raise EventNotReady("the service does not know the entity of an event yet")
        return Batch(records=(tombstone(self._run, event.key, "missing_at_lookup"),))


def _standing(record: SourceRecord | None, rule: str) -> Batch:
    return Batch(records=(record,) if record else (), skipped={rule: 1})


def _reason(row: Fields) -> str:
    """The comment of a correction, without numbers of people."""
    line, _ = clean_line("berigtigelseskommentar", row.text("berigtigelseskommentar", "correctionComment"), longest=200)
    return f"corrected: {_NUMBER_IN_TEXT.sub('••••••-••••', line)}" if line else "deleted_by_source"


def _check_authority(path: str, organisation_code: str) -> None:
    """Refuse an event whose address names another authority than ours; an address need not name one."""
    for part in path.split("/"):
        if _AUTHORITY.fullmatch(part) and int(part) != int(organisation_code):
            raise InvalidValue("(address).authority", RejectionRule.WRONG_AUTHORITY, part)


def _change(body: Fields) -> int:
    code = body.code("Aendringstype")
    if code is None:
        raise InvalidValue("Aendringstype", RejectionRule.MISSING_FIELD)
    change = _CHANGES.get(code.code.strip().casefold())
    if change is None:
        raise InvalidValue("Aendringstype", RejectionRule.UNKNOWN_CODE, code.code)
    return change


def _citizen(body: Fields, run: Run) -> Identifier:
    kind = body.text("IdentifikationstypeId")
    if kind in {None, "1"}:
        citizen = body.national("Identifikation")
        if citizen is None:
            raise InvalidValue("Identifikation", RejectionRule.MISSING_FIELD)
        return citizen
    local = f"{run.environment}:{body.required('Identifikation')}"
    try:
        return Identifier.local(f"{run.source}:identification-{int(kind or 0)}", local)
    except ValueError:
        raise InvalidValue("IdentifikationstypeId", RejectionRule.WRONG_SHAPE, kind) from None


def _is_older(shown: str | None, announced: str | None) -> bool:
    now, then = version_order(shown), version_order(announced)
    return now is not None and then is not None and now < then


def _name_and_id(payload: object) -> tuple[str, str | None]:
    """For a rejection: the kind and the id, as far as they can be told."""
    try:
        body = Fields.of(payload)
        kind = entity_kind(body.text("EntitetNavn") or "")
        return kind.name if kind else PUSHED, body.text("EntitetId")
    except InvalidValue:
        return PUSHED, None


def _lines(event: PushedEvent) -> dict[str, str]:
    """An unreadable body for replay: as text, whatever it holds."""
    return {"path": event.path, "body": event.body[:100_000].decode("utf-8", "replace")}


def _digest(*parts: str | None) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
