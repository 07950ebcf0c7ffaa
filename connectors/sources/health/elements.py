"""The elements that FHIR R4 (4.0.1) gives the types that are read.

FHIR leaves out what is empty and knows no other elements. So only an element of another name shows that one was
renamed or moved, as the next version of FHIR does (``Encounter.period``); to read that as "not given" would tell
something wrong.
"""

_ALL = (
    "resourceType", "id", "meta", "implicitRules", "language", "text", "contained", "extension", "modifierExtension",
)  # fmt: skip
_OWN = {
    "Patient": """identifier active name telecom gender birthDate deceasedBoolean deceasedDateTime address maritalStatus
        multipleBirthBoolean multipleBirthInteger photo contact communication generalPractitioner managingOrganization
        link""",
    "RelatedPerson": """identifier active patient relationship name telecom gender birthDate address photo period
        communication""",
    "CareTeam": """identifier status category name subject encounter period participant reasonCode reasonReference
        managingOrganization telecom note""",
    "CarePlan": """identifier instantiatesCanonical instantiatesUri basedOn replaces partOf status intent category title
        description subject encounter period created author contributor careTeam addresses supportingInfo goal activity
        note""",
    "ServiceRequest": """identifier instantiatesCanonical instantiatesUri basedOn replaces requisition status intent
        category priority doNotPerform code orderDetail quantityQuantity quantityRatio quantityRange subject encounter
        occurrenceDateTime occurrencePeriod occurrenceTiming asNeededBoolean asNeededCodeableConcept authoredOn
        requester performerType performer locationCode locationReference reasonCode reasonReference insurance
        supportingInfo specimen bodySite note patientInstruction relevantHistory""",
    "Procedure": """identifier instantiatesCanonical instantiatesUri basedOn partOf status statusReason category code
        subject encounter performedDateTime performedPeriod performedString performedAge performedRange recorder
        asserter performer location reasonCode reasonReference bodySite outcome report complication
        complicationDetail followUp note focalDevice usedReference usedCode""",
    "Goal": """identifier lifecycleStatus achievementStatus category priority description subject startDate
        startCodeableConcept target statusDate statusReason expressedBy addresses note outcomeCode outcomeReference""",
    "Encounter": """identifier status statusHistory class classHistory type serviceType priority subject episodeOfCare
        basedOn participant appointment period length reasonCode reasonReference diagnosis account hospitalization
        location serviceProvider partOf""",
    "Communication": """identifier instantiatesCanonical instantiatesUri basedOn partOf inResponseTo status statusReason
        category priority medium subject topic about encounter sent received recipient sender reasonCode
        reasonReference payload note""",
}
ELEMENTS = {resource_type: frozenset((*_ALL, *names.split())) for resource_type, names in _OWN.items()}
"""By type of resource; the element that holds the id of a plain value's extension has an underscore before its name."""
