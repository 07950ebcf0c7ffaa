"""DUBU payloads to records; pure. What cannot be read is rejected alone, with field and rule.

Valid time: DUBU's end dates are last days, ours the first day after. Registered time: the latest of the
entity's own dates that is not in the future, because DUBU has no notion of one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from connectors.errors import RecordRejected
from connectors.kit import DANISH_TIME
from connectors.payload_tap import show_payload
from connectors.sources.social import vocabulary
from connectors.sources.social.payloads import Behandler, Enhed, Kode, Person, Sag, Sagspart, Ydelse
from connectors.sources.social.scalars import read_id
from connectors.sources.social.values import Values, attempt
from schemas.codes import Coded
from schemas.facts import CaseFact, EffortFact, Fact, LegalBasis
from schemas.identifiers import Identifier
from schemas.people import Address, LifeStatus, PersonFact, RelationFact, Responsible, Unit, Worker
from schemas.period import Period
from schemas.record import Party, PartyRole, QualityFlag, RejectionRule, SourceRecord


@dataclass(frozen=True)
class Scope:
    """What every record of one run has in common."""

    source: str
    environment: str
    base_url: str
    authority: str | None
    observed_at: datetime

    def id(self, *parts: int | str) -> str:
        """A source id that means something only within this environment."""
        return f"{self.environment}:{'/'.join(map(str, parts))}"

    def reading(self, record_type: str, *parts: int, case: int | None = None, synthetic: bool = False) -> Values:
        """Reads the values of one payload; *case* is the case that its link opens."""
        link = None if case is None else f"{self.base_url}/sag/{case}"
        return Values(record_type=record_type, source_id=self.id(*parts), link=link, synthetic=synthetic)

    def local(self, kind: str, *parts: int | str) -> Identifier:
        """DUBU's own id of a person."""
        return Identifier.local(f"{self.source}:{kind}", self.id(*parts))

    def record(
        self,
        reading: Values,
        *,
        fact: Fact | None,
        dates: Sequence[date | datetime | None],
        valid: Period | None = None,
        parties: tuple[Party, ...] = (),
    ) -> SourceRecord:
        """One record; without a fact it is the tombstone of what was created in error.

        *dates* are the entity's own: first when it was created, then those of later acts.
        """
        return SourceRecord(
            source=self.source,
            record_type=reading.record_type,
            source_id=reading.source_id,
            registered_at=self.registered(dates),
            first_registered_at=self.registered(dates[:1]) if dates[0] else None,
            observed_at=self.observed_at,
            valid=valid or Period(),
            parties=parties if fact else (),
            fact=fact,
            deleted=fact is None,
            deleted_reason=None if fact else "entered_in_error",
            authority=self.authority,
            link=reading.link,
            quality=tuple(reading.flags) if fact else (),
            synthetic=reading.synthetic,
        )

    def registered(self, dates: Iterable[date | datetime | None]) -> datetime:
        """The latest of an entity's own dates that is not in the future; else the time of observation."""
        instants = (
            moment
            if isinstance(moment, datetime)
            else datetime(moment.year, moment.month, moment.day, tzinfo=DANISH_TIME)
            for moment in dates
            if moment is not None
        )
        return max((instant for instant in instants if instant <= self.observed_at), default=self.observed_at)


@dataclass(frozen=True)
class CaseContext:
    """What activities and efforts borrow from their case."""

    sag_id: int
    case_number: str
    person: Party | None
    person_id: int | None
    handler: Behandler | None

    @classmethod
    def of(cls, scope: Scope, sag: Sag) -> "CaseContext":
        """The context a case gives."""
        person = sag.primaer_person
        return cls(
            sag_id=sag.id,
            case_number=sag.sagsnummer,
            person=primary_party(scope, person) if person else None,
            person_id=person.id if person else None,
            handler=sag.primaer_behandler,
        )


def translate_sag(scope: Scope, sag: Sag) -> Iterator[SourceRecord | RecordRejected]:
    """A case as records: the case, its primary person, and one relation a party."""
    yield attempt("Sag", scope.id(sag.id), partial(_case, scope, sag))
    if sag.primaer_person is not None:
        person = sag.primaer_person
        yield attempt("Sag.person", scope.id(person.id), partial(_person, scope, person, sag))
        for part in {part.id: part for part in sag.sagsparter or ()}.values():
            yield attempt("Sag.part", scope.id(sag.id, part.id), partial(_relation, scope, sag, person, part))


def translate_ydelse(scope: Scope, ydelse: Ydelse, case: CaseContext | None) -> SourceRecord:
    """A granted effort.

    Raises:
        RecordRejected: a value cannot be read.
    """
    reading = scope.reading("Ydelse", ydelse.id, case=ydelse.sag_id, synthetic=ydelse.syntetisk)
    show_payload(reading.record_type, reading.source_id, ydelse)
    created = reading.instant("oprettetDato", ydelse.oprettet_dato)
    key = ydelse.status.brugervendt_noegle
    if vocabulary.ERRONEOUS in (key, ydelse.status.titel):
        return scope.record(reading, fact=None, dates=[created])
    status = vocabulary.EFFORT_STATUS.get(key or "") or vocabulary.EFFORT_STATUS.get(ydelse.status.titel or "")
    if status is None:
        raise reading.rejected("status", RejectionRule.UNKNOWN_STATUS, key)
    valid = period(reading, ("startdato", ydelse.startdato), ("slutdato", ydelse.slutdato))
    paragraph = basis(reading, "foranstaltningsparagraf", ydelse.foranstaltningsparagraf)
    fact = EffortFact(
        title=reading.required_line("ydelsestype.titel", ydelse.ydelsestype.titel),
        status=status,
        code=_effort_code(ydelse.ydelsestype, paragraph),
        legal_basis=paragraph,
        kle_topic=reading.line("kleNummer", ydelse.kle_nummer),
        purpose=reading.line("formaal", ydelse.formaal),
        responsible=responsible(scope, reading, ydelse.ansvarlig),
        performer=unit(scope, reading, "leverandoer", ydelse.leverandoer),
        extent=reading.line("omfang", ydelse.omfang),
        next_follow_up_on=reading.day("naesteOpfoelgning", ydelse.naeste_opfoelgning),
        expected_end_on=reading.day("forventetSlutdato", ydelse.forventet_slutdato),
        case_number=case.case_number if case else None,
        recommendation=reading.line("anbefaling", ydelse.anbefaling),
    )
    return scope.record(
        reading,
        fact=fact,
        dates=[created or valid.start, reading.day("slutdato", ydelse.slutdato)],
        valid=valid,
        parties=_effort_parties(reading, ydelse, case),
    )


def primary_party(scope: Scope, person: Person) -> Party:
    """The primary person of a case, by DUBU's id and, where it can be read, the national number."""
    identifiers = [scope.local("Person", person.id)]
    if (number := national(person.cprnr)) is not None:
        identifiers.insert(0, number)
    name = person.fulde_navn or " ".join(part for part in (_given_names(person), person.efternavn) if part)
    return Party(role=PartyRole.PRIMARY, identifiers=tuple(identifiers), name=name[:200] or None)


def national(text: str | None) -> Identifier | None:
    """The national number, None where there is none or it cannot be read."""
    try:
        return Identifier.national(text) if text and text.strip() else None
    except ValueError:
        return None


def period(reading: Values, start: tuple[str, str | None], end: tuple[str, str | None]) -> Period:
    """Half-open valid time from first and last day."""
    first, last = reading.day(*start), reading.day(*end)
    if first and last and last < first:
        raise reading.rejected(end[0], RejectionRule.END_BEFORE_START, end[1])
    return Period(start=first, end=last + timedelta(days=1) if last else None)


def unit(scope: Scope, reading: Values, field: str, enhed: Enhed | None) -> Unit | None:
    """A unit, its id scoped by source."""
    if enhed is None:
        return None
    name = reading.name(f"{field}.titel", enhed.titel)
    return Unit(id=f"{scope.source}:{enhed.org_enhed_id}", name=name, phone=enhed.telefon) if name else None


def responsible(scope: Scope, reading: Values, behandler: Behandler | None) -> Responsible | None:
    """Who to call: employee and unit."""
    if behandler is None:
        return None
    name = reading.name("behandler.navn", behandler.navn)
    worker = Worker(name=name, id=behandler.id, phone=behandler.telefon) if name else None
    return Responsible(unit=unit(scope, reading, "behandler.enhed", behandler.enhed), worker=worker)


def _case(scope: Scope, sag: Sag) -> SourceRecord:
    reading = scope.reading("Sag", sag.id, case=sag.id, synthetic=sag.syntetisk)
    show_payload(reading.record_type, reading.source_id, sag)
    created = reading.instant("oprettetDato", sag.oprettet_dato)
    closed = reading.instant("lukketDato", sag.lukket_dato)
    status = sag.status
    if vocabulary.ERRONEOUS in (status.brugervendt_noegle, status.titel):
        return scope.record(reading, fact=None, dates=[created, closed])
    frist = sag.foerstkommende_frist
    fact = CaseFact(
        case_number=reading.required_line("sagsnummer", sag.sagsnummer),
        title=reading.required_line("titel", sag.titel),
        status=Coded(code_list="case_status", code=coded_key(reading, "status", status), label=status.titel),
        case_type=coded("dubu:Sagstype", sag.sagstype),
        kle_topic=reading.line("kleNummer", sag.kle_nummer),
        is_sensitive=bool(sag.is_sensitive),
        responsible=responsible(scope, reading, sag.primaer_behandler),
        next_deadline_on=reading.day("foerstkommendeFrist.fristDato", frist.frist_dato) if frist else None,
    )
    return scope.record(
        reading,
        fact=fact,
        dates=[created, closed],
        valid=period(reading, ("oprettetDato", sag.oprettet_dato), ("lukketDato", sag.lukket_dato)),
        parties=(primary_party(scope, sag.primaer_person),) if sag.primaer_person else (),
    )


def _person(scope: Scope, person: Person, sag: Sag) -> SourceRecord:
    reading = scope.reading("Sag.person", person.id, synthetic=sag.syntetisk)
    show_payload(reading.record_type, reading.source_id, person)
    reading.identifier("primaerPerson.cprnr", person.cprnr)
    died = reading.day("primaerPerson.doedsdato", person.doedsdato)
    address = person.adresse
    earlier = [national(text) for text in person.tidligere_cprnr or ()]
    if None in earlier:
        reading.flags.append(QualityFlag(field="primaerPerson.tidligereCprnr", rule=RejectionRule.BAD_IDENTIFIER))
    fact = PersonFact(
        given_name=reading.name("primaerPerson.fornavn", _given_names(person)),
        family_name=reading.name("primaerPerson.efternavn", person.efternavn),
        birth_date=reading.day("primaerPerson.foedselsdato", person.foedselsdato, is_birth=True),
        life_status=LifeStatus.DEAD if died else None,
        died_on=died,
        name_address_protected=bool(person.adressebeskyttelse),
        address=Address(
            street=reading.name("primaerPerson.adresse.vejnavn", address.vejnavn),
            postal_code=address.postnummer,
            town=reading.name("primaerPerson.adresse.by", address.by),
            municipality_code=address.kommunekode,
        )
        if address
        else None,
        replaces=tuple(number for number in earlier if number),
    )
    return scope.record(
        reading,
        fact=fact,
        dates=[_opened_at(reading, sag), died],
        parties=(primary_party(scope, person),),
    )


def protected_person(scope: Scope, item: object) -> SourceRecord | None:
    """Of a case's person who could not be read, that name and address are protected; None: they are not.

    Efforts and the case name the person all the same. It is an entity of its own, which is missing once the person can
    be read. A protection that cannot be read counts as one.
    """
    person = item.get("primaerPerson") if isinstance(item, Mapping) else None
    if not isinstance(person, Mapping) or person.get("adressebeskyttelse") in (None, False):
        return None
    key, cprnr = read_id(person.get("id")), person.get("cprnr")
    number = national(cprnr) if isinstance(cprnr, str) else None
    local = scope.local("Person", key) if key is not None else None
    identifiers = tuple(identifier for identifier in (number, local) if identifier is not None)
    if key is None or not identifiers:
        return None
    reading = Values(record_type="Sag.person", source_id=scope.id(key, "beskyttelse"), link=None, synthetic=False)
    party = Party(role=PartyRole.PRIMARY, identifiers=identifiers)
    return scope.record(reading, fact=PersonFact(name_address_protected=True), dates=[None], parties=(party,))


def _relation(scope: Scope, sag: Sag, person: Person, part: Sagspart) -> SourceRecord:
    reading = scope.reading("Sag.part", sag.id, part.id, case=sag.id, synthetic=sag.syntetisk)
    show_payload(reading.record_type, reading.source_id, part)
    relation = vocabulary.RELATIONS.get(part.rolle or "")
    if relation is None:
        raise reading.rejected("sagsparter.rolle", RejectionRule.UNKNOWN_CODE, part.rolle)
    number = reading.identifier("sagsparter.cprnr", part.cprnr)
    identifiers = tuple(identifier for identifier in (number, scope.local("Sagspart", sag.id, part.id)) if identifier)
    valid = period(reading, ("sagsparter.fraDato", part.fra_dato), ("sagsparter.tilDato", part.til_dato))
    name = reading.name("sagsparter.fuldeNavn", part.fulde_navn)
    return scope.record(
        reading,
        fact=RelationFact(relation=relation, custody=part.foraeldremyndighed, shares_household=part.samme_husstand),
        dates=[_opened_at(reading, sag), valid.start, valid.end],
        valid=valid,
        parties=(primary_party(scope, person), Party(role=PartyRole.OTHER, identifiers=identifiers, name=name)),
    )


def _opened_at(reading: Values, sag: Sag) -> datetime | None:
    """When the case of a person was opened. A date that cannot be read is the case's fault, and told there once."""
    try:
        return reading.instant("oprettetDato", sag.oprettet_dato)
    except RecordRejected as fault:
        reading.flags.append(QualityFlag(field="oprettetDato", rule=fault.rejection.rule))
        return None


def _effort_parties(reading: Values, ydelse: Ydelse, case: CaseContext | None) -> tuple[Party, ...]:
    number = reading.identifier("cprnr", ydelse.cprnr)
    primary = case.person if case else None
    if number is None:
        return (primary,) if primary else ()
    if primary is not None and number in primary.identifiers:
        return (primary,)
    name = reading.name("borgerNavn", ydelse.borger_navn)
    return (Party(role=PartyRole.PRIMARY, identifiers=(number,), name=name),)


def _effort_code(ydelsestype: Kode, paragraph: LegalBasis | None) -> Coded | None:
    code = vocabulary.paragraph_code(paragraph) if paragraph else None
    if code:
        return Coded(code_list=code[0], code=code[1], label=ydelsestype.titel)
    return coded("dubu:Ydelsestype", ydelsestype)


def basis(reading: Values, field: str, text: str | None) -> LegalBasis | None:
    """A paragraph as law and section; flagged when the law is not known."""
    if not text or not text.strip():
        return None
    basis = vocabulary.legal_basis(text)
    if basis is None:
        reading.flags.append(QualityFlag(field=field, rule="unknown_code"))
    return basis


def coded(code_list: str, kode: Kode | None) -> Coded | None:
    """A value of one of DUBU's own classifications; None when neither key nor words are given."""
    code = (kode.brugervendt_noegle or kode.titel) if kode else None
    return Coded(code_list=code_list, code=code, label=kode.titel if kode else None) if code else None


def coded_key(reading: Values, field: str, kode: Kode) -> str:
    """The key of a value that must have one."""
    key = kode.brugervendt_noegle or kode.titel
    if not key:
        raise reading.rejected(field, RejectionRule.MISSING_FIELD, None)
    return key


def _given_names(person: Person) -> str | None:
    return " ".join(part for part in (person.fornavn, person.mellemnavn) if part) or None
