"""What Tilsyn says."""

from schemas.access import AuditAction, AuditOutcome

AUDIT_ACTION = {
    AuditAction.OPEN_OVERVIEW: "Åbnede overblikket",
    AuditAction.SEARCH: "Søgte",
    AuditAction.REVEAL: "Viste skjulte oplysninger",
    AuditAction.READ_LOG: "Læste loggen",
    AuditAction.LOG_IN: "Loggede ind",
    AuditAction.LOG_OUT: "Loggede ud",
    AuditAction.LIST_CITIZENS: "Så sin liste af borgere",
    AuditAction.READ_SOURCES: "Så kilderne",
    AuditAction.CONFIGURE_SOURCE: "Ændrede en kilde",
    AuditAction.PAUSE_SOURCE: "Slukkede en kilde",
    AuditAction.RESUME_SOURCE: "Tændte en kilde",
    AuditAction.RELEASE_DELETIONS: "Frigav sletninger fra en kilde",
    AuditAction.REFUSE_DELETIONS: "Afviste sletninger fra en kilde",
    AuditAction.READ_QUARANTINE: "Så det, der ikke kunne læses",
    AuditAction.RESOLVE_QUARANTINE: "Afsluttede noget, der ikke kunne læses",
}

AUDIT_OUTCOME = {
    AuditOutcome.SHOWN: "vist",
    AuditOutcome.REFUSED: "afvist",
    AuditOutcome.NOT_FOUND: "ikke fundet",
    AuditOutcome.FAILED: "fejlede",
}

FIELD = {
    "address": "adresse",
    "identifier": "cpr-nummer",
    "unit": "enhed",
    "school": "skole",
    "household": "husstand",
}
"""Hidden fields, as the log names them."""

ONLY = {
    "all": ("linjer i dag", "Alle linjer"),
    "opened": ("opslag i dag", "Opslag om borgere"),
    "override": ("uden team eller enhed", "Opslag uden team eller enhed"),
    "revealed": ("visninger af skjulte oplysninger", "Visninger af skjulte oplysninger"),
    "refused": ("afvist", "Afviste"),
}
"""Sorts of lines in the log: beside today's number, and as a heading."""
