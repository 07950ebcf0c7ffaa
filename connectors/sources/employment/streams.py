"""What is read from STAR and from the case system, why, and with which right: the descriptor and the field lists."""

from collections.abc import Sequence
from datetime import timedelta

from connectors.base import RecordTypeInfo, Stream
from connectors.sources.employment.citizen_status import DIED, NOT_OURS
from schemas.data_category import DataCategory
from schemas.source import Area, CategoryBasis, Sensitivity, SourceSystem

EVENTS, CITIZENS = "events", "citizens"
LEGAL_BASIS = (
    "Databeskyttelsesforordningen artikel 6, stk. 1, litra e, jf. lov om en aktiv beskæftigelsesindsats; indhentning "
    "til borgerens forløb efter retssikkerhedsloven § 11 a med samtykke."
)
CATEGORY_BASES = (
    CategoryBasis(
        category=DataCategory.EFFORTS,
        legal_basis="Lov om en aktiv beskæftigelsesindsats kapitel 10-14 (tilbud og aktiviteter).",
    ),
    CategoryBasis(
        category=DataCategory.WORK,
        legal_basis="Lov om en aktiv beskæftigelsesindsats § 6 (målgrupper), og borgerens rådighed.",
    ),
    CategoryBasis(category=DataCategory.PERSON, legal_basis="Databeskyttelsesloven § 11 (cpr-nummer som nøgle)."),
)
_FRAME = ("versionIdentifier", "registreretTidspunkt", "responsibleAuthority.organisationCode", "syntetisk")
_UNIT = ("unit.organisationCode", "unit.organisationName", "unit.phone")
_WORKER = ("caseworker.id", "caseworker.displayName", "caseworker.phone", *_UNIT)


def source_system(name: str, expected_cadence: timedelta, *, linked: bool) -> SourceSystem:
    """The employment source as Helhed presents it."""
    return SourceSystem(
        name=name,
        title="Beskæftigelse (STAR)",
        area=Area.EMPLOYMENT,
        authority="Beskæftigelsesforvaltningen",
        legal_basis=LEGAL_BASIS,
        category_bases=CATEGORY_BASES,
        sensitivity=Sensitivity.SPECIAL,
        expected_cadence=expected_cadence,
        coverage="Tilbud og aktiviteter, målgruppe, samtaler, frister, fravær, Min Plan og ansvarlige sagsbehandlere.",
        not_covered=("ydelser og beløb", "CV og jobsøgning", "a-kassens kontakter"),
        deep_link_title="fagsystemet" if linked else None,
    )


def _info(name: str, title: str, facts: tuple[str, ...], fields: Sequence[str], purpose: str) -> RecordTypeInfo:
    return RecordTypeInfo(name=name, danish_title=title, facts=facts, fields_read=tuple(fields), purpose=purpose)


_EVENT = ("EntitetNavn", "EntitetId", "VersionIdentifier", "Identifikation", "IdentifikationstypeId", "Aendringstype")
ENTITY_TYPES = {
    "Activity": _info(
        "Activity", "Tilbud og aktiviteter", ("effort",),
        (*_FRAME, "activityIdentifier", "activationTypeIdentifier", "activationTypeText", "startDate", "endDate",
         "hoursPerWeek", "minutesPerWeek", "legalBasis", "kle", "status", "purpose", "nextFollowUp",
         "expectedEndDate", "provider.organisationCode", "provider.organisationName", *_WORKER),
        "Hvilke tilbud borgeren er i, fra hvornår og hvor meget (LAB kapitel 10-14).",
    ),
    "Fravaer": _info(
        "Fravaer", "Fravær", ("job_absence",),
        (*_FRAME, "fravaerIdentifier", "fravaerType", "startDato", "slutDato", "anmeldelsesDato",
         "fravaersAfslutningsAarsag"),
        "Om borgeren står til rådighed. Kommentaren til fraværet læses ikke.",
    ),
    "Interview": _info(
        "Interview", "Samtaler", ("contact",),
        (*_FRAME, "interviewIdentifier", "interviewTypeIdentifier", "interviewTypeText", "startTime", "endTime",
         "status", *_WORKER),
        "Hvornår der er samtale, så andre kan lægge deres møder efter det. Referatet læses ikke.",
    ),
    "Indkaldelse": _info(
        "Indkaldelse", "Indkaldelser", ("contact",),
        (*_FRAME, "indkaldelseIdentifier", "samtaletype", "startTidspunkt", "slutTidspunkt", "status", *_WORKER),
        "Hvornår borgeren er indkaldt.",
    ),
    "Frist": _info(
        "Frist", "Frister", ("deadline",),
        (*_FRAME, "fristIdentifier", "fristType", "fristDato", "overholdt", *_WORKER),
        "Hvad der skal være sket inden hvornår.",
    ),
    "Kontaktgruppe": _info(
        "Kontaktgruppe", "Målgruppe", ("target_group",),
        (*_FRAME, "kontaktgruppeIdentifier", "targetGroupCode", "targetGroupName", "startDato", "slutDato"),
        "Hvilke regler borgerens indsats følger (LAB § 6).",
    ),
    "PersonContact": _info(
        "PersonContact", "Kontaktpersoner", ("assignment",),
        (*_FRAME, "personContactIdentifier", "contactTypeCode", "contactTypeName", "contact.displayName",
         "contact.id", "contact.phone", *_UNIT, "startDate", "endDate"),
        "Hvem der koordinerer, og hvem der er mentor.",
    ),
    "MinPlan": _info(
        "MinPlan", "Min Plan", ("plan",),
        (*_FRAME, "planIdentifier", "title", "status", "startDate", "endDate", "nextFollowUp", *_WORKER),
        "At der er en Min Plan, og hvornår den følges op. Indholdet læses ikke.",
    ),
}  # fmt: skip
STANDING = (
    _info(NOT_OURS, "Ikke længere vores borger", ("authority",), ("errors.code (4575)",),
          "At en anden kommune er myndighed nu."),
    _info(DIED, "Borgeren er død", ("person",), ("errors.code (4405)",), "At en side ikke omtaler en død som levende."),
)  # fmt: skip
CITIZEN_TYPES = (
    _info(
        "Citizen", "Borgere i indsatsen", ("person",),
        ("citizenId", "cpr", "displayName", "firstName", "lastName", "address.street", "address.number",
         "address.suite", "address.postalCode", "address.city", "nameAndAddressProtected", "syntetisk"),
        "Hvem borgeren er, og om navn og adresse er beskyttet.",
    ),
    _info(
        "Citizen.targetGroup", "Målgruppe", ("target_group",),
        ("targetGroupCode", "targetGroupName", "targetGroupStart", "targetGroupEnd", "isActive"),
        "Hvilke regler borgerens indsats følger (LAB § 6).",
    ),
    _info(
        "Citizen.caseworker", "Ansvarlige sagsbehandlere", ("assignment",),
        ("caseworkerId", "displayName", "responsibilityName", "responsibilityTypeCode", "start", "endDate",
         "caseworkerIsActive", "phone", *_UNIT),
        "Hvem der er ansvarlig, og hvem der koordinerer.",
    ),
)  # fmt: skip
UNREADABLE_EVENT = _info(
    "event", "Hændelser, der ikke kan læses", (), _EVENT, "At en hændelse, der ikke kan læses, ikke går tabt."
)


def streams_of(entities: Sequence[str], *, searches: bool) -> tuple[Stream, ...]:
    """The streams in the order of a first load: the citizens, where there is a case system, and what is pushed."""
    types = tuple(ENTITY_TYPES[name] for name in entities)
    events = Stream(
        name=EVENTS,
        danish_title="Hændelser fra STAR",
        record_types=(*types, *STANDING, UNREADABLE_EVENT),
        is_pushed=True,
    )
    citizens = Stream(
        name=CITIZENS,
        danish_title="Borgere, målgrupper og sagsbehandlere",
        record_types=(*CITIZEN_TYPES, *types, *STANDING),
    )
    return (citizens, events) if searches else (events,)
