"""The frame of every record: key, version, times, parties. The fact goes inside."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from connectors.errors import RecordRejected
from connectors.kit import InvalidValue, raw_payload, version_order
from connectors.payload_tap import show_payload
from connectors.sources.employment.fields import Fields
from schemas.facts import Fact
from schemas.identifiers import Identifier
from schemas.people import Responsible, Unit, Worker
from schemas.period import Period
from schemas.record import Party, PartyRole, RejectionRule, SourceRecord

_ID = re.compile(r"(?=.*[A-Za-z0-9])[A-Za-z0-9._:{}-]{1,100}")
"""Signs of ids; they stand in addresses, so no others are taken."""
_FREE_TEXT = re.compile(r"kommentar|comment|note|notat|beskrivelse|description|bodyindhold", re.IGNORECASE)
"""Names of fields whose free text is kept nowhere, also not with a rejected payload."""


@dataclass(frozen=True)
class Run:
    """What every record of one run has in common."""

    source: str
    environment: str
    observed_at: datetime
    authority: str
    link_template: str | None = None

    @property
    def today(self) -> date:
        """The day of the run."""
        return self.observed_at.date()

    def id(self, text: str) -> str:
        """A source id that means something only within this environment.

        Raises:
            InvalidValue: nobody can have meant it as one.
        """
        if not _ID.fullmatch(text.strip()):
            raise InvalidValue("id", RejectionRule.WRONG_SHAPE, text)
        return f"{self.environment}:{text.strip().lower()}"

    def unit(self, organisation: Fields | None) -> Unit | None:
        """The responsible authority, where it has a name."""
        name = organisation.line("organisationName", "organisationNavn", "navn", "name") if organisation else None
        code = organisation.text("unitCode", "enhedKode", "organisationCode") if organisation else None
        return Unit(id=f"{self.source}:{code}", name=name) if name and code else None

    def responsible(self, body: Fields, *, person: str = "", unit: str = "") -> Responsible | None:
        """Who to call, by a person's and a unit's object within *body*."""
        inner = body.inner(person) if person else None
        worker = None
        if inner is not None and (name := inner.line("displayName", "navn", "name", "employeeName")):
            phone = inner.line("phone", "telefon", longest=50)
            worker = Worker(name=name, id=inner.text("caseworkerId", "id", "medarbejderId"), phone=phone)
        organisation = body.inner(unit) if unit else None
        where = self.unit(organisation)
        if where is not None and organisation is not None:
            where = where.model_copy(update={"phone": organisation.line("phone", "telefon", longest=50)})
        return Responsible(unit=where, worker=worker) if worker or where else None


@dataclass
class Statement:
    """What one payload says; ``make_record`` puts the frame around it."""

    fact: Fact | None
    """None: it is deleted, and the source says so in the payload itself."""
    valid: Period = field(default_factory=Period)


@dataclass(frozen=True)
class Version:
    """Which version of an entity a record states."""

    text: str | None
    order: int | None
    registered_at: datetime | None

    @classmethod
    def of(cls, body: Fields, announced: str | None = None) -> "Version":
        """The version that a payload carries; *announced* is that of the event, where the payload has none."""
        text = body.text("versionIdentifier", "version", "rowVersion") or announced
        registered = body.instant("registreretTidspunkt", "registeredTime", "registrationTime", "lastModified")
        return cls(text, version_order(text), registered)


def make_record(
    run: Run, key: tuple[str, str], statement: Statement, *, version: Version, party: Party | None, body: Fields
) -> SourceRecord:
    """The record of one payload; *key* is its type and id. An authority in it is that which acts; else it is ours."""
    record_type, source_id = key
    organisation = body.inner("responsibleAuthority", "ansvarligMyndighed")
    code = organisation.text("organisationCode", "organisationKode") if organisation else None
    link = run.link_template and run.link_template.replace("{type}", record_type).replace("{id}", source_id)
    is_gone = statement.fact is None
    show_payload(record_type, run.id(source_id), body.values)
    return SourceRecord(
        source=run.source,
        record_type=record_type,
        source_id=run.id(source_id),
        source_version=version.text,
        version_order=version.order,
        registered_at=version.registered_at or run.observed_at,
        observed_at=run.observed_at,
        valid=statement.valid,
        parties=(party,) if party and not is_gone else (),
        fact=statement.fact,
        deleted=is_gone,
        deleted_reason="deleted_by_source" if is_gone else None,
        authority=code.zfill(4) if code and code.isdecimal() and len(code) <= len("0999") else run.authority,
        link=link,
        quality=() if is_gone else tuple(dict.fromkeys(body.flags)),
        synthetic=bool(body.truth("syntetisk", "synthetic")),
    )


def primary(number: Identifier | None, local: Identifier | None = None, name: str | None = None) -> Party | None:
    """The citizen by every identifier there is."""
    identifiers = tuple(identifier for identifier in (number, local) if identifier is not None)
    return Party(role=PartyRole.PRIMARY, identifiers=identifiers, name=name) if identifiers else None


def tombstone(
    run: Run, key: tuple[str, str], reason: str, version: Version | None = None, registered_at: datetime | None = None
) -> SourceRecord:
    """That an entity is gone. Without a version it is concluded, and stands until the entity is seen again."""
    record_type, source_id = key
    stated = version or Version(None, None, None)
    return SourceRecord(
        source=run.source,
        record_type=record_type,
        source_id=run.id(source_id),
        source_version=stated.text,
        version_order=stated.order,
        registered_at=stated.registered_at or registered_at or run.observed_at,
        observed_at=run.observed_at,
        deleted=True,
        deleted_reason=reason,
        authority=run.authority,
    )


def rejected(fault: InvalidValue, record_type: str, source_id: str | None, payload: object) -> RecordRejected:
    """The rejection of one payload, which is kept for replay without its free text."""
    return fault.rejected(record_type, source_id, raw_payload(_without_free_text(payload)))


def _without_free_text(payload: object) -> object:
    if not isinstance(payload, Mapping):
        return payload
    fields: dict[str, Any] = {name: value for name, value in payload.items() if not _FREE_TEXT.search(str(name))}
    return fields
