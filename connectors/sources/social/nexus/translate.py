"""A Nexus grant to a record; pure. What cannot be read is rejected alone, with field and rule.

Valid time: Nexus's end dates are last days, ours the first day after. Its dates are Danish midnight written in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pydantic import TypeAdapter

from connectors.kit import DANISH_TIME
from connectors.payload_tap import show_payload
from connectors.sources.social import vocabulary
from connectors.sources.social.nexus.payloads import Element, Grant, Patient
from connectors.sources.social.values import Values
from schemas.codes import Coded
from schemas.facts import EffortFact, EffortStatus, LegalBasis, NoAccessFact
from schemas.identifiers import Identifier
from schemas.people import Unit
from schemas.period import Period
from schemas.record import Party, PartyRole, QualityFlag, RejectionRule, SourceRecord

GRANT = "Grant"
ACCESS = "Access"
READ = frozenset(
    {
        "paragraph",
        "supplier",
        "kmdSag",
        "actingMunicipality",
        "plannedDate",
        "workflowApprovedDate",
        "orderedDate",
        "entryDate",
        "followUpDate",
        "cancelledDate",
        "renouncedDate",
        "removedDate",
        "rejectedDate",
        "basketGrantEndDate",
        "orderGrantEndDate",
    }
)
"""Types of elements that are read; ``DATES`` are those with a date."""
STARTS = ("entryDate", "orderedDate", "plannedDate", "workflowApprovedDate")
ENDS = ("orderGrantEndDate", "basketGrantEndDate")
CANCELLING = ("cancelledDate", "removedDate", "renouncedDate", "rejectedDate")
NOT_GRANTED = frozenset({"kladde", "ansøgt", "under sagsbehandling"})
"""States of what was only applied for: there is no effort yet."""
STATES = {
    "bevilget": EffortStatus.PLANNED,
    "ændret": EffortStatus.ACTIVE,
    "bestilt": EffortStatus.ACTIVE,
    "igangsat": EffortStatus.ACTIVE,
    "aktiv": EffortStatus.ACTIVE,
    "pauseret": EffortStatus.ON_HOLD,
    "afsluttet": EffortStatus.ENDED,
    "udført": EffortStatus.ENDED,
    "annulleret": EffortStatus.CANCELLED,
    "afslået": EffortStatus.CANCELLED,
    "afvist": EffortStatus.CANCELLED,
    "frafaldet": EffortStatus.CANCELLED,
    "fjernet": EffortStatus.CANCELLED,
}
"""Names of workflow states; they are set up in each Nexus, so an unknown one is rejected and told."""
_ELEMENT = TypeAdapter(Element)


@dataclass(frozen=True)
class Scope:
    """What every record of one run has in common."""

    source: str
    instance: str
    authority: str | None
    observed_at: datetime

    def id(self, key: int) -> str:
        """A source id that means something only within this instance of Nexus."""
        return f"{self.instance}:{key}"


def is_granted(grant: Grant) -> bool:
    """Whether it is more than an application."""
    return _state(grant) not in NOT_GRANTED


def translate_grant(scope: Scope, grant: Grant) -> SourceRecord:
    """A granted effort.

    Raises:
        RecordRejected: a value cannot be read, or the workflow state is not known.
    """
    reading = Values(record_type=GRANT, source_id=scope.id(grant.id))
    elements = _elements(reading, grant)
    days = {name: day for name, element in elements.items() if (day := reading.day(name, element.date)) is not None}
    first, last, cancelled = _first(days, STARTS), _first(days, ENDS), _first(days, CANCELLING)
    if first and last and last < first:
        raise reading.rejected("basketGrantEndDate", RejectionRule.END_BEFORE_START, str(last))
    if cancelled and first and cancelled < first:
        first = cancelled  # it was cancelled before it began
    until = last + timedelta(days=1) if last else cancelled
    basis = _legal_basis(reading, elements.get("paragraph"))
    code = vocabulary.paragraph_code(basis) if basis else None
    title = reading.required_line("name", grant.name)
    fact = EffortFact(
        title=title,
        status=EffortStatus.CANCELLED if cancelled else _status(reading, grant, scope, first, last),
        code=Coded(code_list=code[0], code=code[1], label=title) if code else None,
        legal_basis=basis,
        kle_topic=_kle(reading, elements.get("kmdSag")),
        performer=_performer(scope, reading, elements.get("supplier")),
        next_follow_up_on=days.get("followUpDate"),
    )
    show_payload(GRANT, reading.source_id, grant)
    return SourceRecord(
        source=scope.source,
        record_type=GRANT,
        source_id=reading.source_id,
        source_version=None if grant.version is None else str(grant.version),
        version_order=grant.version,
        registered_at=_registered(scope, days),
        observed_at=scope.observed_at,
        valid=Period(start=first, end=until),
        parties=_parties(scope, reading, grant.patient),
        fact=fact,
        authority=_authority(elements.get("actingMunicipality")) or scope.authority,
        quality=tuple(reading.flags),
        synthetic=bool(grant.patient and grant.patient.syntetisk),
    )


def translate_access(scope: Scope, patient: Patient, generation: int, *, is_accessible: bool) -> SourceRecord:
    """That Nexus has the citizen and does not let us read, or (a tombstone) that it does again.

    Raises:
        RecordRejected: the citizen's number cannot be read.
    """
    reading = Values(record_type=ACCESS, source_id=scope.id(patient.id))
    return SourceRecord(
        source=scope.source,
        record_type=ACCESS,
        source_id=reading.source_id,
        source_version=f"g{generation}",
        version_order=generation,
        registered_at=scope.observed_at,
        observed_at=scope.observed_at,
        parties=() if is_accessible else _parties(scope, reading, patient),
        fact=None if is_accessible else NoAccessFact(),
        deleted=is_accessible,
        deleted_reason="access_given" if is_accessible else None,
        authority=scope.authority,
        synthetic=patient.syntetisk,
    )


def number_of(patient: Patient) -> str | None:
    """The CPR number of a citizen as Nexus has it; None where there is none."""
    identifier = patient.patient_identifier
    return identifier.identifier if identifier and (identifier.type or "cpr").lower() == "cpr" else None


def _elements(reading: Values, grant: Grant) -> Mapping[str, Element]:
    """The elements that are read, by type; the first that is in force wins over one ordered for later."""
    elements: dict[str, Element] = {}
    for raw in (*(grant.current_elements or ()), *(grant.future_elements or ())):
        if raw.get("type") in READ:
            element = _ELEMENT.validate_python(raw)
            if element.type in elements and element.date and elements[element.type].date is None:
                del elements[element.type]
            elements.setdefault(element.type, element)
    if not elements:
        reading.flags.append(QualityFlag(field="currentElements", rule="missing_field"))
    return elements


def _state(grant: Grant) -> str:
    return (grant.workflow_state.name or "" if grant.workflow_state else "").strip().lower()


def _first(days: Mapping[str, date], names: tuple[str, ...]) -> date | None:
    return next((days[name] for name in names if name in days), None)


def _status(reading: Values, grant: Grant, scope: Scope, first: date | None, last: date | None) -> EffortStatus:
    status = STATES.get(_state(grant))
    if status is None:
        raise reading.rejected("workflowState.name", RejectionRule.UNKNOWN_STATUS, _state(grant) or None)
    today = scope.observed_at.astimezone(DANISH_TIME).date()
    if status is EffortStatus.ACTIVE and last is not None and last < today:
        return EffortStatus.ENDED
    if status is EffortStatus.ACTIVE and first is not None and first > today:
        return EffortStatus.PLANNED
    return status


def _legal_basis(reading: Values, element: Element | None) -> LegalBasis | None:
    paragraph = element.paragraph if element else None
    if paragraph is None or not (paragraph.name or paragraph.section):
        return None
    basis = vocabulary.legal_basis(f"{paragraph.name or ''} {paragraph.section or ''}")
    if basis is None:
        reading.flags.append(QualityFlag(field="paragraph", rule="unknown_code"))
    return basis


def _kle(reading: Values, element: Element | None) -> str | None:
    topic = element.kle_number if element else None
    return reading.line("kmdSag.kleNumber.name", topic.name) if topic else None


def _performer(scope: Scope, reading: Values, element: Element | None) -> Unit | None:
    supplier = element.supplier if element else None
    if supplier is None:
        return None
    name = reading.name("supplier.name", supplier.name)
    return Unit(id=f"{scope.source}:{supplier.id}", name=name) if name else None


def _authority(element: Element | None) -> str | None:
    code = element.municipality.municipality_code if element and element.municipality else None
    return code.zfill(4) if code and code.isdigit() and len(code) <= len("0461") else None


def _parties(scope: Scope, reading: Values, patient: Patient | None) -> tuple[Party, ...]:
    if patient is None:
        return ()
    local = Identifier.local(f"{scope.source}:Patient", scope.id(patient.id))
    number = reading.identifier("patient.patientIdentifier.identifier", number_of(patient))
    identifiers = (number, local) if number else (local,)
    return (
        Party(
            role=PartyRole.PRIMARY,
            identifiers=identifiers,
            name=reading.name("patient.fullName", patient.full_name),
        ),
    )


def _registered(scope: Scope, days: Mapping[str, date]) -> datetime:
    """The latest of the grant's own acts that is not in the future; else the time of observation."""
    instants = (
        datetime(day.year, day.month, day.day, tzinfo=DANISH_TIME)
        for name in ("workflowApprovedDate", "orderedDate", *CANCELLING)
        if (day := days.get(name)) is not None
    )
    return max((instant for instant in instants if instant <= scope.observed_at), default=scope.observed_at)
