"""What Særlige grunde says."""

from hub.access.override_reviews import FEWEST, ReviewFault
from schemas.override import OverrideOutcome, OverrideState

OUTCOME_CHOICE = {
    OverrideOutcome.JUSTIFIED: "Berettiget: opgaven krævede opslaget",
    OverrideOutcome.NOT_JUSTIFIED: "Ikke berettiget: opgaven krævede det ikke, eller grunden holder ikke",
    OverrideOutcome.NEEDS_FOLLOW_UP: "Skal følges op: noget skal undersøges, før det kan afgøres",
}
STATE = {
    OverrideState.WAITING: "Venter på gennemgang",
    OverrideState.FOLLOW_UP: "Skal følges op",
    OverrideState.REVIEWED: "Gennemgået",
}
REVIEWED = "{state}: {outcome}"
HEADING = {
    OverrideState.WAITING: (
        "særlig grund venter på gennemgang",
        "særlige grunde venter på gennemgang, ældste først",
    ),
    OverrideState.FOLLOW_UP: ("særlig grund skal følges op", "særlige grunde skal følges op, ældste først"),
    OverrideState.REVIEWED: ("særlig grund er gennemgået", "særlige grunde er gennemgået, nyeste først"),
}
"""After the number: one and more."""
EMPTY = {
    OverrideState.WAITING: "Alle særlige grunde er gennemgået. Åbner en medarbejder en borger med en særlig grund, "
    "står den her med det samme.",
    OverrideState.FOLLOW_UP: "Ingen særlige grunde skal følges op.",
    OverrideState.REVIEWED: "Ingen særlige grunde er gennemgået endnu.",
}
SHOWN = "viste {areas}"
SHOWN_NOTHING = "viste intet fra områderne"
PRINTED = ("udskrevet én gang", "udskrevet {number} gange")
NO_RELATION = "ingen: ikke på teamet, ikke nævnt ansvarlig og ikke i en enhed med en indsats eller sag"
RELATION_UNKNOWN = "det siger loggen ikke; opslaget er fra før, det blev noteret"
OTHER_RELATION = "{relation}; grunden viste mere, end det gav ret til"
CITIZEN_NOT_NAMED = "En borger, som ikke nævnes for lederen"
TO_LOG = "Tilbage til Tilsyn"
TO_OWN_UNITS = "Tilbage til Mine enheder"
IS_OWN = "Det er din egen særlige grund. En anden skal gennemgå den."
NOT_YOURS = "Din rolle gennemgår ikke særlige grunde."
STORED = "Gennemgangen er gemt: {outcome}."
FAULT = {
    ReviewFault.OUTCOME_MISSING: "Vælg, hvad gennemgangen viste.",
    ReviewFault.WORDS_MISSING: "Skriv med ord, hvorfor: mindst {length} tegn. "
    "Tal eller gentagne bogstaver er ikke nok.",
    ReviewFault.REVIEWED_MEANWHILE: "En anden har gennemgået den, mens du skrev. Læs den gennemgang, og gem din, hvis "
    "den stadig skal med.",
}
DAYS = 90
"""The period of the shares where none is chosen."""
AGES = ("under 7 dage: {under_week}", "7 til 30 dage: {under_month}", "over 30 dage: {older}")
"""How long those have waited that nobody has reviewed."""
SHARE = "{share} % af {lookups}"
TOO_FEW = f"vises ikke: færre end {FEWEST} medarbejdere har slået op"
EMPLOYEE, CITIZEN, UNIT = "medarbejder", "borger", "enhed"
CSV_NAME = "saerlige-grunde-{first}-{last}.csv"
CSV_HEAD = (
    "Åbnet",
    "Medarbejder",
    "Enhed",
    "Borger",
    "Begrundelse",
    "Relation på det tidspunkt",
    "Viste",
    "Tilstand",
    "Udfald",
    "Gennemgået af",
    "Gennemgået",
    "Gennemgangens begrundelse",
)
