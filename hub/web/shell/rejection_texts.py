"""What is said of what could not be read, on every page that tells it."""

from schemas.record import RejectionRule

REJECTION = {
    RejectionRule.WRONG_AUTHORITY: (
        "linjen er sendt til os, men gælder en anden kommune",
        "Ret kommunekoden i kildens indstillinger, eller bed afsenderen rette abonnementets adresse.",
    ),
    RejectionRule.UNREADABLE: (
        "linjen kunne ikke læses",
        "Bed leverandøren se på udtrækket: formatet er ikke som aftalt.",
    ),
    RejectionRule.TRUNCATED: (
        "linjen er skåret over",
        "Vent på næste kørsel. Sker det igen, så bed leverandøren se på udtrækket.",
    ),
    RejectionRule.TOO_LARGE: (
        "linjen er for stor til at læses",
        "Se i fagsystemet, om sagen har usædvanligt meget på én linje, og bed leverandøren dele den op.",
    ),
    RejectionRule.UNKNOWN_TYPE: (
        "linjen er af en slags, vi ikke læser",
        "Bed driften afgøre, om den skal læses med eller vælges fra.",
    ),
    RejectionRule.MISSING_FIELD: (
        "feltet er tomt eller mangler, men skal være udfyldt",
        "Er det én linje, så udfyld feltet. Er det mange, så ring til leverandøren: feltet kan have fået nyt navn.",
    ),
    RejectionRule.WRONG_SHAPE: (
        "feltet er skrevet på en anden måde end aftalt",
        "Spørg leverandøren, om fagsystemet lige er opdateret. Er det ikke, så ret feltet i fagsystemet.",
    ),
    RejectionRule.BAD_DATE: ("datoen er ugyldig", "Ret datoen i fagsystemet."),
    RejectionRule.END_BEFORE_START: ("slutdatoen ligger før startdatoen", "Ret perioden i fagsystemet."),
    RejectionRule.BAD_IDENTIFIER: ("cpr-nummeret er ugyldigt", "Ret cpr-nummeret i fagsystemet."),
    RejectionRule.CONTROL_CHARACTERS: ("teksten indeholder usynlige tegn", "Skriv teksten igen i fagsystemet."),
    RejectionRule.UNKNOWN_STATUS: (
        "statussen er ny for os",
        "Se i fagsystemet, om den er valgt ved en fejl. Ellers bed driften lære os den.",
    ),
    RejectionRule.UNKNOWN_CODE: (
        "koden er ny for os",
        "Se i fagsystemet, om den er valgt ved en fejl. Ellers bed driften opdatere kodelisten.",
    ),
    RejectionRule.TOO_LONG: ("teksten er for lang", "Forkort teksten i fagsystemet."),
    RejectionRule.INCOMPLETE_SET: (
        "der mangler filer, som hører med",
        "Bed leverandøren lægge hele sættet op igen. Intet er taget imens.",
    ),
    RejectionRule.MARKER_MISMATCH: (
        "filen er ikke, som mærkefilen siger",
        "Bed leverandøren lægge fil og mærkefil op igen, filen først. Intet er taget imens.",
    ),
    RejectionRule.WRONG_ENCODING: (
        "filens tegn kan ikke læses sikkert",
        "Bed leverandøren skrive filen i UTF-8. Intet er taget imens.",
    ),
    RejectionRule.OTHER_SCHOOL_YEAR: (
        "sættet hører til et andet skoleår",
        "Bed leverandøren sende det skoleår, der er i gang. Intet er taget imens.",
    ),
    RejectionRule.UNSAFE_XML: (
        "filen har XML, der ikke må stå i en leverance",
        "Bed leverandøren sende den uden DOCTYPE og entiteter. Intet er taget imens.",
    ),
    RejectionRule.NOT_PROCESSED: (
        "linjen er læst, men kunne ikke gemmes hos os",
        "Fejlen er vores, og linjen er bevaret. Sig det til driften.",
    ),
}
"""What is wrong, and what to do, by rule."""
