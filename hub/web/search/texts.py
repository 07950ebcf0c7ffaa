"""What the search says."""

from schemas.access import Basis
from schemas.people import RelationKind

RELATION_TO_ME = {
    Basis.TEAM: "du er på teamet",
    Basis.NAMED_WORKER: "du er ansvarlig",
    Basis.OWN_UNIT: "din enhed har en indsats",
    Basis.CASE_UNIT: "din enhed fører sagen",
    Basis.OVERRIDE: "kræver begrundelse",
    Basis.DISCLOSED: "videregivet til dig",
    Basis.NONE: "kræver begrundelse",
}
"""Why one may open a citizen that was found."""

PARAGRAPH = {
    "Serviceloven § 153": "Underretning fra fagpersoner",
}
"""Names of paragraphs that stand in no code list; those whose words were not read in the law have none."""

FOUND_BY = {
    "name": "navn",
    "similar_name": "navn, der ligner",
    "identifier": "cpr-nummer",
    "former_identifier": "tidligere cpr-nummer",
    "unit": "enhed",
    "kle_topic": "emne",
    "paragraph": "paragraf",
    "effort": "indsats",
    "case": "sag",
    "concern_notification": "underretning",
    "plan": "plan",
    "goal": "mål",
    "contact": "kontakt",
    "assignment": "tilknytning",
    "absence": "fravær",
    "enrolment": "klasse",
}
"""On what a search found somebody: a field, or the kind of a fact."""

RELATED = {
    RelationKind.CHILD: "forælder til",
    RelationKind.PARENT: "barn af",
    RelationKind.SIBLING: "søskende til",
    RelationKind.PARTNER: "partner til",
    RelationKind.GUARDIAN: "har som værge",
    RelationKind.OTHER: "nærtstående til",
}
"""Before the relatives' names, by what they are to the one who was found."""

WHO_IS_FOUND = (
    "dem, hvis team du er på, dem, du er ansvarlig for, og dem, din enhed har en indsats eller en åben sag for"
)
"""Whom a search finds without the whole national number."""

TRY_OTHER_WORDS = (
    "Prøv en anden stavemåde eller kun fornavnet. En indsats, en enhed eller et emne skal skrives med hele ord:"
    " mentorstøtte, ikke mentor."
)

TELL_APART = "Se på fødselsdato, adresse og familie, eller søg på hele cpr-nummeret."
ALIKE_PROTECTED = "Mindst en af dem er beskyttet, så adressen er skjult."
OTHERS_ALIKE = "Andre med samme navn kan være skjult for dig."

SEARCH_LIMITED = (
    "Søgningen svarer ikke lige nu. Vi har kun kigget efter navn blandt borgerne på dine teams og efter hele"
    " cpr-numre. Prøv igen om lidt."
)
