"""What is read from the health system, why, and with which right: the descriptor and the field lists."""

from datetime import timedelta

from connectors.base import RecordTypeInfo, Stream
from schemas.data_category import DataCategory
from schemas.source import Area, CategoryBasis, Sensitivity, SourceSystem

LEGAL_BASIS = (
    "Databeskyttelsesforordningen artikel 6, stk. 1, litra e, og artikel 9, stk. 2, litra h; videregivelse til "
    "borgerens forløb sker med samtykke efter sundhedsloven § 43. Diagnoser, tilstande, målinger og journaltekst læses "
    "ikke."
)
CATEGORY_BASES = (
    CategoryBasis(
        category=DataCategory.EFFORTS,
        legal_basis="Sundhedsloven §§ 119-124 (forebyggelse, sundhedspleje), 138 (sygepleje), 140 (genoptræning), "
        "141-142 (misbrug).",
    ),
    CategoryBasis(category=DataCategory.PERSON, legal_basis="Databeskyttelsesloven § 11 (cpr-nummer som nøgle)."),
)
_COMMON = ("id", "meta.versionId", "meta.lastUpdated", "meta.tag", "meta.profile")


def source_system(name: str, expected_cadence: timedelta, *, linked: bool) -> SourceSystem:
    """The health source as Helhed presents it."""
    return SourceSystem(
        name=name,
        title="Sundhed (Nexus)",
        area=Area.HEALTH,
        authority="Sundheds- og omsorgsforvaltningen",
        legal_basis=LEGAL_BASIS,
        category_bases=CATEGORY_BASES,
        sensitivity=Sensitivity.SPECIAL,
        expected_cadence=expected_cadence,
        coverage="Kommunens indsatser i sundhedspleje, hjemmepleje, sygepleje, genoptræning og forebyggelse, mål og "
        "kontakter, samt sygehusenes advis om indlæggelse og udskrivelse.",
        not_covered=("diagnoser og tilstande", "medicin", "journaltekst", "egen læge", "sygehusets behandling"),
        deep_link_title="Nexus" if linked else None,
    )


RECORD_TYPES = (
    RecordTypeInfo(
        name="Patient",
        danish_title="Borgere",
        facts=("person",),
        fields_read=(
            *_COMMON,
            "meta.security",
            "identifier",
            "active",
            "name",
            "birthDate",
            "deceasedBoolean",
            "deceasedDateTime",
            "address (også den, borgeren er flyttet fra)",
            "link (og den anden registrerings personnummer)",
            "managingOrganization",
        ),
        purpose="Hvem borgeren er, og om navn og adresse er beskyttet; nødvendigt for at samle det om den rette.",
    ),
    RecordTypeInfo(
        name="RelatedPerson",
        danish_title="Pårørende",
        facts=("relation",),
        fields_read=(*_COMMON, "identifier", "active", "patient", "relationship", "name", "period"),
        purpose="Hvem borgeren er i familie med, så familiens indsatser kan ses samlet.",
    ),
    RecordTypeInfo(
        name="CarePlan",
        danish_title="Planlagte indsatser",
        facts=("effort",),
        fields_read=(
            *_COMMON,
            "status",
            "intent",
            "title",
            "category",
            "subject",
            "period",
            "created",
            "basedOn (planen, som indsatsen er del af, og henvisningen bag den)",
            "author",
            "contributor",
            "careTeam",
            "contained og opslag (navn, SOR-nummer, telefon og kontaktperson på enheder og medarbejdere)",
            "goal (målets tekst, én linje)",
            "activity.detail.code",
            "activity.detail.status",
            "activity.detail.performer",
            "activity.reference",
            "extension (sagsnummer, næste opfølgning, hjemmel, omfang, forventet slut, anbefaling)",
        ),
        purpose="Hvilke indsatser borgeren får, og hvem der er ansvarlig (sundhedsloven og serviceloven).",
    ),
    RecordTypeInfo(
        name="ServiceRequest",
        danish_title="Henvisninger til kommunale indsatser",
        facts=("effort",),
        fields_read=(
            *_COMMON,
            "status",
            "intent",
            "code",
            "subject",
            "occurrencePeriod",
            "authoredOn",
            "performer",
            "extension (sagsnummer, hjemmel)",
        ),
        purpose="Indsatser, der er bestilt, fx genoptræning efter sundhedsloven § 140.",
    ),
    RecordTypeInfo(
        name="Procedure",
        danish_title="Udførte indsatser",
        facts=("effort",),
        fields_read=(*_COMMON, "status", "code", "subject", "performed", "recorder"),
        purpose="Kommunale indsatser, der er udført. Kliniske procedurer læses ikke.",
    ),
    RecordTypeInfo(
        name="Goal",
        danish_title="Mål",
        facts=("goal",),
        fields_read=(
            *_COMMON,
            "lifecycleStatus",
            "achievementStatus",
            "category",
            "description.text",
            "subject",
            "startDate",
            "statusDate",
            "expressedBy",
        ),
        purpose="Målets tekst læses som én linje: et mål er formuleret for at blive delt af dem, der hjælper. Mål, der "
        "kun peger på en tilstand med en kode, læses ikke.",
    ),
    RecordTypeInfo(
        name="Encounter",
        danish_title="Kontakter og indlæggelser",
        facts=("contact",),
        fields_read=(
            *_COMMON,
            "status",
            "class",
            "type",
            "subject",
            "period",
            "episodeOfCare.identifier",
            "extension (orlovens periode)",
            "serviceProvider",
        ),
        purpose="At en kontakt har fundet sted, og om borgeren er indlagt; ikke hvad der blev sagt eller gjort.",
    ),
    RecordTypeInfo(
        name="Communication",
        danish_title="Korrespondancemeddelelser",
        facts=("contact",),
        fields_read=(*_COMMON, "status", "subject", "sent"),
        purpose="At der er skrevet om borgeren mellem sektorerne. Emne og indhold læses ikke.",
    ),
    RecordTypeInfo(
        name="CareTeam",
        danish_title="Teams om borgeren",
        facts=("assignment",),
        fields_read=(
            *_COMMON,
            "status",
            "category (tilbuddets art)",
            "name",
            "subject",
            "period",
            "participant.member",
            "participant.role",
            "managingOrganization",
        ),
        purpose="Hvem der arbejder med borgeren.",
    ),
)
FOLDER = Stream(name="files", danish_title="Leveringer og meddelelser i en mappe", record_types=RECORD_TYPES)
