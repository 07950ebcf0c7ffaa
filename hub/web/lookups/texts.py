"""What Opslag says."""

from schemas.access import AuditAction, Basis, PageKind, Role

DAYS = 90
"""The period that is shown where none is chosen."""
RELATION = {
    Basis.TEAM: "på teamet",
    Basis.NAMED_WORKER: "nævnt som ansvarlig",
    Basis.OWN_UNIT: "i en enhed med en indsats",
    Basis.CASE_UNIT: "i den enhed, der fører sagen",
    Basis.NONE: "ingen relation",
}
"""What the employee was to the citizen at the time."""
RELATION_UNKNOWN = "det siger loggen ikke"
ROLE = {
    Role.TEAM_MEMBER: "medarbejder",
    Role.ADMINISTRATOR: "systemadministrator",
    Role.DPO: "databeskyttelsesrådgiver",
    Role.MANAGER: "leder",
}
PAGE = {
    PageKind.OVERVIEW: "overblikket",
    PageKind.FAMILY: "siden om familien",
    PageKind.TIMELINE: "tidslinjen",
    PageKind.POINTS: "Værd at tale om",
}
ACTION = {
    AuditAction.OPEN_OVERVIEW: "overblikket",
    AuditAction.REVEAL: "skjulte oplysninger",
    AuditAction.PRINT: "en udskrift",
    AuditAction.READ_PLAN: "Borgerens plan",
    AuditAction.PRINT_PLAN: "Borgerens plan på papir",
    AuditAction.READ_CONSENTS: "samtykkerne",
    AuditAction.PRINT_CONSENTS: "samtykkerne på papir",
    AuditAction.USE_DISCLOSURE: "det, der var videregivet til et møde",
}
"""What was shown, where no page is named."""
ON_ANOTHERS = "på siden om borger {key}"
NOT_PRINTED = "ikke udskrevet"
PRINTED = ("udskrevet én gang", "udskrevet {number} gange")
NO_AREAS = "intet fra områderne"
UNTIL = "–{time}"
HEADING = {
    "citizen": "Hvem har set {name}?",
    "actor": "Hvad har {name} set?",
    "everything": "Alle opslag",
}
A_CITIZEN = "borger {key}"
SUMMARY = "{lookups} af {employees} om {citizens} fra {first} til {last}."
NONE_FOUND = "Ingen opslag fra {first} til {last}."
WITHOUT = "{number} uden relation"
ALL = "Alle {number}"
UNKNOWN = "{lookups} er fra før, loggen noterede relationen ved en særlig grund; de tælles ikke med som uden relation."
NO_CITIZEN = "Ingen borger har det nummer eller den nøgle. Kontrollér det."
NO_EMPLOYEE = "Ingen medarbejder har det navn her."
EMPTY_WITHOUT = "Alle opslag i perioden havde en relation, eller loggen siger det ikke."
CUT = "Der er flere end {number} opslag i perioden. Filen har de nyeste; hent resten med en kortere periode."
CSV_NAME = "opslag-{first}-{last}.csv"
CSV_HEAD = (
    "Første linje",
    "Først",
    "Sidst",
    "Medarbejder",
    "Rolle",
    "Enhed",
    "På vegne af",
    "Borger",
    "Set på siden om",
    "Formål",
    "Ret",
    "Relation på det tidspunkt",
    "Uden relation",
    "Viste",
    "Områder",
    "Skjulte oplysninger vist",
    "Udskrifter",
    "Begrundelse",
)
YES, NO = "ja", "nej"
EMPLOYEE, CITIZEN, UNIT = "medarbejder", "borger", "enhed"
"""Kinds of pseudonyms."""
