"""What is read from DUBU, why, and with which right: the descriptor and the field lists."""

from datetime import timedelta

from connectors.base import RecordTypeInfo, Stream
from schemas.data_category import DataCategory
from schemas.source import Area, CategoryBasis, Sensitivity, SourceSystem

LEGAL_BASIS = (
    "Databeskyttelsesforordningen artikel 6, stk. 1, litra e, og artikel 9, stk. 2, litra f, jf. barnets lov og "
    "serviceloven; indhentning til borgerens forløb efter retssikkerhedsloven § 11 a med samtykke."
)
CATEGORY_BASES = (
    CategoryBasis(category=DataCategory.EFFORTS, legal_basis="Barnets lov § 32 og serviceloven (bevilgede indsatser)."),
    CategoryBasis(category=DataCategory.NOTIFICATIONS, legal_basis="Barnets lov § 136 (opfølgning på underretninger)."),
    CategoryBasis(category=DataCategory.PERSON, legal_basis="Databeskyttelsesloven § 11 (cpr-nummer som nøgle)."),
)


def source_system(name: str, expected_cadence: timedelta) -> SourceSystem:
    """The social source as Helhed presents it."""
    return SourceSystem(
        name=name,
        title="Social (DUBU)",
        area=Area.SOCIAL,
        authority="Social- og familieforvaltningen",
        legal_basis=LEGAL_BASIS,
        category_bases=CATEGORY_BASES,
        sensitivity=Sensitivity.SPECIAL,
        expected_cadence=expected_cadence,
        coverage="Sager, underretninger, planer, mål og bevilgede indsatser til børn, unge og deres familier.",
        not_covered=("fritidstilbud", "privat rådgivning", "åben anonym rådgivning"),
        deep_link_title="DUBU",
    )


RECORD_TYPES = (
    RecordTypeInfo(
        name="Sag",
        danish_title="Sager",
        facts=("case",),
        fields_read=(
            "id",
            "sagsnummer",
            "titel",
            "isSensitive",
            "sagstype",
            "status",
            "kleNummer",
            "oprettetDato",
            "lukketDato",
            "primaerBehandler",
            "foerstkommendeFrist.fristDato",
            "syntetisk",
        ),
        purpose="Hvilke sager borgeren har, hvem der er ansvarlig, og næste frist (barnets lov, serviceloven).",
        case_field="sagsnummer",
    ),
    RecordTypeInfo(
        name="Sag.person",
        part_of="Sag",
        danish_title="Sagens hovedperson",
        facts=("person",),
        fields_read=(
            "primaerPerson.id",
            "primaerPerson.cprnr",
            "primaerPerson.tidligereCprnr",
            "primaerPerson.fornavn",
            "primaerPerson.mellemnavn",
            "primaerPerson.efternavn",
            "primaerPerson.fuldeNavn",
            "primaerPerson.foedselsdato",
            "primaerPerson.doedsdato",
            "primaerPerson.adressebeskyttelse",
            "primaerPerson.adresse",
        ),
        purpose="Entydig identifikation (databeskyttelsesloven § 11) og beskyttelse af navn og adresse.",
        case_field="sagsnummer",
    ),
    RecordTypeInfo(
        name="Sag.part",
        part_of="Sag",
        danish_title="Sagens øvrige parter",
        facts=("relation",),
        fields_read=(
            "sagsparter.id",
            "sagsparter.cprnr",
            "sagsparter.fuldeNavn",
            "sagsparter.rolle",
            "sagsparter.foraeldremyndighed",
            "sagsparter.sammeHusstand",
            "sagsparter.fraDato",
            "sagsparter.tilDato",
        ),
        purpose="At vise familien samlet, og hvem der har forældremyndighed, så intet vises til den forkerte.",
        case_field="sagsnummer",
    ),
    RecordTypeInfo(
        name="Aktivitet",
        part_of="Sag",
        danish_title="Underretninger, undersøgelser, planer og mål",
        facts=("concern_notification", "plan", "goal"),
        fields_read=(
            "id",
            "sagReference.sagId",
            "type",
            "undertype",
            "status",
            "haendelsesDato",
            "modtagetDato",
            "vurderetDato",
            "kvitteringDato",
            "underretterOrienteretDato",
            "udfald",
            "udfaldDato",
            "underretter",
            "baggrundeForUnderretningBarnet",
            "baggrundeForUnderretningHjemmet",
            "baggrundeForUnderretningAndet",
            "lovgrundlag",
            "medfoerteYdelser",
            "vedroerer",
            "ufoedt",
            "primaerBehandlerNavn",
            "primaerBehandlerId",
            "fristDato",
            "slutDato",
            "oprettetDato",
            "maalType",
            "tekst",
            "angivetAf",
            "syntetisk",
        ),
        purpose="At følge underretninger rettidigt og systematisk (barnets lov § 136). Notater læses ikke.",
        case_field="sagReference.sagId",
    ),
    RecordTypeInfo(
        name="Ydelse",
        danish_title="Bevilgede indsatser",
        facts=("effort",),
        fields_read=(
            "id",
            "sagId",
            "cprnr",
            "borgerNavn",
            "ydelsestype",
            "foranstaltningsparagraf",
            "kleNummer",
            "startdato",
            "slutdato",
            "forventetSlutdato",
            "status",
            "leverandoer",
            "ansvarlig",
            "formaal",
            "omfang",
            "naesteOpfoelgning",
            "anbefaling",
            "oprettetDato",
            "syntetisk",
        ),
        purpose="Igangværende indsatser, formål og ansvarlig (barnets lov § 32, serviceloven). Beløb læses ikke.",
        case_field="sagId",
    ),
)
STREAM = Stream(name="sager", danish_title="Sager med ydelser og aktiviteter", record_types=RECORD_TYPES)
