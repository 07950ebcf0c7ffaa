"""What is read from Nexus, why, and with which right: the descriptor and the field lists."""

from datetime import timedelta

from connectors.base import RecordTypeInfo, Stream
from connectors.sources.social.nexus.translate import ACCESS, GRANT
from schemas.data_category import DataCategory
from schemas.source import Area, CategoryBasis, Sensitivity, SourceSystem

LEGAL_BASIS = (
    "Databeskyttelsesforordningen artikel 6, stk. 1, litra e, og artikel 9, stk. 2, litra f, jf. serviceloven og "
    "barnets lov; indhentning til borgerens forløb efter retssikkerhedsloven § 11 a med samtykke."
)
CATEGORY_BASES = (
    CategoryBasis(category=DataCategory.EFFORTS, legal_basis="Serviceloven og barnets lov § 32 (bevilgede indsatser)."),
    CategoryBasis(category=DataCategory.PERSON, legal_basis="Databeskyttelsesloven § 11 (cpr-nummer som nøgle)."),
)


def source_system(name: str, expected_cadence: timedelta) -> SourceSystem:
    """Nexus as Helhed presents it."""
    return SourceSystem(
        name=name,
        title="Social (Nexus)",
        area=Area.SOCIAL,
        authority="Socialforvaltningen",
        legal_basis=LEGAL_BASIS,
        category_bases=CATEGORY_BASES,
        sensitivity=Sensitivity.SPECIAL,
        expected_cadence=expected_cadence,
        coverage="Bevilgede indsatser efter serviceloven og barnets lov til borgere i den valgte liste.",
        not_covered=("journaler", "observationer", "hjælpemidler på lager"),
        deep_link_title="Nexus",
    )


RECORD_TYPES = (
    RecordTypeInfo(
        name=GRANT,
        danish_title="Bevilgede indsatser",
        facts=("effort",),
        fields_read=(
            "id",
            "version",
            "name",
            "workflowState.name",
            "patient.id",
            "patient.patientIdentifier",
            "patient.fullName",
            "paragraph.name",
            "paragraph.section",
            "supplier.id",
            "supplier.name",
            "kmdSag.kleNumber.name",
            "actingMunicipality.municipalityCode",
            "entryDate",
            "plannedDate",
            "orderedDate",
            "workflowApprovedDate",
            "followUpDate",
            "cancelledDate",
            "renouncedDate",
            "removedDate",
            "rejectedDate",
            "basketGrantEndDate",
            "orderGrantEndDate",
        ),
        purpose="Igangværende indsatser, hjemmel, leverandør og opfølgning (serviceloven, barnets lov). "
        "Priser, konti, funktionsniveau og fritekst læses ikke.",
    ),
    RecordTypeInfo(
        name=ACCESS,
        danish_title="Borgere, som Nexus ikke lader os læse",
        facts=("no_access",),
        fields_read=("patient.id", "patient.patientIdentifier", "isPatientAccessible"),
        purpose="At siden siger, at der kan mangle noget, og ikke at der ikke er noget (retssikkerhedsloven).",
    ),
)
STREAM = Stream(name="indsatser", danish_title="Bevilgede indsatser i en liste", record_types=RECORD_TYPES)
