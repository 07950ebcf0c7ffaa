"""What is read from the school's files, why, and with which right: the descriptor and the field lists."""

from datetime import timedelta

from connectors.base import RecordTypeInfo, Stream
from connectors.sources.school.tabulex import PUPIL
from connectors.sources.school.translate import ABSENCE, CONTACT, ENROLMENT, RELATION
from connectors.sources.school.wsieksport import PERSON
from schemas.data_category import DataCategory
from schemas.source import Area, CategoryBasis, Sensitivity, SourceSystem

LEGAL_BASIS = (
    "Databeskyttelsesforordningen artikel 6, stk. 1, litra e, jf. folkeskoleloven og bekendtgørelsen om elevers "
    "fravær; indhentning til borgerens forløb efter retssikkerhedsloven § 11 a med samtykke."
)
CATEGORY_BASES = (
    CategoryBasis(category=DataCategory.SCHOOLING, legal_basis="Folkeskoleloven og bekendtgørelsen om elevers fravær."),
    CategoryBasis(category=DataCategory.PERSON, legal_basis="Databeskyttelsesloven § 11 (cpr-nummer som nøgle)."),
)


def source_system(name: str, expected_cadence: timedelta) -> SourceSystem:
    """The school source as Helhed presents it."""
    return SourceSystem(
        name=name,
        title="Skole (elevadministration)",
        area=Area.SCHOOL,
        authority="Skoleforvaltningen",
        legal_basis=LEGAL_BASIS,
        category_bases=CATEGORY_BASES,
        sensitivity=Sensitivity.CONFIDENTIAL,
        expected_cadence=expected_cadence,
        coverage="Skole og klasse, kontaktpersoner og fravær pr. kvartal for elever i kommunens folkeskoler.",
        not_covered=("privatskoler", "elevplaner og karakterer", "specialundervisning", "fravær dag for dag"),
    )


RECORD_TYPES = (
    RecordTypeInfo(
        name=PUPIL,
        danish_title="Elever (elevadministrationens filer)",
        facts=("person",),
        fields_read=(
            "Elev.ElevID", "Elev.Skolekode", "Elev.Skolenavn", "Elev.Fornavn", "Elev.Efternavn", "Elev.CPR",
            "Elev.Adresse", "Elev.Lokalitet", "Elev.Postnummer", "Elev.By",
        ),
        purpose="Entydig identifikation (databeskyttelsesloven § 11), så fravær og klasse står hos den rette.",
    ),
    RecordTypeInfo(
        name=PERSON,
        danish_title="Elever (WS17)",
        facts=("person",),
        fields_read=(
            "InstitutionNumber", "InstitutionName", "LocalPersonId", "CivilRegistrationNumber",
            "UNILogin.CivilRegistrationNumber", "FirstName", "FamilyName", "protected", "Address.StreetAddress",
            "Address.PostalCode", "Address.PostalDistrict", "exportDateTime", "sourceDateTime",
        ),
        purpose="Entydig identifikation (databeskyttelsesloven § 11) og beskyttelse af navn og adresse.",
    ),
    RecordTypeInfo(
        name=ENROLMENT,
        danish_title="Skole og klasse",
        facts=("enrolment",),
        fields_read=(
            "Elev.Klassetrin", "Elev.Stamklasse", "Student.Level", "Student.MainGroupId", "Group.GroupId",
            "Group.GroupName", "Group.GroupLevel", "Group.FromDate", "schoolYear", "Personale.PersonaleID",
            "Personale.Skolekode", "Personale.Fornavn", "Personale.Efternavn", "Personale-hold.PersonaleID",
            "Personale-hold.Skolekode", "Personale-hold.Klasse", "Personale-hold.Rolle",
        ),
        purpose="Hvilken skole og klasse barnet går i, og hvem man ringer til (folkeskoleloven).",
    ),
    RecordTypeInfo(
        name=CONTACT,
        danish_title="Kontaktpersoner",
        facts=("person",),
        fields_read=(
            "ContactPerson.Person.FirstName", "ContactPerson.Person.FamilyName",
            "ContactPerson.Person.CivilRegistrationNumber", "ContactPerson.Person.protected",
            "ContactPerson.UNILogin.UserId", "ContactPerson.UNILogin.CivilRegistrationNumber",
        ),
        purpose="At vise familien samlet; navn og nummer på dem, skolen ringer til.",
    ),
    RecordTypeInfo(
        name=RELATION,
        danish_title="Kontaktpersoners forhold til eleven",
        facts=("relation",),
        fields_read=("ContactPerson.relation", "ContactPerson.childCustody"),
        purpose="Hvem der har forældremyndighed efter skolens oplysning, så intet vises til den forkerte.",
    ),
    RecordTypeInfo(
        name=ABSENCE,
        danish_title="Fravær pr. kvartal",
        facts=("absence",),
        fields_read=(
            "RaekkeId", "CPR", "Skolekode", "Dato", "Fravaerstype", "Fravaerskode", "Omfang", "Lektion",
            "Registreret", "Rettet",
        ),
        purpose="Bekymrende fravær (folkeskoleloven; barnets lov kap. 16). Dage og bemærkninger vises ikke.",
    ),
)  # fmt: skip
STREAM = Stream(name="filer", danish_title="Skolens filer", record_types=RECORD_TYPES)
